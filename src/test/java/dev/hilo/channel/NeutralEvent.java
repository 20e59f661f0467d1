package dev.hilo.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Strength;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An item in the neutral words of the fixtures, so that it can be held against what they expect.
 */
final class NeutralEvent {
  private final Inbound item;
  private final Inbound.Origin origin;
  private final @Nullable Content content;
  private final Map<String, String> details;

  NeutralEvent(Inbound item) {
    this.item = item;
    this.origin = item.origin();
    this.content =
        switch (item) {
          case Inbound.Message message -> message.content();
          case Inbound.Edit edit -> edit.content();
          case Inbound.Call call -> call.recording();
          default -> null;
        };
    this.details =
        switch (item) {
          case Inbound.Message message -> message.details();
          case Inbound.Notice notice -> notice.details();
          case Inbound.Call call -> call.details();
          default -> Map.of();
        };
  }

  /** What differs, one line for each field; nothing if all that is expected is there. */
  List<String> differences(JsonNode expected) {
    var differences = new ArrayList<String>();
    for (var field : expected.properties()) {
      String wrong = difference(field.getKey(), field.getValue());
      if (wrong != null) {
        differences.add(field.getKey() + ": expected " + field.getValue() + ", got " + wrong);
      }
    }
    return differences;
  }

  private @Nullable String difference(String field, JsonNode expected) {
    return switch (field) {
      case "note", "dedupeKey" -> null; // keys are compared with one another, not by spelling
      case "previousText" -> null; // the stream has it
      case "carrierTime" -> null; // of no known zone, and not kept
      case "type" -> type(expected.asText());
      case "direction" -> direction(expected.asText());
      case "messageId" -> messageId(expected.asText());
      case "timestamp" -> timestamp(expected);
      case "identities" -> identities(expected);
      case "attachments" -> attachments(expected);
      case "error" -> error(expected);
      case "providerStatus" -> text(expected, said(expected.asText()));
      case "conversation" ->
          expected.isTextual() ? place(expected.asText()) : part(expected, room());
      case "senderProfile", "identity", "profile" -> part(expected, profile());
      case "form" ->
          content instanceof Content.Form form ? part(expected, form.fields()) : "no form";
      case "input" -> part(expected, input());
      case "channel" -> channel().equals(family(expected.asText())) ? null : channel();
      case "text" -> text(expected, expected.asText().isEmpty() && words() == null ? "" : words());
      case "referral" -> part(expected, referral());
      case "metadata" -> part(expected, prefixed("meta."));
      case "interaction" -> interaction(expected);
      case "postback" -> postback(expected);
      case "group" -> part(expected, group());
      case "previous", "current" -> identityChange(field, expected);
      case "links" -> values(expected, List.of(details.getOrDefault("links", "").split("\n")));
      case "context" -> part(expected, prefixed("about."));
      case "scope" ->
          text(
              expected,
              item instanceof Inbound.Consent c ? c.why() : removed() ? "everyone" : null);
      case "watermark" ->
          item instanceof Inbound.Watermark w && instant(expected).equals(w.upTo())
              ? null
              : "no such time";
      default -> text(expected, word(field, expected));
    };
  }

