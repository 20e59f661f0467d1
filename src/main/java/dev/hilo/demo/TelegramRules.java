package dev.hilo.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the Bot API accepts and how it says no, by the words of its open server
 * (tdlib/telegram-bot-api).
 */
final class TelegramRules {
  private TelegramRules() {}

  /** A call that is refused. {@code retryAfter} in seconds, 0 for none. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final int code;
    private final int retryAfter;

    Refused(int code, String description) {
      this(code, description, 0);
    }

    Refused(int code, String description, int retryAfter) {
      super(description, null, false, false);
      this.code = code;
      this.retryAfter = retryAfter;
    }

    LoopbackServer.Answer answer() {
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      answer.put("ok", false).put("error_code", code).put("description", getMessage());
      if (retryAfter > 0) {
        answer.putObject("parameters").put("retry_after", retryAfter);
      }
      return new LoopbackServer.Answer(code, answer.toString());
    }
  }

  static Refused bad(String what) {
    return new Refused(400, "Bad Request: " + what);
  }

  /** Parameters may come as JSON, as a form or in the query. */
  static ObjectNode parameters(LoopbackServer.Request request, ObjectMapper json) throws Refused {
    ObjectNode parameters = JsonNodeFactory.instance.objectNode();
    form(request.query(), parameters);
    String type = request.contentType();
    if (request.body().isEmpty() || type == null) {
      return parameters;
    }
    if (type.startsWith("application/json")) {
      try {
        if (json.readTree(request.body()) instanceof ObjectNode object) {
          return parameters.setAll(object);
        }
      } catch (JsonProcessingException e) {
        throw bad("can't parse JSON object");
      }
      throw bad("can't parse JSON object");
    }
    if (type.startsWith("application/x-www-form-urlencoded")) {
      form(request.body(), parameters);
    }
    return parameters;
  }

  private static void form(@Nullable String encoded, ObjectNode into) {
    if (encoded == null || encoded.isEmpty()) {
      return;
    }
    for (String pair : encoded.split("&", -1)) {
      int is = pair.indexOf('=');
      if (is > 0) {
        into.put(decoded(pair.substring(0, is)), decoded(pair.substring(is + 1)));
      }
    }
  }

  private static String decoded(String encoded) {
    return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
  }

  static String text(JsonNode parameters) throws Refused {
    JsonNode value = parameters.path("text");
    String text = value.isTextual() ? value.asText().strip() : "";
    if (text.isEmpty()) {
      throw bad("message text is empty");
    }
    if (text.codePointCount(0, text.length()) > 4096) {
      throw bad("message is too long");
    }
    String mode = parameters.path("parse_mode").asText();
    if (!mode.isEmpty()
        && !List.of("html", "markdown", "markdownv2").contains(mode.toLowerCase(Locale.ROOT))) {
      throw bad("unsupported parse_mode");
    }
    return text;
  }

  /** The inline buttons, in order; empty without a keyboard. */
  static List<ChatMessage.Option> buttons(JsonNode parameters, ObjectMapper json) throws Refused {
    JsonNode markup = object(parameters.path("reply_markup"), json);
    var options = new ArrayList<ChatMessage.Option>();
    for (JsonNode row : markup.path("inline_keyboard")) {
      if (!row.isArray()) {
        throw bad(
            "object expected as reply markup: field \"inline_keyboard\" must be an Array of"
                + " Arrays");
      }
      for (JsonNode button : row) {
        String title = button.path("text").asText();
        if (title.isBlank()) {
          throw bad("inline keyboard button text is empty");
        }
        String data = button.path("callback_data").asText();
        int length = data.getBytes(StandardCharsets.UTF_8).length;
        if (!button.has("callback_data") && !button.has("url")) {
          throw bad("text buttons are unallowed in the inline keyboard");
        }
        if (button.has("callback_data") && (length < 1 || length > 64)) {
          throw bad("BUTTON_DATA_INVALID");
        }
        options.add(new ChatMessage.Option(data, title, null));
      }
    }
    return options;
  }

  /** The id of the message that is answered, null for none. */
  static @Nullable String replyTo(JsonNode parameters, ObjectMapper json) throws Refused {
    JsonNode reply = object(parameters.path("reply_parameters"), json);
    JsonNode id = reply.path("message_id");
    return id.isMissingNode() ? null : id.asText();
  }

  static boolean mayMissReply(JsonNode parameters, ObjectMapper json) throws Refused {
    return object(parameters.path("reply_parameters"), json)
        .path("allow_sending_without_reply")
        .asBoolean();
  }

  /** Objects come as JSON, or as JSON in a string where parameters are a form. */
  private static JsonNode object(JsonNode value, ObjectMapper json) throws Refused {
    if (value instanceof TextNode text) {
      try {
        return json.readTree(text.asText());
      } catch (JsonProcessingException e) {
        throw bad("can't parse reply markup JSON object");
      }
    }
    return value;
  }
}
