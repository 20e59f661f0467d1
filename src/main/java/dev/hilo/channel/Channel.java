package dev.hilo.channel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One configured channel: a translator between a platform and our values. It never looks up
 * customers, opens conversations or touches the store, sockets or other channels.
 */
public interface Channel extends AutoCloseable {

  /** A business side of this channel: one number, one bot, one mailbox. */
  record Account(String id, String name) {}

  /** The accounts that this channel serves; items for others are kept as unrouted. */
  List<Account> accounts();

  Capabilities capabilities();

  /** How the platform calls us, or null if it does not. */
  default @Nullable Webhook webhook() {
    return null;
  }

  /** What we must poll; each runs on a virtual thread of its own, on one node at a time. */
  default List<Source> sources() {
    return List.of();
  }

  /**
   * Sends one message; called on a virtual thread, one at a time and in order for each address,
   * never repeated blindly. Every outcome is a value; an exception counts as {@link
   * SendResult.Unknown}.
   */
  SendResult send(Outbound message) throws InterruptedException;

  @Override
  default void close() {}
}
