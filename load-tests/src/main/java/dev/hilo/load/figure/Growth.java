package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.client.Loop;
import dev.hilo.load.peer.Flags;
import dev.hilo.load.peer.HiloPeer;
import dev.hilo.load.peer.Traffic;
import dev.hilo.load.peer.Traffic.Run;
import dev.hilo.load.process.Proc;
import dev.hilo.load.process.Server;
import dev.hilo.load.process.Waiting;
import java.util.ArrayList;
import java.util.List;

/**
 * The same traffic beside few and beside many connections of the same gateway: CPU per message,
 * without what the connections cost by themselves, and memory per connection.
 */
public final class Growth {
  private static final int FIRST = 10_000;

  private final Options options;
  private final Loop loop;
  private final HiloPeer peer;
  private final Traffic traffic;
  private final double rate;
  private final double seconds;

  private Growth(Options options, Loop loop, HiloPeer peer) {
    this.options = options;
    this.loop = loop;
    this.peer = peer;
    this.rate = options.number("rate", 2500, 1000);
    this.seconds = options.number("seconds", 6, 1);
    this.traffic = new Traffic(loop, peer, 32, 512, options.count("bytes", 256, 256));
  }

  public static void run(Options options) throws Exception {
    try (Loop loop = new Loop();
        HiloPeer peer = HiloPeer.start(loop, 2, Flags.TIGHT)) {
      new Growth(options, loop, peer).measure();
    }
  }

  private record Size(double cpu, double redis, double idle, double p99) {}

  private void measure() throws Exception {
    int few = options.count("few", 1000, 200);
    int many = Math.min(options.count("many", 15_000, 1500), (int) Proc.openFiles() - 1500);
    Server holder = Crowd.holder(peer, false);
    Peers.warmUp(traffic, options.number("warm", 45, 3));
    int step = Math.min(few * 2, (many - few) / 3);
    Crowd.idle(loop, peer, FIRST, few);
    Size small = size(few);
    double fewKb = step(few, step, holder);
    Crowd.idle(loop, peer, FIRST + few + step, many - few - 2 * step);
    double manyKb = step(many - step, step, holder);
    Size large = size(many);
    double cpu = large.cpu / small.cpu;
    double kb = manyKb / fewKb;
    Report.line("growth %d to %d: CPU %s, memory %s", few, many, Report.text(cpu), Report.text(kb));
    new Report("growth", options)
        .put("few", few)
        .put("many", many)
        .put("perSecond", rate)
        .put("few.cpuMicros", small.cpu)
        .put("many.cpuMicros", large.cpu)
        .put("cpuRatio", cpu)
        .put("few.redisMicros", small.redis)
        .put("many.redisMicros", large.redis)
        .put("few.kb", fewKb)
        .put("many.kb", manyKb)
        .put("kbRatio", kb)
        .put("few.p99Ms", small.p99)
        .put("many.p99Ms", large.p99)
        .put("many.idleMicrosPerConnection", large.idle / many * 1e6)
        .end();
  }

  /** KB of each of the next connections, when so many are there. */
  private double step(int there, int more, Server holder) throws Exception {
    double before = Crowd.settledKb(peer, holder);
    Crowd.idle(loop, peer, FIRST + there, more);
    double kb = (Crowd.settledKb(peer, holder) - before) / more;
    Report.line("%6d connections, %d more: %s KB each", there, more, Report.text(kb));
    return kb;
  }

  private Size size(int connections) throws Exception {
    double cpu = Crowd.cpu(peer);
    Waiting.sleep(seconds);
    double idle = (Crowd.cpu(peer) - cpu) / seconds / 1e6; // cores
    List<Double> each = new ArrayList<>();
    List<Double> redis = new ArrayList<>();
    List<Double> p99 = new ArrayList<>();
    for (int i = 0; i < options.count("rounds", 3, 1); i++) {
      Run run = traffic.steady(rate, seconds);
      Peers.print("hilo", connections + "", run);
      each.add(run.allCpu() - run.compilers() - idle * run.seconds() * 1e6 / run.messages());
      redis.add(run.cpu().getOrDefault("redis", 0.0));
      p99.add(run.arrival().getValueAtPercentile(99) / 1e6);
    }
    Report.line(
        "%6d connections: %s us per message, %s cores when nobody speaks",
        connections, Report.spread(each), Report.text(idle));
    return new Size(Report.median(each), Report.median(redis), idle, Report.median(p99));
  }
}
