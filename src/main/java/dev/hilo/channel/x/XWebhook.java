package dev.hilo.channel.x;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls of the Account Activity API and of the X Activity API, told apart by their form. */
final class XWebhook implements Webhook {
  private final byte[] secret;

  XWebhook(XSettings settings) {
    secret = settings.consumerSecret().value().getBytes(UTF_8);
  }

  @Override
  public Received receive(WebhookRequest request) {
    return switch (request.method()) {
      case "GET" -> challenge(request.parameter("crc_token"));
      case "POST" -> delivery(request);
      default -> new Received.Refused(400, "method: expected GET or POST");
    };
  }

  private Received challenge(@Nullable String token) {
    if (token == null || token.isEmpty() || token.length() > 1000) {
      return new Received.Refused(400, "query: expected crc_token");
    }
    var answer =
        JsonNodeFactory.instance.objectNode().put("response_token", mac(token.getBytes(UTF_8)));
    return new Received.Answered(new Reply(200, "application/json", answer.toString()));
  }

  private Received delivery(WebhookRequest request) {
    if (!Signature.same(mac(request.body()), request.header("x-twitter-webhooks-signature"))) {
      return new Received.Refused(401, "header x-twitter-webhooks-signature does not fit the body");
    }
    try {
      return new Received.Accepted(items(Payload.object(request.body())), Reply.OK);
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
  }

  private String mac(byte[] bytes) {
    return "sha256=" + Signature.base64(Signature.hmacSha256(secret, bytes));
  }

  private static List<Inbound> items(Payload body) {
    Payload data = body.at("data");
    return data.has("event_type") ? XEvents.activity(data) : XEvents.account(body);
  }
}
