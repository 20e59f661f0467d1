package dev.hilo.channel.vonage;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a message or a status. The scope of an address tells what carries it; ids of WhatsApp users
 * and of Messenger hold for one account of ours only.
 */
final class VonageEvents {
  private static final Set<String> STOP = Set.of("STOP", "STOPALL", "UNSUBSCRIBE");
  private static final Set<String> START = Set.of("START", "UNSTOP");
  private static final Map<String, String> REFERRAL =
      Map.of(
          "source", "source_type",
          "sourceId", "source_id",
          "clickId", "ctwa_clid",
          "url", "source_url",
          "headline", "headline",
          "body", "body");

  private VonageEvents() {}

  static List<Inbound> said(Payload body) {
    String id = body.required("message_uuid");
    String account = body.required("to");
    Payload user = body.at("whatsapp").at("sender");
    String answered = body.at("context").id("message_uuid");
    if ("reaction".equals(body.text("message_type")) && answered != null) {
      Payload reaction = body.at("reaction");
      String emoji = reaction.id("emoji");
      boolean on = emoji != null && !"unreact".equals(reaction.text("action"));
      var origin = origin(body, account, body.id("from"), user, id);
      return List.of(new Inbound.Reaction(origin, answered, emoji, on));
    }
    var attachments = new ArrayList<Content.Media>();
    Content content = content(body, attachments);
    var items = new ArrayList<Inbound>();
    items.add(
        new Inbound.Message(
            origin(body, account, body.id("from"), user, id),
            id,
            false,
            content instanceof Content.Unsupported,
            content,
            List.copyOf(attachments),
            answered,
            details(body),
            Map.of("message", id)));
    String word =
        content instanceof Content.Text(var text) ? text.strip().toUpperCase(Locale.ROOT) : "";
    if (family(body).equals("sms") && (STOP.contains(word) || START.contains(word))) {
      boolean in = START.contains(word);
      String key = id + (in ? "|optin" : "|optout");
      items.add(new Inbound.Consent(origin(body, account, body.id("from"), user, key), in, word));
    }
    return List.copyOf(items);
  }

  private static Content content(Payload body, List<Content.Media> attachments) {
    String type = requireNonNullElse(body.id("message_type"), "empty");
    Payload part = body.at(type);
    Content content =
        switch (type) {
          case "text" -> {
            String text = part.text();
            yield text == null || text.isEmpty() ? null : new Content.Text(text);
          }
          case "image", "audio", "video", "file", "vcard", "sticker" -> media(type, part);
          case "location" -> location(part);
          case "reply" -> choice(part.id("id"), part.text("title"), part.text("description"));
          case "button" -> choice(part.id("payload"), part.text("text"), null);
          case "content" -> mixed(part, attachments);
          default -> null;
        };
    return content != null ? content : new Content.Unsupported(type, body.raw());
  }

  /** An MMS of several parts: what is said, and files. */
  private static @Nullable Content mixed(Payload parts, List<Content.Media> attachments) {
    var words = new ArrayList<String>();
    for (Payload part : parts.items()) {
      String type = requireNonNullElse(part.id("type"), "file");
      String text = part.text("text");
      if (type.equals("text")) {
        words.add(requireNonNullElse(text, ""));
      } else {
        attachments.add(media(type, part));
      }
    }
    String text = String.join("\n", words).strip();
    return !text.isEmpty()
        ? new Content.Text(text)
        : attachments.isEmpty() ? null : attachments.removeFirst();
  }

  private static Content.Media media(String type, Payload part) {
    var kind =
        switch (type) {
          case "image" -> Content.Media.Kind.IMAGE;
          case "audio" -> Content.Media.Kind.AUDIO;
          case "video" -> Content.Media.Kind.VIDEO;
          case "sticker" -> Content.Media.Kind.STICKER;
          default -> Content.Media.Kind.FILE;
        };
    return InboundMedia.of(
        kind,
        type.equals("vcard") ? "text/vcard" : null,
        part.text("name"),
        part.text("caption"),
        part.has("url") ? part.text("url") : part.text("id"));
  }

  private static @Nullable Content location(Payload place) {
    Double latitude = place.decimal("lat");
    Double longitude = place.decimal("long");
    return latitude == null || longitude == null
        ? null
        : new Content.Location(
            latitude, longitude, place.text("name"), place.text("address"), null);
  }

  private static @Nullable Content choice(
      @Nullable String id, @Nullable String title, @Nullable String description) {
    String kind = description == null ? "button" : "list";
    String named = id != null ? id : title == null ? null : Payload.cut(title, 512);
    return named == null || named.isEmpty()
        ? null
        : new Content.Choice(kind, named, title, description, null);
  }

  private static Map<String, String> details(Payload body) {
    var details = new Facts().put("segments", body.at("sms").text("num_messages"));
    Payload referral = body.at("whatsapp").at("referral");
    REFERRAL.forEach((ours, theirs) -> details.put("referral." + ours, referral.text(theirs)));
    return details.map();
  }

  static List<Inbound> status(Payload body) {
    String id = body.required("message_uuid");
    Event.Delivery state =
        switch (body.required("status")) {
          case "submitted" -> Event.Delivery.SENT;
          case "delivered" -> Event.Delivery.DELIVERED;
          case "read" -> Event.Delivery.READ;
          case "rejected", "undeliverable" -> Event.Delivery.FAILED;
          default -> throw new IllegalArgumentException("status");
        };
    Payload user = body.at("whatsapp").at("recipient");
    String key = id + "|" + state.name().toLowerCase(Locale.ROOT);
    var origin = origin(body, body.required("from"), body.id("to"), user, key);
    var failure = state == Event.Delivery.FAILED ? failure(body) : null;
    return List.of(new Inbound.Receipt(origin, id, state, body.id("client_ref"), failure));
  }

  private static SendResult failure(Payload body) {
    String word = body.required("status");
    return body.has("error")
        ? VonageError.judge(body.at("error"), 0, 1, null)
        : new SendResult.Refused(word, word);
  }

  private static String family(Payload body) {
    String channel = requireNonNullElse(body.id("channel"), "sms");
    return channel.equals("mms") ? "sms" : channel;
  }

  private static Inbound.Origin origin(
      Payload body, String account, @Nullable String person, Payload user, String key) {
    String family = family(body);
    String number = family.equals("messenger") ? null : phone(person);
    String waId = phone(user.id("wa_id"));
    String userId = user.id("user_id");
    var addresses = new ArrayList<Address>();
    if (number != null) {
      addresses.add(address(family, number));
    } else if (person != null) {
      addresses.add(address(family + ":" + account, person));
    }
    if (waId != null && !waId.equals(number)) {
      addresses.add(address(family, waId));
    }
    if (userId != null && !userId.equals(person)) {
      addresses.add(address(family + ":" + account, userId));
    }
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("from");
    }
    Payload profile = body.at("profile");
    var attributes =
        new Facts()
            .put("name", profile.text("name"))
            .put("username", profile.text("username"))
            .put("phone", number != null ? number : waId);
    return new Inbound.Origin(
        account,
        addresses.getFirst(),
        List.copyOf(addresses.subList(1, addresses.size())),
        Strength.PLATFORM,
        attributes.map(),
        null,
        null,
        key,
        body.time("timestamp"));
  }

  private static Address address(String scope, String id) {
    return new Address(VonageChannelType.NAME, scope, id);
  }

  /** Vonage leaves out the plus. */
  private static @Nullable String phone(@Nullable String id) {
    return id != null && id.matches("\\+?\\d{7,15}") ? "+" + id.replace("+", "") : null;
  }
}
