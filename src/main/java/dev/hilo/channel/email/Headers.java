package dev.hilo.channel.email;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of a mail or of one of its parts, in order. Reading never fails: what is no
 * field is passed over, what is beyond the limits is left out.
 *
 * @param body where the body begins in the bytes that were read
 * @param cut fields were left out
 */
record Headers(List<Field> fields, int body, boolean cut) {
  static final int MAX_FIELDS = 1000;
  static final int MAX_BYTES = 256 * 1024;

  /**
   * @param name lower case
   * @param value unfolded; 8-bit text decoded, encoded words not
   */
  record Field(String name, String value) {}

  static Headers read(byte[] raw) {
    var fields = new ArrayList<Field>();
    boolean cut = false;
    int at = 0;
    while (at < raw.length) {
      int end = lineEnd(raw, at);
      if (end == at || (end == at + 1 && raw[at] == '\r')) {
        return new Headers(List.copyOf(fields), Math.min(raw.length, end + 1), cut);
      }
      while (end + 1 < raw.length && (raw[end + 1] == ' ' || raw[end + 1] == '\t')) {
        end = lineEnd(raw, end + 1);
      }
      if (fields.size() >= MAX_FIELDS || end > MAX_BYTES) {
        cut = true;
      } else {
        var field = field(raw, at, end);
        if (field != null) {
          fields.add(field);
        }
      }
      at = end + 1;
    }
    return new Headers(List.copyOf(fields), raw.length, cut);
  }

  static Headers of(List<Field> fields) {
    return new Headers(List.copyOf(fields), 0, false);
  }

  /** A field from its raw bytes; null if they are none. */
  static @Nullable Field field(byte[] raw, int start, int end) {
    int colon = start;
    while (colon < end && raw[colon] != ':') {
      if (raw[colon] == '\n') {
        return null;
      }
      colon++;
    }
    if (colon == end || colon == start) {
      return null;
    }
    String name =
        new String(raw, start, colon - start, StandardCharsets.ISO_8859_1)
            .strip()
            .toLowerCase(Locale.ROOT);
    if (name.isEmpty() || name.indexOf(' ') >= 0) {
      return null;
    }
    byte[] value = Arrays.copyOfRange(raw, colon + 1, end);
    String text = MailCharset.decode(value, null);
    return new Field(name, text.replaceAll("\r?\n", "").replace("\0", "").strip());
  }

  @Nullable String first(String name) {
    for (Field field : fields) {
      if (field.name.equals(name)) {
        return field.value;
      }
    }
    return null;
  }

  List<String> all(String name) {
    return fields.stream().filter(f -> f.name.equals(name)).map(Field::value).toList();
  }

  boolean has(String name) {
    return first(name) != null;
  }

  /** The field's text for people: encoded words decoded, on one line; empty if there is none. */
  String text(String name) {
    String value = first(name);
    return value == null ? "" : Text.line(EncodedWords.decode(value));
  }

  private static int lineEnd(byte[] raw, int from) {
    int i = from;
    while (i < raw.length && raw[i] != '\n') {
      i++;
    }
    return i;
  }
}
