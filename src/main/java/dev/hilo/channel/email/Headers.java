package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

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
 * @param cut fields, or the ends of fields, were left out
 */
record Headers(List<Field> fields, int body, boolean cut) {
  static final int MAX_FIELDS = 1000;
  static final int MAX_BYTES = 256 * 1024;
  private static final int MAX_VALUE = 64 * 1024;
  private static final int MAX_NAME = 76;

  /** So many lines behind one that is no field may hold another field. */
  private static final int LOOK_AHEAD = 3;

  /**
   * @param name lower case
   * @param value unfolded; 8-bit text decoded, encoded words not
   */
  record Field(String name, String value) {}

  /**
   * The header of a mail. Empty lines and the {@code From } line of an mbox file before it are
   * passed over; a line that is no field begins the body, unless fields follow.
   */
  static Headers read(byte[] raw) {
    return read(raw, start(raw), raw.length, bareReturns(raw), true);
  }

  /** A group of fields, up to an empty line. */
  static Headers read(byte[] raw, int from, int to) {
    return read(raw, from, to, false, false);
  }

  static Headers of(List<Field> fields) {
    return new Headers(List.copyOf(fields), 0, false);
  }

  private static Headers read(
      byte[] raw, int from, int to, boolean bareReturns, boolean untilText) {
    var ranges = new ArrayList<int[]>();
    boolean cut = false;
    int body = to;
    int at = from;
    while (at < to) {
      int end = lineEnd(raw, at, to, bareReturns);
      if (blank(raw, at, end)) {
        body = Math.min(to, end + 1);
        break;
      }
      int last = end;
      while (last + 1 < to && (raw[last + 1] == ' ' || raw[last + 1] == '\t')) {
        int next = lineEnd(raw, last + 1, to, bareReturns);
        if (next - last < 400 && onlyBlanks(raw, last + 1, next) && untilText) {
          break;
        }
        last = next;
      }
      if (colon(raw, at, end) < 0) {
        if (untilText && !ranges.isEmpty() && !goesOn(raw, end + 1, to, bareReturns)) {
          body = at;
          break;
        }
      } else if (ranges.size() >= MAX_FIELDS || at - from > MAX_BYTES) {
        cut = true;
      } else {
        cut |= last - at > MAX_VALUE;
        ranges.add(new int[] {at, Math.min(last, at + MAX_VALUE)});
      }
      at = last + 1;
    }
    return new Headers(fields(raw, ranges), body, cut);
  }

  private static List<Field> fields(byte[] raw, List<int[]> ranges) {
    String charset = null;
    for (int[] range : ranges) {
      if (name(raw, range[0], range[1]).equals("content-type")) {
        charset = Parameters.parse(field(raw, range[0], range[1], null).value).get("charset");
        break;
      }
    }
    var fields = new ArrayList<Field>(ranges.size());
    for (int[] range : ranges) {
      fields.add(field(raw, range[0], range[1], charset));
    }
    return List.copyOf(fields);
  }

  private static String name(byte[] raw, int start, int end) {
    return new String(raw, start, colon(raw, start, end) - start, ISO_8859_1)
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  /** 8-bit text without a charset of its own is often in that of the body. */
  private static Field field(byte[] raw, int start, int end, @Nullable String charset) {
    byte[] value = Arrays.copyOfRange(raw, colon(raw, start, end) + 1, end);
    String text = MailCharset.guess(value, charset);
    return new Field(
        name(raw, start, end),
        text.replaceAll("\r*\n", "").replace('\r', ' ').replace("\0", "").strip());
  }

  /** Where the name of a field ends; -1 if this is no field. */
  private static int colon(byte[] raw, int start, int end) {
    int at = start;
    while (at < end && at - start <= MAX_NAME && raw[at] > ' ' && raw[at] != ':' && raw[at] < 127) {
      at++;
    }
    int name = at - start;
    while (at < end && (raw[at] == ' ' || raw[at] == '\t')) {
      at++;
    }
    return name > 0 && name <= MAX_NAME && at < end && raw[at] == ':' ? at : -1;
  }

  /** Whether another field comes before the next empty line. */
  private static boolean goesOn(byte[] raw, int from, int to, boolean bareReturns) {
    int at = from;
    for (int i = 0; i < LOOK_AHEAD && at < to; i++) {
      int end = lineEnd(raw, at, to, bareReturns);
      if (blank(raw, at, end)) {
        return false;
      }
      if (colon(raw, at, end) > 0) {
        return true;
      }
      at = end + 1;
    }
    return false;
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

  /** Some programs end lines by CR alone. */
  static boolean bareReturns(byte[] raw) {
    boolean found = false;
    for (int i = 0; i < Math.min(raw.length, MAX_VALUE); i++) {
      if (raw[i] == '\n') {
        return false;
      }
      found |= raw[i] == '\r';
    }
    return found;
  }

  /** Where the header begins. */
  static int start(byte[] raw) {
    int at = raw.length > 2 && raw[0] == (byte) 0xef && raw[1] == (byte) 0xbb ? 3 : 0;
    while (at < raw.length && (raw[at] == '\r' || raw[at] == '\n')) {
      at++;
    }
    for (String mark : new String[] {"From ", ">From "}) {
      byte[] bytes = mark.getBytes(ISO_8859_1);
      if (at + bytes.length < raw.length
          && Arrays.equals(raw, at, at + bytes.length, bytes, 0, bytes.length)
          && colon(raw, at, raw.length) < 0) {
        at = Math.min(raw.length, lineEnd(raw, at, raw.length, bareReturns(raw)) + 1);
      }
    }
    return at;
  }

  private static boolean blank(byte[] raw, int start, int end) {
    return end == start || (end == start + 1 && raw[start] == '\r');
  }

  private static boolean onlyBlanks(byte[] raw, int start, int end) {
    for (int i = start; i < end; i++) {
      if (raw[i] > ' ') {
        return false;
      }
    }
    return true;
  }

  private static int lineEnd(byte[] raw, int from, int to, boolean bareReturns) {
    int i = from;
    while (i < to
        && raw[i] != '\n'
        && !(bareReturns && raw[i] == '\r' && (i + 1 == to || raw[i + 1] != '\n'))) {
      i++;
    }
    return i;
  }
}
