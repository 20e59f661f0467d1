package dev.hilo.channel.zalo;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.TokenAccount;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One event, as Zalo's Java SDK (2024-10) and others' notes show them. A person's id is unique
 * within the Official Account. Throws {@link IllegalArgumentException} where nobody is named.
 */
final class ZaloEvent {
  private static final String SENT_BY_US = "oa_send_";
  private static final String SENT = "user_send_";

  private final Payload body;
  private final Payload message;
  private final String name;
  private final String account;
  private final String person;

  ZaloEvent(List<TokenAccount> accounts, Payload body) {
    this.body = body;
    this.message = body.at("message");
    this.name = body.required("event_name");
    String from = body.at("sender").id("id");
    String to = body.at("recipient").id("id");
    boolean ours =
        name.startsWith(SENT_BY_US) || from != null && TokenAccount.find(accounts, from) != null;
    this.account = required(ours ? from : to != null ? to : body.id("oa_id"), "recipient");
    this.person =
        required(ours ? to : from != null ? from : body.at("follower").id("id"), "sender");
  }

  private static String required(@Nullable String id, String name) {
    if (id == null) {
      throw new IllegalArgumentException(name);
    }
    return id;
  }

  List<Inbound> items() {
    return switch (name) {
      case "follow" -> List.of(new Inbound.Notice(origin(key("")), "follow", Map.of()));
      case "unfollow" -> List.of(new Inbound.Consent(origin(key("")), false, "unfollowed"));
      case "user_received_message" -> receipts(Event.Delivery.DELIVERED);
      case "user_seen_message" -> receipts(Event.Delivery.READ);
      case "user_reacted_message" -> List.of(reaction());
      case "user_submit_info" -> List.of(said(key(""), form(), false));
      default ->
          name.startsWith(SENT) || name.startsWith(SENT_BY_US)
              ? List.of(said(message.required("msg_id"), content(), false))
              : List.of(said(key(""), new Content.Unsupported(name, body.raw()), true));
    };
  }

  private Inbound said(String id, Content content, boolean automatic) {
    Payload file = message.first("attachments").at("payload");
    var echo = name.startsWith(SENT_BY_US);
    var details =
        new Facts()
            .put("from", echo ? account : null)
            .put("media.thumb", file.text("thumbnail"))
            .put("media.checksum", file.text("checksum"));
    return new Inbound.Message(
        origin(id),
        id,
        echo,
        automatic,
        content,
        content instanceof Content.Media ? further() : List.of(),
        message.id("quote_msg_id"),
        details.map(),
        Map.of());
  }

  private Content content() {
    List<Payload> attachments = message.list("attachments");
    String text = message.text("text");
    if (attachments.isEmpty() && !message.has("location")) {
      return text == null || text.isEmpty()
          ? new Content.Unsupported(name, body.raw())
          : new Content.Text(text);
    }
    Payload payload = message.first("attachments").at("payload");
    Content content =
        switch (name.substring(name.lastIndexOf('_') + 1)) {
          case "location" ->
              location(
                  payload.has("coordinates") ? payload.at("coordinates") : message.at("location"));
          case "link" -> link(payload, text);
          default -> media(message.first("attachments"), text);
        };
    return content == null ? new Content.Unsupported(name, body.raw()) : content;
  }

  private List<Content.Media> further() {
    var files = new ArrayList<Content.Media>();
    for (Payload attachment : message.list("attachments").stream().skip(1).limit(20).toList()) {
      var file = media(attachment, null);
      if (file != null) {
        files.add(file);
      }
    }
    return files;
  }

  private Content.@Nullable Media media(Payload attachment, @Nullable String caption) {
    var kind =
        switch (String.valueOf(attachment.text("type"))) {
          case "image", "gif", "photo" -> Content.Media.Kind.IMAGE;
          case "sticker" -> Content.Media.Kind.STICKER;
          case "audio", "voice" -> Content.Media.Kind.AUDIO;
          case "video" -> Content.Media.Kind.VIDEO;
          case "file" -> Content.Media.Kind.FILE;
          default -> null;
        };
    Payload file = attachment.at("payload");
    String url = file.id("url");
    return kind == null || url == null
        ? null
        : new Content.Media(
            kind,
            null,
            null,
            file.number("size", -1),
            file.text("name"),
            caption == null || caption.isEmpty() ? null : caption,
            url,
            null);
  }

  private static @Nullable Content location(Payload point) {
    Double latitude = point.decimal("latitude");
    Double longitude = point.decimal("longitude");
    return latitude == null || longitude == null
        ? null
        : new Content.Location(latitude, longitude, null, null, null);
  }

  private static @Nullable Content link(Payload link, @Nullable String text) {
    String url = link.text("url");
    String title = requireNonNullElse(link.text("title"), requireNonNullElse(text, ""));
    return url == null
        ? null
        : new Content.Card(
            title.isEmpty() ? url : title, link.text("description"), url, link.text("thumbnail"));
  }

  private Content form() {
    var fields = new Facts();
    Payload info = body.at("info");
    info.fields().stream().limit(20).forEach(field -> fields.put(field, info.text(field)));
    return new Content.Form(name, fields.map());
  }

  private List<Inbound> receipts(Event.Delivery state) {
    Stream<Payload> many =
        Stream.concat(body.list("msg_ids").stream(), message.list("msg_ids").stream());
    Stream<Payload> one = Stream.of(body.at("msg_id"), message.at("msg_id"));
    return Stream.concat(many, one)
        .map(id -> requireNonNullElse(id.text(), ""))
        .filter(id -> !id.isEmpty() && id.length() <= 512)
        .distinct()
        .limit(100)
        .<Inbound>map(id -> new Inbound.Receipt(origin(key(id)), id, state, null, null))
        .toList();
  }

  private Inbound reaction() {
    String target = message.required("msg_id");
    String icon = message.id("react_icon");
    return new Inbound.Reaction(
        origin(key(target + ":" + icon)), target, icon, icon != null && !icon.equals("/-remove"));
  }

  /** Of what has no id of its own. */
  private String key(String what) {
    return Payload.cut(name + ":" + person + ":" + body.text("timestamp") + ":" + what, 500);
  }

  /** The same person as other Official Accounts of this app see. */
  private List<Address> aliases() {
    String id = body.id("user_id_by_app");
    String app = body.id("app_id");
    return id == null || app == null
        ? List.of()
        : List.of(new Address(ZaloChannelType.NAME, "app:" + app, id));
  }

  private Inbound.Origin origin(String key) {
    Payload info = body.at("info");
    return new Inbound.Origin(
        account,
        new Address(ZaloChannelType.NAME, account, person),
        aliases(),
        Strength.PLATFORM,
        new Facts().put("name", info.text("name")).put("phone", info.text("phone")).map(),
        null,
        null,
        key,
        body.millis("timestamp"));
  }
}
