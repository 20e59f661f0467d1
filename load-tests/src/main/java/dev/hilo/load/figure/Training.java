package dev.hilo.load.figure;

import dev.hilo.load.process.Server;
import dev.hilo.load.process.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The end of a run that trains an AOT cache: the JVM writes the cache before it is gone. */
final class Training {
  private static final Duration LONGEST = Duration.ofSeconds(150);

  private Training() {}

  static void end(Server server, Path cache) throws IOException, InterruptedException {
    server.onBothCores(true);
    server.terminate();
    Waiting.until("the training run to end", LONGEST, () -> !server.alive());
    if (!Files.exists(cache) || Files.size(cache) == 0) {
      throw new IllegalStateException("the training run left no AOT cache");
    }
  }
}
