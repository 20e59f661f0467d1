package dev.hilo.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.codec.Json;
import dev.hilo.codec.Wire;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Position;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.Timeline;
import dev.hilo.desk.OpenHours;
import dev.hilo.store.SharedObjects;
import dev.hilo.store.Streams;
import dev.hilo.store.Tokens;
import dev.hilo.workspace.Item;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Somebody's live connection, whatever carries it. Everything happens on its event loop. */
final class Session {
  /** How much may wait to be sent before those who send must wait. */
  static final int QUEUE_BYTES = 64 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  private final Hub hub;
  private final Outlet outlet;
  private final long id = ThreadLocalRandom.current().nextLong();
  private final int bucket;
  private int seat;
  private Map<CustomerId, Watch> watches = Collections.emptyMap();
  private @Nullable List<Runnable> whenDrained;
  private @Nullable String origin;
  private Doors.@Nullable Guest guest;

  /** How a returning visitor's thread was found, until it is opened. */
  private Topic.@Nullable Arrival arrival;

  private @Nullable Clearance clearance;

  private boolean greeting;
  private boolean closed;
  private int held;
  private int framesLeft;

  // in seconds of the hub
  private int framesSince;
  private int heard;

  /** What {@link Requests} notes about this session. */
  final Requests.Notes notes = new Requests.Notes();

  Session(Hub hub, Outlet outlet, @Nullable String origin, int bucket) {
    this.hub = hub;
    this.outlet = outlet;
    this.origin = origin;
    this.bucket = bucket;
    this.framesLeft = limits().framesPerSecond() * 2;
    this.framesSince = hub.second();
    this.heard = hub.second();
  }

  /** Tells it from all others. */
  String id() {
    return Long.toUnsignedString(id, Character.MAX_RADIX);
  }

  /** Where the hub keeps it. */
  int bucket() {
    return bucket;
  }

  int seat() {
    return seat;
  }

  void seat(int at) {
    seat = at;
  }

  private Limits limits() {
    return hub.services().limits();
  }

  Streams streams() {
    return hub.services().streams();
  }

  Timeline timeline() {
    return hub.services().timeline();
  }

  SharedObjects objects() {
    return hub.services().objects();
  }

  Roster roster() {
    Rosters rosters = hub.services().rosters();
    return guest == null ? rosters.first() : rosters.of(guest.principal().workspace());
  }

  /** Whether it is open still. */
  boolean stands() {
    return !closed;
  }

  Map<CustomerId, Watch> watches() {
    return watches;
  }

