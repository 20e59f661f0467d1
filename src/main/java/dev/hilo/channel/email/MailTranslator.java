package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.FileType;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Ports;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media;
import dev.hilo.conversation.Strength;
import jakarta.mail.internet.MailDateFormat;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mail of one account as an item for the gateway. A mail that cannot be read is an item too, so
 * that somebody sees it.
 */
final class MailTranslator {
  /** Ends the id of an address whose owner nobody vouches for; it never meets the plain one. */
  static final String UNVERIFIED = "?unverified";

  private static final Logger log = LoggerFactory.getLogger(MailTranslator.class);

  /** UTF-8 bytes; an entry of a stream must hold all of a message. */
  private static final int MAX_VISIBLE = 5000;

  private static final int MAX_QUOTED = 2000;
  private static final int MAX_FILES = 16;
  private static final Instant FIRST_MAIL = Instant.parse("1982-01-01T00:00:00Z");

  private final EmailSettings.Account account;
  private final Set<String> own;
  private final MessageIds ids;
  private final Ports.Blobs blobs;

  /**
   * @param own the normalised addresses of all our mailboxes
   */
  MailTranslator(
      EmailSettings.Account account, Set<String> own, MessageIds ids, Ports.Blobs blobs) {
    this.account = account;
    this.own = own;
    this.ids = ids;
    this.blobs = blobs;
  }

  /** What becomes of a mail. */
  sealed interface Outcome {
    record Take(Inbound.Message message) implements Outcome {}

    record Skip(String why) implements Outcome {}
  }

  /**
   * @param raw the whole mail, or only its header if {@code fault} says so
   * @param received when the mailbox got it
   * @param fault why the mail cannot be read, known beforehand; null if it should be tried
   * @throws IOException if a blob could not be stored; the mail must be tried again
   */
  Outcome translate(byte[] raw, String contentKey, Instant received, @Nullable String fault)
      throws IOException {
    var headers = Headers.read(raw);
    var from = MailAddress.parse(headers.first("from") == null ? "" : headers.first("from"));
    List<String> messageId = MessageIds.list(headers.first("message-id"));
    if (!messageId.isEmpty() && ids.isOurs(messageId.getFirst())) {
      return new Outcome.Skip("skipped: copy of a mail of ours");
    }
    if (from.mailboxes().stream().anyMatch(a -> own.contains(a.address()))) {
      return new Outcome.Skip("skipped: from an address of ours");
    }
    Mail mail = null;
    String why = fault;
    if (why == null) {
      try {
        mail = MailParser.parse(raw);
      } catch (UnreadableMail e) {
        why = e.getMessage();
      } catch (RuntimeException | StackOverflowError e) {
        log.warn("a mail broke the parser: {}", e.toString());
        why = "it could not be parsed";
      }
    }
    Content content;
    List<Media> attachments;
    if (mail == null) {
      content = new Content.Unsupported("mail", "mail could not be read (" + why + ")");
      attachments = List.of(original(raw));
    } else {
      attachments = attachments(mail, raw);
      content = content(mail, attachments);
    }
    var kind = mail == null ? MailSorter.of(headers) : mail.kind();
    boolean automatic = !(kind instanceof MailKind.Written);
    return new Outcome.Take(
        message(headers, from, contentKey, received, automatic, content, attachments));
  }

  private Inbound.Message message(
      Headers headers,
      MailAddress.Parsed from,
      String contentKey,
      Instant received,
      boolean automatic,
      Content content,
      List<Media> attachments) {
    var level = Authenticity.of(headers, account.trustedAuthservId());
    boolean verified = level == Authenticity.VERIFIED;
    MailAddress sender = from.mailboxes().isEmpty() ? null : from.mailboxes().getFirst();
    String id = sender == null ? "no-sender." + contentKey : sender.address();
    var attributes = new LinkedHashMap<String, String>();
    if (sender != null) {
      attributes.put("email", sender.address());
      if (!sender.name().isEmpty()) {
        attributes.put("name", sender.name());
      }
    }
    var origin =
        new Inbound.Origin(
            account.id(),
            new Address("email", "", verified ? id : id + UNVERIFIED),
            List.of(),
            verified ? Strength.PLATFORM : Strength.CLAIM,
            Map.copyOf(attributes),
            null,
            null,
            contentKey,
            written(headers, received));
    var thread = ThreadContext.of(headers);
    String messageId = thread.messageId();
    return new Inbound.Message(
        origin,
        messageId == null || messageId.length() > 400 ? contentKey : messageId,
        false,
        automatic,
        content,
        attachments,
        answers(headers),
        details(headers, sender, level),
        thread.toMap());
  }

