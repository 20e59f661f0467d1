package dev.hilo.channel.bird;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one payload. The scope of an address is the platform behind the channel; ids that are no
 * numbers and no mail addresses hold for the channel only. Each message of ours is an address as
 * well: that it was read is told without saying by whom.
 */
final class BirdEvents {
  private final String platform;
  private final Payload payload;
  private final String channel;

  /** {@code platform}: null where nothing says. */
  BirdEvents(@Nullable String platform, Payload payload) {
    String reference = requireNonNullElse(payload.first("parts").id("platformReference"), "");
    String guess = reference.startsWith("wamid.") ? "whatsapp" : "sms";
    this.platform = platform == null ? guess : platform;
    this.payload = payload;
    this.channel = payload.required("channelId");
  }

  static String kind(Payload payload) {
    String direction = requireNonNullElse(payload.text("direction"), "");
    return direction.equals("incoming")
        ? "inbound"
        : direction.equals("outgoing") ? "outbound" : payload.has("messageId") ? "interaction" : "";
  }

  Inbound said() {
    String id = payload.required("id");
    Payload contact = payload.at("sender").at("contact");
    var attachments = new ArrayList<Content.Media>();
    Content content = content(payload.at("body"), attachments);
    var details = new Facts().put("provider-id", payload.first("parts").text("platformReference"));
    return new Inbound.Message(
        origin(contact, id, payload.time("createdAt"), true),
        id,
        false,
        content instanceof Content.Unsupported,
        content,
        List.copyOf(attachments),
        payload.at("replyTo").id("id"),
        details.map(),
        new Facts().put("key", contact.id("identifierKey")).map());
  }

  private static Content content(Payload body, List<Content.Media> attachments) {
    String type = requireNonNullElse(body.id("type"), "empty");
    Payload part = body.at(type);
    Content content =
        switch (type) {
          case "text" -> text(part);
          case "image" -> files(part, part.list("images"), Content.Media.Kind.IMAGE, attachments);
          case "file" -> files(part, part.list("files"), null, attachments);
          case "location" -> location(part);
          default -> null;
        };
    return content != null ? content : new Content.Unsupported(type, body.raw());
  }

  /** A pressed button is a text with a postback. */
  private static @Nullable Content text(Payload part) {
    Payload postback = part.first("actions").at("postback");
    String payload = postback.id("payload");
    String text = part.text("text");
    return payload != null
        ? new Content.Choice(
            "button", payload, postback.has("text") ? postback.text("text") : text, null, null)
        : text == null || text.isEmpty() ? null : new Content.Text(text);
  }

  /** Voice, video and documents all come as files; their type tells. */
  private static @Nullable Content files(
      Payload part,
      List<Payload> files,
      Content.Media.@Nullable Kind kind,
      List<Content.Media> attachments) {
    for (Payload file : files) {
      String caption = attachments.isEmpty() ? part.text("text") : null;
      attachments.add(
          InboundMedia.of(
              kind,
              file.text("contentType"),
              file.text("filename"),
              caption == null || caption.isEmpty() ? null : caption,
              file.text("mediaUrl")));
    }
    return attachments.isEmpty() ? null : attachments.removeFirst();
  }

  private static @Nullable Content location(Payload place) {
    Payload point = place.has("coordinates") ? place.at("coordinates") : place;
    Payload about = place.has("location") ? place.at("location") : place;
    Double latitude = point.decimal("latitude");
    Double longitude = point.decimal("longitude");
    return latitude == null || longitude == null
        ? null
        : new Content.Location(
            latitude,
            longitude,
            about.has("label") ? about.text("label") : about.text("name"),
            about.text("address"),
            null);
  }

  List<Inbound> status() {
    String id = payload.required("id");
    Event.Delivery state =
        switch (payload.required("status")) {
          case "sent" -> Event.Delivery.SENT;
          case "delivered" -> Event.Delivery.DELIVERED;
          case "sending_failed", "delivery_failed", "rejected" -> Event.Delivery.FAILED;
          default -> null; // accepted, processing: nothing that we do not know
        };
    if (state == null) {
      return List.of();
    }
    String key = id + "|" + state.name().toLowerCase(Locale.ROOT);
    Payload contact = payload.at("receiver").first("contacts");
    return List.of(
        new Inbound.Receipt(
            about(origin(contact, key, payload.time("lastStatusAt"), false), id),
            id,
            state,
            payload.id("reference"),
            state == Event.Delivery.FAILED ? failure() : null));
  }

  private SendResult failure() {
    String status = payload.required("status");
    Payload failure = payload.at("failure");
    String words =
        failure.has("description") ? failure.text("description") : payload.text("reason");
    String why = words == null || words.isEmpty() ? status : status + ": " + words;
    return new SendResult.Refused(
        requireNonNullElse(failure.id("code"), status), Payload.veiled(why));
  }

  private Inbound.Origin about(Inbound.Origin origin, String message) {
    return new Inbound.Origin(
        origin.account(),
        origin.address(),
        List.of(new Address(BirdChannelType.NAME, "message", message)),
        origin.trust(),
        origin.attributes(),
        null,
        null,
        origin.dedupeKey(),
        origin.at());
  }

  /** That a message was read or clicked; opened is an e-mail's word for read. */
  List<Inbound> interaction() {
    String message = payload.required("messageId");
    String type = payload.required("type");
    if (!type.equals("read") && !type.equals("opened")) {
      return List.of();
    }
    var origin =
        new Inbound.Origin(
            channel,
            new Address(BirdChannelType.NAME, "message", message),
            List.of(),
            Strength.PLATFORM,
            Map.of(),
            null,
            null,
            message + "|read",
            payload.time("createdAt"));
    return List.of(new Inbound.Receipt(origin, message, Event.Delivery.READ, null, null));
  }

  private Inbound.Origin origin(Payload contact, String key, @Nullable Instant at, boolean who) {
    String id = contact.required("identifierValue");
    boolean phone = "phonenumber".equals(contact.text("identifierKey"));
    boolean mail = "emailaddress".equals(contact.text("identifierKey"));
    Payload more = payload.at("meta").at("extraInformation");
    String user = who ? more.id("whatsappbsuid") : null;
    var attributes = new Facts();
    if (who) {
      attributes
          .put("name", contact.at("annotations").text("name"))
          .put("username", more.text("whatsappusername"))
          .put("language", more.text("user_locale"))
          .put("contact", contact.id("id"))
          .put("phone", phone ? id : null)
          .put("email", mail ? id : null);
    }
    return new Inbound.Origin(
        channel,
        address(phone || mail, id),
        user == null || user.equals(id) ? List.of() : List.of(address(false, user)),
        Strength.PLATFORM,
        attributes.map(),
        null,
        null,
        key,
        at);
  }

  private Address address(boolean everywhere, String id) {
    return new Address(BirdChannelType.NAME, everywhere ? platform : platform + ":" + channel, id);
  }
}
