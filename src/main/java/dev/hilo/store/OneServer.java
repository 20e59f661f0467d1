package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.List;

/** One Redis that never moves. */
final class OneServer implements Topology {
  private final Access access;
  private final Server server;

  OneServer(Access access) {
    this.access = access;
    this.server = access.uri.servers().getFirst();
  }

  @Override
  public int slot(byte[] key) {
    return 0;
  }

  @Override
  public Server master(int slot) {
    return server;
  }

  @Override
  public List<Server> masters() {
    return List.of(server);
  }

  @Override
  public Line line(ContextInternal loop, Server to) {
    return access.line(loop, to);
  }

  @Override
  public Future<Void> verify(Line line) {
    return Future.succeededFuture();
  }

  @Override
  public void doubt() {}

  @Override
  public void moved(int slot, Server to) {}

  @Override
  public void watch(Runnable change) {}

  @Override
  public void unwatch(Runnable change) {}

  @Override
  public Future<Void> close() {
    return access.client.close();
  }
}
