package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Position;
import dev.hilo.ops.Fsync;
import dev.hilo.ops.LocalRedis;
import dev.hilo.store.Streams.Outcome;
import dev.hilo.testing.RedisFork;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.Seeds;
import dev.hilo.testing.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A position is never given to two different entries, whatever happens to the servers. */
class EpochTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static final Duration LONG = Duration.ofSeconds(60);

  private final CustomerId c = CustomerId.fresh("main");
  private final List<RedisFork> forks = new ArrayList<>();

  /** What was ever acknowledged, by place. */
  private final Map<String, String> issued = new HashMap<>();

  /**
   * Callers give random bits, so that two servers differ that begin an epoch in one millisecond.
   */
  private int salt = 7;

  @AfterEach
  void stop() {
    forks.forEach(RedisFork::close);
  }

  private RedisFork fork() {
    // no pings: they would make histories differ that hold the same
    RedisFork fork =
        RedisFork.start(
            redis.binary(), "repl-ping-replica-period", "3600", "repl-diskless-sync-delay", "0");
    forks.add(fork);
    return fork;
  }

  private static void library(RedisFork fork, String... replace) {
    List<String> words = new ArrayList<>(List.of("FUNCTION", "LOAD"));
    words.addAll(List.of(replace));
    words.add(FunctionLibrary.load().source());
    assertThat(fork.command(words.toArray(String[]::new))).isEqualTo("hilo");
  }

  private Position append(RedisFork fork, CustomerId to, String text) {
    int p = Keys.partition(to);
    String reply =
        fork.command(
            "FCALL",
            "hilo1_append",
            "7",
            Keys.epoch(p),
            Keys.meta(to),
            Keys.stream(to),
            Keys.dedupe(to, 0),
            Keys.dedupe(to, 1),
            Keys.journal(p),
            Keys.work(p),
            to.toString(),
            "" + salt++ % 1024,
            "",
            "",
            "0",
            "",
            "",
            Keys.channel(to),
            Keys.doorbell(p),
            "0",
            "F",
            "{}",
            text);
    assertThat(reply).startsWith("A\n");
    String position = reply.split("\n")[1];
    assertThat(issued.putIfAbsent(to + " " + position, text))
        .as("%s of %s was given before", position, to)
        .isNull();
    return Position.of(position);
  }

  @Test
  void aKilledRedisComesBackWithItsEntriesAndAHigherEpoch(@TempDir Path data) {
    try (LocalRedis local = LocalRedis.start(data, Fsync.ALWAYS)) {
      TestNode node = redis.node(local.uri());
      Position before = write(node, "before");
      assertThat(write(node, "still").epoch()).isEqualTo(before.epoch());
      long pid = local.pid();
      ProcessHandle.of(pid).orElseThrow().destroyForcibly();
      await().atMost(LONG).until(() -> local.pid() != pid);
      Position after = write(node, "after");
      assertThat(after.epoch()).isGreaterThan(before.epoch());
      assertThat(after.seq()).isEqualTo(3);
      assertThat(node.await(() -> node.streams.load(c)).state().last()).isEqualTo(after);
    }
  }

  private Position write(TestNode node, String text) {
    return ((Outcome.Appended)
            node.await(() -> node.streams.append(Some.append(c, null, null, Some.heard(c, text)))))
        .from();
  }

  @Test
  void aNewLibraryRaisesTheEpochOnce() {
    RedisFork a = fork();
    library(a);
    Position first = append(a, c, "1");
    library(a, "REPLACE");
    Position second = append(a, c, "2");
    assertThat(second.epoch()).isGreaterThan(first.epoch());
    assertThat(second.seq()).isEqualTo(2);
    assertThat(append(a, c, "3").epoch()).isEqualTo(second.epoch());
  }

  @Test
  void aMasterThatComesBackAfterItLostWritesDoesNotGiveTheirPlacesAgain() {
    RedisFork a = fork();
    RedisFork b = fork();
    library(a);
    b.follow(a);
    append(a, c, "kept");
    b.inStep(a);
    b.detach();
    Position lost = null;
    for (int i = 0; i < 3; i++) {
      lost = append(a, c, "lost " + i);
    }
    b.promote();
    a.follow(b);
    assertThat(a.command("XLEN", Keys.stream(c))).as("the writes are lost").isEqualTo(":1");
    a.promote();
    for (int i = 0; i < 4; i++) {
      assertThat(append(a, c, "new " + i).epoch()).isGreaterThan(lost.epoch());
    }
  }

  @Test
  void aMasterThatComesBackWithoutLossGoesOnAsBefore() {
    RedisFork a = fork();
    RedisFork b = fork();
    library(a);
    b.follow(a);
    Position first = append(a, c, "1");
    b.inStep(a);
    b.promote();
    a.follow(b);
    a.promote();
    assertThat(append(a, c, "2")).isEqualTo(new Position(first.epoch(), 2));
  }

  @Seeds(4)
  void noPlaceIsGivenTwiceWhoeverIsMaster(Random random) {
    List<RedisFork> all = List.of(fork(), fork(), fork());
    List<CustomerId> customers = List.of(c, CustomerId.fresh("main"), CustomerId.fresh("main"));
    RedisFork master = all.getFirst();
    library(master);
    all.get(1).follow(master);
    all.get(2).follow(master);
    int text = 0;
    for (int round = 0; round < 6; round++) {
      for (RedisFork fork : all) {
        if (fork.port() != master.port() && random.nextBoolean()) {
          fork.detach();
        }
        for (int i = random.nextInt(4); i > 0; i--) {
          append(master, customers.get(random.nextInt(3)), "text " + text++);
        }
      }
      if (random.nextInt(4) == 0) {
        library(master, "REPLACE");
      }
      master = all.get(random.nextInt(3));
      master.promote();
      append(master, customers.get(random.nextInt(3)), "text " + text++);
      for (RedisFork fork : all) {
        if (fork.port() != master.port()) {
          fork.follow(master);
        }
      }
    }
    for (CustomerId customer : customers) {
      append(master, customer, "text " + text++);
    }
  }
}
