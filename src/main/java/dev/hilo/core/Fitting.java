package dev.hilo.core;

import dev.hilo.channel.Inbound;
import dev.hilo.codec.EntryCodec;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Event;
import dev.hilo.store.Blobs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes what came in fit an entry: files become the customer's own, and a text too long for an
 * entry becomes a file with a preview in its place. Nothing is lost by it.
 */
final class Fitting {
  /** Bytes of a body; the header and the rest of the entry fit beside it. */
  private static final int BODY = 14 * 1024;

  private static final int PREVIEW = 2000;

  /** Characters; thrice as many are at most 18 times as many bytes of JSON, and fit. */
  private static final int SHORT = 700;

  private final Blobs blobs;

  Fitting(Blobs blobs) {
    this.blobs = blobs;
  }

  /** True if {@code m}, stored as {@code event}, has files to adopt or is too large. */
  static boolean needed(Inbound.Message m, Event event) {
    return m.attachments().stream().anyMatch(a -> a.blob() != null)
        || m.content() instanceof Content.Media x && x.blob() != null
        || m.content() instanceof Content.Email e && hasFiles(e)
        || tooLarge(event);
  }

  /** True if {@code e} brings a file to adopt or would be too large as an entry. */
  static boolean needed(Inbound.Edit e) {
    return e.content() instanceof Content.Media m && m.blob() != null
        || e.content() instanceof Content.Email mail && hasFiles(mail)
        || tooLarge(new Event.MessageEdited(e.target(), e.content()));
  }

  private static boolean hasFiles(Content.Email mail) {
    return mail.html() != null || mail.original() != null;
  }

  /** True if an entry of this event would be too large for the stream. */
  static boolean tooLarge(Event event) {
    return !surelySmall(event) && EntryCodec.body(event).length > BODY;
  }

  /** What most say: a short text is not encoded just to be measured. */
  private static boolean surelySmall(Event event) {
    return event instanceof Event.MessageAdded m
        && m.content() instanceof Content.Text t
        && m.attachments().isEmpty()
        && m.context().isEmpty()
        && m.sender() == null
        && t.text().length() < SHORT
        && length(m.externalId()) + length(m.replyTo()) < SHORT
        && m.address().id().length() + m.address().scope().length() + m.account().length() < SHORT;
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
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
   * As {@link #adopted(Inbound.Message, CustomerId, Event)}. An edit has no attachments: a text too
   * long for it becomes a file with the preview as its caption. Blocks: files are written.
   */
  Inbound adopted(Inbound.Edit e, CustomerId home) throws IOException {
    Content content = adopt(e.content(), home);
    if (tooLarge(new Event.MessageEdited(e.target(), content))) {
      String text = longText(content);
      Content small = shortened(content);
      content =
          text == null || small instanceof Content.Media || small instanceof Content.Email
              ? small
              : stored(text, home, small.preview(PREVIEW));
    }
    return new Inbound.Edit(e.origin(), e.target(), content);
  }

  /** A text as a file of the customer. */
  private Content.Media stored(String text, CustomerId home, @Nullable String caption)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new Content.Media(
        Content.Media.Kind.FILE,
        blobs.adopt(blobs.put(home.workspace(), bytes), home),
        "text/plain",
        bytes.length,
        "message.txt",
        caption,
        null,
        null);
  }

  private Content adopt(Content content, CustomerId home) throws IOException {
    return switch (content) {
      case Content.Media media -> adopt(media, home);
      case Content.Email e when hasFiles(e) ->
          new Content.Email(
              e.subject(),
              e.text(),
              adopt(e.html(), home),
              e.cc(),
              e.quoted(),
              e.original() == null ? null : adopt(e.original(), home));
      default -> content;
    };
  }

  private Content.Original adopt(Content.Original mail, CustomerId home) throws IOException {
    return new Content.Original(
        blobs.adopt(mail.raw(), home), adopt(mail.body(), home), mail.parts());
  }

  private @Nullable String adopt(@Nullable String blob, CustomerId home) throws IOException {
    return blob == null ? null : blobs.adopt(blob, home);
  }

  /** Blocks: files are written. */
  Inbound adopted(Inbound.Message m, CustomerId home, Event event) throws IOException {
    boolean large = tooLarge(event);
    List<Content.Media> attachments = new ArrayList<>();
    for (Content.Media media : m.attachments()) {
      attachments.add(large ? (Content.Media) shortened(adopt(media, home)) : adopt(media, home));
    }
    Content content = adopt(m.content(), home);
    Map<String, String> context = m.context();
    Map<String, String> details = m.details();
    if (large) {
      String text = longText(content);
      if (text != null) {
        attachments.addFirst(stored(text, home, null));
      }
      content = shortened(content);
      attachments = attachments.subList(0, Math.min(20, attachments.size()));
      details = Map.of();
    }
    return new Inbound.Message(
        m.origin(),
        cut(m.externalId(), 1000),
        m.echo(),
        m.automatic(),
        content,
        List.copyOf(attachments),
        m.replyTo(),
        details,
        context);
  }

  private Content.Media adopt(Content.Media m, CustomerId home) throws IOException {
    return m.blob() == null
        ? m
        : new Content.Media(
            m.kind(),
            blobs.adopt(m.blob(), home),
            m.mime(),
            m.size(),
            m.name(),
            m.caption(),
            m.ref(),
            m.failed());
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
      case Content.Text t -> new Content.Text(cut(t.text(), PREVIEW));
      case Content.Email e ->
          new Content.Email(
              cut(e.subject(), 500),
              cut(e.text(), PREVIEW),
              e.html(),
              first(e.cc()),
              null,
              e.original());
      case Content.Unsupported u ->
          new Content.Unsupported(cut(u.kind(), 100), cut(u.raw(), PREVIEW));
      case Content.Choices c -> new Content.Choices(cut(c.text(), PREVIEW), first(c.options()));
      case Content.Media m ->
          new Content.Media(
              m.kind(),
              m.blob(),
              m.mime(),
              m.size(),
              m.name() == null ? null : cut(m.name(), 150),
              m.caption() == null ? null : cut(m.caption(), PREVIEW),
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
              c.data() == null ? null : cut(c.data(), PREVIEW));
      case Content.Form f -> new Content.Unsupported("form too large: " + cut(f.name(), 100), "");
      case Content.Card c -> new Content.Card(cut(c.title(), 300), null, null, null);
      case Content.Template t ->
          new Content.Template(cut(t.name(), 300), t.language(), first(t.parameters()));
    };
  }

  /** At most 20 of them, each of at most 500 characters. */
  static Map<String, String> few(Map<String, String> details) {
    Map<String, String> few = new LinkedHashMap<>();
    details.entrySet().stream()
        .limit(20)
        .forEach(e -> few.put(cut(e.getKey(), 100), cut(e.getValue(), 500)));
    return few;
  }

  private static <T> List<T> first(List<T> all) {
    return all.size() <= 20 ? all : List.copyOf(all.subList(0, 20));
  }
}
