package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.client.Loop;
import dev.hilo.load.peer.Flags;
import dev.hilo.load.peer.HiloPeer;
import dev.hilo.load.peer.Installed;
import dev.hilo.load.peer.Peer;
import dev.hilo.load.process.Proc;
import dev.hilo.load.process.Server;
import dev.hilo.load.process.Waiting;
import java.util.ArrayList;
import java.util.List;

/**
 * One more idle connection that hears a topic of its own: resident memory of the process that holds
 * it, after collecting garbage, and CPU of all processes with a sign of life every 25 s.
 */
public final class Idle {
  private static final int FIRST = 10_000; // topics of traffic have lower numbers

  private final Report report;
  private final int warm;
  private final int some;
  private final int most;
  private final double seconds;

  private Idle(Options options) {
    this.report = new Report("idle", options);
    int room = (int) Math.min(15_000, Proc.openFiles() - 1500);
    this.warm = options.count("warm", 500, 100);
    this.some = Math.min(room, options.count("some", 10_000, 1000));
    this.most = Math.min(room, options.count("most", 15_000, 1500));
    this.seconds = options.number("seconds", 25, 3);
  }

  public static void run(Options options) throws Exception {
    Idle figure = new Idle(options);
    List<String> measured = new ArrayList<>();
    Report.line("KB per connection, beyond the first %d", figure.warm);
    for (String name : options.list("peers", "netty,hilo,ws,nchan,socketio")) {
      try (Loop loop = new Loop();
          Peer peer = start(loop, name)) {
        figure.measure(loop, peer);
        measured.add(name);
      } catch (Installed.Missing e) {
        Report.line("%s is left out: %s", name, e.getMessage());
      }
    }
    figure.report.names("peers", measured).end();
  }

  private static Peer start(Loop loop, String name) throws Exception {
    return name.equals("hilo")
        ? HiloPeer.start(loop, 1, Flags.TIGHT)
        : Peers.start(loop, name, Flags.TIGHT);
  }

  /** CPU of all processes while nobody asks for anything, in cores. */
  private static double cores(Peer peer, double seconds) {
    double cpu = Crowd.cpu(peer);
    Waiting.sleep(seconds);
    return (Crowd.cpu(peer) - cpu) / seconds / 1e6;
  }

  private void measure(Loop loop, Peer peer) throws Exception {
    Server holder = Crowd.holder(peer, true);
    Crowd.idle(loop, peer, FIRST, warm);
    double before = Crowd.settledKb(peer, holder);
    double base = cores(peer, seconds / 8);
    Crowd.idle(loop, peer, FIRST + warm, some - warm);
    double middle = (Crowd.settledKb(peer, holder) - before) / (some - warm);
    Crowd.idle(loop, peer, FIRST + some, most - some);
    double all = (Crowd.settledKb(peer, holder) - before) / (most - warm);
    double beat = (cores(peer, seconds) - base) * 1e6 / (most - warm);
    int lost = loop.lostSoFar();
    Report.line(
        "%-9s %6d: %-6s %6d: %-6s empty %s MB   CPU %s us per connection and second   lost %d",
        peer.name(),
        some,
        Report.text(middle),
        most,
        Report.text(all),
        Report.text(before / 1024),
        Report.text(beat),
        lost);
    report
        .put(peer.name() + ".someKb", middle)
        .put(peer.name() + ".mostKb", all)
        .put(peer.name() + ".emptyMb", before / 1024)
        .put(peer.name() + ".cpuMicrosPerSecond", beat)
        .put(peer.name() + ".emptyCores", base)
        .put(peer.name() + ".lost", lost)
        .put("some", some)
        .put("most", most);
    if (peer instanceof HiloPeer hilo) {
      double redis = hilo.store().info("memory", "used_memory") / 1024 / most;
      Report.line("          Redis holds %s KB for each of them", Report.text(redis));
      report.put("hilo.redisKb", redis);
    }
  }
}