  Context context() {
    return hub.context();
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

  /** Sends a frame that others get too. */
  void send(Encoded frame) {
    if (!closed && outlet.open()) {
      outlet.send(frame);
    }
  }

  void send(String frame) {
    if (!closed) {
      try (Encoded encoded = Encoded.of(frame)) {
        send(encoded);
      }
    }
  }

  void send(ObjectNode frame) {
    if (!closed) {
      try (Encoded encoded = Encoded.of(Json.bytes(frame))) {
        send(encoded);
      }
    }
  }

  /** What was said stands at {@code at}. */
  void ack(String id, Position at, @Nullable String ref) {
    if (!closed) {
      try (Encoded encoded = Encoded.of(Wire.ack(id, at, ref))) {
        send(encoded);
      }
    }
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

  /** True while more waits to be sent than should. */
  boolean full() {
    return outlet.full();
  }

  void whenDrained(Runnable then) {
    if (whenDrained == null) {
      whenDrained = new ArrayList<>(1);
    }
    whenDrained.add(then);
  }

  /** The outlet takes more again. */
  void drained() {
    heard();
    readOn();
    List<Runnable> now = whenDrained;
    whenDrained = null;
    if (now != null) {
      now.forEach(Runnable::run);
    }
  }

  /** Reads no further frame until {@link #release}: the answer to the last one may be large. */
  void hold() {
    held++;
    outlet.pause();
  }

  void release() {
    held--;
    readOn();
  }

  /** Whoever does not take the answers asks no more. */
  private void readOn() {
    if (held == 0 && !full()) {
      outlet.resume();
    }
  }

  /** Again in a while: the store did not answer. */
  void later(Runnable again) {
    hub.vertx()
        .setTimer(
            ThreadLocalRandom.current().nextLong(300, 900),
            _ -> {
              if (!closed) {
                again.run();
              }
            });
  }

  /** This session's turn: a sign of life, and a look whether the peer still gives one. */
  void beat() {
    if (!overdue()) {
      outlet.beat();
    }
  }

  /** Closes a peer that neither answered nor took anything for too long; true if it is gone. */
  boolean overdue() {
    if (outlet.progressed()) {
      heard();
    }
    if (!closed && silence() > limits().silenceSeconds()) {
      close(CloseCode.NO_PROGRESS);
    }
    return closed || !outlet.open();
  }

  /** Seconds since the peer gave a sign of life. */
  int silence() {
    return hub.second() - heard;
  }

  /** Asks the client to go elsewhere in so many ms. */
  void moving(long after) {
    send(Json.object().put("type", "moving").put("after", after));
  }

  void close(CloseCode code) {
    if (!closed) {
      outlet.close(code);
    }
  }

  /** The outlet is gone. */
  void closed() {
    closed = true;
    hub.left(this);
    watches.values().forEach(this::leave);
    watches = Collections.emptyMap();
    whenDrained = null;
    notes.inboxClosed();
    if (guest != null && guest.principal() instanceof Principal.Visitor v) {
      hub.services().sockets().left(v.device());
    }
  }

  void leave(Watch watch) {
    watch.close();
    hub.attendance().go(watch.topic().customer(), id());
    if (watch.topic().remove(watch)) {
      hub.leave(watch.topic());
    }
  }

  // ---- in

  /** The peer lives. */
  void heard() {
    heard = hub.second();
  }

  /** The peer asks whether we live; false if it asks too often. */
  boolean pinged() {
    heard();
    return frameAllowed();
  }

  /** A frame came in. */
  void received(byte[] json) {
    heard();
    if (json.length > limits().frameBytes()) {
      close(CloseCode.TOO_LARGE);
      return;
    }
    String ref = null;
    try {
      if (!frameAllowed()) {
        throw new Problem(Code.TOO_MANY_FRAMES, "slower, please");
      }
      Frame frame = Frame.parse(json);
      ref = frame.ref();
      handle(frame);
    } catch (Problem p) {
      problem(p, ref != null ? ref : Frame.refOf(json));
      if (guest == null && !greeting) {
        close(CloseCode.PROTOCOL);
      }
    }
    if (full()) {
      outlet.pause();
    }
  }

  private boolean frameAllowed() {
    int perSecond = limits().framesPerSecond();
    int passed = hub.second() - framesSince;
    if (passed > 0) {
      framesLeft = (int) Math.min(perSecond * 2L, framesLeft + (long) passed * perSecond);
      framesSince = hub.second();
    }
    if (framesLeft <= 0) {
      return false; // what is refused costs nothing, so that whoever slows down is served
    }
    framesLeft--;
    return true;
  }

  /** Whether it said hello, or left. */
  boolean greeted() {
    return greeting || closed;
  }

  /** Whoever has not said hello by now will not. */
  void helloIsDue() {
    if (!greeted()) {
      close(CloseCode.SLOW_HELLO);
    }
  }

  private void handle(Frame frame) {
    Doors.Guest me = guest;
    if (me != null) {
      hub.requests().handle(this, me, frame);
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
    String page = origin;
    origin = null;
    Hub.Services services = hub.services();
    Doors doors = services.doors();
    Future<Doors.Guest> coming =
        hello.ticket() != null
            ? doors.ticket(services.tokens(), services.signIns(), hello.ticket())
            : hello.token() != null
                ? returning(hello, hello.token(), page)
                : hello.link() != null
                    ? doors.link(services.tokens(), hello.link(), page)
                    : doors.visitor(hello.inbox() == null ? "" : hello.inbox(), page);
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
              if (closed || !outlet.open()) {
                turnedAway();
                return;
              }
              if (arrived.principal() instanceof Principal.Visitor v
                  && !services.sockets().entered(v.device(), limits().perDevice())) {
                turnedAway();
                problem(
                    new Problem(Code.TOO_MANY_DEVICES, "this device has too many sockets"),
                    hello.ref());
                close(CloseCode.PROTOCOL);
                return;
              }
              guest = arrived.registered() ? arrived.stored() : arrived;
              welcome(arrived, hello);
            });
  }

  /** A visitor who was here before: its device is looked up together with its thread. */
  private Future<Doors.Guest> returning(Frame.Hello hello, String token, @Nullable String page) {
    Doors.Guest claimed;
    try {
      claimed = hub.services().doors().claimed(token, page);
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
        ? Doors.register(hub.services().tokens(), let).map(let.stored())
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
            .put("session", id())
            .put("workspace", arrived.principal().workspace())
            .put("beat", limits().beatSeconds());
    if (outlet.key() != null) {
      frame.put("push", outlet.key());
    }
    ObjectNode you = frame.putObject("you");
    switch (arrived.principal()) {
      case Principal.Agent a -> {
        you.put("kind", "agent").put("id", a.id()).put("name", a.name());
        clearance = new Clearance(this, hub.services(), hub.requests(), a);
        clearance.into(you);
      }
      case Principal.Visitor v -> {
        you.put("kind", "customer").put("id", v.home().toString());
        frame.put("topic", "c:" + v.home());
      }
      case Principal.Integration i -> you.put("kind", "integration").put("id", i.id());
    }
    if (arrived.fresh() && arrived.token() != null) {
      frame.put("token", arrived.token());
    }
    if (arrived.inbox() != null) {
      ObjectNode inbox =
          frame
              .putObject("inbox")
              .put("key", arrived.inbox().id())
              .put("name", arrived.inbox().name());
      if (arrived.inbox().greeting() != null) {
        inbox.put("greeting", arrived.inbox().greeting());
      }
      hours(inbox, arrived);
    }
    Limits limits = limits();
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

  /** Whether somebody is here now, and when it is so again, ms; nothing where nobody says. */
  private void hours(ObjectNode inbox, Doors.Guest arrived) {
    Item.Hours hours = hub.services().doors().hours(arrived);
    if (hours != null) {
      OpenHours.Now now = OpenHours.at(hours, Instant.now());
      inbox.put("open", now.open());
      if (!now.open() && now.changes() != null) {
        inbox.put("opens", now.changes().toEpochMilli());
      }
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
    hub.services()
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
    if (watches.isEmpty()) {
      watches = new LinkedHashMap<>(2);
    }
    Watch watch = new Watch(this, found, home, since, ref);
    watches.put(root, watch);
    if (guest != null && guest.registered()) {
      hub.attendance().come(root, id(), guest.principal());
      if (guest.principal() instanceof Principal.Agent a) {
        signal(root, a, "viewing", true, "staff", null);
      }
    }
    if (clearance != null) {
      clearance.follows(watch);
    }
  }

  /** What its member of staff may see; null before the hello, and of customers. */
  @Nullable Clearance clearance() {
    return clearance;
  }

  /** What {@code watch} shows is out of reach now; false if it is not watched any more. */
  boolean lost(Watch watch) {
    if (closed || !watches.containsValue(watch)) {
      return false;
    }
    drop(watch);
    return true;
  }

  /** Says again at which threads it is. */
  void attend() {
    Doors.Guest me = guest;
    if (me != null && me.registered()) {
      watches.keySet().forEach(root -> hub.attendance().come(root, id(), me.principal()));
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
    ObjectNode signal = Json.object().put("kind", kind).put("aud", audience).put("session", id());
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
    objects().signal(root, Json.bytes(signal));
  }
}
