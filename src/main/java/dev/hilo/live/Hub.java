package dev.hilo.live;

import dev.hilo.access.Roster;
import dev.hilo.conversation.CustomerId;
import dev.hilo.core.Actions;
import dev.hilo.core.Roots;
import dev.hilo.core.Saying;
import dev.hilo.core.Threads;
import dev.hilo.core.Timeline;
import dev.hilo.reader.Board;
import dev.hilo.store.Feed;
import dev.hilo.store.Keys;
import dev.hilo.store.SharedObjects;
import dev.hilo.store.Streams;
import dev.hilo.store.Tokens;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The sessions and topics of one event loop; shares nothing with other loops. Beats are given by
 * one timer for all sockets: each belongs to one of {@code beat} buckets, and each second one
 * bucket has its turn.
 */
public final class Hub {
  /** What every session of this loop works with. */
  public record Services(
      Streams streams,
      Feed feed,
      SharedObjects objects,
      Timeline timeline,
      Roots roots,
      Threads threads,
      Saying saying,
      Actions actions,
      Tokens tokens,
      Roster roster,
      Board board,
      Limits limits,
      Doors doors,
      Sockets sockets) {}

  private static final long LINGER_MS = 5000;

  private final Vertx vertx;
  private final Context context;
  private final Services services;
  private final Map<CustomerId, Topic> topics = new HashMap<>();
  private final List<Set<Session>> buckets = new ArrayList<>();
  private int turn;
  private final AtomicInteger sessions = new AtomicInteger();
  private boolean draining;

  /** Must be made on the event loop it belongs to. */
  public Hub(Vertx vertx, Services services) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.services = services;
    for (int i = 0; i < Math.max(1, services.limits().beatSeconds() - 1); i++) {
      buckets.add(new HashSet<>());
    }
    vertx.setPeriodic(1000, _ -> beat());
  }

  /** Takes a socket; to be called on this hub's event loop. */
  public void accept(ServerWebSocket socket) {
    if (draining || sessions.get() >= services.limits().sessions()) {
      socket.close(draining ? CloseCode.DRAINING.code() : CloseCode.OVERLOAD.code(), "");
      return;
    }
    Set<Session> bucket = buckets.get(sessions.incrementAndGet() % buckets.size());
    Session session = new Session(vertx, this, services, socket);
    bucket.add(session);
    socket.closeHandler(
        _ -> {
          bucket.remove(session);
          sessions.decrementAndGet();
          session.closed();
        });
  }

  private void beat() {
    turn = (turn + 1) % buckets.size();
    List.copyOf(buckets.get(turn)).forEach(Session::beat);
  }

  /** The topic, opened if nobody here watches it yet. */
  Topic topic(CustomerId customer) {
    return topics.computeIfAbsent(
        customer, c -> Topic.open(c, context, services.streams(), services.feed()));
  }

  /** Gives up a topic that nobody watches any more, after a pause: reconnects are frequent. */
  void leave(Topic topic) {
    if (topic.idle()) {
      vertx.setTimer(
          LINGER_MS,
          _ -> {
            if (topic.idle() && topics.remove(topic.customer(), topic)) {
              services.feed().unsubscribe(Keys.channel(topic.customer()), topic);
            }
          });
    }
  }

  public int sessions() {
    return sessions.get();
  }

  public int topics() {
    return topics.size();
  }

  /** Tells every client to go elsewhere; jitter spreads them over {@code millis}. */
  public void drain(long millis) {
    context.runOnContext(
        _ -> {
          draining = true;
          buckets.forEach(b -> List.copyOf(b).forEach(s -> s.moving(millis)));
        });
  }
}
