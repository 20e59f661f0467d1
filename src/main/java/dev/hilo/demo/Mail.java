package dev.hilo.demo;

import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * One mail as the customer's program shows it.
 *
 * @param mine she wrote it
 * @param at milliseconds since 1970 UTC
 * @param attachments file names
 * @param headers the header block, as it came
 */
record Mail(
    String id,
    boolean mine,
    String from,
    String to,
    String subject,
    long at,
    String text,
    List<String> attachments,
    @Nullable String messageId,
    @Nullable String inReplyTo,
    List<String> references,
    String headers,
    boolean unread) {

  private static final int TEXT_LIMIT = 100_000;

  static Mail of(String id, boolean mine, byte[] raw, boolean unread)
      throws MessagingException, IOException {
    var message =
        new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(raw));
    var texts = new ArrayList<String>();
    var files = new ArrayList<String>();
    collect(message, texts, files, 0);
    String text = String.join("\n", texts);
    Date date = message.getSentDate();
    String bytes = new String(raw, StandardCharsets.ISO_8859_1);
    int end = bytes.indexOf("\r\n\r\n");
    return new Mail(
        id,
        mine,
        header(message, "From"),
        header(message, "To"),
        header(message, "Subject"),
        date == null ? System.currentTimeMillis() : date.toInstant().toEpochMilli(),
        text.length() > TEXT_LIMIT ? text.substring(0, TEXT_LIMIT) : text,
        List.copyOf(files),
        message.getHeader("Message-ID", null),
        message.getHeader("In-Reply-To", null),
        ids(message.getHeader("References", " ")),
        end < 0 ? bytes : bytes.substring(0, end),
        unread);
  }

  Mail read() {
    return new Mail(
        id,
        mine,
        from,
        to,
        subject,
        at,
        text,
        attachments,
        messageId,
        inReplyTo,
        references,
        headers,
        false);
  }

  private static String header(MimeMessage message, String name)
      throws MessagingException, IOException {
    String raw = message.getHeader(name, ", ");
    return raw == null ? "" : MimeUtility.decodeText(MimeUtility.unfold(raw));
  }

  private static List<String> ids(@Nullable String header) {
    return header == null
        ? List.of()
        : Arrays.stream(header.split("[\\s,]+")).filter(id -> !id.isEmpty()).toList();
  }

  private static void collect(Part part, List<String> texts, List<String> files, int depth)
      throws MessagingException, IOException {
    if (depth > 10) {
      return;
    }
    if (part.getFileName() != null) {
      files.add(MimeUtility.decodeText(part.getFileName()));
    } else if (part.isMimeType("multipart/*") && part.getContent() instanceof Multipart multipart) {
      for (int i = 0; i < multipart.getCount(); i++) {
        BodyPart child = multipart.getBodyPart(i);
        collect(child, texts, files, depth + 1);
      }
    } else if (part.isMimeType("text/plain") && part.getContent() instanceof String text) {
      texts.add(text.replace("\r\n", "\n"));
    }
  }
}