  private @Nullable String word(String field, JsonNode expected) {
    return switch (field) {
      case "account" -> origin.account();
      case "sender" -> sender();
      case "recipient" ->
          details.containsKey("parent")
              ? details.get("to")
              : fromUs() ? origin.address().id() : origin.account();
      case "participant" -> origin.sender() == null ? null : origin.sender().id();
      case "rawText" -> details.getOrDefault("raw", words());
      case "eventId" -> details.get("event");
      case "senderTeam" -> details.get("sender-team");
      case "threadId" -> origin.room() == null ? null : origin.room().thread();
      case "command" ->
          content instanceof Content.Choice choice
              ? (expected.asText().startsWith("/") ? "/" : "") + choice.id()
              : null;
      case "replyToken" -> context("reply-token");
      case "markAsReadToken" -> context("read-token");
      case "reason" ->
          item instanceof Inbound.Receipt r && r.failure() instanceof SendResult.Refused f
              ? f.why()
              : item instanceof Inbound.Consent c ? c.why() : null;
      case "redelivered", "returning", "latitude", "longitude", "mentions", "external" ->
          details.get(field);
      case "replyTo" -> item instanceof Inbound.Message m ? m.replyTo() : null;
      case "target" -> target();
      case "status" ->
          switch (item) {
            case Inbound.Receipt r
                when r.failure() instanceof SendResult.Refused(var code, _, _)
                    && code.equals("expired") ->
                code;
            case Inbound.Receipt r -> r.state().name().toLowerCase(Locale.ROOT);
            case Inbound.Watermark w -> w.state().name().toLowerCase(Locale.ROOT);
            case Inbound.Call call -> call.outcome();
            default -> null;
          };
      case "upTo" ->
          item instanceof Inbound.Watermark w
              ? w.target() != null ? w.target() : String.valueOf(w.upTo())
              : null;
      case "correlation" -> item instanceof Inbound.Receipt r ? r.correlation() : null;
      case "action" -> item instanceof Inbound.Reaction r ? r.on() ? "add" : "remove" : null;
      case "emoji" -> item instanceof Inbound.Reaction r ? r.emoji() : null;
      case "unsupported" -> String.valueOf(content instanceof Content.Unsupported);
      case "name" ->
          content instanceof Content.Unsupported u && !u.kind().isEmpty()
              ? u.kind()
              : details.get("name");
      case "visibility" ->
          origin.room() != null && origin.room().kind().equals("comment")
              ? "public"
              : details.get(field);
      case "platform" ->
          origin.address().channel().equals("messenger") ? "facebook" : origin.address().channel();
      case "post" -> origin.room() == null ? null : origin.room().id();
      case "handle" -> origin.attributes().get("username");
      case "token" -> origin.attributes().get("notification_token");
      case "live" -> details.get("live");
      case "privateReplyUntil" ->
          item instanceof Inbound.Message m
              ? DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX")
                  .withZone(ZoneOffset.UTC)
                  .format(Instant.parse(m.context().get("private_until")))
              : null;
      case "forwarded",
          "origin",
          "priority",
          "album",
          "segments",
          "parent",
          "sequence",
          "withheld" ->
          details.get(field);
      case "canSend" -> details.get("can-send");
      case "providerMessageId" -> details.get("provider-id");
      case "durationSeconds" ->
          item instanceof Inbound.Call call ? Long.toString(call.seconds()) : null;
      case "callerVerified" -> String.valueOf(origin.trust() == Strength.PLATFORM);
      case "mediaGroup", "mediaGroupId" -> details.get("album");
      case "businessConnection" ->
          item instanceof Inbound.Message m ? m.context().get("business_connection_id") : null;
      case "revision", "editDate" ->
          origin.dedupeKey().substring(origin.dedupeKey().lastIndexOf('|') + 1);
      default -> throw new AssertionError("the contract test has no word for the field " + field);
    };
  }

  private @Nullable String type(String expected) {
    String type =
        switch (item) {
          case Inbound.Message m ->
              switch (m.content()) {
                case Content.Unsupported _ when expected.equals("unsupported") -> expected;
                case Content.Choice c when expected.equals("postback") -> expected;
                case Content.Choice c when c.kind().equals(expected) -> expected;
                default -> said(m.content(), expected);
              };
          case Inbound.Edit _ ->
              expected.equals("undelete") && origin.dedupeKey().contains("|undelete")
                  ? expected
                  : "edit";
          case Inbound.Removal _ -> "delete";
          case Inbound.Reaction _ -> "reaction";
          case Inbound.Receipt _ -> "receipt";
          case Inbound.Consent c ->
              (c.granted() ? Set.of("opt-in", "follow") : Set.of("opt-out", "unfollow"))
                      .contains(expected)
                  ? expected
                  : c.granted() ? "optin" : "optout";
          case Inbound.IdentityChange _ ->
              expected.equals("conversation_migrated") ? expected : "identity_change";
          case Inbound.Call call ->
              switch (call.outcome()) {
                case "input", "recording", "transcript" -> "call_" + call.outcome();
                default -> call.details().containsKey("parent") ? "call_leg" : "call";
              };
          case Inbound.Watermark _ -> "receipt";
          case Inbound.Typing _ -> "typing";
          case Inbound.Notice n ->
              n.kind().equals(expected) ? expected : n.kind().replace('-', '_');
          case Inbound.AccountChanged a ->
              a.connected() ? "authorization-granted" : "authorization-revoked";
        };
    return type.equals(expected) ? null : type;
  }

