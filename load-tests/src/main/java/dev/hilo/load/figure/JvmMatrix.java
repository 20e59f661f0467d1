package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.client.Loop;
import dev.hilo.load.peer.Gateway;
import dev.hilo.load.peer.HiloPeer;
import dev.hilo.load.peer.Traffic;
import dev.hilo.load.peer.Traffic.Run;
import dev.hilo.load.process.Server;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Collectors, compact object headers and the AOT cache: start of a gateway, CPU per message, p99
 * and resident memory with each.
 */
public final class JvmMatrix {
  private static final Map<String, List<String>> COLLECTORS =
      Map.of(
          "serial", List.of("-XX:+UseSerialGC"),
          "parallel", List.of("-XX:+UseParallelGC"),
          "g1", List.of("-XX:+UseG1GC"),
          "zgc", List.of("-XX:+UseZGC"),
          "shenandoah", List.of("-XX:+UseShenandoahGC", "-XX:ShenandoahGCMode=generational"));

  /** {@code +coh}: compact object headers; {@code +aot}: with a cache trained for these flags. */
  private static final String ALL =
      "serial+coh,serial+coh+aot,parallel+coh+aot,g1,g1+coh,g1+coh+aot,"
          + "zgc+coh,zgc+coh+aot,shenandoah+coh,shenandoah+coh+aot";

  private final Options options;
  private final Report report;

  private JvmMatrix(Options options) {
    this.options = options;
    this.report = new Report("jvm", options);
  }

  public static void run(Options options) throws Exception {
    JvmMatrix figure = new JvmMatrix(options);
    List<String> rows = options.list("rows", options.quick() ? "serial+coh,g1+coh+aot" : ALL);
    Report.line(
        "%-22s %8s %10s %8s %8s %8s %8s",
        "flags", "start s", "max msg/s", "us/msg", "p50 ms", "p99 ms", "RSS MB");
    for (String row : rows) {
      figure.row(row);
    }
    figure.report.names("rows", rows).end();
  }

  private void row(String row) throws Exception {
    List<String> words = List.of(row.split("\\+"));
    List<String> gc = COLLECTORS.get(words.getFirst());
    if (gc == null) {
      throw new IllegalArgumentException(row + " names no collector of " + COLLECTORS.keySet());
    }
    List<String> flags = new ArrayList<>(gc);
    flags.add("-Xmx1g");
    flags.add(
        words.contains("coh") ? "-XX:+UseCompactObjectHeaders" : "-XX:-UseCompactObjectHeaders");
    Path folder = Server.folder("aot");
    try {
      if (words.contains("aot")) {
        train(folder.resolve("hilo.aot"), flags);
        flags.addAll(List.of("-XX:AOTCache=" + folder.resolve("hilo.aot"), "-XX:AOTMode=on"));
      }
      measure(row, flags);
    } finally {
      Server.delete(folder);
    }
  }

  /** One run that serves some messages; its classes and profiles are in the cache when it ended. */
  private void train(Path cache, List<String> flags) throws Exception {
    List<String> training = new ArrayList<>(flags);
    training.add("-XX:AOTCacheOutput=" + cache);
    try (Loop loop = new Loop();
        HiloPeer peer = HiloPeer.start("training", loop, 1, training)) {
      onBothCores(peer, true);
      new Traffic(loop, peer, 8, 128, 256).flood(options.number("train", 3, 1));
      Training.end(peer.gateways().getLast().server(), cache);
    }
  }

  private static void onBothCores(HiloPeer peer, boolean both)
      throws IOException, InterruptedException {
    for (Server server : peer.servers()) {
      server.onBothCores(both);
    }
  }

  private void measure(String row, List<String> flags) throws Exception {
    try (Loop loop = new Loop();
        HiloPeer peer = HiloPeer.start("hilo", loop, 1, flags)) {
      Gateway gateway = peer.gateways().getLast();
      double start = peer.startSeconds();
      Traffic traffic = new Traffic(loop, peer, 32, 512, 256);
      onBothCores(peer, true);
      traffic.flood(options.number("warm", 5, 2));
      onBothCores(peer, false);
      Run most = traffic.flood(options.number("seconds", 3, 1));
      Run half = traffic.steady(options.number("rate", 2500, 500), options.number("seconds", 3, 1));
      double rss = gateway.server().proc().rssKb() / 1024;
      double cpu = most.cpu().getOrDefault("a", 0.0);
      double p50 = half.arrival().getValueAtPercentile(50) / 1e6;
      double p99 = half.arrival().getValueAtPercentile(99) / 1e6;
      Report.line(
          "%-22s %8s %10s %8s %8s %8s %8s",
          row,
          Report.text(start),
          Report.text(most.perSecond()),
          Report.text(cpu),
          Report.text(p50),
          Report.text(p99),
          Report.text(rss));
      report
          .put(row + ".startSeconds", start)
          .put(row + ".perSecond", most.perSecond())
          .put(row + ".gatewayMicros", cpu)
          .put(row + ".p50Ms", p50)
          .put(row + ".p99Ms", p99)
          .put(row + ".rssMb", rss);
    }
  }
}
