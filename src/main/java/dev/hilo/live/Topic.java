package dev.hilo.live;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.codec.Json;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.Scopes;
import dev.hilo.store.Feed;
import dev.hilo.store.Keys;
import dev.hilo.store.SharedObjects;
import dev.hilo.store.Streams;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One customer's stream as this event loop follows it: what is published, and where that has a
 * hole, a doubt or a new epoch, what the stream says. Watches that keep up get each entry from
 * here; the others read for themselves.
 */
final class Topic implements Feed.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Topic.class);
  private static final int CHUNK = 200;

  private final CustomerId customer;
  private final Context context;
  private final Streams streams;
  private final List<Watch> watches = new ArrayList<>();
  private final Promise<Void> ready = Promise.promise();
  private Position last = Position.START;
  private Scopes scopes = Scopes.NONE;
  private boolean healing;
  private boolean again;

  private Topic(CustomerId customer, Context context, Streams streams) {
    this.customer = customer;
    this.context = context;
    this.streams = streams;
  }

  /** Subscribes first, reads after: nothing falls between. */
  static Topic open(CustomerId customer, Context context, Streams streams, Feed feed) {
    Topic topic = new Topic(customer, context, streams);
    feed.subscribe(Keys.channel(customer), context, topic).onComplete(_ -> topic.load());
    return topic;
  }

  private void load() {
    streams
        .load(customer)
        .onSuccess(
            loaded -> {
              last = loaded.state().last();
              scopes = loaded.state().scopes();
              ready.tryComplete();
              if (again) {
                heal();
              }
            })
        .onFailure(_ -> context.owner().setTimer(500, _ -> context.runOnContext(_ -> load())));
  }

  CustomerId customer() {
    return customer;
  }

  /** Completes when {@link #last} is known. */
  Future<Void> ready() {
    return ready.future();
  }

  Position last() {
    return last;
  }

  Scopes scopes() {
    return scopes;
  }

  void add(Watch watch) {
    watches.add(watch);
  }

  /** True if nobody is left. */
  boolean remove(Watch watch) {
    watches.remove(watch);
    return watches.isEmpty();
  }

  @Override
  public void message(byte[] payload) {
    switch (payload[0]) {
      case '!' -> signal(payload);
      case '=' -> {
        Map.Entry<String, SharedObjects.Value> object = SharedObjects.published(payload);
        List.copyOf(watches).forEach(w -> w.object(object.getKey(), object.getValue()));
      }
      default -> entry(Streams.published(payload));
    }
  }

  private void signal(byte[] payload) {
    try {
      JsonNode signal = Json.parse(Arrays.copyOfRange(payload, 1, payload.length));
      List.copyOf(watches).forEach(w -> w.signal(signal));
    } catch (Json.BadJson e) {
      LOG.debug("a signal that is none");
    }
  }

  private void entry(Entry entry) {
    Position at = entry.position();
    if (!ready.future().isComplete() || healing) {
      again = true;
    } else if (at.follows(last)) {
      accept(entry);
    } else if (at.after(last)) {
      heal();
    }
  }

  @Override
  public void resumed() {
    heal();
  }

  private void accept(Entry entry) {
    Scopes before = scopes;
    last = entry.position();
    scopes = scopes.after(entry.event());
    try (Rendering rendering = new Rendering(customer, entry)) {
      for (Watch watch : List.copyOf(watches)) {
        watch.live(rendering);
      }
    }
    if (entry.event() instanceof Event.Sealed) {
      List.copyOf(watches).forEach(Watch::moved);
    } else if (entry.event() instanceof Event.CustomersMerged || !scopes.equals(before)) {
      boolean merged = entry.event() instanceof Event.CustomersMerged;
      List.copyOf(watches).forEach(w -> w.reshaped(before, scopes, last, merged));
    }
  }

  /** Reads what is missing after {@link #last}, or finds that the store lost it. */
  private void heal() {
    if (!ready.future().isComplete() || healing) {
      again = true;
      return;
    }
    healing = true;
    again = false;
    holds(streams, customer, last)
        .compose(
            base -> {
              if (!base.equals(last)) {
                Position lost = last;
                last = base;
                List.copyOf(watches).forEach(w -> w.rolledBack(base, lost));
              }
              return streams.after(customer, last, CHUNK);
            })
        .onComplete(
            r -> {
              healing = false;
              if (r.failed()) {
                context.owner().setTimer(500, _ -> context.runOnContext(_ -> heal()));
                return;
              }
              r.result().forEach(this::accept);
              if (again || r.result().size() == CHUNK) {
                heal();
              }
            });
  }

  /** The position itself where the history holds it, else the newest before it that stands. */
  static Future<Position> holds(Streams streams, CustomerId customer, Position position) {
    if (position.equals(Position.START)) {
      return Future.succeededFuture(position);
    }
    return streams
        .atOrBefore(customer, position)
        .map(e -> e == null ? Position.START : Objects.requireNonNull(e).position());
  }

  /** Whether anybody watches. */
  boolean idle() {
    return watches.isEmpty();
  }
}
