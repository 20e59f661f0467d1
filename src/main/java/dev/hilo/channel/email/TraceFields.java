package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The fields at the top of a mail by which a server tells how it came (RFC 5321, 4.4), and the
 * removal of those that only we may write.
 */
final class TraceFields {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT);

  private TraceFields() {}

  /**
   * The mail with our fields above it.
   *
   * @param name ours
   * @param protocol such as {@code ESMTPS}
   * @param receivers whom this copy is for
   * @param results of our own check of the sender, as in {@code Authentication-Results}; null if
   *     there was none: what others say of it then stays
   */
  static byte[] stamped(
      HandedMail mail,
      String name,
      String protocol,
      String client,
      String id,
      Instant now,
      List<String> receivers,
      @Nullable String results) {
    var out = new ByteArrayOutputStream(mail.size() + 1024);
    var top = new StringBuilder("Return-Path: <").append(mail.from()).append(">\r\n");
    for (String receiver : receivers) {
      top.append("Delivered-To: ").append(receiver).append("\r\n");
    }
    top.append("Received: from ")
        .append(host(mail.helo()))
        .append(" ([")
        .append(client.indexOf(':') < 0 ? client : "IPv6:" + client)
        .append("])\r\n\tby ")
        .append(name)
        .append(" (Hilo) with ")
        .append(protocol)
        .append(" id ")
        .append(id);
    if (receivers.size() == 1) {
      top.append("\r\n\tfor <").append(receivers.getFirst()).append('>');
    }
    top.append(";\r\n\t").append(DATE.format(now.atOffset(ZoneOffset.UTC))).append("\r\n");
    if (results != null) {
      top.append("Authentication-Results: ").append(name).append(results).append("\r\n");
    }
    out.writeBytes(top.toString().getBytes(UTF_8));
    copy(mail, results == null ? null : name, out);
    return out.toByteArray();
  }

  /** What kind of transmission it was (RFC 3848, RFC 6531). */
  static String protocol(boolean lmtp, HandedMail mail) {
    String kind = lmtp ? "LMTP" : mail.extended() && !mail.utf8() ? "ESMTP" : "SMTP";
    return (mail.utf8() ? "UTF8" : "") + kind + (mail.tls() ? "S" : "");
  }

  private static void copy(HandedMail mail, @Nullable String name, ByteArrayOutputStream out) {
    byte[] raw = mail.bytes();
    int at = 0;
    while (at < mail.size()) {
      int end = lineEnd(raw, at, mail.size());
      if (end - at <= 2) {
        break;
      }
      while (end < mail.size() && (raw[end] == ' ' || raw[end] == '\t')) {
        end = lineEnd(raw, end, mail.size());
      }
      if (!isOurs(raw, at, end, name)) {
        out.write(raw, at, end - at);
      }
      at = end;
    }
    out.write(raw, at, mail.size() - at);
  }

  private static boolean isOurs(byte[] raw, int start, int end, @Nullable String ourName) {
    int colon = start;
    while (colon < end && raw[colon] != ':') {
      colon++;
    }
    String name =
        new String(raw, start, Math.min(colon - start, 100), ISO_8859_1)
            .strip()
            .toLowerCase(Locale.ROOT);
    if (name.equals("return-path") || name.startsWith("x-hilo-")) {
      return true;
    }
    return ourName != null
        && name.equals("authentication-results")
        && new String(raw, colon, end - colon, ISO_8859_1)
            .toLowerCase(Locale.ROOT)
            .contains(ourName.toLowerCase(Locale.ROOT));
  }

  /** Behind the line that begins at {@code from}. */
  private static int lineEnd(byte[] raw, int from, int size) {
    int i = from;
    while (i < size && raw[i] != '\n') {
      i++;
    }
    return Math.min(size, i + 1);
  }

  /** A name as the client says it, as far as it could be one. */
  private static String host(String helo) {
    return helo.matches("[A-Za-z0-9.:_\\[\\]-]{1,255}") ? helo : "unknown";
  }
}
