package dev.hilo.channel.email;

import dev.hilo.channel.Source;
import org.jspecify.annotations.Nullable;

/**
 * A source on a virtual thread of its own, as the gateway runs it; closing interrupts it and waits.
 */
final class RunningSource implements AutoCloseable {
  private final Thread thread;
  private volatile @Nullable Throwable end;

  RunningSource(Source source, Source.Intake intake) {
    thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    source.run(intake);
                  } catch (Throwable e) {
                    end = e;
                  }
                });
  }

  /** What it ended with. */
  @Nullable Throwable join() throws InterruptedException {
    thread.join();
    return end;
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
