package dev.hilo.channel.whatsapp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** The body of a send, or why there cannot be one. Limits of the Cloud API, read 2026-06. */
sealed interface WhatsAppMessage {
  int TEXT = 4096;
  int BUTTON_TEXT = 1024;
  int BUTTONS = 3;
  int BUTTON_TITLE = 20;
  int ROWS = 10;
  int ROW_TITLE = 24;
  int ROW_DESCRIPTION = 72;

  int CAPTION = 1024;
  long DOCUMENT_MB = 100;
  Pattern BUTTON = Pattern.compile("(button|url):(\\d):(.+)", Pattern.DOTALL);

  record Body(ObjectNode json) implements WhatsAppMessage {}

  /**
   * {@code file} is a part of {@code json} and gets the {@code id} or {@code link} of the bytes.
   */
  record File(ObjectNode json, ObjectNode file, String mime) implements WhatsAppMessage {}

  record Refused(String code, String why) implements WhatsAppMessage {}

  static WhatsAppMessage of(Outbound message, String listLabel) {
    if (!message.attachments().isEmpty()) {
      return new Refused("unsupported", "files go one by one here");
    }
    ObjectNode json = envelope(message);
    return switch (message.content()) {
      case Content.Text(var text) -> text(json, text);
      case Content.Choices choices -> choices(json, choices, listLabel);
      case Content.Template template -> template(json, template);
      case Content.Media media -> file(json, media);
      case Content.Location place -> location(json, place);
      case Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Email _,
          Content.Unsupported _ ->
          new Refused(
              "unsupported", "only text, choices, files, places and templates can be sent here");
    };
  }

