package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks where the store is: now and then, and soon when somebody doubts; one look at a time, with
 * random pauses so that many nodes do not ask as one. {@link #doubt} may be called from any thread.
 */
final class Scout {
  private static final Logger LOG = LoggerFactory.getLogger(Scout.class);
  private static final int SOON_MS = 100;
  private static final int LONGEST_PAUSE_MS = 1000;

  private final ContextInternal loop;
  private final Supplier<Future<Void>> look;
  private final int periodMs;
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
  private boolean looking;
  private boolean again;
  private int failures;
  private long timer = -1;
  private volatile boolean closed;

  Scout(ContextInternal loop, int periodMs, Supplier<Future<Void>> look) {
    this.loop = loop;
    this.periodMs = periodMs;
    this.look = look;
  }

  void start() {
    loop.execute(this::run);
  }

  void doubt() {
    loop.execute(
        () -> {
          if (looking) {
            again = true;
          } else if (failures == 0 && !again) {
            again = true;
            in(jittered(SOON_MS));
          }
        });
  }

  private void run() {
    if (closed || looking) {
      return;
    }
    looking = true;
    again = false;
    look.get()
        .onComplete(
            r -> {
              looking = false;
              if (r.failed()) {
                if (failures++ == 0 && !closed) {
                  LOG.warn("nobody says where the store is: {}", r.cause().getMessage());
                }
                in(jittered(Math.min(LONGEST_PAUSE_MS, 100 << Math.min(failures, 4))));
              } else {
                failures = 0;
                in(jittered(again ? SOON_MS : periodMs));
              }
            });
  }

  private static int jittered(int ms) {
    return ms / 2 + ThreadLocalRandom.current().nextInt(ms / 2 + 1);
  }

  private void in(int ms) {
    if (timer >= 0) {
      loop.owner().cancelTimer(timer);
    }
    timer = closed ? -1 : loop.setTimer(Math.max(1, ms), _ -> run());
  }

  void watch(Runnable change) {
    watchers.add(change);
  }

  void unwatch(Runnable change) {
    watchers.remove(change);
  }

  void changed() {
    watchers.forEach(Runnable::run);
  }

  boolean closed() {
    return closed;
  }

  void close() {
    closed = true;
    loop.execute(() -> in(0));
  }
}
