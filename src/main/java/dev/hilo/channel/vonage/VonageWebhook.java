package dev.hilo.channel.vonage;

import static java.util.Objects.requireNonNullElse;

import dev.hilo.channel.HmacJwt;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.Secret;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signed callbacks, one event in each. A token names the digest of the body; it has no end, so its
 * age is bounded here.
 */
final class VonageWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(VonageWebhook.class);
  private static final Duration SKEW = Duration.ofMinutes(1);

  private final List<Secret> secrets;
  private final Duration age;

  VonageWebhook(VonageSettings settings) {
    secrets = settings.signatureSecrets();
    age = settings.signatureAge();
  }

  @Override
  public Received receive(WebhookRequest request) {
    String wrong = wrong(request);
    if (wrong != null) {
      return new Received.Refused(401, wrong);
    }
    try {
      return new Received.Accepted(items(Payload.object(request.body())), Reply.OK);
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
  }

  private @org.jspecify.annotations.Nullable String wrong(WebhookRequest request) {
    String header = requireNonNullElse(request.header("authorization"), "");
    Payload claims =
        HmacJwt.claims(header.startsWith("Bearer ") ? header.substring(7) : null, secrets);
    if (claims == null) {
      return "header authorization has no token of ours";
    }
    var issued = claims.seconds("iat");
    if (issued == null
        || issued.isBefore(request.now().minus(age))
        || issued.isAfter(request.now().plus(SKEW))) {
      return "header authorization: the token was not made just now";
    }
    String digest = Signature.hex(Signature.digest("SHA-256", request.body()));
    return Signature.same(digest, claims.text("payload_hash"))
        ? null
        : "header authorization: payload_hash does not fit the body";
  }

  private static List<Inbound> items(Payload body) {
    try {
      return body.has("status") && !body.has("message_type")
          ? VonageEvents.status(body)
          : VonageEvents.said(body);
    } catch (IllegalArgumentException e) {
      LOG.debug("a callback is left out: {} is missing or wrong", e.getMessage());
      return List.of();
    }
  }
}
