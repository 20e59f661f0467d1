package dev.hilo.channel.x;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.InboundMedia;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the lists of one call; both APIs have the same. A person is a numeric user id. */
final class XEvents {
  private static final Logger LOG = LoggerFactory.getLogger(XEvents.class);

  private final String us;
  private final Payload users;
  private final String unique;

  /** {@code unique}: the id of the call, for events without one; may be empty. */
  private XEvents(String us, Payload users, String unique) {
    this.us = us;
    this.users = users;
    this.unique = unique;
  }

  /** A call of the Account Activity API. */
  static List<Inbound> account(Payload body) {
    Payload revoked = body.at("user_event").at("revoke");
    String us = body.id("for_user_id");
    String gone = revoked.at("source").id("user_id");
    if (gone != null) {
      return List.of(revoked(gone, revoked.time("date_time"), revoked.text("date_time")));
    }
    return us == null ? List.of() : new XEvents(us, body.at("users"), "").all(body);
  }

  /** A call of the X Activity API. */
  static List<Inbound> activity(Payload data) {
    String type = String.valueOf(data.id("event_type"));
    Payload payload = data.at("payload");
    String uuid = requireNonNullElse(data.id("event_uuid"), "");
    String filtered = data.at("filter").id("user_id");
    String us = filtered == null ? payload.id("user_id") : filtered;
    if (us == null) {
      return List.of();
    }
    if (type.equals("oauth.revoke")) {
      return List.of(revoked(us, payload.time("date_time"), uuid));
    }
    var events = new XEvents(us, payload.at("users"), uuid);
    List<Inbound> items = events.all(payload);
    return items.isEmpty() ? events.other(type, payload) : items;
  }

  private static Inbound revoked(String us, @Nullable Instant at, @Nullable String key) {
    var origin =
        new Inbound.Origin(
            us,
            address(us),
            List.of(),
            Strength.PLATFORM,
            Map.of(),
            null,
            null,
            "revoke|" + key,
            at);
    return new Inbound.AccountChanged(origin, false, "the user took the app's permission back");
  }

  private List<Inbound> all(Payload lists) {
    var items = new ArrayList<Inbound>();
    keep(items, lists, "direct_message_events", this::message);
    keep(items, lists, "direct_message_indicate_typing_events", this::typing);
    keep(items, lists, "direct_message_mark_read_events", this::read);
    keep(items, lists, "follow_events", this::follow);
    keep(items, lists, "tweet_create_events", this::mention);
    return List.copyOf(items);
  }

  /** One bad item never spoils the others. */
  private static void keep(
      List<Inbound> items, Payload lists, String name, Function<Payload, @Nullable Inbound> read) {
    List<Payload> all = lists.list(name);
    for (int i = 0; i < all.size(); i++) {
      try {
        Inbound item = read.apply(all.get(i));
        if (item != null) {
          items.add(item);
        }
      } catch (IllegalArgumentException e) {
        LOG.debug("{}[{}] is left out: {} is missing or wrong", name, i, e.getMessage());
      }
    }
  }

  private Inbound message(Payload event) {
    Payload create = event.at("message_create");
    String sender = create.required("sender_id");
    boolean echo = sender.equals(us);
    String person = echo ? create.at("target").required("recipient_id") : sender;
    String id = event.required("id");
    Payload data = create.at("message_data");
    Content content = content(event, data);
    Payload media = data.at("attachment").at("media");
    boolean choice = content instanceof Content.Choice;
    List<Content.Media> files =
        media.isEmpty() || choice || content instanceof Content.Media
            ? List.of()
            : List.of(file(media));
    return new Inbound.Message(
        origin(person, "dm:" + id, event),
        id,
        echo,
        content instanceof Content.Unsupported,
        content,
        files,
        null,
        details(echo ? sender : null, data),
        Map.of());
  }

  private static Map<String, String> details(@Nullable String from, Payload data) {
    String media = data.at("attachment").at("media").id("id_str");
    var facts = new Facts().put("from", from).put("media.id", media);
    var links = new ArrayList<String>();
    for (Payload url : data.at("entities").list("urls")) {
      String expanded = url.id("expanded_url");
      if (expanded != null && links.size() < 10 && !expanded.contains("/messages/media/")) {
        links.add(expanded);
      }
    }
    return facts.put("links", String.join("\n", links)).map();
  }

  private static Content content(Payload event, Payload data) {
    Payload media = data.at("attachment").at("media");
    String text = requireNonNullElse(data.text("text"), "");
    Payload picked = data.at("quick_reply_response");
    String metadata = picked.id("metadata");
    if (metadata != null) {
      return new Content.Choice(
          requireNonNullElse(picked.id("type"), "options"), metadata, text, null, metadata);
    }
    String said = media.isEmpty() ? text : without(text, media.list("indices"));
    return !said.isBlank()
        ? new Content.Text(said)
        : media.isEmpty()
            ? new Content.Unsupported(requireNonNullElse(event.id("type"), "dm"), event.raw())
            : file(media);
  }

