package dev.hilo.channel.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Content;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * One LINE Official Account. Answers are pushed: a reply token lives for a minute, which no agent
 * keeps. The retry key makes a repeat harmless for 24 hours.
 */
final class LineChannel implements Channel {
  private static final int SECONDS_OF_TYPING = 20;

  private final LineSettings settings;
  private final TokenAccount bot;
  private final Ports ports;
  private final Webhook webhook;

  LineChannel(LineSettings settings, Ports ports) {
    this.settings = settings;
    this.bot = settings.accounts().getFirst();
    this.ports = ports;
    this.webhook = new LineWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return List.of(bot.account());
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(LineMessages.TEXT)
        .choices(LineMessages.CHOICES)
        .anyMedia(50 << 20)
        .with(Feature.REPLIES, Feature.LOCATIONS, Feature.TYPING, Feature.READS, Feature.REPEATABLE)
        .costs(Capabilities.Cost.PAID);
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    if (!message.account().equals(bot.id())) {
      return new SendResult.Refused("unknown-account", "no such bot is configured");
    }
    return switch (LineMessages.of(message, ports.blobs())) {
      case LineMessages.Refused(var refusal) -> refusal;
      case LineMessages.Body(var messages) -> {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("to", message.to().id()).set("messages", messages);
        yield call("/v2/bot/message/push", body)
            .header("x-line-retry-key", retryKey(message.id()))
            .send(ports, message.attempt(), answer -> judge(answer, message));
      }
    };
  }

  private PlatformCall call(String path, ObjectNode body) {
    return PlatformCall.post(settings.baseUrl() + path).bearer(bot.token().value()).json(body);
  }

  static String retryKey(String message) {
    return UUID.nameUUIDFromBytes(("line " + message).getBytes(UTF_8)).toString();
  }

  /** 409: this retry key was accepted before, with what it says now. */
  private static SendResult judge(PlatformCall.Answer answer, Outbound message) {
    if (answer.taken() || answer.status() == 409) {
      return new SendResult.Accepted(
          requireNonNullElse(answer.body().first("sentMessages").id("id"), message.id()));
    }
    return fault(answer, message.attempt());
  }

  private static SendResult fault(PlatformCall.Answer answer, int attempt) {
    int status = answer.status();
    String words = requireNonNullElse(answer.body().text("message"), "no reason given");
    String why = status + ": " + Payload.veiled(words);
    if (status == 429 && words.contains("monthly limit")) {
      return new SendResult.Refused("quota", why);
    }
    return status == 429 || status >= 500
        ? new SendResult.Retry(PlatformCall.pause(attempt, answer.retryAfter()), why)
        : new SendResult.Refused(Integer.toString(status), why, status == 401 || status == 403);
  }

  @Override
  public SendResult perform(Gesture gesture) throws InterruptedException {
    if (!gesture.account().equals(bot.id())) {
      return new SendResult.Refused("unknown-account", "no such bot is configured");
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    return switch (gesture) {
      case Gesture.Typing typing ->
          !typing.on() || !typing.to().id().startsWith("U")
              ? unsupported("LINE shows the beginning of typing only, and only to one person")
              : told(
                  call(
                      "/v2/bot/chat/loading/start",
                      body.put("chatId", typing.to().id())
                          .put("loadingSeconds", SECONDS_OF_TYPING)));
      case Gesture.Read read -> {
        String token = read.context().get("read-token");
        yield token == null
            ? unsupported("the message came without a token for it")
            : told(call("/v2/bot/chat/markAsRead", body.put("markAsReadToken", token)));
      }
      case Gesture.React _, Gesture.Edit _, Gesture.Remove _ ->
          unsupported("LINE has no reactions, changes or removals by bots");
    };
  }

  private SendResult told(PlatformCall call) throws InterruptedException {
    return call.send(
        ports, 1, answer -> answer.taken() ? new SendResult.Accepted("") : fault(answer, 1));
  }

  private static SendResult unsupported(String why) {
    return new SendResult.Refused("unsupported", why);
  }

  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context)
      throws InterruptedException {
    String ref = media.ref();
    if (ref == null || !account.equals(bot.id())) {
      return new MediaSource.Gone("the message names no file");
    }
    if (ref.contains("://")) {
      return MediaSource.of(ref, Map.of(), false);
    }
    String id = PlatformCall.encoded(ref);
    if (media.kind() == Content.Media.Kind.STICKER) {
      String picture = "/stickershop/v1/sticker/" + id + "/android/sticker.png";
      return new MediaSource.Link(URI.create(settings.stickerUrl() + picture), Map.of(), true);
    }
    String content = settings.dataUrl() + "/v2/bot/message/" + id + "/content";
    String token = bot.token().value();
    return switch (prepared(media.kind(), content + "/transcoding", token)) {
      case "processing" -> new MediaSource.Later(Duration.ofSeconds(5), "LINE prepares the file");
      case "failed" -> new MediaSource.Gone("LINE could not prepare the file");
      default ->
          new MediaSource.Link(
              URI.create(content), Map.of("authorization", "Bearer " + token), true);
    };
  }

  /** Films and sounds are made ready after they were announced. */
  private String prepared(Content.Media.Kind kind, String url, String token)
      throws InterruptedException {
    if (kind != Content.Media.Kind.VIDEO && kind != Content.Media.Kind.AUDIO) {
      return "succeeded";
    }
    try {
      return requireNonNullElse(
          PlatformCall.get(url).bearer(token).ask(ports).body().text("status"), "");
    } catch (IOException _) {
      return "";
    }
  }
}
