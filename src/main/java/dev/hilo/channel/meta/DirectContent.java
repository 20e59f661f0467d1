package dev.hilo.channel.meta;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a message of an inbox says: its text, or else the first of its parts, and further files. */
record DirectContent(Content first, List<Content.Media> attachments) {
  static final int LINK = 1000;
  private static final int MOST = 20;

  /** {@code details}: what has no place in the content is added here. */
  static DirectContent of(Payload message, Facts details) {
    String text = requireNonNullElse(message.text("text"), "");
    String choice = message.at("quick_reply").text("payload");
    boolean described = false;
    var files = new ArrayList<Content.Media>();
    var links = new ArrayList<String>();
    Content first =
        choice != null && !choice.isEmpty()
            ? new Content.Choice("quick_reply", choice, text, null, null)
            : text.isEmpty() ? null : new Content.Text(text);
    for (Payload part : message.list("attachments").stream().limit(MOST).toList()) {
      Content content = part(part, message, described ? new Facts() : details);
      described |= content instanceof Content.Media;
      if (first == null) {
        first = content;
      } else if (content instanceof Content.Media file) {
        files.add(file);
      } else {
        links.add(requireNonNullElse(link(part), part.raw()));
      }
    }
    details.put("links", String.join("\n", links));
    if (first == null) {
      String kind = message.flag("is_unsupported") ? "unsupported" : "message";
      first = new Content.Unsupported(kind, message.raw());
    }
    return new DirectContent(first, List.copyOf(files));
  }

  private static Content part(Payload part, Payload message, Facts details) {
    String type = requireNonNullElse(part.id("type"), "unknown");
    Payload body = part.at("payload");
    String sticker = body.has("sticker_id") ? body.id("sticker_id") : message.id("sticker_id");
    details.put("media.sticker", sticker);
    return switch (type) {
      case "image" -> file(sticker == null ? Kind.IMAGE : Kind.STICKER, part);
      case "video" -> file(Kind.VIDEO, part);
      case "audio" -> file(Kind.AUDIO, part);
      case "file" -> file(Kind.FILE, part);
      case "reel", "ig_reel" -> file(Kind.VIDEO, part, type, details);
      case "share", "ig_post", "ig_story", "story_mention" -> file(Kind.FILE, part, type, details);
      case "location" -> location(part);
      case "fallback" -> card(part);
      default -> new Content.Unsupported(type, part.raw());
    };
  }

  private static Content file(Kind kind, Payload part, String type, Facts details) {
    details.put("media.type", type);
    return file(kind, part);
  }

  private static Content.Media file(Kind kind, Payload part) {
    String link = link(part);
    String title = part.at("payload").text("title");
    return link != null && link.length() <= LINK
        ? new Content.Media(kind, null, null, -1, null, title, link, null)
        : new Content.Media(kind, null, null, -1, null, title, null, "its address did not come");
  }

  private static @Nullable String link(Payload part) {
    String link = part.at("payload").text("url");
    return link == null ? part.text("url") : link;
  }

  private static Content location(Payload part) {
    Payload place = part.at("payload").at("coordinates");
    Double latitude = place.decimal("lat");
    Double longitude = place.decimal("long");
    return latitude == null || longitude == null
        ? new Content.Unsupported("location", part.raw())
        : new Content.Location(latitude, longitude, part.text("title"), null, part.text("url"));
  }

  /** A link that Meta looked up. */
  private static Content card(Payload part) {
    String link = link(part);
    String title = requireNonNullElse(part.text("title"), link);
    return title == null
        ? new Content.Unsupported("fallback", part.raw())
        : new Content.Card(title, null, link, null);
  }
}
