package dev.hilo.channel.telegram;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one update. An id of a message is unique in its chat only, so ours is {@code chat:message}.
 * Throws {@link IllegalArgumentException} where neither a chat nor a person is named.
 */
final class TelegramEvents {
  private final String bot;

  TelegramEvents(String bot) {
    this.bot = bot;
  }

  List<Inbound> of(String kind, Payload body, long update) {
    return switch (kind) {
      case "message", "channel_post", "business_message", "guest_message" -> said(body);
      case "edited_message", "edited_channel_post", "edited_business_message" -> edited(body);
      case "deleted_business_messages" -> deleted(body);
      case "callback_query" -> pressed(body);
      case "message_reaction" -> reacted(body);
      case "my_chat_member" -> membership(kind, body, update);
      case "business_connection", "message_reaction_count" -> List.of();
      default -> other(kind, body, update);
    };
  }

  private List<Inbound> said(Payload message) {
    if (bot.equals(message.at("sender_business_bot").id("id"))) {
      return List.of(); // our own answer, on its way through the owner's account
    }
    String id = id(message, message.required("message_id"));
    var origin = origin(message, id, message.seconds("date"));
    String next = message.id("migrate_to_chat_id");
    String before = message.id("migrate_from_chat_id");
    if (next != null) {
      return List.of(moved(origin, origin.address(), address(next)));
    }
    if (before != null) {
      return List.of(moved(origin, address(before), origin.address()));
    }
    var content = TelegramContent.of(message);
    return List.of(
        new Inbound.Message(
            origin,
            id,
            echo(message),
            message.at("from").flag("is_bot") || content instanceof Content.Unsupported,
            content,
            List.of(),
            replyTo(message),
            TelegramContent.details(message),
            context(message)));
  }

  /** Told in the old chat and in the new one. */
  private static Inbound moved(Inbound.Origin said, Address previous, Address current) {
    var origin =
        new Inbound.Origin(
            said.account(),
            previous,
            List.of(),
            said.trust(),
            said.attributes(),
            said.sender(),
            said.room(),
            said.dedupeKey(),
            said.at());
    return new Inbound.IdentityChange(origin, List.of(previous), List.of(current));
  }

  private List<Inbound> edited(Payload message) {
    String id = id(message, message.required("message_id"));
    var origin =
        origin(message, id + "|edit|" + message.text("edit_date"), message.seconds("edit_date"));
    return List.of(new Inbound.Edit(origin, id, TelegramContent.of(message)));
  }

  private List<Inbound> deleted(Payload body) {
    var items = new ArrayList<Inbound>();
    for (Payload message : body.list("message_ids")) {
      String number = message.text();
      if (number != null) {
        String id = id(body, number);
        items.add(new Inbound.Removal(origin(body, id + "|delete", null), id));
      }
    }
    return items;
  }

  /** Has no time of its own: the date is that of the message with the button. */
  private List<Inbound> pressed(Payload query) {
    String id = "cb:" + query.required("id");
    Payload message = query.at("message");
    var origin = origin(query.at("from"), message.at("chat"), message, id, null);
    String data = query.id("data");
    Content content =
        data == null
            ? new Content.Unsupported("callback_query", query.raw())
            : new Content.Choice("button", data, TelegramContent.label(message, data), null, null);
    String target = message.id("message_id");
    return List.of(
        new Inbound.Message(
            origin,
            id,
            false,
            false,
            content,
            List.of(),
            target == null ? null : id(message, target),
            Map.of(),
            context(message)));
  }

  private List<Inbound> reacted(Payload body) {
    String target = id(body, body.required("message_id"));
    Set<String> before = emoji(body.list("old_reaction"));
    Set<String> after = emoji(body.list("new_reaction"));
    Payload who = body.has("user") ? body.at("user") : body.at("actor_chat");
    String key = target + "|" + who.required("id") + "|" + body.text("date") + "|";
    var items = new ArrayList<Inbound>();
    for (String emoji : before) {
      if (!after.contains(emoji)) {
        items.add(reaction(body, who, key + "-" + emoji, target, emoji, false));
      }
    }
    for (String emoji : after) {
      if (!before.contains(emoji)) {
        items.add(reaction(body, who, key + "+" + emoji, target, emoji, true));
      }
    }
    return items;
  }

  private Inbound reaction(
      Payload body, Payload who, String key, String target, String emoji, boolean on) {
    var origin = origin(who, body.at("chat"), body, key, body.seconds("date"));
    return new Inbound.Reaction(origin, target, emoji, on);
  }

