package dev.hilo.channel.vonage;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Cost;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Numbered;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media.Kind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The numbers and pages of one account. */
final class VonageChannel implements Channel {
  private static final long MEDIA_BYTES = 16 << 20;
  private static final long MMS_BYTES = 600 << 10;

  private final VonageSettings settings;
  private final VonageLogin login;
  private final Ports ports;
  private final Webhook webhook;

  VonageChannel(VonageSettings settings, Ports ports) {
    this.settings = settings;
    this.login = new VonageLogin(settings);
    this.ports = ports;
    this.webhook = new VonageWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return settings.accounts();
  }

  @Override
  public Capabilities capabilities() {
    List<Line> lines = settings.channels();
    int text = lines.stream().mapToInt(line -> line.text).min().orElse(0);
    var all =
        Capabilities.text(text)
            .media(
                lines.contains(Line.SMS) ? MMS_BYTES : MEDIA_BYTES,
                Kind.IMAGE,
                Kind.VIDEO,
                Kind.AUDIO,
                Kind.VOICE,
                Kind.FILE)
            .with(Feature.RECEIPTS)
            .costs(Cost.PAID)
            .paced(30, Duration.ofSeconds(1));
    if (lines.contains(Line.WHATSAPP)) {
      all = all.with(Feature.TEMPLATES, Feature.TYPING, Feature.READS);
    }
    return lines.stream().allMatch(Line::hasWindow) ? all.within(Duration.ofHours(24)) : all;
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
    Line line = line(message.to());
    if (line == null || !message.attachments().isEmpty()) {
      return new SendResult.Refused("unsupported", "this address and content do not go together");
    }
    boolean mms = line == Line.SMS && message.content() instanceof Content.Media;
    ObjectNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put("channel", mms ? "mms" : line.word())
            .put("to", message.to().id().replaceFirst("^\\+", ""))
            .put("from", message.account())
            .put("client_ref", message.id());
    var refused = fill(body, message.content(), line);
    return refused != null
        ? refused
        : PlatformCall.post(settings.baseUrl() + "/v1/messages")
            .header("authorization", login.header())
            .json(body)
            .send(ports, message.attempt(), answer -> judge(answer, message.attempt()));
  }

  private static @Nullable Line line(Address to) {
    String word = to.scope().replaceFirst(":.*", "");
    return Arrays.stream(Line.values())
        .filter(line -> line.word().equals(word))
        .findFirst()
        .orElse(null);
  }

  private SendResult.@Nullable Refused fill(ObjectNode body, Content content, Line line) {
    return switch (content) {
      case Content.Text(var text) -> text(body, text, line);
      case Content.Choices choices -> text(body, Numbered.list(choices), line);
      case Content.Media media when media.blob() != null -> media(body, media, line);
      case Content.Template template when line == Line.WHATSAPP -> template(body, template);
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

  private static SendResult.@Nullable Refused text(ObjectNode body, String text, Line line) {
    body.put("message_type", "text").put("text", text);
    return text.isBlank()
        ? new SendResult.Refused("empty", "a text is empty")
        : text.length() <= line.text
            ? null
            : new SendResult.Refused(
                "too-long", "a text may have " + line.text + " characters, not " + text.length());
  }

  private SendResult.@Nullable Refused media(ObjectNode body, Content.Media media, Line line) {
    String type =
        switch (media.kind()) {
          case IMAGE -> "image";
          case VIDEO -> "video";
          case AUDIO, VOICE -> "audio";
          case FILE -> "file";
          case STICKER -> "";
        };
    boolean audible = line == Line.WHATSAPP || line == Line.MESSENGER || line == Line.SMS;
    boolean captioned =
        line == Line.WHATSAPP && !type.equals("audio") || line == Line.SMS && type.equals("image");
    if (type.isEmpty()
        || type.equals("audio") && !audible
        || type.equals("file") && line == Line.SMS) {
      return new SendResult.Refused("unsupported", "a file of this kind cannot be sent here");
    }
    String caption = requireNonNullElse(media.caption(), "");
    ObjectNode part = body.put("message_type", type).putObject(type);
    part.put("url", ports.blobs().link(media, Duration.ofDays(1)).toString());
    if (type.equals("file") && media.name() != null && line == Line.WHATSAPP) {
      part.put("name", media.name());
    }
    if (!caption.isEmpty()) {
      part.put("caption", caption);
    }
    return caption.isEmpty() || captioned
        ? null
        : new SendResult.Refused("unsupported", "a file of this kind has no caption here");
  }

  private static SendResult.@Nullable Refused template(ObjectNode body, Content.Template template) {
    ObjectNode part = body.put("message_type", "template").putObject("template");
    part.put("name", template.name());
    if (!template.parameters().isEmpty()) {
      var parameters = part.putArray("parameters");
      template.parameters().forEach(parameters::add);
    }
    body.putObject("whatsapp").put("policy", "deterministic").put("locale", template.language());
    return null;
  }

  private static SendResult judge(PlatformCall.Answer answer, int attempt) {
    if (answer.taken()) {
      String id = answer.body().id("message_uuid");
      return id == null
          ? new SendResult.Unknown("taken, but the answer names no message")
          : new SendResult.Accepted(id);
    }
    return answer.status() >= 500 && answer.body().isEmpty()
        ? new SendResult.Unknown("HTTP " + answer.status() + " without Vonage's own answer")
        : VonageError.judge(answer.body(), answer.status(), attempt, answer.retryAfter());
  }

  /** Both are told of a message of the customer's on WhatsApp; typing marks it as read. */
  @Override
  public SendResult perform(Gesture gesture) throws InterruptedException {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("status", "read");
    String about =
        switch (gesture) {
          case Gesture.Typing typing when !typing.on() -> "";
          case Gesture.Typing typing -> {
            body.putObject("replying_indicator").put("show", true).put("type", "text");
            yield typing.context().get("message");
          }
          case Gesture.Read read -> read.target();
          case Gesture.React _, Gesture.Edit _, Gesture.Remove _ -> null;
        };
    if (about == null || line(gesture.to()) != Line.WHATSAPP) {
      return Channel.super.perform(gesture);
    }
    return about.isEmpty()
        ? new SendResult.Accepted("")
        : PlatformCall.of(
                "PATCH", settings.baseUrl() + "/v1/messages/" + PlatformCall.encoded(about))
            .header("authorization", login.header())
            .json(body)
            .send(
                ports,
                1,
                answer -> answer.taken() ? new SendResult.Accepted(about) : judge(answer, 1));
  }

  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    String ref = requireNonNullElse(media.ref(), "");
    boolean own = settings.mediaUrls().stream().anyMatch(base -> ref.startsWith(base + "/"));
    return MediaSource.of(ref, own ? Map.of("authorization", login.header()) : Map.of(), own);
  }
}
