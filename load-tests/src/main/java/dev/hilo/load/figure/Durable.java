package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.client.Loop;
import dev.hilo.load.peer.HiloPeer;
import dev.hilo.load.peer.Traffic;
import dev.hilo.load.peer.Traffic.Run;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * CPU of all server processes per stored, acked and delivered message: as many as go, and at equal
 * rates. Peers run in turn, there and back; Redis is compared with {@code redis-benchmark} of the
 * very call the gateway makes.
 */
public final class Durable {
  private final Options options;
  private final double seconds;
  private final Map<String, List<Run>> runs = new LinkedHashMap<>();
  private final List<Double> ceiling = new ArrayList<>();
  private final Map<String, Double> asked = new TreeMap<>();
  private double own;

  private Durable(Options options) {
    this.options = options;
    this.seconds = options.number("seconds", 3, 1);
  }

  public static void run(Options options) throws Exception {
    Durable figure = new Durable(options);
    try (Loop loop = new Loop();
        Peers peers = Peers.start(loop, options, "hilo,socketio,nchan,nats,netty")) {
      figure.measure(peers);
    }
  }

  private void measure(Peers peers) throws Exception {
    int under = options.count("under", 512, 512);
    int publishers = options.count("publishers", 32, 32);
    int bytes = options.count("bytes", 256, 256);
    List<Integer> rates =
        options.list("rates", "5000,2500").stream().map(Integer::parseInt).toList();
    Report.line("%d publishers, %d under way, %d B", publishers, under, bytes);
    List<Traffic> traffics = peers.traffics(publishers, under, bytes);
    peers.warmUp(traffics);
    int rounds = options.count("rounds", 3, 1);
    for (int i = 0; i < rounds; i++) {
      List<Traffic> order = i % 2 == 0 ? traffics : traffics.reversed();
      for (Traffic traffic : order) {
        if (traffic.peer() instanceof HiloPeer hilo) {
          keep(traffic, "max", overheard(hilo, traffic));
        } else {
          keep(traffic, "max", traffic.flood(seconds));
        }
        for (int rate : rates) {
          keep(traffic, String.valueOf(rate), traffic.steady(rate, seconds));
        }
        if (traffic.peer() instanceof HiloPeer hilo) {
          double micros = Ceiling.measure(hilo, i, bytes, seconds).micros();
          Report.line("%-9s %-6s Redis %s us per call", "benchmark", "-P 32", Report.text(micros));
          ceiling.add(micros);
        }
      }
    }
    report(peers, rates);
  }

  /** A flood, with what Redis was asked and what came to the publishers' own devices meanwhile. */
  private Run overheard(HiloPeer hilo, Traffic traffic) throws IOException {
    Map<String, Double> before = hilo.store().commands();
    long frames = traffic.ownFrames();
    Run run = traffic.flood(seconds);
    own = (double) (traffic.ownFrames() - frames) / run.messages();
    asked.clear();
    hilo.store()
        .commands()
        .forEach(
            (command, calls) -> {
              double each = (calls - before.getOrDefault(command, 0.0)) / run.messages();
              if (each >= 0.01) {
                asked.put(command, each);
              }
            });
    StringBuilder words = new StringBuilder();
    asked.forEach((c, each) -> words.append(' ').append(c).append(' ').append(Report.text(each)));
    Report.line("          Redis commands per message, those in functions too:%s", words);
    return run;
  }

  private void keep(Traffic traffic, String load, Run run) {
    Peers.print(traffic.peer().name(), load, run);
    runs.computeIfAbsent(traffic.peer().name() + "." + load, _ -> new ArrayList<>()).add(run);
  }

  private void report(Peers peers, List<Integer> rates) throws Exception {
    Report report = new Report("durable", options).names("peers", peers.names());
    List<String> loads = new ArrayList<>(List.of("max"));
    rates.forEach(r -> loads.add(String.valueOf(r)));
    report.names("loads", loads);
    for (String load : loads) {
      Report.line("%s: CPU us per message, medians [lowest-highest]", load);
      double hilo = Report.median(cpu("hilo." + load));
      for (String peer : peers.names()) {
        String name = peer + "." + load;
        Report.line(
            "  %-9s %-24s %-22s over hilo %s",
            peer,
            Report.spread(cpu(name)),
            Report.text(Report.median(rate(name))) + "/s",
            Report.text(Report.median(cpu(name)) / hilo));
        report
            .put(name + ".cpuMicros", cpu(name))
            .put(name + ".perSecond", rate(name))
            .put(name + ".overHilo", Report.median(cpu(name)) / hilo)
            .put(name + ".held", Report.median(runs.get(name).stream().map(Run::held).toList()))
            .put(name + ".ackP50Ms", millis(name, 50, true))
            .put(name + ".p50Ms", millis(name, 50, false))
            .put(name + ".p99Ms", millis(name, 99, false))
            .put(
                name + ".faults",
                runs.get(name).stream()
                    .mapToDouble(r -> r.missing() + r.gaps() + r.repeats())
                    .sum());
        for (String part : runs.get(name).getFirst().cpu().keySet()) {
          report.put(name + "." + part, part(name, part));
        }
      }
    }
    if (!ceiling.isEmpty()) {
      double share = Report.median(part("hilo.max", "redis"));
      double gateways = Report.median(cpu("hilo.max")) - share;
      Report.line(
          "Redis %s us per message over redis-benchmark %s us: %s; gateways %s us",
          Report.text(share),
          Report.spread(ceiling),
          Report.text(share / Report.median(ceiling)),
          Report.text(gateways));
      report
          .put("benchmarkMicros", ceiling)
          .put("redisOverBenchmark", share / Report.median(ceiling))
          .put("gatewayMicros", gateways);
    }
    if (!asked.isEmpty()) {
      Report.line("publishers' own devices got %s frames per message", Report.text(own));
      report.put("hilo.ownFramesPerMessage", own);
      asked.forEach((command, each) -> report.put("hilo.redis." + command, each));
    }
    report.end();
  }

  private List<Double> cpu(String name) {
    return runs.getOrDefault(name, List.of()).stream().map(Run::allCpu).toList();
  }

  private List<Double> part(String name, String part) {
    return runs.get(name).stream().map(r -> r.cpu().get(part)).toList();
  }

  private List<Double> rate(String name) {
    return runs.get(name).stream().map(Run::perSecond).toList();
  }

  private List<Double> millis(String name, double percentile, boolean ack) {
    return runs.get(name).stream()
        .map(r -> (ack ? r.ack() : r.arrival()).getValueAtPercentile(percentile) / 1e6)
        .toList();
  }
}
