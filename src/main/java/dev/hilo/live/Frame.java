package dev.hilo.live;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.codec.Json;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Position;
import dev.hilo.core.Problem;
import dev.hilo.core.Say;
import org.jspecify.annotations.Nullable;

/** What a client sends (src/site/markdown/protocol.md). {@code ref} comes back with the answer. */
sealed interface Frame {
  @Nullable String ref();

  record Hello(
      @Nullable String ref,
      @Nullable String ticket,
      @Nullable String token,
      @Nullable String link,
      @Nullable String inbox,
      @Nullable CustomerId topic,
      @Nullable Position since)
      implements Frame {}

  record Auth(@Nullable String ref, String token) implements Frame {}

  record SayFrame(@Nullable String ref, @Nullable CustomerId customer, Say say) implements Frame {}

  record Do(@Nullable String ref, @Nullable CustomerId topic, String action, JsonNode fields)
      implements Frame {}

  record Put(@Nullable String ref, @Nullable CustomerId topic, String key, long rev, String value)
      implements Frame {}

  record Watch(@Nullable String ref, @Nullable CustomerId topic, @Nullable Position since)
      implements Frame {}

  /** {@code view}: id of a view with a name, which has a filter of its own; or null. */
  record WatchInbox(@Nullable String ref, String filter, int limit, @Nullable String view)
      implements Frame {}

  record WatchDesk(@Nullable String ref) implements Frame {}

  record Unwatch(@Nullable String ref, @Nullable CustomerId topic) implements Frame {}

  record UnwatchInbox(@Nullable String ref) implements Frame {}

  record UnwatchDesk(@Nullable String ref) implements Frame {}

  record Read(@Nullable String ref, @Nullable CustomerId topic, Position upTo) implements Frame {}

  record Typing(@Nullable String ref, @Nullable CustomerId topic, boolean on) implements Frame {}

  record History(@Nullable String ref, @Nullable CustomerId topic, String cursor, int limit)
      implements Frame {}

  record State(@Nullable String ref, CustomerId topic) implements Frame {}

  record Beat(@Nullable String ref) implements Frame {}

  /** The ref of what may be no frame at all, or null. */
  static @Nullable String refOf(byte[] json) {
    try {
      return Json.parse(json).path("ref").textValue();
    } catch (Json.BadJson e) {
      return null;
    }
  }

  /** Throws {@link Problem} that names the field. */
  static Frame parse(byte[] json) {
    JsonNode f;
    try {
      f = Json.parse(json);
    } catch (Json.BadJson e) {
      throw new Problem(Problem.Code.BAD_FRAME, String.valueOf(e.getMessage()));
    }
    if (!f.isObject()) {
      throw new Problem(Problem.Code.BAD_FRAME, "a frame is a JSON object");
    }
    String ref = f.path("ref").textValue();
    boolean inbox = "inbox".equals(f.path("topic").textValue());
    boolean desk = "desk".equals(f.path("topic").textValue());
    return switch (f.path("type").asText()) {
      case "hello" ->
          new Hello(
              ref,
              f.path("ticket").textValue(),
              f.path("token").textValue(),
              f.path("link").textValue(),
              f.path("inbox").textValue(),
              topic(f),
              Say.position(f, "since"));
      case "auth" -> new Auth(ref, text(f, "token"));
      case "say" ->
          new SayFrame(ref, customer(f.path("to").path("customer").textValue()), Say.of(f));
      case "do" -> new Do(ref, topic(f), text(f, "action"), f);
      case "put" ->
          new Put(
              ref, topic(f), text(f, "key"), f.path("rev").asLong(), f.path("value").toString());
      case "watch" ->
          inbox
              ? new WatchInbox(
                  ref,
                  f.path("view").path("filter").asText("open"),
                  f.path("view").path("limit").asInt(200),
                  f.path("view").path("name").textValue())
              : desk ? new WatchDesk(ref) : new Watch(ref, topic(f), Say.position(f, "since"));
      case "unwatch" ->
          inbox ? new UnwatchInbox(ref) : desk ? new UnwatchDesk(ref) : new Unwatch(ref, topic(f));
      case "read" -> {
        Position upTo = Say.position(f, "upTo");
        if (upTo == null) {
          throw new Problem(Problem.Code.BAD_FRAME, "upTo must be a position like 17-3");
        }
        yield new Read(ref, topic(f), upTo);
      }
      case "typing" -> new Typing(ref, topic(f), f.path("on").asBoolean());
      case "history" -> new History(ref, topic(f), text(f, "cursor"), f.path("limit").asInt(50));
      case "state" -> {
        CustomerId topic = topic(f);
        if (topic == null) {
          throw new Problem(Problem.Code.BAD_FRAME, "topic must be c:<customer>");
        }
        yield new State(ref, topic);
      }
      case "beat" -> new Beat(ref);
      default -> throw new Problem(Problem.Code.UNKNOWN_FRAME, "there is no frame of this type");
    };
  }

  private static @Nullable CustomerId topic(JsonNode f) {
    String topic = f.path("topic").textValue();
    if (topic == null) {
      return null;
    }
    if (!topic.startsWith("c:")) {
      throw new Problem(Problem.Code.UNKNOWN_TOPIC, "topic must be c:<customer>, inbox or desk");
    }
    return customer(topic.substring(2));
  }

  private static @Nullable CustomerId customer(@Nullable String id) {
    try {
      return id == null ? null : CustomerId.of(id);
    } catch (IllegalArgumentException e) {
      throw new Problem(Problem.Code.UNKNOWN_TOPIC, "a customer id looks like main.01ABC…");
    }
  }

  private static String text(JsonNode f, String field) {
    String value = f.path(field).textValue();
    if (value == null || value.isEmpty()) {
      throw new Problem(Problem.Code.BAD_FRAME, field + " is missing");
    }
    return value;
  }
}
