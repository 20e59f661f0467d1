package dev.hilo.load.peer;

import dev.hilo.load.client.Body;
import dev.hilo.load.client.Loop;
import dev.hilo.load.process.Proc;
import dev.hilo.load.process.Server;
import dev.hilo.load.process.Waiting;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;

/**
 * Messages through one peer: each publisher has a topic and a watcher of its own. A message is
 * under way until its publisher has the ack and its watcher has the message; a publisher never has
 * more than its share under way, whatever the peer. Every ack and every arrival is counted and its
 * order checked.
 */
public final class Traffic {
  private static final Duration OPENING = Duration.ofSeconds(60);
  private static final long GRACE = 300_000_000;
  private static final long LAST_WAIT = 20_000_000_000L;
  private static final long HIGHEST = 120_000_000_000L;
  private static final int RING = 1024;

  private final Loop loop;
  private final Peer peer;
  private final int share;
  private final int bytes;
  private final List<Publisher> publishers = new ArrayList<>();
  private Histogram acks = histogram();
  private Histogram arrivals = histogram();
  private Histogram lates = histogram();
  private CompletableFuture<Long> closed = new CompletableFuture<>();
  private boolean flooding;
  private boolean ending;
  private long firstDue;
  private double interval;
  private int begun;
  private int wanted;
  private int said;
  private int open;
  private int gaps;
  private int repeats;

  /**
   * @param under messages under way at most, over all publishers
   * @param bytes of a message's body
   */
  public Traffic(Loop loop, Peer peer, int publishers, int under, int bytes) {
    this.loop = loop;
    this.peer = peer;
    this.share = Math.max(1, under / publishers);
    this.bytes = bytes;
    loop
        .all(
            "publishers of " + peer.name(),
            publishers,
            8,
            OPENING,
            i -> {
              Topic topic = new Topic(i);
              return peer.talker(topic).thenApply(t -> new Publisher(topic, t));
            })
        .stream()
        .sorted(java.util.Comparator.comparingInt(p -> p.topic.number()))
        .forEach(this.publishers::add);
    loop.all(
        "watchers of " + peer.name(),
        publishers,
        8,
        OPENING,
        i -> peer.watcher(this.publishers.get(i).topic, this::arrived));
  }

  /**
   * What came of it: {@code wanted} is what should have been said, 0 for as many as go. CPU in
   * microseconds per message, by part.
   */
  public record Run(
      int messages,
      int wanted,
      double seconds,
      int missing,
      int gaps,
      int repeats,
      Map<String, Double> cpu,
      double clientCores,
      Histogram ack,
      Histogram arrival,
      Histogram late) {

    public double perSecond() {
      return messages / seconds;
    }

    public double allCpu() {
      return cpu.values().stream().mapToDouble(c -> c).sum();
    }

    public double serverCores() {
      return allCpu() * messages / seconds / 1e6;
    }

    /** The share of what should have been said that the peer could take in time; 1 for floods. */
    public double held() {
      return wanted == 0 ? 1 : (double) messages / wanted;
    }

    /** Nothing lost, doubled or out of order. */
    public boolean clean() {
      return missing == 0 && gaps == 0 && repeats == 0;
    }
  }

  private static Histogram histogram() {
    return new Histogram(HIGHEST, 3);
  }

  public Peer peer() {
    return peer;
  }

  public List<Topic> topics() {
    return publishers.stream().map(p -> p.topic).toList();
  }

  /** Frames so far that publishers got beside their acks: what they said themselves, for Hilo. */
  public long ownFrames() {
    return loop.get(
        () ->
            publishers.stream()
                .mapToLong(p -> p.talker instanceof HiloPeer.Visitor v ? v.frames() : 0)
                .sum());
  }

  /** As many as go: every publisher always has its share under way. */
  public Run flood(double seconds) {
    return measure(
        () -> {
          flooding = true;
          later((long) (seconds * 1e9), this::stop);
          publishers.forEach(Publisher::go);
        },
        seconds);
  }

  /** So many a second, evenly, each publisher in its turn. */
  public Run steady(double perSecond, double seconds) {
    return measure(
        () -> {
          interval = 1e9 / perSecond;
          wanted = (int) (perSecond * seconds);
          firstDue = System.nanoTime() + 1_000_000;
          later((long) (seconds * 1e9) + GRACE, this::stop);
          pace();
        },
        seconds);
  }

  private Run measure(Runnable start, double seconds) {
    Map<String, Double> before = cpu(peer);
    double client = Proc.ownCpuMicros();
    long[] began = {0};
    loop.run(
        () -> {
          reset();
          began[0] = System.nanoTime();
          start.run();
          later((long) (seconds * 1e9) + LAST_WAIT, this::giveUp);
        });
    long ended =
        Waiting.until(
            peer.name() + " to deliver all", Duration.ofSeconds((long) seconds + 40), fresh());
    double took = (ended - began[0]) / 1e9;
    double clientCores = (Proc.ownCpuMicros() - client) / took / 1e6;
    Map<String, Double> after = cpu(peer);
    return loop.get(() -> result(before, after, took, clientCores));
  }

