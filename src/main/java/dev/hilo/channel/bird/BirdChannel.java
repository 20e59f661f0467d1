package dev.hilo.channel.bird;

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

/** The channels of one workspace. */
final class BirdChannel implements Channel {
  private static final int TEXT = 1600;
  private static final int BUTTONS = 3;
  private static final int TITLE = 20;
  private static final long MEDIA_BYTES = 16 << 20;

  private final BirdSettings settings;
  private final Ports ports;
  private final Webhook webhook;

  BirdChannel(BirdSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.webhook = new BirdWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return settings.accounts();
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(TEXT)
        .choices(BUTTONS)
        .files(MEDIA_BYTES)
        .with(Feature.RECEIPTS, Feature.REPLIES)
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
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("receiver")
        .putArray("contacts")
        .addObject()
        .put("identifierKey", key(message))
        .put("identifierValue", message.to().id());
    var refused = fill(json.putObject("body"), message);
    if (refused != null) {
      return refused;
    }
    if (message.replyTo() != null) {
      json.putObject("replyTo").put("id", message.replyTo());
    }
    json.put("reference", message.id());
    return PlatformCall.post(
            settings.baseUrl()
                + "/workspaces/"
                + settings.workspace()
                + "/channels/"
                + message.account()
                + "/messages")
        .header("authorization", "AccessKey " + settings.accessKey().value())
        .json(json)
        .send(ports, message.attempt(), answer -> judge(answer, message.attempt()));
  }

  /** By what Bird knows the person; the customer's own messages say it. */
  private static String key(Outbound message) {
    boolean mail = message.to().scope().equals("email");
    return message.context().getOrDefault("key", mail ? "emailaddress" : "phonenumber");
  }

  private SendResult.@Nullable Refused fill(ObjectNode body, Outbound message) {
    if (!message.attachments().isEmpty()) {
      return new SendResult.Refused("unsupported", "a message has one file here");
    }
    return switch (message.content()) {
      case Content.Text(var text) -> {
        text(body, text);
        yield tooLong(text);
      }
      case Content.Choices choices -> choices(body, choices, message.to().scope());
      case Content.Media media when media.blob() != null -> media(body, media);
      case Content.Media _,
          Content.Location _,
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

  private static ObjectNode text(ObjectNode body, String text) {
    return body.put("type", "text").putObject("text").put("text", text);
  }

  private static SendResult.@Nullable Refused tooLong(String text) {
    return text.isBlank()
        ? new SendResult.Refused("empty", "a text is empty")
        : text.length() <= TEXT
            ? null
            : new SendResult.Refused(
                "too-long", "a text may have " + TEXT + " characters, not " + text.length());
  }

  private static SendResult.@Nullable Refused choices(
      ObjectNode body, Content.Choices choices, String platform) {
    var options = choices.options();
    boolean buttons =
        !platform.equals("sms")
            && !options.isEmpty()
            && options.size() <= BUTTONS
            && options.stream().allMatch(o -> !o.title().isBlank() && o.title().length() <= TITLE);
    String text = buttons ? choices.text() : Numbered.list(choices);
    ObjectNode part = text(body, text);
    if (buttons) {
      var actions = part.putArray("actions");
      options.forEach(
          option ->
              actions
                  .addObject()
                  .put("type", "postback")
                  .putObject("postback")
                  .put("text", option.title())
                  .put("payload", option.id()));
    }
    return tooLong(text);
  }

  private SendResult.@Nullable Refused media(ObjectNode body, Content.Media media) {
    boolean image = media.kind() == Content.Media.Kind.IMAGE;
    if (media.kind() == Content.Media.Kind.STICKER) {
      return new SendResult.Refused("unsupported", "a sticker cannot be sent here");
    }
    String type = image ? "image" : "file";
    String caption = requireNonNullElse(media.caption(), "");
    ObjectNode part = body.put("type", type).putObject(type);
    ObjectNode file = part.putArray(type + "s").addObject();
    file.put("mediaUrl", ports.blobs().link(media, Duration.ofDays(1)).toString());
    if (!image) {
      file.put("contentType", requireNonNullElse(media.mime(), "application/octet-stream"));
      file.put("filename", requireNonNullElse(media.name(), "file"));
    }
    if (!caption.isEmpty()) {
      part.put("text", caption);
      return tooLong(caption);
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
    String code = requireNonNullElse(body.id("code"), Integer.toString(answer.status()));
    String words = requireNonNullElse(body.text("message"), "no reason given");
    String why = code + ": " + Payload.veiled(words);
    if (answer.status() == 429) {
      return new SendResult.Retry(PlatformCall.pause(attempt, answer.retryAfter()), why);
    }
    return new SendResult.Refused(code, why, answer.status() == 403);
  }

  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    String ref = media.ref();
    boolean own = ref != null && ref.startsWith(settings.mediaUrl() + "/");
    String key = "AccessKey " + settings.accessKey().value();
    return MediaSource.of(ref, own ? Map.of("authorization", key) : Map.of(), own);
  }
}
