package dev.hilo.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which Redis holds what now: one server, a master that sentinels watch, or a cluster. One for all
 * connections of a node; it learns from their faults. Thread-safe, and never blocks.
 */
public sealed interface Topology permits OneServer, SentinelGroup, ClusterNodes {

  /**
   * Begins to look where everything is.
   *
   * @param context an event loop to look from
   * @throws IllegalArgumentException that says what is wrong with {@code redis}
   */
  static Topology of(Vertx vertx, Context context, URI redis) {
    StoreUri uri = StoreUri.of(redis.toString());
    Access access = new Access(vertx, uri);
    ContextInternal loop = (ContextInternal) context;
    return switch (uri.kind()) {
      case ONE -> new OneServer(access);
      case SENTINEL -> new SentinelGroup(access, loop);
      case CLUSTER -> new ClusterNodes(access, loop);
    };
  }

  /** The slot of a key; 0 where there are none. */
  int slot(byte[] key);

  /** Who holds a slot, or null while that is not known. */
  @Nullable Server master(int slot);

  /** Every master that is known. */
  List<Server> masters();

  /** A new line, not open yet. */
  Line line(ContextInternal loop, Server server);

  /** Fails if what is at the end of an open line cannot be the master. */
  Future<Void> verify(Line line);

  /** Something was not where it should be: looks again soon. */
  void doubt();

  /** A server said that another holds this slot. */
  void moved(int slot, Server to);

  /** {@code change} runs, on any thread, each time {@link #master} answers otherwise. */
  void watch(Runnable change);

  void unwatch(Runnable change);

  Future<Void> close();
}
