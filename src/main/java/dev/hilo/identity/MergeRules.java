package dev.hilo.identity;

import dev.hilo.conversation.Event.CustomerKind;
import dev.hilo.conversation.StreamState;
import org.jspecify.annotations.Nullable;

/** Which customers may become one. */
public final class MergeRules {
  private MergeRules() {}

  /** Why the two must stay apart, or null. */
  public static @Nullable String refusal(StreamState a, StreamState b) {
    if (!a.customer().workspace().equals(b.customer().workspace())) {
      return "the two belong to different workspaces";
    }
    if (a.customer().isOwn() || b.customer().isOwn()) {
      return "a workspace's own stream is no customer";
    }
    if (a.kind() != b.kind()) {
      return "one is a " + word(a.kind()) + ", the other a " + word(b.kind());
    }
    if (a.blocked() || b.blocked()) {
      return "a newer release wrote to this thread; this one may not decide here";
    }
    return null;
  }

  private static String word(CustomerKind kind) {
    return switch (kind) {
      case PERSON -> "person";
      case ROOM -> "room";
      case DEVICE -> "device";
    };
  }
}
