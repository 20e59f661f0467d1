package dev.hilo.store;

import dev.hilo.conversation.CustomerId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Small versioned values beside a stream: draft, form, cart, page. A write names the revision it is
 * based on; who comes second gets the other's value. Also carries the signals that are published
 * and never kept.
 */
public final class SharedObjects {
  /** Values of one customer. */
  public static final int MOST = 32;

  /** Characters of one value's JSON. */
  public static final int LONGEST = 4096;

  private final Link link;

  public SharedObjects(Link link) {
    this.link = link;
  }

  public record Value(long rev, String json) {}

  /** What became of a write. */
  public sealed interface Written {
    record Stored(long rev) implements Written {}

    record Conflict(Value is) implements Written {}

    record Full() implements Written {}
  }

  public Future<Written> put(CustomerId customer, String key, long rev, String json) {
    return link.send(
            Link.call(
                "hilo1_put",
                List.of(Keys.objects(customer)),
                List.of(key, rev, json, Keys.channel(customer), MOST)))
        .map(
            r -> {
              Response reply = Objects.requireNonNull(r);
              return switch (reply.get(0).toString()) {
                case "A" -> new Written.Stored(Reply.number(reply.get(1)));
                case "C" ->
                    new Written.Conflict(
                        new Value(Reply.number(reply.get(1)), reply.get(2).toString()));
                default -> new Written.Full();
              };
            });
  }

  public Future<Map<String, Value>> all(CustomerId customer) {
    return link.send(Request.cmd(Command.HGETALL).arg(Keys.objects(customer))).map(r -> values(r));
  }

  private static Map<String, Value> values(@Nullable Response all) {
    Map<String, Value> out = new TreeMap<>();
    if (all != null) {
      for (String key : all.getKeys()) {
        out.put(key, value(Objects.requireNonNull(all.get(key)).toString()));
      }
    }
    return out;
  }

  static Value value(String stored) {
    int bar = stored.indexOf('|');
    return new Value(Long.parseLong(stored.substring(0, bar)), stored.substring(bar + 1));
  }

  /** A value as it was published: {@code =key NUL rev|json}. */
  public static Map.Entry<String, Value> published(byte[] payload) {
    String text = new String(payload, 1, payload.length - 1, StandardCharsets.UTF_8);
    int zero = text.indexOf('\0');
    return Map.entry(text.substring(0, zero), value(text.substring(zero + 1)));
  }

  /** Tells whoever watches the customer now; kept nowhere. */
  public void signal(CustomerId customer, byte[] json) {
    link.send(Feed.signal(Keys.channel(customer), json));
  }
}
