package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.client.Loop;
import dev.hilo.load.peer.Flags;
import dev.hilo.load.peer.HiloPeer;
import dev.hilo.load.process.Proxy;
import dev.hilo.load.process.Store;
import dev.hilo.load.process.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The connection that brings a gateway its entries goes silent without ending, as when a firewall
 * forgets it: time until entries flow again, and whether any is missing afterwards.
 */
public final class FeedDeath {
  private FeedDeath() {}

  public static void run(Options options) throws Exception {
    int deaths = options.count("deaths", 10, 2);
    try (Loop loop = new Loop();
        Store store = Store.start();
        Proxy proxy = new Proxy(store.port());
        HiloPeer peer = HiloPeer.start("hilo", loop, store, 2, Flags.PRODUCTION, proxy.uri())) {
      Following all =
          new Following(
              loop, peer, options.count("topics", 20, 5), options.count("per-topic", 5, 2), 256);
      all.begin(options.number("rate", 100, 50));
      Waiting.sleep(options.number("warm", 10, 3));
      List<Double> healed = new ArrayList<>();
      for (int i = 0; i < deaths; i++) {
        Waiting.sleep(2 + ThreadLocalRandom.current().nextDouble());
        all.delays();
        if (proxy.silence("SSUBSCRIBE") == 0) {
          throw new IllegalStateException("no connection said SSUBSCRIBE");
        }
        long start = System.nanoTime();
        Waiting.sleep(0.2); // what was on its way has come
        all.delays();
        Waiting.until("entries to flow again", Duration.ofSeconds(60), () -> all.arrivals() > 0);
        double seconds = (System.nanoTime() - start) / 1e9;
        Report.line("healed after %s s", Report.text(seconds));
        healed.add(seconds);
      }
      all.end(Duration.ofSeconds(20));
      Report.line(
          "healed after %s s; lost %d, doubled %d",
          Report.spread(healed), all.missing(), all.doubled());
      new Report("feed-death", options)
          .put("healedSeconds", healed)
          .put("deaths", deaths)
          .put("lost", all.missing())
          .put("doubled", all.doubled())
          .end();
    }
  }
}
