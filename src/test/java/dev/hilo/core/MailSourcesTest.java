package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import dev.hilo.channel.Source.Wish;
import dev.hilo.store.Ledger.Standing;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Mailboxes that nodes read into one store. */
class MailSourcesTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private final String user = "u" + UUID.randomUUID().toString().substring(0, 8);
  private final String sender = user + "@customers.example";
  private final List<MailNode> nodes = new ArrayList<>();
  private MailServer server;

  @BeforeEach
  void start() {
    // GreenMail's threads throw when a client leaves in the middle of IDLE
    Awaitility.doNotCatchUncaughtExceptionsByDefault();
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    server = new MailServer();
    server.user(user);
  }

  @AfterEach
  void stop() {
    nodes.forEach(MailNode::close);
    server.close();
  }

  private MailNode node(String more) {
    MailNode node =
        new MailNode(redis.node(), "n" + nodes.size(), user, server.reading(user, more), _ -> {});
    nodes.add(node);
    return node;
  }

  private static Standing standing(MailNode node) {
    return node.node.await(() -> node.ledger.standing(node.name));
  }

  /** How often the lease was given to somebody. */
  private static long leases(MailNode node) {
    var answer =
        node.node.await(
            () ->
                node.node.link.send(Request.cmd(Command.GET).arg("{src:" + node.name + "}:token")));
    return answer == null ? 0 : Long.parseLong(answer.toString());
  }

  private static void steal(MailNode node) {
    node.node.await(
        () -> node.node.link.send(Request.cmd(Command.DEL).arg("{src:" + node.name + "}:lease")));
  }

  @Test
  void twoNodesThatFightForAMailboxTakeEachMailOnce() throws Exception {
    MailNode one = node("first-connect: all, idle: 3s, timeout: 1s");
    MailNode two = node("first-connect: all, idle: 3s, timeout: 1s");
    one.start();
    two.start();
    for (int round = 0; round < 5; round++) {
      await().until(() -> leases(one) > 0);
      long before = leases(one);
      for (int i = 0; i < 40; i++) {
        server.deliver(user, sender, "mail " + round + " " + i);
      }
      steal(one);
      await().until(() -> leases(one) > before);
    }
    TestNode store = one.node;
    await()
        .untilAsserted(
            () ->
                assertThat(MailNode.texts(store, sender))
                    .as(() -> "with " + standing(one))
                    .hasSizeGreaterThanOrEqualTo(200));
    await()
        .untilAsserted(
            () ->
                assertThat(
                        standing(one).counts().values().stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(200));
    assertThat(MailNode.texts(store, sender)).hasSize(200).doesNotHaveDuplicates();
    assertThat(standing(one).counts().getOrDefault("parked", 0L)).isZero();
  }

  @Test
  void whatPeopleWantIsDoneByWhoeverRunsIt() throws Exception {
    server.deliver(user, sender, "before us");
    MailNode runs = node("first-connect: from-now");
    MailNode asks = node("first-connect: from-now");
    runs.start();
    await()
        .untilAsserted(
            () -> assertThat(standing(asks).counts()).containsOnly(entry("skipped", 1L)));
    await().untilAsserted(() -> assertThat(standing(asks).node()).isNotNull());
    assertThat(standing(asks).why()).isNull();
    assertThat(MailNode.texts(asks.node, sender)).isEmpty();
    String wish = Mailboxes.words(new Wish.Since(Instant.now().minus(Duration.ofDays(2))));
    asks.node.await(() -> asks.ledger.wish(asks.name, wish));
    await().until(() -> MailNode.texts(asks.node, sender).size() == 1);
    await().until(() -> asks.node.await(() -> asks.ledger.wishes(asks.name)).isEmpty());
    assertThat(standing(asks).counts()).contains(entry("ingested", 1L), entry("skipped", 0L));
    var counter = runs.meters.find("hilo.source.items").tag("outcome", "ingested").counter();
    assertThat(Objects.requireNonNull(counter).count()).isEqualTo(1);
    assertThat(counter.getId().toString()).doesNotContain(user);
    assertThat(runs.meters.get("hilo.source.connected").gauge().value()).isEqualTo(1);
    assertThat(asks.mailboxes.of(asks.node.workspace))
        .singleElement()
        .matches(m -> m.id().equals(Mailboxes.id(runs.name)) && m.name().equals("Alma Cafe"));
  }
}