  /** An advertisement is the source of whoever came by it. */
  private Map<String, String> referral() {
    var words = new LinkedHashMap<>(prefixed("referral."));
    put(words, words.get("sourceId"), "adId");
    put(words, words.get("headline"), "adTitle");
    return words;
  }

  private boolean removed() {
    return item instanceof Inbound.Removal;
  }

  private boolean echo() {
    return item instanceof Inbound.Message m && m.echo();
  }

  private static Instant instant(JsonNode expected) {
    return OffsetDateTime.parse(expected.asText()).toInstant();
  }

  private @Nullable String direction(String expected) {
    if (item instanceof Inbound.Call call) {
      return call.direction().equals(expected) ? null : call.direction();
    }
    return echo() == Set.of("out", "echo").contains(expected) ? null : echo() ? "echo" : "in";
  }

  /** Pressing a button and giving a command are messages, too. */
  private static String said(Content content, String expected) {
    return content instanceof Content.Choice choice
            && expected.equals(choice.kind().contains("command") ? "command" : "postback")
        ? expected
        : "message";
  }

  private boolean fromUs() {
    return switch (item) {
      case Inbound.Message message -> message.echo();
      case Inbound.Receipt _, Inbound.Watermark _ -> true;
      case Inbound.Call call -> call.direction().equals("out");
      default -> false;
    };
  }

  private @Nullable String context(String name) {
    return item instanceof Inbound.Message message
        ? message.context().get(name)
        : details.get(name);
  }

  private Map<String, String> group() {
    var words = new LinkedHashMap<String, String>();
    put(words, details.get("album"), "id");
    put(words, details.get("album.index"), "index");
    put(words, details.get("album.total"), "total");
    return words;
  }

  private @Nullable String postback(JsonNode expected) {
    if (!(content instanceof Content.Choice choice)) {
      return "no choice";
    }
    var words = new LinkedHashMap<String, String>();
    words.put("id", choice.id());
    words.put("kind", choice.kind());
    words.put("data", choice.data() == null ? choice.id() : choice.data());
    put(words, choice.title(), "label");
    String wrong =
        expected.has("params") ? part(expected.path("params"), prefixed("param.")) : null;
    words.put("params", expected.path("params").toString());
    return wrong != null ? wrong : part(expected, words);
  }

  /** Null where only the thing that was said is known, not who said it. */
  private @Nullable String sender() {
    if (origin.sender() == null && origin.address().id().startsWith("comment:") && !echo()) {
      return null;
    }
    if (item instanceof Inbound.Call call && call.direction().equals("out")) {
      return origin.account();
    }
    if (item instanceof Inbound.Message message && message.echo()) {
      return String.valueOf(details.get("from"));
    }
    boolean place = origin.room() != null && origin.room().id().equals(origin.address().id());
    return origin.sender() != null ? origin.sender().id() : place ? null : origin.address().id();
  }

  /** The reason has the platform's own word for what became of a message. */
  private @Nullable String said(String expected) {
    String why =
        item instanceof Inbound.Receipt receipt && receipt.failure() != null
            ? receipt.failure().toString()
            : "";
    return why.contains(expected) ? expected : why;
  }

  /** What carried it: a part of the platform where it has several, else the platform. */
  private String channel() {
    String scope = origin.address().scope();
    String type = origin.address().channel();
    return family(
        scope.matches("[a-z_]+(:.*)?")
            ? scope.replaceFirst(":.*", "")
            : type.substring(type.lastIndexOf('-') + 1));
  }

  /** A number receives both. */
  private static String family(String channel) {
    return channel.equals("mms") ? "sms" : channel;
  }

  private Map<String, String> profile() {
    var words = new LinkedHashMap<>(origin.attributes());
    put(words, origin.attributes().get("avatar"), "avatarUrl");
    put(words, origin.attributes().get("username"), "handle");
    return words;
  }

  private Map<String, String> input() {
    var words = new LinkedHashMap<String, String>();
    put(words, details.get("input"), "kind");
    put(words, details.get("confidence"), "confidence");
    put(words, item instanceof Inbound.Call call ? call.text() : null, "value");
    return words;
  }