  private static Set<String> emoji(List<Payload> reactions) {
    var all = new LinkedHashSet<String>();
    for (Payload reaction : reactions) {
      String custom = reaction.id("custom_emoji_id");
      String emoji = reaction.id("emoji");
      all.add(emoji != null ? emoji : custom != null ? "custom:" + custom : "⭐");
    }
    return all;
  }

  /** In a private chat: somebody blocked the bot, or let it speak again. */
  private List<Inbound> membership(String kind, Payload body, long update) {
    String status = body.at("new_chat_member").id("status");
    if (!"private".equals(body.at("chat").text("type")) || status == null) {
      return other(kind, body, update);
    }
    var origin = origin(body, "update:" + update, body.seconds("date"));
    return List.of(new Inbound.Consent(origin, !status.equals("kicked"), "bot " + status));
  }

  private List<Inbound> other(String kind, Payload body, long update) {
    String id = "update:" + update;
    Payload who = body.has("from") ? body.at("from") : body.at("user");
    var origin = origin(who, body.at("chat"), body, id, body.seconds("date"));
    var content = new Content.Unsupported(kind, body.raw());
    return List.of(
        new Inbound.Message(origin, id, false, true, content, List.of(), null, Map.of(), Map.of()));
  }

  private Inbound.Origin origin(Payload message, String key, @Nullable Instant at) {
    Payload from = message.has("sender_chat") ? message.at("sender_chat") : message.at("from");
    return origin(from, message.at("chat"), message, key, at);
  }

  private Inbound.Origin origin(
      Payload from, Payload chat, Payload message, String key, @Nullable Instant at) {
    boolean room = chat.has("id") && !"private".equals(chat.text("type"));
    boolean echo = echo(message);
    String sender = from.id("id");
    var attributes = echo ? Map.<String, String>of() : attributes(from, message);
    String name = attributes.get("name");
    return new Inbound.Origin(
        bot,
        address(chat.has("id") ? chat.required("id") : from.required("id")),
        List.of(),
        Strength.PLATFORM,
        attributes,
        room && sender != null ? new Event.Participant(sender, name) : null,
        room ? room(chat, message) : null,
        key,
        at);
  }

  private static Inbound.Room room(Payload chat, Payload message) {
    String kind = "channel".equals(chat.text("type")) ? "channel" : "group";
    return new Inbound.Room(
        chat.required("id"), kind, chat.text("title"), message.id("message_thread_id"));
  }

  private static Map<String, String> attributes(Payload from, Payload message) {
    var attributes = new LinkedHashMap<String, String>();
    String first = requireNonNullElse(from.text("first_name"), "");
    String last = requireNonNullElse(from.text("last_name"), "");
    Facts.put(attributes, "name", (first + " " + last).strip());
    Facts.put(attributes, "name", from.text("title"));
    Facts.put(attributes, "username", from.text("username"));
    Facts.put(attributes, "language", from.text("language_code"));
    Payload contact = message.at("contact");
    String phone = contact.id("phone_number");
    if (phone != null
        && contact.has("user_id")
        && from.required("id").equals(contact.id("user_id"))) {
      attributes.put("phone", phone.startsWith("+") ? phone : "+" + phone);
      attributes.put("phone_verified", "true");
    }
    return Map.copyOf(attributes);
  }

  /** In a business chat the owner's own messages come too. */
  private static boolean echo(Payload message) {
    String from = message.at("from").id("id");
    return message.has("business_connection_id")
        && from != null
        && !from.equals(message.at("chat").id("id"));
  }

  /** The first message of a topic is named as the one answered where nothing is. */
  private static @Nullable String replyTo(Payload message) {
    Payload answered = message.at("reply_to_message");
    String id = answered.id("message_id");
    return id == null || answered.has("forum_topic_created") ? null : id(answered, id);
  }

  private static Map<String, String> context(Payload message) {
    var context = new LinkedHashMap<String, String>();
    Facts.put(context, "business_connection_id", message.id("business_connection_id"));
    Facts.put(context, "message_thread_id", message.id("message_thread_id"));
    return Map.copyOf(context);
  }

  private static String id(Payload message, String number) {
    return message.at("chat").required("id") + ":" + number;
  }

  private static Address address(String chat) {
    return new Address(TelegramChannelType.NAME, "", chat);
  }
}
