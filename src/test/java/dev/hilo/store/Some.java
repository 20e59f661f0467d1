package dev.hilo.store;

import dev.hilo.conversation.Address;
import dev.hilo.conversation.Audience;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.Row;
import dev.hilo.conversation.Strength;
import dev.hilo.conversation.Ulid;
import dev.hilo.store.Streams.Append;
import dev.hilo.store.Streams.Redirect;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Drafts and appends for the store's tests. */
final class Some {
  private static final Author ANA = new Author(Author.Kind.AGENT, "ana");

  private Some() {}

  static Draft start(CustomerId c) {
    return draft(c, new Event.CustomerStarted(Event.CustomerKind.PERSON, null), Author.customer(c));
  }

  /** A fact. */
  static Draft heard(CustomerId c, String text) {
    return draft(c, said(text, "x" + text), Author.customer(c));
  }

  /** A decision. */
  static Draft answered(CustomerId c, String text) {
    return draft(c, said(text, null), ANA);
  }

  /** A quiet fact. */
  static Draft noted(CustomerId c, String text) {
    return draft(c, new Event.NoteAdded(text), ANA);
  }

  static Draft seal(CustomerId c, CustomerId into, String merge) {
    return draft(
        c,
        new Event.Sealed(
            merge, into.toString(), Strength.AGENT, List.of(c.toString(), into.toString()), null),
        ANA);
  }

  private static Event said(String text, @Nullable String external) {
    return new Event.MessageAdded(
        new Address("paper", "", "p"),
        "desk",
        new Content.Text(text),
        List.of(),
        external,
        null,
        null,
        false,
        Map.of());
  }

  private static Draft draft(CustomerId c, Event event, Author by) {
    return new Draft(
        new Header(
            Header.SCHEMA,
            EntryClass.of(event, by),
            event.type(),
            Ulid.next(),
            c.toString(),
            "via",
            by,
            Audience.of(event),
            null,
            1,
            2,
            null,
            List.of(),
            0),
        event);
  }

  /** A row of the inbox. */
  static Row row(CustomerId c, String snippet, long epoch, long seq) {
    return new Row(
        c.toString(),
        "Eva",
        List.of("paper"),
        List.of("paper:office"),
        snippet,
        "customer",
        seq,
        "open",
        null,
        1,
        seq,
        Event.Priority.NORMAL,
        List.of(),
        epoch,
        seq);
  }

  /** A dedupe id nobody had before. */
  static String src() {
    byte[] bytes = new byte[12];
    ThreadLocalRandom.current().nextBytes(bytes);
    return java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static Append append(CustomerId c, @Nullable String src, @Nullable Position q, Draft... drafts) {
    return new Append(c, src, q, 0, null, null, Arrays.asList(drafts));
  }

  static Append waking(Append a, @Nullable Long wake) {
    return new Append(a.customer(), a.src(), a.q(), a.folded(), a.redirect(), wake, a.drafts());
  }

  static Append redirected(Append a, CustomerId child, String merge) {
    return new Append(
        a.customer(), a.src(), a.q(), a.folded(), new Redirect(child, merge), a.wake(), a.drafts());
  }

  static Append folded(Append a, long seq) {
    return new Append(a.customer(), a.src(), a.q(), seq, a.redirect(), a.wake(), a.drafts());
  }

  static String text(Entry entry) {
    return switch (entry.event()) {
      case Event.MessageAdded m -> m.content().preview(100);
      case Event.NoteAdded n -> n.text();
      default -> entry.event().type();
    };
  }
}