  private @Nullable String words() {
    if (item instanceof Inbound.Call call) {
      return call.text();
    }
    return switch (content) {
      case null -> details.get("text");
      case Content.Text(var text) -> text;
      case Content.Media media -> media.caption();
      case Content.Choice choice ->
          choice.kind().equals("slash-command") ? choice.data() : choice.title();
      case Content.Email email -> email.text();
      default -> details.get("text");
    };
  }

  private @Nullable String target() {
    return switch (item) {
      case Inbound.Edit edit -> edit.target();
      case Inbound.Removal removal -> removal.target();
      case Inbound.Reaction reaction -> reaction.target();
      case Inbound.Receipt receipt -> receipt.target();
      case Inbound.Watermark watermark -> watermark.target();
      case Inbound.Notice _ -> details.get("target");
      case Inbound.Message message -> message.replyTo();
      default -> null;
    };
  }

  /** Only messages carry an id of their own; of the others it is what their key begins with. */
  private @Nullable String messageId(String expected) {
    if (item instanceof Inbound.Message message) {
      return message.externalId().equals(expected) ? null : message.externalId();
    } else if (item instanceof Inbound.Call call) {
      return call.id().equals(expected) ? null : call.id();
    }
    String key = origin.dedupeKey();
    return key.equals(expected) || key.startsWith(expected + "|") ? null : key;
  }

  private @Nullable String timestamp(JsonNode expected) {
    Instant at = origin.at() == null ? null : origin.at().truncatedTo(ChronoUnit.MILLIS);
    Instant right = expected.isNull() ? null : OffsetDateTime.parse(expected.asText()).toInstant();
    return java.util.Objects.equals(at, right) ? null : String.valueOf(at);
  }

  /** All that is expected must be proved; a phone number nobody expects must not be. */
  private @Nullable String identities(JsonNode expected) {
    Set<String> proved = new LinkedHashSet<>();
    addresses(proved, List.of(origin.address()));
    addresses(proved, origin.aliases());
    if (origin.sender() != null) {
      addresses(proved, List.of(new Address(origin.address().channel(), "", origin.sender().id())));
    }
    origin.attributes().forEach((name, value) -> proved.add(name + "=" + value));
    boolean phone = false;
    for (JsonNode identity : expected) {
      String kind = identity.path("kind").asText();
      phone |= kind.equals("phone_e164");
      String value = identity.path("value").asText();
      String fact =
          switch (kind) {
            case "psid", "igsid" -> value.matches("\\d+") ? "" : "a number: ";
            case "wa_id" -> value.matches("\\d+") ? "" : "a number: ";
            case "bsuid" -> value.matches("[A-Z]{2}\\..+") ? "" : "a user id: ";
            case "telegram_user" -> value.matches("\\d+") ? "" : "a number: ";
            case "viber_user", "alphanumeric_sender" -> "";
            case "bird_contact", "messagebird_contact" -> "contact=";
            case "phone_e164" -> "phone=";
            case "username" -> "username=";
            case "parent_bsuid" -> "parent_user_id=";
            case "email" -> "email=";
            default ->
                throw new AssertionError("the contract test has no word for the identity " + kind);
          };
      if (!proved.contains(fact + value)) {
        return proved.toString();
      }
      if (origin.address().channel().equals("telegram")
          && identity.path("verified").asBoolean()
          && !proved.contains("phone_verified=true")) {
        return "not verified";
      }
    }
    return phone || !origin.attributes().containsKey("phone") ? null : "a phone number";
  }

  private static void addresses(Set<String> proved, List<Address> addresses) {
    addresses.forEach(address -> proved.add(address.id()));
    addresses.stream() // one number, with its plus or without
        .filter(address -> address.id().matches("\\+\\d{7,15}"))
        .forEach(address -> proved.add(address.id().substring(1)));
  }

