package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Files that stand in the middle of a text, as programs sent them before MIME: {@code begin 644
 * name}, lines of uuencode, {@code end}.
 *
 * @param text without them
 */
record InlineFiles(String text, List<Mail.File> files) {
  private static final int MAX_FILES = 20;

  private static final Pattern BEGIN =
      Pattern.compile("^begin(?:-base64)? [0-7]{3,4} ([^\\n]{1,200})\\n", Pattern.MULTILINE);

  static InlineFiles of(String text) {
    var begin = BEGIN.matcher(text);
    if (!text.contains("begin") || !begin.find()) {
      return new InlineFiles(text, List.of());
    }
    var files = new ArrayList<Mail.File>();
    var left = new StringBuilder();
    int kept = 0;
    int from = begin.start();
    while (files.size() < MAX_FILES && begin.find(from)) {
      boolean base64 = text.startsWith("begin-base64", begin.start());
      String last = base64 ? "\n====" : "\nend";
      int end = text.indexOf(last, begin.end() - 1);
      if (end < 0) {
        break;
      }
      int behind = end + last.length();
      boolean whole = behind == text.length() || Character.isWhitespace(text.charAt(behind));
      if (whole && (base64 || encoded(text, begin.end()))) {
        byte[] bytes = text.substring(begin.start(), behind).getBytes(ISO_8859_1);
        String name = MailParser.cleanName(begin.group(1), "application/octet-stream", 1);
        byte[] file =
            base64
                ? TransferEncoding.base64(text.substring(begin.end(), end).getBytes(ISO_8859_1))
                : TransferEncoding.uu(bytes);
        files.add(new Mail.File(name, "application/octet-stream", null, file));
        left.append(text, kept, begin.start());
        kept = behind;
      }
      from = behind;
      if (from >= text.length()) {
        break;
      }
    }
    return files.isEmpty()
        ? new InlineFiles(text, List.of())
        : new InlineFiles(left.append(text, kept, text.length()).toString(), List.copyOf(files));
  }

  /** The first line is as long as it says. */
  private static boolean encoded(String text, int at) {
    int end = text.indexOf('\n', at);
    if (end <= at) {
      return false;
    }
    int count = text.charAt(at) - ' ' & 63;
    int digits = (count + 2) / 3 * 4;
    int length = text.substring(at, end).stripTrailing().length() - 1;
    return count == 0 || (length <= digits + 2 && length >= digits - 4);
  }
}
