package dev.hilo.live;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many sockets each device holds on this node. Thread-safe; one for all loops. */
public final class Sockets {
  private final Map<String, Integer> byDevice = new ConcurrentHashMap<>();

  /** False if the device holds {@code most} already. */
  boolean entered(String device, int most) {
    int now = byDevice.merge(device, 1, Integer::sum);
    if (now > most) {
      left(device);
      return false;
    }
    return true;
  }

  void left(String device) {
    byDevice.computeIfPresent(device, (_, n) -> n <= 1 ? null : n - 1);
  }
}
