package dev.hilo.channel.telegram;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Channel;
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
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One bot. */
final class TelegramChannel implements Channel {
  private static final int TEXT = 4096;
  private static final int CALLBACK_BYTES = 64;
  private static final int BUTTONS = 100;

  private final TokenAccount bot;
  private final String url;
  private final Ports ports;
  private final Webhook webhook;

  TelegramChannel(TelegramSettings settings, Ports ports) {
    this.bot = settings.accounts().getFirst();
    this.url = settings.baseUrl() + "/bot" + bot.token().value() + "/sendMessage";
    this.ports = ports;
    this.webhook = new TelegramWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return List.of(bot.account());
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(TEXT).choices(BUTTONS);
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
    var refused = refusal(message);
    return refused != null ? refused : send(message, message.to().id(), true);
  }

  /**
   * A group that became a supergroup has another id, which the refusal names: once more to that.
   */
  private SendResult send(Outbound message, String chat, boolean follow)
      throws InterruptedException {
    var moved = new AtomicReference<@Nullable String>();
    var result =
        PlatformCall.post(url)
            .json(body(message, chat))
            .send(
                ports,
                message.attempt(),
                answer -> {
                  moved.set(answer.body().at("parameters").id("migrate_to_chat_id"));
                  return judge(answer, chat, message.attempt());
                });
    String next = moved.get();
    return follow && next != null ? send(message, next, false) : result;
  }

  private static SendResult judge(PlatformCall.Answer answer, String chat, int attempt) {
    Payload body = answer.body();
    if (answer.taken() && body.flag("ok")) {
      Payload sent = body.at("result");
      String id = sent.id("message_id");
      String where = sent.at("chat").id("id");
      return id == null
          ? new SendResult.Unknown("taken, but the answer names no message")
          : new SendResult.Accepted((where == null ? chat : where) + ":" + id);
    }
    if (answer.taken() || answer.lost()) {
      return new SendResult.Unknown("HTTP " + answer.status() + " without Telegram's own answer");
    }
    int code = (int) body.number("error_code", answer.status());
    String words = body.text("description");
    String why =
        words == null ? "HTTP " + code : Payload.cut(words, 200).replaceAll("\\d{7,}", "…");
    if (code == 429 || code >= 500) {
      long wait = Math.min(3600, body.at("parameters").number("retry_after", -1));
      Duration after = wait >= 0 ? Duration.ofSeconds(wait) : answer.retryAfter();
      return new SendResult.Retry(after == null ? PlatformCall.pause(attempt) : after, why);
    }
    return new SendResult.Refused(Integer.toString(code), why);
  }

  private static SendResult.@Nullable Refused refusal(Outbound message) {
    if (!message.attachments().isEmpty()) {
      return new SendResult.Refused("unsupported", "files cannot be sent here");
    }
    return switch (message.content()) {
      case Content.Text(var text) -> refusal(text);
      case Content.Choices choices -> refusal(choices);
      case Content.Media _,
          Content.Location _,
          Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Template _,
          Content.Email _,
          Content.Unsupported _ ->
          new SendResult.Refused("unsupported", "only text and choices can be sent here");
    };
  }

  private static SendResult.@Nullable Refused refusal(String text) {
    if (text.isBlank()) {
      return new SendResult.Refused("empty", "a text is empty");
    }
    return text.length() <= TEXT
        ? null
        : new SendResult.Refused(
            "too-long", "a text may have " + TEXT + " characters, not " + text.length());
  }

  private static SendResult.@Nullable Refused refusal(Content.Choices choices) {
    int count = choices.options().size();
    if (count == 0 || count > BUTTONS) {
      return new SendResult.Refused(
          "choices", "expected 1 to " + BUTTONS + " choices, got " + count);
    }
    for (var option : choices.options()) {
      int length = option.id().getBytes(UTF_8).length;
      if (length == 0 || length > CALLBACK_BYTES || option.title().isBlank()) {
        return new SendResult.Refused(
            "choices", "a choice needs a title and an id of 1 to " + CALLBACK_BYTES + " bytes");
      }
    }
    return refusal(choices.text());
  }

  private static ObjectNode body(Outbound message, String chat) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    if (chat.matches("-?\\d{1,18}")) {
      body.put("chat_id", Long.parseLong(chat));
    } else {
      body.put("chat_id", chat);
    }
    if (message.content() instanceof Content.Choices(var text, var options)) {
      ArrayNode rows = body.put("text", text).putObject("reply_markup").putArray("inline_keyboard");
      for (var option : options) {
        ObjectNode button = rows.addArray().addObject().put("text", option.title());
        button.put("callback_data", option.id());
      }
    } else if (message.content() instanceof Content.Text(var text)) {
      body.put("text", text);
    }
    String answered = message.replyTo();
    if (answered != null && answered.matches("-?\\d+:\\d{1,18}")) {
      long id = Long.parseLong(answered.substring(answered.indexOf(':') + 1));
      ObjectNode reply = body.putObject("reply_parameters").put("message_id", id);
      reply.put("allow_sending_without_reply", true);
    }
    String business = message.context().get("business_connection_id");
    if (business != null) {
      body.put("business_connection_id", business);
    }
    String thread = message.context().get("message_thread_id");
    if (thread != null && thread.matches("\\d{1,18}")) {
      body.put("message_thread_id", Long.parseLong(thread));
    }
    return body;
  }
}
