package dev.hilo.channel.messagebird;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.InboundMedia;
import dev.hilo.channel.Payload;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a message, what became of one of ours, or the status of a plain SMS. */
final class MessageBirdEvents {
  private MessageBirdEvents() {}

  /** What was sent comes back as a message too, by whomever it was; only its state counts. */
  static List<Inbound> message(Payload body) {
    Payload message = body.at("message");
    String direction = message.required("direction");
    return direction.equals("received") ? List.of(said(body, message)) : status(body, message);
  }

  private static Inbound said(Payload body, Payload message) {
    String id = message.required("id");
    Content content = content(message);
    Payload contact = body.at("contact");
    String from = message.id("from");
    String person = from == null ? "+" + contact.required("msisdn") : from;
    var attributes =
        new Facts()
            .put("name", contact.text("displayName"))
            .put("contact", contact.id("id"))
            .put("phone", isPhone(person) ? person : null);
    return new Inbound.Message(
        origin(message, person, attributes, id, message.time("createdDatetime")),
        id,
        false,
        content instanceof Content.Unsupported,
        content,
        List.of(),
        message.at("replyTo").id("id"),
        Map.of(),
        new Facts().put("conversation", message.id("conversationId")).map());
  }

  private static Content content(Payload message) {
    String type = requireNonNullElse(message.id("type"), "empty");
    Payload part = message.at("content").at(type);
    Payload reply = part.at("reply");
    String text = part.text();
    Double latitude = part.decimal("latitude");
    Double longitude = part.decimal("longitude");
    Content content =
        switch (type) {
          case "text" -> text == null || text.isEmpty() ? null : new Content.Text(text);
          case "image" -> media(Content.Media.Kind.IMAGE, part);
          case "video" -> media(Content.Media.Kind.VIDEO, part);
          case "audio" -> media(Content.Media.Kind.AUDIO, part);
          case "file" -> media(Content.Media.Kind.FILE, part);
          case "whatsappSticker" -> media(Content.Media.Kind.STICKER, part);
          case "location" ->
              latitude == null || longitude == null
                  ? null
                  : new Content.Location(latitude, longitude, null, null, null);
          case "button" -> choice(part.id("payload"), part.text("text"), null);
          case "interactive" ->
              choice(reply.id("id"), reply.text("text"), reply.text("description"));
          default -> null;
        };
    return content != null ? content : new Content.Unsupported(type, message.raw());
  }

  private static Content media(Content.Media.Kind kind, Payload part) {
    return InboundMedia.of(
        kind,
        null,
        null,
        part.text("caption"),
        part.has("url") ? part.text("url") : part.text("link"));
  }

  private static @Nullable Content choice(
      @Nullable String id, @Nullable String title, @Nullable String description) {
    String kind = description == null ? "button" : "list";
    return id == null ? null : new Content.Choice(kind, id, title, description, null);
  }

  private static List<Inbound> status(Payload body, Payload message) {
    String id = message.required("id");
    Event.Delivery state = state(message.required("status"));
    if (state == null) {
      return List.of();
    }
    String to = message.id("to");
    String person = to == null ? "+" + body.at("contact").required("msisdn") : to;
    var origin =
        origin(message, person, new Facts(), key(id, state), message.time("updatedDatetime"));
    Payload error = message.at("error");
    return List.of(
        new Inbound.Receipt(
            origin,
            id,
            state,
            null,
            failure(state, error.id("code"), error.text("description"), message.text("status"))));
  }

  /** {@code account}: statuses of plain SMS name no channel. */
  static List<Inbound> sms(WebhookRequest request, String account) {
    var query = JsonNodeFactory.instance.objectNode();
    request.query().forEach((name, values) -> query.put(name, values.getFirst()));
    Payload status = new Payload(query);
    String id = status.required("id");
    Event.Delivery state = state(status.required("status"));
    String number = status.required("recipient");
    if (state == null) {
      return List.of();
    }
    var origin =
        new Inbound.Origin(
            account,
            new Address(
                MessageBirdChannelType.NAME, "sms", number.matches("\\d+") ? "+" + number : number),
            List.of(),
            Strength.PLATFORM,
            Map.of(),
            null,
            null,
            key(id, state),
            status.time("statusDatetime"));
    return List.of(
        new Inbound.Receipt(
            origin,
            id,
            state,
            status.id("reference"),
            failure(state, status.id("statusErrorCode"), status.text("statusReason"), null)));
  }

  private static Event.@Nullable Delivery state(String status) {
    return switch (status) {
      case "sent" -> Event.Delivery.SENT;
      case "delivered" -> Event.Delivery.DELIVERED;
      case "read" -> Event.Delivery.READ;
      case "failed", "rejected", "expired", "delivery_failed" -> Event.Delivery.FAILED;
      default -> null; // accepted, pending, scheduled, buffered: nothing that we do not know
    };
  }

  private static String key(String id, Event.Delivery state) {
    return id + "|" + state.name().toLowerCase(Locale.ROOT);
  }

  private static @Nullable SendResult failure(
      Event.Delivery state,
      @Nullable String code,
      @Nullable String words,
      @Nullable String otherwise) {
    String why = requireNonNullElse(words, requireNonNullElse(otherwise, "no reason given"));
    return state == Event.Delivery.FAILED
        ? new SendResult.Refused(requireNonNullElse(code, "failed"), Payload.veiled(why))
        : null;
  }

  private static boolean isPhone(String id) {
    return id.matches("\\+\\d{7,15}");
  }

  private static Inbound.Origin origin(
      Payload message, String person, Facts attributes, String key, @Nullable Instant at) {
    String channel = message.required("channelId");
    String platform = requireNonNullElse(message.id("platform"), "sms");
    return new Inbound.Origin(
        channel,
        new Address(
            MessageBirdChannelType.NAME,
            isPhone(person) ? platform : platform + ":" + channel,
            person),
        List.of(),
        Strength.PLATFORM,
        attributes.map(),
        null,
        null,
        key,
        at);
  }
}
