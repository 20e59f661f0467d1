package dev.hilo.channel.email;

import dev.hilo.channel.Ports;
import org.jspecify.annotations.Nullable;

/**
 * Addresses to which nothing can be delivered. Each call names the mail that it is about and
 * answers the same when that mail is brought again. For virtual threads.
 */
final class DeadAddresses {
  private static final String FAILED = "failed:";
  private static final String DEAD = "dead:";
  private static final String ALIVE = "alive:";

  private final Ports.Memory memory;

  DeadAddresses(Ports.Memory memory) {
    this.memory = memory;
  }

  /**
   * A delivery failed for good; true if this is the failure after which the address counts as dead:
   * at once if the other side knows nobody of that name, else the second.
   */
  boolean failed(String address, String status, String mail) {
    String before = memory.get(key(address));
    if (before != null && before.startsWith(DEAD)) {
      return before.equals(DEAD + mail);
    }
    boolean twice = before != null && before.startsWith(FAILED) && !before.equals(FAILED + mail);
    boolean unknown = status.equals("5.1.1") || status.equals("5.1.10");
    memory.put(key(address), (unknown || twice ? DEAD : FAILED) + mail);
    return unknown || twice;
  }

  /** Somebody writes from there; true if the address counted as dead until now. */
  boolean revived(String address, String mail) {
    @Nullable String before = memory.get(key(address));
    if (before == null || !before.startsWith(DEAD)) {
      return (ALIVE + mail).equals(before);
    }
    memory.put(key(address), ALIVE + mail);
    return true;
  }

  private static String key(String address) {
    return "hard:" + address;
  }
}
