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

  private final Blobs blobs;

  Fitting(Blobs blobs) {
    this.blobs = blobs;
  }

  /** True if {@code m}, stored as {@code event}, has files to adopt or is too large. */
  static boolean needed(Inbound.Message m, Event event) {
    return m.attachments().stream().anyMatch(a -> a.blob() != null)
        || m.content() instanceof Content.Media x && x.blob() != null
        || m.content() instanceof Content.Email e && e.html() != null
        || tooLarge(event);
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

  /** Blocks: files are written. */
  Inbound adopted(Inbound.Message m, CustomerId home, Event event) throws IOException {
    boolean large = tooLarge(event);
    List<Content.Media> attachments = new ArrayList<>();
    for (Content.Media media : m.attachments()) {
      attachments.add(large ? (Content.Media) shortened(adopt(media, home)) : adopt(media, home));
    }
    Content content = m.content();
    if (content instanceof Content.Media media) {
      content = adopt(media, home);
    } else if (content instanceof Content.Email e && e.html() != null) {
      content =
          new Content.Email(e.subject(), e.text(), blobs.adopt(e.html(), home), e.cc(), e.quoted());
    }
    Map<String, String> context = m.context();
    Map<String, String> details = m.details();
    if (large) {
      String text = longText(content);
      if (text != null) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String blob = blobs.adopt(blobs.put(home.workspace(), bytes), home);
        attachments.addFirst(
            new Content.Media(
                Content.Media.Kind.FILE,
                blob,
                "text/plain",
                bytes.length,
                "message.txt",
                null,
                null,
                null));
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
