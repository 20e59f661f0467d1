package dev.hilo.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * What the Cloud API's messages call accepts, by Meta's reference of the message object (fields,
 * limits) and its error codes. Who the receiver is and whether the window is open is not looked at
 * here.
 */
final class WhatsAppRules {
  private static final Set<String> MEDIA = Set.of("image", "video", "audio", "document", "sticker");
  private static final Set<String> ENVELOPE =
      Set.of(
          "messaging_product",
          "recipient_type",
          "to",
          "recipient",
          "type",
          "context",
          "biz_opaque_callback_data");

  private WhatsAppRules() {}

  static boolean isRead(JsonNode body) {
    return body.path("status").asText().equals("read");
  }

  static void check(JsonNode body) throws GraphError {
    if (!body.isObject()) {
      throw GraphError.parameter("The parameter messaging_product is required.");
    }
    if (!body.path("messaging_product").asText().equals("whatsapp")) {
      throw GraphError.parameter("Param messaging_product must be one of {WHATSAPP}");
    }
    if (isRead(body)) {
      keys(body, "", Set.of("messaging_product", "status", "message_id", "typing_indicator"));
      text(body, "message_id", 512);
      return;
    }
    String type = body.has("type") ? body.path("type").asText() : "text";
    var allowed = new HashSet<>(ENVELOPE);
    allowed.add(type);
    keys(body, "", allowed);
    recipient(body);
    if (body.path("biz_opaque_callback_data").asText().getBytes(StandardCharsets.UTF_8).length
        > 512) {
      throw GraphError.parameter("Param biz_opaque_callback_data must be at most 512 bytes long.");
    }
    if (body.has("context")) {
      keys(body.path("context"), "context", Set.of("message_id"));
      text(body.path("context"), "message_id", 512);
    }
    JsonNode content = body.path(type);
    if (!content.isObject()) {
      throw GraphError.missing(type);
    }
    switch (type) {
      case "text" -> {
        keys(content, "text", Set.of("body", "preview_url"));
        text(content, "body", 4096);
      }
      case "interactive" -> interactive(content);
      case "template" -> template(content);
      case "reaction" -> {
        keys(content, "reaction", Set.of("message_id", "emoji"));
        text(content, "message_id", 512);
        if (!content.path("emoji").isTextual()) {
          throw GraphError.missing("emoji");
        }
      }
      default -> {
        if (!MEDIA.contains(type)) {
          throw GraphError.parameter("Param type is not a supported message type");
        }
        media(content, type);
      }
    }
  }

  private static void recipient(JsonNode body) throws GraphError {
    String kind = body.path("recipient_type").asText("individual");
    if (!kind.equals("individual") && !kind.equals("group")) {
      throw GraphError.parameter("Param recipient_type must be one of {INDIVIDUAL, GROUP}");
    }
    if (body.has("to")) {
      if (!body.path("to").isTextual() || !body.path("to").asText().matches("\\+?[0-9 ().-]+")) {
        throw GraphError.value("Param to must be a phone number");
      }
    } else if (!body.path("recipient").asText().matches("[A-Z]{2}\\.(ENT\\.)?[A-Za-z0-9]{1,128}")) {
      throw GraphError.parameter("The parameter to is required.");
    }
  }

  private static void interactive(JsonNode content) throws GraphError {
    keys(content, "interactive", Set.of("type", "header", "body", "footer", "action"));
    JsonNode action = content.path("action");
    switch (content.path("type").asText()) {
      case "button" -> {
        text(content.path("body"), "body.text", "text", 1024);
        int count = action.path("buttons").size();
        if (count < 1 || count > 3) {
          throw GraphError.value("Invalid buttons count. Min allowed buttons: 1, Max allowed: 3");
        }
        var ids = new HashSet<String>();
        var titles = new HashSet<String>();
        for (JsonNode button : action.path("buttons")) {
          if (!button.path("type").asText().equals("reply")) {
            throw GraphError.value("Param type must be one of {REPLY}");
          }
          JsonNode reply = button.path("reply");
          text(reply, "reply.id", "id", 256);
          text(reply, "reply.title", "title", 20);
          unique(ids, reply.path("id").asText());
          unique(titles, reply.path("title").asText());
        }
      }
      case "list" -> {
        text(content.path("body"), "body.text", "text", 4096);
        text(action, "action.button", "button", 20);
        sections(action.path("sections"));
      }
      case "contact_request" -> {
        text(content.path("body"), "body.text", "text", 1024);
        if (!action.path("name").asText().equals("request_contact_info")) {
          throw GraphError.value("Param action.name must be request_contact_info");
        }
      }
      default -> throw GraphError.value("Param interactive.type is not a supported type");
    }
  }

  private static void sections(JsonNode sections) throws GraphError {
    int rows = 0;
    var ids = new HashSet<String>();
    for (JsonNode section : sections) {
      if (sections.size() > 1) {
        text(section, "section.title", "title", 24);
      }
      for (JsonNode row : section.path("rows")) {
        rows++;
        text(row, "row.id", "id", 200);
        text(row, "row.title", "title", 24);
        if (row.path("description").asText().length() > 72) {
          throw GraphError.value("Param row.description must be at most 72 characters long.");
        }
        unique(ids, row.path("id").asText());
      }
    }
    if (rows < 1 || rows > 10) {
      throw GraphError.value("Total row count exceed max allowed count: 10");
    }
  }

  private static void template(JsonNode content) throws GraphError {
    keys(content, "template", Set.of("name", "language", "components", "namespace"));
    text(content, "name", 512);
    text(content.path("language"), "language.code", "code", 16);
    for (JsonNode component : content.path("components")) {
      if (!Set.of("header", "body", "footer", "button").contains(component.path("type").asText())) {
        throw GraphError.value("Param template.components.type is not a supported type");
      }
    }
  }

  private static void media(JsonNode content, String type) throws GraphError {
    keys(content, type, Set.of("link", "caption", "filename", "id", "voice"));
    if (!content.path("link").asText().matches("https?://\\S+")) {
      throw GraphError.parameter(
          "Param " + type + "['id'] is not a valid whatsapp business account media attachment ID");
    }
    if (content.path("caption").asText().length() > 1024) {
      throw GraphError.parameter("Param caption must be at most 1024 characters long.");
    }
  }

  private static void keys(JsonNode node, String of, Set<String> allowed) throws GraphError {
    for (var names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!allowed.contains(name)) {
        throw GraphError.parameter(
            "Unexpected key \"" + name + "\"" + (of.isEmpty() ? "" : " on param \"" + of + "\""));
      }
    }
  }

  private static void text(JsonNode node, String name, int limit) throws GraphError {
    text(node, name, name, limit);
  }

  private static void text(JsonNode node, String path, String name, int limit) throws GraphError {
    JsonNode value = node.path(name);
    if (!value.isTextual() || value.asText().isBlank()) {
      throw GraphError.missing(path);
    }
    if (value.asText().length() > limit) {
      throw GraphError.parameter(
          "Param " + path + " must be at most " + limit + " characters long.");
    }
  }

  private static void unique(Set<String> seen, String value) throws GraphError {
    if (!seen.add(value)) {
      throw GraphError.value("Duplicated value " + value);
    }
  }
}
