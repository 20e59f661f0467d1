package dev.hilo.channel.viber;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.InboundMedia;
import dev.hilo.channel.Payload;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Signature;
import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Callbacks of bots, one event in each. A person has another id with each bot. */
final class ViberWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(ViberWebhook.class);

  private final List<TokenAccount> bots;

  ViberWebhook(List<TokenAccount> bots) {
    this.bots = bots;
  }

  @Override
  public Received receive(WebhookRequest request) {
    String bot = signer(request);
    if (bot == null) {
      return new Received.Refused(401, "header x-viber-content-signature does not fit the body");
    }
    try {
      return new Received.Accepted(items(bot, Payload.object(request.body())), Reply.OK);
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
  }

  private @Nullable String signer(WebhookRequest request) {
    String given = request.header("x-viber-content-signature");
    String signer = null;
    for (TokenAccount bot : bots) {
      byte[] key = bot.token().value().getBytes(UTF_8);
      if (Signature.same(Signature.hex(Signature.hmacSha256(key, request.body())), given)) {
        signer = bot.id();
      }
    }
    return signer;
  }

  private static List<Inbound> items(String bot, Payload event) {
    try {
      String kind = event.required("event");
      return switch (kind) {
        case "webhook", "client_status" -> List.of();
        case "message" -> List.of(said(bot, event));
        case "subscribed" -> List.of(consent(bot, event, event.at("user"), true));
        case "unsubscribed" -> List.of(consent(bot, event, event, false));
        case "conversation_started" -> List.of(started(bot, event));
        case "delivered", "seen", "failed" -> List.of(receipt(bot, event, kind));
        default -> List.of(other(bot, event, kind));
      };
    } catch (IllegalArgumentException e) {
      LOG.debug("an event is left out: {} is missing or wrong", e.getMessage());
      return List.of();
    }
  }

  private static Inbound said(String bot, Payload event) {
    Payload message = event.at("message");
    String token = event.required("message_token");
    Content content = content(message);
    var details =
        new Facts()
            .put("media.seconds", message.text("duration"))
            .put("media.thumb", message.text("thumbnail"))
            .put("meta.tracking", message.text("tracking_data"));
    if ("url".equals(message.text("type"))) {
      details.put("links", message.text("media"));
    }
    return message(bot, event, event.at("sender"), token, content, details.map());
  }

  private static Inbound message(
      String bot,
      Payload event,
      Payload who,
      String id,
      Content content,
      Map<String, String> details) {
    boolean automatic = content instanceof Content.Unsupported;
    var origin = origin(bot, event, who, id);
    return new Inbound.Message(
        origin, id, false, automatic, content, List.of(), null, details, Map.of());
  }

  private static Content content(Payload message) {
    String type = requireNonNullElse(message.id("type"), "empty");
    String text = message.text("text");
    Payload place = message.at("location");
    Double latitude = place.decimal("lat");
    Double longitude = place.decimal("lon");
    Content content =
        switch (type) {
          case "text" -> text == null ? null : new Content.Text(text);
          case "picture" -> file(message, Content.Media.Kind.IMAGE);
          case "video" -> file(message, Content.Media.Kind.VIDEO);
          case "file" -> file(message, Content.Media.Kind.FILE);
          case "sticker" ->
              InboundMedia.of(
                  Content.Media.Kind.STICKER, null, null, null, message.id("sticker_id"));
          case "contact" -> contact(message.at("contact"));
          case "url" -> message.has("media") ? new Content.Text(url(message, text)) : null;
          case "location" ->
              latitude == null || longitude == null
                  ? null
                  : new Content.Location(latitude, longitude, null, place.text("address"), null);
          default -> null;
        };
    return content != null ? content : new Content.Unsupported(type, message.raw());
  }

  private static String url(Payload message, @Nullable String text) {
    String url = requireNonNullElse(message.text("media"), "");
    return text == null || text.isEmpty() || text.contains(url) ? url : text + "\n" + url;
  }

  private static Content file(Payload message, Content.Media.Kind kind) {
    String caption = message.text("text");
    return InboundMedia.of(
        kind,
        null,
        message.number("size", -1),
        message.text("file_name"),
        caption == null || caption.isEmpty() ? null : caption,
        message.text("media"));
  }

  /** A shared number of one's own looks like any other card: it proves nothing. */
  private static Content contact(Payload card) {
    String phone = card.id("phone_number");
    return new Content.Contact(
        requireNonNullElse(card.text("name"), ""),
        phone == null ? List.of() : List.of(phone),
        List.of());
  }

  private static Inbound consent(String bot, Payload event, Payload who, boolean granted) {
    String key = event.required("event") + "|" + event.text("timestamp") + "|" + person(who);
    String why = granted ? "subscribed" : "unsubscribed";
    return new Inbound.Consent(origin(bot, event, who, key), granted, why);
  }

  /** Until the person writes, one message may be sent. */
  private static Inbound started(String bot, Payload event) {
    var details =
        new Facts()
            .put("referral.ref", event.text("context"))
            .put("subscribed", event.text("subscribed"));
    if (!event.flag("subscribed")) {
      details.put("can-send", "one_welcome_message");
    }
    var origin = origin(bot, event, event.at("user"), event.required("message_token"));
    return new Inbound.Notice(origin, "conversation-started", details.map());
  }

  private static Inbound receipt(String bot, Payload event, String kind) {
    String token = event.required("message_token");
    var origin = origin(bot, event, event, token + "|" + kind + "|" + person(event));
    Event.Delivery state =
        switch (kind) {
          case "delivered" -> Event.Delivery.DELIVERED;
          case "seen" -> Event.Delivery.READ;
          default -> Event.Delivery.FAILED;
        };
    String why = requireNonNullElse(event.text("desc"), "no reason given");
    return new Inbound.Receipt(
        origin,
        token,
        state,
        null,
        state == Event.Delivery.FAILED
            ? new SendResult.Refused("failed", Payload.veiled(why))
            : null);
  }

  private static Inbound other(String bot, Payload event, String kind) {
    Payload who =
        event.has("sender") ? event.at("sender") : event.has("user") ? event.at("user") : event;
    String id = kind + "|" + event.text("message_token") + "|" + event.text("timestamp");
    var content = new Content.Unsupported(kind, event.raw());
    return message(bot, event, who, Payload.cut(id, 500), content, Map.of());
  }

  private static String person(Payload who) {
    return who.required(who.has("id") ? "id" : "user_id");
  }

  private static Inbound.Origin origin(String bot, Payload event, Payload who, String key) {
    var attributes =
        new Facts()
            .put("name", who.text("name"))
            .put("avatar", who.text("avatar"))
            .put("country", who.text("country"))
            .put("language", who.text("language"));
    return new Inbound.Origin(
        bot,
        new Address(ViberChannelType.NAME, bot, person(who)),
        List.of(),
        Strength.PLATFORM,
        attributes.map(),
        null,
        null,
        key,
        event.millis("timestamp"));
  }
}
