package dev.hilo.channel.discord;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.InboundMedia;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one event says. A person is a user id; their direct channel is known to be them, too, as
 * deletions name nothing else.
 */
final class DiscordEvents {
  private static final long EPOCH = 1_420_070_400_000L;
  private static final int DEPTH = 4;

  private final String application;
  private final Payload data;
  private final Payload around;

  /** {@code around}: what the data came in. */
  DiscordEvents(String application, Payload data, Payload around) {
    this.application = application;
    this.data = data;
    this.around = around;
  }

  List<Inbound> of(String kind) {
    return switch (kind) {
      case "INTERACTION_CREATE" -> List.of(interaction());
      case "MESSAGE_CREATE", "GAME_DIRECT_MESSAGE_CREATE", "LOBBY_MESSAGE_CREATE" ->
          List.of(message());
      case "MESSAGE_UPDATE", "GAME_DIRECT_MESSAGE_UPDATE", "LOBBY_MESSAGE_UPDATE" -> edit();
      case "MESSAGE_DELETE", "GAME_DIRECT_MESSAGE_DELETE", "LOBBY_MESSAGE_DELETE" ->
          List.of(deleted(data.required("id")));
      case "MESSAGE_DELETE_BULK" ->
          data.list("ids").stream()
              .map(Payload::text)
              .filter(java.util.Objects::nonNull)
              .map(this::deleted)
              .toList();
      case "MESSAGE_REACTION_ADD" -> reaction(true);
      case "MESSAGE_REACTION_REMOVE" -> reaction(false);
      case "TYPING_START" -> typing();
      case "APPLICATION_AUTHORIZED" -> authorized(true);
      case "APPLICATION_DEAUTHORIZED" -> authorized(false);
      default -> other(kind);
    };
  }

  private Inbound interaction() {
    String id = data.required("id");
    Payload what = data.at("data");
    Payload pressed = data.at("message");
    Content content =
        switch ((int) data.number("type", 0)) {
          case 2 -> {
            String words = String.join(" ", values(what, 0));
            yield new Content.Choice(
                "command", what.required("name"), words.isEmpty() ? null : words, null, null);
          }
          case 3 -> {
            String button = what.required("custom_id");
            String picked = String.join(",", texts(what.list("values")));
            yield new Content.Choice(
                picked.isEmpty() ? "button" : "select",
                button,
                label(pressed, button, 0),
                null,
                picked.isEmpty() ? null : picked);
          }
          case 5 -> {
            var fields = new LinkedHashMap<String, String>();
            fields(what, fields, 0);
            yield new Content.Form(what.required("custom_id"), fields);
          }
          default -> new Content.Unsupported("interaction", data.raw());
        };
    Payload user = data.has("user") ? data.at("user") : data.at("member").at("user");
    var details = new Facts();
    if (content instanceof Content.Form(_, var fields)) {
      fields.values().stream()
          .max(java.util.Comparator.comparingInt(String::length))
          .ifPresent(longest -> details.put("text", longest));
    }
    var context = new Facts().put("channel", data.id("channel_id"));
    return new Inbound.Message(
        origin(user, id, snowflake(id)),
        id,
        false,
        false,
        content,
        List.of(),
        pressed.id("id"),
        details.map(),
        context.put("interaction", id).put("token", data.id("token")).map());
  }

  /** What was filled in for a command, also for those within it. */
  private static List<String> values(Payload part, int depth) {
    var all = new ArrayList<String>();
    for (Payload option : part.list("options")) {
      String value = option.text("value");
      if (value != null) {
        all.add(value);
      } else if (depth < DEPTH) {
        all.addAll(values(option, depth + 1));
      }
    }
    return all;
  }

  private static List<String> texts(List<Payload> parts) {
    return parts.stream().map(Payload::text).filter(java.util.Objects::nonNull).toList();
  }

