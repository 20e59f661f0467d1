package dev.hilo.codec;

import dev.hilo.conversation.Audience;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Header;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Headers as this release writes them: fields in one order, plain ASCII without escapes, no {@code
 * must}, not sealed. Nearly all are; the others are left to Jackson, which gives the same bytes and
 * the same header where both can.
 */
final class HeaderText {
  private final byte[] bytes;
  private int at;

  private HeaderText(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Null if it is not as simple as that. */
  static byte @Nullable [] write(Header h) {
    String by = h.by().toString();
    if (!h.must().isEmpty()
        || h.enc() != 0
        || !plain(h.t())
        || !plain(h.id())
        || !plain(h.home())
        || !plain(h.via())
        || !plain(by)
        || !plain(h.src())
        || !plain(h.conv())) {
      return null;
    }
    StringBuilder out = new StringBuilder(320);
    out.append("{\"v\":").append(h.v()).append(",\"k\":\"").append(h.k().letter()).append('"');
    text(out, ",\"t\":\"", h.t());
    text(out, ",\"id\":\"", h.id());
    text(out, ",\"home\":\"", h.home());
    text(out, ",\"via\":\"", h.via());
    text(out, ",\"by\":\"", by);
    text(out, ",\"aud\":\"", h.aud().word());
    text(out, ",\"src\":\"", h.src());
    out.append(",\"at\":").append(h.at()).append(",\"rx\":").append(h.rx());
    text(out, ",\"conv\":\"", h.conv());
    return out.append('}').toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void text(StringBuilder out, String name, @Nullable String value) {
    if (value != null) {
      out.append(name).append(value).append('"');
    }
  }

  private static boolean plain(@Nullable String value) {
    for (int i = 0; value != null && i < value.length(); i++) {
      if (!plain(value.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean plain(int c) {
    return c >= ' ' && c < 127 && c != '"' && c != '\\';
  }

  /** Null if it was written otherwise. */
  static @Nullable Header read(byte[] bytes) {
    return new HeaderText(bytes).header();
  }

  private @Nullable Header header() {
    Long v = number("{\"v\":");
    String k = text(",\"k\":\"");
    String t = text(",\"t\":\"");
    String id = text(",\"id\":\"");
    String home = text(",\"home\":\"");
    String via = text(",\"via\":\"");
    String by = text(",\"by\":\"");
    String aud = text(",\"aud\":\"");
    String src = text(",\"src\":\"");
    Long sent = number(",\"at\":");
    Long rx = number(",\"rx\":");
    String conv = text(",\"conv\":\"");
    if (v == null
        || v > Integer.MAX_VALUE
        || k == null
        || k.length() != 1
        || t == null
        || id == null
        || home == null
        || by == null
        || aud == null
        || sent == null
        || rx == null
        || at != bytes.length - 1
        || bytes[at] != '}') {
      return null;
    }
    try {
      return new Header(
          v.intValue(),
          EntryClass.of(k.charAt(0)),
          t,
          id,
          home,
          via,
          Author.of(by),
          Audience.of(aud),
          src,
          sent,
          rx,
          conv,
          List.of(),
          0);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private boolean next(String name) {
    int length = name.length();
    if (at + length > bytes.length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (bytes[at + i] != name.charAt(i)) {
        return false;
      }
    }
    at += length;
    return true;
  }

  @SuppressWarnings("deprecation") // one byte is one character here
  private @Nullable String text(String name) {
    if (!next(name)) {
      return null;
    }
    int from = at;
    while (at < bytes.length && plain(bytes[at])) {
      at++;
    }
    if (at == bytes.length || bytes[at] != '"') {
      at = bytes.length; // not plain: nothing that follows fits
      return null;
    }
    return new String(bytes, 0, from, at++ - from);
  }

  private @Nullable Long number(String name) {
    if (!next(name)) {
      return null;
    }
    int from = at;
    long value = 0;
    while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9' && at - from < 18) {
      value = value * 10 + bytes[at++] - '0';
    }
    boolean whole = at > from && (bytes[from] != '0' || at == from + 1);
    return whole ? value : null;
  }
}
