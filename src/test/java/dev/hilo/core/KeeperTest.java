package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Principal;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Row;
import dev.hilo.conversation.StreamState;
import dev.hilo.reader.Board;
import dev.hilo.reader.Sight;
import dev.hilo.store.Feed;
import dev.hilo.store.Streams;
import dev.hilo.testing.PaperChannel;
import dev.hilo.testing.RedisCluster;
import dev.hilo.testing.RedisFork;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.Seeds;
import dev.hilo.testing.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The inbox shows what the streams say, whatever happens to keepers and stores. */
class KeeperTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static final Duration LONG = Duration.ofSeconds(60);

  private RedisFork fork;
  private TestNode node;

  @BeforeEach
  void start() {
    fork = RedisFork.start(redis.binary(), "repl-ping-replica-period", "3600");
    node = redis.node(fork.uri());
  }

  @AfterEach
  void stop() {
    node.close();
    fork.close();
  }

  /** A keeper and a board, as a gateway has them. */
  private final class Office implements AutoCloseable {
    final Feed feed;
    final Board board;
    final Keeper keeper;

    Office(String name) {
      feed = node.feed(name);
      board = new Board(node.vertx, node.context, node.workspace, node.work, feed);
      Accounts accounts =
          new Accounts(
              List.of(
                  new Accounts.Opened(node.workspace, PaperChannel.TYPE, "endpoint", node.paper)));
      keeper = node.keeper(name, feed, accounts);
      board.start();
      keeper.start();
    }

    /** What an agent sees, by customer. */
    Map<String, Row> rows() {
      Map<String, Row> all = new TreeMap<>();
      for (String filter : List.of("open", "resolved")) {
        ObjectNode shown = TestNode.result(board.rows(Sight.ALL, "ana", filter, 500));
        // rendered rows are raw until they are written
        try {
          Json.parse(Json.bytes(shown))
              .path("rows")
              .forEach(
                  r -> {
                    try {
                      all.put(r.path("id").asText(), Json.read(r, Row.class));
                    } catch (Json.BadJson e) {
                      throw new AssertionError(e);
                    }
                  });
        } catch (Json.BadJson e) {
          throw new AssertionError(e);
        }
      }
      return all;
    }

    /** Waits until it shows what the streams of these people say. */
    void shows(Iterable<CustomerId> people) {
      await()
          .atMost(LONG)
          .untilAsserted(
              () -> {
                assertThat(board.ready()).isTrue();
                Map<String, String> told = new TreeMap<>();
                for (CustomerId c : people) {
                  StreamState state = node.await(() -> node.streams.load(c)).state();
                  Row row = Row.of(state, 0);
                  if (row != null) {
                    told.put(row.id(), visible(row));
                  }
                }
                Map<String, String> shown = new TreeMap<>();
                rows().forEach((id, row) -> shown.put(id, visible(row)));
                assertThat(shown).isEqualTo(told);
              });
    }

    @Override
    public void close() {
      keeper.close();
      TestNode.result(feed.close());
    }
  }

  /** A row without its place: what shows nothing new is not written again. */
  private static String visible(Row row) {
    return Json.text(row).replaceAll("\"(epoch|seq)\":\\d+", "");
  }

  private void letter(String person, String text) {
    node.await(
        () ->
            node.receive(
                PaperChannel.TYPE, "endpoint", List.of(PaperChannel.letter(person, text, text))));
  }

  private CustomerId home(String person) {
    String via = node.keys.via(PaperChannel.address(person));
    return node.await(() -> node.directory.find(node.workspace, via));
  }

  private Principal ana() {
    return new Principal.Agent(node.workspace, "ana", "Ana", Principal.Seat.UNKNOWN);
  }

  /** Something that changes what the inbox shows, or does not. */
  private void something(Random random, List<String> people, int step) {
    String person = people.get(random.nextInt(people.size()));
    letter(person, "first of " + person);
    CustomerId home = home(person);
    CustomerId c = node.await(() -> node.roots.root(home).map(StreamState::customer));
    ObjectNode id = Json.object().put("id", "do" + step);
    String action =
        switch (random.nextInt(8)) {
          case 0 -> "resolve";
          case 1 -> {
            id.put("to", random.nextBoolean() ? "me" : null);
            yield "assign";
          }
          case 2 -> {
            id.putArray("add").add("label" + random.nextInt(3));
            yield "label";
          }
          case 3 -> {
            id.put("text", "note " + step);
            yield "note";
          }
          case 4 -> {
            id.put("with", home(people.get(random.nextInt(people.size()))) + "");
            yield "join";
          }
          default -> "";
        };
    try {
      if (!action.isEmpty()) {
        node.await(() -> node.actions.act(ana(), c, action, id));
      } else if (random.nextBoolean()) {
        Say say = new Say("say" + step, new Content.Text("answer " + step), "auto", null, true);
        node.await(() -> node.saying.say(ana(), c, say));
      } else {
        letter(person, "text " + step);
      }
    } catch (Problem p) {
      assertThat(p.code()).as(p.title()).isNotEqualTo(Problem.Code.INTERNAL);
    }
  }

  @Seeds(4)
  void rowsThatLivedThroughTheEventsAndRowsRebuiltFromTheStreamsAreTheSame(Random random) {
    List<String> people = List.of("p1", "p2", "p3", "p4", "p5", "p6");
    people.forEach(p -> letter(p, "first of " + p));
    List<CustomerId> homes = people.stream().map(this::home).toList();
    try (Office office = new Office("one")) {
      for (int i = 0; i < 40; i++) {
        something(random, people, i);
      }
      office.shows(homes);
    }
    forgetRows(fork);
    try (Office office = new Office("two")) {
      office.shows(homes);
    }
  }

  /** Only the streams still say who is there. */
  private void forgetRows(RedisFork server) {
    for (String kind : List.of("r:" + node.workspace, "cur", "j")) {
      for (String key : server.command("KEYS", "*:" + kind).split("\n")) {
        server.command("DEL", key);
      }
    }
  }

  @Test
  void rowsAreRebuiltFromTheStreamsOfEveryMaster() {
    node.close();
    try (RedisCluster cluster = RedisCluster.start(redis.binary(), 3, 0)) {
      node = redis.node(cluster.uri());
      List<String> people = IntStream.range(0, 30).mapToObj(i -> "p" + i).toList();
      people.forEach(p -> letter(p, "first of " + p));
      List<CustomerId> homes = people.stream().map(this::home).toList();
      try (Office office = new Office("one")) {
        office.shows(homes);
        // where no cursor is stored there is nothing to rebuild
        await()
            .atMost(LONG)
            .until(
                () ->
                    IntStream.range(0, 3)
                        .allMatch(i -> !cluster.node(i).command("KEYS", "*:cur").isEmpty()));
      }
      IntStream.range(0, 3).forEach(i -> forgetRows(cluster.node(i)));
      try (Office office = new Office("two")) {
        office.shows(homes);
      }
      node.close();
    }
  }

  private long calls() {
    Matcher m =
        Pattern.compile("cmdstat_fcall:calls=(\\d+)").matcher(fork.command("INFO", "commandstats"));
    return m.find() ? Long.parseLong(m.group(1)) : 0;
  }

  @Test
  void aHotThreadCostsTheKeeperFewCalls() {
    letter("hot", "first");
    try (Office office = new Office("one")) {
      office.shows(List.of(home("hot")));
      long before = calls();
      long begun = System.nanoTime();
      for (int i = 0; i < 300; i++) {
        letter("hot", "text " + i);
      }
      long appends = 300;
      office.shows(List.of(home("hot")));
      double seconds = (System.nanoTime() - begun) / 1e9;
      // looks of the test itself: one load for each try; sweeps of all partitions: 16 in 5 s
      assertThat(calls() - before - appends)
          .as("calls in %.2f s", seconds)
          .isLessThan((long) (60 + 60 * (seconds + 1)));
    }
  }

  @Test
  void noRowStaysStaleAfterTheStoreLostWhatItShowed() {
    letter("kept", "known to both");
    letter("talker", "known to both");
    CustomerId kept = home("kept");
    CustomerId talker = home("talker");
    try (RedisFork other = RedisFork.start(redis.binary(), "repl-diskless-sync-delay", "0");
        Office office = new Office("one")) {
      office.shows(List.of(kept, talker));
      other.follow(fork);
      other.detach(); // cut off
      letter("talker", "lost");
      letter("stranger", "lost too");
      CustomerId stranger = home("stranger");
      office.shows(List.of(kept, talker, stranger));
      other.promote();
      fork.follow(other);
      fork.promote();
      Streams.Loaded rewound = node.await(() -> node.streams.load(talker));
      assertThat(rewound.state().snippet()).isEqualTo("known to both");
      office.shows(List.of(kept, talker, stranger));
      assertThat(office.rows()).doesNotContainKey(stranger.toString());
    }
  }
}
