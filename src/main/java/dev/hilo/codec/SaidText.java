package dev.hilo.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event.MessageAdded;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages of plain text without anything attached: nearly all are, so they are written and read
 * field by field. The others are left to the mapper of {@link Json}, which gives the same bytes and
 * the same message where both can.
 */
final class SaidText {
  private static final JsonFactory FACTORY = new JsonFactory();

  private SaidText() {}

  /** False if it is not as simple as that. */
  static boolean is(MessageAdded m) {
    return m.content() instanceof Content.Text
        && m.attachments().isEmpty()
        && m.sender() == null
        && m.context().isEmpty();
  }

  /** The fields of a message that {@link #is} one of these. */
  static void fields(JsonGenerator json, MessageAdded m) throws IOException {
    json.writeObjectFieldStart("address");
    json.writeStringField("channel", m.address().channel());
    json.writeStringField("scope", m.address().scope());
    json.writeStringField("id", m.address().id());
    json.writeEndObject();
    json.writeStringField("account", m.account());
    content(json, m.content());
    Json.optional(json, "externalId", m.externalId());
    Json.optional(json, "replyTo", m.replyTo());
    json.writeBooleanField("automatic", m.automatic());
  }

  /** The field {@code content}, whatever it holds. */
  static void content(JsonGenerator json, Content content) throws IOException {
    if (content instanceof Content.Text t) {
      json.writeObjectFieldStart("content");
      json.writeStringField("type", "text");
      json.writeStringField("text", t.text());
      json.writeEndObject();
    } else {
      json.writeObjectField("content", content);
    }
  }

  /** Null if it was written otherwise. */
  static @Nullable MessageAdded read(byte[] body) {
    try (JsonParser json = FACTORY.createParser(body)) {
      if (json.nextToken() != JsonToken.START_OBJECT || !opens(json, "address")) {
        return null;
      }
      String channel = text(json, "channel");
      String scope = text(json, "scope");
      String id = text(json, "id");
      if (channel == null || scope == null || id == null || !ends(json)) {
        return null;
      }
      String account = text(json, "account");
      if (account == null || !opens(json, "content") || !"text".equals(text(json, "type"))) {
        return null;
      }
      String said = text(json, "text");
      if (said == null || !ends(json)) {
        return null;
      }
      String externalId = null;
      String replyTo = null;
      String name = json.nextFieldName();
      if ("externalId".equals(name)) {
        externalId = json.nextTextValue();
        name = externalId == null ? null : json.nextFieldName();
      }
      if ("replyTo".equals(name)) {
        replyTo = json.nextTextValue();
        name = replyTo == null ? null : json.nextFieldName();
      }
      Boolean automatic = "automatic".equals(name) ? json.nextBooleanValue() : null;
      if (automatic == null || !ends(json) || json.nextToken() != null) {
        return null;
      }
      return new MessageAdded(
          new Address(channel, scope, id),
          account,
          new Content.Text(said),
          List.of(),
          externalId,
          replyTo,
          null,
          automatic,
          Map.of());
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean opens(JsonParser json, String name) throws IOException {
    return name.equals(json.nextFieldName()) && json.nextToken() == JsonToken.START_OBJECT;
  }

  private static boolean ends(JsonParser json) throws IOException {
    return json.nextToken() == JsonToken.END_OBJECT;
  }

  private static @Nullable String text(JsonParser json, String name) throws IOException {
    return name.equals(json.nextFieldName()) ? json.nextTextValue() : null;
  }
}
