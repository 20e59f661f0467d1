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
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

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
  private static final int HELLO_SECONDS = 10;

  private record Newcomer(Session session, int since) {}

  private final Vertx vertx;
  private final ContextInternal context;
  private final Services services;
  private final Requests requests;
  private final Turn turn;
  private final WebSocketDecoderConfig rules;
  private final Map<CustomerId, Topic> topics = new HashMap<>();
  private final List<List<Session>> buckets = new ArrayList<>();
  private final Deque<Newcomer> newcomers = new ArrayDeque<>();
  private int second;
  private final AtomicInteger sessions = new AtomicInteger();
  private boolean draining;

  /** Must be made on the event loop it belongs to. */
  public Hub(Vertx vertx, Services services) {
    this.vertx = vertx;
    this.context = (ContextInternal) vertx.getOrCreateContext();
    this.services = services;
    this.requests = new Requests(services);
    this.turn = new Turn(context.nettyEventLoop());
    // more than a session takes, so that it can say why it closes
    this.rules = WebSocketOutlet.rules(4 * services.limits().frameBytes());
    for (int i = 0; i < Math.max(1, services.limits().beatSeconds() - 1); i++) {
      buckets.add(new ArrayList<>());
    }
    vertx.setPeriodic(1000, _ -> beat());
  }

  /**
   * Takes a connection that just became a WebSocket; to be called on this hub's event loop.
   *
   * @param pipeline ends where the bytes of frames come out
   * @param origin the page that opened it, or null for a program
   */
  public void accept(ChannelPipeline pipeline, @Nullable String origin) {
    WebSocketOutlet outlet = WebSocketOutlet.on(pipeline, context, turn, rules);
    Session session = accept(outlet, origin);
    if (session != null) {
      outlet.carries(session);
    }
  }

  /** A session on this outlet; null if it was closed at once. */
  private @Nullable Session accept(Outlet outlet, @Nullable String origin) {
    if (draining || sessions.get() >= services.limits().sessions()) {
      outlet.close(draining ? CloseCode.DRAINING : CloseCode.OVERLOAD);
      return null;
    }
    int bucket = sessions.incrementAndGet() % buckets.size();
    Session session = new Session(this, outlet, origin, bucket);
    enter(session);
    newcomers.add(new Newcomer(session, second));
    return session;
  }

  private void enter(Session session) {
    List<Session> bucket = buckets.get(session.bucket());
    session.seat(bucket.size());
    bucket.add(session);
  }

  /** The outlet of this session is gone. */
  void left(Session session) {
    List<Session> bucket = buckets.get(session.bucket());
    Session last = bucket.removeLast();
    if (last != session) {
      bucket.set(session.seat(), last);
      last.seat(session.seat());
    }
    sessions.decrementAndGet();
  }

  private void beat() {
    second++;
    List<Session> now = buckets.get(second % buckets.size());
    for (int i = now.size() - 1; i >= 0; i--) {
      now.get(i).beat();
    }
    while (!newcomers.isEmpty()
        && (newcomers.peek().session().greeted()
            || second - newcomers.peek().since() > HELLO_SECONDS)) {
      newcomers.remove().session().helloIsDue();
    }
  }

  /** Seconds since this hub began. */
  int second() {
    return second;
  }

  Vertx vertx() {
    return vertx;
  }

  Context context() {
    return context;
  }

  Services services() {
    return services;
  }

  Requests requests() {
    return requests;
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
