package dev.hilo.channel.whatsapp;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.meta.GraphError;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the items of one {@code value} of a webhook. Every method throws {@link
 * IllegalArgumentException} for an item that names no account, no person or no id.
 */
final class WhatsAppEvents {
  private static final Pattern MOVED = Pattern.compile("from (\\S{1,150}) to \\S");
  private static final Map<String, String> REFERRAL =
      Map.of(
          "source", "source_type",
          "sourceId", "source_id",
          "clickId", "ctwa_clid",
          "url", "source_url",
          "headline", "headline",
          "body", "body");

  private final String portfolio;
  private final Payload value;

  WhatsAppEvents(String portfolio, Payload value) {
    this.portfolio = portfolio;
    this.value = value;
  }

  /** Who wrote; {@code phone} and {@code user} are the two ids of one person. */
  private record Person(@Nullable String phone, @Nullable String user, Payload contact) {
    String id() {
      return phone != null ? phone : requireNonNullElse(user, "");
    }

    boolean isNobody() {
      return phone == null && user == null;
    }
  }

  Inbound message(Payload message) {
    return "system".equals(message.text("type"))
        ? system(message)
        : said(message, person(message.id("from"), message.id("from_user_id")), false);
  }

  Inbound echo(Payload message) {
    return said(message, person(message.id("to"), message.id("to_user_id")), true);
  }

  private Inbound said(Payload message, Person person, boolean echo) {
    String id = message.required("id");
    String group = message.id("group_id");
    var origin = origin(message, person, group, id, echo);
    Inbound change = change(origin, message);
    return change != null
        ? change
        : new Inbound.Message(
            origin,
            id,
            echo,
            false,
            WhatsAppContent.of(message),
            List.of(),
            message.at("context").id("id"),
            details(message, echo),
            group == null
                ? Map.of("message_id", id)
                : Map.of("message_id", id, "recipient_type", "group"));
  }

  /** What is about another message; null for a message, and for what names none. */
  private static @Nullable Inbound change(Inbound.Origin origin, Payload message) {
    String type = requireNonNullElse(message.id("type"), "");
    Payload body = message.at(type);
    String target = body.id(type.equals("reaction") ? "message_id" : "original_message_id");
    String emoji = body.id("emoji");
    return target == null
        ? null
        : switch (type) {
          case "reaction" -> new Inbound.Reaction(origin, target, emoji, emoji != null);
          case "edit" -> new Inbound.Edit(origin, target, WhatsAppContent.of(body.at("message")));
          case "revoke" -> new Inbound.Removal(origin, target);
          default -> null;
        };
  }

  private Inbound system(Payload message) {
    Payload system = message.at("system");
    String id = message.required("id");
    String user = system.has("previous_user_id") ? system.id("previous_user_id") : moved(system);
    var person = new Person(message.id("from"), user, Payload.nothing());
    String phone = system.has("wa_id") ? system.id("wa_id") : system.id("new_wa_id");
    var origin = origin(message, person, null, id, true);
    var previous = addresses(person.phone(), user);
    var current = addresses(phone, system.id("user_id"));
    if (!current.isEmpty() && !previous.containsAll(current)) {
      return new Inbound.IdentityChange(origin, previous, current);
    }
    var kept = new Content.Unsupported("system." + system.text("type"), message.raw());
    return new Inbound.Message(origin, id, false, true, kept, List.of(), null, Map.of(), Map.of());
  }

  /** Until August 2026 the previous id stood only in the text. */
  private static @Nullable String moved(Payload system) {
    var text = MOVED.matcher(requireNonNullElse(system.text("body"), ""));
    return text.find() && isUserId(text.group(1)) ? text.group(1) : null;
  }

