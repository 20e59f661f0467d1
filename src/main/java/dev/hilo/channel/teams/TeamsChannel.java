package dev.hilo.channel.teams;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Numbered;
import dev.hilo.channel.OAuthToken;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.PlatformCall.Field;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Content;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One bot. Where to send is known from the person's own activities only: our token never goes to a
 * server that did not come with one of Microsoft's.
 */
final class TeamsChannel implements Channel {
  private static final int TEXT = 28_000;
  private static final int BUTTONS = 6;
  private static final long IMAGE = 1 << 20;

  private final TeamsSettings settings;
  private final Ports ports;
  private final Webhook webhook;
  private final OAuthToken token;

  TeamsChannel(TeamsSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.webhook = new TeamsWebhook(settings, new TeamsKeys(ports, settings.keysUrl()));
    this.token =
        new OAuthToken(
            ports,
            settings.loginUrl() + "/" + settings.tenant() + "/oauth2/v2.0/token",
            () ->
                List.of(
                    new Field("grant_type", "client_credentials"),
                    new Field("client_id", settings.appId()),
                    new Field("client_secret", settings.clientSecret().value()),
                    new Field("scope", "https://api.botframework.com/.default")));
  }

  @Override
  public List<Account> accounts() {
    return List.of(new Account(settings.bot(), settings.name()));
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(TEXT)
        .choices(BUTTONS)
        .media(IMAGE, Content.Media.Kind.IMAGE)
        .with(Feature.RECEIPTS, Feature.REPLIES, Feature.EDITS, Feature.REMOVALS, Feature.TYPING)
        .paced(30, Duration.ofSeconds(1));
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    if (!message.attachments().isEmpty()) {
      return new SendResult.Refused("unsupported", "one file in a message");
    }
    String reply = message.replyTo();
    ObjectNode body = body(message.content());
    if (body != null && reply != null) {
      body.put("replyToId", reply);
    }
    return call("POST", message.account(), message.context(), reply, body, message.attempt());
  }

  @Override
  public SendResult perform(Gesture gesture) throws InterruptedException {
    String account = gesture.account();
    var context = gesture.context();
    return switch (gesture) {
      case Gesture.Typing t when !t.on() -> new SendResult.Accepted("");
      case Gesture.Typing _ -> call("POST", account, context, null, activity("typing"), 1);
      case Gesture.Edit e -> call("PUT", account, context, e.target(), body(e.content()), 1);
      case Gesture.Remove r ->
          call("DELETE", account, context, r.target(), JsonNodeFactory.instance.objectNode(), 1);
      case Gesture.Read _, Gesture.React _ ->
          new SendResult.Refused("unsupported", "a bot in Teams cannot show it");
    };
  }

  private SendResult call(
      String method,
      String account,
      Map<String, String> context,
      @Nullable String about,
      @Nullable ObjectNode body,
      int attempt)
      throws InterruptedException {
    String server = context.get("serviceUrl");
    String conversation = context.get("conversation");
    if (!account.equals(settings.bot())) {
      return new SendResult.Refused("unknown-account", "no such bot is configured");
    }
    if (body == null) {
      return new SendResult.Refused(
          "unsupported",
          "only text of 1 to " + TEXT + " characters, choices and pictures can be sent here");
    }
    if (server == null || conversation == null || !PlatformCall.isBase(base(server))) {
      return new SendResult.Refused("not-reachable", "they have not written to this bot yet");
    }
    String url =
        base(server)
            + "/v3/conversations/"
            + PlatformCall.encoded(conversation)
            + "/activities"
            + (about == null ? "" : "/" + PlatformCall.encoded(about));
    return token.send(
        attempt,
        held -> {
          var call = PlatformCall.of(method, url).bearer(held);
          return (body.isEmpty() ? call : call.json(body))
              .send(ports, attempt, answer -> judge(answer, method, about, attempt));
        });
  }

  private static URI base(String server) {
    return URI.create(server.endsWith("/") ? server.substring(0, server.length() - 1) : server);
  }

