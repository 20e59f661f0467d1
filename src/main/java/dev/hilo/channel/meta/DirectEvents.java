package dev.hilo.channel.meta;

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
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what happened between one person and one account of an inbox. Ids of people are unique for
 * the account only. Every method throws {@link IllegalArgumentException} for an item that names no
 * account, no person or no id.
 */
final class DirectEvents {
  private static final List<String> KINDS =
      List.of(
          "message",
          "message_edit",
          "postback",
          "reaction",
          "read",
          "delivery",
          "optin",
          "referral");
  private static final List<String> FRAME =
      List.of("sender", "recipient", "timestamp", "prior_message");
  private static final long FIRST_MILLIS = 100_000_000_000L;

  private final Inbox inbox;
  private final Payload entry;

  DirectEvents(Inbox inbox, Payload entry) {
    this.inbox = inbox;
    this.entry = entry;
  }

  /** {@code standby}: another app answers this person now; we are told, and open nothing. */
  List<? extends Inbound> of(Payload item, boolean standby) {
    if (item.has("policy-enforcement")) {
      return List.of(enforced(item, item.at("policy-enforcement")));
    }
    var said = new Said(item);
    for (String kind : KINDS) {
      Payload body = item.at(kind);
      if (body.node().isObject()) {
        return switch (kind) {
          case "message" -> List.of(message(said, body, standby));
          case "message_edit" -> List.of(edited(said, body));
          case "postback" -> List.of(pressed(said, body));
          case "reaction" -> List.of(reacted(said, body));
          case "read" -> List.of(read(said, body));
          case "delivery" -> delivered(said, body);
          case "optin" -> List.of(optin(said, body));
          default -> List.of(notice(said, kind, referral(new Facts(), body)));
        };
      }
    }
    return item.fields().stream()
        .filter(kind -> !FRAME.contains(kind) && item.at(kind).node().isObject())
        .limit(1)
        .map(kind -> notice(said, "system", new Facts().put("name", kind)))
        .toList();
  }

  /** Who wrote to whom, and when. */
  private final class Said {
    final Payload item;
    final boolean echo;
    final Address address;
    final String account;
    final String actor;

    Said(Payload item) {
      this.item = item;
      String sender = item.at("sender").id("id");
      this.echo =
          item.at("message").flag("is_echo") || sender != null && sender.equals(entry.id("id"));
      Payload person = item.at(echo ? "recipient" : "sender");
      this.account = inbox.account(entry, item.at(echo ? "sender" : "recipient"));
      this.address = person.has("id") ? at(person.required("id")) : reference(person, "user_ref");
      this.actor = requireNonNullElse(sender, address.id());
    }

    private Address at(String id) {
      return new Address(inbox.type(), account, id);
    }

    /** Whoever ticked a box on a web page has no id before the first message. */
    private Address reference(Payload person, String field) {
      return at("user_ref:" + person.required(field));
    }

    Inbound.Origin origin(String key) {
      return origin(key, new Facts());
    }

    Inbound.Origin origin(String key, Facts attributes) {
      Payload prior = item.at("prior_message");
      String other = prior.id("identifier");
      boolean box = "checkbox_plugin".equals(prior.text("source"));
      boolean phone = "customer_matching".equals(prior.text("source"));
      String digits = phone && other != null ? other.replaceAll("[^0-9]", "") : "";
      Instant at = time(item, "timestamp");
      return new Inbound.Origin(
          account,
          address,
          box && other != null ? List.of(reference(prior, "identifier")) : List.of(),
          Strength.PLATFORM,
          attributes.put("phone", digits.matches("\\d{5,18}") ? "+" + digits : null).map(),
          null,
          null,
          key,
          at == null ? time(entry, "time") : at);
    }
  }

  private static Inbound message(Said said, Payload message, boolean standby) {
    String id = message.required("mid");
    String ours = message.id("metadata");
    if (message.flag("is_deleted")) {
      return new Inbound.Removal(said.origin(id + "|delete"), id);
    }
    if (said.echo && ours != null && ours.startsWith(DirectMessage.OURS)) {
      return new Inbound.Receipt(
          said.origin(id + "|sent"),
          id,
          Event.Delivery.SENT,
          ours.substring(DirectMessage.OURS.length()),
          null);
    }
    var details = referral(new Facts(), message.at("referral"));
    var content = DirectContent.of(message, details);
    Payload story = message.at("reply_to").at("story");
    if (!story.isEmpty()) {
      details.put("about.kind", "story").put("about.id", story.id("id"));
      details.put("about.url", story.id("url"));
    }
    details.put("standby", standby ? "true" : null);
    if (said.echo) {
      details.put("origin", "other_app").put("from", said.actor);
    }
    return new Inbound.Message(
        said.origin(id),
        id,
        said.echo,
        standby,
        content.first(),
        content.attachments(),
        message.at("reply_to").id("mid"),
        details.map(),
        Map.of());
  }

  private static Inbound edited(Said said, Payload edit) {
    String target = edit.required("mid");
    String text = edit.text("text");
    return new Inbound.Edit(
        said.origin(target + "|edit|" + edit.text("num_edit")),
        target,
        text == null
            ? new Content.Unsupported("message_edit", edit.raw())
            : new Content.Text(text));
  }

