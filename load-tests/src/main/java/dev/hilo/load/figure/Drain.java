package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.client.Loop;
import dev.hilo.load.client.Wire;
import dev.hilo.load.figure.Following.Follower;
import dev.hilo.load.peer.Device;
import dev.hilo.load.peer.Flags;
import dev.hilo.load.peer.Gateway;
import dev.hilo.load.peer.HiloPeer;
import dev.hilo.load.process.Waiting;
import java.net.URI;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * A gateway with many sessions is asked to end (SIGTERM) while messages flow: every client follows
 * {@code moving}, has its new socket caught up before it leaves the old one, and counts.
 */
public final class Drain {
  private final Loop loop;
  private int told;
  private int moved;
  private int cut;

  private Drain(Loop loop) {
    this.loop = loop;
  }

  public static void run(Options options) throws Exception {
    try (Loop loop = new Loop();
        HiloPeer peer = HiloPeer.start(loop, 2, Flags.PRODUCTION)) {
      new Drain(loop).measure(options, peer);
    }
  }

  private void measure(Options options, HiloPeer peer) throws Exception {
    int sessions = options.count("sessions", 10_000, 300);
    int perTopic = options.count("per-topic", 20, 20);
    double rate = options.number("rate", 50, 20);
    double seconds = options.number("seconds", 20, 4);
    Following all = new Following(loop, peer, Math.max(1, sessions / perTopic), perTopic, 256);
    all.begin(rate);
    Waiting.sleep(seconds / 2);
    all.delays();
    Waiting.sleep(seconds);
    Histogram before = all.delays();

    URI other = peer.gateways().getFirst().live();
    loop.run(() -> all.followers().forEach(f -> follow(f, other)));
    Gateway leaving = peer.gateways().getLast();
    long start = System.nanoTime();
    leaving.server().terminate();
    Waiting.until("the gateway to end", Duration.ofSeconds(90), () -> !leaving.server().alive());
    double ended = (System.nanoTime() - start) / 1e9;
    int total = all.followers().size();
    Waiting.until(
        "all to have moved", Duration.ofSeconds(30), () -> loop.get(() -> moved) >= total);
    Histogram during = all.delays();
    all.end(Duration.ofSeconds(20));
    report(options, all, before, during, ended);
  }

  private void follow(Follower follower, URI other) {
    Device device = follower.device();
    device.to(other);
    device.onMoving(
        after -> {
          told++;
          loop.in(after * 1_000_000, () -> move(device));
        });
    device.onCut(
        () -> {
          cut++;
          move(device);
        });
  }

  private void move(Device device) {
    if (device.coming()) {
      return;
    }
    Wire old = device.wire();
    device
        .back()
        .whenComplete(
            (_, e) -> {
              if (e == null) {
                moved++;
                old.close();
              } else {
                again(device);
              }
            });
  }

  private void again(Device device) {
    loop.in(500_000_000, () -> move(device));
  }

  private void report(
      Options options, Following all, Histogram before, Histogram during, double ended)
      throws Exception {
    double usual = before.getValueAtPercentile(99) / 1e6;
    double p99 = during.getValueAtPercentile(99) / 1e6;
    double longest = during.getMaxValue() / 1e6;
    int total = all.followers().size();
    int asked = loop.get(() -> told);
    int broken = loop.get(() -> cut);
    Report.line(
        "%d sessions, %d told to move, %d cut off; the gateway ended after %s s",
        total, asked, broken, Report.text(ended));
    Report.line(
        "lost %d, doubled %d; delay while moving p99 %s ms, longest %s ms; before p99 %s ms",
        all.missing(), all.doubled(), Report.text(p99), Report.text(longest), Report.text(usual));
    new Report("drain", options)
        .put("sessions", total)
        .put("told", asked)
        .put("cutOff", broken)
        .put("lost", all.missing())
        .put("doubled", all.doubled())
        .put("p99Ms", p99)
        .put("longestMs", longest)
        .put("p99BeforeMs", usual)
        .put("endedSeconds", ended)
        .end();
  }
}
