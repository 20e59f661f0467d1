package dev.hilo.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.codec.Json;
import dev.hilo.codec.Wire;
import dev.hilo.conversation.CustomerView;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.Scopes;
import dev.hilo.core.Problem;
import dev.hilo.core.Timeline;
import dev.hilo.store.SharedObjects;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One session's view of one topic. It reads from the stream until it has what the topic has, and
 * only then gets entries as they are published; when the socket cannot take more it goes back to
 * reading, at the socket's pace. First look, resume and slow reader are this one way.
 */
final class Watch {
  private static final int CHUNK = 100;
  private static final int PAGE = 50;

  private final Session session;
  private final Topic topic;
  private final @Nullable String home;
  private final @Nullable String ref;
  private Position cursor;
  private Position sent;
  private boolean live;
  private boolean pulling;
  private boolean caughtUp;
  private boolean closed;

  /**
   * Follows a topic.
   *
   * @param home of a visitor's device; null for staff
   * @param since the newest position the client has; null = it has nothing
   */
  Watch(
      Session session,
      Topic topic,
      @Nullable String home,
      @Nullable Position since,
      @Nullable String ref) {
    this.session = session;
    this.topic = topic;
    this.home = home;
    this.ref = ref;
    this.cursor = since == null ? Position.START : since;
    this.sent = cursor;
    topic.add(this);
    topic
        .ready()
        .onSuccess(
            _ -> {
              if (since == null) {
                first();
              } else {
                resume(since);
              }
            });
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

  private void first() {
    Position known = topic.last();
    session
        .timeline()
        .page(topic.customer(), null, PAGE, this::shown)
        .onComplete(
            r -> {
              if (closed) {
                return;
              }
              if (r.failed()) {
                session.later(this::first);
                return;
              }
              session.send(pageFrame(r.result(), ref));
              sent = Position.START;
              for (Timeline.Item item : r.result().items()) {
                if (item.stream().equals(topic.customer())) {
                  sent = item.entry().position();
                }
              }
              cursor = sent.after(known) ? sent : known;
              pull();
            });
  }

  private void resume(Position since) {
    Topic.holds(session.streams(), topic.customer(), since)
        .onComplete(
            r -> {
              if (closed) {
                return;
              }
              if (r.failed()) {
                session.later(() -> resume(since));
                return;
              }
              if (!r.result().equals(since)) {
                rolledBack(r.result(), since);
              }
              pull();
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
    session
        .streams()
        .after(topic.customer(), cursor, CHUNK)
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
              List<Entry> entries = r.result();
              deliver(entries);
              if (entries.size() < CHUNK && !topic.last().after(cursor)) {
                live = true;
                if (!caughtUp) {
                  caughtUp = true;
                  caughtUp();
                }
              } else {
                pull();
              }
            });
  }

  private void deliver(List<Entry> entries) {
    for (Entry entry : entries) {
      try (Rendering rendering = new Rendering(topic.customer(), entry)) {
        show(rendering);
      }
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

  private void caughtUp() {
    session
        .objects()
        .all(topic.customer())
        .onComplete(
            r -> {
              if (closed) {
                return;
              }
              ObjectNode frame =
                  Json.object()
                      .put("type", "caught-up")
                      .put("topic", name())
                      .put("pos", cursor.toString());
              ObjectNode objects = frame.putObject("objects");
              if (r.succeeded()) {
                r.result()
                    .forEach(
                        (key, value) -> {
                          if (mayKnow(key)) {
                            objects.set(key, object(value));
                          }
                        });
              }
              session.send(Session.answer(frame, ref));
            });
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
      live = false;
      pull();
    } else {
      show(rendering);
    }
  }

  void object(String key, SharedObjects.Value value) {
    if (caughtUp && mayKnow(key)) {
      ObjectNode frame = Json.object().put("type", "object").put("topic", name()).put("key", key);
      frame.setAll(object(value));
      session.send(frame);
    }
  }

  void signal(JsonNode signal) {
    if (!caughtUp || session.full() || session.id().equals(signal.path("session").asText())) {
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
    cursor = base;
    sent = base;
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
