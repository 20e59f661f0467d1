package dev.hilo.core;

import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.conversation.CustomerId;
import dev.hilo.store.Lease;
import dev.hilo.store.Streams;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Once a day, on one node, removes the days of the trail that are older than the policy of their
 * workspace keeps them. For one event loop.
 */
public final class TrailSweep {
  private static final Logger LOG = LoggerFactory.getLogger(TrailSweep.class);
  private static final String NAME = "trail";
  private static final long LOOK_MS = 15 * 60_000;
  private static final long FIRST_LOOK_MS = 20_000;
  private static final long LEASE_MS = 5 * 60_000;

  /** Ten years and a bit: no policy keeps more, so nothing can be older for long. */
  private static final int DAYS = 4000;

  private static final int AT_ONCE = 200;

  private final String node;
  private final Rosters rosters;
  private final Streams streams;
  private final Lease lease;
  private final Clock clock;

  public TrailSweep(String node, Rosters rosters, Streams streams, Lease lease, Clock clock) {
    this.node = node;
    this.rosters = rosters;
    this.streams = streams;
    this.lease = lease;
    this.clock = clock;
  }

  /** Looks now and then whether a day began that nobody swept yet. */
  public void start(Vertx vertx, Context context) {
    context.runOnContext(
        _ -> {
          vertx.setTimer(FIRST_LOOK_MS, _ -> look());
          vertx.setPeriodic(LOOK_MS, _ -> look());
        });
  }

  private void look() {
    sweep().onFailure(e -> LOG.debug("the trail is swept later: {}", e.getMessage()));
  }

  /**
   * Sweeps, unless another node does or it was done today.
   *
   * @return how many days were removed
   */
  Future<Integer> sweep() {
    Future<Integer> removed = Future.succeededFuture(0);
    for (Roster roster : rosters.all()) {
      removed = removed.compose(before -> once(roster).map(n -> before + n));
    }
    return removed;
  }

  private Future<Integer> once(Roster roster) {
    String today = Trail.day(clock.millis()).toString();
    String mine = NAME + "." + roster.workspace();
    return lease
        .source(mine, node, LEASE_MS)
        .compose(
            token ->
                token == 0
                    ? Future.succeededFuture(0)
                    : lease
                        .cursor(mine)
                        .compose(
                            swept ->
                                today.equals(swept)
                                    ? Future.succeededFuture(0)
                                    : sweep(roster)
                                        .compose(n -> lease.saveCursor(mine, today).map(n))));
  }

  private Future<Integer> sweep(Roster roster) {
    if (!roster.known()) {
      return Future.failedFuture(
          new Problem(Problem.Code.STORE_UNAVAILABLE, "a policy was not read yet"));
    }
    LocalDate kept = Trail.day(clock.millis()).minusDays(roster.desk().policy().auditDays());
    Future<Integer> removed = Future.succeededFuture(0);
    for (int i = 1; i <= DAYS; i += AT_ONCE) {
      int from = i;
      removed =
          removed.compose(before -> drop(roster.workspace(), kept, from).map(n -> before + n));
    }
    return removed.onSuccess(
        n -> {
          if (n > 0) {
            LOG.info("{} days of the trail of {} were old enough to go", n, roster.workspace());
          }
        });
  }

  /** The {@value #AT_ONCE} days from the {@code from}th before {@code kept} on. */
  private Future<Integer> drop(String workspace, LocalDate kept, int from) {
    List<Future<Boolean>> dropped = new ArrayList<>(AT_ONCE);
    for (int i = from; i < from + AT_ONCE; i++) {
      dropped.add(streams.drop(CustomerId.audit(workspace, kept.minusDays(i).toString())));
    }
    return Future.all(dropped).map(_ -> (int) dropped.stream().filter(Future::result).count());
  }
}
