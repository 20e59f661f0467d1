package dev.hilo.gateway;

import static dev.hilo.gateway.SocketClient.is;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import dev.hilo.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two nodes are replaced one after the other under clients that make before they break. */
class RollingRestartTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private static final int VISITORS = 12;

  private static Nodes nodes;
  private static volatile Gateway open;

  @BeforeAll
  static void start() throws Exception {
    nodes = new Nodes(redis.uri(), redis.workspace());
  }

  @AfterAll
  static void stop() throws Exception {
    nodes.close();
  }

  /** A visitor that follows the protocol: the new socket first, then away from the old one. */
  private static final class Visitor implements AutoCloseable {
    private final List<SocketClient> sockets = new ArrayList<>();
    private final Set<String> moved = ConcurrentHashMap.newKeySet();
    private final List<String> said = new ArrayList<>();
    private final String token;
    private final String topic;
    private int number;

    Visitor(Gateway node) {
      SocketClient first = SocketClient.visitor(nodes, node);
      token = first.token();
      topic = first.topic();
      sockets.add(first);
    }

    /** Says the next thing, on the newest socket, and moves if it was asked to. */
    void step() {
      SocketClient now = sockets.getLast();
      if (now.frames().stream().anyMatch(f -> is(f, "moving")) && moved.add("" + sockets.size())) {
        SocketClient next = SocketClient.device(nodes, open, token, topic, now.have(topic));
        next.await("caught-up");
        sockets.add(next);
        assertThat(now.isOpen()).as("the old socket stands until the new one is good").isTrue();
        now.close();
      }
      String text = "t" + number++;
      assertThat(say(text)).isTrue();
      said.add(text);
    }

    private boolean say(String text) {
      JsonNode answer = sockets.getLast().ask("say", "id", text, "content", Rest.text(text));
      return is(answer, "ack");
    }

    /** Every text this visitor ever got, once, in the order of arrival. */
    List<String> seen() {
      Set<String> seen = new LinkedHashSet<>();
      sockets.forEach(s -> seen.addAll(s.texts(topic)));
      return List.copyOf(seen);
    }

    @Override
    public void close() {
      sockets.forEach(SocketClient::close);
    }
  }

  @Test
  void nothingIsLostDoubledOrBroken() throws Exception {
    String more = "limits: {frames-per-second: 1000, drain: 8s}";
    Gateway a = nodes.start("a", redis.uri(), more);
    Gateway b = nodes.start("b", redis.uri(), more);
    List<Visitor> visitors = new ArrayList<>();
    AtomicBoolean end = new AtomicBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < VISITORS; i++) {
        visitors.add(new Visitor(i % 2 == 0 ? a : b));
      }
      List<Future<?>> running = new ArrayList<>();
      for (Visitor each : visitors) {
        running.add(
            threads.submit(
                () -> {
                  while (!end.get()) {
                    each.step();
                  }
                }));
      }
      open = b;
      nodes.stop(a);
      open = nodes.start("a", redis.uri(), more);
      nodes.stop(b);
      end.set(true);
      for (Future<?> each : running) {
        each.get();
      }
      for (Visitor each : visitors) {
        each.sockets.getLast().awaitMessage(each.topic, each.said.getLast());
        assertThat(each.seen()).as("all of it, in order").isEqualTo(each.said);
        assertThat(each.sockets).as("it moved").hasSizeGreaterThan(1);
        for (SocketClient socket : each.sockets) {
          assertThat(socket.faults()).isEmpty();
        }
      }
    } finally {
      end.set(true);
      visitors.forEach(Visitor::close);
    }
  }

  @Test
  void aNodeThatDrainsIsNotReadyAndTakesNoNewSockets() throws Exception {
    String more = "limits: {frames-per-second: 1000, drain: 5s}";
    Gateway c = nodes.start("c", redis.uri(), more);
    Gateway d = nodes.start("d", redis.uri(), more);
    try (var visitor = SocketClient.visitor(nodes, c)) {
      Thread stopping = Thread.ofVirtual().start(() -> nodes.stop(c));
      visitor.await("moving");
      assertThat(Rest.at(c.managementUrl()).get("/health/ready").status()).isEqualTo(503);
      await().atMost(Duration.ofSeconds(4)).until(() -> refuses(c));
      visitor.say("still served");
      assertThat(visitor.awaitClose()).isEqualTo(4000);
      stopping.join();
    }
    nodes.stop(d);
  }

  private static boolean refuses(Gateway node) {
    try {
      SocketClient.connect(nodes, node, null).close();
      return false;
    } catch (Exception e) { // refused, whatever the client calls it
      return true;
    }
  }
}
