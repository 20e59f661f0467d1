package dev.hilo.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * The Cloud API's webhook payloads for one customer and one business number. Times are
 * milliseconds.
 */
final class WhatsAppEvents {
  static final String PHONE_NUMBER_ID = "106540352242922";
  static final String CUSTOMER = "34600000001";
  static final String CUSTOMER_ID = "ES.13491208655302741918";

  private static final String BUSINESS_ACCOUNT = "102290129340398";
  private static final String BUSINESS_NUMBER = "34910000100";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private WhatsAppEvents() {}

  /** A message of the customer; its content is to be added under {@code type}. */
  static ObjectNode message(String id, String type, @Nullable String replyTo, long at) {
    ObjectNode message = NODES.objectNode();
    if (replyTo != null) {
      message.putObject("context").put("from", BUSINESS_NUMBER).put("id", replyTo);
    }
    return message
        .put("from", CUSTOMER)
        .put("from_user_id", CUSTOMER_ID)
        .put("id", id)
        .put("timestamp", String.valueOf(at / 1000))
        .put("type", type);
  }

  static String status(String id, String status, @Nullable String tag, long at) {
    ObjectNode update =
        NODES
            .objectNode()
            .put("id", id)
            .put("status", status)
            .put("timestamp", String.valueOf(at / 1000))
            .put("recipient_id", CUSTOMER)
            .put("recipient_user_id", CUSTOMER_ID);
    if (tag != null) {
      update.put("biz_opaque_callback_data", tag);
    }
    update
        .putObject("pricing")
        .put("billable", false)
        .put("pricing_model", "PMP")
        .put("type", "free_customer_service")
        .put("category", "service");
    return payload("statuses", update);
  }

  /** {@code kind} is {@code messages} or {@code statuses}. */
  static String payload(String kind, ObjectNode item) {
    ObjectNode value = NODES.objectNode().put("messaging_product", "whatsapp");
    value
        .putObject("metadata")
        .put("display_phone_number", BUSINESS_NUMBER)
        .put("phone_number_id", PHONE_NUMBER_ID);
    ObjectNode contact = value.putArray("contacts").addObject();
    contact.putObject("profile").put("name", Demo.CUSTOMER_NAME);
    contact.put("wa_id", CUSTOMER).put("user_id", CUSTOMER_ID);
    value.putArray(kind).add(item);
    ObjectNode root = NODES.objectNode().put("object", "whatsapp_business_account");
    ObjectNode entry = root.putArray("entry").addObject().put("id", BUSINESS_ACCOUNT);
    ObjectNode change = entry.putArray("changes").addObject();
    change.set("value", value);
    change.put("field", "messages");
    return MetaWire.escaped(root);
  }
}
