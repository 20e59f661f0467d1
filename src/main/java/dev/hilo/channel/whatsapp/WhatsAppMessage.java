package dev.hilo.channel.whatsapp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Content;
import java.util.List;

/** The body of a send, or why there cannot be one. Limits of the Cloud API, read 2026-06. */
sealed interface WhatsAppMessage {
  int TEXT = 4096;
  int BUTTON_TEXT = 1024;
  int BUTTONS = 3;
  int BUTTON_TITLE = 20;
  int ROWS = 10;
  int ROW_TITLE = 24;
  int ROW_DESCRIPTION = 72;

  record Body(ObjectNode json) implements WhatsAppMessage {}

  record Refused(String code, String why) implements WhatsAppMessage {}

  static WhatsAppMessage of(Outbound message, String listLabel) {
    if (!message.attachments().isEmpty()) {
      return new Refused("unsupported", "files cannot be sent here");
    }
    ObjectNode json = envelope(message);
    return switch (message.content()) {
      case Content.Text(var text) -> text(json, text);
      case Content.Choices choices -> choices(json, choices, listLabel);
      case Content.Template template -> template(json, template);
      case Content.Media _,
          Content.Location _,
          Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Email _,
          Content.Unsupported _ ->
          new Refused("unsupported", "only text, choices and templates can be sent here");
    };
  }

  private static ObjectNode envelope(Outbound message) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("messaging_product", "whatsapp");
    String to = message.to().id();
    String kind = message.context().getOrDefault("recipient_type", "individual");
    json.put("recipient_type", kind);
    if (WhatsAppEvents.isUserId(to)) {
      json.put("recipient", to);
    } else {
      json.put("to", to.matches("\\d+") && kind.equals("individual") ? "+" + to : to);
    }
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

  private static WhatsAppMessage template(ObjectNode json, Content.Template template) {
    ObjectNode body = json.put("type", "template").putObject("template");
    body.put("name", template.name()).putObject("language").put("code", template.language());
    if (!template.parameters().isEmpty()) {
      ArrayNode parameters =
          body.putArray("components").addObject().put("type", "body").putArray("parameters");
      template.parameters().forEach(p -> parameters.addObject().put("type", "text").put("text", p));
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
