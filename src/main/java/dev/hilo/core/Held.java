package dev.hilo.core;

import dev.hilo.conversation.CustomerId;
import dev.hilo.store.Work;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A partition this node keeps, and how far its journal was read and passed. Any thread may mark a
 * customer as looked at; what concerns the cursor is {@link Journal}'s.
 */
final class Held {
  final int partition;
  final String token;

  /** When this node took it, ms. */
  final long since = System.currentTimeMillis();

  /** As of the last sweep, which reads the journal after {@code cursor}. */
  volatile long epoch;

  volatile String cursor = "";

  /** What the next node would begin after: all before it was looked at. */
  volatile String saved = "";

  /** Another node may keep it from now on. */
  volatile boolean left;

  /** While the streams are asked who is there, nothing counts as looked at. */
  volatile boolean rebuilding;

  /** Named by the journal between {@code saved} and {@code cursor}, and not looked at yet. */
  private final Set<CustomerId> owed = ConcurrentHashMap.newKeySet();

  Held(int partition, String token) {
    this.partition = partition;
    this.token = token;
  }

  Work.Kept kept() {
    return new Work.Kept(partition, epoch, cursor);
  }

  void owe(CustomerId customer) {
    owed.add(customer);
  }

  void looked(CustomerId customer) {
    owed.remove(customer);
  }

  /** Another epoch: what was owed and saved may name a history that is lost. */
  void begin(long epoch) {
    this.epoch = epoch;
    owed.clear();
    saved = "";
  }

  /** As if it had just been taken: what was read of it is read again. */
  void unknown() {
    epoch = 0;
    cursor = "";
  }

  /** True if everybody before {@code cursor} was looked at and the store does not know it yet. */
  boolean passable() {
    boolean all = epoch != 0 && !rebuilding && owed.isEmpty();
    return all && !cursor.isEmpty() && !cursor.equals(saved);
  }
}
