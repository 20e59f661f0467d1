package dev.hilo.live;

import dev.hilo.store.Entrance;
import dev.hilo.store.Entrance.Found;
import dev.hilo.store.Entrance.Visit;
import dev.hilo.store.Keys;
import dev.hilo.store.Streams;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
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

  private final Context context;
  private final Streams streams;
  private final Entrance entrance;
  private List<Asked> waiting = new ArrayList<>();
  private int under;

  private record Asked(Visit visit, Promise<Found> answer) {}

  Arrivals(Context context, Streams streams, Entrance entrance) {
    this.context = context;
    this.streams = streams;
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
    List<Asked> now = waiting;
    waiting = new ArrayList<>();
    streams.together(now, asked -> Keys.partition(asked.visit.customer())).forEach(this::call);
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
