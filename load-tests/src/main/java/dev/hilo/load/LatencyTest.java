package dev.hilo.load;

import dev.hilo.load.Sockets.Live;
import io.vertx.core.http.WebSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Visitors on node A say something, an agent on node B receives it: time from write to frame, over
 * Redis PING of the same run, at a low rate; CPU of all server processes at a moderate one.
 */
final class LatencyTest {
  private static final long HIGHEST_NS = 60_000_000_000L;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int UNACKED = 16;
  private static final String PADDING =
      "-is-the-blue-one-still-there-and-when"; // about 60 with the time

  private final Store store;
  private final Node a;
  private final Node b;
  private final Sockets sockets;
  private final List<Live> visitors = new ArrayList<>();
  private final Histogram acks = new Histogram(HIGHEST_NS, 3);
  private final Histogram received = new Histogram(HIGHEST_NS, 3);
  private final AtomicInteger acked = new AtomicInteger();
  private final AtomicInteger arrived = new AtomicInteger();
  private int said;

  /** Says of each visitor that were not acked yet; the gateway allows 16. */
  private final Map<WebSocket, AtomicInteger> open = new ConcurrentHashMap<>();

  private record Cpu(double redis, double a, double b) {
    Cpu minus(Cpu before) {
      return new Cpu(redis - before.redis, a - before.a, b - before.b);
    }

    double all() {
      return redis + a + b;
    }
  }

  private LatencyTest(Store store, Node a, Node b, Sockets sockets) {
    this.store = store;
    this.a = a;
    this.b = b;
    this.sockets = sockets;
  }

  static void run(Load.Options options) throws Exception {
    try (Store store = new Store();
        Node a = Node.start(store.uri(), Node.FLAGS);
        Node b = Node.start(store.uri(), Node.FLAGS);
        Sockets sockets = new Sockets()) {
      LatencyTest test = new LatencyTest(store, a, b, sockets);
      test.measure(options);
    }
  }

  private void measure(Load.Options options) throws Exception {
    int low = options.number("low", 50);
    int moderate = options.number("moderate", 500);
    int seconds = options.number("seconds", 20);
    Report report = new Report("latency").put("lowPerSecond", low);
    connect(options.number("visitors", 200));
    Report.line("warming up: %d/s for %d s", moderate, seconds);
    say(moderate / 5, seconds / 4);
    say(moderate, seconds);

    List<Histogram> pings = new ArrayList<>(List.of(ping("before", 20_000, 0)));
    long rest = 1_000_000_000L / low;
    List<Histogram> rested = new ArrayList<>(List.of(ping("rested", low * 5, rest)));
    reset();
    double late = say(low, seconds);
    Report.line(
        "%d/s for %d s (client late by %s ms at most)", low, seconds, Report.text(late / 1e6));
    print("say to ack", acks);
    print("A to B", received);
    rested.add(ping("rested", low * 5, rest));
    pings.add(ping("after", 20_000, 0));
    double p50 = pings.stream().mapToLong(h -> h.getValueAtPercentile(50)).average().orElseThrow();
    double p99 = pings.stream().mapToLong(h -> h.getValueAtPercentile(99)).average().orElseThrow();
    double slow =
        rested.stream().mapToLong(h -> h.getValueAtPercentile(50)).average().orElseThrow();
    Report.line(
        "  A to B over PING: p50 %s x, p99 %s x; p50 over PING at the same rate: %s x",
        Report.text(received.getValueAtPercentile(50) / p50),
        Report.text(received.getValueAtPercentile(99) / p99),
        Report.text(received.getValueAtPercentile(50) / slow));
    report
        .put("pingP50Ms", p50 / 1e6)
        .put("pingP99Ms", p99 / 1e6)
        .put("ackP50Ms", received(acks, 50))
        .put("ackP99Ms", received(acks, 99))
        .put("p50Ms", received(received, 50))
        .put("p99Ms", received(received, 99))
        .put("p50Ratio", received.getValueAtPercentile(50) / p50)
        .put("restedPingP50Ms", slow / 1e6)
        .put("p50RestedRatio", received.getValueAtPercentile(50) / slow)
        .put("p99Ratio", received.getValueAtPercentile(99) / p99);

    Waiting.sleep(6000);
    Cpu quiet = cpu();
    Waiting.sleep(5000);
    Cpu idle = cpu().minus(quiet);
    Report.line(
        "idle CPU, ms per s: Redis %.1f, A %.1f, B %.1f",
        idle.redis / 5000, idle.a / 5000, idle.b / 5000);
    reset();
    store.admin().call("CONFIG", "RESETSTAT");
    Cpu before = cpu();
    int first = said;
    double behind = say(moderate, seconds);
    Cpu used = cpu().minus(before);
    double n = said - first;
    Report.line(
        "%d/s for %d s (client late by %s ms at most)",
        moderate, seconds, Report.text(behind / 1e6));
    Report.line(
        "  CPU per message %.0f us: Redis %.0f, A %.0f, B %.0f",
        used.all() / n, used.redis / n, used.a / n, used.b / n);
    commands(n);
    print("say to ack", acks);
    print("A to B", received);
    report
        .put("idleCpuMillisPerSecond", idle.all() / 5000)
        .put("moderatePerSecond", moderate)
        .put("cpuMicrosPerMessage", used.all() / n)
        .put("redisMicrosPerMessage", used.redis / n)
        .put("aMicrosPerMessage", used.a / n)
        .put("bMicrosPerMessage", used.b / n)
        .put("moderateP50Ms", received(received, 50))
        .put("moderateP99Ms", received(received, 99))
        .end();
  }

