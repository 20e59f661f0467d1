package dev.hilo.channel;

import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.util.List;
import java.util.Map;
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

  /** The same for one address, where its kind makes a difference. */
  default Capabilities capabilities(Address to) {
    return capabilities();
  }

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

  /**
   * Shows something small to the customer, if this channel can ({@link Capabilities#features}
   * says); called on a virtual thread.
   */
  default SendResult perform(Gesture gesture) throws InterruptedException {
    return new SendResult.Refused("unsupported", "this channel cannot show it");
  }

  /**
   * Where the bytes of a file that a customer sent are; called on a virtual thread as soon as its
   * message stands, for media with {@code ref} and without {@code blob}.
   *
   * @param context what this channel gave with the message
   */
  default MediaSource locate(String account, Content.Media media, Map<String, String> context)
      throws InterruptedException {
    return new MediaSource.Gone("this channel has no files");
  }

  @Override
  default void close() {}
}
