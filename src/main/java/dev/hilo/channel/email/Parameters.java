package dev.hilo.channel.email;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A header value with parameters, as of {@code Content-Type}: continuations and charsets of RFC
 * 2231, and encoded words, which do not belong there but come.
 *
 * @param value before the first semicolon, lower case
 * @param parameters by lower-case name
 */
record Parameters(String value, Map<String, String> parameters) {
  private static final int MAX = 100;

  /** A parameter that begins without a semicolon before it. */
  private static final Pattern FORGOTTEN =
      Pattern.compile(
          "\\s+(?=(?:charset|name|filename|boundary|format|delsp|method|type)\\*?\\d?\\*?\\s?=)",
          Pattern.CASE_INSENSITIVE);

  static Parameters parse(@Nullable String header) {
    if (header == null) {
      return new Parameters("", Map.of());
    }
    int semicolon = valueEnd(header);
    String value = semicolon < 0 ? header : header.substring(0, semicolon);
    var plain = new HashMap<String, String>();
    var pieces = new HashMap<String, TreeMap<Integer, Piece>>();
    int at = semicolon < 0 ? header.length() : semicolon + 1;
    for (int n = 0; at < header.length() && n < MAX; n++) {
      int equals = header.indexOf('=', at);
      int next = header.indexOf(';', at);
      if (equals < 0) {
        break;
      }
      if (next >= 0 && next < equals) {
        at = next + 1;
        continue;
      }
      String name = header.substring(at, equals).strip().toLowerCase(Locale.ROOT);
      var text = new StringBuilder();
      at = value(header, equals + 1, text);
      put(name, text.toString(), plain, pieces);
    }
    pieces.forEach((name, parts) -> plain.put(name, join(parts)));
    return new Parameters(clean(value), Map.copyOf(plain));
  }

  @Nullable String get(String name) {
    return parameters.get(name);
  }

  private record Piece(String text, boolean percent) {}

  private static void put(
      String name,
      String text,
      Map<String, String> plain,
      Map<String, TreeMap<Integer, Piece>> pieces) {
    int star = name.indexOf('*');
    if (star < 0) {
      plain.putIfAbsent(name, EncodedWords.decode(text));
      return;
    }
    boolean percent = name.endsWith("*");
    String number =
        name.substring(star + 1, percent ? Math.max(star + 1, name.length() - 1) : name.length());
    int index;
    try {
      index = number.isEmpty() ? 0 : Integer.parseInt(number);
    } catch (NumberFormatException e) {
      return;
    }
    pieces
        .computeIfAbsent(name.substring(0, star), _ -> new TreeMap<>())
        .putIfAbsent(index, new Piece(text, percent));
  }

  private static String join(TreeMap<Integer, Piece> parts) {
    var bytes = new ByteArrayOutputStream();
    String charset = null;
    boolean first = true;
    for (Piece piece : parts.values()) {
      String text = piece.text;
      if (first && piece.percent) {
        int quote = text.indexOf('\'');
        int second = quote < 0 ? -1 : text.indexOf('\'', quote + 1);
        if (second >= 0) {
          charset = text.substring(0, quote);
          text = text.substring(second + 1);
        }
      }
      first = false;
      bytes.writeBytes(piece.percent ? percent(text) : text.getBytes(StandardCharsets.UTF_8));
    }
    return EncodedWords.decode(MailCharset.decode(bytes.toByteArray(), charset));
  }

  private static byte[] percent(String text) {
    var out = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int high = c == '%' && i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = high >= 0 ? Character.digit(text.charAt(i + 2), 16) : -1;
      if (low >= 0) {
        out.write(high << 4 | low);
        i += 2;
      } else {
        out.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
      }
    }
    return out.toByteArray();
  }

  /** Where parameters begin: at the first semicolon, or a blank where that was forgotten. */
  private static int valueEnd(String header) {
    int semicolon = header.indexOf(';');
    var forgotten = FORGOTTEN.matcher(header);
    return forgotten.find() && (semicolon < 0 || forgotten.start() < semicolon)
        ? forgotten.start()
        : semicolon;
  }

  private static int value(String header, int start, StringBuilder out) {
    int i = start;
    while (i < header.length() && Character.isWhitespace(header.charAt(i))) {
      i++;
    }
    if (i < header.length() && header.charAt(i) == '"') {
      for (i++; i < header.length() && header.charAt(i) != '"'; i++) {
        boolean escapes =
            header.charAt(i) == '\\'
                && i + 1 < header.length()
                && (header.charAt(i + 1) == '"' || header.charAt(i + 1) == '\\');
        out.append(header.charAt(escapes ? ++i : i));
      }
      int next = header.indexOf(';', i);
      var forgotten = FORGOTTEN.matcher(header);
      if (forgotten.find(Math.min(i, header.length())) && (next < 0 || forgotten.start() < next)) {
        return forgotten.start();
      }
      return next < 0 ? header.length() : next + 1;
    }
    int word = EncodedWords.end(header, i);
    int end = header.indexOf(';', Math.max(i, word));
    end = end < 0 ? header.length() : end;
    var forgotten = FORGOTTEN.matcher(header);
    if (forgotten.find(i) && forgotten.start() < end) {
      out.append(header.substring(i, forgotten.start()).strip());
      return forgotten.start();
    }
    out.append(header.substring(i, end).strip());
    return end + 1;
  }

  private static String clean(String value) {
    int comment = value.indexOf('(');
    String plain = comment < 0 ? value : value.substring(0, comment);
    return plain.replaceAll("\\s*/\\s*", "/").replace("\"", "").strip().toLowerCase(Locale.ROOT);
  }
}
