package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mozilla.universalchardet.UniversalDetector;

/**
 * Bytes to text by the labels that mails carry. A label means what browsers take it for
 * (encoding.spec.whatwg.org), which is not always what the JDK takes it for.
 */
final class MailCharset {
  private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");
  private static final Charset ISO_2022_JP = Charset.forName("x-windows-iso2022jp");

  /** So many bytes are enough to guess by. */
  private static final int SAMPLE = 64 * 1024;

  /** Labels, in groups: what the JDK calls it, then what mails call it. */
  private static final Map<String, String> LABELS =
      labels(
          "utf-8: utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 utf-8n",
          ": us-ascii ascii ansi_x3.4-1968 iso-ir-6 us default unknown unknown-8bit x-unknown none"
              + " iso646-us 8bit binary x-user-defined charset",
          "windows-1252: iso-8859-1 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 iso-ir-100 latin1"
              + " latin-1 l1 ibm819 cp819 cp1252 cp-1252 x-cp1252 windows1252 win-1252 x-ansi ansi"
              + " 1252 iso-8859-1-windows-3.1-latin-1 iso-latin-1 x-mac-latin1",
          "windows-1250: cp1250 x-cp1250 windows1250 win-1250",
          "windows-1251: cp1251 x-cp1251 windows1251 win-1251 cp-1251 win1251",
          "windows-1253: cp1253 x-cp1253",
          "windows-1254: iso-8859-9 iso8859-9 iso_8859-9 latin5 l5 cp1254 x-cp1254",
          "windows-1255: cp1255 x-cp1255",
          "windows-1256: cp1256 x-cp1256",
          "windows-1257: cp1257 x-cp1257",
          "windows-1258: cp1258 x-cp1258",
          "iso-8859-2: iso8859-2 iso88592 iso_8859-2 latin2 l2",
          "iso-8859-5: iso8859-5 iso_8859-5 cyrillic",
          "iso-8859-6: iso-8859-6-i iso-8859-6-e arabic asmo-708 ecma-114",
          "iso-8859-7: iso8859-7 iso_8859-7 greek greek8 ecma-118 elot_928",
          "iso-8859-8: iso-8859-8-i iso-8859-8-e hebrew visual logical",
          "iso-8859-15: iso8859-15 iso_8859-15 latin9 latin-9 l9 latin0",
          "iso-8859-16: iso8859-16 latin10",
          "x-windows-874: tis-620 tis620 windows-874 cp874 cp-874 dos-874 iso-8859-11 iso8859-11",
          "windows-31j: cp932 cp-932 ms932 ms_kanji shift_jis shift-jis shiftjis sjis x-sjis"
              + " x-ms-cp932 csshiftjis windows-932",
          "euc-jp: x-euc-jp x-euc eucjp ujis cseucpkdfmtjapanese",
          "x-windows-iso2022jp: iso-2022-jp iso2022-jp iso2022jp csiso2022jp iso-2022-jp-1"
              + " iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-ms cp50220 cp50221 jis",
          "x-windows-949: ks_c_5601-1987 ks_c_5601-1989 ks_c_5601 ksc5601 ksc_5601 ks-c-5601 euc-kr"
              + " euckr korean cp949 cp-949 ms949 uhc windows-949 cseuckr iso-ir-149",
          "gb18030: gb2312 gb-2312 gb_2312-80 gb_2312 gbk x-gbk cp936 cp-936 ms936 windows-936"
              + " euc-cn euccn x-euc-cn chinese csgb2312 csiso58gb231280 iso-ir-58 gb18030-2022",
          "big5-hkscs: big5 big-5 big5hkscs cn-big5 csbig5 x-x-big5 cp950 cp-950 windows-950"
              + " x-big5",
          "koi8-r: koi8r koi8 koi cskoi8r koi8-ru",
          "koi8-u: koi8u",
          "ibm866: cp866 cp-866 866 dos-866 csibm866",
          "ibm850: cp850 cp-850 850 dos-850",
          "ibm437: cp437 cp-437 437",
          "ibm852: cp852 cp-852",
          "x-macroman: macintosh mac macroman csmacintosh x-mac-roman",
          "x-maccyrillic: x-mac-cyrillic x-mac-ukrainian",
          "utf-16: utf16 unicode csunicode iso-10646-ucs-2 ucs-2 ucs2 unicodefeff",
          "utf-16le: utf16le utf-16-le",
          "utf-16be: utf16be unicodefffe",
          "utf-32: utf32 ucs-4 ucs4 iso-10646-ucs-4");

  private MailCharset() {}

  private static Map<String, String> labels(String... groups) {
    var labels = new HashMap<String, String>();
    for (String group : groups) {
      int colon = group.indexOf(':');
      for (String label : group.substring(colon + 1).strip().split(" ", -1)) {
        labels.put(label, group.substring(0, colon));
      }
    }
    return Map.copyOf(labels);
  }

  /**
   * Decodes by the label; where that is missing, unknown, ASCII or UTF-8 without being it: as
   * {@link #guess} does. Never fails.
   */
  static String decode(byte[] bytes, @Nullable String label) {
    String name = name(label);
    switch (name) {
      case "utf-7", "unicode-1-1-utf-7", "x-unicode-1-1-utf-7", "csunicode11utf7" -> {
        return utf7(bytes);
      }
      case "hz-gb-2312", "hz" -> {
        return hz(bytes);
      }
      default -> {}
    }
    Charset charset = charset(LABELS.getOrDefault(name, name));
    if (charset == null || charset.equals(UTF_8)) {
      return guess(bytes, null);
    }
    if (charset.equals(UTF_16)) {
      return utf16(bytes);
    }
    if (name.startsWith("iso-2022-jp") && eightBit(bytes)) {
      return guess(bytes, "shift_jis");
    }
    return new String(bytes, charset);
  }

