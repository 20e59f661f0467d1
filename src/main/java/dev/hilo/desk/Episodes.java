package dev.hilo.desk;

import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Ulid;
import dev.hilo.workspace.Desk;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When a conversation begins, and what is done then. */
public final class Episodes {
  private Episodes() {}

  /**
   * What a conversation begins with.
   *
   * @param message its id
   * @param inbox it came by, {@code channel:account}
   * @param text as far as it is known
   */
  public record Cause(String message, String inbox, String text) {
    private static final int LONGEST = 2000;

    /** {@code id}: of the message. */
    public static Cause of(String id, Event.MessageAdded said) {
      String text =
          said.content() instanceof Content.Email mail
              ? mail.subject() + " " + mail.text()
              : said.content().preview(LONGEST);
      return new Cause(
          id,
          said.address().channel() + ":" + said.account(),
          text.substring(0, Math.min(LONGEST, text.length())));
    }
  }

  /** Whether something that is said now begins a conversation. */
  public static boolean begin(StreamState state) {
    StreamState.Conversation now = state.conversation();
    return now == null || !now.open();
  }

  /** The decision that follows when staff speak first, or null if an episode is open. */
  public static Event.@Nullable ConversationOpened opening(StreamState state) {
    return begin(state) ? new Event.ConversationOpened(Ulid.next(), null) : null;
  }

  /**
   * The decisions that follow when a customer said {@code cause}; none if an episode is open. Those
   * of the workspace's rules come with it.
   */
  public static List<Event> opening(StreamState state, Cause cause, Desk desk) {
    if (!begin(state)) {
      return List.of();
    }
    String conversation = Ulid.next();
    List<Event> decisions = new ArrayList<>();
    decisions.add(new Event.ConversationOpened(conversation, cause.message()));
    decisions.addAll(Rules.apply(desk, conversation, cause));
    return decisions;
  }

  /** The decisions that facts still wait for. */
  public static List<Event> settle(StreamState state, Desk desk) {
    String message = state.undecided();
    if (message == null) {
      return List.of();
    }
    StreamState.Message said = state.message(message);
    StreamState.Route route = said == null ? null : state.routes().get(said.via());
    String inbox = route == null ? "" : route.address().channel() + ":" + route.account();
    return opening(state, new Cause(message, inbox, state.snippet()), desk);
  }
}
