package dev.hilo.channel.slack;

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
import dev.hilo.channel.PlatformCall.Field;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One Slack app in its workspaces. */
final class SlackChannel implements Channel {
  private static final long FILE = 50 << 20;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Set<String> CREDENTIALS =
      Set.of(
          "invalid_auth",
          "account_inactive",
          "token_revoked",
          "token_expired",
          "not_authed",
          "missing_scope",
          "no_permission",
          "not_allowed_token_type");
  private static final Set<String> NOBODY_KNOWS =
      Set.of("internal_error", "fatal_error", "service_unavailable", "request_timeout");

  /** What we wanted is so already. */
  private static final Set<String> DONE =
      Set.of("already_reacted", "no_reaction", "message_not_found", "file_deleted");

  private final SlackSettings settings;
  private final Ports ports;
  private final Webhook webhook;

  SlackChannel(SlackSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.webhook = new SlackWebhook(settings);
  }

  @Override
  public List<Account> accounts() {
    return settings.accounts().stream().map(TokenAccount::account).toList();
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(SlackSay.TEXT)
        .choices(SlackSay.BUTTONS)
        .anyMedia(FILE)
        .with(Feature.REPLIES, Feature.REACTIONS, Feature.EDITS, Feature.REMOVALS);
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    var team = TokenAccount.find(settings.accounts(), message.account());
    if (team == null) {
      return new SendResult.Refused("unknown-account", "no such workspace is configured");
    }
    ObjectNode body = SlackSay.body(message.content(), message.id());
    if (message.attachments().isEmpty() && message.content() instanceof Content.Media media) {
      return new SlackUpload(this, team, message).send(media);
    }
    if (!message.attachments().isEmpty() || body == null) {
      return new SendResult.Refused(
          "unsupported", "expected a file, or text or choices of 1 to 3000 characters, escaped");
    }
    body.put("channel", channel(message.to(), message.context()));
    String thread = thread(team, message);
    if (thread != null) {
      body.put("thread_ts", thread);
    }
    ObjectNode metadata = body.putObject("metadata").put("event_type", "hilo_message");
    metadata.putObject("event_payload").put("id", message.id());
    return call(
        post(team, "chat.postMessage", body),
        message.attempt(),
        answer -> {
          String ts = answer.id("ts");
          return ts == null
              ? new SendResult.Unknown("taken, but the answer names no message")
              : new SendResult.Accepted(ts);
        });
  }

  /** Slack opens the direct message itself where it is given a person. */
  static String channel(Address to, Map<String, String> context) {
    return requireNonNullElse(context.get("channel"), to.id());
  }

  /**
   * A thread is named by its first message. Of the newest message that is known; of any other it is
   * asked for, lest an answer land in somebody else's thread.
   */
  @Nullable String thread(TokenAccount team, Outbound message) throws InterruptedException {
    var context = message.context();
    String answered = message.replyTo();
    if (answered == null || answered.equals(context.get("ts"))) {
      return context.get("thread");
    }
    if (!answered.matches("\\d{1,11}\\.\\d{1,6}")) {
      return context.get("thread");
    }
    String where =
        "?limit=1&channel="
            + PlatformCall.encoded(channel(message.to(), context))
            + "&ts="
            + answered;
    try {
      var found =
          PlatformCall.get(settings.baseUrl() + "/conversations.replies" + where)
              .bearer(team.token().value())
              .ask(ports);
      return requireNonNullElse(found.body().first("messages").id("thread_ts"), answered);
    } catch (IOException _) {
      return answered;
    }
  }

  PlatformCall post(TokenAccount team, String method, ObjectNode body) {
    return PlatformCall.post(settings.baseUrl() + "/" + method)
        .bearer(team.token().value())
        .json(body);
  }

  PlatformCall form(TokenAccount team, String method, List<Field> fields) {
    return PlatformCall.post(settings.baseUrl() + "/" + method)
        .bearer(team.token().value())
        .form(fields);
  }

  Ports ports() {
    return ports;
  }

  /** Slack answers 200 whatever comes of it; {@code taken} reads the answer of what was. */
  SendResult call(PlatformCall call, int attempt, Function<Payload, SendResult> taken)
      throws InterruptedException {
    return call.send(
        ports,
        attempt,
        answer ->
            answer.taken() && answer.body().flag("ok")
                ? taken.apply(answer.body())
                : fault(answer, attempt));
  }

