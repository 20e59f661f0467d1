package dev.hilo.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
import dev.hilo.codec.Json;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Position;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.Timeline;
import dev.hilo.store.SharedObjects;
import dev.hilo.store.Streams;
import dev.hilo.store.Tokens;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One live socket. Everything happens on its event loop. */
final class Session {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);
  private static final long HELLO_MS = 10_000;

  private final Vertx vertx;
  private final Context context;
  private final Hub hub;
  private final Hub.Services services;
  private final ServerWebSocket socket;
  private final String id = Tokens.random().substring(0, 12);
  private final Map<CustomerId, Watch> watches = new LinkedHashMap<>();
  private final List<Runnable> whenDrained = new ArrayList<>();
  private final Requests requests;
  private final long helloTimer;
  private Doors.@Nullable Guest guest;

  /** How a returning visitor's thread was found, until it is opened. */
  private Topic.@Nullable Arrival arrival;

  private boolean greeting;
  private int held;
  private boolean closed;
  private int framesLeft;
  private long framesSince = System.nanoTime();
  private long wrote = System.nanoTime();
  private long heard = System.nanoTime();

  Session(Vertx vertx, Hub hub, Hub.Services services, ServerWebSocket socket) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.hub = hub;
    this.services = services;
    this.socket = socket;
    this.requests = new Requests(this, services);
    this.framesLeft = services.limits().framesPerSecond() * 2;
    this.helloTimer = vertx.setTimer(HELLO_MS, _ -> close(CloseCode.SLOW_HELLO));
    socket.setWriteQueueMaxSize(64 * 1024);
    socket.textMessageHandler(this::received);
    socket.pongHandler(_ -> heard = System.nanoTime());
    socket.drainHandler(_ -> drained());
    socket.exceptionHandler(e -> LOG.debug("a socket failed: {}", e.toString()));
  }

  String id() {
    return id;
  }

  Streams streams() {
    return services.streams();
  }

  Timeline timeline() {
    return services.timeline();
  }

  SharedObjects objects() {
    return services.objects();
  }

  Roster roster() {
    return services.roster();
  }

  Map<CustomerId, Watch> watches() {
    return watches;
  }

  Context context() {
    return context;
  }

  @Nullable String origin() {
    return socket.headers().get("Origin");
  }

  /** Notes that this visitor's device is stored now; false if that was known. */
  boolean admit() {
    Doors.Guest me = guest;
    if (me == null || me.registered()) {
      return false;
    }
    guest = me.stored();
    return true;
  }

  // ---- out

  void send(String frame) {
    if (!closed && !socket.isClosed()) {
      wrote = System.nanoTime();
      socket.writeTextMessage(frame).onFailure(_ -> {});
    }
  }

  void send(ObjectNode frame) {
    send(frame.toString());
  }

  static ObjectNode answer(ObjectNode frame, @Nullable String ref) {
    return ref == null ? frame : frame.put("ref", ref);
  }

  void problem(Problem p, @Nullable String ref) {
    ObjectNode frame =
        Json.object()
            .put("type", "problem")
            .put("code", p.code().word())
            .put("title", p.title())
            .put("temporary", p.code().temporary());
    if (p.code().temporary()) {
      frame.put("retryAfter", 1);
    }
    if (p.detail() != null) {
      frame.set("detail", p.detail());
    }
    send(answer(frame, ref));
  }

  void failed(Throwable e, @Nullable String ref) {
    Problem p = Problem.of(e);
    if (p.code() == Code.INTERNAL) {
      LOG.error("a frame failed", e);
    }
    problem(p, ref);
  }

  /** True while the socket has more to send than it should hold. */
  boolean full() {
    return !socket.isClosed() && socket.writeQueueFull();
  }

  void whenDrained(Runnable then) {
    whenDrained.add(then);
  }

  private void drained() {
    heard = System.nanoTime();
    readOn();
    List<Runnable> now = List.copyOf(whenDrained);
    whenDrained.clear();
    now.forEach(Runnable::run);
  }

  /** Reads no further frame until {@link #release}: the answer to the last one may be large. */
  void hold() {
    held++;
    if (!socket.isClosed()) {
      socket.pause();
    }
  }

  void release() {
    held--;
    readOn();
  }

  /** Whoever does not take the answers asks no more. */
  private void readOn() {
    if (held == 0 && !full() && !socket.isClosed()) {
      socket.resume();
    }
  }

  /** Again in a while: the store did not answer. */
  void later(Runnable again) {
    vertx.setTimer(
        ThreadLocalRandom.current().nextLong(300, 900),
        _ -> {
          if (!closed) {
            again.run();
          }
        });
  }

  /**
   * This session's turn: a frame if none went out lately, and a look whether the peer still
   * answers.
   */
  void beat() {
    long period = services.limits().beatSeconds() * 1_000_000_000L;
    long now = System.nanoTime();
    if (now - heard > 3 * period) {
      close(CloseCode.NO_PROGRESS);
      return;
    }
    if (now - wrote > 900_000_000L) {
      send("{\"type\":\"beat\"}");
    }
    socket.writePing(Buffer.buffer()).onFailure(_ -> {});
  }

  /** Asks the client to go elsewhere in so many ms. */
  void moving(long after) {
    send(Json.object().put("type", "moving").put("after", after));
  }

  void close(CloseCode code) {
    if (!closed && !socket.isClosed()) {
      socket.close(code.code(), code.name().toLowerCase(Locale.ROOT)).onFailure(_ -> {});
    }
  }

  void closed() {
    closed = true;
    vertx.cancelTimer(helloTimer);
    watches.values().forEach(this::leave);
    watches.clear();
    whenDrained.clear();
    requests.closed();
    if (guest != null && guest.principal() instanceof Principal.Visitor v) {
      services.sockets().left(v.device());
    }
  }

  void leave(Watch watch) {
    watch.close();
    hub.attendance().go(watch.topic().customer(), id);
    if (watch.topic().remove(watch)) {
      hub.leave(watch.topic());
    }
  }

  // ---- in

  private void received(String text) {
    heard = System.nanoTime();
    if (text.length() > services.limits().frameBytes()) {
      close(CloseCode.TOO_LARGE);
      return;
    }
    String ref = null;
    try {
      if (!frameAllowed()) {
        throw new Problem(Code.TOO_MANY_FRAMES, "slower, please");
      }
      Frame frame = Frame.parse(text);
      ref = frame.ref();
      handle(frame);
    } catch (Problem p) {
      problem(p, ref != null ? ref : Frame.refOf(text));
      if (guest == null && !greeting) {
        close(CloseCode.PROTOCOL);
      }
    }
    if (!socket.isClosed() && full()) {
      socket.pause();
    }
  }

  private boolean frameAllowed() {
    int perSecond = services.limits().framesPerSecond();
    long now = System.nanoTime();
    long gained = (now - framesSince) * perSecond / 1_000_000_000L;
    if (gained > 0) {
      framesLeft = (int) Math.min(perSecond * 2L, framesLeft + gained);
      framesSince = now;
    }
    if (framesLeft <= 0) {
      return false; // what is refused costs nothing, so that whoever slows down is served
    }
    framesLeft--;
    return true;
  }

  private void handle(Frame frame) {
    Doors.Guest me = guest;
    if (me != null) {
      requests.handle(me, frame);
    } else if (frame instanceof Frame.Hello hello) {
      hello(hello);
    } else {
      throw new Problem(Code.HELLO_FIRST, "the first frame is hello");
    }
  }

  private void hello(Frame.Hello hello) {
    if (greeting) {
      throw new Problem(Code.BAD_REQUEST, "hello was said before");
    }
    greeting = true;
    vertx.cancelTimer(helloTimer);
    Doors doors = services.doors();
    Future<Doors.Guest> coming =
        hello.ticket() != null
            ? doors.ticket(services.tokens(), hello.ticket())
            : hello.token() != null
                ? returning(hello, hello.token())
                : hello.link() != null
                    ? doors.link(services.tokens(), hello.link(), origin())
                    : doors.visitor(hello.inbox() == null ? "" : hello.inbox(), origin());
    coming
        .onFailure(
            e -> {
              turnedAway();
              failed(e, hello.ref());
              close(
                  Problem.of(e).code().temporary()
                      ? CloseCode.OVERLOAD
                      : CloseCode.BAD_CREDENTIALS);
            })
        .onSuccess(
            arrived -> {
              if (closed) {
                turnedAway();
                return;
              }
              if (arrived.principal() instanceof Principal.Visitor v
                  && !services.sockets().entered(v.device(), services.limits().perDevice())) {
                turnedAway();
                problem(
                    new Problem(Code.TOO_MANY_DEVICES, "this device has too many sockets"),
                    hello.ref());
                close(CloseCode.PROTOCOL);
                return;
              }
              guest = arrived;
              welcome(arrived, hello);
            });
  }

  /** A visitor who was here before: its device is looked up together with its thread. */
  private Future<Doors.Guest> returning(Frame.Hello hello, String token) {
    Doors.Guest claimed;
    try {
      claimed = services.doors().claimed(token, origin());
    } catch (Problem p) {
      return Future.failedFuture(p);
    }
    Principal.Visitor v = Doors.visitor(claimed);
    return visit(v.home(), v.device(), since(v.home(), hello.topic(), hello.since()), false)
        .compose(
            found -> {
              arrival = found;
              return Doors.admitted(
                      claimed,
                      Tokens.standing(found.found().deviceHash(), found.found().devices(), token))
                  .compose(let -> stored(let, hello, found.found().top()));
            });
  }

  /** A device that was here before and that the store knows no more is stored again. */
  private Future<Doors.Guest> stored(Doors.Guest let, Frame.Hello hello, Position top) {
    boolean lost = !let.registered() && (hello.since() != null || !top.equals(Position.START));
    return lost
        ? Doors.register(services.tokens(), let).map(let.stored())
        : Future.succeededFuture(let);
  }

  private void turnedAway() {
    Topic.Arrival seen = arrival;
    arrival = null;
    if (seen != null) {
      hub.leave(seen.topic());
    }
  }

  private Future<Topic.Arrival> visit(
      CustomerId customer, @Nullable String device, @Nullable Position since, boolean staff) {
    Topic topic = hub.topic(customer);
    return topic.visit(device, since, staff).onFailure(_ -> hub.leave(topic));
  }

  /** {@code since} where it belongs to this customer's stream. */
  private static @Nullable Position since(
      CustomerId customer, @Nullable CustomerId asked, @Nullable Position since) {
    return asked == null || asked.equals(customer) ? since : null;
  }

  private void welcome(Doors.Guest arrived, Frame.Hello hello) {
    ObjectNode frame =
        Json.object()
            .put("type", "welcome")
            .put("session", id)
            .put("workspace", arrived.principal().workspace())
            .put("beat", services.limits().beatSeconds());
    ObjectNode you = frame.putObject("you");
    switch (arrived.principal()) {
      case Principal.Agent a -> you.put("kind", "agent").put("id", a.id()).put("name", a.name());
      case Principal.Visitor v -> {
        you.put("kind", "customer").put("id", v.home().toString());
        frame.put("topic", "c:" + v.home());
      }
      case Principal.Integration i -> you.put("kind", "integration").put("id", i.name());
    }
    if (arrived.fresh() && arrived.token() != null) {
      frame.put("token", arrived.token());
    }
    if (arrived.inbox() != null) {
      ObjectNode inbox =
          frame
              .putObject("inbox")
              .put("key", arrived.inbox().key())
              .put("name", arrived.inbox().name());
      if (arrived.inbox().greeting() != null) {
        inbox.put("greeting", arrived.inbox().greeting());
      }
    }
    Limits limits = services.limits();
    frame
        .putObject("limits")
        .put("frame", limits.frameBytes())
        .put("framesPerSecond", limits.framesPerSecond())
        .put("unacked", limits.unacked())
        .put("topics", limits.topics());
    frame.putArray("features").add("objects").add("history").add("link").add("prove");
    send(answer(frame, hello.ref()));
    Topic.Arrival seen = arrival;
    arrival = null;
    if (!(arrived.principal() instanceof Principal.Visitor v) || !arrived.registered()) {
      if (seen != null) {
        hub.leave(seen.topic());
      }
    } else if (seen != null) {
      opened(seen, hello.topic(), hello.since(), null, v.home().toString());
    } else {
      open(v.home(), hello.topic(), hello.since(), null, v.home().toString());
    }
  }

  /** Follows the root of a customer; {@code asked}: the topic that {@code since} belongs to. */
  void open(
      CustomerId customer,
      @Nullable CustomerId asked,
      @Nullable Position since,
      @Nullable String ref,
      @Nullable String home) {
    visit(customer, null, since(customer, asked, since), home == null)
        .onFailure(
            e -> {
              if (closed) {
                return;
              }
              if (ref != null) {
                failed(e, ref);
              } else {
                later(() -> open(customer, asked, since, null, home));
              }
            })
        .onSuccess(found -> opened(found, asked, since, ref, home));
  }

  private void opened(
      Topic.Arrival found,
      @Nullable CustomerId asked,
      @Nullable Position since,
      @Nullable String ref,
      @Nullable String home) {
    CustomerId customer = found.topic().customer();
    if (closed) {
      hub.leave(found.topic());
    } else if (found.found().into() != null) {
      hub.leave(found.topic());
      toRoot(customer, asked == null ? customer : asked, since, ref, home);
    } else {
      if (asked != null && !asked.equals(customer)) {
        send(rebind(asked, customer, found.found().top(), "joined"));
      }
      follow(found, since(customer, asked, since), ref, home);
    }
  }

  /** This stream ended in another one, which is followed once it speaks for both. */
  private void toRoot(
      CustomerId customer,
      CustomerId asked,
      @Nullable Position since,
      @Nullable String ref,
      @Nullable String home) {
    services
        .roots()
        .root(customer)
        .onFailure(
            e -> {
              if (closed) {
                return;
              }
              if (ref != null) {
                failed(e, ref);
              } else {
                later(() -> toRoot(customer, asked, since, null, home));
              }
            })
        .onSuccess(
            state -> {
              if (!closed) {
                open(state.customer(), asked, since, ref, home);
              }
            });
  }

  private void follow(
      Topic.Arrival found, @Nullable Position since, @Nullable String ref, @Nullable String home) {
    CustomerId root = found.topic().customer();
    Watch before = watches.remove(root);
    if (before != null) {
      leave(before);
    }
    watches.put(root, new Watch(this, found, home, since, ref));
    if (guest != null && guest.registered()) {
      hub.attendance().come(root, id, guest.principal());
      if (guest.principal() instanceof Principal.Agent a) {
        signal(root, a, "viewing", true, "staff", null);
      }
    }
  }

  private static ObjectNode rebind(CustomerId from, CustomerId to, Position at, String why) {
    return Json.object()
        .put("type", "rebind")
        .put("from", "c:" + from)
        .put("to", "c:" + to)
        .put("pos", at.toString())
        .put("why", why);
  }

  /** The thread that {@code watch} shows changed shape: it is shown anew. */
  void reshaped(Watch watch, Position at, String why) {
    CustomerId topic = watch.topic().customer();
    drop(watch);
    send(rebind(topic, topic, at, why));
    open(topic, null, null, null, watch.home());
  }

  /**
   * The thread that {@code watch} shows ended in another one, which is shown once it speaks for
   * both.
   */
  void moved(Watch watch) {
    CustomerId from = watch.topic().customer();
    drop(watch);
    open(from, from, null, null, watch.home());
  }

  /**
   * What {@code watch} shows was rolled back to {@code at}: it is shown anew, from the visitor's
   * home on. What is gone may have been a merge, and then what was merged stands on its own again.
   */
  void rewound(Watch watch, Position at) {
    CustomerId topic = watch.topic().customer();
    drop(watch);
    send(rebind(topic, topic, at, "rewound"));
    CustomerId home = watch.home() == null ? topic : CustomerId.of(watch.home());
    open(home, topic, null, null, watch.home());
  }

  private void drop(Watch watch) {
    leave(watch);
    watches.remove(watch.topic().customer(), watch);
  }

  void signal(
      CustomerId root,
      Principal who,
      String kind,
      boolean on,
      String audience,
      @Nullable String home) {
    ObjectNode signal = Json.object().put("kind", kind).put("aud", audience).put("session", id);
    if (home != null) {
      signal.put("home", home);
    }
    ObjectNode by =
        signal
            .putObject("who")
            .put("kind", who.author().kind().word())
            .put("id", who.author().id());
    if (who instanceof Principal.Agent a) {
      by.put("name", a.name());
    }
    signal.putObject("data").put("on", on);
    services.objects().signal(root, Json.bytes(signal));
  }
}