  Inbound status(Payload status) {
    String id = status.required("id");
    String word = status.required("status");
    boolean group = "group".equals(status.text("recipient_type"));
    Person person =
        group
            ? person(
                status.id("recipient_participant_id"), status.id("recipient_participant_user_id"))
            : person(status.id("recipient_id"), status.id("recipient_user_id"));
    String key = id + "|" + word + (group && !person.isNobody() ? "|" + person.id() : "");
    var origin = origin(status, person, group ? status.required("recipient_id") : null, key, true);
    Event.Delivery state =
        switch (word) {
          case "sent" -> Event.Delivery.SENT;
          case "delivered" -> Event.Delivery.DELIVERED;
          case "read", "played" -> Event.Delivery.READ;
          case "failed" -> Event.Delivery.FAILED;
          default -> throw new IllegalArgumentException("status");
        };
    SendResult failure =
        state == Event.Delivery.FAILED
            ? GraphError.judge(status.first("errors"), 0, 1, null)
            : null;
    return new Inbound.Receipt(origin, id, state, status.id("biz_opaque_callback_data"), failure);
  }

  Inbound preference(Payload preference) {
    var person = person(preference.id("wa_id"), preference.id("user_id"));
    String wish = preference.required("value");
    String about = requireNonNullElse(preference.text("category"), "");
    String key = person.id() + "|" + about + "|" + wish + "|" + preference.text("timestamp");
    return new Inbound.Consent(
        origin(preference, person, null, key, false), wish.equals("resume"), about);
  }

  Inbound call(Payload call) {
    boolean ours = "BUSINESS_INITIATED".equals(call.text("direction"));
    var person =
        ours
            ? person(call.id("to"), call.id("to_user_id"))
            : person(call.id("from"), call.id("from_user_id"));
    String event = call.required("event");
    var origin = origin(call, person, null, call.required("id") + "|" + event, ours);
    return call(
        origin,
        call,
        ours,
        requireNonNullElse(call.id("status"), event),
        call.number("duration", 0));
  }

  /** How a call of ours is taken. */
  Inbound callStatus(Payload status) {
    if (!"call".equals(status.text("type"))) {
      return status(status);
    }
    String word = status.required("status");
    var person = person(status.id("recipient_id"), status.id("recipient_user_id"));
    String key = status.required("id") + "|" + word;
    return call(origin(status, person, null, key, true), status, true, word, 0);
  }

  private static Inbound call(
      Inbound.Origin origin, Payload call, boolean ours, String word, long seconds) {
    String outcome =
        switch (word) {
          case "connect", "RINGING" -> "ringing";
          case "ACCEPTED" -> "in-progress";
          case "REJECTED" -> "busy";
          case "terminate" -> "completed";
          default -> word.toLowerCase(Locale.ROOT);
        };
    String direction = ours ? "out" : "in";
    return new Inbound.Call(
        origin, call.required("id"), direction, outcome, seconds, null, null, Map.of());
  }

  /** Our access ended, or came back. */
  static Inbound access(String account, Payload entry, String event, boolean connected) {
    String key = account + "|" + event + "|" + entry.text("time");
    var address = new Address(WhatsAppChannelType.NAME, "", account);
    return new Inbound.AccountChanged(
        new Inbound.Origin(
            account,
            address,
            List.of(),
            Strength.PLATFORM,
            Map.of(),
            null,
            null,
            key,
            entry.seconds("time")),
        connected,
        event);
  }

  /** Contacts stand beside the messages, in no order. */
  private Person person(@Nullable String phone, @Nullable String user) {
    for (Payload contact : value.list("contacts")) {
      String itsPhone = contact.id("wa_id");
      String itsUser = contact.id("user_id");
      if ((phone != null && phone.equals(itsPhone)) || (user != null && user.equals(itsUser))) {
        return new Person(phone != null ? phone : itsPhone, user != null ? user : itsUser, contact);
      }
    }
    return new Person(phone, user, Payload.nothing());
  }

