package dev.hilo.live;

import dev.hilo.store.Entrance;
import dev.hilo.store.Entrance.Found;
import dev.hilo.store.Entrance.Visit;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads of threads, collected: what is asked within a turn of the loop, or within {@value
 * #WINDOW_MS} ms while the store is at work, goes out as one call for each partition, or one for
 * all where Redis has no slots. A thousand who reconnect at once so cost a few calls, not several
 * each. For one event loop.
 */
final class Arrivals {
  private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);
  private static final long WINDOW_MS = 2;
  private static final int AT_ONCE = 200;

  private final Context context;
  private final Entrance entrance;
  private List<Asked> waiting = new ArrayList<>();
  private int under;

  private record Asked(Visit visit, Promise<Found> answer) {}

  Arrivals(Context context, Entrance entrance) {
    this.context = context;
    this.entrance = entrance;
  }

  /** What the store says to this visit. To be called on this loop. */
  Future<Found> enter(Visit visit) {
    Promise<Found> answer = Promise.promise();
    waiting.add(new Asked(visit, answer));
    if (waiting.size() == 1) {
      if (under == 0) {
        context.runOnContext(_ -> flush());
      } else {
        context.owner().setTimer(WINDOW_MS, _ -> flush());
      }
    }
    return answer.future();
  }

  private void flush() {
    Map<Integer, List<Asked>> groups = new HashMap<>();
    for (Asked asked : waiting) {
      groups
          .computeIfAbsent(entrance.group(asked.visit.customer()), _ -> new ArrayList<>())
          .add(asked);
    }
    waiting = new ArrayList<>();
    for (List<Asked> group : groups.values()) {
      for (int i = 0; i < group.size(); i += AT_ONCE) {
        call(group.subList(i, Math.min(group.size(), i + AT_ONCE)));
      }
    }
  }

  private void call(List<Asked> asked) {
    under++;
    entrance
        .enter(asked.stream().map(Asked::visit).toList())
        .onComplete(
            r -> {
              under--;
              for (int i = 0; i < asked.size(); i++) {
                Promise<Found> answer = asked.get(i).answer;
                try {
                  if (r.succeeded()) {
                    answer.complete(r.result().get(i));
                  } else {
                    answer.fail(r.cause());
                  }
                } catch (RuntimeException e) {
                  LOG.error("a visit was not taken", e); // the others' answers must not go with it
                }
              }
            });
  }
}
