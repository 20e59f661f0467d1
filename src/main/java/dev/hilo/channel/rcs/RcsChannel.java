package dev.hilo.channel.rcs;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import dev.hilo.channel.RsaJwt;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Webhook;
import dev.hilo.conversation.Content;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The agents of one partner. A message has an id of ours: sent twice, it arrives once. */
final class RcsChannel implements Channel {
  private static final int TEXT = 3072;
  private static final int SUGGESTIONS = 11;
  private static final int LABEL = 25;
  private static final int POSTBACK = 2048;
  private static final String SCOPE = "https://www.googleapis.com/auth/rcsbusinessmessaging";

  private final RcsSettings settings;
  private final Ports ports;
  private final Webhook webhook;
  private final OAuthToken token;

  RcsChannel(RcsSettings settings, Ports ports) {
    this.settings = settings;
    this.ports = ports;
    this.webhook = new RcsWebhook(settings);
    this.token =
        new OAuthToken(
            ports,
            settings.tokenUrl().toString(),
            () ->
                List.of(
                    new Field("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                    new Field("assertion", assertion())));
  }

  @Override
  public List<Account> accounts() {
    return settings.agents();
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.text(TEXT)
        .choices(SUGGESTIONS)
        .anyMedia(100 << 20)
        .with(Feature.RECEIPTS, Feature.READS, Feature.TYPING, Feature.REMOVALS, Feature.REPEATABLE)
        .costs(Capabilities.Cost.PAID);
  }

  @Override
  public Webhook webhook() {
    return webhook;
  }

  @Override
  public SendResult send(Outbound message) throws InterruptedException {
    ObjectNode content = message.attachments().isEmpty() ? content(message.content()) : null;
    if (content == null) {
      return new SendResult.Refused(
          "unsupported",
          "only text of 1 to " + TEXT + " characters, choices and single files can be sent here");
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("contentMessage", content);
    String id = id(message.id());
    return call(
        "POST",
        message.account(),
        message.to().id(),
        "agentMessages?messageId=" + id,
        body,
        id,
        message.attempt());
  }

  @Override
  public SendResult perform(Gesture gesture) throws InterruptedException {
    String account = gesture.account();
    String phone = gesture.to().id();
    String event = "agentEvents?eventId=" + UUID.randomUUID();
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    return switch (gesture) {
      case Gesture.Typing t when !t.on() -> new SendResult.Accepted("");
      case Gesture.Typing _ ->
          call("POST", account, phone, event, body.put("eventType", "IS_TYPING"), "", 1);
      case Gesture.Read r ->
          call(
              "POST",
              account,
              phone,
              event,
              body.put("eventType", "READ").put("messageId", r.target()),
              "",
              1);
      case Gesture.Remove r ->
          call(
              "DELETE",
              account,
              phone,
              "agentMessages/" + PlatformCall.encoded(r.target()) + "?",
              body,
              r.target(),
              1);
      case Gesture.React _, Gesture.Edit _ ->
          new SendResult.Refused("unsupported", "RCS cannot show it");
    };
  }

  private SendResult call(
      String method,
      String account,
      String phone,
      String what,
      ObjectNode body,
      String id,
      int attempt)
      throws InterruptedException {
    if (!settings.has(account)) {
      return new SendResult.Refused("unknown-account", "no such agent is configured");
    }
    String url =
        settings.baseUrl()
            + "/v1/phones/"
            + PlatformCall.encoded(phone)
            + "/"
            + what
            + (what.endsWith("?") ? "" : "&")
            + "agentId="
            + PlatformCall.encoded(account);
    return token.send(
        attempt,
        held -> {
          var call = PlatformCall.of(method, url).bearer(held);
          return (body.isEmpty() ? call : call.json(body))
              .send(ports, attempt, answer -> judge(answer, id, attempt));
        });
  }

  /** Ids must be UUIDs; ours gives always the same one. */
  static String id(String message) {
    return UUID.nameUUIDFromBytes(("hilo:" + message).getBytes(UTF_8)).toString();
  }

  private static SendResult judge(PlatformCall.Answer answer, String id, int attempt) {
    if (answer.taken()) {
      return new SendResult.Accepted(id);
    }
    int status = answer.status();
    Payload error = answer.body().at("error");
    String words = error.text("message");
    String why = "HTTP " + status + (words == null ? "" : ": " + Payload.veiled(words));
    if (status == 429 || status >= 500) {
      return new SendResult.Retry(PlatformCall.pause(attempt, answer.retryAfter()), why);
    }
    return status == 404
        ? new SendResult.Refused("not-reachable", "this number cannot be reached by RCS")
        : new SendResult.Refused(Integer.toString(status), why, status == 401 || status == 403);
  }

  /** Null for what cannot be said here. */
  private @Nullable ObjectNode content(Content content) {
    return switch (content) {
      case Content.Text(var text) -> text(text);
      case Content.Choices choices -> choices(choices);
      case Content.Media media when media.blob() != null -> file(media);
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
        : JsonNodeFactory.instance.objectNode().put("text", text);
  }

  private static @Nullable ObjectNode choices(Content.Choices choices) {
    boolean fits =
        choices.options().size() <= SUGGESTIONS
            && choices.options().stream()
                .allMatch(
                    o ->
                        o.title().length() <= LABEL
                            && !o.title().isBlank()
                            && !o.id().isEmpty()
                            && o.id().length() <= POSTBACK);
    ObjectNode content = text(fits ? choices.text() : Numbered.list(choices));
    if (content != null && fits) {
      var suggestions = content.putArray("suggestions");
      for (var option : choices.options()) {
        var reply = suggestions.addObject().putObject("reply");
        reply.put("text", option.title()).put("postbackData", option.id());
      }
    }
    return content;
  }

  /** With words it is a card: a file alone has none. */
  private @Nullable ObjectNode file(Content.Media media) {
    String url = ports.blobs().link(media, Duration.ofDays(1)).toString();
    String caption = media.caption();
    ObjectNode content = JsonNodeFactory.instance.objectNode();
    if (caption == null || caption.isBlank()) {
      content.putObject("contentInfo").put("fileUrl", url);
      return content;
    }
    boolean shown =
        media.kind() == Content.Media.Kind.IMAGE || media.kind() == Content.Media.Kind.VIDEO;
    if (!shown || caption.length() > 2000) {
      return null;
    }
    var card = content.putObject("richCard").putObject("standaloneCard");
    card.put("cardOrientation", "VERTICAL");
    var inner = card.putObject("cardContent").put("description", caption);
    inner.putObject("media").put("height", "MEDIUM").putObject("contentInfo").put("fileUrl", url);
    return content;
  }

  /** RFC 7523 as Google's "Using OAuth 2.0 for server to server applications" wants it. */
  private String assertion() {
    long now = Instant.now().getEpochSecond();
    ObjectNode claims = JsonNodeFactory.instance.objectNode();
    claims.put("iss", settings.serviceAccount()).put("scope", SCOPE);
    claims.put("aud", settings.tokenUrl().toString()).put("iat", now).put("exp", now + 3600);
    return RsaJwt.sign(claims, settings.key());
  }

  /** A link that anybody may follow, for a while. */
  @Override
  public MediaSource locate(String account, Content.Media media, Map<String, String> context) {
    return MediaSource.of(media.ref(), Map.of(), false);
  }
}
