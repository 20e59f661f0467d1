package dev.hilo.channel.email;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mail that could be read.
 *
 * @param body its text, with what is the writer's and what is not
 * @param html the whole body, sanitised; null if it has none
 * @param files attachments and inline images, in order
 * @param cut a text was longer than is kept, or a limit was met: the mail as it came holds more
 * @param invite the event it is about, if it is about one
 */
record Mail(
    Headers headers,
    String subject,
    ReplySplit body,
    @Nullable String html,
    List<File> files,
    boolean cut,
    MailKind kind,
    @Nullable Invite invite) {

  /** What the writer says in this mail, for reading as plain text. */
  String text() {
    return body.visible();
  }

  /** The rest of the text: what was answered, signatures; null if nothing was parted. */
  @Nullable String quoted() {
    return body.quoted();
  }

  /**
   * Who wrote it, for people to see; for machines, this proves nothing.
   *
   * @return the first mailbox that the mail names as its author, else as its sender; null if none
   */
  @Nullable MailAddress writer() {
    for (String name : new String[] {"from", "sender", "resent-from"}) {
      for (String field : headers.all(name)) {
        var found = MailAddress.parse(field).mailboxes();
        if (!found.isEmpty()) {
          return found.getFirst();
        }
      }
    }
    return null;
  }

  /**
   * @param contentId without angle brackets, null if none; HTML refers to it by {@code cid:}
   * @param mime the declared type, lower case
   */
  @SuppressWarnings("ArrayRecordComponent") // the bytes are not changed once read
  record File(String name, String mime, @Nullable String contentId, byte[] bytes) {}
}
