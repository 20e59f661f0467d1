package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.client.Loop;
import dev.hilo.load.peer.Peer;
import dev.hilo.load.peer.Traffic;
import dev.hilo.load.peer.Traffic.Run;
import dev.hilo.load.process.Resp;
import dev.hilo.load.process.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * From the publisher's write to the watcher's frame: the median at 1 % of what each peer can do,
 * over Redis PING of the same run, and the 99th percentile at 50 % of it.
 */
public final class Delay {
  private static final int PINGS = 5000;

  private final Options options;
  private final double seconds;
  private final Map<String, Double> most = new HashMap<>();
  private final Map<String, List<Run>> low = new LinkedHashMap<>();
  private final Map<String, List<Run>> half = new LinkedHashMap<>();
  private final List<Double> pings = new ArrayList<>();

  private Delay(Options options) {
    this.options = options;
    this.seconds = options.number("seconds", 4, 1);
  }

  public static void run(Options options) throws Exception {
    try (Loop loop = new Loop();
        Store store = Store.start();
        Peers peers = Peers.start(loop, options, "hilo,socketio,nchan,nats,netty")) {
      new Delay(options).measure(peers, store);
    }
  }

  private void measure(Peers peers, Store store) throws Exception {
    List<Traffic> traffics = peers.traffics(32, 512, options.count("bytes", 256, 256));
    peers.warmUp(traffics);
    for (Traffic traffic : traffics) {
      Run run = traffic.flood(seconds / 2);
      Peers.print(traffic.peer().name(), "max", run);
      most.put(traffic.peer().name(), run.perSecond());
    }
    int rounds = options.count("rounds", 3, 1);
    for (int i = 0; i < rounds; i++) {
      ping(store);
      for (Traffic traffic : i % 2 == 0 ? traffics : traffics.reversed()) {
        double all = most.get(traffic.peer().name());
        keep(low, traffic, "1 %", Math.max(20, all / 100));
        keep(half, traffic, "50 %", all / 2);
      }
    }
    ping(store);
    report(peers.all());
  }

  private void keep(Map<String, List<Run>> runs, Traffic traffic, String load, double rate) {
    Run run = traffic.steady(rate, seconds);
    Peers.print(traffic.peer().name(), load, run);
    runs.computeIfAbsent(traffic.peer().name(), _ -> new ArrayList<>()).add(run);
  }

  /** Round trips on one connection, one after the other. */
  private void ping(Store store) throws IOException {
    Histogram h = new Histogram(3);
    try (Resp redis = new Resp(store.port())) {
      for (int i = 0; i < PINGS * 2; i++) {
        long start = System.nanoTime();
        redis.call("PING");
        if (i >= PINGS) {
          h.recordValue(System.nanoTime() - start);
        }
      }
    }
    pings.add(h.getValueAtPercentile(50) / 1e6);
    Report.line("PING p50 %s ms", Report.text(h.getValueAtPercentile(50) / 1e6));
  }

  private void report(List<Peer> peers) throws IOException {
    double ping = Report.median(pings);
    Report report =
        new Report("delay", options)
            .names("peers", peers.stream().map(Peer::name).toList())
            .put("pingP50Ms", pings);
    Report.line("PING p50 %s ms; medians [lowest-highest], ms", Report.spread(pings));
    for (Peer peer : peers) {
      String name = peer.name();
      List<Double> p50 = millis(low.get(name), 50);
      List<Double> p99 = millis(half.get(name), 99);
      Report.line(
          "  %-9s 1 %% p50 %-22s over PING %-6s p99 %-22s 50 %% (%s/s) p99 %s",
          name,
          Report.spread(p50),
          Report.text(Report.median(p50) / ping),
          Report.spread(millis(low.get(name), 99)),
          Report.text(most.get(name) / 2),
          Report.spread(p99));
      report
          .put(name + ".maxPerSecond", most.get(name))
          .put(name + ".lowP50Ms", p50)
          .put(name + ".lowP50OverPing", Report.median(p50) / ping)
          .put(name + ".lowP99Ms", millis(low.get(name), 99))
          .put(name + ".halfP50Ms", millis(half.get(name), 50))
          .put(name + ".halfP99Ms", p99)
          .put(name + ".held", Report.median(half.get(name).stream().map(Run::held).toList()))
          .put(name + ".lateP99Ms", late(half.get(name)));
    }
    report.end();
  }

  private static List<Double> millis(List<Run> runs, double percentile) {
    return runs.stream().map(r -> r.arrival().getValueAtPercentile(percentile) / 1e6).toList();
  }

  private static List<Double> late(List<Run> runs) {
    return runs.stream().map(r -> r.late().getValueAtPercentile(99) / 1e6).toList();
  }
}