  /**
   * Text of which nothing is said: ISO-2022-JP if the bytes switch to it, UTF-8 if they are, else
   * by the hint, else what they look like, else windows-1252.
   *
   * @param hint a label that may be meant
   */
  static String guess(byte[] bytes, @Nullable String hint) {
    if (!eightBit(bytes)) {
      return new String(bytes, switchesToJapanese(bytes) ? ISO_2022_JP : ISO_8859_1);
    }
    String utf8 = strict(bytes, UTF_8);
    if (utf8 != null) {
      return utf8.startsWith("\ufeff") ? utf8.substring(1) : utf8;
    }
    String name = name(hint);
    Charset charset = charset(LABELS.getOrDefault(name, name));
    if (charset == null || charset.equals(UTF_8)) {
      charset = detected(bytes);
    }
    String text = charset == null ? null : strict(bytes, charset);
    if (text != null) {
      return text;
    }
    String almost = new String(bytes, UTF_8);
    long broken = almost.chars().filter(c -> c == '\ufffd').count();
    long letters = almost.chars().filter(c -> c > 0x9f && c != '\ufffd').count();
    return letters > 4 * broken ? almost : new String(bytes, WINDOWS_1252);
  }

  private static String name(@Nullable String label) {
    if (label == null) {
      return "";
    }
    String name = label.strip().split("[\\s;(,]", 2)[0].toLowerCase(Locale.ROOT);
    int start = 0;
    int end = name.length();
    while (start < end && !Character.isLetterOrDigit(name.charAt(start))) {
      start++;
    }
    while (end > start && !Character.isLetterOrDigit(name.charAt(end - 1))) {
      end--;
    }
    name = name.substring(start, end);
    return name.startsWith("charset=") ? name.substring(8) : name;
  }

  private static @Nullable Charset detected(byte[] bytes) {
    var detector = new UniversalDetector();
    detector.handleData(bytes, 0, Math.min(bytes.length, SAMPLE));
    detector.dataEnd();
    String found = detector.getDetectedCharset();
    if (found == null) {
      return null;
    }
    String name = found.toLowerCase(Locale.ROOT);
    boolean single = name.startsWith("windows-") || name.startsWith("iso-") || name.contains("ibm");
    return (single || name.contains("mac") || name.startsWith("koi")) && mostlyAscii(bytes)
        ? null
        : charset(LABELS.getOrDefault(name, name));
  }

  /** A few letters beyond ASCII tell of a Latin alphabet, not of another one. */
  private static boolean mostlyAscii(byte[] bytes) {
    int letters = 0;
    int beyond = 0;
    for (int i = 0; i < Math.min(bytes.length, SAMPLE); i++) {
      letters += Character.isLetter(bytes[i] & 0x7f) ? 1 : 0;
      beyond += bytes[i] < 0 ? 1 : 0;
    }
    return beyond * 5 < letters * 2;
  }

  private static boolean eightBit(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return true;
      }
    }
    return false;
  }

  /** Without a byte order mark, the zero bytes tell. */
  private static String utf16(byte[] bytes) {
    int even = 0;
    int odd = 0;
    for (int i = 0; i < Math.min(bytes.length, SAMPLE); i++) {
      if (bytes[i] == 0) {
        even += 1 - (i & 1);
        odd += i & 1;
      }
    }
    boolean marked =
        bytes.length > 1 && (bytes[0] & bytes[1] & 0xff) == 0xfe && (bytes[0] ^ bytes[1]) == 1;
    return new String(bytes, marked ? UTF_16 : odd > even ? UTF_16LE : UTF_16BE);
  }

  /**
   * RFC 1843: two-byte characters between {@code ~{} and <code>~}</code>, without their high bits.
   */
  private static String hz(byte[] bytes) {
    var out = new ByteArrayOutputStream(bytes.length);
    boolean chinese = false;
    for (int i = 0; i < bytes.length; i++) {
      int next = i + 1 < bytes.length ? bytes[i + 1] : 0;
      if (bytes[i] == '~' && (next == '{' || next == '}' || next == '~' || next == '\n')) {
        chinese = next == '{' || (chinese && next != '}');
        if (next == '~') {
          out.write('~');
        }
        i++;
      } else {
        chinese &= bytes[i] != '\n';
        out.write(chinese && bytes[i] > ' ' ? bytes[i] | 0x80 : bytes[i]);
      }
    }
    return new String(out.toByteArray(), Charset.forName("gb18030"));
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

  private static @Nullable String strict(byte[] bytes, Charset charset) {
    try {
      CharBuffer text =
          charset
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
    String in = new String(bytes, ISO_8859_1);
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
        byte[] units = TransferEncoding.base64(in.substring(i, end).getBytes(ISO_8859_1));
        out.append(new String(units, 0, units.length & ~1, UTF_16BE));
      }
      i = end < in.length() && in.charAt(end) == '-' ? end + 1 : end;
    }
    return out.toString();
  }

  private static boolean base64(char c) {
    return c < 128 && (Character.isLetterOrDigit(c) || c == '+' || c == '/');
  }
}
