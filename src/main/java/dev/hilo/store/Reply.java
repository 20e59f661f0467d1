package dev.hilo.store;

import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/** Reads what Redis answered. */
final class Reply {
  private Reply() {}

  /** A whole number, also where it came as text; 0 for nothing. */
  static long number(@Nullable Response reply) {
    return reply == null ? 0 : Long.parseLong(reply.toString());
  }
}
