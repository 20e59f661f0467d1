package dev.hilo.channel.twilio;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hilo.channel.Facts;
import dev.hilo.channel.FormBody;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.InboundMedia;
import dev.hilo.channel.Payload;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads messages and their statuses. They carry no time. */
final class TwilioMessages implements TwilioWebhook.Reader {
  /** The field of the status callback's query that gives our message id back. */
  static final String OURS = "message";

  static final String WHATSAPP = "whatsapp:";
  private static final int FILES = 10;
  private static final Map<String, String> REFERRAL =
      Map.of(
          "source", "SourceType",
          "sourceId", "SourceId",
          "clickId", "CtwaClid",
          "url", "SourceUrl",
          "headline", "Headline",
          "body", "Body");

  private final String type;
  private final String portfolio;

  TwilioMessages(String type, String portfolio) {
    this.type = type;
    this.portfolio = portfolio;
  }

  @Override
  public List<Inbound> read(FormBody form, WebhookRequest request) {
    String sid = form.required(form.text("MessageSid") == null ? "SmsSid" : "MessageSid");
    String status = form.text(form.text("MessageStatus") == null ? "SmsStatus" : "MessageStatus");
    return status == null || status.startsWith("receiv")
        ? said(form, sid)
        : status(form, sid, status, request.parameter(OURS));
  }

  private List<Inbound> said(FormBody form, String sid) {
    String account = bare(form.required("To"));
    String from = bare(form.required("From"));
    var files = files(form);
    Content content = content(form, files);
    var items = new ArrayList<Inbound>();
    items.add(
        new Inbound.Message(
            origin(form, account, from, sid),
            sid,
            false,
            content instanceof Content.Unsupported,
            content,
            content instanceof Content.Media ? files.subList(1, files.size()) : files,
            form.text("OriginalRepliedMessageSid"),
            details(form),
            whatsapp() ? Map.of("message", sid) : Map.of()));
    String choice = requireNonNullElse(form.text("OptOutType"), "");
    if (choice.equals("STOP") || choice.equals("START")) {
      boolean in = choice.equals("START");
      var origin = origin(form, account, from, sid + (in ? "|optin" : "|optout"));
      items.add(new Inbound.Consent(origin, in, choice));
    }
    return items;
  }

  private boolean whatsapp() {
    return type.equals(TwilioWhatsAppChannelType.NAME);
  }

  /** WhatsApp has captions; an MMS has a text and files. */
  private Content content(FormBody form, List<Content.Media> files) {
    String text = form.text("Body");
    String button = form.text("ButtonText");
    String payload = form.text("ButtonPayload");
    String row = form.text("ListId");
    Double latitude = number(form.text("Latitude"));
    Double longitude = number(form.text("Longitude"));
    if (row != null) {
      return new Content.Choice(
          "list",
          Payload.cut(row, 512),
          requireNonNullElse(form.text("ListTitle"), text),
          form.text("ListDescription"),
          null);
    } else if (button != null || payload != null) {
      String title = button != null ? button : text;
      String id = requireNonNullElse(payload, requireNonNullElse(title, ""));
      return new Content.Choice("button", Payload.cut(id, 512), title, null, null);
    } else if (latitude != null && longitude != null) {
      return new Content.Location(
          latitude, longitude, form.text("Label"), form.text("Address"), null);
    } else if (!files.isEmpty() && (text == null || whatsapp())) {
      return files.getFirst();
    }
    return text != null
        ? new Content.Text(text)
        : new Content.Unsupported(requireNonNullElse(form.text("MessageType"), "empty"), raw(form));
  }

  private List<Content.Media> files(FormBody form) {
    var files = new ArrayList<Content.Media>();
    for (int i = 0; i < FILES && form.text("MediaUrl" + i) != null; i++) {
      String mime = form.text("MediaContentType" + i);
      boolean sticker = "sticker".equals(form.text("MessageType"));
      String caption = whatsapp() && i == 0 ? form.text("Body") : null;
      files.add(
          InboundMedia.of(
              sticker ? Content.Media.Kind.STICKER : null,
              mime,
              null,
              caption,
              form.text("MediaUrl" + i)));
    }
    return List.copyOf(files);
  }

  private static @Nullable Double number(@Nullable String text) {
    var node = JsonNodeFactory.instance.objectNode().put("n", text);
    return new Payload(node).decimal("n");
  }

  static String raw(FormBody form) {
    var node = JsonNodeFactory.instance.objectNode();
    form.fields().forEach((name, values) -> node.put(name, values.getFirst()));
    return new Payload(node).raw();
  }

  private static Map<String, String> details(FormBody form) {
    var details =
        new Facts()
            .put("segments", form.text("NumSegments"))
            .put("forwarded", form.text("Forwarded"))
            .put("forwarded.often", form.text("FrequentlyForwarded"));
    REFERRAL.forEach(
        (ours, theirs) -> details.put("referral." + ours, form.text("Referral" + theirs)));
    return details.map();
  }

  /** The number and the user id of a person on WhatsApp come together. */
  private Inbound.Origin origin(FormBody form, String account, String from, String key) {
    Address address = address(from);
    String user = form.text("ExternalUserId");
    String number = form.text("WaId");
    List<Address> aliases =
        Stream.of(user == null ? "" : bare(user), number == null ? "" : "+" + number)
            .filter(id -> id.matches(".{2,512}"))
            .map(this::address)
            .filter(alias -> !alias.equals(address))
            .distinct()
            .toList();
    String phone =
        Stream.concat(Stream.of(address), aliases.stream())
            .map(Address::id)
            .filter(TwilioMessages::isPhone)
            .findFirst()
            .orElse(null);
    var attributes = new Facts().put("name", form.text("ProfileName")).put("phone", phone).map();
    return new Inbound.Origin(
        account, address, aliases, Strength.PLATFORM, attributes, null, null, key, null);
  }

  private List<Inbound> status(
      FormBody form, String sid, String status, @Nullable String correlation) {
    Event.Delivery state =
        switch (status) {
          case "sent" -> Event.Delivery.SENT;
          case "delivered" -> Event.Delivery.DELIVERED;
          case "read" -> Event.Delivery.READ;
          case "undelivered", "failed", "canceled" -> Event.Delivery.FAILED;
          default -> null; // accepted, queued, sending: nothing that we do not know
        };
    if (state == null) {
      return List.of();
    }
    String key = sid + "|" + state.name().toLowerCase(java.util.Locale.ROOT);
    var origin =
        new Inbound.Origin(
            bare(form.required("From")),
            address(bare(form.required("To"))),
            List.of(),
            Strength.PLATFORM,
            Map.of(),
            null,
            null,
            key,
            null);
    SendResult failure = null;
    if (state == Event.Delivery.FAILED) {
      String code = requireNonNullElse(form.text("ErrorCode"), "");
      failure =
          code.matches("\\d{1,6}")
              ? TwilioError.judge(Long.parseLong(code), status, 1, null)
              : new SendResult.Refused(status, status);
    }
    return List.of(new Inbound.Receipt(origin, sid, state, correlation, failure));
  }

  /** A user id (BSUID) is unique in its portfolio; numbers are the same everywhere. */
  private Address address(String id) {
    return new Address(type, id.matches("[A-Z]{2}\\..+") ? portfolio : "", id);
  }

  static boolean isPhone(String id) {
    return id.matches("\\+\\d{7,15}");
  }

  private static String bare(String id) {
    return id.startsWith(WHATSAPP) ? id.substring(WHATSAPP.length()) : id;
  }
}
