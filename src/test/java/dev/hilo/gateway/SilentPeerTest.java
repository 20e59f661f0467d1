package dev.hilo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.Gateway;
import dev.hilo.testing.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A peer behind a dead router is closed; one that answers, and says nothing else, stays. */
class SilentPeerTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  @Test
  @Timeout(60)
  void whoAnswersNoBeatIsClosed() throws Exception {
    try (Nodes nodes = new Nodes(redis.uri(), redis.workspace())) {
      Gateway node = nodes.start("a", redis.uri(), "limits: {beat: 1s}");
      try (RawSocket silent = RawSocket.open(node.url());
          SocketClient answering = SocketClient.visitor(nodes, node)) {
        silent.head();
        silent.say("{\"type\":\"hello\",\"inbox\":\"shop\"}");
        // beats and pings come before, which it takes and does not answer
        assertThat(silent.next(RawSocket.CLOSE).code()).isEqualTo(4002);
        assertThat(answering.isOpen()).isTrue();
      }
    }
  }
}
