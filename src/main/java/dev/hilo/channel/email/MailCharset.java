package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bytes to text by the labels that mails carry. A label means what browsers take it for
 * (encoding.spec.whatwg.org), which is not always what the JDK takes it for.
 */
final class MailCharset {
  private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

  private static final Map<String, String> LABELS =
      Map.ofEntries(
          Map.entry("us-ascii", ""),
          Map.entry("ascii", ""),
          Map.entry("ansi_x3.4-1968", ""),
          Map.entry("iso-8859-1", "windows-1252"),
          Map.entry("iso8859-1", "windows-1252"),
          Map.entry("iso_8859-1", "windows-1252"),
          Map.entry("latin1", "windows-1252"),
          Map.entry("cp1252", "windows-1252"),
          Map.entry("x-cp1252", "windows-1252"),
          Map.entry("iso-8859-9", "windows-1254"),
          Map.entry("iso-8859-8-i", "iso-8859-8"),
          Map.entry("iso-8859-6-i", "iso-8859-6"),
          Map.entry("tis-620", "x-windows-874"),
          Map.entry("windows-874", "x-windows-874"),
          Map.entry("iso-8859-11", "x-windows-874"),
          Map.entry("cp932", "windows-31j"),
          Map.entry("shift_jis", "windows-31j"),
          Map.entry("shift-jis", "windows-31j"),
          Map.entry("x-sjis", "windows-31j"),
          Map.entry("sjis", "windows-31j"),
          Map.entry("ks_c_5601-1987", "x-windows-949"),
          Map.entry("ks_c_5601", "x-windows-949"),
          Map.entry("euc-kr", "x-windows-949"),
          Map.entry("korean", "x-windows-949"),
          Map.entry("gb2312", "gb18030"),
          Map.entry("gbk", "gb18030"),
          Map.entry("x-gbk", "gb18030"),
          Map.entry("hz-gb-2312", "gb18030"),
          Map.entry("big5", "big5-hkscs"),
          Map.entry("cp-850", "ibm850"),
          Map.entry("utf8", "utf-8"),
          Map.entry("unicode-1-1-utf-8", "utf-8"));

  private MailCharset() {}

  /**
   * Decodes by the label; where that is missing, unknown, ASCII or UTF-8: as ISO-2022-JP if the
   * bytes switch to it, as UTF-8 if they are, else as windows-1252. Never fails.
   */
  static String decode(byte[] bytes, @Nullable String label) {
    String name = label == null ? "" : label.strip().toLowerCase(Locale.ROOT);
    if (name.equals("utf-7") || name.equals("unicode-1-1-utf-7")) {
      return utf7(bytes);
    }
    Charset charset = charset(LABELS.getOrDefault(name, name));
    if (charset != null && !charset.equals(UTF_8)) {
      return new String(bytes, charset);
    }
    if (switchesToJapanese(bytes)) {
      return new String(bytes, Charset.forName("x-windows-iso2022jp"));
    }
    String utf8 = strict(bytes);
    return utf8 != null ? utf8 : new String(bytes, WINDOWS_1252);
  }

  private static @Nullable Charset charset(String name) {
    if (name.isEmpty()) {
      return null;
    }
    try {
      return Charset.forName(name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      return null;
    }
  }

  private static @Nullable String strict(byte[] bytes) {
    try {
      CharBuffer text =
          UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes));
      return text.toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static boolean switchesToJapanese(byte[] bytes) {
    for (int i = 0; i + 2 < bytes.length; i++) {
      if (bytes[i] == 0x1b && bytes[i + 1] == '$' && (bytes[i + 2] == 'B' || bytes[i + 2] == '@')) {
        return true;
      }
    }
    return false;
  }

  /** RFC 2152. */
  private static String utf7(byte[] bytes) {
    String in = new String(bytes, StandardCharsets.ISO_8859_1);
    var out = new StringBuilder(in.length());
    int i = 0;
    while (i < in.length()) {
      char c = in.charAt(i++);
      if (c != '+') {
        out.append(c);
        continue;
      }
      int end = i;
      while (end < in.length() && base64(in.charAt(end))) {
        end++;
      }
      if (end == i) {
        out.append('+');
      } else {
        byte[] units =
            TransferEncoding.base64(in.substring(i, end).getBytes(StandardCharsets.ISO_8859_1));
        out.append(new String(units, 0, units.length & ~1, StandardCharsets.UTF_16BE));
      }
      i = end < in.length() && in.charAt(end) == '-' ? end + 1 : end;
    }
    return out.toString();
  }

  private static boolean base64(char c) {
    return c < 128 && (Character.isLetterOrDigit(c) || c == '+' || c == '/');
  }
}
