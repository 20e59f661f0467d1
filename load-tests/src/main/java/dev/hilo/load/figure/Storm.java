package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.client.Body;
import dev.hilo.load.client.Loop;
import dev.hilo.load.peer.Flags;
import dev.hilo.load.peer.HiloPeer;
import dev.hilo.load.peer.Installed;
import dev.hilo.load.peer.NchanPeer;
import dev.hilo.load.peer.Peer;
import dev.hilo.load.peer.Peer.Talker;
import dev.hilo.load.peer.Peer.Watcher;
import dev.hilo.load.peer.Traffic;
import dev.hilo.load.process.Resp;
import dev.hilo.load.process.Waiting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;

/**
 * All sessions lose their sockets, miss some messages and come back at once: time until 99 % have
 * what they missed, over the time bare Netty needs merely to connect and subscribe them, and what
 * Redis is asked for it.
 */
public final class Storm {
  private static final int PER_TOPIC = 20;
  private static final int AT_ONCE = 256;
  private static final Duration LONGEST = Duration.ofSeconds(60);

  /** Every customer's id, and so every key and channel of one, has its workspace in it. */
  private static final String CUSTOMER = "main.";

  private static final String KEEPERS = "hilo1_(claim|done|settle|snapshot|row).*|sunsubscribe";

  private final Options options;
  private final Report report;
  private final int missed;

  private Storm(Options options) {
    this.options = options;
    this.report = new Report("storm", options);
    this.missed = options.count("missed", 20, 20);
  }

  public static void run(Options options) throws Exception {
    Storm figure = new Storm(options);
    List<String> sizes = options.list("sessions", options.quick() ? "200" : "1000,10000");
    List<String> large = options.list("large", "netty,hilo");
    List<String> measured = new ArrayList<>();
    for (String name : options.list("peers", "netty,hilo,nats,nchan,socketio")) {
      try {
        for (String size : sizes) {
          if (size.equals(sizes.getFirst()) || large.contains(name)) {
            figure.measure(name, Integer.parseInt(size), size.equals(sizes.getFirst()));
          }
        }
        measured.add(name);
      } catch (Installed.Missing e) {
        Report.line("%s is left out: %s", name, e.getMessage());
      }
    }
    figure.report.names("peers", measured).names("sizes", sizes).end();
  }

  private static Peer start(Loop loop, String name) throws Exception {
    return name.equals("nchan")
        ? NchanPeer.start(loop, true)
        : Peers.start(loop, name, Flags.PRODUCTION);
  }

  private void measure(String name, int sessions, boolean few) throws Exception {
    try (Loop loop = new Loop();
        Peer peer = start(loop, name)) {
      Sessions all = new Sessions(loop, peer, sessions);
      int rounds = options.count("rounds", few ? 2 : 1, 1);
      List<Double> took = new ArrayList<>();
      List<Double> cpu = new ArrayList<>();
      List<Double> redis = new ArrayList<>();
      for (int i = 0; i < rounds + 1; i++) { // the first one warms up
        Return back = all.storm(i);
        if (i > 0) {
          took.add(back.seconds);
          cpu.add(back.cpu.values().stream().mapToDouble(c -> c).sum() / sessions);
          redis.add(back.cpu.getOrDefault("redis", 0.0) / sessions);
        }
      }
      String key = name + "." + sessions;
      Report.line(
          "%-9s %6d sessions: %s s; CPU per session %s us, of it Redis %s us; wrong: %d",
          name,
          sessions,
          Report.spread(took),
          Report.text(Report.median(cpu)),
          Report.text(Report.median(redis)),
          all.wrong());
      report
          .put(key + ".seconds", took)
          .put(key + ".cpuMicros", cpu)
          .put(key + ".redisMicros", redis)
          .put(key + ".wrong", all.wrong());
      if (peer instanceof HiloPeer hilo) {
        all.count(hilo, key);
      }
    }
  }

  private record Return(double seconds, Map<String, Double> cpu) {}

  /** The sessions of one peer, 20 on each topic. */
  private final class Sessions {
    private final Loop loop;
    private final Peer peer;
    private final List<Talker> talkers;
    private final List<Watcher> watchers = new ArrayList<>();
    private final int[] got;
    private int done;
    private final int enough;
    private int seq;
    private int faults;
    private CompletableFuture<Long> caughtUp = new CompletableFuture<>();
    private volatile boolean returning;

    Sessions(Loop loop, Peer peer, int sessions) {
      this.loop = loop;
      this.peer = peer;
      this.got = new int[sessions];
      this.enough = sessions - sessions / 100;
      this.talkers = Crowd.talkers(loop, peer, 0, Math.max(1, sessions / PER_TOPIC));
      int[] next = {0};
      loop.all(
          "watchers of " + peer.name(),
          talkers.size(),
          16,
          Duration.ofSeconds(120),
          i -> come(talkers.get(i), sessions, next));
      say(1);
      waitFor(1);
    }

