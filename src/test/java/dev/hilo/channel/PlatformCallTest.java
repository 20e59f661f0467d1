package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformCallTest {
  @AutoClose private final PlatformServer server = new PlatformServer();

  @Test
  void aServerThatIsNotThereMeansNothingWasSent() throws Exception {
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    assertThat(post("http://127.0.0.1:" + port)).isInstanceOf(SendResult.Retry.class);
    assertThat(post("http://nobody.invalid")).isInstanceOf(SendResult.Retry.class);
  }

  @Test
  void silenceAfterSendingIsUnknown() throws Exception {
    assertThat(post(server.url().toString())).isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void aClosedConnectionAfterSendingIsUnknown() throws Exception {
    server.hangsUp();
    assertThat(post(server.url().toString())).isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void anAnswerWithoutEndIsNotTaken() throws Exception {
    server.answers(200, "x".repeat((1 << 20) + 1));
    assertThat(post(server.url().toString())).isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void redirectsAreNotFollowed() throws Exception {
    server.answers(302, "", "location", server.url() + "/elsewhere");
    assertThat(post(server.url().toString())).isEqualTo(new SendResult.Accepted("302 null"));
    server.asked();
    assertThat(server.isIdle()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"7,PT7S", "999999999,PT1H", "'Sat, 01 Nov 2025 00:00:00 GMT',PT0S", "soon,"})
  void retryAfterIsReadAndBounded(String header, Duration wait) throws Exception {
    server.answers(429, "", "retry-after", header);
    assertThat(post(server.url().toString())).isEqualTo(new SendResult.Accepted("429 " + wait));
  }

  @Test
  void pausesGrowAndEnd() {
    assertThat(PlatformCall.pause(1)).isBetween(Duration.ofMillis(1500), Duration.ofMillis(2500));
    assertThat(PlatformCall.pause(1000))
        .isBetween(Duration.ofSeconds(225), Duration.ofSeconds(375));
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://a.example", "http://127.0.0.1:1/x/y"})
  void basesArePlainAddresses(String url) {
    assertThat(PlatformCall.isBase(URI.create(url))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://a.example", "https://a.example/", "https://a?b", "/x", "https:/x"})
  void otherAddressesAreNoBases(String url) {
    assertThat(PlatformCall.isBase(URI.create(url))).isFalse();
  }

  private SendResult post(String url) throws Exception {
    return PlatformServer.onVirtualThread(
        () ->
            PlatformCall.post(url)
                .body("application/json", "{}".getBytes(UTF_8))
                .within(Duration.ofSeconds(2))
                .send(
                    server.ports(),
                    1,
                    a -> new SendResult.Accepted(a.status() + " " + a.retryAfter())));
  }
}
