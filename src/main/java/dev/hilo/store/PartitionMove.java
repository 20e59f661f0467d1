package dev.hilo.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Moves one partition to another master of a Redis Cluster: all its keys in one MIGRATE, because
 * appends to it wait from the moment some keys are here and some there. Writers need not stop; a
 * move that was broken off anywhere is finished by the same move again. Its methods block.
 *
 * @see <a href="https://redis.io/docs/latest/commands/cluster-setslot/">the steps of a move</a>
 */
public final class PartitionMove implements AutoCloseable {
  private static final int ANSWER_SECONDS = 120;
  private static final int ROUNDS = 20;
  private static final int KEYS_AT_ONCE = 100_000;

  /** The source serves nobody while it waits for the target, so it waits for short, ms. */
  private static final int MIGRATE_MS = 2000;

  /** The move cannot be made, or not now; the message says why. Nothing is lost by it. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    public Refused(String message) {
      super(message);
    }
  }

  private final StoreUri uri;
  private final Access access;
  private final ContextInternal loop;
  private final Map<Server, Line> lines = new HashMap<>();

  /** A node of the cluster as another sees it. */
  private record Node(String id, Server server, boolean master, boolean self, String slots) {
    boolean holds(int slot) {
      for (String range : slots.split(" ", -1)) {
        int dash = range.indexOf('-');
        if (!range.isEmpty() && range.charAt(0) != '[') {
          int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
          int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
          if (first <= slot && slot <= last) {
            return true;
          }
        }
      }
      return false;
    }

    /** The node it is giving the slot to, or null. */
    @Nullable String giving(int slot) {
      String mark = "[" + slot + "->-";
      int at = slots.indexOf(mark);
      return at < 0 ? null : slots.substring(at + mark.length(), slots.indexOf(']', at));
    }
  }

  /**
   * @param context an event loop; not the caller's
   * @throws Refused if {@code redis} is no cluster
   */
  public PartitionMove(Vertx vertx, Context context, URI redis) throws Refused {
    this.uri = StoreUri.of(redis.toString());
    if (uri.kind() != StoreUri.Kind.CLUSTER) {
      throw new Refused("a partition moves between masters of a cluster, and redis.uri names none");
    }
    this.access = new Access(vertx, uri);
    this.loop = (ContextInternal) context;
  }

  /**
   * Moves a partition, 0..1023, to the master at {@code to}.
   *
   * @return how many keys went over now
   * @throws Refused if it cannot be moved, or could not be finished
   */
  public long move(int partition, Server to) throws Refused {
    if (partition < 0 || partition >= Keys.PARTITIONS) {
      throw new Refused("a partition is a number from 0 to " + (Keys.PARTITIONS - 1));
    }
    int slot = Slot.of(Keys.tag(partition));
    String target = text(ask(to, cluster("MYID")));
    List<Node> seen = nodes(to);
    Node self = seen.stream().filter(Node::self).findFirst().orElseThrow();
    if (!self.master) {
      throw new Refused(to + " is a replica");
    }
    List<Node> masters = seen.stream().filter(Node::master).toList();
    long moved = 0;
    if (!self.holds(slot)) {
      moved = carry(slot, target, holder(slot, masters), to);
      checked(ask(to, setSlot(slot, "NODE", target)));
    }
    for (Node other : masters) {
      if (!other.self) {
        tell(other, slot, target);
      }
    }
    return moved;
  }

  private Node holder(int slot, List<Node> masters) throws Refused {
    for (Node node : masters) {
      if (!node.self) {
        Node itself = nodes(node.server).stream().filter(Node::self).findFirst().orElseThrow();
        if (itself.holds(slot)) {
          return new Node(itself.id, node.server, true, true, itself.slots);
        }
      }
    }
    throw new Refused("no master holds slot " + slot);
  }

  private long carry(int slot, String target, Node source, Server to) throws Refused {
    String other = source.giving(slot);
    if (other != null && !other.equals(target)) {
      throw new Refused(
          "slot " + slot + " is on its way to node " + other + ": finish that move first");
    }
    Server from = source.server;
    // as the source sees it: the name that was given here may be another
    Server seen =
        nodes(from).stream()
            .filter(n -> n.id.equals(target))
            .findFirst()
            .orElseThrow(() -> new Refused(from + " does not know " + to))
            .server;
    await(to, line -> FunctionLibrary.load().ensure(line));
    checked(ask(to, setSlot(slot, "IMPORTING", source.id)));
    checked(ask(from, setSlot(slot, "MIGRATING", target)));
    long moved = 0;
    String trouble = "keys appear again and again";
    for (int round = 0; round < ROUNDS; round++) {
      Response keys =
          Objects.requireNonNull(
              checked(ask(from, cluster("GETKEYSINSLOT").arg(slot).arg(KEYS_AT_ONCE))));
      if (keys.size() == 0) {
        return moved;
      }
      Response answer = ask(from, migrate(seen, keys));
      if (answer instanceof ErrorType error) {
        trouble = String.valueOf(error.getMessage()); // IOERR: some may have gone over
      } else {
        moved += keys.size();
      }
    }
    throw new Refused(
        "slot " + slot + " still has keys on " + from + " (" + trouble + "); move it again");
  }

