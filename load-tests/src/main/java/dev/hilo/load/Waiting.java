package dev.hilo.load;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Blocking waits of the main thread. */
final class Waiting {
  private Waiting() {}

  static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Throws {@link IllegalStateException} naming {@code what} when it does not come true in time.
   */
  static void until(String what, Duration patience, BooleanSupplier come) {
    long end = System.nanoTime() + patience.toNanos();
    while (!come.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("waited " + patience.toSeconds() + " s for " + what);
      }
      sleep(5);
    }
  }
}
