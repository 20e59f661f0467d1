package dev.hilo.channel.viber;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Content;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bots. Limits of the REST API 7.3. */
final class ViberChannel implements Channel {
  private static final int TEXT = 7000;
  private static final int CAPTION = 768;
  private static final int BUTTONS = 24;
  private static final int TITLE = 250;
  private static final int SENDER = 28;
  private static final int BODY = 30 * 1024;
  private static final long PICTURE_BYTES = 1 << 20;
  private static final long VIDEO_BYTES = 26 << 20;
  private static final long FILE_BYTES = 50 << 20;

  private final ViberSettings settings;
  private final Ports ports;
  private final Webhook webhook;

  ViberChannel(ViberSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.webhook = new ViberWebhook(settings.accounts());
  }

  @Override
  public List<Account> accounts() {
    return settings.accounts().stream().map(TokenAccount::account).toList();
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(TEXT)
        .choices(BUTTONS)
        .files(FILE_BYTES)
        .with(Feature.RECEIPTS, Feature.LOCATIONS)
        .costs(Cost.PAID);
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    var bot = TokenAccount.find(settings.accounts(), message.account());
    if (bot == null) {
      return new SendResult.Refused("unknown-account", "no such bot is configured");
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("receiver", message.to().id());
    String agent = message.agentName();
    String name = agent == null || agent.isBlank() ? bot.name() : agent;
    body.putObject("sender").put("name", Payload.cut(name, SENDER));
    body.put("tracking_data", message.id());
    var refused = fill(body, message);
    if (refused != null) {
      return refused;
    }
    if (body.toString().getBytes(UTF_8).length > BODY) {
      return new SendResult.Refused("too-long", "a message may have 30 KB with all its buttons");
    }
    return PlatformCall.post(settings.baseUrl() + "/pa/send_message")
        .header("x-viber-auth-token", bot.token().value())
        .json(body)
        .send(ports, message.attempt(), answer -> judge(answer, message.attempt()));
  }

  private SendResult.@Nullable Refused fill(ObjectNode body, Outbound message) {
    if (!message.attachments().isEmpty()) {
      return new SendResult.Refused("unsupported", "a message has one file here");
    }
    return switch (message.content()) {
      case Content.Text(var text) -> text(body, text);
      case Content.Choices choices -> choices(body, choices);
      case Content.Media media when media.blob() != null -> media(body, media);
      case Content.Location place -> {
        body.put("type", "location");
        body.putObject("location").put("lat", place.latitude()).put("lon", place.longitude());
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

  private static SendResult.@Nullable Refused text(ObjectNode body, String text) {
    body.put("type", "text").put("text", text);
    return text.isBlank()
        ? new SendResult.Refused("empty", "a text is empty")
        : tooLong("a text", text, TEXT);
  }

  /** A pressed button arrives as a text, so it says what stands on it. */
  private static SendResult.@Nullable Refused choices(ObjectNode body, Content.Choices choices) {
    var options = choices.options();
    if (options.isEmpty()
        || options.size() > BUTTONS
        || options.stream().anyMatch(o -> o.title().isBlank() || o.title().length() > TITLE)) {
      return text(body, Numbered.list(choices));
    }
    var buttons = body.putObject("keyboard").put("Type", "keyboard").putArray("Buttons");
    options.forEach(
        option ->
            buttons
                .addObject()
                .put("ActionType", "reply")
                .put("ActionBody", option.title())
                .put("Text", option.title()));
    return text(body, choices.text());
  }

  private SendResult.@Nullable Refused media(ObjectNode body, Content.Media media) {
    String caption = media.caption() == null ? "" : media.caption();
    boolean picture =
        media.kind() == Content.Media.Kind.IMAGE
            && media.size() <= PICTURE_BYTES
            && List.of("image/jpeg", "image/png").contains(String.valueOf(media.mime()));
    boolean video = media.kind() == Content.Media.Kind.VIDEO && media.size() <= VIDEO_BYTES;
    if (media.size() < 0 || media.size() > FILE_BYTES) {
      return new SendResult.Refused("too-large", "a file may have 50 MB");
    }
    body.put("media", ports.blobs().link(media, Duration.ofDays(1)).toString());
    if (picture) {
      body.put("type", "picture").put("text", caption);
      return tooLong("a caption", caption, CAPTION);
    }
    body.put("type", video ? "video" : "file").put("size", media.size());
    if (!video) {
      body.put("file_name", Payload.cut(media.name() == null ? "file" : media.name(), 256));
    }
    return caption.isEmpty()
        ? null
        : new SendResult.Refused("unsupported", "only a picture of at most 1 MB has a caption");
  }

  private static SendResult.@Nullable Refused tooLong(String what, String text, int longest) {
    return text.length() <= longest
        ? null
        : new SendResult.Refused(
            "too-long", what + " may have " + longest + " characters, not " + text.length());
  }

  /** Every answer is HTTP 200; what counts is its {@code status}. */
  private static SendResult judge(PlatformCall.Answer answer, int attempt) {
    Payload body = answer.body();
    int status = (int) body.number("status", -1);
    String token = body.id("message_token");
    String words = body.text("status_message");
    String why = status + ": " + (words == null ? "" : Payload.veiled(words));
    if (answer.status() == 429) {
      return new SendResult.Retry(PlatformCall.pause(attempt, answer.retryAfter()), why);
    } else if (!answer.taken() && answer.status() < 500) {
      String code = Integer.toString(answer.status());
      return new SendResult.Refused(code, "HTTP " + code, answer.status() == 403);
    }
    return switch (status) {
      case 0 ->
          token == null
              ? new SendResult.Unknown("taken, but the answer names no message")
              : new SendResult.Accepted(token);
      case -1 -> new SendResult.Unknown("HTTP " + answer.status() + " without Viber's own answer");
      case 6 -> new SendResult.Refused("opt-out", why);
      case 12 -> new SendResult.Retry(Duration.ofMinutes(30), why);
      case 1, 2, 7, 8, 9, 10, 15, 23, 24 ->
          new SendResult.Refused(Integer.toString(status), why, true);
      default -> new SendResult.Refused(Integer.toString(status), why);
    };
  }

  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    return MediaSource.of(media.ref(), Map.of(), false);
  }
}
