package dev.hilo.channel.rcs;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.InboundMedia;
import dev.hilo.channel.Payload;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one decoded event says. A person is a phone number, and the carriers vouch for it. */
final class RcsEvents {
  private final Payload event;
  private final String phone;
  private final String agent;

  /** {@code named}: the agent by the envelope, for events that name none. */
  RcsEvents(Payload event, @Nullable String named) {
    this.event = event;
    agent = event.id("agentId") == null && named != null ? named : event.required("agentId");
    String sender = event.id("senderPhoneNumber");
    phone = sender == null ? event.required("phoneNumber") : sender;
  }

  Inbound item() {
    String type = event.id("eventType");
    if (type == null) {
      return message();
    }
    return switch (type) {
      case "DELIVERED" -> receipt(Event.Delivery.DELIVERED, null);
      case "READ" -> receipt(Event.Delivery.READ, null);
      case "TTL_EXPIRATION_REVOKED" ->
          receipt(Event.Delivery.FAILED, new SendResult.Refused("expired", type));
      case "IS_TYPING" -> new Inbound.Typing(origin(eventKey(type)), true);
      case "SUBSCRIBE" -> new Inbound.Consent(origin(eventKey(type)), true, type);
      case "UNSUBSCRIBE" -> new Inbound.Consent(origin(eventKey(type)), false, type);
      default ->
          new Inbound.Notice(
              origin(eventKey(type)), "system", new Facts().put("meta.event", type).map());
    };
  }

  private Inbound receipt(Event.Delivery state, SendResult.@Nullable Refused failure) {
    String target = event.required("messageId");
    return new Inbound.Receipt(
        origin(target + "|" + event.text("eventType")), target, state, null, failure);
  }

  /** Google promises an id for what a person sends; of server events it is not sure. */
  private String eventKey(String type) {
    String id = event.id("eventId");
    return id != null ? id : type + "|" + event.text("messageId") + "|" + event.text("sendTime");
  }

  private Inbound message() {
    String id = event.required("messageId");
    Content content = content();
    return new Inbound.Message(
        origin(id),
        id,
        false,
        content instanceof Content.Unsupported,
        content,
        List.of(),
        null,
        new Facts().put("media.thumb", event.at("userFile").at("thumbnail").text("fileUri")).map(),
        Map.of());
  }

  private Content content() {
    String text = event.text("text");
    Payload pressed = event.at("suggestionResponse");
    Payload file = event.at("userFile").at("payload");
    Double latitude = event.at("location").decimal("latitude");
    Double longitude = event.at("location").decimal("longitude");
    if (text != null) {
      return new Content.Text(text);
    }
    if (!pressed.isEmpty()) {
      return new Content.Choice(
          requireNonNullElse(pressed.id("type"), "REPLY"),
          requireNonNullElse(pressed.id("postbackData"), ""),
          pressed.text("text"),
          null,
          pressed.text("postbackData"));
    }
    if (!file.isEmpty()) {
      return file(file);
    }
    return latitude != null && longitude != null
        ? new Content.Location(latitude, longitude, null, null, null)
        : new Content.Unsupported(
            event.fields().stream()
                .filter(
                    f ->
                        !List.of("senderPhoneNumber", "messageId", "sendTime", "agentId")
                            .contains(f))
                .findFirst()
                .orElse("empty"),
            event.raw());
  }

  private static Content.Media file(Payload file) {
    return InboundMedia.of(
        null,
        requireNonNullElse(file.id("mimeType"), "application/octet-stream"),
        file.number("fileSizeBytes", -1),
        file.text("fileName"),
        null,
        file.text("fileUri"));
  }

  private Inbound.Origin origin(String key) {
    Instant at = event.time("sendTime");
    return new Inbound.Origin(
        agent,
        new Address(RcsChannelType.NAME, "", phone),
        List.of(),
        Strength.PLATFORM,
        new Facts().put("phone", phone).map(),
        null,
        null,
        key,
        at);
  }
}