  private Request migrate(Server to, Response keys) {
    Request request =
        Request.cmd(Command.MIGRATE)
            .arg(to.host())
            .arg(to.port())
            .arg("")
            .arg(0)
            .arg(MIGRATE_MS)
            .arg("REPLACE"); // of a round that broke off; the source is right until a key is gone
    if (uri.password() != null && uri.user() != null) {
      request.arg("AUTH2").arg(uri.user()).arg(uri.password());
    } else if (uri.password() != null) {
      request.arg("AUTH").arg(uri.password());
    }
    request.arg("KEYS");
    keys.forEach(k -> request.arg(k.toBytes()));
    return request;
  }

  /** A master that cannot be told hears it from the others soon. */
  private void tell(Node master, int slot, String target) throws Refused {
    try {
      checked(ask(master.server, setSlot(slot, "NODE", target)));
    } catch (Refused e) {
      Node itself = nodes(master.server).stream().filter(Node::self).findFirst().orElseThrow();
      if (itself.holds(slot)) {
        throw e;
      }
    }
  }

  private static Request cluster(String word) {
    return Request.cmd(Command.CLUSTER).arg(word);
  }

  private static Request setSlot(int slot, String state, String node) {
    return cluster("SETSLOT").arg(slot).arg(state).arg(node);
  }

  private List<Node> nodes(Server asked) throws Refused {
    List<Node> nodes = new ArrayList<>();
    for (String line : text(checked(ask(asked, cluster("NODES")))).split("\n", -1)) {
      // id ip:port@busport[,name] flags master ping pong epoch link slots…
      String[] words = line.split(" ", 9);
      if (words.length < 8) {
        continue;
      }
      List<String> flags = List.of(words[2].split(",", -1));
      String address = words[1].substring(0, words[1].indexOf('@'));
      boolean self = flags.contains("myself");
      if (flags.contains("noaddr") || flags.contains("handshake")) {
        continue;
      }
      nodes.add(
          new Node(
              words[0],
              self ? asked : Server.of(address),
              flags.contains("master") && !flags.contains("fail"),
              self,
              words.length > 8 ? words[8] : ""));
    }
    return nodes;
  }

  private static String text(@Nullable Response reply) {
    return String.valueOf(reply);
  }

  private static @Nullable Response checked(@Nullable Response reply) throws Refused {
    if (reply instanceof ErrorType error) {
      throw new Refused(String.valueOf(error.getMessage()));
    }
    return reply;
  }

  private interface Work {
    Future<?> on(Line line);
  }

  /** What a server answered, an error too. */
  private @Nullable Response ask(Server server, Request request) throws Refused {
    List<@Nullable Response> answer = new ArrayList<>();
    await(
        server,
        line ->
            line.ask(request)
                .recover(
                    e ->
                        e instanceof ErrorType error
                            ? Future.succeededFuture(error)
                            : Future.failedFuture(e))
                .onSuccess(answer::add));
    return answer.getFirst();
  }

  private void await(Server server, Work work) throws Refused {
    Promise<Object> done = Promise.promise();
    loop.execute(
        () -> {
          Line open = lines.get(server);
          Future<Line> ready;
          if (open == null) {
            Line fresh = access.line(loop, server);
            ready = fresh.open().map(fresh).onSuccess(l -> lines.put(server, l));
          } else {
            ready = Future.succeededFuture(open);
          }
          ready
              .compose(line -> work.on(line).<Object>map("done"))
              .onFailure(_ -> lines.remove(server))
              .onComplete(done);
        });
    try {
      done.future().await(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new Refused(server + " does not answer");
    } catch (Exception e) {
      throw new Refused(server + ": " + e.getMessage());
    }
  }

  @Override
  public void close() {
    loop.execute(() -> lines.values().forEach(l -> l.end(new StoreUnavailable("closed", null))));
    access.client.close().await();
  }
}
