package dev.hilo.channel.meta;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Calls as Meta makes them, signed with the secret {@code app}. */
public final class MetaDelivery {
  private MetaDelivery() {}

  public static Webhook.Received deliver(Webhook webhook, String body) {
    String mac = Signature.hex(Signature.hmacSha256("app".getBytes(UTF_8), body.getBytes(UTF_8)));
    return deliver(webhook, body, "sha256=" + mac);
  }

  public static Webhook.Received deliver(Webhook webhook, String body, String signature) {
    var headers = Map.of("x-hub-signature-256", List.of(signature));
    return webhook.receive(
        new WebhookRequest("POST", "", Map.of(), headers, body.getBytes(UTF_8), Instant.EPOCH));
  }

  public static List<Inbound> items(Webhook webhook, String body) {
    return ((Webhook.Received.Accepted) deliver(webhook, body)).items();
  }
}