  /** {@code bare}: nothing is said about the person, who is not the one that acted. */
  private Inbound.Origin origin(
      Payload item, Person person, @Nullable String group, String key, boolean bare) {
    var own = new ArrayList<>(addresses(person.phone(), person.user()));
    var attributes = new LinkedHashMap<String, String>();
    if (!bare) {
      describe(person, attributes);
      shared(item, attributes).filter(a -> !own.contains(a)).forEach(own::add);
    }
    if (own.isEmpty() && group == null) {
      throw new IllegalArgumentException("the person");
    }
    String name = attributes.get("name");
    return new Inbound.Origin(
        value.at("metadata").required("phone_number_id"),
        group == null ? own.getFirst() : new Address(WhatsAppChannelType.NAME, "", group),
        group == null ? List.copyOf(own.subList(1, own.size())) : List.of(),
        Strength.PLATFORM,
        Map.copyOf(attributes),
        group == null || person.isNobody() ? null : new Event.Participant(person.id(), name),
        group == null ? null : new Inbound.Room(group, "group", null, null),
        key,
        item.seconds("timestamp"));
  }

  private static void describe(Person person, Map<String, String> attributes) {
    Payload profile = person.contact().at("profile");
    Facts.put(attributes, "name", profile.text("name"));
    Facts.put(attributes, "username", profile.text("username"));
    Facts.put(attributes, "parent_user_id", person.contact().id("parent_user_id"));
    Facts.put(attributes, "phone", plus(person.phone()));
  }

  /** A card that WhatsApp made on request is the sender's own number. */
  private static Stream<Address> shared(Payload message, Map<String, String> attributes) {
    return message.list("contacts").stream()
        .filter(card -> "contact_request".equals(card.text("origin")))
        .flatMap(card -> card.list("phones").stream())
        .map(phone -> phone.id("wa_id"))
        .filter(phone -> phone != null && plus(phone) != null)
        .limit(1)
        .peek(phone -> Facts.put(attributes, "phone", plus(phone)))
        .map(phone -> new Address(WhatsAppChannelType.NAME, "", phone));
  }

  private List<Address> addresses(@Nullable String phone, @Nullable String user) {
    var own = new ArrayList<Address>();
    if (phone != null) {
      own.add(new Address(WhatsAppChannelType.NAME, isUserId(phone) ? portfolio : "", phone));
    }
    if (user != null && !user.equals(phone)) {
      own.add(new Address(WhatsAppChannelType.NAME, portfolio, user));
    }
    return own;
  }

  private static Map<String, String> details(Payload message, boolean echo) {
    var details = new LinkedHashMap<String, String>();
    Payload context = message.at("context");
    if (context.flag("forwarded") || context.flag("frequently_forwarded")) {
      details.put("forwarded", "true");
    }
    Facts.put(details, "product", context.at("referred_product").text("product_retailer_id"));
    Payload referral = message.at("referral");
    REFERRAL.forEach(
        (word, theirs) -> Facts.put(details, "referral." + word, referral.text(theirs)));
    Facts.put(details, "error", message.first("errors").text("code"));
    Payload body = message.at(requireNonNullElse(message.id("type"), "unknown"));
    Facts.put(details, "media.sha256", body.text("sha256"));
    Facts.put(details, "text", body.at("nfm_reply").text("body"));
    List<Payload> cards = message.list("contacts");
    for (int i = 1; i < Math.min(cards.size(), 10); i++) {
      var card = WhatsAppContent.card(cards.get(i));
      Facts.put(
          details, "contact." + (i + 1), card.name() + "; " + String.join(", ", card.phones()));
    }
    if (echo) {
      details.put("origin", "business_app");
      Facts.put(details, "from", message.id("from"));
    }
    return Map.copyOf(details);
  }

  static boolean isUserId(String id) {
    return id.matches("[A-Z]{2}\\.(ENT\\.)?[A-Za-z0-9]{1,128}");
  }

  private static @Nullable String plus(@Nullable String phone) {
    return phone != null && phone.matches("\\d{5,18}") ? "+" + phone : null;
  }
}
