package dev.hilo.channel;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** The inbound half of a channel whose platform calls us. Pure: bytes in, values out. */
public interface Webhook {
  /**
   * Verifies over the raw bytes, then parses. Never throws for what the caller sent: garbage is
   * {@link Received.Refused}, kinds we do not know are items with {@code Unsupported} content or no
   * items at all.
   */
  Received receive(WebhookRequest request);

  /**
   * Completes when {@link #receive} can judge this call, for example when the platform's keys were
   * fetched; {@link #receive} is called whether it succeeds or not. For an event loop.
   */
  default Future<Void> prepared(WebhookRequest request) {
    return Future.succeededFuture();
  }

  sealed interface Received {
    /** Authentic; {@code reply} is given after the items are durable. */
    record Accepted(List<Inbound> items, Reply reply) implements Received {}

    /** A handshake; nothing to keep. */
    record Answered(Reply reply) implements Received {}

    /**
     * Forged (401, 403) or malformed (400); nothing is stored. {@code why} says what and where,
     * without secrets.
     */
    record Refused(int status, String why) implements Received {}
  }

  /** {@code headers}: further ones, by name. */
  record Reply(int status, String contentType, String body, Map<String, String> headers) {
    public Reply(int status, String contentType, String body) {
      this(status, contentType, body, Map.of());
    }

    public static final Reply OK = new Reply(200, "text/plain", "");
    public static final Reply ACCEPTED = new Reply(202, "text/plain", "");
  }
}
