package dev.hilo.channel.messagebird;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.HmacJwt;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MessageBird's webhooks: a token over the public URL and the body that lives for a minute, or the
 * signature from before it, over the sorted query. Statuses of plain SMS come as GET.
 */
final class MessageBirdWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(MessageBirdWebhook.class);
  private static final Duration LEEWAY = Duration.ofSeconds(1);
  private static final Duration OLD_AGE = Duration.ofMinutes(5);

  private final List<Secret> keys;
  private final String first;

  MessageBirdWebhook(MessageBirdSettings settings) {
    keys = settings.signingKeys();
    first = settings.accounts().getFirst().id();
  }

  @Override
  public Received receive(WebhookRequest request) {
    boolean genuine =
        request.header("messagebird-signature-jwt") != null ? token(request) : signed(request);
    if (!genuine) {
      return new Received.Refused(401, "header messagebird-signature-jwt does not fit the call");
    }
    try {
      return new Received.Accepted(
          request.method().equals("GET")
              ? items(() -> MessageBirdEvents.sms(request, first))
              : body(Payload.object(request.body())),
          Reply.OK);
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
  }

  private boolean token(WebhookRequest request) {
    Payload claims = HmacJwt.claims(request.header("messagebird-signature-jwt"), keys);
    if (claims == null || !"MessageBird".equals(claims.text("iss"))) {
      return false;
    }
    Instant from = claims.seconds("nbf");
    Instant until = claims.seconds("exp");
    byte[] body = request.body();
    return from != null
        && until != null
        && !from.isAfter(request.now().plus(LEEWAY))
        && !until.isBefore(request.now().minus(LEEWAY))
        && Signature.same(digest(request.url().getBytes(UTF_8)), claims.text("url_hash"))
        && (body.length == 0
            ? !claims.has("payload_hash")
            : Signature.same(digest(body), claims.text("payload_hash")));
  }

  private static String digest(byte[] bytes) {
    return Signature.hex(Signature.digest("SHA-256", bytes));
  }

  private boolean signed(WebhookRequest request) {
    String at = requireNonNullElse(request.header("messagebird-request-timestamp"), "");
    String given = request.header("messagebird-signature");
    if (!at.matches("\\d{1,11}") || given == null) {
      return false;
    }
    boolean fits = false;
    for (Secret key : keys) {
      fits |= Signature.same(signature(key, at, request.url(), request.body()), given);
    }
    return fits
        && Duration.between(Instant.ofEpochSecond(Long.parseLong(at)), request.now())
                .abs()
                .compareTo(OLD_AGE)
            <= 0;
  }

  static String signature(Secret key, String at, String url, byte[] body) {
    String query = url.contains("?") ? url.substring(url.indexOf('?') + 1) : "";
    String[] sorted = query.split("&", -1);
    Arrays.sort(sorted);
    byte[] head = (at + "\n" + String.join("&", sorted) + "\n").getBytes(UTF_8);
    byte[] digest = Signature.digest("SHA-256", body);
    return Signature.base64(Signature.hmacSha256(key.value().getBytes(UTF_8), head, digest));
  }

  private static List<Inbound> body(Payload body) {
    String type = requireNonNullElse(body.id("type"), "");
    return type.startsWith("message.")
        ? items(() -> MessageBirdEvents.message(body))
        : List.of(); // conversations that open and close are MessageBird's own
  }

  private interface Reader {
    List<Inbound> read();
  }

  private static List<Inbound> items(Reader reader) {
    try {
      return reader.read();
    } catch (IllegalArgumentException e) {
      LOG.debug("a call is left out: {} is missing or wrong", e.getMessage());
      return List.of();
    }
  }
}
