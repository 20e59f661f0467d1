package dev.hilo.channel.twilio;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Cost;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Numbered;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.PlatformCall.Field;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Content;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages of the numbers of one account: SMS and MMS, or WhatsApp. */
final class TwilioChannel implements Channel {
  private static final int TEXT = 1600;
  private static final long MMS_BYTES = 5 << 20;
  private static final long WHATSAPP_BYTES = 16 << 20;

  private final TwilioSettings settings;
  private final boolean whatsapp;
  private final TwilioApi api;
  private final Ports ports;
  private final Webhook webhook;

  TwilioChannel(String type, TwilioSettings settings, Ports ports) {
    this.settings = settings;
    this.whatsapp = type.equals(TwilioWhatsAppChannelType.NAME);
    this.api = new TwilioApi(settings.baseUrl(), settings.accountSid(), settings.authTokens());
    this.ports = ports;
    this.webhook =
        new TwilioWebhook(
            new TwilioSignature(settings.authTokens()),
            new TwilioMessages(type, settings.portfolio()));
  }

  @Override
  public List<Account> accounts() {
    return settings.accounts();
  }

  @Override
  public Capabilities capabilities() {
    var all = Capabilities.text(TEXT).anyMedia(whatsapp ? WHATSAPP_BYTES : MMS_BYTES);
    if (settings.statusCallback() != null) {
      all = all.with(Feature.RECEIPTS);
    }
    return whatsapp
        ? all.with(Feature.TEMPLATES, Feature.TYPING)
            .within(Duration.ofHours(24))
            .costs(Cost.PAID_OUTSIDE_WINDOW)
            .paced(80, Duration.ofSeconds(1))
        : all.costs(Cost.PAID).paced(1, Duration.ofSeconds(1));
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    if (accounts().stream().noneMatch(a -> a.id().equals(message.account()))) {
      return new SendResult.Refused("unknown-account", "no such number is configured");
    }
    if (!whatsapp && !message.to().id().matches("\\+?\\d{3,15}")) {
      return new SendResult.Refused("no-reply", "a sender with letters cannot be answered");
    }
    var fields = new ArrayList<Field>();
    String prefix = whatsapp ? TwilioMessages.WHATSAPP : "";
    fields.add(new Field("To", prefix + message.to().id()));
    fields.add(new Field("From", prefix + message.account()));
    var refused = fill(fields, message);
    if (refused != null) {
      return refused;
    }
    if (settings.statusCallback() != null) {
      String back = TwilioMessages.OURS + "=" + PlatformCall.encoded(message.id());
      fields.add(new Field("StatusCallback", settings.statusCallback() + "?" + back));
    }
    return PlatformCall.post(api.base() + "/Messages.json")
        .header("authorization", api.authorization())
        .form(fields)
        .send(ports, message.attempt(), answer -> judge(answer, message.attempt()));
  }

  private SendResult.@Nullable Refused fill(List<Field> fields, Outbound message) {
    if (!message.attachments().isEmpty()) {
      return new SendResult.Refused("unsupported", "a message has one file here");
    }
    return switch (message.content()) {
      case Content.Text(var text) -> text(fields, text, false);
      case Content.Choices choices -> text(fields, Numbered.list(choices), false);
      case Content.Media media when media.blob() != null -> {
        var link = ports.blobs().link(media, Duration.ofDays(1));
        fields.add(new Field("MediaUrl", link.toString()));
        yield text(fields, requireNonNullElse(media.caption(), ""), true);
      }
      case Content.Template template when whatsapp -> template(fields, template);
      case Content.Media _,
          Content.Template _,
          Content.Location _,
          Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Email _,
          Content.Unsupported _ ->
          new SendResult.Refused("unsupported", "this cannot be sent here");
    };
  }

  private static SendResult.@Nullable Refused text(
      List<Field> fields, String text, boolean optional) {
    if (text.length() > TEXT) {
      return new SendResult.Refused(
          "too-long", "a text may have " + TEXT + " characters, not " + text.length());
    }
    if (!text.isBlank()) {
      fields.add(new Field("Body", text));
    } else if (!optional) {
      return new SendResult.Refused("empty", "a text is empty");
    }
    return null;
  }

  /** The template's name is its content sid; its parameters are numbered from 1. */
  private static SendResult.@Nullable Refused template(
      List<Field> fields, Content.Template template) {
    if (!template.name().matches("HX[0-9a-fA-F]{32}")) {
      return new SendResult.Refused("template", "a template is named by its sid, HX and 32 digits");
    }
    var variables = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < template.parameters().size(); i++) {
      variables.put(Integer.toString(i + 1), template.parameters().get(i));
    }
    fields.add(new Field("ContentSid", template.name()));
    if (!variables.isEmpty()) {
      fields.add(new Field("ContentVariables", variables.toString()));
    }
    return null;
  }

  private static SendResult judge(PlatformCall.Answer answer, int attempt) {
    Payload body = answer.body();
    String sid = body.id("sid");
    long code = body.number(answer.taken() ? "error_code" : "code", 0);
    if (answer.taken() && code == 0) {
      return sid == null
          ? new SendResult.Unknown("taken, but the answer names no message")
          : new SendResult.Accepted(sid);
    }
    if (code == 0 && answer.status() >= 500) {
      return new SendResult.Unknown("HTTP " + answer.status() + " without Twilio's own answer");
    }
    String words = body.text(answer.taken() ? "error_message" : "message");
    return TwilioError.judge(
        code == 0 || answer.status() == 429 ? answer.status() : code,
        words == null ? "no reason given" : Payload.veiled(words),
        attempt,
        answer.retryAfter());
  }

  /** Typing ends by itself, or with the answer; it also marks the customer's message as read. */
  @Override
  public SendResult perform(Gesture gesture) throws InterruptedException {
    String newest = gesture.context().get("message");
    if (!whatsapp || !(gesture instanceof Gesture.Typing typing)) {
      return Channel.super.perform(gesture);
    }
    if (!typing.on()) {
      return new SendResult.Accepted("");
    }
    return newest == null
        ? new SendResult.Refused("unsupported", "there is no message that could be answered")
        : PlatformCall.post(settings.messagingUrl() + "/v2/Indicators/Typing.json")
            .header("authorization", api.authorization())
            .form(List.of(new Field("messageId", newest), new Field("channel", "whatsapp")))
            .send(
                ports,
                1,
                answer -> answer.taken() ? new SendResult.Accepted("") : judge(answer, 1));
  }

  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    return api.locate(media.ref(), "");
  }
}