  private @Nullable String attachments(JsonNode expected) {
    var all = new ArrayList<Map<String, String>>();
    if (content != null) {
      attachment(content, all);
    }
    if (item instanceof Inbound.Message message) {
      message.attachments().forEach(media -> attachment(media, all));
    }
    if (all.size() != expected.size()) {
      return all.toString();
    }
    for (int i = 0; i < all.size(); i++) {
      if (expected.get(i).path("kind").asText().equals("contact")
          && all.get(i).getOrDefault("mime", "").matches("text/(x-)?vcard")) {
        all.get(i).put("kind", "contact"); // a card in a file
      }
      String wrong = part(fetched(expected.get(i), all.get(i)), all.get(i));
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  /** How a file is fetched says the test of each channel; here it must be the file that we know. */
  private static JsonNode fetched(JsonNode expected, Map<String, String> words) {
    var rest = (ObjectNode) expected.deepCopy();
    rest.remove("authRequired");
    rest.remove("expires");
    if (rest.path("kind").asText().equals("audio") && "voice".equals(words.get("kind"))) {
      rest.remove("kind"); // not all fixtures tell the two apart
    }
    String fetch = rest.path("fetch").asText();
    if (fetch.contains(words.getOrDefault("id", "?")) || fetch.endsWith(" " + words.get("url"))) {
      rest.remove("fetch");
    }
    return rest;
  }

  private void attachment(Content content, List<Map<String, String>> all) {
    var words = new LinkedHashMap<String, String>();
    switch (content) {
      case Content.Media media -> {
        words.put("kind", media.kind().name().toLowerCase(Locale.ROOT));
        put(words, media.mime(), "mime");
        put(words, media.ref(), "providerRef", "id", "url", "stickerId");
        put(words, details.get("media.url" + (all.isEmpty() ? "" : "." + (all.size() + 1))), "url");
        put(words, details.get("media.thumb"), "thumb");
        put(words, details.get("media.transcript"), "transcript");
        put(words, details.get("media.package"), "packageId");
        put(words, details.get("media.ms"), "durationMs");
        put(words, media.name(), "filename", "name");
        put(words, media.caption(), "caption");
        put(words, media.size() < 0 ? null : Long.toString(media.size()), "sizeBytes", "size");
        put(words, details.get("media.sha256"), "sha256Base64");
        put(words, details.get("media.sticker"), "stickerId");
        put(words, details.get("media.expires"), "expires");
        put(words, details.get("media.type"), "kind");
        put(words, details.get("media.seconds"), "durationSeconds", "duration", "seconds");
        put(words, details.get("media.width"), "width");
        put(words, details.get("media.height"), "height");
        put(words, details.get("media.emoji"), "emoji");
        put(words, details.get("media.animated"), "animated");
        put(words, media.failed() == null ? null : "true", "unavailable");
        String number = all.isEmpty() ? "" : "." + (all.size() + 1);
        put(words, details.get("media.id" + number), "id");
        put(words, details.get("media.alt" + number), "alt");
        put(words, details.get("media.thumb"), "thumb");
        all.add(words);
      }
      case Content.Location location -> {
        words.put("kind", "location");
        words.put("latitude", Double.toString(location.latitude()));
        words.put("longitude", Double.toString(location.longitude()));
        put(words, location.name(), "name", "title");
        put(words, location.address(), "address");
        put(words, location.url(), "url");
        all.add(words);
      }
      case Content.Card card -> {
        words.put("kind", "link");
        words.put("title", card.title());
        put(words, card.text(), "description");
        put(words, card.url(), "url");
        put(words, card.image(), "thumb");
        all.add(words);
      }
      case Content.Contact contact -> {
        words.put("kind", "contact");
        words.put("name", contact.name());
        words.put("phones", String.join(",", contact.phones()));
        words.put("emails", String.join(",", contact.emails()));
        all.add(words);
        for (int i = 2; details.containsKey("contact." + i); i++) {
          String[] further = details.get("contact." + i).split("; ", 2);
          all.add(
              Map.of(
                  "kind", "contact", "name", further[0], "phones", further[1].replace(", ", ",")));
        }
      }
      default -> {}
    }
  }

  private @Nullable String error(JsonNode expected) {
    SendResult failure = item instanceof Inbound.Receipt receipt ? receipt.failure() : null;
    var words = new LinkedHashMap<String, String>();
    String why =
        switch (failure) {
          case null -> details.getOrDefault("error", "");
          case SendResult.Refused r when r.code().equals("opt-out") -> r.why();
          case SendResult.Refused refused -> refused.code();
          case SendResult.Retry retry -> retry.why();
          case SendResult.WindowClosed closed -> closed.why();
          case SendResult.Unknown unknown -> unknown.why();
          case SendResult.Accepted _ -> "";
        };
    boolean unwanted = failure instanceof SendResult.Refused r && r.code().equals("opt-out");
    words.put("code", why.replaceFirst("\\D.*", ""));
    put(words, why.isEmpty() ? null : why, "description", "detail", "message", "title");
    words.put("retryable", String.valueOf(failure instanceof SendResult.Retry));
    boolean window = expected.path("class").asText().equals("window_expired");
    boolean closed = failure instanceof SendResult.WindowClosed;
    boolean optOut = expected.path("class").asText().equals("opted_out");
    words.put(
        "class",
        window == closed && (!optOut || unwanted)
            ? expected.path("class").asText()
            : String.valueOf(failure));
    return part(expected, words);
  }

  private @Nullable String interaction(JsonNode expected) {
    var words = new LinkedHashMap<String, String>();
    switch (content) {
      case Content.Choice choice -> {
        words.put("kind", choice.kind());
        words.put("id", choice.id());
        put(words, choice.title(), "title");
        put(words, choice.description(), "description");
        put(words, choice.data(), "data");
      }
      case Content.Form form -> {
        words.put("kind", "form");
        words.put("id", form.name());
        String wrong = expected.has("data") ? part(expected.get("data"), form.fields()) : null;
        if (wrong != null) {
          return wrong;
        }
        words.put("data", expected.path("data").toString());
      }
      case null, default -> {}
    }
    return part(expected, words);
  }

  private @Nullable String identityChange(String field, JsonNode expected) {
    if (!(item instanceof Inbound.IdentityChange change)) {
      return "no change";
    }
    var ids = (field.equals("previous") ? change.previous() : change.current());
    var actual = new LinkedHashSet<String>();
    addresses(actual, ids);
    if (expected.isTextual()) {
      return actual.equals(Set.of(expected.asText())) ? null : actual.toString();
    }
    for (JsonNode identity : expected) {
      String value = identity.path("value").asText();
      if (!actual.contains(value.startsWith("+") ? value.substring(1) : value)) {
        return actual.toString();
      }
    }
    return null;
  }

  private String place() {
    return origin.room() == null ? origin.address().id() : origin.room().id();
  }

  /** A thread of Teams is named after its channel. */
  private @Nullable String place(String expected) {
    String place = place();
    return place.equals(expected) || place.startsWith(expected + ";messageid=") ? null : place;
  }

  private Map<String, String> room() {
    var words = new LinkedHashMap<String, String>();
    var room = origin.room();
    words.put("kind", room == null ? "private" : room.kind());
    String thread = item instanceof Inbound.Message m ? m.context().get("conversation") : null;
    words.put("id", room == null && thread != null ? thread : place());
    put(words, room == null ? null : room.title(), "title");
    put(words, room == null ? null : room.thread(), "thread");
    return words;
  }

  private Map<String, String> prefixed(String prefix) {
    var words = new LinkedHashMap<String, String>();
    details.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            words.put(key.substring(prefix.length()), value);
          }
        });
    return words;
  }

  private static void put(Map<String, String> words, @Nullable String value, String... names) {
    if (value != null) {
      for (String name : names) {
        words.put(name, value);
      }
    }
  }

  /** The words of {@code actual} if an expected one is absent or another. */
  private static @Nullable String part(JsonNode expected, Map<String, String> actual) {
    for (var field : expected.properties()) {
      if (!field.getKey().equals("note")
          && text(field.getValue(), actual.get(field.getKey())) != null) {
        return actual.toString();
      }
    }
    return null;
  }

  private static @Nullable String values(JsonNode expected, List<String> actual) {
    var right = new ArrayList<String>();
    expected.forEach(value -> right.add(value.asText()));
    return right.equals(actual) ? null : actual.toString();
  }

  private static @Nullable String text(JsonNode expected, @Nullable String actual) {
    if (expected.isNull()) {
      return actual;
    }
    if (expected.isArray()) {
      var right = new ArrayList<String>();
      expected.forEach(value -> right.add(value.asText()));
      return String.join(",", right).equals(actual) ? null : String.valueOf(actual);
    }
    String right = expected.isContainerNode() ? expected.toString() : expected.asText();
    return right.equals(actual) || number(right, actual) ? null : String.valueOf(actual);
  }

  private static boolean number(String right, @Nullable String actual) {
    try {
      return actual != null && Double.parseDouble(right) == Double.parseDouble(actual);
    } catch (NumberFormatException _) {
      return false;
    }
  }
}
