package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.FileType;
import dev.hilo.channel.Ports;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A mail that was read as the content and files of a message; what is large becomes blobs. */
final class MailContent {
  /** UTF-8 bytes; an entry of a stream must hold all of a message. */
  private static final int MAX_VISIBLE = 5000;

  private static final int MAX_QUOTED = 2000;

  /** Stretches of the text that are told apart; what comes after is visible. */
  private static final int MAX_PARTS = 40;

  private static final int MAX_FILES = 16;

  private final Set<String> own;
  private final Ports.Blobs blobs;

  /**
   * @param own the normalised addresses of all our mailboxes
   */
  MailContent(Set<String> own, Ports.Blobs blobs) {
    this.own = own;
    this.blobs = blobs;
  }

  /**
   * @param attachments as {@link #attachments} gives them
   * @param original names the blob with the mail as it came
   */
  Content content(Mail mail, List<Media> attachments, @Nullable String original)
      throws IOException {
    var cc = new ArrayList<String>();
    for (String name : new String[] {"to", "cc"}) {
      String field = mail.headers().first(name);
      for (MailAddress other : MailAddress.parse(field == null ? "" : field).mailboxes()) {
        if (!own.contains(MailThreads.plain(other.address()))
            && !cc.contains(other.address())
            && cc.size() < 20) {
          cc.add(other.address());
        }
      }
    }
    String html = mail.html();
    String quoted = mail.quoted();
    return new Content.Email(
        mail.subject(),
        shortened(mail.text(), MAX_VISIBLE),
        html == null
            ? null
            : blobs.put(linked(html, mail, attachments).getBytes(UTF_8), "text/html"),
        List.copyOf(cc),
        quoted == null ? null : shortened(quoted, MAX_QUOTED),
        original == null ? null : original(mail.body(), original));
  }

  private Content.Original original(ReplySplit body, String raw) throws IOException {
    if (body.quoted() == null) {
      return new Content.Original(raw, null, List.of());
    }
    var parts = new ArrayList<Content.Original.Part>();
    for (ReplySplit.Range range : body.ranges()) {
      boolean last = parts.size() == MAX_PARTS - 1;
      String kind = (last ? ReplySplit.Kind.VISIBLE : range.kind()).name().toLowerCase(Locale.ROOT);
      int end = last ? body.text().length() : range.end();
      parts.add(new Content.Original.Part(kind, range.start(), end));
      if (last) {
        break;
      }
    }
    String text = blobs.put(body.text().getBytes(UTF_8), "text/plain");
    return new Content.Original(raw, text, List.copyOf(parts));
  }

  /** Pictures of the mail itself are named by their blobs. */
  private static String linked(String html, Mail mail, List<Media> attachments) {
    String out = html;
    for (int i = 0; i < Math.min(mail.files().size(), attachments.size()); i++) {
      String id = mail.files().get(i).contentId();
      Media media = attachments.get(i);
      if (id != null && media.kind() == Media.Kind.IMAGE && id.matches("[\\w.@$+=-]+")) {
        out = out.replace("data-cid=\"" + id + "\"", "data-blob=\"" + media.blob() + "\"");
      }
    }
    return out;
  }

  /**
   * Files first; the whole text and the mail as it came where the message cannot hold all of it.
   */
  List<Media> attachments(Reading reading, Mail mail) throws IOException {
    var all = new ArrayList<Media>();
    for (Mail.File file : mail.files()) {
      if (all.size() == MAX_FILES) {
        all.add(original(reading));
        break;
      }
      var type = FileType.of(file.bytes(), file.mime());
      String blob = blobs.put(file.bytes(), type.mime());
      all.add(media(type.kind(), blob, type.mime(), file.bytes().length, file.name()));
    }
    if (bytes(mail.text()) > MAX_VISIBLE) {
      byte[] whole = mail.body().text().getBytes(UTF_8);
      String blob = blobs.put(whole, "text/plain");
      all.add(media(Media.Kind.FILE, blob, "text/plain", whole.length, "message.txt"));
    }
    if (mail.cut() && all.stream().noneMatch(a -> "original.eml".equals(a.name()))) {
      all.add(original(reading));
    }
    return List.copyOf(all);
  }

  static Media original(Reading reading) {
    int size = reading.arrival().raw().length;
    String blob = Objects.requireNonNull(reading.original());
    return media(Media.Kind.FILE, blob, "message/rfc822", size, "original.eml");
  }

  private static Media media(Media.Kind kind, String blob, String mime, long size, String name) {
    return new Media(kind, blob, mime, size, name, null, null, null);
  }

  private static String shortened(String text, int maxBytes) {
    if (bytes(text) <= maxBytes) {
      return text;
    }
    String head = Text.head(text, maxBytes);
    while (bytes(head) > maxBytes) {
      head = Text.head(head, head.length() - Math.max(1, (bytes(head) - maxBytes) / 4));
    }
    return head + " …";
  }

  private static int bytes(String text) {
    return text.getBytes(UTF_8).length;
  }
}
