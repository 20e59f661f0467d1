package dev.hilo.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.codec.Json;
import dev.hilo.codec.Wire;
import dev.hilo.conversation.CustomerView;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.Scopes;
import dev.hilo.core.Problem;
import dev.hilo.core.Timeline;
import dev.hilo.store.Entrance.Found;
import dev.hilo.store.SharedObjects;
import io.vertx.core.Future;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One session's view of one topic. It reads from the stream until it has what the topic has, and
 * only then gets entries as they are published; when the socket cannot take more it goes back to
 * reading, at the socket's pace, and nothing is kept for it meanwhile. First look, resume and slow
 * reader are this one way.
 */
final class Watch {
  private static final int PAGE = 50;
  private static final int FRAME = 32 * 1024;
  private static final byte[] END = {']', '}'};

  private final Session session;
  private final Topic topic;
  private final @Nullable String home;
  private @Nullable String ref;
  private Position cursor;
  private Position sent;
  private boolean live;
  private boolean pulling;
  private boolean caughtUp;
  private boolean missed;
  private boolean closed;

  /**
   * Follows a topic.
   *
   * @param arrival how the thread was found just now, by the same {@code since}
   * @param home of a visitor's device; null for staff
   * @param since the newest position the client has; null = it has nothing
   */
  Watch(
      Session session,
      Topic.Arrival arrival,
      @Nullable String home,
      @Nullable Position since,
      @Nullable String ref) {
    this.session = session;
    this.topic = arrival.topic();
    this.home = home;
    this.ref = ref;
    this.cursor = since == null ? Position.START : since;
    this.sent = cursor;
    topic.add(this);
    if (since == null) {
      first(arrival);
    } else {
      read(arrival.found(), arrival);
    }
  }

  Topic topic() {
    return topic;
  }

  @Nullable String home() {
    return home;
  }

  void close() {
    closed = true;
  }

  private @Nullable Set<String> scope() {
    return home == null ? null : topic.scopes().of(home);
  }

  private String name() {
    return "c:" + topic.customer();
  }

  private void first(Topic.Arrival arrival) {
    Found found = arrival.found();
    session
        .timeline()
        .newest(topic.customer(), found.entries(), found.more(), PAGE, this::shown)
        .onComplete(
            r -> {
              if (closed) {
                return;
              }
              if (r.failed()) {
                session.later(() -> first(arrival));
                return;
              }
              session.send(pageFrame(r.result(), ref));
              sent = Position.START;
              for (Timeline.Item item : r.result().items()) {
                if (item.stream().equals(topic.customer())) {
                  sent = item.entry().position();
                }
              }
              cursor = found.top();
              goLive(arrival);
            });
  }

  /** Sends an older page. */
  void history(String from, int limit, @Nullable String askedBy) {
    Future<Timeline.Page> older =
        session
            .timeline()
            .page(topic.customer(), from, Math.max(1, Math.min(200, limit)), this::shown);
    session.hold();
    older
        .onSuccess(page -> session.send(pageFrame(page, askedBy)))
        .onFailure(e -> session.problem(Problem.of(e), askedBy))
        .onComplete(_ -> session.release());
  }

  private boolean shown(Entry entry) {
    Set<String> scope = scope();
    return scope == null || CustomerView.of(entry, scope, session.roster()::name) != null;
  }

  private ObjectNode pageFrame(Timeline.Page page, @Nullable String askedBy) {
    ObjectNode frame = Json.object().put("type", "page").put("topic", name());
    ArrayNode entries = frame.putArray("entries");
    Set<String> scope = scope();
    for (Timeline.Item item : page.items()) {
      ObjectNode event = event(item.entry(), scope);
      if (event != null) {
        ObjectNode out = entries.addObject();
        if (item.stream().equals(topic.customer())) {
          out.put("pos", item.entry().position().toString());
        }
        out.set("event", event);
      }
    }
    if (page.cursor() != null) {
      frame.put("cursor", page.cursor());
    }
    return Session.answer(frame, askedBy);
  }

