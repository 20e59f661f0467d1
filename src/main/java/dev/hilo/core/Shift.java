package dev.hilo.core;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A keeper's working time: a clock, and virtual threads for what it strikes. Thread-safe. What is
 * asked for after {@link #end} does not happen.
 */
final class Shift {
  private static final Logger LOG = LoggerFactory.getLogger(Shift.class);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("keeper").factory());
  private volatile boolean over;

  void run(Runnable work) {
    try {
      threads.execute(work);
    } catch (RejectedExecutionException e) {
      LOG.debug("no more work is taken");
    }
  }

  /** {@code work} does not block: it runs on the clock's own thread. */
  void after(long millis, Runnable work) {
    if (!over) {
      try {
        var _ = clock.schedule(work, Math.max(0, millis), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        LOG.debug("no more work is taken");
      }
    }
  }

  void every(long first, long millis, Runnable work) {
    var _ = clock.scheduleWithFixedDelay(() -> run(work), first, millis, TimeUnit.MILLISECONDS);
  }

  /** True since {@link #end}: whoever loops stops. */
  boolean over() {
    return over;
  }

  /** Stops the clock; what runs may come to its end. */
  void end() {
    over = true;
    clock.shutdownNow();
  }

  /** Takes nothing more, and waits up to 10 s for what runs. */
  void drain() throws InterruptedException {
    threads.shutdown();
    threads.awaitTermination(10, TimeUnit.SECONDS);
  }
}
