package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A master and its replicas, watched by sentinels: one of them is asked each second who the master
 * is, and whoever it names must say so itself before anything is sent to it.
 */
final class SentinelGroup implements Topology {
  private static final Logger LOG = LoggerFactory.getLogger(SentinelGroup.class);
  private static final int PERIOD_MS = 1000;
  private static final int PATIENCE_MS = 1000;
  private static final Command SENTINEL = Command.create("SENTINEL");

  private final Access access;
  private final ContextInternal loop;
  private final Scout scout;
  private volatile @Nullable Server master;

  /** The sentinel that answered last, of {@link StoreUri#servers}, and the line to it. */
  private int asked;

  private @Nullable Line sentinel;

  SentinelGroup(Access access, ContextInternal loop) {
    this.access = access;
    this.loop = loop;
    this.scout = new Scout(loop, PERIOD_MS, () -> look(0));
    scout.start();
  }

  private Future<Void> look(int tried) {
    List<Server> sentinels = access.uri.servers();
    if (tried == sentinels.size()) {
      return Future.failedFuture(new StoreUnavailable("no sentinel of " + sentinels, null));
    }
    return ask()
        .compose(this::confirmed)
        .recover(
            e -> {
              LOG.debug("sentinel {}: {}", sentinels.get(asked), e.getMessage());
              forget(e);
              asked = (asked + 1) % sentinels.size();
              return look(tried + 1);
            });
  }

  private void forget(Throwable why) {
    if (sentinel != null) {
      sentinel.end(why);
      sentinel = null;
    }
  }

  private Future<Server> ask() {
    Line line = sentinel;
    if (line != null) {
      return who(line);
    }
    Server at = access.uri.servers().get(asked);
    Line nameless = access.nameless(loop, at);
    return ready(nameless)
        .recover(e -> refused(e) ? ready(access.line(loop, at)) : Future.failedFuture(e))
        .compose(
            open -> {
              sentinel = open;
              return who(open);
            });
  }

  private Future<Line> ready(Line line) {
    return Access.within(loop, PATIENCE_MS, line, line.open()).map(line);
  }

  private static boolean refused(Throwable e) {
    return String.valueOf(e.getMessage()).startsWith("NOAUTH");
  }

  private Future<Server> who(Line line) {
    Request request = Request.cmd(SENTINEL).arg("GET-MASTER-ADDR-BY-NAME").arg(access.uri.master());
    return Access.within(loop, PATIENCE_MS, line, line.ask(request))
        .map(
            r -> {
              if (r == null) {
                throw new StoreUnavailable("it knows no " + access.uri.master(), null);
              }
              return new Server(r.get(0).toString(), (int) Reply.number(r.get(1)));
            });
  }

  /** What a sentinel says may be old: a new master is believed when it says so itself. */
  private Future<Void> confirmed(Server named) {
    if (named.equals(master)) {
      return Future.succeededFuture();
    }
    Line line = access.line(loop, named);
    return Access.within(loop, PATIENCE_MS, line, line.open().compose(_ -> verify(line)))
        .onSuccess(
            _ -> {
              LOG.info("the master is {}", named);
              master = named;
              scout.changed();
            })
        .eventually(
            () -> {
              line.end(new StoreUnavailable("no more needed", null));
              return Future.succeededFuture();
            });
  }

  @Override
  public Future<Void> verify(Line line) {
    return line.ask(Request.cmd(Command.ROLE))
        .compose(
            r -> {
              Response role = Objects.requireNonNull(r).get(0);
              return role.toString().equals("master")
                  ? Future.succeededFuture()
                  : Future.failedFuture(
                      new StoreUnavailable(line.server() + " is a " + role, null));
            });
  }

  @Override
  public int slot(byte[] key) {
    return 0;
  }

  @Override
  public @Nullable Server master(int slot) {
    return master;
  }

  @Override
  public List<Server> masters() {
    Server now = master;
    return now == null ? List.of() : List.of(now);
  }

  @Override
  public Line line(ContextInternal on, Server server) {
    return access.line(on, server);
  }

  @Override
  public void doubt() {
    scout.doubt();
  }

  @Override
  public void moved(int slot, Server to) {}

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
