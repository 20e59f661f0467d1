package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hilo.conversation.CustomerId;
import dev.hilo.testing.RedisFork;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The function library where Redis refuses calls over several slots. */
class ClusteredFunctionsTest extends FunctionContract {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static RedisFork clustered;
  private static TestNode node;

  @BeforeAll
  static void start() {
    clustered = RedisFork.start(redis.binary(), "cluster-enabled", "yes");
    assertThat(clustered.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")).isEqualTo("+OK");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> clustered.command("CLUSTER", "INFO").contains("cluster_state:ok"));
    node = redis.node(clustered.uri());
  }

  @AfterAll
  static void stop() {
    clustered.close();
  }

  @Override
  TestNode node() {
    return node;
  }

  @Test
  void thisRedisDoesRefuseAKeyOrAChannelOfAnotherSlot() {
    CustomerId a = new CustomerId("main", "01ARZ3NDEKTSV4RRFFQ69G5FA1");
    CustomerId b = new CustomerId("main", "01ARZ3NDEKTSV4RRFFQ69G5FA2");
    assertThat(Keys.partition(a)).isNotEqualTo(Keys.partition(b));
    assertThatThrownBy(
            () ->
                node.await(
                    () ->
                        node.link.send(
                            Link.call(
                                "hilo1_put",
                                List.of(Keys.objects(a)),
                                List.of("k", 0, "1", Keys.channel(b), 9)))))
        .hasMessageContaining("slot");
    assertThatThrownBy(
            () ->
                node.await(
                    () ->
                        node.link.send(
                            Link.call(
                                "hilo1_claim",
                                List.of(Keys.own(Keys.partition(a)), Keys.claims(b)),
                                List.of("t", "m", "", "v")))))
        .hasMessageContaining("CROSSSLOT");
  }
}