  /** What Redis was asked, and how long that took it without reading and writing sockets. */
  private void commands(double messages) throws IOException {
    store
        .admin()
        .call("INFO", "commandstats")
        .lines()
        .filter(l -> l.startsWith("cmdstat_"))
        .map(l -> l.substring("cmdstat_".length()).split("[:=,]"))
        .sorted(Comparator.comparingDouble((String[] c) -> -Double.parseDouble(c[4])))
        .limit(8)
        .forEach(
            c ->
                Report.line(
                    "  Redis %-12s %6.2f calls and %6.1f us per message",
                    c[0],
                    Double.parseDouble(c[2]) / messages,
                    Double.parseDouble(c[4]) / messages));
  }

  private static double received(Histogram h, double percentile) {
    return h.getValueAtPercentile(percentile) / 1e6;
  }

  private void reset() {
    acks.reset();
    received.reset();
  }

  private Cpu cpu() {
    return new Cpu(
        store.process().cpuMicros(), a.jvm().proc().cpuMicros(), b.jvm().proc().cpuMicros());
  }

  private static void print(String what, Histogram h) {
    Report.line(
        "  %-12s n %6d   p50 %6.3f ms   p99 %6.3f ms   max %7.3f ms",
        what,
        h.getTotalCount(),
        h.getValueAtPercentile(50) / 1e6,
        h.getValueAtPercentile(99) / 1e6,
        h.getMaxValue() / 1e6);
  }

  /** Round trips on one connection, one after the other, with a rest before each. */
  private Histogram ping(String when, int count, long restNanos) throws IOException {
    Histogram h = new Histogram(HIGHEST_NS, 3);
    try (Resp redis = new Resp(store.uri())) {
      for (int i = 0; i < count; i++) {
        LockSupport.parkNanos(restNanos);
        long start = System.nanoTime();
        redis.call("PING");
        h.recordValue(System.nanoTime() - start);
      }
    }
    print("PING " + when, h);
    return h;
  }

  private void connect(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      visitors.add(
          sockets
              .live(
                  a.url(),
                  Live.VISITOR,
                  (socket, frame) -> {
                    if (frame.startsWith("{\"type\":\"ack\"")) {
                      unacked(socket).decrementAndGet();
                      acks.recordValue(System.nanoTime() - time(Live.field(frame, "id")));
                      acked.incrementAndGet();
                    }
                  })
              .await(10, TimeUnit.SECONDS));
    }
    AtomicInteger watched = new AtomicInteger();
    Live agent =
        sockets
            .live(
                b.url(),
                Live.agent(b.ticket()),
                (_, frame) -> {
                  if (frame.startsWith("{\"type\":\"entry\"")) {
                    String text = Live.field(frame, "text");
                    if (!text.isEmpty()) {
                      received.recordValue(System.nanoTime() - time(text));
                      arrived.incrementAndGet();
                    }
                  } else if (frame.startsWith("{\"type\":\"caught-up\"")) {
                    watched.incrementAndGet();
                  }
                })
            .await(10, TimeUnit.SECONDS);
    for (Live visitor : visitors) {
      agent.socket().writeTextMessage("{\"type\":\"watch\",\"topic\":\"" + visitor.topic() + "\"}");
    }
    Waiting.until("the agent's topics", Duration.ofSeconds(60), () -> watched.get() >= count);
  }

  /** When a text was said: "t" and the nanoseconds before the first dash. */
  private static long time(String text) {
    return Long.parseLong(text, 1, text.indexOf('-'), 10);
  }

  /**
   * Says {@code perSecond} for a while, evenly, and waits until all arrived; gives the most it was
   * late, ns.
   */
  private long say(int perSecond, int seconds) {
    long start = System.nanoTime();
    long late = 0;
    int n = perSecond * seconds;
    for (int i = 0; i < n; i++) {
      long due = start + i * 1_000_000_000L / perSecond;
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      Live visitor = visitors.get(said % visitors.size());
      AtomicInteger unacked = unacked(visitor.socket());
      Waiting.until("an ack", PATIENCE, () -> unacked.get() < UNACKED);
      unacked.incrementAndGet();
      late = Math.max(late, System.nanoTime() - due);
      int number = said++;
      String text = "t" + System.nanoTime() + "-" + number;
      visitor.say(text, text + PADDING);
    }
    Waiting.until("every ack", PATIENCE, () -> acked.get() >= said);
    Waiting.until("every message to arrive", PATIENCE, () -> arrived.get() >= said);
    return late;
  }

  private AtomicInteger unacked(WebSocket socket) {
    return open.computeIfAbsent(socket, _ -> new AtomicInteger());
  }
}
