package dev.hilo.channel.rcs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event in each call, in base64 within an envelope; the signature is over what it decodes to.
 * One call that fails holds up all agents of the partner: whatever is authentic is taken.
 */
final class RcsWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(RcsWebhook.class);

  private final byte[] clientToken;

  RcsWebhook(RcsSettings settings) {
    clientToken = settings.clientToken().value().getBytes(UTF_8);
  }

  @Override
  public Received receive(WebhookRequest request) {
    Payload body;
    byte[] data;
    String signature = request.header("x-goog-signature");
    if (signature == null && !"verification".equals(request.header("x-goog-webhook-type"))) {
      return new Received.Refused(401, "expected the header x-goog-signature");
    }
    try {
      body = Payload.object(request.body());
      data = data(body);
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException _) {
      return new Received.Refused(400, "message.data: expected base64");
    }
    if (signature == null) {
      return verified(body);
    }
    byte[] mac = Signature.hmac("HmacSHA512", clientToken, data);
    if (data.length == 0 || !Signature.same(Signature.base64(mac), signature)) {
      return new Received.Refused(401, "header x-goog-signature does not fit message.data");
    }
    try {
      String agent = body.at("message").at("attributes").id("agentId");
      return new Received.Accepted(items(Payload.object(data), agent), Reply.OK);
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, "message.data: " + e.getMessage());
    }
  }

  private static byte[] data(Payload body) {
    String data = body.at("message").text("data");
    return data == null ? new byte[0] : Base64.getDecoder().decode(data);
  }

  private Received verified(Payload body) {
    String token = body.text("clientToken");
    String secret = body.id("secret");
    if (token == null || secret == null) {
      return new Received.Refused(400, "expected clientToken and secret");
    }
    return Signature.same(clientToken, token.getBytes(UTF_8))
        ? new Received.Answered(new Reply(200, "text/plain", secret))
        : new Received.Refused(403, "clientToken is not ours");
  }

  private static List<Inbound> items(Payload event, @Nullable String agent) {
    try {
      return List.of(new RcsEvents(event, agent).item());
    } catch (IllegalArgumentException e) {
      LOG.debug("an event is left out: {} is missing or wrong", e.getMessage());
      return List.of();
    }
  }
}
