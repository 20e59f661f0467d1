package dev.hilo.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The Bot API's objects for one customer and one bot. Times are milliseconds. */
final class TelegramEvents {
  static final long CUSTOMER = 5200600001L;
  static final String BOT_NAME = "Alma Café";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private TelegramEvents() {}

  static ObjectNode bot() {
    return NODES
        .objectNode()
        .put("id", DemoSecrets.BOT)
        .put("is_bot", true)
        .put("first_name", BOT_NAME)
        .put("username", "alma_cafe_bot");
  }

  private static ObjectNode customer() {
    return NODES
        .objectNode()
        .put("id", CUSTOMER)
        .put("is_bot", false)
        .put("first_name", "Ana")
        .put("last_name", "Costa")
        .put("username", "ana")
        .put("language_code", "es");
  }

  private static ObjectNode chat() {
    return NODES
        .objectNode()
        .put("id", CUSTOMER)
        .put("first_name", "Ana")
        .put("last_name", "Costa")
        .put("username", "ana")
        .put("type", "private");
  }

  static ObjectNode message(ChatMessage shown) {
    ObjectNode message = NODES.objectNode().put("message_id", Long.parseLong(shown.id()));
    message.set("from", shown.mine() ? customer() : bot());
    message.set("chat", chat());
    message.put("date", shown.at() / 1000).put("text", shown.text());
    if (!shown.options().isEmpty()) {
      var rows = message.putObject("reply_markup").putArray("inline_keyboard");
      for (ChatMessage.Option option : shown.options()) {
        rows.addArray().addObject().put("text", option.title()).put("callback_data", option.id());
      }
    }
    return message;
  }

  static ObjectNode press(String id, ChatMessage asked, String data) {
    ObjectNode query = NODES.objectNode().put("id", id);
    query.set("from", customer());
    query.set("message", message(asked));
    return query.put("chat_instance", "-5520600001").put("data", data);
  }

  static ObjectNode blocked(boolean on, long at) {
    ObjectNode change = NODES.objectNode();
    change.set("chat", chat());
    change.set("from", customer());
    change.put("date", at / 1000);
    change.set("old_chat_member", member(!on));
    change.set("new_chat_member", member(on));
    return change;
  }

  private static ObjectNode member(boolean kicked) {
    ObjectNode member = NODES.objectNode();
    member.set("user", bot());
    member.put("status", kicked ? "kicked" : "member");
    return kicked ? member.put("until_date", 0) : member;
  }
}
