package dev.hilo.channel.line;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deliveries of one channel, several events in each, signed over the raw body. A redelivery has the
 * time of the event, however long ago that was.
 */
final class LineWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(LineWebhook.class);

  private final byte[] secret;

  LineWebhook(LineSettings settings) {
    secret = settings.channelSecret().value().getBytes(UTF_8);
  }

  @Override
  public Received receive(WebhookRequest request) {
    String right = Signature.base64(Signature.hmacSha256(secret, request.body()));
    if (!Signature.same(right, request.header("x-line-signature"))) {
      return new Received.Refused(401, "header x-line-signature does not fit the body");
    }
    try {
      Payload body = Payload.object(request.body());
      String account = body.id("destination");
      if (account == null || !body.at("events").node().isArray()) {
        return new Received.Refused(400, "expected destination and a list of events");
      }
      return new Received.Accepted(items(account, body.list("events")), Reply.OK);
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
  }

  /** One bad event never spoils the others. */
  private static List<Inbound> items(String account, List<Payload> events) {
    var items = new ArrayList<Inbound>();
    for (int i = 0; i < events.size(); i++) {
      try {
        items.add(new LineEvent(account, events.get(i)).item());
      } catch (IllegalArgumentException e) {
        LOG.debug("events[{}] is left out: {} is missing or wrong", i, e.getMessage());
      }
    }
    return List.copyOf(items);
  }
}
