package dev.hilo.channel.telegram;

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
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One bot. */
final class TelegramChannel implements Channel {
  private final TokenAccount bot;
  private final String url;
  private final String files;
  private final Ports ports;
  private final Webhook webhook;

  TelegramChannel(TelegramSettings settings, Ports ports) {
    this.bot = settings.accounts().getFirst();
    this.url = settings.baseUrl() + "/bot" + bot.token().value() + "/";
    this.files = settings.baseUrl() + "/file/bot" + bot.token().value() + "/";
    this.ports = ports;
    this.webhook = new TelegramWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return List.of(bot.account());
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(TelegramMessage.TEXT)
        .choices(TelegramMessage.BUTTONS)
        .anyMedia(TelegramMessage.FILE_BYTES)
        .with(
            Feature.REPLIES,
            Feature.REACTIONS,
            Feature.EDITS,
            Feature.REMOVALS,
            Feature.LOCATIONS,
            Feature.TYPING,
            Feature.READS)
        .paced(30, Duration.ofSeconds(1));
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
    var refused = TelegramMessage.refusal(message);
    if (refused != null) {
      return refused;
    }
    var media = message.content() instanceof Content.Media file ? file : null;
    String blob = media == null ? null : media.blob();
    byte[] bytes = new byte[0];
    if (blob != null) {
      try (InputStream in = ports.blobs().open(blob)) {
        bytes = in.readAllBytes();
      } catch (IOException _) {
        return new SendResult.Retry(
            PlatformCall.pause(message.attempt()), "the file cannot be read now");
      }
    }
    return send(message, media, bytes, message.to().id(), true);
  }

  /**
   * A group that became a supergroup has another id, which the refusal names: once more to that.
   */
  private SendResult send(
      Outbound message, Content.@Nullable Media media, byte[] bytes, String chat, boolean follow)
      throws InterruptedException {
    var moved = new AtomicReference<@Nullable String>();
    var result =
        TelegramMessage.of(message)
            .call(url, chat, media, bytes)
            .send(
                ports,
                message.attempt(),
                answer -> {
                  moved.set(answer.body().at("parameters").id("migrate_to_chat_id"));
                  return judge(answer, chat, message.attempt());
                });
    String next = moved.get();
    return follow && next != null ? send(message, media, bytes, next, false) : result;
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
    return refused(answer, attempt);
  }

  private static SendResult refused(PlatformCall.Answer answer, int attempt) {
    Payload body = answer.body();
    if (answer.taken() || answer.lost()) {
      return new SendResult.Unknown("HTTP " + answer.status() + " without Telegram's own answer");
    }
    int code = (int) body.number("error_code", answer.status());
    String words = body.text("description");
    String why = words == null ? "HTTP " + code : Payload.veiled(words);
    if (code == 429 || code >= 500) {
      long wait = Math.min(3600, body.at("parameters").number("retry_after", -1));
      Duration after = wait >= 0 ? Duration.ofSeconds(wait) : answer.retryAfter();
      return new SendResult.Retry(PlatformCall.pause(attempt, after), why);
    }
    boolean gone = why.matches("(?i).*(bot was blocked|user is deactivated|bot was kicked).*");
    return code == 403 && gone
        ? new SendResult.Refused("opt-out", why)
        : new SendResult.Refused(Integer.toString(code), why, code == 401 || code == 404);
  }

