package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * How much programs and people ask for, counted over all nodes in windows of a minute that begin
 * with the first call; and when a program was here last.
 */
public final class Usage {
  public static final long WINDOW_MS = 60_000;

  private final Link link;
  private final Map<String, Long> lately;

  /**
   * @param lately when a program's visit was written last, shared by the loops of a node: may be
   *     asked from any thread
   */
  public Usage(Link link, Map<String, Long> lately) {
    this.link = link;
    this.lately = lately;
  }

  /**
   * What was counted in the running window.
   *
   * @param used this time included
   * @param resetMs until a new window may begin
   */
  public record Count(long used, long resetMs) {}

  /** Counts once more of {@code what}. A window that died meanwhile costs nobody more than one. */
  public Future<Count> count(String what) {
    String key = Keys.usage(what);
    var _ = link.send(Request.cmd(Command.SET).arg(key).arg(0).arg("PX").arg(WINDOW_MS).arg("NX"));
    Future<Long> used = link.send(Request.cmd(Command.INCR).arg(key)).map(r -> Reply.number(r));
    Future<Long> left = link.send(Request.cmd(Command.PTTL).arg(key)).map(r -> Reply.number(r));
    return Future.all(used, left)
        .compose(
            _ ->
                left.result() > 0
                    ? Future.succeededFuture(new Count(used.result(), left.result()))
                    : link.send(Request.cmd(Command.PEXPIRE).arg(key).arg(WINDOW_MS))
                        .map(_ -> new Count(used.result(), WINDOW_MS)));
  }

  /** Notes that a program was here; at most once a minute for each node. Nobody waits for it. */
  public void seen(String workspace, String key, long now) {
    String name = workspace + "." + key;
    Long before = lately.get(name);
    if (before == null || now - before >= WINDOW_MS) {
      lately.put(name, now);
      link.send(Request.cmd(Command.HSET).arg(Keys.lastUse(workspace)).arg(key).arg(now))
          .onFailure(_ -> lately.remove(name));
    }
  }

  /** When programs were here last, ms, by key. */
  public Future<Map<String, Long>> lastUse(String workspace) {
    return link.send(Request.cmd(Command.HGETALL).arg(Keys.lastUse(workspace)))
        .map(
            r -> {
              Map<String, Long> out = new HashMap<>();
              if (r != null) {
                for (String key : r.getKeys()) {
                  out.put(key, Reply.number(Objects.requireNonNull(r.get(key))));
                }
              }
              return out;
            });
  }

  /** A new program takes this name. */
  public Future<Void> forget(String workspace, String key) {
    lately.remove(workspace + "." + key);
    return link.send(Request.cmd(Command.HDEL).arg(Keys.lastUse(workspace)).arg(key)).mapEmpty();
  }
}
