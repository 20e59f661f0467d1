package dev.hilo.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.testing.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A node that is stopped for longer than its lease and goes on, its sockets still there. */
class PausedNodeIT {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static final long PATIENCE_SECONDS = 60;

  private static ObjectNode frame(String type) {
    return LiveSocket.JSON.createObjectNode().put("type", type);
  }

  /** The next frame that is wanted. */
  private static JsonNode await(LiveSocket socket, Predicate<JsonNode> wanted, String what)
      throws Exception {
    FutureTask<JsonNode> reading =
        new FutureTask<>(
            () -> {
              while (true) {
                JsonNode next = socket.read();
                if (next == null) {
                  throw new IOException("closed");
                }
                if (wanted.test(next)) {
                  return next;
                }
              }
            });
    Thread.ofVirtual().start(reading);
    try {
      return reading.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(what + " was not told", e);
    }
  }

  private static Predicate<JsonNode> type(String type) {
    return f -> f.path("type").asText().equals(type);
  }

  private static Predicate<JsonNode> presence(String session, boolean on) {
    return type("signal")
        .and(f -> f.path("kind").asText().equals("presence"))
        .and(f -> f.at("/data/session").asText().equals(session))
        .and(f -> f.at("/data/on").asBoolean() == on);
  }

  @Test
  void itsSessionsAreThereAgainForWhoeverWatches(@TempDir Path folder) throws Exception {
    Node watching = new Node("watching", folder.resolve("1"), redis.uri() + "", "[]");
    Node paused = new Node("paused", folder.resolve("2"), redis.uri() + "", "[]");
    try {
      watching.start();
      paused.start();
      watching.awaitUp();
      paused.awaitUp();
      String cookie = watching.signIn("Ana");
      try (LiveSocket visitor = new LiveSocket(paused.port);
          LiveSocket agent = new LiveSocket(watching.port)) {
        visitor.send(frame("hello").put("inbox", "shop"));
        JsonNode welcome = await(visitor, type("welcome"), "welcome");
        String session = welcome.path("session").asText();
        String topic = welcome.path("topic").asText();
        ObjectNode say = frame("say").put("id", "1");
        say.putObject("content").put("type", "text").put("text", "one");
        visitor.send(say);
        await(visitor, type("ack"), "the ack");
        await(visitor, type("caught-up"), "that it follows its thread");
        String ticket = Objects.requireNonNull(watching.ticket(cookie));
        agent.send(frame("hello").put("ticket", ticket));
        await(agent, type("welcome"), "welcome");
        agent.send(frame("watch").put("topic", topic));
        JsonNode there = await(agent, type("caught-up"), "caught-up");
        if (there.path("present").isEmpty()) {
          await(agent, presence(session, true), "that the visitor is there");
        }

        paused.stop();
        await(agent, presence(session, false), "that the visitor is gone");
        paused.goOn();
        await(agent, presence(session, true), "that the visitor is there again");

        visitor.send(say.put("id", "2"));
        JsonNode ack = await(visitor, type("ack"), "the ack of a socket that outlived the pause");
        assertThat(ack.path("id").asText()).isEqualTo("2");
      }
    } finally {
      if (watching.running()) {
        watching.kill();
      }
      if (paused.running()) {
        paused.kill();
      }
    }
  }
}
