package dev.hilo.channel.whatsapp;

import dev.hilo.channel.Payload;
import dev.hilo.conversation.Content;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a message of the Cloud API says. */
final class WhatsAppContent {
  private WhatsAppContent() {}

  /** Never fails: what has an unexpected form is kept as it came. */
  static Content of(Payload message) {
    String type = Objects.requireNonNullElse(message.id("type"), "unknown");
    Payload body = message.at(type);
    Content content =
        switch (type) {
          case "text" -> text(body);
          case "image" -> media(Content.Media.Kind.IMAGE, body, message);
          case "video" -> media(Content.Media.Kind.VIDEO, body, message);
          case "sticker" -> media(Content.Media.Kind.STICKER, body, message);
          case "document" -> media(Content.Media.Kind.FILE, body, message);
          case "audio" ->
              media(
                  body.flag("voice") ? Content.Media.Kind.VOICE : Content.Media.Kind.AUDIO,
                  body,
                  message);
          case "location" -> location(body);
          case "contacts" -> contact(message);
          case "button" -> button(body);
          case "interactive" -> interactive(body);
          default -> null;
        };
    return content == null ? new Content.Unsupported(kind(type, body), message.raw()) : content;
  }

  private static @Nullable Content text(Payload body) {
    String text = body.text("body");
    return text == null ? null : new Content.Text(text);
  }

  private static String kind(String type, Payload body) {
    String inner = body.id("type");
    return inner == null || type.equals("unsupported")
        ? Objects.requireNonNullElse(inner, type)
        : type + "." + inner;
  }

  private static Content media(Content.Media.Kind kind, Payload body, Payload message) {
    String ref = body.id("id");
    String reason = message.first("errors").text("title");
    String failed = ref != null ? null : reason != null ? reason : "not delivered";
    return new Content.Media(
        kind,
        null,
        body.text("mime_type"),
        -1,
        body.text("filename"),
        body.text("caption"),
        ref,
        failed);
  }

  private static @Nullable Content location(Payload body) {
    Double latitude = body.decimal("latitude");
    Double longitude = body.decimal("longitude");
    return latitude == null || longitude == null
        ? null
        : new Content.Location(
            latitude, longitude, body.text("name"), body.text("address"), body.text("url"));
  }

  private static @Nullable Content contact(Payload message) {
    return message.list("contacts").isEmpty() ? null : card(message.first("contacts"));
  }

  static Content.Contact card(Payload card) {
    List<String> phones = texts(card.list("phones"), "phone", "wa_id");
    String name = card.at("name").text("formatted_name");
    return new Content.Contact(
        name != null ? name : phones.isEmpty() ? "" : phones.getFirst(),
        phones,
        texts(card.list("emails"), "email", "email"));
  }

  private static List<String> texts(List<Payload> items, String field, String otherwise) {
    var texts = new ArrayList<String>();
    for (Payload item : items) {
      String text = item.has(field) ? item.id(field) : item.id(otherwise);
      if (text != null) {
        texts.add(text);
      }
    }
    return List.copyOf(texts);
  }

  private static @Nullable Content button(Payload body) {
    String title = body.text("text");
    String id = body.has("payload") ? body.id("payload") : title;
    return id == null ? null : new Content.Choice("button", id, title, null, null);
  }

  private static @Nullable Content interactive(Payload body) {
    String type = Objects.requireNonNullElse(body.id("type"), "");
    Payload reply = body.at(type);
    return switch (type) {
      case "button_reply", "list_reply" ->
          choice(type.substring(0, type.indexOf('_')), reply.id("id"), reply);
      case "nfm_reply" -> form(reply);
      case "call_permission_reply" -> choice("call-permission", reply.id("response"), reply);
      default -> null;
    };
  }

  private static @Nullable Content choice(String kind, @Nullable String id, Payload reply) {
    return id == null
        ? null
        : new Content.Choice(kind, id, reply.text("title"), reply.text("description"), null);
  }

  private static @Nullable Content form(Payload reply) {
    Payload data = Payload.embedded(reply.text("response_json"));
    if (data.isEmpty()) {
      return null;
    }
    Map<String, String> fields = new LinkedHashMap<>();
    for (String field : data.fields()) {
      String text = data.text(field);
      fields.put(field, text == null ? data.at(field).raw() : text);
    }
    return new Content.Form(Objects.requireNonNullElse(reply.text("name"), "form"), fields);
  }
}