  private @Nullable ObjectNode event(Entry entry, @Nullable Set<String> scope) {
    if (scope == null) {
      return Wire.staff(entry, session.roster()::name);
    }
    CustomerView view = CustomerView.of(entry, scope, session.roster()::name);
    return view == null ? null : Wire.customer(view);
  }

  /** Reads on from the stream until nothing is left that the topic has. */
  void pull() {
    if (closed || pulling || live) {
      return;
    }
    if (session.full()) {
      session.whenDrained(this::pull);
      return;
    }
    pulling = true;
    topic
        .after(cursor)
        .onComplete(
            r -> {
              pulling = false;
              if (closed) {
                return;
              }
              if (r.failed()) {
                session.later(this::pull);
                return;
              }
              read(r.result(), null);
            });
  }

  private void read(Found found, Topic.@Nullable Arrival arrival) {
    if (!found.base().equals(cursor)) {
      topic.doubt();
      rolledBack(found.base(), cursor);
      return;
    }
    if (!deliver(found.entries()) || found.more()) {
      pull();
    } else if (topic.last().after(found.top())) {
      topic.heal(); // the topic has what the stream has not: one of them is about to change
      session.later(this::pull);
    } else {
      goLive(arrival);
    }
  }

  /** What was read is sent; live from here, unless the topic has more already. */
  private void goLive(Topic.@Nullable Arrival arrival) {
    if (session.full() || topic.last().after(cursor)) {
      pull();
      return;
    }
    live = true;
    if (!caughtUp || missed) {
      caughtUp = true;
      missed = false;
      caughtUp(arrival);
    }
  }

  /** Something was published that this watch may not have seen: it reads on from where it is. */
  void behind() {
    live = false;
    pull();
  }

