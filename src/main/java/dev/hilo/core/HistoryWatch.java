package dev.hilo.core;

import dev.hilo.store.Streams;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Asks once a second, for all loops of a node, which history the store holds. Whoever listens is
 * told each answer, and nothing while the store is silent. Thread-safe.
 */
public final class HistoryWatch {
  private static final int PERIOD_MS = 1000;

  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

  /** Asks from now on, on {@code context}. */
  public HistoryWatch(Vertx vertx, Context context, Streams streams) {
    context.runOnContext(_ -> vertx.setPeriodic(0, PERIOD_MS, _ -> ask(streams)));
  }

  private void ask(Streams streams) {
    if (!listeners.isEmpty()) {
      streams.history().onSuccess(name -> listeners.forEach(l -> l.accept(name)));
    }
  }

  /** {@code listener} is told on {@code context}. */
  void tell(Context context, Consumer<String> listener) {
    listeners.add(name -> context.runOnContext(_ -> listener.accept(name)));
  }
}
