package dev.hilo.channel;

import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something small that is shown to the customer and is no message of its own. Doing the same one
 * twice is harmless.
 */
public sealed interface Gesture {
  String account();

  Address to();

  /** What the channel gave with the newest message from this address. */
  Map<String, String> context();

  record Typing(String account, Address to, Map<String, String> context, boolean on)
      implements Gesture {}

  /** {@code target}: the platform's id of the newest message that was read. */
  record Read(String account, Address to, Map<String, String> context, String target)
      implements Gesture {}

  /** {@code target}: the platform's id of the message; {@code emoji} is the one put or taken. */
  record React(
      String account,
      Address to,
      Map<String, String> context,
      String target,
      String emoji,
      boolean on)
      implements Gesture {}

  /** A message of ours says something else from now on. */
  record Edit(
      String account, Address to, Map<String, String> context, String target, Content content)
      implements Gesture {}

  /** A message of ours is taken back. */
  record Remove(String account, Address to, Map<String, String> context, String target)
      implements Gesture {}

  /** The platform's id of the message it is about; null for typing. */
  default @Nullable String about() {
    return switch (this) {
      case Typing _ -> null;
      case Read g -> g.target();
      case React g -> g.target();
      case Edit g -> g.target();
      case Remove g -> g.target();
    };
  }
}
