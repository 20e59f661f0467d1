package dev.hilo.live;

import dev.hilo.access.Roster;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Position;
import dev.hilo.core.Actions;
import dev.hilo.core.Roots;
import dev.hilo.core.Saying;
import dev.hilo.core.Threads;
import dev.hilo.core.Timeline;
import dev.hilo.reader.Board;
import dev.hilo.store.Entrance;
import dev.hilo.store.Feed;
import dev.hilo.store.Keys;
import dev.hilo.store.Presence;
import dev.hilo.store.SharedObjects;
import dev.hilo.store.Streams;
import dev.hilo.store.Tokens;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
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
      Entrance entrance,
      Presence presence,
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

  private static final long LINGER_SECONDS = 5;
  private static final int VERIFY_SECONDS = 10;
  private static final int VERIFY_AT_ONCE = 200;
  private static final long DOUBT_MS = 2;
  private static final long SLICE_MS = 100;

  private final Vertx vertx;
  private final Context context;
  private final Services services;
  private final Arrivals arrivals;
  private final Attendance attendance;
  private final Map<CustomerId, Topic> topics = new HashMap<>();
  private final Deque<Leaving> leaving = new ArrayDeque<>();
  private final long[] epochs = new long[Keys.PARTITIONS];
  private List<Topic> doubts = new ArrayList<>();
  private final List<Set<Session>> buckets = new ArrayList<>();
  private int turn;
  private long second;
  private final AtomicInteger sessions = new AtomicInteger();
  private boolean draining;

  /** A topic that nobody watched any more; {@code due} in seconds of this hub. */
  private record Leaving(Topic topic, long due) {}

  /** Must be made on the event loop it belongs to. */
  public Hub(Vertx vertx, Services services) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.services = services;
    this.arrivals = new Arrivals(context, services.entrance());
    this.attendance = new Attendance(context, services.presence());
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
    second++;
    release();
    verify();
  }

  /** The topic, subscribed to if nobody here watches it yet. */
  Topic topic(CustomerId customer) {
    Topic topic = topics.get(customer);
    if (topic == null) {
      topic = new Topic(customer, this);
      topics.put(customer, topic);
    }
    return topic;
  }

  Future<Void> subscribe(CustomerId customer, Topic topic) {
    return services.feed().subscribe(Keys.channel(customer), context, topic);
  }

  Arrivals arrivals() {
    return arrivals;
  }

  Attendance attendance() {
    return attendance;
  }

  Streams streams() {
    return services.streams();
  }

  /** Gives up a topic that nobody watches any more, after a pause: reconnects are frequent. */
  void leave(Topic topic) {
    if (topic.idle()) {
      leaving.add(new Leaving(topic, second + LINGER_SECONDS));
    }
  }

  private void release() {
    while (!leaving.isEmpty() && leaving.peek().due <= second) {
      Topic topic = leaving.poll().topic;
      if (topic.idle() && topics.remove(topic.customer(), topic)) {
        services.feed().unsubscribe(Keys.channel(topic.customer()), topic);
      }
    }
  }

  /**
   * Each second a tenth of the topics that heard nothing lately is compared with the store: what
   * was published and did not arrive is found within {@value #VERIFY_SECONDS} s.
   */
  private void verify() {
    List<Topic> due = new ArrayList<>();
    for (Topic topic : topics.values()) {
      if (topic.partition() % VERIFY_SECONDS == second % VERIFY_SECONDS && topic.quiet()) {
        due.add(topic);
      }
    }
    verify(due);
  }

  /** Compares this topic soon, together with all others in doubt. */
  void doubt(Topic topic) {
    doubts.add(topic);
    if (doubts.size() == 1) {
      vertx.setTimer(DOUBT_MS, _ -> verifyDoubts());
    }
  }

  /** As {@link #doubt}, in a while: the store did not answer. */
  void doubtLater(Topic topic) {
    doubts.add(topic);
    if (doubts.size() == 1) {
      vertx.setTimer(500, _ -> verifyDoubts());
    }
  }

  private void verifyDoubts() {
    List<Topic> now = doubts;
    doubts = new ArrayList<>();
    verify(now);
  }

  /** Another epoch may mean a rewound history: every topic of the partition is compared. */
  void epoch(int partition, long epoch) {
    if (epoch > epochs[partition]) {
      epochs[partition] = epoch;
      for (Topic topic : topics.values()) {
        if (topic.partition() == partition && topic.last().epoch() < epoch) {
          topic.doubt();
        }
      }
    }
  }

  private void verify(List<Topic> due) {
    Map<Integer, List<Topic>> groups = new HashMap<>();
    for (Topic topic : due) {
      groups
          .computeIfAbsent(services.streams().group(topic.partition()), _ -> new ArrayList<>())
          .add(topic);
    }
    for (List<Topic> group : groups.values()) {
      for (int i = 0; i < group.size(); i += VERIFY_AT_ONCE) {
        compare(group.subList(i, Math.min(group.size(), i + VERIFY_AT_ONCE)));
      }
    }
  }

  private void compare(List<Topic> some) {
    Map<CustomerId, Topic> asked = new LinkedHashMap<>();
    List<Position> known = new ArrayList<>();
    for (Topic topic : some) {
      Position position = topic.doubtful();
      if (position != null && asked.put(topic.customer(), topic) == null) {
        known.add(position);
      }
    }
    if (asked.isEmpty()) {
      return;
    }
    services
        .streams()
        .behind(List.copyOf(asked.keySet()), known)
        .onComplete(
            r -> {
              if (r.failed()) {
                asked.values().forEach(Topic::doubtLater);
                return;
              }
              for (CustomerId customer : r.result()) {
                Objects.requireNonNull(asked.get(customer)).heal();
              }
            });
  }

  public int sessions() {
    return sessions.get();
  }

  public int topics() {
    return topics.size();
  }

  /**
   * Tells every client to go elsewhere, a part of them every {@value #SLICE_MS} ms, so that the
   * last is told at half time; who is still here after {@code millis} is closed.
   */
  public void drain(long millis) {
    context.runOnContext(
        _ -> {
          draining = true;
          Deque<Session> staying = new ArrayDeque<>();
          buckets.forEach(staying::addAll);
          long slices = Math.max(1, millis / 2 / SLICE_MS);
          move(staying, (int) (staying.size() / slices) + 1);
          vertx.setTimer(
              millis,
              _ -> buckets.forEach(b -> List.copyOf(b).forEach(s -> s.close(CloseCode.DRAINING))));
        });
  }

  private void move(Deque<Session> staying, int atOnce) {
    for (int i = 0; i < atOnce && !staying.isEmpty(); i++) {
      staying.remove().moving(ThreadLocalRandom.current().nextLong(SLICE_MS));
    }
    if (!staying.isEmpty()) {
      vertx.setTimer(SLICE_MS, _ -> move(staying, atOnce));
    }
  }
}
