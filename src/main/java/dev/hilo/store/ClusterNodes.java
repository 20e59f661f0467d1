package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Redis Cluster: the map of its slots, as one of its nodes tells it. Asked again each quarter of
 * a minute, and soon after somebody was sent elsewhere or lost a line.
 */
final class ClusterNodes implements Topology {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNodes.class);
  private static final int PERIOD_MS = 15_000;
  private static final int PATIENCE_MS = 1000;

  private final Access access;
  private final ContextInternal loop;
  private final Scout scout;
  private final AtomicReferenceArray<@Nullable Server> slots =
      new AtomicReferenceArray<>(Slot.COUNT);
  private volatile List<Server> masters = List.of();
  private @Nullable Line teller;

  ClusterNodes(Access access, ContextInternal loop) {
    this.access = access;
    this.loop = loop;
    this.scout = new Scout(loop, PERIOD_MS, this::look);
    scout.start();
  }

  private Future<Void> look() {
    List<Server> nodes = new ArrayList<>(masters);
    Collections.shuffle(nodes);
    Set<Server> all = new LinkedHashSet<>(nodes);
    all.addAll(access.uri.servers());
    return look(List.copyOf(all), 0);
  }

  private Future<Void> look(List<Server> nodes, int at) {
    if (at == nodes.size()) {
      return Future.failedFuture(new StoreUnavailable("no node of " + nodes, null));
    }
    return ask(nodes.get(at))
        .compose(this::learn)
        .recover(
            e -> {
              LOG.debug("cluster node {}: {}", nodes.get(at), e.getMessage());
              return look(nodes, at + 1);
            });
  }

  private record Told(Server by, Response slots) {}

  private Future<Told> ask(Server node) {
    Line line = teller;
    Future<Line> ready;
    if (line != null && line.server().equals(node)) {
      ready = Future.succeededFuture(line);
    } else {
      Line fresh = access.line(loop, node);
      ready = Access.within(loop, PATIENCE_MS, fresh, fresh.open()).map(fresh);
    }
    return ready.compose(
        open -> {
          if (teller != open) {
            forget(new StoreUnavailable("another is asked", null));
            teller = open;
          }
          Request request = Request.cmd(Command.CLUSTER).arg("SLOTS");
          return Access.within(loop, PATIENCE_MS, open, open.ask(request))
              .onFailure(this::forget)
              .map(r -> new Told(node, Objects.requireNonNull(r)));
        });
  }

  private void forget(Throwable why) {
    if (teller != null) {
      teller.end(why);
      teller = null;
    }
  }

  private Future<Void> learn(Told told) {
    Server[] next = new Server[Slot.COUNT];
    Set<Server> all = new LinkedHashSet<>();
    for (Response range : told.slots) {
      Response master = range.get(2);
      Response name = master.get(0);
      String host = name == null ? "" : name.toString(); // empty: the one that was asked
      Server server =
          new Server(
              host.isEmpty() || host.equals("?") ? told.by.host() : host,
              (int) Reply.number(master.get(1)));
      all.add(server);
      int first = (int) Reply.number(range.get(0));
      Arrays.fill(next, first, (int) Reply.number(range.get(1)) + 1, server);
    }
    if (all.isEmpty()) {
      return Future.failedFuture(new StoreUnavailable("no slot is held by anybody", null));
    }
    boolean changed = !all.equals(Set.copyOf(masters));
    for (int i = 0; i < Slot.COUNT; i++) {
      Server is = next[i];
      if (is != null && !is.equals(slots.get(i))) {
        slots.set(i, is);
        changed = true;
      }
    }
    masters = List.copyOf(all);
    if (changed) {
      scout.changed();
    }
    return Future.succeededFuture();
  }

  @Override
  public int slot(byte[] key) {
    return Slot.of(key);
  }

  @Override
  public @Nullable Server master(int slot) {
    return slots.get(slot);
  }

  @Override
  public List<Server> masters() {
    return masters;
  }

  @Override
  public Line line(ContextInternal on, Server server) {
    return access.line(on, server);
  }

  /** A node that is no master says so itself, command by command. */
  @Override
  public Future<Void> verify(Line line) {
    return Future.succeededFuture();
  }

  @Override
  public void doubt() {
    scout.doubt();
  }

  @Override
  public void moved(int slot, Server to) {
    loop.execute(
        () -> {
          if (!to.equals(slots.getAndSet(slot, to))) {
            if (!masters.contains(to)) {
              List<Server> all = new ArrayList<>(masters);
              all.add(to);
              masters = List.copyOf(all);
            }
            scout.changed();
            scout.doubt();
          }
        });
  }

  @Override
  public void watch(Runnable change) {
    scout.watch(change);
  }

  @Override
  public void unwatch(Runnable change) {
    scout.unwatch(change);
  }

  @Override
  public Future<Void> close() {
    scout.close();
    loop.execute(() -> forget(new StoreUnavailable("closed", null)));
    return access.client.close();
  }
}
