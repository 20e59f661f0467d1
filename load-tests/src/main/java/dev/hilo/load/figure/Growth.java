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

  private record Size(double kb, double cpu, double redis, double idle, double p99) {}

  private void measure() throws Exception {
    int few = options.count("few", 1000, 200);
    int many = Math.min(options.count("many", 15_000, 1500), (int) Proc.openFiles() - 1500);
    Server holder = Crowd.holder(peer, false);
    for (Server server : peer.servers()) {
      server.onBothCores(true);
    }
    traffic.flood(options.number("warm", 25, 3));
    for (Server server : peer.servers()) {
      server.onBothCores(false);
    }
    double empty = Crowd.settledKb(peer, holder);
    Size small = size(few, 0, empty, holder);
    Size large = size(many, few, empty, holder);
    double cpu = large.cpu / small.cpu;
    double kb = large.kb / small.kb;
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
        .put("few.kb", small.kb)
        .put("many.kb", large.kb)
        .put("kbRatio", kb)
        .put("few.p99Ms", small.p99)
        .put("many.p99Ms", large.p99)
        .put("many.idleMicrosPerConnection", large.idle / many * 1e6)
        .end();
  }

  private Size size(int connections, int there, double emptyKb, Server holder) throws Exception {
    Crowd.idle(loop, peer, FIRST + there, connections - there);
    double kb = (Crowd.settledKb(peer, holder) - emptyKb) / connections;
    double cpu = Crowd.cpu(peer);
    Waiting.sleep(seconds);
    double idle = (Crowd.cpu(peer) - cpu) / seconds / 1e6; // cores
    List<Double> each = new ArrayList<>();
    List<Double> redis = new ArrayList<>();
    List<Double> p99 = new ArrayList<>();
    for (int i = 0; i < options.count("rounds", 3, 1); i++) {
      Run run = traffic.steady(rate, seconds);
      Peers.print("hilo", connections + "", run);
      each.add(run.allCpu() - idle * run.seconds() * 1e6 / run.messages());
      redis.add(run.cpu().getOrDefault("redis", 0.0));
      p99.add(run.arrival().getValueAtPercentile(99) / 1e6);
    }
    Report.line(
        "%6d connections: %s KB each, %s us per message, %s cores when nobody speaks",
        connections, Report.text(kb), Report.spread(each), Report.text(idle));
    return new Size(kb, Report.median(each), Report.median(redis), idle, Report.median(p99));
  }
}
