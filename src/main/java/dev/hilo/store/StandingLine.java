package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line to one server that is opened again whenever it ends: at once the first time, then after
 * growing pauses. Gives up on what neither opens nor answers. On the loop it was made for only.
 */
@SuppressWarnings("ReferenceEquality") // one line is the other only if it is the same object
final class StandingLine {
  static final int PATIENCE_MS = 2000;
  private static final int LONGEST_PAUSE_MS = 1000;
  private static final long STILL_NANOS = 1_000_000_000;
  private static final long BRIEF_NANOS = 100_000_000;
  private static final Logger LOG = LoggerFactory.getLogger(StandingLine.class);

  /** Whoever needs the line. */
  interface User {
    /** Open, and prepared; {@link #down} follows when it ends. */
    void up(Line line);

    void down();

    void push(Response push);

    void stray(ErrorType error);

    /** All that came in at once was handed over. */
    void read();
  }

  private final Topology topology;
  private final ContextInternal loop;
  private final Server server;
  private final String purpose;
  private final Function<Line, Future<Void>> prepare;
  private final User user;
  private @Nullable Line opening;
  private @Nullable Line line;
  private boolean closed;
  private int failures;
  private long since;
  private long ticked = System.nanoTime();

  /**
   * @param purpose for the log
   * @param prepare what must be done before the line is used
   */
  StandingLine(
      Topology topology,
      ContextInternal loop,
      Server server,
      String purpose,
      Function<Line, Future<Void>> prepare,
      User user) {
    this.topology = topology;
    this.loop = loop;
    this.server = server;
    this.purpose = purpose;
    this.prepare = prepare;
    this.user = user;
  }

  Server server() {
    return server;
  }

  /** The open line, or null. */
  @Nullable Line line() {
    return line;
  }

  void connect() {
    if (closed || opening != null || line != null) {
      return;
    }
    Line fresh = topology.line(loop, server);
    opening = fresh;
    since = System.nanoTime();
    fresh
        .open()
        .compose(_ -> topology.verify(fresh))
        .compose(_ -> prepare.apply(fresh))
        .onComplete(
            r -> {
              opening = null;
              if (closed) {
                fresh.end(new StoreUnavailable("closed", null));
              } else if (r.failed()) {
                fresh.end(r.cause());
                failed(r.cause());
              } else {
                opened(fresh);
              }
            });
  }

  private void failed(Throwable cause) {
    failures++;
    if (failures == 1) {
      LOG.warn("{}: {} cannot be reached: {}", purpose, server, cause.getMessage());
    }
    topology.doubt();
    int pause = Math.min(LONGEST_PAUSE_MS, 50 << Math.min(failures, 5));
    loop.setTimer(pause - ThreadLocalRandom.current().nextInt(pause / 4), _ -> connect());
  }

  private void opened(Line fresh) {
    if (failures > 0) {
      LOG.info("{}: {} is back", purpose, server);
    }
    failures = 0;
    line = fresh;
    fresh.own(
        new Line.Owner() {
          @Override
          public void push(Response push) {
            user.push(push);
          }

          @Override
          public void stray(ErrorType error) {
            user.stray(error);
          }

          @Override
          public void read() {
            user.read();
          }

          @Override
          public void ended(Throwable why) {
            StandingLine.this.ended(fresh, why);
          }
        });
    if (line == fresh) {
      user.up(fresh);
    }
  }

  private void ended(Line which, Throwable why) {
    if (line != which) {
      return;
    }
    line = null;
    if (!closed) {
      LOG.warn("{}: {} was interrupted: {}", purpose, server, why.getMessage());
      failures = 1;
      topology.doubt();
    }
    user.down();
    if (System.nanoTime() - since > BRIEF_NANOS) {
      connect();
    } else {
      loop.setTimer(100, _ -> connect()); // whoever hangs up at once is not called at once
    }
  }

  /** To be called a few times a second: ends what hangs. */
  void tick(long now) {
    boolean stood = now - ticked > STILL_NANOS; // the loop itself: what came in is not read yet
    ticked = now;
    if (opening != null && now - since > PATIENCE_MS * 1_000_000L) {
      opening.end(new StoreUnavailable("no answer", null));
    }
    if (line != null) {
      if (stood) {
        line.excuse(now);
      } else if (line.stalled(now, PATIENCE_MS * 1_000_000L)) {
        line.end(new StoreUnavailable("it took calls and does not answer", null));
      }
    }
  }

  void close() {
    closed = true;
    StoreUnavailable why = new StoreUnavailable("closed", null);
    if (opening != null) {
      opening.end(why);
    }
    if (line != null) {
      line.end(why);
    }
  }
}
