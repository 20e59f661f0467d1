package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.client.Body;
import dev.hilo.load.client.Loop;
import dev.hilo.load.peer.Peer;
import dev.hilo.load.peer.Peer.Talker;
import dev.hilo.load.process.Server;
import dev.hilo.load.process.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** One message to many: CPU of all processes for one more recipient on the other node. */
public final class Fanout {
  private final Options options;
  private final Loop loop;
  private final Map<String, List<Double>> each = new LinkedHashMap<>();
  private final Map<String, List<Double>> p99 = new LinkedHashMap<>();
  private final int many;
  private final int bytes;
  private final double seconds;
  private final double rate;

  private Fanout(Options options, Loop loop) {
    this.options = options;
    this.loop = loop;
    this.many = options.count("recipients", 2000, 300);
    this.bytes = options.count("bytes", 256, 256);
    this.seconds = options.number("seconds", 5, 1);
    this.rate = options.number("rate", 10, 10);
  }

  /** Everyone who hears one talker at one peer. */
  private final class Audience {
    private final Peer peer;
    private final Talker talker;
    private Histogram arrivals = new Histogram(3);
    private long heard;
    private int seq;

    Audience(Peer peer) {
      this.peer = peer;
      this.talker = Crowd.talkers(loop, peer, 0, 1).getFirst();
      Crowd.watchers(loop, peer, talker, 1, this::heard);
    }

    private void heard(int topic, int number, long nanos) {
      heard++;
      arrivals.recordValue(Math.max(0, System.nanoTime() - nanos));
    }

    /** CPU per message with so many who hear it. */
    double say(int messages, int recipients) {
      long[] before = {0};
      double cpu = Crowd.cpu(peer);
      long interval = (long) (1e9 / rate);
      loop.run(
          () -> {
            before[0] = heard;
            arrivals = new Histogram(3);
            for (int i = 0; i < messages; i++) {
              loop.in(
                  i * interval,
                  () -> {
                    talker.say(seq, Body.make(bytes, 0, seq, System.nanoTime()));
                    seq++;
                  });
            }
          });
      Waiting.sleep(messages / rate);
      Waiting.until(
          peer.name() + " to reach everyone",
          Duration.ofSeconds(20),
          () -> loop.get(() -> heard - before[0]) >= (long) messages * recipients);
      return (Crowd.cpu(peer) - cpu) / messages;
    }
  }

  public static void run(Options options) throws Exception {
    try (Loop loop = new Loop();
        Peers peers = Peers.start(loop, options, "netty,hilo,ws,nchan,socketio,nats")) {
      new Fanout(options, loop).measure(peers);
    }
  }

  private void measure(Peers peers) throws Exception {
    int messages = (int) Math.max(5, rate * seconds);
    List<Audience> audiences = new ArrayList<>();
    Map<String, Double> one = new LinkedHashMap<>();
    for (Peer peer : peers.all()) {
      Audience audience = new Audience(peer);
      audience.say(messages / 2 + 1, 1);
      Crowd.quiet(peer, 5);
      one.put(peer.name(), audience.say(messages, 1));
      Crowd.watchers(loop, peer, audience.talker, many - 1, audience::heard);
      warm(peer, audience);
      audiences.add(audience);
    }
    int rounds = options.count("rounds", 3, 1);
    for (int i = 0; i < rounds; i++) {
      for (Audience audience : i % 2 == 0 ? audiences : audiences.reversed()) {
        String name = audience.peer.name();
        double cpu = (audience.say(messages, many) - one.get(name)) / (many - 1);
        double slowest = loop.get(() -> audience.arrivals.getValueAtPercentile(99)) / 1e6;
        Report.line(
            "%-9s CPU per message: 1 recipient %s us, one more %s us; p99 of %d %s ms",
            name, Report.text(one.get(name)), Report.text(cpu), many, Report.text(slowest));
        each.computeIfAbsent(name, _ -> new ArrayList<>()).add(cpu);
        p99.computeIfAbsent(name, _ -> new ArrayList<>()).add(slowest);
      }
    }
    report(peers, one);
  }

  private void warm(Peer peer, Audience audience) throws Exception {
    for (Server server : peer.servers()) {
      server.onBothCores(true);
    }
    audience.say((int) (rate * options.number("warm", 3, 0.5)), many);
    for (Server server : peer.servers()) {
      server.onBothCores(false);
    }
    Crowd.quiet(peer, 5);
  }

  private void report(Peers peers, Map<String, Double> one) throws Exception {
    Report report =
        new Report("fanout", options).names("peers", peers.names()).put("recipients", many);
    double limit = Report.median(each.getOrDefault("netty", List.of()));
    for (String name : peers.names()) {
      double over = Report.median(each.get(name)) / limit;
      Report.line(
          "  %-9s %-22s us per extra recipient, over netty %s; p99 %s ms",
          name, Report.spread(each.get(name)), Report.text(over), Report.spread(p99.get(name)));
      report
          .put(name + ".microsPerRecipient", each.get(name))
          .put(name + ".overNetty", over)
          .put(name + ".oneMicros", one.get(name))
          .put(name + ".p99Ms", p99.get(name));
    }
    report.end();
  }
}