  static SendResult fault(PlatformCall.Answer answer, int attempt) {
    String error = SlackSay.word(answer.body(), answer.status());
    if (answer.status() == 429 || error.equals("ratelimited") || error.equals("rate_limited")) {
      return new SendResult.Retry(PlatformCall.pause(attempt, answer.retryAfter()), error);
    }
    boolean mute = answer.taken() && answer.body().isEmpty();
    return mute || answer.status() >= 500 || NOBODY_KNOWS.contains(error)
        ? new SendResult.Unknown(error)
        : new SendResult.Refused(error, error, CREDENTIALS.contains(error));
  }

  @Override
  public SendResult perform(Gesture gesture) throws InterruptedException {
    var team = TokenAccount.find(settings.accounts(), gesture.account());
    if (team == null) {
      return new SendResult.Refused("unknown-account", "no such workspace is configured");
    }
    ObjectNode body = JSON.objectNode().put("channel", channel(gesture.to(), gesture.context()));
    return switch (gesture) {
      case Gesture.React react -> {
        String name = SlackSay.emoji(react.emoji());
        yield name == null
            ? unsupported("Slack has no name for this emoji that we know")
            : told(
                team,
                react.on() ? "reactions.add" : "reactions.remove",
                body.put("timestamp", react.target()).put("name", name));
      }
      case Gesture.Edit edit -> {
        ObjectNode now = SlackSay.body(edit.content(), edit.target());
        yield now == null
            ? unsupported("only text can be changed")
            : told(team, "chat.update", now.setAll(body.put("ts", edit.target())));
      }
      case Gesture.Remove remove ->
          remove.target().startsWith("F")
              ? told(team, "files.delete", body.put("file", remove.target()))
              : told(team, "chat.delete", body.put("ts", remove.target()));
      case Gesture.Typing _, Gesture.Read _ -> unsupported("Slack lets no app show this");
    };
  }

  private SendResult told(TokenAccount team, String method, ObjectNode body)
      throws InterruptedException {
    var result = call(post(team, method, body), 1, _ -> new SendResult.Accepted(""));
    return result instanceof SendResult.Refused(var code, _, _)
            && DONE.contains(code)
            && !method.equals("chat.update")
        ? new SendResult.Accepted("")
        : result;
  }

  private static SendResult unsupported(String why) {
    return new SendResult.Refused("unsupported", why);
  }

  /**
   * The file is asked for first: of a file in a shared channel the message gives the id alone, and
   * without the right to read files its address answers with a page to log in, and 200.
   */
  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context)
      throws InterruptedException {
    var team = TokenAccount.find(settings.accounts(), account);
    if (team == null || media.ref() == null) {
      return new MediaSource.Gone("the message names no file");
    }
    String url = settings.baseUrl() + "/files.info?file=" + PlatformCall.encoded(media.ref());
    PlatformCall.Answer answer;
    try {
      answer = PlatformCall.get(url).bearer(team.token().value()).ask(ports);
    } catch (IOException _) {
      return new MediaSource.Later(Duration.ofSeconds(10), "Slack did not answer");
    }
    if (answer.taken() && answer.body().flag("ok")) {
      return source(answer.body().at("file"), team);
    }
    return switch (fault(answer, 1)) {
      case SendResult.Retry(var after, var why) -> new MediaSource.Later(after, why);
      case SendResult.Unknown(var why) -> new MediaSource.Later(Duration.ofSeconds(10), why);
      case SendResult.Refused refused -> new MediaSource.Gone("Slack says " + refused.code());
      case SendResult.Accepted _, SendResult.WindowClosed _ -> new MediaSource.Gone("no file");
    };
  }

  /** Our token goes to Slack only, not to wherever an external file lies. */
  private MediaSource source(Payload file, TokenAccount team) {
    String url = file.text("url_private_download");
    if (url == null) {
      url = file.text("url_private");
    }
    if (url == null) {
      return new MediaSource.Gone("Slack gives no address of the file");
    }
    return MediaSource.of(url, Map.of(), false) instanceof MediaSource.Link(var uri, _, _)
            && isSlack(uri)
            && !file.flag("is_external")
        ? new MediaSource.Link(uri, Map.of("authorization", "Bearer " + team.token().value()), true)
        : MediaSource.of(url, Map.of(), false);
  }

  private boolean isSlack(URI uri) {
    String host = uri.getHost();
    return host.equals(settings.baseUrl().getHost())
        || uri.getScheme().equals("https") && host.endsWith(".slack.com");
  }
}
