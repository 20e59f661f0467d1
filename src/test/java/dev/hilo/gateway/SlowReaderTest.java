package dev.hilo.gateway;

import static dev.hilo.gateway.SocketClient.is;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import dev.hilo.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who stops reading costs little, harms nobody, and misses nothing. */
class SlowReaderTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private static Nodes nodes;
  private static Gateway node;
  private static Rest ana;

  @BeforeAll
  static void start() throws Exception {
    nodes = new Nodes(redis.uri(), redis.workspace());
    node = nodes.start("a");
    ana = Rest.agent(node, "Ana");
  }

  @AfterAll
  static void stop() throws Exception {
    nodes.close();
  }

  @Test
  void whoStopsReadingGetsAllInOrderLater() throws Exception {
    String filling = "x".repeat(4000);
    try (var slow = SocketClient.visitor(nodes, node);
        var agent = SocketClient.agent(nodes, node, ana)) {
      String topic = slow.topic();
      List<String> said = new ArrayList<>();
      said.add("first");
      slow.say("first");
      slow.awaitTexts(topic, said);
      slow.pause();
      agent.watch(topic);
      for (int i = 1; i <= 2000; i++) {
        String text = i + " " + filling;
        said.add(text);
        agent.tell(
            "say",
            "id",
            "s" + i,
            "content",
            Rest.text(text),
            "to",
            Rest.object("customer", topic.substring(2)));
        if (i % 10 == 0) {
          String last = "s" + i;
          agent.await(f -> is(f, "ack") && f.path("id").asText().equals(last), "ack of " + last);
          agent.forget();
        }
      }
      agent.awaitTexts(topic, said);
      try (var other = SocketClient.device(nodes, node, slow.token(), null, null)) {
        other.awaitMessage(topic, "2000 " + filling);
      }
      assertThat(slow.texts(topic)).as("was paused").hasSizeLessThan(2000);
      slow.resume();
      slow.awaitTexts(topic, said);
      assertThat(slow.faults()).isEmpty();
      assertThat(agent.faults()).isEmpty();
      assertThat(slow.isOpen()).isTrue();
    }
  }

  @Test
  void whoAsksWithoutReadingIsNotReadEither() throws Exception {
    try (var greedy = SocketClient.visitor(nodes, node)) {
      String topic = greedy.topic();
      greedy.say("0");
      try (var agent = SocketClient.agent(nodes, node, ana)) {
        for (int i = 1; i <= 60; i++) {
          agent.say(topic.substring(2), "auto", i + "x".repeat(8000));
        }
      }
      JsonNode page;
      try (var again = SocketClient.device(nodes, node, greedy.token(), null, null)) {
        page = again.await("page");
      }
      String cursor = page.path("cursor").asText();
      assertThat(cursor).isNotEmpty();
      greedy.awaitMessage(topic, "60" + "x".repeat(8000));
      greedy.pause();
      long before = reads();
      int asked = 600;
      try (var other = SocketClient.visitor(nodes, node)) {
        for (int i = 0; i < asked; i++) {
          greedy.tell("history", "cursor", cursor, "limit", 50, "ref", "h" + i);
          if (i % 50 == 0) {
            other.say("served all the while " + i);
          }
        }
      }
      await()
          .during(Duration.ofSeconds(1))
          .atMost(Nodes.PATIENCE)
          .untilAsserted(() -> assertThat(reads() - before).isLessThan(asked / 2));
      greedy.resume();
      greedy.await(f -> f.path("ref").asText().equals("h" + (asked - 1)), "the last answer");
      assertThat(greedy.isOpen()).isTrue();
    }
  }

  /** How often the store was asked for a page. */
  private static long reads() {
    String all = String.valueOf(nodes.store.ask("INFO", "commandstats"));
    int at = all.indexOf("cmdstat_xrevrange:calls=");
    String count = all.substring(at).replaceFirst("cmdstat_xrevrange:calls=", "");
    return at < 0 ? 0 : Long.parseLong(count.substring(0, count.indexOf(',')));
  }
}
