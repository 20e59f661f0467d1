package dev.hilo.store;

import dev.hilo.conversation.Address;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Small facts of channels by workspace and key, each kept 400 days from when it was put last. */
public final class Facts {
  private static final long LIFE_SECONDS = 400L * 86_400;
  private static final int MAX_VALUE = 2048;

  private final Link link;
  private final AddressKeys keys;

  public Facts(Link link, AddressKeys keys) {
    this.link = link;
    this.keys = keys;
  }

  public Future<Void> put(String workspace, String key, String value) {
    return link.send(set(workspace, key, value)).mapEmpty();
  }

  public Future<@Nullable String> get(String workspace, String key) {
    return link.send(Request.cmd(Command.GET).arg(key(workspace, key)))
        .map(r -> r == null ? null : r.toString());
  }

  /** The value that stands: {@code value}, unless there was one before. */
  public Future<String> claim(String workspace, String key, String value) {
    return link.send(set(workspace, key, value).arg("NX").arg("GET"))
        .map(r -> r == null ? value : Objects.requireNonNull(r).toString());
  }

  public Future<Void> forget(String workspace, String key) {
    return link.send(Request.cmd(Command.DEL).arg(key(workspace, key))).mapEmpty();
  }

  private Request set(String workspace, String key, String value) {
    if (value.length() > MAX_VALUE) {
      throw new IllegalArgumentException("a fact of " + value.length() + " characters");
    }
    return Request.cmd(Command.SET).arg(key(workspace, key)).arg(value).arg("EX").arg(LIFE_SECONDS);
  }

  private String key(String workspace, String key) {
    return Keys.fact(keys.via(new Address("fact", workspace, key)));
  }
}
