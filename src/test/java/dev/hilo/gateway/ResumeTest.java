package dev.hilo.gateway;

import static dev.hilo.gateway.SocketClient.is;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Position;
import dev.hilo.store.Keys;
import dev.hilo.testing.Seeds;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Whatever is appended, cut, swallowed, lost by the store or left and resumed from anywhere: in the
 * end a client shows what the stream holds, without a hole and without a double.
 */
class ResumeTest extends OnTwoNodes {
  private static final int STEPS = 14;

  private SocketClient client;
  private String token;
  private String topic;
  private Position start;
  private int said;
  private final List<String> positions = new ArrayList<>();

  @Seeds(6)
  void aClientShowsWhatTheStreamHolds(Random random) throws Exception {
    client = SocketClient.visitor(nodes, b);
    token = client.token();
    topic = client.topic();
    start = Position.START;
    Map<String, String> kept = new LinkedHashMap<>();
    positions.add(client.say("first"));
    try (var agent = SocketClient.agent(nodes, a, ana)) {
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> speak(agent, 1 + random.nextInt(4));
          case 3 -> wire.cut();
          case 4 -> wire.swallowSubscriptions();
          case 5, 6 -> {
            boolean fromAnywhere = random.nextBoolean();
            String since = fromAnywhere ? positions.get(random.nextInt(positions.size())) : null;
            comeBack(random.nextBoolean() ? a : b, since);
          }
          default -> {
            if (kept.isEmpty()) {
              kept.putAll(dump());
            } else {
              rewind(kept);
              kept.clear();
            }
          }
        }
      }
      speak(agent, 1);
      agent.forget();
      await()
          .atMost(Duration.ofSeconds(40))
          .untilAsserted(() -> assertThat(client.texts(topic)).isEqualTo(stream(started())));
      assertThat(client.faults()).isEmpty();
    } finally {
      client.close();
    }
  }

  private void speak(SocketClient agent, int times) {
    for (int i = 0; i < times; i++) {
      positions.add(agent.say(topic.substring(2), "auto", "t" + said++));
      if (i % 2 == 1) {
        agent.act(topic, "note", "text", "for staff");
      }
    }
  }

  private void comeBack(Gateway node, @Nullable String since) {
    client.cut();
    start = since == null ? Position.START : Position.of(since);
    client = SocketClient.device(nodes, node, token, topic, since);
  }

  /** Where the client's view begins: its since, what a rollback said stands of it, or a page. */
  private Position started() {
    Position from = start;
    for (JsonNode frame : client.frames()) {
      if (is(frame, "rollback")) {
        Position after = Position.of(frame.path("after").asText());
        from = from.after(after) ? after : from;
      } else if (is(frame, "page")) {
        from = Position.START; // shown anew
      }
    }
    return from;
  }

  private CustomerId customer() {
    return CustomerId.of(topic.substring(2));
  }

  private List<String> stream(Position after) throws IOException {
    List<String> texts = new ArrayList<>();
    Response all = nodes.store.ask("XRANGE", Store.key(customer(), "s"), "-", "+");
    for (Response entry : Objects.requireNonNull(all)) {
      JsonNode body = Rest.json(entry.get(1).get(3).toString());
      String text = body.path("content").path("text").textValue();
      if (text != null && Position.of(entry.get(0).toString()).after(after)) {
        texts.add(text);
      }
    }
    return texts;
  }

  private Map<String, String> dump() {
    Map<String, String> dumped = new LinkedHashMap<>();
    for (String key : nodes.store.keys(customer().toString())) {
      Response value = nodes.store.ask("DUMP", key);
      dumped.put(key, Objects.requireNonNull(value).toString(StandardCharsets.ISO_8859_1));
    }
    return dumped;
  }

  /** As after the promotion of a replica that lagged: history is shorter, the epoch another. */
  private void rewind(Map<String, String> kept) throws IOException {
    nodes.store.restore(kept, nodes.store.keys(customer().toString()));
    try (InputStream in = Keys.class.getResourceAsStream("hilo.lua")) {
      String library =
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      nodes.store.ask("FUNCTION", "LOAD", "REPLACE", library);
    }
  }
}