  /** The id of the mail that this one answers: one of ours if there is one. */
  private @Nullable String answers(Headers headers) {
    List<String> direct = MessageIds.list(headers.first("in-reply-to"));
    var all = new ArrayList<>(direct);
    all.addAll(MessageIds.list(headers.first("references")).reversed());
    for (String id : all) {
      if (ids.isOurs(id)) {
        return id;
      }
    }
    return direct.isEmpty() ? null : Text.head(direct.getFirst(), 400);
  }

  private static Map<String, String> details(
      Headers headers, @Nullable MailAddress sender, Authenticity level) {
    var details = new LinkedHashMap<String, String>();
    details.put(
        "meta.sender",
        switch (level) {
          case VERIFIED -> "verified";
          case UNVERIFIED -> "unverified";
          case FAILED -> "failed";
        });
    String replyTo = headers.first("reply-to");
    if (replyTo != null) {
      for (MailAddress other : MailAddress.parse(replyTo).mailboxes()) {
        if (sender == null || !other.address().equals(sender.address())) {
          details.put("meta.reply-to", other.address());
          break;
        }
      }
    }
    String priority = headers.text("x-priority") + " " + headers.text("importance");
    if (priority.startsWith("1") || priority.startsWith("2") || priority.endsWith("igh")) {
      details.put("priority", "high");
    }
    return Map.copyOf(details);
  }

  /** The time of the {@code Date} field where it can be true, else the mailbox's. */
  static Instant written(Headers headers, Instant received) {
    String date = headers.first("date");
    if (date != null) {
      try {
        Instant written = new MailDateFormat().parse(date).toInstant();
        if (written.isAfter(FIRST_MAIL) && written.isBefore(received.plus(Duration.ofMinutes(5)))) {
          return written;
        }
      } catch (ParseException | RuntimeException e) {
        log.debug("a mail has a Date that is none");
      }
    }
    return received;
  }

  private Content content(Mail mail, List<Media> attachments) throws IOException {
    var cc = new ArrayList<String>();
    for (String name : new String[] {"to", "cc"}) {
      String field = mail.headers().first(name);
      for (MailAddress other : MailAddress.parse(field == null ? "" : field).mailboxes()) {
        if (!own.contains(other.address()) && !cc.contains(other.address()) && cc.size() < 20) {
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
        quoted == null ? null : shortened(quoted, MAX_QUOTED));
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
  private List<Media> attachments(Mail mail, byte[] raw) throws IOException {
    var all = new ArrayList<Media>();
    for (Mail.File file : mail.files()) {
      if (all.size() == MAX_FILES) {
        all.add(original(raw));
        break;
      }
      var type = FileType.of(file.bytes(), file.mime());
      String blob = blobs.put(file.bytes(), type.mime());
      all.add(media(type.kind(), blob, type.mime(), file.bytes().length, file.name()));
    }
    String quoted = mail.quoted() == null ? "" : mail.quoted();
    if (bytes(mail.text()) > MAX_VISIBLE || bytes(quoted) > MAX_QUOTED) {
      byte[] whole = (mail.text() + "\n\n" + quoted).getBytes(UTF_8);
      String blob = blobs.put(whole, "text/plain");
      all.add(media(Media.Kind.FILE, blob, "text/plain", whole.length, "message.txt"));
    }
    if (mail.cut()) {
      all.add(original(raw));
    }
    return List.copyOf(all);
  }

  private Media original(byte[] raw) throws IOException {
    String blob = blobs.put(raw, "message/rfc822");
    return media(Media.Kind.FILE, blob, "message/rfc822", raw.length, "original.eml");
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
