package dev.hilo.gateway;

import static dev.hilo.gateway.SocketClient.is;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is promised on a WebSocket holds on an event stream, wherever its posts arrive. */
class EventStreamTest extends OnTwoNodes {
  private static SocketClient stream(Gateway posts, Object... hello) {
    return SocketClient.stream(nodes.clients, a.url(), posts.url(), hello);
  }

  private static Gateway node(String name) {
    return name.equals("a") ? a : b;
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "b"})
  void whatIsSaidIsSeenOnceAndInOrder(String posts) throws Exception {
    try (var visitor = stream(node(posts), "inbox", "shop");
        var agent = SocketClient.agent(nodes, b, ana)) {
      List<String> said = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        said.add("words " + i);
        visitor.say("words " + i);
      }
      String again = visitor.say("words 3");
      agent.watch(visitor.topic());
      agent.say(visitor.topic().substring(2), "auto", "an answer");
      said.add("an answer");
      visitor.awaitTexts(visitor.topic(), said);
      agent.awaitTexts(visitor.topic(), said);
      assertThat(visitor.say("words 3")).as("the same id, the same ack").isEqualTo(again);
      assertThat(visitor.faults()).isEmpty();
    }
  }

  @Test
  void whoComesBackGetsWhatItMissedAndNothingElse() throws Exception {
    String token;
    String topic;
    String have;
    try (var visitor = stream(a, "inbox", "shop")) {
      visitor.say("before");
      topic = visitor.topic();
      token = visitor.token();
      visitor.awaitTexts(topic, List.of("before"));
      visitor.await("caught-up");
      have = visitor.have(topic);
      visitor.cut();
    }
    try (var agent = SocketClient.agent(nodes, b, ana)) {
      for (int i = 0; i < 5; i++) {
        agent.say(topic.substring(2), "auto", "missed " + i);
      }
    }
    try (var back = stream(b, "token", token, "topic", topic, "since", have)) {
      back.awaitTexts(topic, List.of("missed 0", "missed 1", "missed 2", "missed 3", "missed 4"));
      assertThat(back.faults()).isEmpty();
      assertThat(back.frames()).noneMatch(f -> is(f, "page"));
    }
  }

  @Test
  void whoStopsReadingGetsAllInOrderLater() throws Exception {
    String filling = "x".repeat(4000);
    try (var slow = stream(b, "inbox", "shop");
        var agent = SocketClient.agent(nodes, a, ana)) {
      String topic = slow.topic();
      List<String> said = new ArrayList<>(List.of("first"));
      slow.say("first");
      slow.awaitTexts(topic, said);
      slow.pause();
      for (int i = 0; i < 1200; i++) {
        said.add(i + filling);
        agent.tell(
            "say",
            "id",
            "s" + i,
            "content",
            Rest.text(i + filling),
            "to",
            Rest.object("customer", topic.substring(2)));
        if (i % 10 == 9) {
          String last = "s" + i;
          agent.await(f -> is(f, "ack") && f.path("id").asText().equals(last), "ack of " + last);
          agent.forget();
        }
      }
      try (var other = SocketClient.device(nodes, a, slow.token(), null, null)) {
        other.awaitMessage(topic, "1199" + filling);
      }
      assertThat(slow.texts(topic)).as("was paused").hasSizeLessThan(1200);
      slow.resume();
      slow.awaitTexts(topic, said);
      assertThat(slow.faults()).isEmpty();
    }
  }

  @Test
  void badFramesGetAClearAnswerAndTheStreamLives() {
    try (var visitor = stream(b, "inbox", "shop")) {
      visitor.say("a thread of its own");
      visitor.raw("nonsense");
      assertThat(visitor.await("problem").path("code").asText()).isEqualTo("bad-frame");
      JsonNode beat = visitor.ask("typing", "on", true);
      assertThat(beat.path("type").asText()).isEqualTo("ok");
      visitor.say("still here");
    }
  }

  @Test
  void whoIsNotLetInHearsWhy() throws Exception {
    Rest nobody = Rest.at(a.url());
    Rest.Answer refused = nobody.post("/live/stream", "{\"type\":\"hello\",\"token\":\"guess\"}");
    assertThat(refused.body()).contains("bad-token").contains("event: close").contains("4100");
    Rest.Answer rude = nobody.post("/live/stream", "{\"type\":\"beat\"}");
    assertThat(rude.body()).contains("hello-first").contains("4102");
    Rest.Answer large = nobody.post("/live/stream", "x".repeat(300_000));
    assertThat(large.status()).isEqualTo(413);
    assertThat(large.code()).isEqualTo("too-large");
  }

  @Test
  void postsWithoutAStreamAreGone() throws Exception {
    Rest nobody = Rest.at(a.url());
    assertThat(nobody.post("/live/frames", "{}").status()).isEqualTo(400);
    for (String key : List.of("guess", "a.guess", "nowhere.guess")) {
      Rest.Answer gone = nobody.with("Hilo-Push", key).post("/live/frames", "{}");
      assertThat(gone.status()).as(key).isEqualTo(404);
    }
  }

  @Test
  void onlyPagesOfAnInboxGetAnAnswerTheyCanRead() throws Exception {
    String hello = "{\"type\":\"hello\",\"token\":\"guess\"}";
    Rest.Answer shop =
        Rest.at(a.url()).with("Origin", "https://shop.example").post("/live/stream", hello);
    assertThat(shop.headers().firstValue("Access-Control-Allow-Origin"))
        .contains("https://shop.example");
    assertThat(shop.headers().firstValue("Access-Control-Allow-Credentials")).isEmpty();
    Rest.Answer evil =
        Rest.at(a.url()).with("Origin", "https://evil.example").post("/live/stream", hello);
    assertThat(evil.status()).isEqualTo(403);
    assertThat(evil.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
  }
}
