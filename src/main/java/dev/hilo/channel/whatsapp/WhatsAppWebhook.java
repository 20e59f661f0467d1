package dev.hilo.channel.whatsapp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Meta's webhook for WhatsApp: one app, many numbers in one call. Signed over the raw body, which
 * Meta writes with all but ASCII escaped.
 */
final class WhatsAppWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(WhatsAppWebhook.class);

  private final byte[] appSecret;
  private final String verifyToken;
  private final String portfolio;

  WhatsAppWebhook(WhatsAppSettings settings) {
    appSecret = settings.appSecret().value().getBytes(UTF_8);
    verifyToken = settings.verifyToken().value();
    portfolio = settings.portfolio();
  }

  @Override
  public Received receive(WebhookRequest request) {
    return switch (request.method()) {
      case "GET" -> handshake(request);
      case "POST" -> delivery(request);
      default -> new Received.Refused(400, "method: expected GET or POST");
    };
  }

  private Received handshake(WebhookRequest request) {
    String challenge = request.parameter("hub.challenge");
    if (challenge == null || !"subscribe".equals(request.parameter("hub.mode"))) {
      return new Received.Refused(400, "query: expected hub.mode=subscribe and hub.challenge");
    }
    return Signature.same(verifyToken, request.parameter("hub.verify_token"))
        ? new Received.Answered(new Reply(200, "text/plain", challenge))
        : new Received.Refused(403, "query: hub.verify_token is not ours");
  }

  private Received delivery(WebhookRequest request) {
    byte[] mac = Signature.hmacSha256(appSecret, request.body());
    String right = "sha256=" + HexFormat.of().formatHex(mac);
    if (!Signature.same(right, request.header("x-hub-signature-256"))) {
      return new Received.Refused(401, "header x-hub-signature-256 does not fit the body");
    }
    try {
      Payload body = Payload.object(request.body());
      if (!body.at("entry").node().isArray()) {
        return new Received.Refused(400, "entry: expected a list");
      }
      return new Received.Accepted(items(body), Reply.OK);
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
  }

  private List<Inbound> items(Payload body) {
    var items = new ArrayList<Inbound>();
    for (Payload entry : body.list("entry")) {
      for (Payload change : entry.list("changes")) {
        var events = new WhatsAppEvents(portfolio, change.at("value"));
        switch (String.valueOf(change.text("field"))) {
          case "messages" -> {
            keep(items, change, "messages", events::message);
            keep(items, change, "statuses", events::status);
          }
          case "smb_message_echoes" -> keep(items, change, "message_echoes", events::echo);
          case "user_preferences" -> keep(items, change, "user_preferences", events::preference);
          case "calls" -> keep(items, change, "calls", events::call);
          default -> LOG.debug("a change of a field without messages is left out");
        }
      }
    }
    return List.copyOf(items);
  }

  /** One bad item never spoils the others. */
  private static void keep(
      List<Inbound> items, Payload change, String list, Function<Payload, Inbound> read) {
    List<Payload> all = change.at("value").list(list);
    for (int i = 0; i < all.size(); i++) {
      try {
        items.add(read.apply(all.get(i)));
      } catch (IllegalArgumentException e) {
        LOG.debug("{}[{}] is left out: {} is missing or wrong", list, i, e.getMessage());
      }
    }
  }
}
