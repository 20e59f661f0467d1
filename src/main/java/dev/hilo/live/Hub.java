package dev.hilo.live;

import dev.hilo.access.Permissions;
import dev.hilo.access.Principal;
import dev.hilo.access.Rosters;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Position;
import dev.hilo.core.Actions;
import dev.hilo.core.Roots;
import dev.hilo.core.Saying;
import dev.hilo.core.Threads;
import dev.hilo.core.Timeline;
import dev.hilo.core.Trail;
import dev.hilo.reader.Boards;
import dev.hilo.store.Entrance;
import dev.hilo.store.Feed;
import dev.hilo.store.Keys;
import dev.hilo.store.Presence;
import dev.hilo.store.Sessions;
import dev.hilo.store.SharedObjects;
import dev.hilo.store.Streams;
import dev.hilo.store.Tokens;
import dev.hilo.workspace.Edit;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions and topics of one event loop; shares nothing with other loops. Beats are given by
 * one timer for all sockets: each belongs to one of {@code beat} buckets, and each second one
 * bucket has its turn.
 */
public final class Hub {
  private static final Logger LOG = LoggerFactory.getLogger(Hub.class);

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
      Sessions signIns,
      Rosters rosters,
      Permissions permissions,
      Trail trail,
      Boards boards,
      Limits limits,
      Doors doors,
      Sockets sockets,
      Posts posts) {}

  private static final int HELLO_SECONDS = 10;
  private static final int LINGER_SECONDS = 5;
  private static final int VERIFY_SECONDS = 10;
  private static final long DOUBT_MS = 2;
  private static final long SLICE_MS = 100;
  private static final long CATCH_UP_NANOS = 500_000_000;

  private final Vertx vertx;
  private final ContextInternal context;
  private final Services services;
  private final Requests requests;
  private final Turn turn;
  private final WebSocketDecoderConfig rules;
  private final Arrivals arrivals;
  private final Attendance attendance;
  private final Map<CustomerId, Topic> topics = new HashMap<>();
  private final Deque<Leaving> leaving = new ArrayDeque<>();
  private final long[] epochs = new long[Keys.PARTITIONS];
  private List<Topic> doubts = new ArrayList<>();
  private final List<List<Session>> buckets = new ArrayList<>();
  private final Deque<Newcomer> newcomers = new ArrayDeque<>();
  private int second;
  private long beaten = System.nanoTime();

  /** Those of whom nothing was heard for so long that their next beat may be too late. */
  private final List<Session> silent = new ArrayList<>();

  private final AtomicInteger sessions = new AtomicInteger();
  private boolean draining;

  /** A topic that nobody watched any more; {@code due} in seconds of this hub. */
  private record Leaving(Topic topic, int due) {}

  /** {@code since}: in seconds of this hub. */
  private record Newcomer(Session session, int since) {}

  /** Must be made on the event loop it belongs to. */
  public Hub(Vertx vertx, Services services) {
    this.vertx = vertx;
    this.context = (ContextInternal) vertx.getOrCreateContext();
    this.services = services;
    this.requests = new Requests(services);
    this.turn = new Turn(context.nettyEventLoop());
    // more than a session takes, so that it can say why it closes
    this.rules = WebSocketOutlet.rules(4 * services.limits().frameBytes());
    this.arrivals = new Arrivals(context, services.streams(), services.entrance());
    this.attendance = new Attendance(context, services.presence());
    for (int i = 0; i < Math.max(1, services.limits().beatSeconds() - 1); i++) {
      buckets.add(new ArrayList<>());
    }
    services.roots().tell((_, root, _, entries) -> wrote(root, entries));
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

  /**
   * Takes a call that is answered with a stream of frames; to be called on this hub's event loop.
   *
   * @param response its head is set and not yet sent
   * @param origin the page that calls, or null for a program
   * @param hello the first frame
   */
  public void accept(HttpServerResponse response, @Nullable String origin, byte[] hello) {
    EventStreamOutlet outlet = new EventStreamOutlet(response, context, services.posts());
    Session session = accept(outlet, origin);
    if (session != null) {
      outlet.carries(session, hello);
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
    long time = System.nanoTime();
    if (time - beaten < CATCH_UP_NANOS) {
      return; // the process was stopped: what peers sent meanwhile is not read yet
    }
    beaten = time;
    second++;
    silent.removeIf(s -> s.overdue() || !late(s)); // before anything is written
    List<Session> now = buckets.get(second % buckets.size());
    for (int i = now.size() - 1; i >= 0; i--) {
      Session session = now.get(i);
      session.beat();
      if (late(session)) {
        silent.add(session);
      }
    }
    while (!newcomers.isEmpty()
        && (newcomers.peek().session().greeted()
            || second - newcomers.peek().since() > HELLO_SECONDS)) {
      newcomers.remove().session().helloIsDue();
    }
    release();
    verify();
  }

  /** Whether its next turn would come too late to close it in time. */
  private boolean late(Session session) {
    return session.silence() + buckets.size() > services.limits().silenceSeconds();
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

  /** The topic, subscribed to if nobody here watches it yet. */
  Topic topic(CustomerId customer) {
    Topic topic = topics.get(customer);
    if (topic == null) {
      topic = new Topic(customer, this);
      topics.put(customer, topic);
    }
    return topic;
  }

  /** What this loop wrote is shown to those who watch it here without the way through the feed. */
  private void wrote(CustomerId root, List<Entry> entries) {
    Topic topic = topics.get(root);
    if (topic != null) {
      topic.wrote(entries);
    }
  }

  Future<Void> subscribe(CustomerId customer, Topic topic) {
    return services.feed().subscribe(Keys.channel(customer), topic);
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
    services.streams().together(due, Topic::partition).forEach(this::compare);
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

  /** Says again who is at which thread: others may have taken this node for dead. */
  public void attend() {
    everybody(Session::attend);
  }

  /** Items of a workspace changed, and with them perhaps what somebody may do. */
  public void changed(String workspace, List<Edit> edits) {
    staff(clearance -> clearance.changed(workspace, edits));
  }

  /**
   * Ends that were told may not have been heard: sockets of sign-ins that the store does not know
   * are closed.
   */
  public void checkSignIns() {
    context.runOnContext(_ -> signedIn().forEach((who, some) -> check(who, some)));
  }

  private record Person(String workspace, String id) {}

  private Map<Person, List<Clearance>> signedIn() {
    Map<Person, List<Clearance>> all = new HashMap<>();
    for (List<Session> bucket : buckets) {
      for (Session session : bucket) {
        Clearance clearance = session.clearance();
        if (clearance != null) {
          Principal.Agent who = clearance.who();
          all.computeIfAbsent(new Person(who.workspace(), who.id()), _ -> new ArrayList<>())
              .add(clearance);
        }
      }
    }
    return all;
  }

  private void check(Person who, List<Clearance> some) {
    services
        .signIns()
        .all(who.workspace, who.id)
        .onSuccess(
            known -> {
              List<String> ids = known.stream().map(Sessions.Session::id).toList();
              some.forEach(clearance -> clearance.standsFor(ids));
            })
        .onFailure(e -> LOG.debug("sign-ins are not checked: {}", e.getMessage()));
  }

  /** Somebody was signed out: sockets that came by this sign-in are closed. */
  public void signedOut(String signIn) {
    staff(clearance -> clearance.signedOut(signIn));
  }

  private void staff(Consumer<Clearance> then) {
    everybody(
        session -> {
          Clearance clearance = session.clearance();
          if (clearance != null) {
            then.accept(clearance);
          }
        });
  }

  private void everybody(Consumer<Session> then) {
    context.runOnContext(_ -> buckets.forEach(b -> List.copyOf(b).forEach(then)));
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
