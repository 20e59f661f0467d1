package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to one node for as long as it lives: its own lease, and the leases and cursors of
 * sources.
 */
public final class Lease {
  /** A node that did not renew for so long is dead, ms. */
  public static final long NODE_MS = 6000;

  private final Link link;

  public Lease(Link link) {
    this.link = link;
  }

  /**
   * Says that a node lives, and which schema it reads.
   *
   * @return whether its lease still stood
   */
  public Future<Boolean> renew(String node, int schema) {
    return link.send(
            Request.cmd(Command.SET)
                .arg(Keys.node(node))
                .arg(schema)
                .arg("PX")
                .arg(NODE_MS)
                .arg("GET"))
        .compose(
            before ->
                link.send(Request.cmd(Command.SADD).arg(Keys.nodes()).arg(node))
                    .map(before != null));
  }

  public Future<Void> resign(String node) {
    return link.send(Request.cmd(Command.DEL).arg(Keys.node(node)))
        .compose(_ -> link.send(Request.cmd(Command.SREM).arg(Keys.nodes()).arg(node)))
        .mapEmpty();
  }

  /** Nodes whose lease stands; forgets the others. */
  public Future<List<String>> nodes() {
    return link.send(Request.cmd(Command.SMEMBERS).arg(Keys.nodes()))
        .compose(
            r -> {
              List<String> names = new ArrayList<>();
              Objects.requireNonNull(r).forEach(n -> names.add(n.toString()));
              List<Future<Boolean>> alive =
                  names.stream()
                      .map(
                          n ->
                              link.send(Request.cmd(Command.EXISTS).arg(Keys.node(n)))
                                  .map(x -> Reply.number(x) > 0))
                      .toList();
              return Future.all(alive)
                  .map(
                      _ -> {
                        List<String> living = new ArrayList<>();
                        for (int i = 0; i < names.size(); i++) {
                          if (alive.get(i).result()) {
                            living.add(names.get(i));
                          } else {
                            link.send(
                                Request.cmd(Command.SREM).arg(Keys.nodes()).arg(names.get(i)));
                          }
                        }
                        return living;
                      });
            });
  }

  /** The rising token of the lease, or 0 while another node holds it. */
  public Future<Long> source(String name, String node, long millis) {
    return link.send(
            Link.call(
                "hilo1_lease",
                List.of(Keys.source(name, "lease"), Keys.source(name, "token")),
                List.of(node, millis)))
        .map(r -> Reply.number(r));
  }

  public Future<@Nullable String> cursor(String source) {
    return link.send(Request.cmd(Command.GET).arg(Keys.source(source, "cursor")))
        .map(r -> r == null ? null : r.toString());
  }

  public Future<Void> saveCursor(String source, String cursor) {
    return link.send(Request.cmd(Command.SET).arg(Keys.source(source, "cursor")).arg(cursor))
        .mapEmpty();
  }
}