  /** Does something later, if this run still lasts. */
  private void later(long nanos, Runnable work) {
    CompletableFuture<Long> current = closed;
    loop.in(
        nanos,
        () -> {
          if (current == closed && !current.isDone()) {
            work.run();
          }
        });
  }

  private CompletableFuture<Long> fresh() {
    return loop.get(() -> closed);
  }

  private Run result(
      Map<String, Double> before, Map<String, Double> after, double took, double clientCores) {
    Map<String, Double> cpu = new TreeMap<>();
    after.forEach((part, micros) -> cpu.put(part, (micros - before.get(part)) / Math.max(1, said)));
    int missing = publishers.stream().mapToInt(Publisher::missing).sum();
    return new Run(
        said, wanted, took, missing, gaps, repeats, cpu, clientCores, acks, arrivals, lates);
  }

  /** CPU so far of each part of a peer (redis, a, b), microseconds. */
  public static Map<String, Double> cpu(Peer peer) {
    Map<String, Double> parts = new TreeMap<>();
    for (Server server : peer.servers()) {
      String part = server.name().startsWith("redis") ? "redis" : server.name().substring(0, 1);
      parts.merge(part, server.proc().cpuMicros(), Double::sum);
    }
    return parts;
  }

  private void reset() {
    acks = histogram();
    arrivals = histogram();
    lates = histogram();
    closed = new CompletableFuture<>();
    flooding = false;
    ending = false;
    begun = 0;
    wanted = 0;
    said = 0;
    gaps = 0;
    repeats = 0;
    open = 0;
    publishers.forEach(Publisher::forget);
  }

  /** Nothing more is said; what could not be said in time never is. */
  private void stop() {
    flooding = false;
    ending = true;
    begun = wanted;
    publishers.forEach(p -> p.due.clear());
    perhapsClosed();
  }

  private void pace() {
    long now = System.nanoTime();
    while (begun < wanted) {
      long due = firstDue + (long) (begun * interval);
      if (due > now) {
        loop.in(due - now, this::pace);
        return;
      }
      publishers.get(begun++ % publishers.size()).want(due);
    }
    ending = true;
    perhapsClosed();
  }

  private void perhapsClosed() {
    if (ending && open == 0 && publishers.stream().allMatch(p -> p.due.isEmpty())) {
      closed.complete(System.nanoTime());
    }
  }

  private void giveUp() {
    if (ending && closed.complete(System.nanoTime())) {
      System.err.println(peer.name() + ": some messages never came");
    }
  }

  private void arrived(int topic, int seq, long nanos) {
    if (topic < publishers.size()) {
      arrivals.recordValue(Math.max(0, Math.min(HIGHEST, System.nanoTime() - nanos)));
      publishers.get(topic).arrived(seq);
    }
  }

  private final class Publisher {
    private final Topic topic;
    private final Peer.Talker talker;
    private final long[] left = new long[RING];
    private final Deque<Long> due = new ArrayDeque<>();
    private int next;
    private int acked;
    private int arrived;

    Publisher(Topic topic, Peer.Talker talker) {
      this.topic = topic;
      this.talker = talker;
      topic.onAck(this::acked);
    }

    int missing() {
      return next - Math.min(acked, arrived);
    }

    /** What is missing from an earlier run is not waited for again. */
    void forget() {
      acked = next;
      arrived = next;
      due.clear();
    }

    void want(long at) {
      due.add(at);
      go();
    }

    void go() {
      while (next - Math.min(acked, arrived) < share && (flooding || !due.isEmpty())) {
        long now = System.nanoTime();
        if (!flooding) {
          lates.recordValue(Math.max(0, now - due.remove()));
        }
        left[next % RING] = now;
        talker.say(next, Body.make(bytes, topic.number(), next, now));
        next++;
        said++;
        open++;
      }
    }

    void acked(int seq) {
      acks.recordValue(System.nanoTime() - left[seq % RING]);
      int before = Math.min(acked, arrived);
      acked = Math.max(acked, seq + 1);
      closedSince(before);
    }

    void arrived(int seq) {
      int before = Math.min(acked, arrived);
      if (seq == arrived) {
        arrived++;
      } else if (seq > arrived) {
        gaps += seq - arrived;
        arrived = seq + 1;
      } else {
        repeats++;
      }
      closedSince(before);
    }

    private void closedSince(int before) {
      open -= Math.min(acked, arrived) - before;
      go();
      perhapsClosed();
    }
  }
}