  private static Inbound pressed(Said said, Payload postback) {
    String title = postback.text("title");
    String payload = requireNonNullElse(postback.text("payload"), "");
    String choice = payload.isEmpty() ? title : payload;
    String made = said.actor + "|postback|" + said.item.text("timestamp");
    String id = requireNonNullElse(postback.id("mid"), made);
    return new Inbound.Message(
        said.origin(id),
        id,
        said.echo,
        false,
        choice == null
            ? new Content.Unsupported("postback", postback.raw())
            : new Content.Choice("postback", choice, title, null, null),
        List.of(),
        null,
        referral(new Facts(), postback.at("referral")).map(),
        Map.of());
  }

  /** The id is the target's: what was done, by whom and when makes it one of its own. */
  private static Inbound reacted(Said said, Payload reaction) {
    String target = reaction.required("mid");
    String action = reaction.required("action");
    if (said.echo) {
      return notice(said, "system", new Facts().put("name", "our-reaction").put("target", target));
    }
    String key = target + "|" + said.actor + "|" + action + "|" + said.item.text("timestamp");
    String emoji = reaction.has("emoji") ? reaction.id("emoji") : reaction.id("reaction");
    return new Inbound.Reaction(said.origin(key), target, emoji, !action.equals("unreact"));
  }

  /** Messenger tells up to when, Instagram up to which message. */
  private static Inbound read(Said said, Payload read) {
    Instant upTo = time(read, "watermark");
    String target = read.id("mid");
    if (upTo == null && target == null) {
      throw new IllegalArgumentException("watermark");
    }
    String key = said.actor + "|read|" + (target == null ? read.text("watermark") : target);
    return new Inbound.Watermark(
        said.origin(key), Event.Delivery.READ, target, target == null ? upTo : null);
  }

  /** Up to a time; the messages that are named besides are the newest of these. */
  private static List<Inbound> delivered(Said said, Payload delivery) {
    Instant upTo = time(delivery, "watermark");
    var items = new ArrayList<Inbound>();
    for (Payload mid : delivery.list("mids")) {
      String target = mid.text();
      if (target != null && !target.isEmpty() && target.length() <= 512) {
        var origin = said.origin(target + "|delivered");
        items.add(new Inbound.Watermark(origin, Event.Delivery.DELIVERED, target, upTo));
      }
    }
    if (items.isEmpty() && upTo != null) {
      var origin = said.origin(said.actor + "|delivered|" + delivery.text("watermark"));
      items.add(new Inbound.Watermark(origin, Event.Delivery.DELIVERED, null, upTo));
    }
    return items;
  }

  /** The token that may come with it is for a kind of message that is not sent here. */
  private static Inbound optin(Said said, Payload optin) {
    boolean stop = "STOP_NOTIFICATIONS".equals(optin.text("notification_messages_status"));
    return new Inbound.Consent(
        said.origin(
            said.actor + "|optin|" + said.item.text("timestamp"),
            new Facts().put("notification_token", optin.id("notification_messages_token"))),
        !stop,
        requireNonNullElse(optin.id("type"), "optin"));
  }

  /** Meta stops a page from sending, or lets it send again. */
  private Inbound enforced(Payload item, Payload enforcement) {
    String account = inbox.account(entry, item.at("recipient"));
    String action = enforcement.required("action");
    var origin =
        new Inbound.Origin(
            account,
            new Address(inbox.type(), "", account),
            List.of(),
            Strength.PLATFORM,
            Map.of(),
            null,
            null,
            "policy|" + action + "|" + item.text("timestamp"),
            time(item, "timestamp"));
    String why = requireNonNullElse(enforcement.text("reason"), action);
    return new Inbound.AccountChanged(origin, !action.equals("block"), Payload.cut(why, 200));
  }

  private static Inbound notice(Said said, String kind, Facts details) {
    Map<String, String> facts = details.map();
    String what = requireNonNullElse(facts.get("name"), kind);
    String target = requireNonNullElse(facts.get("target"), "");
    String key = said.actor + "|" + what + target + "|" + said.item.text("timestamp");
    return new Inbound.Notice(said.origin(key), kind, facts);
  }

  /** Which link or advertisement brought the person. */
  private static Facts referral(Facts facts, Payload referral) {
    Payload ad = referral.at("ads_context_data");
    return facts
        .put("referral.source", referral.text("source"))
        .put("referral.ref", referral.text("ref"))
        .put("referral.type", referral.text("type"))
        .put("referral.sourceId", referral.text("ad_id"))
        .put("referral.headline", ad.text("ad_title"))
        .put("referral.post", ad.text("post_id"))
        .put("referral.url", referral.text("referer_uri"));
  }

  /** Messages tell milliseconds, comments and samples seconds. */
  static @Nullable Instant time(Payload payload, String field) {
    return payload.number(field, 0) >= FIRST_MILLIS
        ? payload.millis(field)
        : payload.seconds(field);
  }
}