  private static void fields(Payload part, Map<String, String> fields, int depth) {
    String name = part.id("custom_id");
    String value =
        part.has("values") ? String.join(",", texts(part.list("values"))) : part.text("value");
    if (depth > 0 && name != null && value != null) {
      fields.put(name, value);
    }
    if (depth < DEPTH) {
      part.list("components").forEach(inner -> fields(inner, fields, depth + 1));
      if (part.has("component")) {
        fields(part.at("component"), fields, depth + 1);
      }
    }
  }

  private static @Nullable String label(Payload part, String button, int depth) {
    if (button.equals(part.text("custom_id"))) {
      return part.text("label");
    }
    for (Payload inner : depth < DEPTH ? part.list("components") : List.<Payload>of()) {
      String label = label(inner, button, depth + 1);
      if (label != null) {
        return label;
      }
    }
    return null;
  }

  private Inbound message() {
    String id = data.required("id");
    Payload author = data.at("author");
    boolean echo = application.equals(author.id("id"));
    var files = new ArrayList<Content.Media>();
    var details = new Facts().put("from", echo ? application : null);
    for (Payload file : data.list("attachments")) {
      add(files, details, file(file), file.id("id"), file.text("description"));
    }
    for (Payload sticker : data.list("sticker_items")) {
      add(files, details, sticker(sticker), sticker.id("id"), sticker.text("name"));
    }
    String text = words();
    Content content =
        !text.isEmpty()
            ? new Content.Text(text)
            : files.isEmpty()
                ? new Content.Unsupported("message", data.raw())
                : files.removeFirst();
    Inbound.Origin origin =
        echo ? origin(Payload.nothing(), id, time(id)) : origin(author, id, time(id));
    return new Inbound.Message(
        origin,
        id,
        echo,
        author.flag("bot") || content instanceof Content.Unsupported,
        content,
        List.copyOf(files),
        data.at("message_reference").id("message_id"),
        details.map(),
        new Facts().put("channel", data.id("channel_id")).map());
  }

  private static void add(
      List<Content.Media> files,
      Facts details,
      Content.Media file,
      @Nullable String id,
      @Nullable String alt) {
    files.add(file);
    String number = files.size() == 1 ? "" : "." + files.size();
    details.put("media.id" + number, id).put("media.alt" + number, alt);
  }

  private static Content.Media file(Payload file) {
    return InboundMedia.of(
        file.has("waveform") ? Content.Media.Kind.VOICE : null,
        file.id("content_type"),
        file.number("size", -1),
        file.text("filename"),
        null,
        file.text("url"));
  }

  /** Format 3 is no picture: it is drawn by the app. */
  private static Content.Media sticker(Payload sticker) {
    String id = sticker.required("id");
    long format = sticker.number("format_type", 1);
    boolean picture = id.matches("\\d{1,20}") && format != 3;
    return new Content.Media(
        Content.Media.Kind.STICKER,
        null,
        format == 4 ? "image/gif" : format == 3 ? null : "image/png",
        -1,
        sticker.text("name"),
        null,
        picture
            ? "https://media.discordapp.net/stickers/" + id + (format == 4 ? ".gif" : ".png")
            : null,
        picture ? null : "drawn by the app itself");
  }

  /** With the names of who is meant, and of emoji of the server's own. */
  private String words() {
    String text = requireNonNullElse(data.text("content"), "");
    for (Payload user : data.list("mentions")) {
      String id = user.id("id");
      String name = user.text("username");
      if (id != null && name != null) {
        text = text.replace("<@" + id + ">", "@" + name).replace("<@!" + id + ">", "@" + name);
      }
    }
    return text.replaceAll("<a?(:\\w{1,64}:)\\d{1,20}>", "$1");
  }

  private List<Inbound> edit() {
    String id = data.required("id");
    String when = data.text("edited_timestamp");
    if (!data.has("content") || when == null || application.equals(data.at("author").id("id"))) {
      return List.of();
    }
    var origin = origin(data.at("author"), id + "|edit|" + when, moment(when));
    return List.of(new Inbound.Edit(origin, id, new Content.Text(words())));
  }

  private Inbound deleted(String id) {
    return new Inbound.Removal(origin(Payload.nothing(), id + "|delete", null), id);
  }

