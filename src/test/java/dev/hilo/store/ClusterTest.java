package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Position;
import dev.hilo.testing.RedisCluster;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Several masters: each customer's calls and channels find theirs, also while that changes. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static RedisCluster cluster;
  private static TestNode node;
  private static Feed feed;

  @BeforeAll
  static void start() {
    cluster = RedisCluster.start(redis.binary(), 3, 1);
    node = redis.node(cluster.uri());
    feed = node.feed("cluster");
  }

  @AfterAll
  static void stop() {
    TestNode.result(feed.close());
    cluster.close();
  }

  private static Server server(int i) {
    return new Server("127.0.0.1", cluster.node(i).port());
  }

  private static Conversation conversation(int partition) {
    return new Conversation(node, feed, Conversation.of(redis.workspace(), partition));
  }

  @Test
  @Order(1)
  void customersOfEveryMaster() throws Exception {
    List<Conversation> all = new ArrayList<>();
    for (int p : new int[] {0, 341, 342, 682, 683, 1023}) {
      all.add(conversation(p));
    }
    for (Conversation c : all) {
      c.more(20);
    }
    for (Conversation c : all) {
      c.check();
      assertThat(c.resumptions()).isZero();
      c.close();
    }
    for (int i = 0; i < 3; i++) {
      // the feed, the link, and perhaps whoever tells the map of the slots
      assertThat(cluster.node(i).command("CLIENT", "LIST").split("name=hilo ", -1))
          .hasSizeBetween(3, 4);
    }
  }

  private static long move(int partition, int to) throws Exception {
    try (var move = new PartitionMove(node.vertx, node.context, cluster.uri())) {
      return move.move(partition, server(to));
    }
  }

  @Test
  @Order(2)
  void aPartitionMovesUnderAppendsAndNothingIsLostOrDoubled() throws Exception {
    int partition = 7;
    List<Conversation> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(conversation(partition));
    }
    all.forEach(c -> c.more(10));
    Position before = all.getFirst().last();
    for (int to : new int[] {1, 2, 0, 1}) {
      assertThat(move(partition, to)).isGreaterThan(8 * 3);
      all.add(conversation(partition)); // somebody new
      all.forEach(c -> c.more(5));
      assertThat(cluster.node(to).command("CLUSTER", "COUNTKEYSINSLOT", "" + 16 * partition))
          .isNotEqualTo(":0");
    }
    assertThat(all.getFirst().last().epoch()).isGreaterThan(before.epoch());
    for (Conversation c : all) {
      c.check();
      assertThat(c.longestWait()).isLessThan(Duration.ofSeconds(2));
      c.close();
    }
    assertThat(all.getFirst().resumptions()).isGreaterThanOrEqualTo(4);
  }

  @Test
  @Order(3)
  void aMoveThatBrokeOffAnywhereIsFinishedByTheSameMove() throws Exception {
    int partition = 9;
    String slot = "" + 16 * partition;
    try (Conversation c = conversation(partition)) {
      c.more(10);
      cluster.node(2).command("CLUSTER", "SETSLOT", slot, "IMPORTING", cluster.id(0));
      c.more(2);
      cluster.node(0).command("CLUSTER", "SETSLOT", slot, "MIGRATING", cluster.id(2));
      assertThatThrownBy(() -> move(partition, 1))
          .isInstanceOf(PartitionMove.Refused.class)
          .hasMessageContaining("finish that move first");
      String keys = cluster.node(0).command("CLUSTER", "GETKEYSINSLOT", slot, "1");
      cluster
          .node(0)
          .command("MIGRATE", "127.0.0.1", "" + cluster.node(2).port(), keys, "0", "1000");
      assertThat(move(partition, 2)).isPositive();
      c.more(5);
      assertThat(move(partition, 2)).as("it is there already").isZero();
      c.check();
    }
  }

  @Test
  @Order(4)
  void whatCannotBeMovedIsRefused() throws Exception {
    assertThatThrownBy(() -> move(1024, 1)).hasMessageContaining("0 to 1023");
    assertThatThrownBy(() -> move(1, 3)).hasMessageContaining("is a replica");
    assertThatThrownBy(() -> new PartitionMove(node.vertx, node.context, redis.uri()))
        .isInstanceOf(PartitionMove.Refused.class)
        .hasMessageContaining("cluster");
  }

  @Test
  @Order(5)
  void aMasterThatIsKilledIsFollowedToItsReplica() throws Exception {
    try (Conversation lost = conversation(0);
        Conversation other = conversation(1023)) {
      lost.more(20);
      lost.pause();
      cluster.replicated(0);
      cluster.node(0).kill();
      Position before = lost.last();
      lost.goOn();
      lost.more(20);
      other.more(20);
      assertThat(lost.last().epoch()).isGreaterThan(before.epoch());
      lost.check();
      other.check();
      assertThat(lost.resumptions()).isPositive();
      assertThat(other.resumptions()).isZero();
    }
    await().atMost(Conversation.PATIENCE).until(() -> node.link.up() && feed.up());
    assertThat(node.await(() -> node.streams.exists(CustomerId.fresh(redis.workspace()))))
        .isFalse();
  }
}
