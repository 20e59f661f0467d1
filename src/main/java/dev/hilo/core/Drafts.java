package dev.hilo.core;

import dev.hilo.conversation.Audience;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Ulid;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes headers: one cause, several entries. {@code at} and {@code rx} in ms. */
record Drafts(Author by, @Nullable String src, long at, long rx) {

  static Drafts now(Author by, @Nullable String src) {
    long now = System.currentTimeMillis();
    return new Drafts(by, src, now, now);
  }

  /** About the customer as a whole. */
  Draft of(StreamState state, Event event) {
    return of(state, event, state.customer().toString(), null);
  }

  /** About one address: its messages, and what happens to them. */
  Draft of(StreamState state, Event event, String home, @Nullable String via) {
    return of(state, event, home, via, Audience.of(event));
  }

  /** As {@link #of(StreamState, Event, String, String)}, told to {@code audience} only. */
  Draft of(StreamState state, Event event, String home, @Nullable String via, Audience audience) {
    StreamState.Conversation c = state.conversation();
    return new Draft(
        new Header(
            Header.SCHEMA,
            EntryClass.of(event, by),
            event.type(),
            Ulid.next(),
            home,
            via,
            by,
            audience,
            src,
            at,
            rx,
            c != null && c.open() ? c.id() : null,
            List.of(),
            0),
        event);
  }
}
