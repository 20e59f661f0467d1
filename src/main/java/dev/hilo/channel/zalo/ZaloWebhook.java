package dev.hilo.channel.zalo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.TokenAccount;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events of one app, one in each call. The digest covers the body and a time that is in it, so that
 * this one field is read first.
 */
final class ZaloWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(ZaloWebhook.class);

  private final byte[] appId;
  private final byte[] secret;
  private final List<TokenAccount> accounts;

  ZaloWebhook(ZaloSettings settings) {
    appId = settings.appId().getBytes(UTF_8);
    secret = settings.oaSecretKey().value().getBytes(UTF_8);
    accounts = settings.accounts();
  }

  @Override
  public Received receive(WebhookRequest request) {
    Payload body;
    try {
      body = Payload.object(request.body());
    } catch (Payload.Malformed _) {
      return new Received.Refused(401, "the body names no time that a signature could cover");
    }
    String time = body.text("timestamp");
    byte[] right =
        Signature.digest(
            "SHA-256", appId, request.body(), String.valueOf(time).getBytes(UTF_8), secret);
    if (!Signature.same(Signature.hex(right), bare(request.header("x-zevent-signature")))) {
      return new Received.Refused(401, "header x-zevent-signature does not fit the body");
    }
    return new Received.Accepted(items(body), Reply.OK);
  }

  private static @Nullable String bare(@Nullable String header) {
    return header != null && header.startsWith("mac=") ? header.substring(4) : header;
  }

  private List<Inbound> items(Payload body) {
    try {
      return new ZaloEvent(accounts, body).items();
    } catch (IllegalArgumentException e) {
      LOG.debug("a call is left out: {} is missing or wrong", e.getMessage());
      return List.of();
    }
  }
}