  /** Typing ends by itself. Reading is shown in the chats of a business account only. */
  @Override
  public SendResult perform(Gesture gesture) throws InterruptedException {
    Map<String, String> context = gesture.context();
    boolean business = context.containsKey("business_connection_id");
    if (gesture instanceof Gesture.Edit(_, _, _, _, Content.Text(var text))) {
      var refused = TelegramMessage.refusal(text);
      if (refused != null) {
        return refused;
      }
    }
    TelegramMessage call =
        switch (gesture) {
          case Gesture.Typing typing -> TelegramMessage.typing(context);
          case Gesture.Read read ->
              business ? about("readBusinessMessage", read.target(), context) : null;
          case Gesture.React react -> reaction(react);
          case Gesture.Edit edit -> edit(edit);
          case Gesture.Remove remove ->
              business ? removal(remove) : about("deleteMessage", remove.target(), Map.of());
        };
    if (call == null || !gesture.account().equals(bot.id())) {
      return new SendResult.Refused("unsupported", "Telegram does not show this here");
    } else if (gesture instanceof Gesture.Typing typing && !typing.on()) {
      return new SendResult.Accepted("");
    }
    String about = gesture.about();
    return call.call(url, chat(gesture, call), null, new byte[0])
        .send(
            ports,
            1,
            answer ->
                answer.taken() && answer.body().flag("ok") || done(answer)
                    ? new SendResult.Accepted(about == null ? "" : about)
                    : refused(answer, 1));
  }

  /** What was done before is done. */
  private static boolean done(PlatformCall.Answer answer) {
    String words = answer.body().text("description");
    return words != null
        && (words.contains("message is not modified")
            || words.contains("message to delete not found"));
  }

  /** Null where messages of a business account are named by their numbers alone. */
  private static @Nullable String chat(Gesture gesture, TelegramMessage call) {
    String about = gesture.about();
    if (call.fields().has("message_ids")) {
      return null;
    }
    return about != null && about.indexOf(':') > 0
        ? about.substring(0, about.indexOf(':'))
        : gesture.to().id();
  }

  private static @Nullable TelegramMessage about(
      String method, String target, Map<String, String> context) {
    var call = TelegramMessage.about(method, target);
    String business = context.get("business_connection_id");
    if (call != null && business != null) {
      call.fields().put("business_connection_id", business);
    }
    return call;
  }

  private static @Nullable TelegramMessage reaction(Gesture.React react) {
    var call = about("setMessageReaction", react.target(), Map.of());
    if (call != null) {
      var all = call.fields().putArray("reaction");
      if (react.on()) {
        all.addObject().put("type", "emoji").put("emoji", react.emoji());
      }
    }
    return call;
  }

  private static @Nullable TelegramMessage edit(Gesture.Edit edit) {
    var call = about("editMessageText", edit.target(), edit.context());
    if (call == null || !(edit.content() instanceof Content.Text(var text))) {
      return null;
    }
    call.fields().put("text", text);
    return call;
  }

  private static @Nullable TelegramMessage removal(Gesture.Remove remove) {
    var call = about("deleteBusinessMessages", remove.target(), remove.context());
    if (call != null) {
      call.fields().putArray("message_ids").add(call.fields().remove("message_id"));
    }
    return call;
  }

  /** The link holds the bot's token and lives for an hour. */
  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context)
      throws InterruptedException {
    String ref = media.ref();
    if (ref == null) {
      return new MediaSource.Gone("Telegram named no file");
    }
    try {
      var answer =
          PlatformCall.get(url + "getFile?file_id=" + PlatformCall.encoded(ref)).ask(ports);
      String path = answer.body().at("result").id("file_path");
      if (answer.taken() && path != null) {
        return path.startsWith("/")
            ? new MediaSource.Gone("the Bot API server keeps its files to itself (--local)")
            : MediaSource.of(files + path, Map.of(), true);
      }
      return switch (refused(answer, 1)) {
        case SendResult.Refused(_, var why, var credentials) when !credentials ->
            new MediaSource.Gone(why);
        case SendResult.Retry(var after, var why) -> new MediaSource.Later(after, why);
        case SendResult.Refused _,
            SendResult.Accepted _,
            SendResult.WindowClosed _,
            SendResult.Unknown _ ->
            new MediaSource.Later(Duration.ofMinutes(5), "HTTP " + answer.status());
      };
    } catch (IOException e) {
      return new MediaSource.Later(Duration.ofMinutes(1), "no answer: " + e.getMessage());
    }
  }
}
