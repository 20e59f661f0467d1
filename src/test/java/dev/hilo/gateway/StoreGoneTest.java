package dev.hilo.gateway;

import static dev.hilo.gateway.SocketClient.is;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Position;
import dev.hilo.ops.Fsync;
import dev.hilo.ops.LocalRedis;
import io.vertx.redis.client.Response;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Redis dies, hangs, or forgets: what was acked stays, and all heals by itself. */
class StoreGoneTest {
  private static final String WORKSPACE = "main";

  @TempDir Path data;

  private LocalRedis redis;
  private Nodes nodes;
  private Gateway a;
  private Gateway b;
  private Rest ana;

  @BeforeEach
  void start() throws Exception {
    redis = LocalRedis.start(data, Fsync.EVERYSEC);
    nodes = new Nodes(redis.uri(), WORKSPACE);
    a = nodes.start("a");
    b = nodes.start("b");
    ana = Rest.agent(b, "Ana");
  }

  @AfterEach
  void stop() throws Exception {
    nodes.close();
    redis.close();
  }

  private void signal(String name) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(redis.pid())).start().waitFor())
        .isZero();
  }

  private static int ready(Gateway node) throws Exception {
    return Rest.at(node.managementUrl()).get("/health/ready").status();
  }

  private void awaitReady() {
    await()
        .atMost(Nodes.PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(ready(a)).isEqualTo(200);
              assertThat(ready(b)).isEqualTo(200);
            });
  }

  /** Says it again under the same name until it is acked, as clients do. */
  private static void insist(SocketClient visitor, String text) {
    await()
        .atMost(Nodes.PATIENCE)
        .until(
            () -> {
              JsonNode answer = visitor.ask("say", "id", text, "content", Rest.text(text));
              if (is(answer, "problem")) {
                assertThat(answer.path("temporary").asBoolean()).as(answer.toString()).isTrue();
                assertThat(answer.path("code").asText()).isEqualTo("store-unavailable");
              }
              return is(answer, "ack");
            });
  }

  /** Delivers it again until it is taken, as platforms do; gives every status. */
  private List<Integer> insist(Gateway node, Platforms.Delivery delivery) {
    List<Integer> statuses = new ArrayList<>();
    await()
        .atMost(Nodes.PATIENCE)
        .until(
            () -> {
              int status = Rest.deliver(node, delivery).status();
              statuses.add(status);
              return status == 200;
            });
    assertThat(statuses)
        .containsOnly(statuses.size() == 1 ? new Integer[] {200} : new Integer[] {200, 503});
    return statuses;
  }

  @Test
  void aRedisThatIsKilledLosesAndDoublesNothing() throws Exception {
    try (var visitor = SocketClient.visitor(nodes, a);
        var agent = SocketClient.agent(nodes, b, ana)) {
      String topic = visitor.topic();
      List<String> said = new ArrayList<>(List.of("before"));
      Position before = Position.of(visitor.say("before"));
      agent.watch(topic);
      for (int round = 1; round <= 3; round++) {
        long pid = redis.pid();
        signal("KILL");
        for (int i = 1; i <= 5; i++) {
          String text = "round " + round + "." + i;
          said.add(text);
          insist(visitor, text);
        }
        insist(b, nodes.platforms.whatsapp("34655", "wamid.k" + round, "wa " + round));
        await().atMost(Nodes.PATIENCE).until(() -> redis.pid() != pid);
        awaitReady();
      }
      Position after = Position.of(visitor.say("after"));
      said.add("after");
      assertThat(after.epoch()).isGreaterThan(before.epoch());
      agent.awaitTexts(topic, said);
      visitor.awaitTexts(topic, said);
      agent.say(topic.substring(2), "auto", "answer");
      said.add("answer");
      visitor.awaitTexts(topic, said);
      visitor.tell("typing", "on", true);
      agent.await(f -> is(f, "signal") && f.path("kind").asText().equals("typing"), "typing again");
      assertThat(agent.isOpen()).isTrue();
      assertThat(visitor.isOpen()).isTrue();
      assertThat(agent.faults()).isEmpty();
      assertThat(visitor.faults()).isEmpty();
      List<CustomerId> others =
          nodes.store.customers(WORKSPACE).stream()
              .filter(c -> !topic.endsWith(c.toString()))
              .toList();
      assertThat(others).hasSize(1);
      JsonNode page = ana.get("/api/v1/customers/" + others.getFirst() + "/entries").json();
      assertThat(page.path("entries"))
          .filteredOn(e -> e.at("/event/t").asText().equals("MessageAdded"))
          .extracting(e -> e.at("/event/body/content/text").asText())
          .containsExactly("wa 1", "wa 2", "wa 3");
    }
  }

  @Test
  void aRedisThatHangsIsReportedAndComesBack() throws Exception {
    try (var visitor = SocketClient.visitor(nodes, a);
        var agent = SocketClient.agent(nodes, b, ana)) {
      String topic = visitor.topic();
      visitor.say("before");
      agent.watch(topic);
      agent.ask("watch", "topic", "inbox", "view", Rest.object("filter", "open"));
      signal("STOP");
      try {
        JsonNode answer = visitor.ask("say", "id", "hang", "content", Rest.text("hang"));
        assertThat(answer.path("code").asText()).isEqualTo("store-unavailable");
        assertThat(answer.path("temporary").asBoolean()).isTrue();
        var delivery = nodes.platforms.whatsapp("34656", "wamid.h", "hanging");
        assertThat(Rest.deliver(a, delivery).status()).isEqualTo(503);
        assertThat(ana.get("/api/v1/customers/" + topic.substring(2)).status()).isEqualTo(503);
        await()
            .atMost(Nodes.PATIENCE)
            .untilAsserted(
                () -> {
                  assertThat(ready(a)).isEqualTo(503);
                  assertThat(ready(b)).isEqualTo(503);
                });
        assertThat(Rest.at(a.managementUrl()).get("/health/live").status()).isEqualTo(200);
      } finally {
        signal("CONT");
      }
      awaitReady();
      insist(visitor, "hang");
      insist(b, nodes.platforms.whatsapp("34656", "wamid.h", "hanging"));
      visitor.say("after");
      agent.awaitTexts(topic, List.of("before", "hang", "after"));
      visitor.awaitTexts(topic, List.of("before", "hang", "after"));
      agent.await(
          f -> is(f, "row") && f.at("/row/snippet").asText().equals("hanging"), "the row, once");
      assertThat(agent.faults()).isEmpty();
      assertThat(visitor.faults()).isEmpty();
    }
  }

  /** What a Redis holds of one customer, to be put back as if the rest had never been written. */
  private Map<String, String> dump(CustomerId customer) {
    Map<String, String> dumped = new LinkedHashMap<>();
    for (String key : nodes.store.keys(customer.toString())) {
      Response value = nodes.store.ask("DUMP", key);
      dumped.put(
          key,
          Objects.requireNonNull(value).toString(java.nio.charset.StandardCharsets.ISO_8859_1));
    }
    return dumped;
  }

  @Test
  void clientsAreToldOfWhatTheStoreLostAndGetItBack() throws Exception {
    try (var visitor = SocketClient.visitor(nodes, a);
        var agent = SocketClient.agent(nodes, b, ana)) {
      String topic = visitor.topic();
      CustomerId customer = CustomerId.of(topic.substring(2));
      agent.ask("watch", "topic", "inbox", "view", Rest.object("filter", "open"));
      agent.watch(start(visitor, topic));
      agent.await(f -> f.at("/row/snippet").asText().equals("kept"), "the row");
      Map<String, String> kept = dump(customer);
      List<String> lost = new ArrayList<>();
      for (int i = 1; i <= 3; i++) {
        lost.add(visitor.say("lost " + i));
      }
      agent.awaitMessage(topic, "lost 3");
      agent.await(f -> f.at("/row/snippet").asText().equals("lost 3"), "the row");
      String since = lost.getLast();

      nodes.store.restore(kept, nodes.store.keys(customer.toString()));
      long pid = redis.pid();
      signal("KILL");
      await().atMost(Nodes.PATIENCE).until(() -> redis.pid() != pid);

      for (SocketClient client : List.of(visitor, agent)) {
        JsonNode rollback = client.await("rollback");
        assertThat(rollback.path("topic").asText()).isEqualTo(topic);
        assertThat(rollback.path("void"))
            .extracting(JsonNode::asText)
            .containsExactlyElementsOf(lost);
        client.awaitTexts(topic, List.of("kept", "lost 1", "lost 2", "lost 3"));
      }
      awaitReady();
      try (var offline = SocketClient.device(nodes, b, visitor.token(), topic, since)) {
        assertThat(offline.await("rollback").path("void"))
            .extracting(JsonNode::asText)
            .containsExactlyElementsOf(lost);
      }
      insist(visitor, "again");
      for (SocketClient client : List.of(visitor, agent)) {
        client.awaitTexts(topic, List.of("kept", "lost 1", "lost 2", "lost 3", "again"));
        assertThat(client.faults()).isEmpty();
      }
      agent.await(f -> f.at("/row/snippet").asText().equals("again"), "the row");
    }
  }

  private static String start(SocketClient visitor, String topic) {
    visitor.say("kept");
    visitor.awaitTexts(topic, List.of("kept"));
    return topic;
  }
}
