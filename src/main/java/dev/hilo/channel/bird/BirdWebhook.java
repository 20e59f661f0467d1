package dev.hilo.channel.bird;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Bird's webhooks, one event in each, signed over time, public URL and the body's digest. */
final class BirdWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(BirdWebhook.class);
  private static final Duration SKEW = Duration.ofMinutes(1);

  private final List<Secret> keys;
  private final Duration age;

  BirdWebhook(BirdSettings settings) {
    keys = settings.signingKeys();
    age = settings.signatureAge();
  }

  @Override
  public Received receive(WebhookRequest request) {
    String at = requireNonNullElse(request.header("messagebird-request-timestamp"), "");
    if (!fits(request, at)) {
      return new Received.Refused(401, "header messagebird-signature does not fit the call");
    }
    Instant sent = Instant.ofEpochSecond(at.matches("\\d{1,11}") ? Long.parseLong(at) : 0);
    if (sent.isBefore(request.now().minus(age)) || sent.isAfter(request.now().plus(SKEW))) {
      return new Received.Refused(401, "header messagebird-request-timestamp: not just now");
    }
    try {
      return new Received.Accepted(items(Payload.object(request.body())), Reply.OK);
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
  }

  private boolean fits(WebhookRequest request, String at) {
    byte[] head = (at + "\n" + request.url() + "\n").getBytes(UTF_8);
    byte[] digest = Signature.digest("SHA-256", request.body());
    String given = request.header("messagebird-signature");
    boolean fits = false;
    for (Secret key : keys) {
      byte[] mac = Signature.hmacSha256(key.value().getBytes(UTF_8), head, digest);
      fits |= Signature.same(Signature.base64(mac), given);
    }
    return fits;
  }

  /** Some subscriptions send the payload without its envelope. */
  private static List<Inbound> items(Payload body) {
    Payload payload = body.has("payload") ? body.at("payload") : body;
    String event = requireNonNullElse(body.id("event"), "");
    int dot = event.lastIndexOf('.');
    try {
      var events = new BirdEvents(dot < 0 ? null : event.substring(0, dot), payload);
      String kind = dot < 0 ? BirdEvents.kind(payload) : event.substring(dot + 1);
      return switch (kind) {
        case "inbound" -> List.of(events.said());
        case "outbound" -> events.status();
        case "interaction" -> events.interaction();
        default -> List.of();
      };
    } catch (IllegalArgumentException e) {
      LOG.debug("an event is left out: {} is missing or wrong", e.getMessage());
      return List.of();
    }
  }
}