  /** Sends entries in as few frames as fit; false if the socket would not take all. */
  private boolean deliver(List<Entry> entries) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream(1024);
    Position before = sent;
    boolean all = true;
    for (Entry entry : entries) {
      if (!entry.position().after(cursor)) {
        continue;
      }
      if (session.full()) {
        all = false;
        break;
      }
      byte[] event = new Rendering(topic.customer(), entry).event(session.roster(), scope());
      cursor = entry.position();
      if (event == null) {
        continue;
      }
      String head = (frame.size() == 0 ? "" : ",") + "{\"pos\":\"" + cursor + "\",\"event\":";
      frame.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
      frame.writeBytes(event);
      frame.write('}');
      sent = cursor;
      if (frame.size() > FRAME) {
        send(frame, before);
        frame.reset();
        before = sent;
      }
    }
    if (frame.size() > 0) {
      send(frame, before);
    }
    return all;
  }

  private void send(ByteArrayOutputStream entries, Position before) {
    String head =
        "{\"type\":\"entries\",\"topic\":\""
            + name()
            + "\",\"prev\":\""
            + before
            + "\",\"entries\":[";
    try (Encoded frame =
        Encoded.of(head.getBytes(StandardCharsets.US_ASCII), entries.toByteArray(), END)) {
      session.send(frame);
    }
  }

  private void show(Rendering rendering) {
    cursor = rendering.entry().position();
    Encoded frame = rendering.frame(session.roster(), scope(), sent);
    if (frame != null) {
      session.send(frame);
      sent = cursor;
    }
  }

  /** With the objects as they were found, if nothing changed since. */
  private void caughtUp(Topic.@Nullable Arrival arrival) {
    if (arrival != null && arrival.changes() == topic.changes()) {
      caughtUp(arrival.found());
      return;
    }
    topic
        .visit(null, cursor, home == null)
        .onComplete(
            r -> {
              if (closed) {
                return;
              }
              if (r.succeeded()) {
                caughtUp(r.result().found());
              } else {
                session.later(() -> caughtUp((Topic.Arrival) null));
              }
            });
  }

  private void caughtUp(Found found) {
    ObjectNode frame =
        Json.object().put("type", "caught-up").put("topic", name()).put("pos", cursor.toString());
    ObjectNode objects = frame.putObject("objects");
    found
        .objects()
        .forEach(
            (key, value) -> {
              if (mayKnow(key)) {
                objects.set(key, object(value));
              }
            });
    if (home == null) {
      frame.set("present", Attendance.present(found.present(), session.id()));
    }
    session.send(Session.answer(frame, ref));
    ref = null;
  }

  private static ObjectNode object(SharedObjects.Value value) {
    ObjectNode out = Json.object().put("rev", value.rev());
    try {
      out.set("value", Json.parse(value.json().getBytes(StandardCharsets.UTF_8)));
    } catch (Json.BadJson e) {
      out.putNull("value");
    }
    return out;
  }

  /** Objects whose key begins with {@code staff.} are not for visitors. */
  private boolean mayKnow(String key) {
    return home == null || !key.startsWith("staff.");
  }

  /** An entry was published. */
  void live(Rendering rendering) {
    if (!live || closed || !rendering.entry().position().after(cursor)) {
      return;
    }
    if (session.full()) {
      behind();
    } else {
      show(rendering);
    }
    Clearance clearance = session.clearance();
    if (clearance != null && rendering.entry().event() instanceof Event.ConversationAssigned) {
      clearance.assigned(this);
    }
  }

  void object(String key, SharedObjects.Value value) {
    if (!caughtUp || !mayKnow(key)) {
      return;
    }
    if (session.full()) {
      missed = true; // told all of them when the socket takes more
      behind();
    } else {
      ObjectNode frame = Json.object().put("type", "object").put("topic", name()).put("key", key);
      frame.setAll(object(value));
      session.send(frame);
    }
  }

  void signal(JsonNode signal) {
    if (!caughtUp || session.id().equals(signal.path("session").asText())) {
      return;
    }
    if (session.full()) {
      if (home == null && signal.path("kind").asText().equals("presence")) {
        missed = true;
        behind();
      }
      return;
    }
    Set<String> scope = scope();
    String audience = signal.path("aud").asText("all");
    String about = signal.path("home").textValue();
    if (scope != null && (audience.equals("staff") || about != null && !scope.contains(about))) {
      return;
    }
    if (scope == null && audience.equals("customer")) {
      return;
    }
    ObjectNode frame =
        Json.object()
            .put("type", "signal")
            .put("topic", name())
            .put("kind", signal.path("kind").asText());
    ObjectNode who = frame.putObject("who").put("kind", signal.path("who").path("kind").asText());
    if (scope == null) {
      who.put("id", signal.path("who").path("id").asText());
    }
    if (signal.path("who").path("name").isTextual()) {
      who.put("name", signal.path("who").path("name").asText());
    }
    frame.set("data", signal.path("data").isObject() ? signal.path("data") : Json.object());
    session.send(frame);
  }

  /** The store lost what stood after {@code base}; {@code lost} was the newest known. */
  void rolledBack(Position base, Position lost) {
    if (!cursor.after(base)) {
      return;
    }
    ObjectNode frame =
        Json.object().put("type", "rollback").put("topic", name()).put("after", base.toString());
    ArrayNode positions = frame.putArray("void");
    for (long seq = base.seq() + 1; seq <= lost.seq() && positions.size() < 1000; seq++) {
      positions.add(new Position(lost.epoch(), seq).toString());
    }
    session.send(frame);
    session.rewound(this, base);
  }

  /** This stream ended in another one. */
  void moved() {
    session.moved(this);
  }

  /** A merge, or a proof, changed what belongs to this thread. */
  void reshaped(Scopes before, Scopes after, Position at, boolean merged) {
    if (home == null ? merged : !before.of(home).equals(after.of(home))) {
      session.reshaped(this, at, home == null ? "joined" : "proved");
    }
  }
}
