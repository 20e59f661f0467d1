package dev.hilo.channel.wechat;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message or event (Official Account manual, read 2026-07). An open id is unique within the
 * account. Throws {@link IllegalArgumentException} where nobody is named.
 */
final class WeChatEvent {
  private static final String SCENE = "qrscene_";

  private final WeChatXml xml;
  private final String account;
  private final String person;
  private final String kind;

  WeChatEvent(WeChatXml xml) {
    this.xml = xml;
    this.account = xml.required("ToUserName");
    this.person = xml.required("FromUserName");
    this.kind = xml.required("MsgType");
  }

  List<Inbound> items() {
    return kind.equals("event") ? event(xml.required("Event")) : List.of(said());
  }

  private Inbound said() {
    var details =
        new Facts()
            .put("media.url", xml.text("PicUrl"))
            .put("media.thumb", xml.text("ThumbMediaId"))
            .put("media.hd", xml.text("MediaId16K"))
            .put("media.transcript", xml.text("Recognition"))
            .put("scale", xml.text("Scale"));
    return message(xml.required("MsgId"), content(), false, details.map());
  }

  private Content content() {
    Content content =
        switch (kind) {
          case "text" -> text();
          case "image" -> media(Content.Media.Kind.IMAGE, null, null);
          case "voice" ->
              media(Content.Media.Kind.VOICE, "audio/" + format(), xml.text("Recognition"));
          case "video", "shortvideo" -> media(Content.Media.Kind.VIDEO, null, null);
          case "location" -> location();
          case "link" ->
              new Content.Card(
                  requireNonNullElse(xml.text("Title"), requireNonNullElse(xml.text("Url"), "")),
                  xml.text("Description"),
                  xml.text("Url"),
                  null);
          default -> null;
        };
    return content == null ? new Content.Unsupported(kind, xml.raw()) : content;
  }

  private Content text() {
    String said = requireNonNullElse(xml.text("Content"), "");
    String option = xml.id("bizmsgmenuid");
    return option == null
        ? new Content.Text(said)
        : new Content.Choice("msgmenu", option, said, null, null);
  }

  private String format() {
    String format = requireNonNullElse(xml.text("Format"), "amr");
    return format.matches("[a-z0-9.-]{1,20}") ? format : "amr";
  }

  private @Nullable Content media(
      Content.Media.Kind as, @Nullable String mime, @Nullable String caption) {
    String id = xml.id("MediaId");
    return id == null ? null : new Content.Media(as, null, mime, -1, null, caption, id, null);
  }

  /** X is the latitude. */
  private @Nullable Content location() {
    Double latitude = xml.decimal("Location_X");
    Double longitude = xml.decimal("Location_Y");
    return latitude == null || longitude == null
        ? null
        : new Content.Location(latitude, longitude, xml.text("Label"), null, null);
  }

  /** Events have no id: who, when and what is theirs. */
  private List<Inbound> event(String name) {
    String what = requireNonNullElse(xml.text("EventKey"), "");
    String about = xml.id("MsgID");
    String key =
        Payload.cut(
            person
                + ":"
                + xml.text("CreateTime")
                + ":"
                + name
                + ":"
                + what
                + (about == null ? "" : ":" + about),
            500);
    var facts = new Facts().put("referral.ticket", xml.text("Ticket"));
    return switch (name) {
      case "subscribe" -> List.of(notice(key, "follow", scene(facts, what)));
      case "SCAN" -> List.of(notice(key, "referral", scene(facts, what)));
      case "unsubscribe" -> List.of(new Inbound.Consent(origin(key), false, "unsubscribed"));
      case "CLICK" ->
          List.of(
              message(
                  key, new Content.Choice("menu", menu(what), null, null, null), false, Map.of()));
      case "VIEW" ->
          List.of(notice(key, "system", facts.put("name", "menu-view").put("url", what)));
      case "LOCATION" ->
          List.of(
              notice(
                  key,
                  "system",
                  facts
                      .put("name", "location-report")
                      .put("latitude", xml.text("Latitude"))
                      .put("longitude", xml.text("Longitude"))
                      .put("precision", xml.text("Precision"))));
      case "TEMPLATESENDJOBFINISH" -> List.of(receipt(key, xml.required("MsgID")));
      case "MASSSENDJOBFINISH" -> List.of();
      case "kf_create_session", "kf_close_session", "kf_switch_session" ->
          List.of(notice(key, "system", facts.put("name", name)));
      default -> List.of(message(key, new Content.Unsupported(name, xml.raw()), true, Map.of()));
    };
  }

  private static String menu(String key) {
    if (key.isEmpty()) {
      throw new IllegalArgumentException("EventKey");
    }
    return Payload.cut(key, 500);
  }

  private static Facts scene(Facts facts, String key) {
    String scene = key.startsWith(SCENE) ? key.substring(SCENE.length()) : key;
    return facts
        .put("referral.ref", scene)
        .put("referral.source", scene.isEmpty() ? null : "qr-code");
  }

  private Inbound receipt(String key, String target) {
    String status = Payload.cut(requireNonNullElse(xml.text("Status"), "no status"), 100);
    boolean blocked = status.contains("user block");
    return status.equals("success")
        ? new Inbound.Receipt(origin(key), target, Event.Delivery.DELIVERED, null, null)
        : new Inbound.Receipt(
            origin(key),
            target,
            Event.Delivery.FAILED,
            null,
            new SendResult.Refused(blocked ? "opt-out" : "template", status));
  }

  private Inbound notice(String key, String what, Facts facts) {
    return new Inbound.Notice(origin(key), what, facts.map());
  }

  private Inbound message(
      String key, Content content, boolean automatic, Map<String, String> details) {
    return new Inbound.Message(
        origin(key), key, false, automatic, content, List.of(), null, details, Map.of());
  }

  private Inbound.Origin origin(String key) {
    return new Inbound.Origin(
        account,
        new Address(WeChatChannelType.NAME, account, person),
        List.of(),
        Strength.PLATFORM,
        Map.of(),
        null,
        null,
        key,
        xml.seconds("CreateTime"));
  }
}
