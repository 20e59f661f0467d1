package dev.hilo.channel.discord;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.Secret;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Interactions and webhook events, signed by Ed25519, and dispatches that a worker relays. Discord
 * forges calls itself and takes the address away unless each is refused with 401.
 */
final class DiscordWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(DiscordWebhook.class);
  private static final Reply NOTHING = new Reply(204, "text/plain", "");

  private final String application;
  private final byte[] key;
  private final @Nullable Secret relay;

  DiscordWebhook(DiscordSettings settings) {
    application = settings.applicationId();
    key = HexFormat.of().parseHex(settings.publicKey());
    relay = settings.relayToken();
  }

  @Override
  public Received receive(WebhookRequest request) {
    String bearer = request.header("authorization");
    boolean relayed =
        relay != null && bearer != null && Signature.same("Bearer " + relay.value(), bearer);
    if (!relayed && !isSigned(request)) {
      return new Received.Refused(401, "header x-signature-ed25519 does not fit the body");
    }
    try {
      Payload body = Payload.object(request.body());
      return relayed ? dispatch(body) : call(body);
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
  }

  private boolean isSigned(WebhookRequest request) {
    String signature = request.header("x-signature-ed25519");
    String timestamp = request.header("x-signature-timestamp");
    return signature != null
        && timestamp != null
        && signature.matches("[0-9A-Fa-f]{128}")
        && Signature.ed25519(
            key, HexFormat.of().parseHex(signature), timestamp.getBytes(UTF_8), request.body());
  }

  private Received call(Payload body) {
    Payload event = body.at("event");
    long type = body.number("type", -1);
    if (event.has("type")) {
      return new Received.Accepted(items(event.required("type"), event.at("data"), event), NOTHING);
    }
    if (type == 0) {
      return new Received.Answered(NOTHING);
    }
    if (type == 1) {
      return new Received.Answered(answer(1));
    }
    if (type == 4) {
      return new Received.Answered(
          new Reply(200, "application/json", "{\"type\":8,\"data\":{\"choices\":[]}}"));
    }
    return type < 0
        ? new Received.Refused(400, "type: expected a number")
        : new Received.Accepted(items("INTERACTION_CREATE", body, body), answer(type == 3 ? 6 : 5));
  }

  /** 5: an answer follows; 6: nothing to be seen follows. */
  private static Reply answer(int type) {
    return new Reply(200, "application/json", "{\"type\":" + type + "}");
  }

  private Received dispatch(Payload body) {
    String kind = body.id("t");
    return new Received.Accepted(
        kind == null ? List.of() : items(kind, body.at("d"), body), Reply.OK);
  }

  private List<Inbound> items(String kind, Payload data, Payload around) {
    try {
      return new DiscordEvents(application, data, around).of(kind);
    } catch (IllegalArgumentException e) {
      LOG.debug("an event {} is left out: {} is missing or wrong", kind, e.getMessage());
      return List.of();
    }
  }
}
