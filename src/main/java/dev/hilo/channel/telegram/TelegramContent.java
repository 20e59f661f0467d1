package dev.hilo.channel.telegram;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Content;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a message of the Bot API says. */
final class TelegramContent {
  private static final Pattern COMMAND =
      Pattern.compile("/([A-Za-z0-9_]{1,64})(?:@[A-Za-z0-9_]+)?(?:\\s+(.*))?", Pattern.DOTALL);
  private static final List<String> ENVELOPE =
      List.of(
          "message_id",
          "from",
          "sender_chat",
          "chat",
          "date",
          "edit_date",
          "message_thread_id",
          "business_connection_id",
          "is_topic_message");

  private TelegramContent() {}

  /** Never fails: what has an unexpected form is kept as it came. Some kinds bring a second one. */
  static Content of(Payload message) {
    String text = message.text("text");
    if (text != null) {
      return text(message, text);
    }
    for (String kind : message.fields()) {
      Payload body = message.at(kind);
      Content content =
          switch (kind) {
            case "photo" ->
                media(Content.Media.Kind.IMAGE, largest(message), message, "image/jpeg");
            case "voice" -> media(Content.Media.Kind.VOICE, body, message, "audio/ogg");
            case "audio" -> media(Content.Media.Kind.AUDIO, body, message, null);
            case "video", "video_note", "animation" ->
                media(Content.Media.Kind.VIDEO, body, message, "video/mp4");
            case "sticker" -> media(Content.Media.Kind.STICKER, body, message, sticker(body));
            case "document" ->
                message.has("animation")
                    ? null
                    : media(Content.Media.Kind.FILE, body, message, null);
            case "venue" -> location(body.at("location"), body);
            case "location" -> message.has("venue") ? null : location(body, Payload.nothing());
            case "contact" -> contact(body);
            default -> null;
          };
      if (content != null) {
        return content;
      }
    }
    String kind =
        message.fields().stream().filter(f -> !ENVELOPE.contains(f)).findFirst().orElse("empty");
    return new Content.Unsupported(kind, message.raw());
  }

  private static Content text(Payload message, String text) {
    Payload first = message.first("entities");
    var command = COMMAND.matcher(text);
    return "bot_command".equals(first.text("type"))
            && first.number("offset", -1) == 0
            && command.matches()
        ? new Content.Choice("command", command.group(1), text, null, command.group(2))
        : new Content.Text(text);
  }

  private static @Nullable Content media(
      Content.Media.Kind kind, Payload file, Payload message, @Nullable String otherwise) {
    String ref = file.id("file_id");
    String mime = file.text("mime_type");
    return ref == null
        ? null
        : new Content.Media(
            kind,
            null,
            mime != null ? mime : otherwise,
            file.number("file_size", -1),
            file.text("file_name"),
            message.text("caption"),
            ref,
            null);
  }

  /** One picture in several sizes. */
  private static Payload largest(Payload message) {
    Payload largest = Payload.nothing();
    for (Payload size : message.list("photo")) {
      if (area(size) > area(largest)) {
        largest = size;
      }
    }
    return largest;
  }

  private static double area(Payload size) {
    return (double) size.number("width", 0) * size.number("height", 0);
  }

  private static String sticker(Payload sticker) {
    return sticker.flag("is_animated")
        ? "application/x-tgsticker"
        : sticker.flag("is_video") ? "video/webm" : "image/webp";
  }

  private static @Nullable Content location(Payload point, Payload venue) {
    Double latitude = point.decimal("latitude");
    Double longitude = point.decimal("longitude");
    return latitude == null || longitude == null
        ? null
        : new Content.Location(
            latitude, longitude, venue.text("title"), venue.text("address"), null);
  }

  private static Content contact(Payload card) {
    String first = requireNonNullElse(card.text("first_name"), "");
    String last = requireNonNullElse(card.text("last_name"), "");
    String phone = card.id("phone_number");
    return new Content.Contact(
        (first + " " + last).strip(), phone == null ? List.of() : List.of(phone), List.of());
  }

  /** What the pressed button said, if the message with it is still there. */
  static @Nullable String label(Payload message, String data) {
    for (Payload row : message.at("reply_markup").list("inline_keyboard")) {
      for (Payload button : row.items()) {
        if (data.equals(button.text("callback_data"))) {
          return button.text("text");
        }
      }
    }
    return null;
  }

  static Map<String, String> details(Payload message) {
    var details = new LinkedHashMap<String, String>();
    Payload forwarded = message.at("forward_origin");
    if (!forwarded.isEmpty()) {
      details.put("forwarded", "true");
      Facts.put(details, "forwarded.from", forwarded.text("sender_user_name"));
      Facts.put(details, "forwarded.from", forwarded.at("sender_user").text("first_name"));
      Facts.put(details, "forwarded.from", forwarded.at("chat").text("title"));
    }
    Facts.put(details, "album", message.id("media_group_id"));
    Facts.put(details, "quote", message.at("quote").text("text"));
    Facts.put(details, "links", String.join("\n", links(message)));
    if (of(message) instanceof Content.Choice start && start.id().equals("start")) {
      Facts.put(details, "referral.ref", start.data());
    }
    Payload file = file(message);
    Facts.put(details, "media.width", file.text("width"));
    Facts.put(details, "media.height", file.text("height"));
    Facts.put(details, "media.seconds", file.text("duration"));
    Facts.put(details, "media.emoji", file.text("emoji"));
    return Map.copyOf(details);
  }

  private static Payload file(Payload message) {
    for (String kind : List.of("voice", "audio", "video", "video_note", "animation", "sticker")) {
      if (message.has(kind)) {
        return message.at(kind);
      }
    }
    return largest(message);
  }

  /** Offsets count UTF-16 units, as Java's do. */
  private static List<String> links(Payload message) {
    boolean caption = message.has("caption_entities");
    String text = requireNonNullElse(message.text(caption ? "caption" : "text"), "");
    var links = new ArrayList<String>();
    for (Payload entity : message.list(caption ? "caption_entities" : "entities")) {
      long from = entity.number("offset", -1);
      long to = from + entity.number("length", -1);
      if ("text_link".equals(entity.text("type")) && entity.has("url")) {
        links.add(requireNonNullElse(entity.text("url"), ""));
      } else if ("url".equals(entity.text("type"))
          && from >= 0
          && to >= from
          && to <= text.length()) {
        links.add(text.substring((int) from, (int) to));
      }
    }
    return links.size() > 10 ? links.subList(0, 10) : links;
  }
}
