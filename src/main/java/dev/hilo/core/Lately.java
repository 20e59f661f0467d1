package dev.hilo.core;

import java.util.LinkedHashMap;
import java.util.Map;

/** The last {@code limit} that were put or got; older ones are forgotten. Not thread-safe. */
final class Lately<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1;

  private final int limit;

  Lately(int limit) {
    super(64, 0.75f, true);
    this.limit = limit;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > limit;
  }
}
