package dev.hilo.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.codec.Json;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** What is wrong with endpoints, as each node says it, for all nodes to show. */
public final class Troubles {
  /** What nobody said for so long is not so any more: its node is gone. */
  static final long LIFE_MS = 60_000;

  private final Link link;
  private final String node;

  public Troubles(Link link, String node) {
    this.link = link;
    this.node = node;
  }

  /**
   * Something wrong.
   *
   * @param since ms
   */
  public record Trouble(long since, String why) {}

  /** This node says so; to be repeated within a minute as long as it is so. */
  public Future<Void> say(String workspace, String endpoint, Trouble trouble, long now) {
    String json =
        Json.object()
            .put("since", trouble.since())
            .put("why", trouble.why())
            .put("at", now)
            .toString();
    return link.send(
            Request.cmd(Command.HSET)
                .arg(Keys.troubles(workspace))
                .arg(endpoint + " " + node)
                .arg(json))
        .mapEmpty();
  }

  /** This node has nothing to complain of any more. */
  public Future<Void> over(String workspace, String endpoint) {
    return link.send(
            Request.cmd(Command.HDEL).arg(Keys.troubles(workspace)).arg(endpoint + " " + node))
        .mapEmpty();
  }

  /** By endpoint, what has lasted longest. */
  public Future<Map<String, Trouble>> all(String workspace, long now) {
    return link.send(Request.cmd(Command.HGETALL).arg(Keys.troubles(workspace)))
        .map(
            all -> {
              Map<String, Trouble> worst = new HashMap<>();
              if (all != null) {
                for (String field : all.getKeys()) {
                  add(worst, field, Objects.requireNonNull(all.get(field)), now);
                }
              }
              return worst;
            });
  }

  private static void add(Map<String, Trouble> worst, String field, Response value, long now) {
    try {
      JsonNode json = Json.parse(value.toString().getBytes(StandardCharsets.UTF_8));
      if (now - json.path("at").asLong() < LIFE_MS) {
        worst.merge(
            field.substring(0, Math.max(0, field.indexOf(' '))),
            new Trouble(json.path("since").asLong(), json.path("why").asText()),
            (a, b) -> a.since() <= b.since() ? a : b);
      }
    } catch (Json.BadJson _) {
      // of another release: it says nothing here
    }
  }
}
