package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.client.Loop;
import dev.hilo.load.peer.Flags;
import dev.hilo.load.peer.HiloPeer;
import java.util.ArrayList;
import java.util.List;

/**
 * The append alone: CPU of Redis and bytes of its file for the very call a gateway makes for a
 * visitor's message, driven by {@code redis-benchmark -P 32 -c 8}.
 */
public final class Append {
  private Append() {}

  public static void run(Options options) throws Exception {
    int rounds = options.count("rounds", 5, 2);
    double seconds = options.number("seconds", 3, 1);
    Report report = new Report("append", options);
    try (Loop loop = new Loop();
        HiloPeer peer = HiloPeer.start(loop, 1, Flags.PRODUCTION)) {
      int number = 0;
      for (String size : options.list("bytes", "60,256")) {
        int bytes = Integer.parseInt(size);
        List<Double> micros = new ArrayList<>();
        List<Double> file = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
          Ceiling.Calls calls = Ceiling.measure(peer, number++, bytes, seconds);
          Report.line(
              "%4d B: Redis %s us, file %s B per call",
              bytes, Report.text(calls.micros()), Report.text(calls.fileBytes()));
          micros.add(calls.micros());
          file.add(calls.fileBytes());
        }
        report.put(size + ".redisMicros", micros).put(size + ".fileBytes", file);
      }
    }
    report.end();
  }
}
