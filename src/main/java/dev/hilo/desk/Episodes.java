package dev.hilo.desk;

import dev.hilo.conversation.Event;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Ulid;
import org.jspecify.annotations.Nullable;

/** When a conversation begins. */
public final class Episodes {
  private Episodes() {}

  /** The decision that follows when {@code cause} was said, or null if an episode is open. */
  public static Event.@Nullable ConversationOpened opening(
      StreamState state, @Nullable String cause) {
    StreamState.Conversation now = state.conversation();
    return now != null && now.open() ? null : new Event.ConversationOpened(Ulid.next(), cause);
  }

  /** The decision that facts still wait for, or null. */
  public static Event.@Nullable ConversationOpened settle(StreamState state) {
    return state.undecided() == null ? null : opening(state, state.undecided());
  }
}
