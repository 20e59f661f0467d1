package dev.hilo.channel.messagebird;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Cost;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Numbered;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Content;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The channels of one account. */
final class MessageBirdChannel implements Channel {
  private static final int TEXT = 1600;
  private static final long MEDIA_BYTES = 16 << 20;

  private final MessageBirdSettings settings;
  private final String authorization;
  private final Ports ports;
  private final Webhook webhook;

  MessageBirdChannel(MessageBirdSettings settings, Ports ports) {
    this.settings = settings;
    this.authorization = "AccessKey " + settings.accessKey().value();
    this.ports = ports;
    this.webhook = new MessageBirdWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return settings.accounts();
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(TEXT)
        .files(MEDIA_BYTES)
        .with(Feature.RECEIPTS, Feature.LOCATIONS)
        .costs(Cost.PAID);
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    if (accounts().stream().noneMatch(a -> a.id().equals(message.account()))) {
      return new SendResult.Refused("unknown-account", "no such channel is configured");
    }
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("to", message.to().id())
            .put("from", message.account());
    var refused = fill(json, message);
    return refused != null
        ? refused
        : PlatformCall.post(settings.baseUrl() + "/v1/send")
            .header("authorization", authorization)
            .json(json)
            .send(ports, message.attempt(), answer -> judge(answer, message.attempt()));
  }

  private SendResult.@Nullable Refused fill(ObjectNode json, Outbound message) {
    if (!message.attachments().isEmpty()) {
      return new SendResult.Refused("unsupported", "a message has one file here");
    }
    return switch (message.content()) {
      case Content.Text(var text) -> text(json, text);
      case Content.Choices choices -> text(json, Numbered.list(choices));
      case Content.Media media when media.blob() != null -> media(json, media);
      case Content.Location place -> {
        json.put("type", "location")
            .putObject("content")
            .putObject("location")
            .put("latitude", place.latitude())
            .put("longitude", place.longitude());
        yield null;
      }
      case Content.Media _,
          Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Template _,
          Content.Email _,
          Content.Unsupported _ ->
          new SendResult.Refused("unsupported", "this cannot be sent here");
    };
  }

  private static SendResult.@Nullable Refused text(ObjectNode json, String text) {
    json.put("type", "text").putObject("content").put("text", text);
    return text.isBlank()
        ? new SendResult.Refused("empty", "a text is empty")
        : text.length() <= TEXT
            ? null
            : new SendResult.Refused(
                "too-long", "a text may have " + TEXT + " characters, not " + text.length());
  }

  private SendResult.@Nullable Refused media(ObjectNode json, Content.Media media) {
    String type =
        switch (media.kind()) {
          case IMAGE -> "image";
          case VIDEO -> "video";
          case AUDIO, VOICE -> "audio";
          case FILE -> "file";
          case STICKER -> "";
        };
    String caption = requireNonNullElse(media.caption(), "");
    if (type.isEmpty() || type.equals("audio") && !caption.isEmpty()) {
      return new SendResult.Refused(
          "unsupported", "stickers and captions of recordings cannot be sent here");
    }
    ObjectNode part = json.put("type", type).putObject("content").putObject(type);
    part.put("url", ports.blobs().link(media, Duration.ofDays(1)).toString());
    if (!caption.isEmpty()) {
      part.put("caption", caption);
    }
    return null;
  }

  /** Nothing is written on what is safe to try again, so only what was surely not taken is. */
  private static SendResult judge(PlatformCall.Answer answer, int attempt) {
    Payload body = answer.body();
    String id = body.id("id");
    if (answer.taken() || answer.status() >= 500) {
      return answer.taken() && id != null
          ? new SendResult.Accepted(id)
          : new SendResult.Unknown("HTTP " + answer.status() + " that names no message");
    }
    Payload error = body.first("errors");
    String code = requireNonNullElse(error.id("code"), Integer.toString(answer.status()));
    String words = requireNonNullElse(error.text("description"), "no reason given");
    String why = code + ": " + Payload.veiled(words);
    return answer.status() == 429
        ? new SendResult.Retry(PlatformCall.pause(attempt, answer.retryAfter()), why)
        : new SendResult.Refused(code, why, answer.status() == 403);
  }

  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    String ref = media.ref();
    boolean own = ref != null && ref.startsWith(settings.mediaUrl() + "/");
    return MediaSource.of(ref, own ? Map.of("authorization", authorization) : Map.of(), own);
  }
}
