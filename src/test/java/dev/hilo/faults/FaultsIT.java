package dev.hilo.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The promises under attack: gateways and Redis as processes of their own, devices by the protocol,
 * faults by seed. Without properties each schedule runs once; {@code -Dfaults.seeds=200} runs that
 * many seeds, {@code -Dfaults.seed=17} that one again, {@code -Dfaults.schedule=KILL_REDIS} only
 * seeds of one schedule.
 */
class FaultsIT {
  private static final int SEEDS_OF_A_WORLD = 20;

  private static final Map<World.Setting, World> worlds = new EnumMap<>(World.Setting.class);
  private static final Map<World.Setting, Integer> used = new EnumMap<>(World.Setting.class);

  @BeforeAll
  static void needsRedis() {
    boolean there =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "redis-server")));
    assumeTrue(
        there || System.getProperty("require.all") != null,
        "the fault suite needs redis-server on the PATH");
  }

  @TestFactory
  Stream<DynamicTest> everyPromiseHolds() {
    List<Schedule> all = Stream.of(Schedule.values()).filter(s -> s != Schedule.SABOTAGE).toList();
    String some = System.getProperty("faults.seed");
    String only = System.getProperty("faults.schedule");
    int count = Integer.getInteger("faults.seeds", all.size());
    LongStream seeds = LongStream.range(0, count);
    if (some != null) {
      seeds = Stream.of(some.split(",")).mapToLong(Long::parseLong);
    } else if (only != null) {
      int schedule = all.indexOf(Schedule.valueOf(only));
      seeds = seeds.map(i -> i * all.size() + schedule);
    }
    return seeds.mapToObj(
        seed -> {
          Schedule schedule = all.get((int) (seed % all.size()));
          return DynamicTest.dynamicTest(schedule + " " + seed, () -> passes(seed, schedule));
        });
  }

  @Test
  void aStoreThatLosesAnEntryIsCaught() {
    assumeTrue(System.getProperty("faults.seed") == null, "one seed is wanted");
    Verdict verdict = run(0, Schedule.SABOTAGE, new ArrayList<>());
    end(World.Setting.PAIR);
    assertThat(verdict.holds()).as(verdict.line()).isFalse();
  }

  private static void passes(long number, Schedule schedule) {
    boolean possible = schedule.possible();
    assumeTrue(
        possible || System.getProperty("require.all") != null,
        () -> schedule + " needs a program that is not here");
    assertThat(possible).as(schedule + " needs a program that is not here").isTrue();
    List<String> notes = new ArrayList<>();
    Verdict verdict = run(number, schedule, notes);
    List<String> report = new ArrayList<>(verdict.details());
    report.add("what happened:");
    report.addAll(notes);
    report.add("again: mvn -Pfaults verify -Dfaults.seed=" + number);
    assertThat(verdict.holds()).as(String.join("\n", report)).isTrue();
  }

  private static Verdict run(long number, Schedule schedule, List<String> notes) {
    World.Setting setting = schedule.setting();
    if (used.merge(setting, 1, Integer::sum) > SEEDS_OF_A_WORLD) {
      end(setting);
    }
    World world = worlds.computeIfAbsent(setting, World::new);
    used.putIfAbsent(setting, 1);
    long begun = System.nanoTime();
    boolean good = false;
    try (Seed seed = new Seed(number, schedule, world)) {
      Verdict verdict = seed.run();
      System.out.printf(
          "seed %d %s: %s (%.1f s)%n",
          number, schedule, verdict.line(), (System.nanoTime() - begun) / 1e9);
      notes.addAll(seed.notes());
      notes.add("logs of the processes: " + world.folder());
      good = verdict.holds();
      return verdict;
    } finally {
      if (!good) {
        worlds.remove(setting);
        used.remove(setting);
        world.close();
      }
    }
  }

  private static void end(World.Setting setting) {
    World world = worlds.remove(setting);
    used.remove(setting);
    if (world != null) {
      world.close();
      world.clear();
    }
  }

  @AfterAll
  static void end() {
    Stream.of(World.Setting.values()).forEach(FaultsIT::end);
  }
}
