package dev.hilo.channel.meta;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Numbered;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.Webhook;
import dev.hilo.config.Secret;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Pages or Instagram accounts of one Meta app.
 *
 * <p>A comment is answered in public by a message that names it ({@link Outbound#replyTo}), and
 * privately by one that does not: once for each comment and within seven days.
 */
public final class InboxChannel implements Channel {
  private static final SendResult CANNOT =
      new SendResult.Refused("unsupported", "this cannot be shown here");

  /** Reactions go by their word. */
  private static final Map<String, String> WORDS =
      Map.of(
          "❤", "love", "👍", "like", "👎", "dislike", "😆", "smile", "😮", "wow", "😢", "sad", "😠",
          "angry");

  private final Inbox inbox;
  private final Graph graph;
  private final List<TokenAccount> accounts;
  private final boolean humanAgent;
  private final Webhook webhook;

  /**
   * Opens the accounts.
   *
   * @param humanAgent the app may answer for seven days, where a person does
   * @param appSecrets any of them may sign the webhook
   */
  public InboxChannel(
      Inbox inbox,
      Graph graph,
      List<TokenAccount> accounts,
      boolean humanAgent,
      List<Secret> appSecrets,
      Secret verifyToken) {
    this.inbox = inbox;
    this.graph = graph;
    this.accounts = List.copyOf(accounts);
    this.humanAgent = humanAgent;
    this.webhook = new InboxWebhook(inbox, appSecrets, verifyToken);
  }

  @Override
  public List<Account> accounts() {
    return accounts.stream().map(TokenAccount::account).toList();
  }

  @Override
  public Capabilities capabilities() {
    return inbox.capabilities(humanAgent);
  }

  /**
   * A comment takes text at any time in public; Meta tells when it is too late to do so privately.
   */
  @Override
  public Capabilities capabilities(Address to) {
    return Comments.isOne(to) ? inbox.comments() : capabilities();
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    var from = TokenAccount.find(accounts, message.account());
    if (from == null) {
      return new SendResult.Refused("unknown-account", "no such account is configured");
    }
    if (!message.attachments().isEmpty()) {
      return new SendResult.Refused("unsupported", "files go one by one here");
    }
    if (Comments.isOne(message.to())) {
      return comment(message, from);
    }
    return switch (DirectMessage.of(inbox, message, graph.ports().blobs())) {
      case DirectMessage.Refused(var code, var why) -> new SendResult.Refused(code, why);
      case DirectMessage.Body(var json) -> direct(message, json, from);
    };
  }

  private SendResult direct(Outbound message, ObjectNode json, TokenAccount from)
      throws InterruptedException {
    ObjectNode call = to(message.to());
    if (inbox == Inbox.MESSENGER) {
      call.put("messaging_type", "RESPONSE");
    }
    call.set("message", json);
    String answered = message.replyTo();
    if (answered != null
        && answered.indexOf('|') < 0) { // a pressed button may have no id of Meta's
      call.putObject("reply_to").put("mid", answered);
    }
    SendResult result = post(call, from, message.attempt());
    if (humanAgent && result instanceof SendResult.WindowClosed) {
      call.put("messaging_type", "MESSAGE_TAG").put("tag", "HUMAN_AGENT");
      return post(call, from, message.attempt());
    }
    return result;
  }

  private SendResult comment(Outbound message, TokenAccount from) throws InterruptedException {
    String text = Numbered.text(message.content());
    if (text == null) {
      return new SendResult.Refused("unsupported", "only text can answer a comment");
    }
    var refused = inbox.tooLong(text);
    if (refused != null) {
      return new SendResult.Refused(refused.code(), refused.why());
    }
    ObjectNode call = JsonNodeFactory.instance.objectNode();
    String named = message.replyTo();
    if (named != null && named.matches("\\d+(_\\d+)?")) {
      call.put("message", text);
      return graph.post(
          inbox.publicReplies(named), from, call, message.attempt(), body -> body.id("id"));
    }
    String comment = message.context().get("comment_id");
    if (comment == null) {
      return new SendResult.Refused("no-comment", "which comment it answers is not known");
    }
    if (over(message.context().get("private_until"))) {
      return new SendResult.WindowClosed(
          "a comment can be answered privately for 7 days only; reply to it in public");
    }
    call.putObject("recipient").put("comment_id", comment);
    call.putObject("message").put("text", text);
    // the answer names who it went to: the same person's address for direct messages
    var person = new AtomicReference<@Nullable String>();
    SendResult result =
        graph.post(
            inbox.messages(from.id()),
            from,
            call,
            message.attempt(),
            body -> {
              person.set(body.id("recipient_id"));
              return body.id("message_id");
            });
    String direct = person.get();
    return direct != null && result instanceof SendResult.Accepted(var id, _)
        ? new SendResult.Accepted(id, new Address(inbox.type(), from.id(), direct))
        : result;
  }

  private static boolean over(@Nullable String until) {
    return until != null && Instant.parse(until).isBefore(Instant.now());
  }

  @Override
  public SendResult perform(Gesture gesture) throws InterruptedException {
    var from = TokenAccount.find(accounts, gesture.account());
    if (from == null || Comments.isOne(gesture.to())) {
      return CANNOT;
    }
    ObjectNode call = to(gesture.to());
    boolean known =
        switch (gesture) {
          case Gesture.Typing typing -> act(call, typing.on() ? "typing_on" : "typing_off");
          case Gesture.Read _ -> act(call, "mark_seen");
          case Gesture.React react -> react(call, react);
          case Gesture.Edit _, Gesture.Remove _ -> false;
        };
    String about = gesture.about();
    return known
        ? graph.post(
            inbox.messages(from.id()), from, call, 1, _ -> about == null ? "typing" : about)
        : CANNOT;
  }

  private static boolean act(ObjectNode call, String action) {
    call.put("sender_action", action);
    return true;
  }

  private boolean react(ObjectNode call, Gesture.React react) {
    String word = WORDS.get(react.emoji().replace("\uFE0F", ""));
    if (inbox == Inbox.MESSENGER || react.on() && word == null) {
      return false;
    }
    call.put("sender_action", react.on() ? "react" : "unreact");
    ObjectNode payload = call.putObject("payload").put("message_id", react.target());
    if (react.on()) {
      payload.put("reaction", word);
    }
    return true;
  }

  private SendResult post(ObjectNode call, TokenAccount from, int attempt)
      throws InterruptedException {
    return graph.post(
        inbox.messages(from.id()), from, call, attempt, body -> body.id("message_id"));
  }

  private static ObjectNode to(Address person) {
    ObjectNode call = JsonNodeFactory.instance.objectNode();
    String id = person.id();
    boolean box = id.startsWith("user_ref:");
    call.putObject("recipient").put(box ? "user_ref" : "id", box ? id.substring(9) : id);
    return call;
  }

  /** Meta's links need no credentials and end after a while. */
  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    return Graph.link(media.ref(), Map.of(), false);
  }
}
