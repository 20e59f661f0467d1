package dev.hilo.channel.email;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Encoded words of header fields (RFC 2047), also where they must not be: inside quotes, with
 * blanks in their text, or cut in the middle of a character.
 */
final class EncodedWords {
  private static final Pattern WORD =
      Pattern.compile("=\\?([^?*\\s]{1,40})(?:\\*[^?\\s]{0,40})?\\?([bBqQ])\\?([^?]*)\\?=");

  private EncodedWords() {}

  static String decode(String value) {
    if (!value.contains("=?")) {
      return value;
    }
    var out = new StringBuilder();
    var bytes = new ByteArrayOutputStream();
    String charset = "";
    int end = 0;
    var word = WORD.matcher(value);
    while (word.find()) {
      String between = value.substring(end, word.start());
      String next = word.group(1).toLowerCase(Locale.ROOT);
      boolean adjacent = !charset.isEmpty() && between.isBlank();
      if (!adjacent || !next.equals(charset)) {
        flush(bytes, charset, out);
        out.append(adjacent ? "" : between);
      }
      charset = next;
      bytes.writeBytes(
          word.group(2).equalsIgnoreCase("b")
              ? TransferEncoding.base64(word.group(3).getBytes(StandardCharsets.ISO_8859_1))
              : quoted(word.group(3)));
      end = word.end();
    }
    flush(bytes, charset, out);
    return out.append(value, end, value.length()).toString();
  }

  private static void flush(ByteArrayOutputStream bytes, String charset, StringBuilder out) {
    if (bytes.size() > 0) {
      out.append(MailCharset.decode(bytes.toByteArray(), charset));
      bytes.reset();
    }
  }

  private static byte[] quoted(String text) {
    return TransferEncoding.quotedPrintable(
        text.replace('_', ' ').getBytes(StandardCharsets.ISO_8859_1));
  }
}
