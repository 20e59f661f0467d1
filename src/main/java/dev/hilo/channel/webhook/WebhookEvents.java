package dev.hilo.channel.webhook;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one event: {@code message.created|updated|deleted|reaction|read} with {@code data.id,
 * conversation, sender{id,name,email,phone,username,language}, text, replyTo, attachments[], emoji,
 * action}, and {@code device.alert} with {@code data.deviceId, severity, message} and measurements.
 * All else is kept as it came.
 */
final class WebhookEvents {
  private static final int DEVICE = 500;
  private static final Set<String> ALERT = Set.of("deviceId", "severity", "message");
  private static final List<String> PERSON =
      List.of("name", "email", "phone", "username", "language");

  private final String account;
  private final String webhookId;

  WebhookEvents(String account, String webhookId) {
    this.account = account;
    this.webhookId = webhookId;
  }

  Inbound of(Payload body) {
    String type = body.id("type");
    Payload data = body.at("data");
    Instant at = time(body.text("timestamp"));
    Inbound known =
        type == null ? null : type.equals("device.alert") ? alert(data, at) : about(type, data, at);
    return known != null ? known : kept(type, body, at);
  }

  /** Null for a type that is not ours, and where something it needs is absent. */
  private @Nullable Inbound about(String type, Payload data, @Nullable Instant at) {
    String sender = data.at("sender").id("id");
    if (sender == null) {
      return null;
    }
    var origin = origin(sender, data, at);
    String target = data.id("id");
    String text = data.text("text");
    if (type.equals("message.created")) {
      return created(origin, data, text);
    }
    return target == null
        ? null
        : switch (type) {
          case "message.updated" ->
              text == null ? null : new Inbound.Edit(origin, target, new Content.Text(text));
          case "message.deleted" -> new Inbound.Removal(origin, target);
          case "message.read" ->
              new Inbound.Receipt(origin, target, Event.Delivery.READ, null, null);
          case "message.reaction" ->
              new Inbound.Reaction(
                  origin, target, data.id("emoji"), !"remove".equals(data.text("action")));
          default -> null;
        };
  }

  private @Nullable Inbound created(Inbound.Origin origin, Payload data, @Nullable String text) {
    var files = new ArrayList<Content.Media>();
    for (Payload file : data.list("attachments")) {
      files.add(file(file));
    }
    if (text == null && files.isEmpty()) {
      return null;
    }
    Content content = text != null ? new Content.Text(text) : files.removeFirst();
    return new Inbound.Message(
        origin,
        requireNonNullElse(data.id("id"), webhookId),
        false,
        false,
        content,
        List.copyOf(files),
        data.id("replyTo"),
        Map.of(),
        context(data));
  }

  private static Content.Media file(Payload file) {
    String url = file.id("url");
    return new Content.Media(
        switch (requireNonNullElse(file.text("kind"), "").toLowerCase(Locale.ROOT)) {
          case "image" -> Content.Media.Kind.IMAGE;
          case "video" -> Content.Media.Kind.VIDEO;
          case "audio" -> Content.Media.Kind.AUDIO;
          case "voice" -> Content.Media.Kind.VOICE;
          case "sticker" -> Content.Media.Kind.STICKER;
          default -> Content.Media.Kind.FILE;
        },
        null,
        file.text("mime"),
        file.number("size", -1),
        file.text("name"),
        null,
        url,
        url == null ? "no url of at most 512 characters" : null);
  }

  private @Nullable Inbound alert(Payload data, @Nullable Instant at) {
    String device = data.id("deviceId");
    String text = data.text("message");
    if (device == null || device.length() > DEVICE || text == null) {
      return null;
    }
    var details = new LinkedHashMap<String, String>();
    put(details, "priority", data.text("severity"));
    for (String field : data.fields().stream().limit(20).toList()) {
      if (!ALERT.contains(field)) {
        put(details, "meta." + Payload.cut(field, 50), data.text(field));
      }
    }
    return new Inbound.Message(
        origin("device:" + device, data, at),
        webhookId,
        false,
        true,
        new Content.Text(text),
        List.of(),
        null,
        details,
        Map.of());
  }

  private Inbound kept(@Nullable String type, Payload body, @Nullable Instant at) {
    Payload data = body.at("data");
    String sender = data.at("sender").id("id");
    return new Inbound.Message(
        origin(sender == null ? "endpoint" : sender, data, at),
        webhookId,
        false,
        true,
        new Content.Unsupported(requireNonNullElse(type, ""), body.raw()),
        List.of(),
        null,
        Map.of(),
        context(data));
  }

  private Inbound.Origin origin(String sender, Payload data, @Nullable Instant at) {
    var attributes = new LinkedHashMap<String, String>();
    PERSON.forEach(word -> put(attributes, word, data.at("sender").text(word)));
    String conversation = data.id("conversation");
    return new Inbound.Origin(
        account,
        new Address(WebhookChannelType.NAME, account, sender),
        List.of(),
        Strength.PLATFORM,
        attributes,
        null,
        conversation == null
            ? null
            : new Inbound.Room(conversation, "conversation", null, data.id("thread")),
        "webhook-id:" + webhookId,
        at);
  }

  private static Map<String, String> context(Payload data) {
    var context = new LinkedHashMap<String, String>();
    put(context, "conversation", data.id("conversation"));
    return context;
  }

  private static @Nullable Instant time(@Nullable String timestamp) {
    try {
      return timestamp == null ? null : OffsetDateTime.parse(timestamp).toInstant();
    } catch (DateTimeParseException _) {
      return null;
    }
  }

  private static void put(Map<String, String> map, String key, @Nullable String text) {
    if (text != null && !text.isEmpty()) {
      map.put(key, Payload.cut(text, 500));
    }
  }
}
