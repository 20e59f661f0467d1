package dev.hilo.channel;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Words by name, as they are gathered from a payload. Not for several threads. */
public final class Facts {
  private static final int LONGEST = 500;

  private final Map<String, String> all = new LinkedHashMap<>();

  /** Passes over what is absent or empty; cuts after 500 characters; the later of two stays. */
  public Facts put(String name, @Nullable String value) {
    put(all, name, value);
    return this;
  }

  /** As {@link #put(String, String)}, into a map of the caller's. */
  public static void put(Map<String, String> all, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      all.put(name, Payload.cut(value, LONGEST));
    }
  }

  public Map<String, String> map() {
    return Map.copyOf(all);
  }
}
