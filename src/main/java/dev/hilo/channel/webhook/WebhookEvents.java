package dev.hilo.channel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.InboundMedia;
import dev.hilo.channel.Payload;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Signature;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads one event of our vocabulary, {@code message.*} and {@code device.alert} as the guide to the
 * channels tells them, or a CloudEvent of a thing. All else is kept as it came.
 */
final class WebhookEvents {
  private static final int DEVICE = 500;
  private static final int MEASURES = 20;
  private static final Set<String> ALERT = Set.of("deviceId", "severity", "message");
  private static final List<String> PERSON =
      List.of("name", "email", "phone", "username", "language");

  private final String account;
  private final Callers.Known caller;

  /** A device speaks for another one. */
  static final class NotItself extends Exception {
    private static final long serialVersionUID = 1;

    NotItself(String device) {
      super("the key of device " + device + " speaks for this device only");
    }
  }

  /** {@code id}: of the event, where what it says has none. */
  private record Stamp(String key, String id, @Nullable Instant at) {}

  WebhookEvents(String account, Callers.Known caller) {
    this.account = account;
    this.caller = caller;
  }

  Inbound of(Payload body) throws NotItself {
    String id = caller.call().isEmpty() ? recognised(body) : caller.call();
    var stamp = new Stamp("webhook-id:" + id, id, body.time("timestamp"));
    String type = body.id("type");
    Payload data = body.at("data");
    Inbound known = known(type, data, stamp);
    if (known != null) {
      return known;
    }
    String sender = person(data);
    var content = new Content.Unsupported(requireNonNullElse(type, ""), body.raw());
    var origin = origin(sender == null ? "endpoint" : sender, data, stamp);
    return message(origin, stamp.id(), content, Map.of(), context(data));
  }

  /** Without a time or an id of its own, the same words twice are two events. */
  private static String recognised(Payload body) {
    return body.has("timestamp") || body.at("data").has("id")
        ? Signature.hex(Signature.digest("SHA-256", body.node().toString().getBytes(UTF_8)))
        : UUID.randomUUID().toString();
  }

  Inbound of(CloudEvent event) throws NotItself {
    var stamp = new Stamp("ce:" + event.source() + "|" + event.id(), event.id(), event.time());
    Inbound known = known(event.type(), event.data(), stamp);
    return known != null ? known : thing(event, stamp);
  }

  /** Null for a type that is not ours, and where something it needs is absent. */
  private @Nullable Inbound known(@Nullable String type, Payload data, Stamp stamp)
      throws NotItself {
    if (type == null) {
      return null;
    }
    if (type.equals("device.alert")) {
      return alert(data, stamp);
    }
    String sender = type.startsWith("message.") ? person(data) : null;
    if (sender == null) {
      return null;
    }
    var origin = origin(sender, data, stamp);
    String target = data.id("id");
    return switch (type) {
      case "message.created" -> created(origin, data, stamp);
      case "message.typing" -> new Inbound.Typing(origin, !"false".equals(data.text("on")));
      default -> target == null ? null : about(type, origin, target, data);
    };
  }

  private static @Nullable Inbound about(
      String type, Inbound.Origin origin, String target, Payload data) {
    Content content = content(data);
    return switch (type) {
      case "message.updated" -> content == null ? null : new Inbound.Edit(origin, target, content);
      case "message.deleted" -> new Inbound.Removal(origin, target);
      case "message.delivered" -> receipt(origin, target, Event.Delivery.DELIVERED, null);
      case "message.read" -> receipt(origin, target, Event.Delivery.READ, null);
      case "message.failed" ->
          receipt(
              origin,
              target,
              Event.Delivery.FAILED,
              new SendResult.Refused(
                  requireNonNullElse(data.id("code"), "failed"),
                  Payload.cut(requireNonNullElse(data.text("reason"), "no reason given"), 200)));
      case "message.reaction" ->
          new Inbound.Reaction(
              origin, target, data.id("emoji"), !"remove".equals(data.text("action")));
      default -> null;
    };
  }

  private static Inbound receipt(
      Inbound.Origin origin,
      String target,
      Event.Delivery state,
      SendResult.@Nullable Refused failure) {
    return new Inbound.Receipt(origin, target, state, target, failure);
  }

  private @Nullable Inbound created(Inbound.Origin origin, Payload data, Stamp stamp) {
    var files = new ArrayList<Content.Media>();
    for (Payload file : data.list("attachments")) {
      files.add(file(file));
    }
    Content said = content(data);
    if (said == null && files.isEmpty()) {
      return null;
    }
    return new Inbound.Message(
        origin,
        requireNonNullElse(data.id("id"), stamp.id()),
        false,
        false,
        said != null ? said : files.removeFirst(),
        List.copyOf(files),
        data.id("replyTo"),
        Map.of(),
        context(data));
  }

