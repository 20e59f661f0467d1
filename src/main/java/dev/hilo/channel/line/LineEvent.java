package dev.hilo.channel.line;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One event of a delivery (Messaging API reference, 2026-07). Throws {@link
 * IllegalArgumentException} where it names neither a person nor a room.
 */
final class LineEvent {
  private final String account;
  private final Payload event;
  private final String kind;
  private final String id;
  private final Payload message;

  LineEvent(String account, Payload event) {
    this.account = account;
    this.event = event;
    this.kind = event.required("type");
    this.id = event.required("webhookEventId");
    this.message = event.at("message");
  }

  Inbound item() {
    return switch (kind) {
      case "message" -> said(message.required("id"), content(), false);
      case "postback" -> said(id, postback(), false);
      case "unsend" -> new Inbound.Removal(origin(), event.at("unsend").required("messageId"));
      case "follow" -> notice("follow");
      case "unfollow" -> new Inbound.Consent(origin(), false, "unfollowed or blocked");
      case "join", "leave" -> notice(kind);
      case "memberJoined" -> notice("member-joined");
      case "memberLeft" -> notice("member-left");
      case "botSuspended", "botResumed" ->
          new Inbound.AccountChanged(
              origin(address(account), null, null), kind.equals("botResumed"), kind);
      default -> said(id, new Content.Unsupported(kind, event.raw()), true);
    };
  }

  /** While another module has the chat, nobody but it is to answer. */
  private Inbound said(String externalId, Content content, boolean automatic) {
    return new Inbound.Message(
        origin(),
        externalId,
        false,
        automatic || "standby".equals(event.text("mode")),
        content,
        List.of(),
        message.id("quotedMessageId"),
        details(),
        new Facts()
            .put("reply-token", event.id("replyToken"))
            .put("read-token", message.id("markAsReadToken"))
            .put("quote-token", message.id("quoteToken"))
            .put("quote-id", message.id("id"))
            .map());
  }

  private Inbound notice(String what) {
    var facts =
        new Facts()
            .put("returning", event.at("follow").flag("isUnblocked") ? "true" : null)
            .put("reply-token", event.id("replyToken"));
    for (String side : List.of("joined", "left")) {
      facts.put("members", ids(event.at(side).list("members")));
    }
    return new Inbound.Notice(origin(), what, facts.map());
  }

  private Inbound.Origin origin() {
    Payload source = event.at("source");
    String person = source.id("userId");
    String where = source.text("type");
    String room =
        "group".equals(where)
            ? source.required("groupId")
            : "room".equals(where) ? source.required("roomId") : null;
    if (room == null) {
      return origin(address(source.required("userId")), null, null);
    }
    return origin(
        address(room),
        person == null ? null : new Event.Participant(person, null),
        new Inbound.Room(room, "group", null, null));
  }

  private Inbound.Origin origin(
      Address address, Event.@Nullable Participant sender, Inbound.@Nullable Room room) {
    return new Inbound.Origin(
        account,
        address,
        List.of(),
        Strength.PLATFORM,
        Map.of(),
        sender,
        room,
        id,
        event.millis("timestamp"));
  }

  private Content content() {
    return switch (String.valueOf(message.text("type"))) {
      case "text" -> new Content.Text(requireNonNullElse(message.text("text"), ""));
      case "image" -> media(Content.Media.Kind.IMAGE);
      case "video" -> media(Content.Media.Kind.VIDEO);
      case "audio" -> media(Content.Media.Kind.AUDIO);
      case "file" -> media(Content.Media.Kind.FILE);
      case "sticker" -> sticker();
      case "location" -> location();
      default -> new Content.Unsupported(requireNonNullElse(message.id("type"), kind), event.raw());
    };
  }

  /** What the customer only passed on from elsewhere lies there. */
  private Content media(Content.Media.Kind as) {
    String elsewhere = message.at("contentProvider").id("originalContentUrl");
    return new Content.Media(
        as,
        null,
        null,
        message.number("fileSize", -1),
        message.text("fileName"),
        null,
        elsewhere != null ? elsewhere : message.required("id"),
        null);
  }

  private Content sticker() {
    String sticker = message.id("stickerId");
    return sticker == null
        ? new Content.Unsupported("sticker", event.raw())
        : new Content.Media(
            Content.Media.Kind.STICKER,
            null,
            "image/png",
            -1,
            null,
            message.text("text"),
            sticker,
            null);
  }

  private Content location() {
    Double latitude = message.decimal("latitude");
    Double longitude = message.decimal("longitude");
    return latitude == null || longitude == null
        ? new Content.Unsupported("location", event.raw())
        : new Content.Location(
            latitude, longitude, message.text("title"), message.text("address"), null);
  }

  private Content postback() {
    String data = event.at("postback").id("data");
    return data == null
        ? new Content.Unsupported(kind, event.raw())
        : new Content.Choice("postback", data, null, null, null);
  }

  private Map<String, String> details() {
    Payload set = message.at("imageSet");
    var details =
        new Facts()
            .put("mode", "standby".equals(event.text("mode")) ? "standby" : null)
            .put("redelivered", event.at("deliveryContext").flag("isRedelivery") ? "true" : null)
            .put("album", set.id("id"))
            .put("album.index", set.text("index"))
            .put("album.total", set.text("total"))
            .put("mentions", ids(message.at("mention").list("mentionees")))
            .put("media.ms", message.text("duration"))
            .put("media.thumb", message.at("contentProvider").text("previewImageUrl"))
            .put("media.package", message.text("packageId"))
            .put("media.resource", message.text("stickerResourceType"))
            .put("media.keywords", joined(message.list("keywords").stream()));
    Payload params = event.at("postback").at("params");
    params.fields().stream()
        .limit(5)
        .forEach(name -> details.put("param." + Payload.cut(name, 50), params.text(name)));
    return details.map();
  }

  private static String ids(List<Payload> people) {
    return joined(people.stream().map(person -> person.at("userId")));
  }

  private static String joined(Stream<Payload> words) {
    return words
        .map(word -> requireNonNullElse(word.text(), ""))
        .filter(word -> !word.isEmpty())
        .collect(Collectors.joining(","));
  }

  private static Address address(String id) {
    return new Address(LineChannelType.NAME, "", id);
  }
}