  private List<Inbound> reaction(boolean on) {
    String target = data.required("message_id");
    String user = data.required("user_id");
    Payload emoji = data.at("emoji");
    String name = emoji.id("name");
    String shown = emoji.has("id") && name != null ? ":" + name + ":" : name;
    if (user.equals(application)) {
      return List.of();
    }
    String key = target + "|" + user + "|" + shown + "|" + on + "|" + around.text("s");
    return List.of(new Inbound.Reaction(origin(known(user), key, null), target, shown, on));
  }

  private List<Inbound> typing() {
    String user = data.required("user_id");
    String when = data.text("timestamp");
    return user.equals(application)
        ? List.of()
        : List.of(
            new Inbound.Typing(
                origin(known(user), "typing|" + user + "|" + when, data.seconds("timestamp")),
                true));
  }

  /** The user of an event that names them by id only. */
  private Payload known(String user) {
    Payload member = data.at("member").at("user");
    return user.equals(member.id("id"))
        ? member
        : new Payload(
            com.fasterxml.jackson.databind.node.JsonNodeFactory.instance
                .objectNode()
                .put("id", user));
  }

  private List<Inbound> authorized(boolean on) {
    String when = around.text("timestamp");
    Payload user = data.at("user");
    var origin =
        origin(user, "authorized|" + on + "|" + user.required("id") + "|" + when, moment(when));
    String why = on ? "app added" : "app removed";
    return List.of(
        data.has("guild")
            ? new Inbound.Notice(origin, on ? "join" : "leave", Map.of())
            : new Inbound.Consent(origin, on, why));
  }

  private List<Inbound> other(String kind) {
    String user = data.id("user_id");
    String when = around.text("timestamp");
    if (user == null || when == null) {
      return List.of();
    }
    var origin = origin(known(user), kind + "|" + user + "|" + when, moment(when));
    return List.of(new Inbound.Notice(origin, "system", new Facts().put("meta.event", kind).map()));
  }

  /** {@code user}: empty where the event names nobody. */
  private Inbound.Origin origin(Payload user, String key, @Nullable Instant at) {
    String id = user.id("id");
    String lobby = data.id("lobby_id");
    String channel = data.id("channel_id") == null ? lobby : data.id("channel_id");
    boolean direct = !data.has("guild_id") && lobby == null;
    String shown = user.text("global_name");
    var attributes =
        new Facts()
            .put("name", shown == null ? user.text("username") : shown)
            .put("username", user.text("username"))
            .put("language", data.id("locale"))
            .map();
    Address place = channel == null ? null : address(direct ? "dm" : "", channel);
    if (id == null && place == null) {
      throw new IllegalArgumentException("channel_id");
    }
    boolean person = direct && id != null;
    return new Inbound.Origin(
        application,
        person || place == null ? address("", String.valueOf(id)) : place,
        person && place != null ? List.of(place) : List.of(),
        Strength.PLATFORM,
        attributes,
        direct || place == null || id == null
            ? null
            : new Event.Participant(id, attributes.get("name")),
        channel == null
            ? null
            : new Inbound.Room(channel, direct ? "private" : "channel", null, null),
        key,
        at);
  }

  private static Address address(String scope, String id) {
    return new Address(DiscordChannelType.NAME, scope, id);
  }

  private @Nullable Instant time(String id) {
    Instant said = moment(data.text("timestamp"));
    return said == null ? snowflake(id) : said;
  }

  /** Times come with a zone or, now and then, without. */
  private static @Nullable Instant moment(@Nullable String time) {
    if (time == null || time.length() > 40) {
      return null;
    }
    try {
      return time.matches(".*(Z|[+-]\\d\\d:?\\d\\d)")
          ? java.time.OffsetDateTime.parse(time).toInstant()
          : LocalDateTime.parse(time).toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException _) {
      return null;
    }
  }

  /** Ids begin with their time. */
  static @Nullable Instant snowflake(String id) {
    return id.matches("\\d{15,18}|[1-8]\\d{18}")
        ? Instant.ofEpochMilli((Long.parseLong(id) >> 22) + EPOCH)
        : null;
  }
}
