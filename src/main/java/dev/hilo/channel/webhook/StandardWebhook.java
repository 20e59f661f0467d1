package dev.hilo.channel.webhook;

import dev.hilo.channel.Payload;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The inbound half: Standard Webhooks 1.0.0 around our own small vocabulary. */
final class StandardWebhook implements Webhook {
  private static final Duration TOLERANCE = Duration.ofMinutes(5);
  private static final int SIGNATURES = 8;

  private final List<SigningKey> keys;
  private final String account;

  StandardWebhook(WebhookSettings settings) {
    keys = settings.signingSecrets().stream().map(SigningKey::of).toList();
    account = settings.account();
  }

  @Override
  public Received receive(WebhookRequest request) {
    String id = request.header("webhook-id");
    String timestamp = request.header("webhook-timestamp");
    String signatures = request.header("webhook-signature");
    if (id == null || timestamp == null || signatures == null) {
      return refused(401, "expected webhook-id, webhook-timestamp and webhook-signature");
    }
    if (!id.matches("[^.\\p{Cntrl}]{1,256}")) {
      return refused(400, "webhook-id: expected 1 to 256 characters without '.'");
    }
    if (!isRecent(timestamp, request.now())) {
      return refused(401, "webhook-timestamp: expected the seconds of now, 5 min more or less");
    }
    if (!isSigned(signatures, id, timestamp, request.body())) {
      return refused(401, "webhook-signature does not fit the body");
    }
    try {
      Payload body = Payload.object(request.body());
      return new Received.Accepted(
          List.of(new WebhookEvents(account, id).of(body)), Reply.ACCEPTED);
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
  }

  private static boolean isRecent(String timestamp, Instant now) {
    return timestamp.matches("\\d{1,12}")
        && Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now)
                .abs()
                .compareTo(TOLERANCE)
            <= 0;
  }

  private boolean isSigned(String signatures, String id, String timestamp, byte[] body) {
    for (String signature : signatures.split(" ", SIGNATURES + 1)) {
      for (SigningKey key : keys) {
        if (key.verifies(signature, id, timestamp, body)) {
          return true;
        }
      }
    }
    return false;
  }

  private static Received refused(int status, String why) {
    return new Received.Refused(status, why);
  }
}
