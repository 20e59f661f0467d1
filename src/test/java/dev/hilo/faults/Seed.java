package dev.hilo.faults;

import dev.hilo.faults.History.Item;
import dev.hilo.faults.History.Log;
import dev.hilo.faults.History.Recorded;
import dev.hilo.faults.History.View;
import dev.hilo.faults.Verdict.Kind;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One seed: devices, agents and platforms talk through the gateways of a world while one schedule
 * strikes, then all is mended, everybody comes to rest, and the history is judged. Every choice
 * comes from the seed; when the processes get to run does not.
 */
final class Seed implements AutoCloseable {
  private static final long PACE_NANOS = 25_000_000;
  private static final long REST_NANOS = 45_000_000_000L;
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private final long seed;
  private final Schedule schedule;
  private final World world;
  private final History history = new History();
  private final String prefix;
  private final RandomGenerator traffic;
  private final RandomGenerator places;
  private final Set<String> before;
  private final List<Device> visitors = new CopyOnWriteArrayList<>();
  private final List<Device> agents = new ArrayList<>();
  private final Map<Long, String> persons = new LinkedHashMap<>();
  private final AtomicInteger steps = new AtomicInteger();
  private final AtomicInteger texts = new AtomicInteger();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());

  Seed(long seed, Schedule schedule, World world) {
    this.seed = seed;
    this.schedule = schedule;
    this.world = world;
    this.prefix = "s" + seed + "-" + Long.toString(System.nanoTime() & 0xfffff, 36) + "-";
    this.traffic = random(1);
    this.places = random(2);
    this.before = Kept.streams(world.store);
    RandomGenerator moods = random(3);
    world.platform.attend(history, () -> mood(moods));
    clock.scheduleAtFixedRate(
        () -> devices().forEach(Device::tick), 100, 100, TimeUnit.MILLISECONDS);
  }

  private RandomGenerator random(int use) {
    java.util.Random random = new java.util.Random((seed * 31 + use) * 0x9E3779B97F4A7C15L);
    random.nextLong();
    return random;
  }

  private static synchronized Platform.Answer mood(RandomGenerator random) {
    return switch (random.nextInt(12)) {
      case 0 -> Platform.Answer.LATE;
      case 1 -> Platform.Answer.BUSY;
      default -> Platform.Answer.TAKE;
    };
  }

  private IntSupplier anyNode() {
    return () -> {
      synchronized (places) {
        return world.any(places).port;
      }
    };
  }

  // ---- the run

  Verdict run() {
    open();
    history.note(schedule + " begins");
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    Thread striking =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    traffic(5 + (int) (seed % 7));
                    schedule.strike(this, world, random(4));
                  } catch (RuntimeException | Error e) {
                    failed.set(e);
                  }
                });
    int least = 60;
    while (striking.isAlive() || least > 0) {
      step();
      least--;
      LockSupport.parkNanos(steps.get() < 150 ? PACE_NANOS : 8 * PACE_NANOS);
    }
    history.note(schedule + " is over");
    if (failed.get() != null) {
      throw new AssertionError("the schedule itself failed", failed.get());
    }
    world.heal();
    history.note("healed");
    return rest();
  }

  /** Two agents, two visitors one of whom has a second device, and a person on each platform. */
  private void open() {
    for (int i = 0; i < 2; i++) {
      int agent = i;
      agents.add(
          Device.agent(
              "agent" + i,
              history,
              anyNode(),
              () -> {
                synchronized (places) {
                  return world.ticket(agent, places);
                }
              },
              prefix));
    }
    arrive();
    arrive();
    person(Platform.TELEGRAM);
    person(Platform.WEBHOOK);
    until(() -> visitors.stream().allMatch(v -> v.waitsFor().isEmpty()));
    Device first = visitors.getFirst();
    String ref = first.act(first.home(), "link", "for", "another device");
    until(() -> first.answer(ref) != null);
    String url = first.answer(ref).path("url").asText();
    Device second =
        Device.visitor("visitor0b", history, anyNode(), url.substring(url.indexOf('#') + 1), false);
    visitors.add(second);
    until(() -> second.home() != null && second.waitsFor().isEmpty());
    until(() -> shownToAll(2));
  }

  /** A visitor nobody knows comes and says something. */
  private void arrive() {
    int n = visitors.size();
    Device visitor = Device.visitor("visitor" + n, history, anyNode(), null, n % 2 == 0);
    visitors.add(visitor);
    visitor.say(text("v"), null);
  }

  private void person(String platform) {
    long number = Math.abs(prefix.hashCode()) * 100L + persons.size();
    persons.put(number, platform);
    write(number, 1);
  }

  private void write(long person, int copies) {
    String platform = persons.get(person);
    world.platform.deliver(
        history, platform, person, prefix + platform, text("p"), copies, anyNode());
  }

  private String text(String kind) {
    return prefix + kind + texts.incrementAndGet();
  }

  /** True once every agent sees all visitors and persons that there are. */
  private boolean shownToAll(int persons) {
    for (Device visitor : visitors) {
      if (visitor.home() != null) {
        agents.forEach(a -> a.watch(visitor.home()));
      }
    }
    int customers = persons + (int) visitors.stream().map(Device::home).distinct().count();
    return agents.stream().allMatch(a -> a.view().threads().size() >= customers);
  }

  private void step() {
    steps.incrementAndGet();
    visitors.forEach(
        v -> {
          if (v.started()) {
            agents.forEach(a -> a.watch(v.home()));
          }
        });
    Device agent = agents.get(traffic.nextInt(agents.size()));
    switch (traffic.nextInt(20)) {
      case 0, 1, 2, 3, 4, 5, 6 -> {
        Device visitor = visitors.get(traffic.nextInt(visitors.size()));
        for (int i = traffic.nextInt(4) == 0 ? 8 : 1; i > 0; i--) { // also without waiting for acks
          visitor.say(text("v"), null);
        }
      }
      case 7, 8, 9, 10, 11 -> {
        String customer = someCustomer(agent);
        if (customer != null) {
          agent.say(text("a"), customer);
        }
      }
      case 12, 13 -> {
        String customer = someCustomer(agent);
        if (customer != null) {
          agent.note(text("n"), customer);
        }
      }
      case 14, 15, 16 -> {
        List<Long> all = List.copyOf(persons.keySet());
        write(all.get(traffic.nextInt(all.size())), traffic.nextInt(3) == 0 || triples() ? 3 : 1);
      }
      case 17 -> {
        List<Device> devices = devices();
        devices.get(traffic.nextInt(devices.size())).cut();
      }
      case 18 -> {
        if (visitors.size() < 6) {
          arrive();
        }
      }
      default -> join(agent);
    }
  }

  private boolean triples() {
    return schedule == Schedule.REDELIVERY;
  }

  private @Nullable String someCustomer(Device agent) {
    List<String> known = List.copyOf(agent.view().threads().keySet());
    return known.isEmpty() ? null : known.get(traffic.nextInt(known.size()));
  }

  private @Nullable Device joiner;
  private String join = "";

  /** Once in a seed two customers become one, on an agent's word. */
  private void join(Device agent) {
    String a = someCustomer(agent);
    String b = someCustomer(agent);
    if (joiner == null && !schedule.sends() && a != null && !a.equals(b)) {
      history.note("join of " + a + " and " + b);
      joiner = agent;
      join = agent.act(a, "join", "with", b);
    }
  }

  /** A merge that was answered with ok is kept, or an agent was told of a rollback. */
  private void merged(List<Log> logs, Verdict verdict) {
    boolean done =
        joiner != null
            && joiner.answer(join) != null
            && joiner.answer(join).path("type").asText().equals("ok");
    if (done && logs.stream().noneMatch(log -> log.sealedInto() != null)) {
      if (verdict.rollbacks == 0) {
        verdict.breaks(Kind.LOST, "a merge that was answered with ok");
      } else {
        verdict.lostAndTold++;
      }
    }
  }

  // ---- for schedules

  List<Device> devices() {
    List<Device> all = new ArrayList<>(agents);
    all.addAll(visitors);
    return all;
  }

  void note(String what) {
    history.note(what);
  }

  /** Waits until so many more things were done by somebody. */
  void traffic(int count) {
    int end = steps.get() + count;
    until(() -> steps.get() >= end);
  }

  /** How long a fault lasts. */
  void pause(long millis) {
    LockSupport.parkNanos(millis * 1_000_000);
  }

  void until(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "wedged: " + waiting() + "\n" + String.join("\n", history.notes()));
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** The customer of the person on Telegram. */
  String onTelegram() {
    String text = prefix + "p";
    for (String key : mine()) {
      Log log = Kept.log(world.store, key);
      boolean is =
          log.sealedInto() == null
              && log.items().stream()
                  .anyMatch(i -> i.text() != null && i.text().startsWith(text) && isTelegram(log));
      if (is) {
        return log.customer();
      }
    }
    throw new AssertionError("nobody on Telegram");
  }

  private boolean isTelegram(Log log) {
    return String.valueOf(Kept.ask(world.store, "XRANGE", key(log.customer()), "-", "+"))
        .contains("\"channel\":\"telegram\"");
  }

  private String key(String customer) {
    return mine().stream().filter(k -> k.endsWith(":" + customer)).findFirst().orElse("");
  }

  void sayTo(String customer) {
    agents.getFirst().say(text("k"), customer);
  }

  /** Names of the streams that this seed has made. */
  List<String> streams() {
    return List.copyOf(new java.util.TreeSet<>(mine()));
  }

  void stopKeeper(String customer) {
    Node keeper = world.keeper(customer);
    note("SIGSTOP " + keeper.name);
    keeper.stop();
  }

  void killKeeper(String customer) {
    Node keeper = world.keeper(customer);
    note("kill -9 " + keeper.name);
    keeper.kill();
  }

  /** Several schedules at once. */
  void together(List<Schedule> schedules) {
    List<Throwable> failed = new CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (Schedule each : schedules) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      each.strike(this, world, random(10 + each.ordinal()));
                    } catch (UncheckedIOException e) {
                      note(each + " was disturbed: " + e.getMessage());
                    } catch (RuntimeException | Error e) {
                      failed.add(e);
                    }
                  }));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!failed.isEmpty()) {
      throw new AssertionError("a part of the schedule failed", failed.getFirst());
    }
  }

  // ---- the end

  private Set<String> mine() {
    Set<String> keys = new HashSet<>(Kept.streams(world.store));
    keys.removeAll(before);
    return keys;
  }

  /** Waits until nobody waits for anything and every screen is its log, and judges. */
  private Verdict rest() {
    long end = System.nanoTime() + (schedule == Schedule.SABOTAGE ? REST_NANOS / 10 : REST_NANOS);
    while (true) {
      boolean late = System.nanoTime() > end;
      String waiting = waiting();
      if (waiting.isEmpty() || late) {
        List<View> views = devices().stream().map(Device::view).toList();
        List<Log> logs = mine().stream().map(key -> Kept.log(world.store, key)).toList();
        Recorded recorded = history.with(logs, views, schedule.mayLose);
        Verdict verdict = Checker.check(recorded);
        String unsent = unsent(logs);
        if (verdict.count(Kind.DIVERGED) == 0 && waiting.isEmpty() && unsent.isEmpty() || late) {
          if (!waiting.isEmpty()) {
            verdict.breaks(Kind.WEDGED, waiting);
          }
          if (!unsent.isEmpty()) {
            verdict.breaks(Kind.WEDGED, "not sent: " + unsent);
          }
          merged(logs, verdict);
          for (String key : mine()) {
            String how = Kept.instability(world.store, key);
            if (how != null) {
              verdict.breaks(Kind.UNSTABLE, how);
            }
          }
          return verdict;
        }
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  /** Who waits for what; empty = nobody. */
  private String waiting() {
    List<String> waiting = new ArrayList<>();
    for (Device device : devices()) {
      String what = device.waitsFor();
      if (!what.isEmpty()) {
        waiting.add(device.name() + " waits for " + what);
      }
    }
    waiting.addAll(history.unanswered());
    return String.join("; ", waiting);
  }

  /**
   * Messages to platforms without an outcome, where no outcome is unknown: behind one of those a
   * lane waits for longer than a test does.
   */
  private static String unsent(List<Log> logs) {
    Set<String> done = new HashSet<>();
    boolean unknown = false;
    for (Log log : logs) {
      for (Item item : log.items()) {
        if (item.outcome() != null) {
          done.addAll(item.outcome().messages());
          unknown |= item.outcome().state().equals("unknown");
        }
      }
    }
    List<String> unsent = new ArrayList<>();
    for (Log log : logs) {
      for (Item item : log.items()) {
        if (item.outbound() && !done.contains(item.id())) {
          unsent.add(String.valueOf(item.text()));
        }
      }
    }
    return unknown ? "" : String.join(" ", unsent);
  }

  /** What happened when, and who is where at the end. */
  List<String> notes() {
    List<String> notes = new ArrayList<>(history.notes());
    for (Device device : devices()) {
      for (Node node : world.nodes) {
        if (node.port == device.port()) {
          notes.add(device.name() + " is at " + node.name);
        }
      }
    }
    return notes;
  }

  @Override
  public void close() {
    clock.shutdownNow();
    devices().forEach(Device::close);
  }
}
