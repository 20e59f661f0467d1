package dev.hilo.channel.kakao;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Facts;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Strength;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who adds or blocks the channel, proved by the app's admin key, and what is said to the chatbot,
 * which Kakao proves in no way.
 */
final class KakaoWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(KakaoWebhook.class);

  private final KakaoSettings settings;
  private final String account;

  KakaoWebhook(KakaoSettings settings) {
    this.settings = settings;
    this.account = settings.accounts().getFirst().id();
  }

  @Override
  public Received receive(WebhookRequest request) {
    boolean admin =
        Signature.same("KakaoAK " + settings.adminKey().value(), request.header("authorization"));
    Payload body;
    try {
      body = Payload.object(request.body());
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
    try {
      if (body.has("userRequest")) {
        return skill(request, body);
      }
      return admin
          ? new Received.Accepted(friendship(request, body), Reply.OK)
          : new Received.Refused(401, "header authorization is not our admin key");
    } catch (IllegalArgumentException e) {
      LOG.debug("a call is left out: {} is missing or wrong", e.getMessage());
      return new Received.Accepted(List.of(), Reply.OK);
    }
  }

  private List<Inbound> friendship(WebhookRequest request, Payload body) {
    String kind = body.required("event");
    String id = request.header("x-kakao-resource-id");
    String key =
        id != null && !id.isEmpty() && id.length() <= 500
            ? id
            : Signature.hex(Signature.digest("SHA-256", request.body()));
    var origin =
        new Inbound.Origin(
            body.required("channel_public_id"),
            person(requireNonNullElse(body.id("id_type"), "app_user_id"), body.required("id")),
            List.of(),
            Strength.PLATFORM,
            Map.of(),
            null,
            null,
            key,
            body.time("updated_at"));
    return switch (kind) {
      case "added" -> List.of(new Inbound.Notice(origin, "follow", Map.of()));
      case "blocked" -> List.of(new Inbound.Consent(origin, false, "blocked"));
      default ->
          List.of(message(origin, key, true, new Content.Unsupported(kind, body.raw()), Map.of()));
    };
  }

  private Received skill(WebhookRequest request, Payload body) {
    var key = settings.skillKey();
    if (key != null && !Signature.same(key.value(), request.header("x-skill-key"))) {
      return new Received.Refused(401, "header x-skill-key is not ours");
    }
    Payload asked = body.at("userRequest");
    String callback = asked.id("callbackUrl");
    return new Received.Accepted(List.of(utterance(request, body)), reply(callback != null));
  }

  /**
   * Kakao gives neither an id nor a time, and makes each call once: the same words a second later
   * are new ones.
   */
  private Inbound utterance(WebhookRequest request, Payload body) {
    Payload asked = body.at("userRequest");
    Payload user = asked.at("user");
    Payload known = user.at("properties");
    String bot = "bot:" + requireNonNullElse(body.at("bot").id("id"), account);
    String app = known.id("appUserId");
    String second = "\n" + request.now().getEpochSecond();
    String id = Signature.hex(Signature.digest("SHA-256", request.body(), second.getBytes(UTF_8)));
    boolean proved = settings.skillKey() != null;
    var origin =
        new Inbound.Origin(
            account,
            person(Payload.cut(bot, 200), user.required("id")),
            proved && app != null ? List.of(person("app_user_id", app)) : List.of(),
            proved ? Strength.PLATFORM : Strength.CLAIM,
            new Facts().put("language", asked.text("lang")).map(),
            null,
            null,
            id,
            null);
    var context =
        new Facts()
            .put("callback-url", asked.id("callbackUrl"))
            .put("callback-until", String.valueOf(request.now().getEpochSecond() + 60));
    return message(origin, id, false, content(asked), context.map());
  }

  private static Content content(Payload asked) {
    String file = asked.at("params").at("media").id("url");
    String said = requireNonNullElse(asked.text("utterance"), "");
    if (file == null) {
      return said.isEmpty()
          ? new Content.Unsupported("skill", asked.raw())
          : new Content.Text(said.strip());
    }
    var kind =
        switch (String.valueOf(asked.at("params").at("media").text("type"))) {
          case "image" -> Content.Media.Kind.IMAGE;
          case "video" -> Content.Media.Kind.VIDEO;
          default -> Content.Media.Kind.FILE;
        };
    return new Content.Media(kind, null, null, -1, null, null, file, null);
  }

  /** With a callback there is a minute for a real answer; without one this is all there is. */
  private Reply reply(boolean callback) {
    ObjectNode body =
        callback
            ? JsonNodeFactory.instance.objectNode().put("version", "2.0").put("useCallback", true)
            : said(settings.reply());
    return new Reply(200, "application/json", body.toString());
  }

  static ObjectNode said(String text) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("version", "2.0");
    body.putObject("template")
        .putArray("outputs")
        .addObject()
        .putObject("simpleText")
        .put("text", text);
    return body;
  }

  private static Inbound message(
      Inbound.Origin origin,
      @Nullable String id,
      boolean automatic,
      Content content,
      Map<String, String> context) {
    return new Inbound.Message(
        origin,
        requireNonNullElse(id, origin.dedupeKey()),
        false,
        automatic,
        content,
        List.of(),
        null,
        Map.of(),
        context);
  }

  private static Address person(String scope, String id) {
    return new Address(KakaoChannelType.NAME, scope, id);
  }
}
