package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Position;
import dev.hilo.testing.RedisSentinels;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A master that sentinels replace. */
class SentinelTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  @Test
  void aMasterThatIsKilledIsFollowedToItsReplica() throws Exception {
    try (RedisSentinels group = RedisSentinels.start(redis.binary())) {
      TestNode node = redis.node(group.uri());
      Feed feed = node.feed("sentinel");
      try (var c = new Conversation(node, feed, CustomerId.fresh(redis.workspace()))) {
        c.more(20);
        c.pause();
        group.replicated();
        group.master().kill();
        Position before = c.last();
        c.goOn();
        c.more(20);
        assertThat(c.last().epoch())
            .as("another copy of the history")
            .isGreaterThan(before.epoch());
        c.check();
        assertThat(c.resumptions()).isPositive();
        assertThat(node.link.up()).isTrue();
        assertThat(feed.up()).isTrue();
      } finally {
        TestNode.result(feed.close());
      }
    }
  }

  @Test
  void aSentinelThatIsGoneIsNotNeeded() {
    try (RedisSentinels group = RedisSentinels.start(redis.binary())) {
      group.sentinel(0).kill();
      TestNode node = redis.node(group.uri());
      assertThat(node.await(() -> node.streams.exists(CustomerId.fresh(redis.workspace()))))
          .isFalse();
    }
  }
}
