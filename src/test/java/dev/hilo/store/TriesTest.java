package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.store.Tries.Pace;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TriesTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static final Pace PACE =
      new Pace(5, Duration.ofSeconds(1), Duration.ofMinutes(15), Duration.ofDays(1));

  private static TestNode node;
  private static Tries tries;
  private static int door;

  private String what;
  private long now = 1_000_000;

  @BeforeAll
  static void start() {
    node = redis.node();
    tries = new Tries(node.link);
  }

  @BeforeEach
  void anotherDoor() {
    what = redis.workspace() + door++;
  }

  private Duration attempt() {
    return node.await(() -> tries.attempt(what, PACE, now));
  }

  @Test
  void afterFiveTriesEachPauseIsTwiceAsLongUpToAQuarterOfAnHour() {
    for (int i = 0; i < 5; i++) {
      assertThat(attempt()).isZero();
    }
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      Duration pause = attempt();
      pauses.add(pause.toSeconds());
      now += pause.toMillis() - 1;
      assertThat(attempt()).as("a moment too early").isEqualTo(Duration.ofMillis(1));
      now += 1;
      assertThat(attempt()).isZero();
    }
    assertThat(pauses)
        .containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 512L, 900L, 900L, 900L, 900L);
  }

  @Test
  void aTryThatHasToWaitDoesNotMakeTheWaitLonger() {
    for (int i = 0; i < 5; i++) {
      attempt();
    }
    for (int i = 0; i < 50; i++) {
      assertThat(attempt()).isEqualTo(Duration.ofSeconds(1));
    }
  }

  @Test
  void whatIsForgottenBeginsAnew() {
    for (int i = 0; i < 6; i++) {
      attempt();
    }
    node.await(() -> tries.forget(what));
    assertThat(attempt()).isZero();
  }

  @Test
  void manyAtOnceGetNoMoreThanOneAfterAnother() {
    List<Future<Duration>> all =
        node.await(
            () -> {
              List<Future<Duration>> sent =
                  IntStream.range(0, 100).mapToObj(_ -> tries.attempt(what, PACE, now)).toList();
              return Future.all(sent).map(sent);
            });
    assertThat(all.stream().filter(f -> f.result().isZero()).count()).isEqualTo(5);
  }
}
