package dev.hilo.channel.meta;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Payload;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The webhook of a Meta app: many accounts in one call. Signed over the raw body, which Meta writes
 * with all but ASCII escaped.
 */
public abstract class MetaWebhook implements Webhook {
  private static final Logger LOG = LoggerFactory.getLogger(MetaWebhook.class);

  private final List<byte[]> appSecrets;
  private final String verifyToken;

  /** {@code appSecrets}: any of them may have signed. */
  protected MetaWebhook(List<Secret> appSecrets, Secret verifyToken) {
    this.appSecrets = appSecrets.stream().map(s -> s.value().getBytes(UTF_8)).toList();
    this.verifyToken = verifyToken.value();
  }

  /** What one call reported, in its order. */
  public static final class Items {
    private final List<Inbound> all = new ArrayList<>();

    /**
     * Adds what {@code read} makes of one item; one that it cannot read ({@link
     * IllegalArgumentException}) is left out and never spoils the others.
     */
    public void keep(String where, Supplier<List<? extends Inbound>> read) {
      try {
        all.addAll(read.get());
      } catch (IllegalArgumentException e) {
        LOG.debug("{} is left out: {} is missing or wrong", where, e.getMessage());
      }
    }

    /** Nothing in it is of use here. */
    public void skip(String what) {
      LOG.debug("{} is left out: it says nothing of a conversation", what);
    }
  }

  /** Reads one part of the list {@code entry}. */
  protected abstract void read(Payload entry, Items items);

  @Override
  public final Received receive(WebhookRequest request) {
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
    if (!signed(request)) {
      return new Received.Refused(401, "header x-hub-signature-256 does not fit the body");
    }
    try {
      Payload body = Payload.object(request.body());
      if (!body.at("entry").node().isArray()) {
        return new Received.Refused(400, "entry: expected a list");
      }
      var items = new Items();
      body.list("entry").forEach(entry -> read(entry, items));
      return new Received.Accepted(List.copyOf(items.all), Reply.OK);
    } catch (Payload.Malformed e) {
      return new Received.Refused(400, String.valueOf(e.getMessage()));
    }
  }

  private boolean signed(WebhookRequest request) {
    String given = request.header("x-hub-signature-256");
    boolean right = false;
    for (byte[] secret : appSecrets) {
      String ours = "sha256=" + Signature.hex(Signature.hmacSha256(secret, request.body()));
      right |= Signature.same(ours, given);
    }
    return right;
  }
}