  private static @Nullable Content content(Payload data) {
    String text = data.text("text");
    String chosen = data.at("choice").id("id");
    Payload place = data.at("location");
    Double latitude = place.decimal("latitude");
    Double longitude = place.decimal("longitude");
    return chosen != null
        ? new Content.Choice("choice", chosen, data.at("choice").text("title"), null, null)
        : text != null
            ? new Content.Text(text)
            : latitude == null || longitude == null
                ? null
                : new Content.Location(
                    latitude, longitude, place.text("name"), place.text("address"), null);
  }

  private static Content.Media file(Payload file) {
    return InboundMedia.of(
        switch (requireNonNullElse(file.text("kind"), "file").toLowerCase(Locale.ROOT)) {
          case "image" -> Content.Media.Kind.IMAGE;
          case "video" -> Content.Media.Kind.VIDEO;
          case "audio" -> Content.Media.Kind.AUDIO;
          case "voice" -> Content.Media.Kind.VOICE;
          case "sticker" -> Content.Media.Kind.STICKER;
          default -> Content.Media.Kind.FILE;
        },
        file.text("mime"),
        file.number("size", -1),
        file.text("name"),
        null,
        file.text("url"));
  }

  private @Nullable Inbound alert(Payload data, Stamp stamp) throws NotItself {
    String device = person(data);
    String text = data.text("message");
    if (device == null || text == null) {
      return null;
    }
    return message(
        origin(device, data, stamp),
        stamp.id(),
        new Content.Text(text),
        measured(data).map(),
        Map.of());
  }

  /** A thing is its source and, within it, its subject. */
  private Inbound thing(CloudEvent event, Stamp stamp) throws NotItself {
    Payload data = event.data();
    String source = event.source();
    String subject = event.subject();
    var own = caller.device();
    var origin =
        new Inbound.Origin(
            account,
            own != null
                ? address(account, "device:" + own.id())
                : subject == null
                    ? address(account, source)
                    : address(account + " " + source, subject),
            List.of(),
            Strength.PLATFORM,
            own == null ? Map.of() : Map.of("name", own.name()),
            null,
            new Inbound.Room(source, "source", null, null),
            stamp.key(),
            stamp.at());
    Facts details = measured(data);
    event.extensions().forEach((name, value) -> details.put("meta." + name, value));
    details.put("meta.type", event.type());
    String message = data.text("message");
    String words =
        event.text() != null ? event.text() : message == null ? data.text("text") : message;
    String raw = event.other() == null ? data.raw() : event.other();
    return message(
        origin,
        stamp.id(),
        words == null ? new Content.Unsupported(event.type(), raw) : new Content.Text(words),
        details.map(),
        Map.of("conversation", source));
  }

  private static Facts measured(Payload data) {
    var facts = new Facts().put("priority", data.text("severity"));
    for (String field : data.fields().stream().limit(MEASURES).toList()) {
      if (!ALERT.contains(field)) {
        facts.put("meta." + Payload.cut(field, 50), data.text(field));
      }
    }
    return facts;
  }

  private static Inbound message(
      Inbound.Origin origin,
      String id,
      Content content,
      Map<String, String> details,
      Map<String, String> context) {
    return new Inbound.Message(origin, id, false, true, content, List.of(), null, details, context);
  }

  /** Who speaks; a device with a key of its own is always itself. */
  private @Nullable String person(Payload data) throws NotItself {
    String sender = data.at("sender").id("id");
    String device = data.id("deviceId");
    var own = caller.device();
    if (own == null) {
      return sender != null || device == null || device.length() > DEVICE
          ? sender
          : "device:" + device;
    }
    String itself = "device:" + own.id();
    for (String claimed : new String[] {sender, device}) {
      if (claimed != null && !claimed.equals(own.id()) && !claimed.equals(itself)) {
        throw new NotItself(own.id());
      }
    }
    return itself;
  }

  private Inbound.Origin origin(String sender, Payload data, Stamp stamp) {
    var attributes = new Facts();
    var own = caller.device();
    if (own == null) {
      PERSON.forEach(word -> attributes.put(word, data.at("sender").text(word)));
    } else {
      attributes.put("name", own.name());
    }
    String conversation = data.id("conversation");
    return new Inbound.Origin(
        account,
        address(account, sender),
        List.of(),
        Strength.PLATFORM,
        attributes.map(),
        null,
        conversation == null
            ? null
            : new Inbound.Room(conversation, "conversation", null, data.id("thread")),
        stamp.key(),
        stamp.at());
  }

  private static Address address(String scope, String id) {
    return new Address(WebhookChannelType.NAME, scope, Payload.cut(id, 512));
  }

  private static Map<String, String> context(Payload data) {
    return new Facts().put("conversation", data.id("conversation")).map();
  }
}
