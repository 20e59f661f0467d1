package dev.hilo.demo;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Tells the open pages what changed. Any thread; listeners must not block. */
final class Feed {

  /**
   * A change of one app.
   *
   * @param n rises; a picture taken at {@code n} already contains it
   */
  record Change(long n, String app, String kind, Object value) {}

  private final AtomicLong last = new AtomicLong();
  private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();

  void publish(String app, String kind, Object value) {
    Change change = new Change(last.incrementAndGet(), app, kind, value);
    listeners.forEach(listener -> listener.accept(change));
  }

  long last() {
    return last.get();
  }

  int listeners() {
    return listeners.size();
  }

  /** Returns what ends the subscription. */
  Runnable listen(Consumer<Change> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