    private CompletableFuture<List<Watcher>> come(Talker talker, int sessions, int[] next) {
      List<CompletableFuture<List<Watcher>>> each = new ArrayList<>();
      int count = Math.min(PER_TOPIC, sessions - next[0]);
      int from = next[0];
      next[0] += count;
      if (peer instanceof HiloPeer hilo) {
        // one device with many sockets: each socket is told apart by its own counter
        return hilo.crowd(talker, count, i -> (_, _, _) -> heard(from + i)).thenApply(this::keep);
      }
      for (int i = 0; i < count; i++) {
        int session = from + i;
        each.add(peer.watcher(talker.topic(), (_, _, _) -> heard(session)).thenApply(List::of));
      }
      return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
          .thenApply(_ -> keep(each.stream().map(f -> f.join().getFirst()).toList()));
    }

    private List<Watcher> keep(List<Watcher> come) {
      watchers.addAll(come);
      return come;
    }

    private void heard(int session) {
      got[session]++;
      if (got[session] == missed) {
        came();
      } else if (got[session] > missed) {
        faults++;
      }
    }

    private void came() {
      if (++done == enough) {
        caughtUp.complete(System.nanoTime());
      }
    }

    int wrong() {
      return loop.get(() -> faults);
    }

    /** Every talker says so many messages, one after the other, and has its acks. */
    private void say(int each) {
      int[] open = {talkers.size() * each};
      loop.run(
          () ->
              talkers.forEach(
                  t -> {
                    int[] mine = {0};
                    t.topic()
                        .onAck(
                            _ -> {
                              open[0]--;
                              if (++mine[0] < each) {
                                one(t);
                              }
                            });
                    one(t);
                  }));
      Waiting.until(
          peer.name() + " to ack", Duration.ofSeconds(60), () -> loop.get(() -> open[0] <= 0));
    }

    private void one(Talker talker) {
      talker.say(seq, Body.make(256, talker.topic().number(), seq, System.nanoTime()));
      seq++;
    }

    private void waitFor(int each) {
      Waiting.until(
          peer.name() + " to deliver",
          Duration.ofSeconds(30),
          () -> loop.get(() -> Arrays.stream(got).allMatch(n -> n >= each)));
    }

    /** All away, so many messages, all back. */
    Return storm(int round) {
      loop.get(
          () -> {
            watchers.forEach(w -> w.wire().close());
            Arrays.fill(got, 0);
            done = 0;
            caughtUp = new CompletableFuture<>();
            return true;
          });
      Waiting.sleep(peer instanceof HiloPeer ? options.number("away", 7, 1) : 1);
      say(missed);
      Crowd.quiet(peer, 5);
      Map<String, Double> before = Traffic.cpu(peer);
      returning = true;
      long start = System.nanoTime();
      boolean bare = !peer.resumes();
      CompletableFuture<List<Watcher>> coming =
          loop.begin(
              watchers.size(),
              AT_ONCE,
              i ->
                  watchers
                      .get(i)
                      .back()
                      .thenApply(
                          w -> {
                            if (bare) {
                              came();
                            }
                            return w;
                          }));
      List<Watcher> back =
          Waiting.until(peer.name() + " to take all back, round " + round, LONGEST, coming);
      double seconds =
          (Waiting.until(peer.name() + " to catch up", LONGEST, loop.get(() -> caughtUp)) - start)
              / 1e9;
      if (!bare) {
        waitFor(missed);
      }
      returning = false;
      Crowd.quiet(peer, 5);
      Map<String, Double> used = Traffic.cpu(peer);
      used.replaceAll((part, micros) -> micros - before.get(part));
      loop.get(
          () -> {
            watchers.clear();
            return watchers.addAll(back);
          });
      return new Return(seconds, used);
    }

    /**
     * One more storm, with Redis overheard while sessions come back: what it is asked about these
     * customers beside what its functions do inside, and apart from the keeper's work.
     */
    void count(HiloPeer hilo, String key) throws Exception {
      Map<String, Integer> asked = new TreeMap<>();
      try (Resp monitor = new Resp(hilo.store().port())) {
        monitor.call("MONITOR");
        Thread.ofPlatform().daemon().start(() -> listen(monitor, asked));
        storm(-1);
      }
      long partitions =
          talkers.stream().map(t -> partition(t.topic().name().substring(2))).distinct().count();
      int all;
      synchronized (asked) {
        all = asked.values().stream().mapToInt(n -> n).sum();
        Report.line(
            "  Redis was asked %d times, %s for each of %d partitions: %s",
            all, Report.text((double) all / partitions), partitions, asked);
      }
      report
          .put(key + ".partitions", partitions)
          .put(key + ".commands", all)
          .put(key + ".commandsPerPartition", (double) all / partitions);
    }

    private void listen(Resp monitor, Map<String, Integer> asked) {
      try {
        while (true) {
          String line = monitor.reply();
          if (returning && line.contains(CUSTOMER) && !line.contains(" lua]")) {
            List<String> words = Resp.words(line);
            String name = words.getFirst().toLowerCase(Locale.ROOT);
            String what = name.startsWith("fcall") ? words.get(1) : name;
            synchronized (asked) {
              if (!what.matches(KEEPERS)) {
                asked.merge(what, 1, Integer::sum);
              }
            }
          }
        }
      } catch (IOException e) {
        returning = false; // it was closed: this was the last storm
      }
    }
  }

  /** The low 10 bits of the CRC32C of the customer's id. */
  private static long partition(String customer) {
    CRC32C crc = new CRC32C();
    crc.update(customer.getBytes(StandardCharsets.UTF_8));
    return crc.getValue() & 1023;
  }
}