  /** The link that stands for the file, counted in code points, is no part of what was said. */
  private static String without(String text, List<Payload> indices) {
    if (indices.size() == 2) {
      String first = indices.get(0).text();
      String last = indices.get(1).text();
      int length = text.codePointCount(0, text.length());
      if (first != null && last != null && (first + last).matches("\\d{1,8}")) {
        int from = Integer.parseInt(first);
        int to = Integer.parseInt(last);
        if (from <= to && to <= length) {
          return (text.substring(0, text.offsetByCodePoints(0, from))
                  + text.substring(text.offsetByCodePoints(0, to)))
              .strip();
        }
      }
    }
    return text;
  }

  private static Content.Media file(Payload media) {
    return InboundMedia.of(
        "photo".equals(media.text("type")) ? Content.Media.Kind.IMAGE : Content.Media.Kind.VIDEO,
        null,
        null,
        null,
        media.text("media_url_https"));
  }

  private @Nullable Inbound typing(Payload event) {
    String sender = event.required("sender_id");
    return sender.equals(us)
        ? null
        : new Inbound.Typing(
            origin(sender, "typing|" + sender + "|" + event.text("created_timestamp"), event),
            true);
  }

  private @Nullable Inbound read(Payload event) {
    String sender = event.required("sender_id");
    String last = event.required("last_read_event_id");
    return sender.equals(us)
        ? null
        : new Inbound.Watermark(
            origin(sender, "read|" + sender + "|" + last, event), Event.Delivery.READ, last, null);
  }

  private @Nullable Inbound follow(Payload event) {
    String source = event.at("source").id("id");
    if (source == null || source.equals(us)) {
      return null;
    }
    String kind = event.required("type");
    return new Inbound.Notice(
        origin(source, kind + "|" + source + "|" + event.text("created_timestamp"), event),
        kind.equals("unfollow") ? "unfollow" : "follow",
        Map.of());
  }

  /** Somebody named us in public; what was said is kept, and answered on X itself. */
  private @Nullable Inbound mention(Payload tweet) {
    String writer = tweet.at("user").id("id_str");
    String id = tweet.required("id_str");
    if (writer == null || writer.equals(us)) {
      return null;
    }
    String text = tweet.at("extended_tweet").text("full_text");
    return new Inbound.Notice(
        origin(writer, id + "|post", tweet),
        "mention",
        new Facts()
            .put("visibility", "public")
            .put("text", text == null ? tweet.text("text") : text)
            .put("links", "https://x.com/i/status/" + id)
            .map());
  }

  /** What has no list: encrypted chats, which nobody but a phone can read, and new kinds. */
  private List<Inbound> other(String type, Payload payload) {
    if (type.startsWith("follow.")) {
      String source = payload.at("source").id("id");
      String kind = type.equals("follow.unfollow") ? "unfollow" : "follow";
      return source == null || source.equals(us)
          ? List.of()
          : List.of(
              new Inbound.Notice(
                  origin(source, kind + "|" + source + "|" + unique, payload), kind, Map.of()));
    }
    String person = partner(payload);
    if (person == null || unique.isEmpty() || !type.equals("chat.received")) {
      return List.of();
    }
    return List.of(
        new Inbound.Message(
            origin(person, "event|" + unique, payload),
            unique,
            false,
            false,
            new Content.Unsupported("end-to-end-encrypted", type),
            List.of(),
            null,
            Map.of(),
            Map.of()));
  }

  /** A conversation of two is named after both. */
  private @Nullable String partner(Payload payload) {
    String sender = payload.id("sender_id");
    String both = requireNonNullElse(payload.id("conversation_id"), "");
    return sender != null && !sender.equals(us)
        ? sender
        : both.matches("\\d+[-:]\\d+") && sender == null
            ? both.replaceFirst("^" + us + "[-:]|[-:]" + us + "$", "")
            : null;
  }

  private Inbound.Origin origin(String person, String key, Payload event) {
    Payload listed = users.at(person);
    Payload user =
        listed.has("data")
            ? listed.at("data")
            : !listed.isEmpty() ? listed : event.at(event.has("source") ? "source" : "user");
    String handle = user.text("screen_name");
    Instant at = event.millis("created_timestamp");
    return new Inbound.Origin(
        us,
        address(person),
        List.of(),
        Strength.PLATFORM,
        new Facts()
            .put("name", user.text("name"))
            .put("username", handle == null ? user.text("username") : handle)
            .map(),
        null,
        null,
        key,
        at == null ? event.millis("timestamp_ms") : at);
  }

  private static Address address(String person) {
    return new Address(XChannelType.NAME, "", person);
  }
}
