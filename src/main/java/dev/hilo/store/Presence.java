package dev.hilo.store;

import dev.hilo.conversation.CustomerId;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Which sessions are at which threads. Written when somebody comes or goes and never renewed: an
 * entry holds for as long as the lease of the node that wrote it; after that the keeper of the
 * partition sweeps it away. Whoever watches a thread is told of each change. Thread-safe.
 */
public final class Presence {
  private static final int AT_ONCE = 200;

  private final Link link;
  private final String node;

  /** {@code node}: whose sessions {@link #write} tells of. */
  public Presence(Link link, String node) {
    this.link = link;
    this.node = node;
  }

  /**
   * Somebody came or went.
   *
   * @param who JSON object; empty = went
   */
  public record Change(CustomerId customer, String session, String who) {}

  /** Changes of one group fit one {@link #write}. */
  public static int group(CustomerId customer) {
    return Keys.partition(customer);
  }

  /** Writes changes of one group, in order. May be repeated. */
  public Future<Void> write(List<Change> changes) {
    List<Future<Void>> parts = new ArrayList<>();
    for (int i = 0; i < changes.size(); i += AT_ONCE) {
      parts.add(write(node, changes.subList(i, Math.min(changes.size(), i + AT_ONCE))));
    }
    return Future.all(parts).mapEmpty();
  }

  private Future<Void> write(String of, List<Change> changes) {
    int p = Keys.partition(changes.getFirst().customer);
    List<String> keys = new ArrayList<>(List.of(Keys.presentNodes(p), Keys.presentOf(p, of)));
    List<Object> arguments = new ArrayList<>(List.of(of));
    for (Change c : changes) {
      keys.add(Keys.present(c.customer));
      arguments.add(c.customer);
      arguments.add(c.session);
      arguments.add(c.who);
      arguments.add(Keys.channel(c.customer));
    }
    return link.send(Link.call("hilo1_present", keys, arguments)).mapEmpty();
  }

  /** Removes what nodes that are not among the living left in a partition, and tells of it. */
  public Future<Void> sweep(int partition, Collection<String> living) {
    return link.send(Request.cmd(Command.SMEMBERS).arg(Keys.presentNodes(partition)))
        .compose(
            r -> {
              List<Future<Void>> swept = new ArrayList<>();
              for (var name : Objects.requireNonNull(r)) {
                if (!living.contains(name.toString())) {
                  swept.add(forget(partition, name.toString()));
                }
              }
              return Future.all(swept).mapEmpty();
            });
  }

  /** Removes what this node's sessions left: of an earlier life of its name, or at its end. */
  public Future<Void> clear() {
    return Future.all(IntStream.range(0, Keys.PARTITIONS).mapToObj(p -> forget(p, node)).toList())
        .mapEmpty();
  }

  private Future<Void> forget(int partition, String dead) {
    return link.send(
            Request.cmd(Command.SRANDMEMBER).arg(Keys.presentOf(partition, dead)).arg(AT_ONCE))
        .compose(
            r -> {
              List<Change> all = new ArrayList<>();
              Objects.requireNonNull(r)
                  .forEach(c -> all.add(new Change(CustomerId.of(c.toString()), "", "")));
              if (all.isEmpty()) {
                return Future.succeededFuture();
              }
              Future<Void> part = write(dead, all);
              return all.size() < AT_ONCE ? part : part.compose(_ -> forget(partition, dead));
            });
  }
}
