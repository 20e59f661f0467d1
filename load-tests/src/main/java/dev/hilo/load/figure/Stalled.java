package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.client.Loop;
import dev.hilo.load.figure.Following.Follower;
import dev.hilo.load.peer.Flags;
import dev.hilo.load.peer.HiloPeer;
import dev.hilo.load.process.Server;
import dev.hilo.load.process.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * One in ten of many readers stops reading, later reads on: what the others feel, what each of the
 * stalled costs the gateway meanwhile, and whether it gets all it missed.
 */
public final class Stalled {
  private Stalled() {}

  public static void run(Options options) throws Exception {
    int readers = options.count("readers", 10_000, 500);
    int topics = options.count("topics", 10, 5);
    int perTopic = readers / topics;
    double rate = options.number("rate", 5, 5);
    double seconds = options.number("seconds", 20, 3);
    try (Loop loop = new Loop();
        HiloPeer peer = HiloPeer.start(loop, 2, Flags.TIGHT)) {
      Following all =
          new Following(loop, peer, topics, perTopic, options.count("bytes", 3000, 3000));
      Server holder = Crowd.holder(peer, true);
      List<Follower> some = new ArrayList<>();
      for (int i = 0; i < all.followers().size(); i += 10) {
        some.add(all.followers().get(i));
      }
      some.forEach(Follower::unmeasured);
      all.begin(rate);
      Waiting.sleep(seconds / 2); // warms up
      all.delays();
      Waiting.sleep(seconds);
      Histogram without = all.delays();
      all.end(Duration.ofSeconds(20));
      double before = Crowd.settledKb(peer, holder);

      loop.run(() -> some.forEach(f -> f.device().wire().reading(false)));
      all.begin(rate);
      Waiting.sleep(seconds);
      Histogram with = all.delays();
      all.end(Duration.ofSeconds(1)); // the stalled lack what they did not read
      double each = (Crowd.settledKb(peer, holder) - before) / some.size();
      int cut = loop.lostSoFar();
      loop.run(() -> some.forEach(f -> f.device().wire().reading(true)));
      all.end(Duration.ofSeconds(30));

      double p99 = without.getValueAtPercentile(99) / 1e6;
      double stalled = with.getValueAtPercentile(99) / 1e6;
      Report.line(
          "%d readers, %d of them stalled: p99 of the others %s ms, without stalled ones %s ms: %s",
          readers, some.size(), Report.text(stalled), Report.text(p99), Report.text(stalled / p99));
      Report.line(
          "per stalled %s KB; cut off %d; lost %d, doubled %d",
          Report.text(each), cut, all.missing(), all.doubled());
      new Report("stalled", options)
          .put("readers", readers)
          .put("stalled", some.size())
          .put("p99Ms", p99)
          .put("p99StalledMs", stalled)
          .put("p99Ratio", stalled / p99)
          .put("p50Ms", without.getValueAtPercentile(50) / 1e6)
          .put("p50StalledMs", with.getValueAtPercentile(50) / 1e6)
          .put("kbPerStalled", each)
          .put("cutOff", cut)
          .put("lost", all.missing())
          .put("doubled", all.doubled())
          .end();
    }
  }
}
