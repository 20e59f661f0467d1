package dev.hilo.channel;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The facts of a channel, in a map. */
public final class MapMemory implements Ports.Memory {
  public final Map<String, String> facts = new ConcurrentHashMap<>();

  @Override
  public void put(String key, String value) {
    facts.put(key, value);
  }

  @Override
  public @Nullable String get(String key) {
    return facts.get(key);
  }

  @Override
  public String claim(String key, String value) {
    return Objects.requireNonNullElse(facts.putIfAbsent(key, value), value);
  }

  @Override
  public void forget(String key) {
    facts.remove(key);
  }
}
