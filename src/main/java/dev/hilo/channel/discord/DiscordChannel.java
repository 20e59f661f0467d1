package dev.hilo.channel.discord;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Numbered;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Webhook;
import dev.hilo.config.Secret;
import dev.hilo.conversation.Content;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One application: answers to interactions, and with a bot's token messages to known channels. */
final class DiscordChannel implements Channel {
  private static final int TEXT = 2000;
  private static final int NONCE = 25;
  private static final Duration INTERACTION = Duration.ofMinutes(14);

  private final DiscordSettings settings;
  private final Ports ports;
  private final Webhook webhook;

  DiscordChannel(DiscordSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.webhook = new DiscordWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return List.of(new Account(settings.applicationId(), settings.name()));
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(TEXT).with(Feature.REPLIES, Feature.TYPING);
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    if (!message.account().equals(settings.applicationId())) {
      return new SendResult.Refused("unknown-account", "no such application is configured");
    }
    String text = Numbered.text(message.content());
    if (text == null
        || text.isBlank()
        || text.length() > TEXT
        || !message.attachments().isEmpty()) {
      return new SendResult.Refused(
          "unsupported", "only text of 1 to " + TEXT + " characters can be sent here");
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("content", text);
    body.putObject("allowed_mentions").putArray("parse");
    String token = interaction(message.context());
    if (token != null) {
      String url =
          settings.baseUrl()
              + "/webhooks/"
              + settings.applicationId()
              + "/"
              + PlatformCall.encoded(token)
              + "?wait=true";
      return sent(PlatformCall.post(url).json(body), message.attempt());
    }
    String id = message.id();
    body.put("nonce", id.substring(Math.max(0, id.length() - NONCE))).put("enforce_nonce", true);
    if (message.replyTo() != null) {
      var reply = body.putObject("message_reference").put("message_id", message.replyTo());
      reply.put("fail_if_not_exists", false);
    }
    return toChannel("messages", message.context(), body, message.attempt());
  }

  @Override
  public SendResult perform(Gesture gesture) throws InterruptedException {
    return switch (gesture) {
      case Gesture.Typing t when !t.on() -> new SendResult.Accepted("");
      case Gesture.Typing _ ->
          toChannel("typing", gesture.context(), JsonNodeFactory.instance.objectNode(), 1);
      case Gesture.Read _, Gesture.React _, Gesture.Edit _, Gesture.Remove _ ->
          new SendResult.Refused("unsupported", "not built for Discord");
    };
  }

  /** The token of an interaction that still waits for its answer; null where there is none. */
  private static @Nullable String interaction(Map<String, String> context) {
    String id = context.get("interaction");
    var at = id == null ? null : DiscordEvents.snowflake(id);
    return at != null && Instant.now().isBefore(at.plus(INTERACTION)) ? context.get("token") : null;
  }

  private SendResult toChannel(
      String what, Map<String, String> context, ObjectNode body, int attempt)
      throws InterruptedException {
    Secret bot = settings.botToken();
    String channel = context.get("channel");
    if (bot == null || channel == null) {
      return new SendResult.Refused(
          "not-reachable",
          bot == null
              ? "without a bot-token only interactions are answered, for 15 minutes"
              : "no channel of theirs is known");
    }
    var call =
        PlatformCall.post(
                settings.baseUrl() + "/channels/" + PlatformCall.encoded(channel) + "/" + what)
            .header("authorization", "Bot " + bot.value());
    return sent(body.isEmpty() ? call : call.json(body), attempt);
  }

  private SendResult sent(PlatformCall call, int attempt) throws InterruptedException {
    return call.send(ports, attempt, answer -> judge(answer, attempt));
  }

  private static SendResult judge(PlatformCall.Answer answer, int attempt) {
    Payload body = answer.body();
    int status = answer.status();
    if (answer.taken()) {
      String id = body.id("id");
      return id != null
          ? new SendResult.Accepted(id)
          : status == 204
              ? new SendResult.Accepted("")
              : new SendResult.Unknown("taken, but the answer names no message");
    }
    String words = body.text("message");
    String why = "HTTP " + status + (words == null ? "" : ": " + Payload.veiled(words));
    if (status == 429) {
      Double seconds = body.decimal("retry_after");
      return new SendResult.Retry(
          seconds == null || seconds < 0
              ? PlatformCall.pause(attempt)
              : Duration.ofMillis((long) (Math.min(3600, seconds) * 1000) + 1),
          why);
    }
    String code = body.id("code");
    return status >= 500
        ? new SendResult.Unknown(why)
        : new SendResult.Refused(code == null ? Integer.toString(status) : code, why);
  }

  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    return MediaSource.of(media.ref(), Map.of(), false);
  }
}
