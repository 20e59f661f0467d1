package dev.hilo.channel.email;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Growing pauses with jitter: between half of 1, 2, 4 … seconds and the whole, up to 5 minutes. */
final class Backoff {
  private static final long MAX_MILLIS = 300_000;

  private int failures;

  void reset() {
    failures = 0;
  }

  Duration next() {
    long ceiling = Math.min(MAX_MILLIS, 1000L << Math.min(failures++, 20));
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(ceiling / 2, ceiling + 1));
  }

  /** {@code around} give or take a third, so that many mailboxes do not ask at once. */
  static Duration jitter(Duration around) {
    long millis = around.toMillis();
    return Duration.ofMillis(
        ThreadLocalRandom.current().nextLong(millis * 2 / 3, millis * 4 / 3 + 1));
  }
}
