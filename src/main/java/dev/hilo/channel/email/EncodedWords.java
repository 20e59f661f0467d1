package dev.hilo.channel.email;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Encoded words of header fields (RFC 2047), also where they must not be: inside quotes, with
 * blanks or question marks in their text, without an end, or cut in the middle of a character.
 */
final class EncodedWords {
  private static final int MAX_LABEL = 80;

  /** RFC 2047 allows 75, few keep to it. */
  private static final int MAX_WORD = 4096;

  private EncodedWords() {}

  /**
   * @param charset lower case, without a language
   * @param end behind the word
   */
  private record Word(String charset, boolean base64, String text, int start, int end) {}

  static String decode(String value) {
    var out = new StringBuilder();
    var run = new Run(out);
    int end = 0;
    for (int at = value.indexOf("=?"); at >= 0; at = value.indexOf("=?", at)) {
      Word word = at(value, at);
      if (word == null) {
        at += 2;
        continue;
      }
      String between = value.substring(end, word.start);
      boolean adjacent = end > 0 && between.isBlank();
      if (!adjacent) {
        run.flush();
        out.append(between);
      }
      run.add(word);
      end = word.end;
      at = end;
    }
    run.flush();
    return end == 0 ? value : out.append(value, end, value.length()).toString();
  }

  /** Where the word that begins here ends; -1 if none does. */
  static int end(String value, int start) {
    Word word = value.startsWith("=?", start) ? at(value, start) : null;
    return word == null ? -1 : word.end;
  }

  private static @Nullable Word at(String value, int start) {
    int label = value.indexOf('?', start + 2);
    if (label < 0 || label - start > MAX_LABEL || label + 2 >= value.length()) {
      return null;
    }
    String charset = value.substring(start + 2, label);
    char encoding = Character.toLowerCase(value.charAt(label + 1));
    if ((encoding != 'b' && encoding != 'q')
        || value.charAt(label + 2) != '?'
        || charset.chars().anyMatch(Character::isWhitespace)) {
      return null;
    }
    int from = label + 3;
    int limit = Math.min(value.length(), from + MAX_WORD);
    int end = value.indexOf("?=", from, limit);
    int next = value.indexOf("=?", from, limit);
    while (next >= 0 && !begins(value, next, end)) {
      next = value.indexOf("=?", Math.min(limit, next + 2), limit);
    }
    int behind = end + 2;
    if (end < 0 || (next >= 0 && next < end)) {
      end = broken(value, from, next < 0 ? limit : next);
      behind = end;
      if (end < 0) {
        return null;
      }
    }
    int star = charset.indexOf('*');
    String plain = star < 0 ? charset : charset.substring(0, star);
    return new Word(
        plain.toLowerCase(Locale.ROOT), encoding == 'b', value.substring(from, end), start, behind);
  }

  /** Whether another word begins here, before the end of this one. */
  private static boolean begins(String value, int start, int end) {
    int label = value.indexOf('?', start + 2);
    return label > start + 2
        && label - start <= MAX_LABEL
        && label + 2 < value.length()
        && value.charAt(label + 2) == '?'
        && "bBqQ".indexOf(value.charAt(label + 1)) >= 0
        && start != end + 1;
  }

  /** The end of a word whose end is missing: a blank, the next word, or the end of all. */
  private static int broken(String value, int from, int limit) {
    int end = from;
    while (end < limit && !Character.isWhitespace(value.charAt(end))) {
      end++;
    }
    while (end > from && value.charAt(end - 1) == '?') {
      end--;
    }
    return end > from ? end : -1;
  }

  /** Adjacent words: their bytes are joined as long as the charset is the same. */
  private static final class Run {
    private final StringBuilder out;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final StringBuilder digits = new StringBuilder();
    private String charset = "";

    Run(StringBuilder out) {
      this.out = out;
    }

    void add(Word word) {
      if (!word.charset.equals(charset)) {
        flush();
        charset = word.charset;
      }
      if (word.base64) {
        String text = word.text.strip();
        digits.append(text);
        if (text.endsWith("=") || digits.length() % 4 == 0) {
          endDigits();
        }
      } else {
        endDigits();
        bytes.writeBytes(quoted(word.text, charset));
      }
    }

    private void endDigits() {
      bytes.writeBytes(
          TransferEncoding.base64(digits.toString().getBytes(StandardCharsets.ISO_8859_1)));
      digits.setLength(0);
    }

    void flush() {
      endDigits();
      if (bytes.size() > 0) {
        out.append(MailCharset.decode(bytes.toByteArray(), charset));
        bytes.reset();
      }
    }
  }

  private static byte[] quoted(String text, String charset) {
    String spaced = text.replace('_', ' ');
    boolean ascii = spaced.chars().allMatch(c -> c < 128);
    return TransferEncoding.quotedPrintable(
        spaced.getBytes(
            ascii || charset.contains("8859") || charset.contains("125")
                ? StandardCharsets.ISO_8859_1
                : StandardCharsets.UTF_8));
  }
}
