package dev.hilo.core;

import dev.hilo.codec.EntryCodec;
import dev.hilo.conversation.Audience;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Content;
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
  /** Bytes of a body; the header and the rest of the entry fit beside it. */
  private static final int BODY = 14 * 1024;

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
            Audience.of(event),
            src,
            at,
            rx,
            c != null && c.open() ? c.id() : null,
            List.of(),
            0),
        event);
  }

  /** True if an entry of this event would be too large for the stream. */
  static boolean tooLarge(Event event) {
    return EntryCodec.body(event).length > BODY;
  }

  /** {@code text} cut to {@code bytes} of UTF-8 at most, for the preview of what became a blob. */
  static String cut(String text, int chars) {
    if (text.length() <= chars) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(chars - 1)) ? chars - 1 : chars;
    return text.substring(0, end) + "…";
  }

  /**
   * The longest text of a content, which becomes a blob when the entry is too large; null if there
   * is none.
   */
  static @Nullable String longText(Content content) {
    return switch (content) {
      case Content.Text t -> t.text();
      case Content.Email e -> e.quoted() == null ? e.text() : e.text() + "\n\n" + e.quoted();
      case Content.Unsupported u -> u.raw();
      case Content.Choices c -> c.text();
      case Content.Media m -> m.caption();
      case Content.Location _,
          Content.Contact _,
          Content.Choice _,
          Content.Form _,
          Content.Card _,
          Content.Template _ ->
          null;
    };
  }

  /** The same content with its text cut to a preview. */
  static Content shortened(Content content) {
    return switch (content) {
      case Content.Text t -> new Content.Text(cut(t.text(), 2000));
      case Content.Email e ->
          new Content.Email(
              cut(e.subject(), 500), cut(e.text(), 2000), e.html(), first(e.cc()), null);
      case Content.Unsupported u -> new Content.Unsupported(cut(u.kind(), 100), cut(u.raw(), 2000));
      case Content.Choices c -> new Content.Choices(cut(c.text(), 2000), first(c.options()));
      case Content.Media m ->
          new Content.Media(
              m.kind(),
              m.blob(),
              m.mime(),
              m.size(),
              m.name() == null ? null : cut(m.name(), 150),
              m.caption() == null ? null : cut(m.caption(), 2000),
              m.ref() == null ? null : cut(m.ref(), 1000),
              m.failed());
      case Content.Location l ->
          new Content.Location(l.latitude(), l.longitude(), null, null, null);
      case Content.Contact c ->
          new Content.Contact(cut(c.name(), 150), first(c.phones()), first(c.emails()));
      case Content.Choice c ->
          new Content.Choice(
              cut(c.kind(), 50),
              cut(c.id(), 300),
              null,
              null,
              c.data() == null ? null : cut(c.data(), 2000));
      case Content.Form f -> new Content.Unsupported("form too large: " + cut(f.name(), 100), "");
      case Content.Card c -> new Content.Card(cut(c.title(), 300), null, null, null);
      case Content.Template t ->
          new Content.Template(cut(t.name(), 300), t.language(), first(t.parameters()));
    };
  }

  private static <T> List<T> first(List<T> all) {
    return all.size() <= 20 ? all : List.copyOf(all.subList(0, 20));
  }
}