  /** Of what was lost on the way Microsoft's servers have delivered some. */
  private static SendResult judge(
      PlatformCall.Answer answer, String method, @Nullable String about, int attempt) {
    int status = answer.status();
    if (answer.taken()) {
      String id = answer.body().id("id");
      return id != null
          ? new SendResult.Accepted(id)
          : method.equals("POST")
              ? new SendResult.Unknown("taken, but the answer names no message")
              : new SendResult.Accepted(String.valueOf(about));
    }
    Payload error = answer.body().at("error");
    String code = error.id("code");
    String words = error.text("message");
    String why = "HTTP " + status + (words == null ? "" : ": " + Payload.veiled(words));
    if (status == 429) {
      return new SendResult.Retry(PlatformCall.pause(attempt, answer.retryAfter()), why);
    }
    if (status == 412 || status >= 500) {
      return new SendResult.Unknown(why);
    }
    return new SendResult.Refused(
        "ConversationBlockedByUser".equals(code)
            ? "opt-out"
            : code == null ? Integer.toString(status) : Payload.cut(code, 60),
        why);
  }

  private static ObjectNode activity(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  /** Null for what cannot be said here. */
  private @Nullable ObjectNode body(Content content) {
    return switch (content) {
      case Content.Text(var text) -> text(text);
      case Content.Choices c when c.options().isEmpty() || c.options().size() > BUTTONS ->
          text(Numbered.list(c));
      case Content.Choices c -> text(c.text()) == null ? null : card(c);
      case Content.Media m
          when m.kind() == Content.Media.Kind.IMAGE && m.blob() != null && m.size() <= IMAGE ->
          picture(m);
      case Content.Media _,
          Content.Location _,
          Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Template _,
          Content.Email _,
          Content.Unsupported _ ->
          null;
    };
  }

  private static @Nullable ObjectNode text(String text) {
    return text.isBlank() || text.length() > TEXT
        ? null
        : activity("message").put("text", text).put("textFormat", "plain");
  }

  private static ObjectNode card(Content.Choices choices) {
    ObjectNode activity = activity("message");
    ObjectNode card = card(activity);
    block(card, choices.text());
    var actions = card.putArray("actions");
    for (var option : choices.options()) {
      var action = actions.addObject().put("type", "Action.Submit").put("title", option.title());
      action.putObject("data").put("id", option.id()).put("title", option.title());
    }
    return activity;
  }

  /** With words both go into one card: apart, Teams would make two messages and name neither. */
  private ObjectNode picture(Content.Media media) {
    String url = ports.blobs().link(media, Duration.ofDays(1)).toString();
    ObjectNode activity = activity("message");
    String caption = media.caption();
    if (caption == null || caption.isBlank()) {
      var file = activity.putArray("attachments").addObject();
      file.put("contentType", media.mime() == null ? "image/jpeg" : media.mime());
      file.put("contentUrl", url);
      if (media.name() != null) {
        file.put("name", media.name());
      }
      return activity;
    }
    ObjectNode card = card(activity);
    card.withArray("body").addObject().put("type", "Image").put("url", url);
    block(card, Payload.cut(caption, TEXT));
    return activity;
  }

  private static ObjectNode card(ObjectNode activity) {
    ObjectNode attachment = activity.putArray("attachments").addObject();
    attachment.put("contentType", "application/vnd.microsoft.card.adaptive");
    ObjectNode card = attachment.putObject("content").put("type", "AdaptiveCard");
    card.put("version", "1.3").putArray("body");
    return card;
  }

  private static void block(ObjectNode card, String text) {
    var block = card.withArray("body").addObject().put("type", "TextBlock");
    block.put("text", text).put("wrap", true);
  }

  /** Pictures lie with the server of the conversation, behind our token; files carry a permit. */
  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context)
      throws InterruptedException {
    String url = media.ref();
    String server = context.get("serviceUrl");
    if (url == null || server == null || !(url + "/").startsWith(base(server) + "/")) {
      return MediaSource.of(url, Map.of(), false);
    }
    try {
      return MediaSource.of(url, Map.of("authorization", "Bearer " + token.get()), true);
    } catch (IOException e) {
      return new MediaSource.Later(PlatformCall.pause(1), String.valueOf(e.getMessage()));
    }
  }
}
