package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreUriTest {
  @Test
  void oneServer() {
    StoreUri uri = StoreUri.of("rediss://app:p%40ss%3A+word@[::1]:7000/3");
    assertThat(uri)
        .isEqualTo(
            new StoreUri(
                StoreUri.Kind.ONE,
                true,
                List.of(new Server("::1", 7000)),
                "",
                "app",
                "p@ss:+word",
                3,
                null));
    assertThat(uri.toString()).doesNotContain("ss:+word").doesNotContain("app");
    assertThat(StoreUri.of("redis://host").servers()).containsExactly(new Server("host", 6379));
    assertThat(StoreUri.of("redis://:secret@host").password()).isEqualTo("secret");
    assertThat(StoreUri.of("redis://:secret@host").user()).isNull();
  }

  @Test
  void sentinelsAndClusters() {
    StoreUri sentinels = StoreUri.of("redis-sentinel://:s@a,b:26380,10.0.0.1:26379/my-master");
    assertThat(sentinels.kind()).isEqualTo(StoreUri.Kind.SENTINEL);
    assertThat(sentinels.master()).isEqualTo("my-master");
    assertThat(sentinels.servers())
        .containsExactly(
            new Server("a", 26_379), new Server("b", 26_380), new Server("10.0.0.1", 26_379));
    StoreUri cluster = StoreUri.of("rediss-cluster://u:p@h1:7000,h2:7001");
    assertThat(cluster.kind()).isEqualTo(StoreUri.Kind.CLUSTER);
    assertThat(cluster.tls()).isTrue();
    assertThat(cluster.servers()).containsExactly(new Server("h1", 7000), new Server("h2", 7001));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://host | must be like redis://",
        "redis:// | must be like redis://",
        "redis://host?db=1 | only ca=",
        "redis://host?ca=/a.pem | with rediss",
        "rediss://host?ca=/a.pem&x=1 | only ca=",
        "rediss://host?ca=/no/such/file.pem | ca: /no/such/file.pem cannot be read",
        "rediss://host?ca=/etc/hosts | ca: /etc/hosts holds no certificate",
        "redis://host:0 | server 1: a port must be 1 to 65535",
        "redis://host:70000 | a port must be",
        "redis-cluster://a:1,b:x | server 2: not host:port",
        "redis-cluster://a:1,,b:2 | server 2: not host:port",
        "redis://a,b | names several servers",
        "redis://host/first | must be a database's number",
        "redis-cluster://a/1 | a cluster has no databases",
        "redis-sentinel://a:26379 | what the sentinels call the master",
        "redis://user@host | without a password",
        "redis://user:p%zz@host | a % in user"
      })
  void whatIsWrongIsSaidWithoutTheSecret(String uri, String fault) {
    assertThat(StoreUri.fault(uri.strip())).contains(fault.strip()).doesNotContain("p%zz");
    assertThatThrownBy(() -> Access.trusted(StoreUri.of(uri.strip())))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
