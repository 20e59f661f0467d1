package dev.hilo.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The promises under attack: gateways and Redis as processes of their own, devices by the protocol,
 * faults by seed. Without properties each schedule runs once; {@code -Dfaults.seeds=200} runs that
 * many seeds, {@code -Dfaults.seed=17} that one again, {@code -Dfaults.schedule=KILL_REDIS} only
 * seeds of one schedule.
 */
class FaultsIT {
  private static final int SEEDS_OF_A_WORLD = 20;
  private static @Nullable World world;
  private static int used;

  @TestFactory
  Stream<DynamicTest> everyPromiseHolds() {
    Schedule[] all = Schedule.values();
    String one = System.getProperty("faults.seed");
    String only = System.getProperty("faults.schedule");
    int count = Integer.getInteger("faults.seeds", all.length);
    LongStream seeds =
        one != null
            ? Stream.of(one.split(",")).mapToLong(Long::parseLong)
            : only != null
                ? LongStream.range(0, count)
                    .map(i -> i * all.length + Schedule.valueOf(only).ordinal())
                : LongStream.range(0, count);
    return seeds.mapToObj(
        seed -> {
          Schedule schedule = all[(int) (seed % all.length)];
          return DynamicTest.dynamicTest(schedule + " " + seed, () -> run(seed, schedule));
        });
  }

  private static void run(long number, Schedule schedule) {
    assumeTrue(schedule.possible(), schedule + " needs a program that is not here");
    if (world == null || used >= SEEDS_OF_A_WORLD) {
      end();
      world = new World();
      used = 0;
    }
    used++;
    long begun = System.nanoTime();
    boolean good = false;
    try (Seed seed = new Seed(number, schedule, world)) {
      Verdict verdict = seed.run();
      System.out.printf(
          "seed %d %s: %s (%.1f s)%n",
          number, schedule, verdict.line(), (System.nanoTime() - begun) / 1e9);
      good = verdict.holds();
      if (!good) {
        List<String> report = new ArrayList<>(verdict.details());
        report.add("what happened:");
        report.addAll(seed.notes());
        report.add("logs of the processes: " + world.folder());
        report.add("again: mvn -Pfaults verify -Dfaults.seed=" + number);
        assertThat(good).as(String.join("\n", report)).isTrue();
      }
    } finally {
      if (!good) {
        World spoilt = world;
        world = null;
        spoilt.close();
      }
    }
  }

  @AfterAll
  static void end() {
    if (world != null) {
      world.close();
      world.clear();
      world = null;
    }
  }
}