  /** To a person by number or user id, or to a group. */
  static ObjectNode to(Address address, Map<String, String> context) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("messaging_product", "whatsapp");
    String to = address.id();
    String kind = context.getOrDefault("recipient_type", "individual");
    json.put("recipient_type", kind);
    return WhatsAppEvents.isUserId(to)
        ? json.put("recipient", to)
        : json.put("to", to.matches("\\d+") && kind.equals("individual") ? "+" + to : to);
  }

  private static ObjectNode envelope(Outbound message) {
    ObjectNode json = to(message.to(), message.context());
    if (message.replyTo() != null) {
      json.putObject("context").put("message_id", message.replyTo());
    }
    return json.put("biz_opaque_callback_data", message.id());
  }

  private static WhatsAppMessage text(ObjectNode json, String text) {
    if (text.isBlank() || text.length() > TEXT) {
      return tooLong("a text", text, TEXT);
    }
    json.put("type", "text").putObject("text").put("body", text).put("preview_url", false);
    return new Body(json);
  }

  private static WhatsAppMessage choices(ObjectNode json, Content.Choices choices, String label) {
    List<Content.Choices.Option> options = choices.options();
    boolean buttons =
        options.size() <= BUTTONS
            && options.stream().allMatch(o -> o.title().length() <= BUTTON_TITLE);
    int longest = buttons ? BUTTON_TEXT : TEXT;
    if (choices.text().isBlank() || choices.text().length() > longest) {
      return tooLong("the text above choices", choices.text(), longest);
    }
    if (options.isEmpty() || options.size() > ROWS) {
      return new Refused("choices", "expected 1 to " + ROWS + " choices, got " + options.size());
    }
    for (var option : options) {
      if (option.title().isBlank() || option.title().length() > ROW_DESCRIPTION) {
        return tooLong("a choice", option.title(), ROW_DESCRIPTION);
      }
      if (option.id().isBlank() || option.id().length() > 200) {
        return tooLong("a choice's id", option.id(), 200);
      }
    }
    ObjectNode interactive = json.put("type", "interactive").putObject("interactive");
    interactive.put("type", buttons ? "button" : "list");
    interactive.putObject("body").put("text", choices.text());
    ObjectNode action = interactive.putObject("action");
    if (buttons) {
      ArrayNode all = action.putArray("buttons");
      for (var option : options) {
        ObjectNode button = all.addObject().put("type", "reply");
        button.putObject("reply").put("id", option.id()).put("title", option.title());
      }
    } else {
      ArrayNode rows =
          action.put("button", label).putArray("sections").addObject().putArray("rows");
      options.forEach(option -> row(rows.addObject(), option));
    }
    return new Body(json);
  }

  /** A long title is shortened and stands in full below. */
  private static void row(ObjectNode row, Content.Choices.Option option) {
    String title = option.title();
    row.put("id", option.id());
    if (title.length() <= ROW_TITLE) {
      row.put("title", title);
    } else {
      row.put("title", Payload.cut(title, ROW_TITLE - 1) + "…").put("description", title);
    }
  }

  /**
   * A file in the form in which it fits: what is too large for a picture, or of a type that phones
   * do not show, goes as a document. Sizes are from memory of the developer pages.
   */
  private static WhatsAppMessage file(ObjectNode json, Content.Media media) {
    String mime = Objects.requireNonNullElse(media.mime(), "application/octet-stream");
    String caption = Objects.requireNonNullElse(media.caption(), "");
    String type = form(media, mime, caption);
    long most = DOCUMENT_MB << 20;
    if (media.blob() == null) {
      return new Refused("unsupported", "such a file cannot be sent here");
    }
    if (media.size() > most) {
      return new Refused("too-large", "a file may have " + most + " bytes, not " + media.size());
    }
    if (caption.length() > CAPTION) {
      return tooLong("the text below a file", caption, CAPTION);
    }
    ObjectNode file = json.put("type", type).putObject(type);
    if (!caption.isBlank()) {
      file.put("caption", caption);
    }
    if (type.equals("document") && media.name() != null) {
      file.put("filename", media.name());
    }
    return new File(json, file, mime);
  }

  private static String form(Content.Media media, String mime, String caption) {
    boolean silent = caption.isBlank();
    long kb = media.size() < 0 ? Long.MAX_VALUE : media.size() >> 10;
    if (media.kind() == Content.Media.Kind.FILE) {
      return "document";
    }
    return mime.matches("image/(jpeg|png)") && kb < 5 << 10
        ? "image"
        : mime.matches("video/(mp4|3gpp)") && kb < 16 << 10
            ? "video"
            : mime.matches("audio/(aac|amr|mpeg|mp4|ogg)( *;.*)?") && kb < 16 << 10 && silent
                ? "audio"
                : mime.equals("image/webp") && kb < 500 && silent ? "sticker" : "document";
  }

  private static WhatsAppMessage location(ObjectNode json, Content.Location place) {
    ObjectNode body = json.put("type", "location").putObject("location");
    body.put("latitude", place.latitude()).put("longitude", place.longitude());
    if (place.name() != null) {
      body.put("name", place.name());
    }
    if (place.address() != null) {
      body.put("address", place.address());
    }
    return new Body(json);
  }

  /**
   * Parameters fill the body in their order; {@code button:0:payload} is what the first button, a
   * quick reply, gives back and {@code url:0:rest} ends its link.
   */
  private static WhatsAppMessage template(ObjectNode json, Content.Template template) {
    ObjectNode body = json.put("type", "template").putObject("template");
    body.put("name", template.name()).putObject("language").put("code", template.language());
    ArrayNode words = JsonNodeFactory.instance.arrayNode();
    ArrayNode buttons = JsonNodeFactory.instance.arrayNode();
    for (String parameter : template.parameters()) {
      var button = BUTTON.matcher(parameter);
      if (button.matches()) {
        boolean reply = button.group(1).equals("button");
        ObjectNode one = buttons.addObject().put("type", "button");
        one.put("sub_type", reply ? "quick_reply" : "url").put("index", button.group(2));
        ObjectNode value = one.putArray("parameters").addObject();
        value.put("type", reply ? "payload" : "text");
        value.put(reply ? "payload" : "text", button.group(3));
      } else {
        words.addObject().put("type", "text").put("text", parameter);
      }
    }
    if (!words.isEmpty() || !buttons.isEmpty()) {
      ArrayNode components = body.putArray("components");
      if (!words.isEmpty()) {
        components.addObject().put("type", "body").set("parameters", words);
      }
      components.addAll(buttons);
    }
    return new Body(json);
  }

  private static Refused tooLong(String what, String text, int longest) {
    return text.isBlank()
        ? new Refused("empty", what + " is empty")
        : new Refused(
            "too-long", what + " may have " + longest + " characters, not " + text.length());
  }
}
