package dev.hilo.channel.email;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Content-Transfer-Encodings (RFC 2045), decoding whatever can be decoded of broken ones. */
final class TransferEncoding {
  private static final int[] BASE64 = new int[256];

  static {
    Arrays.fill(BASE64, -1);
    String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < 64; i++) {
      BASE64[digits.charAt(i)] = i;
    }
  }

  private TransferEncoding() {}

  /** Decodes by the header's value; names nobody knows mean "as it is". */
  static byte[] decode(InputStream body, @Nullable String encoding) throws IOException {
    String name = encoding == null ? "" : encoding.strip().toLowerCase(Locale.ROOT);
    return switch (name.split("[\\s;(]", 2)[0].replace("\"", "")) {
      case "base64", "base-64", "base_64", "b64", "mime64" -> base64(body);
      case "quoted-printable", "quotedprintable", "quoted_printable" ->
          quotedPrintable(body.readAllBytes());
      case "x-uuencode", "uuencode", "x-uue", "uue", "x-uu" -> uu(body.readAllBytes());
      default -> body.readAllBytes();
    };
  }

  static byte[] base64(byte[] in) {
    try {
      return base64(new ByteArrayInputStream(in));
    } catch (IOException e) {
      throw new IllegalStateException("an array can be read", e);
    }
  }

  /** Skips what is no digit; padding ends a group, not the whole. */
  private static byte[] base64(InputStream in) throws IOException {
    var out = new ByteArrayOutputStream();
    var chunk = new byte[8192];
    int bits = 0;
    int count = 0;
    for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
      for (int i = 0; i < length; i++) {
        byte b = chunk[i];
        if (b == '=') {
          bits = 0;
          count = 0;
          continue;
        }
        int digit = BASE64[b & 0xff];
        if (digit < 0) {
          continue;
        }
        bits = bits << 6 | digit;
        switch (++count) {
          case 2 -> out.write(bits >> 4);
          case 3 -> out.write(bits >> 2);
          case 4 -> {
            out.write(bits);
            bits = 0;
            count = 0;
          }
          default -> {}
        }
      }
    }
    return out.toByteArray();
  }

  /** An equals sign that begins nothing stays as it is. */
  static byte[] quotedPrintable(byte[] in) {
    var out = new ByteArrayOutputStream(in.length);
    int i = 0;
    while (i < in.length) {
      byte b = in[i];
      if (b != '=') {
        out.write(b);
        i++;
        continue;
      }
      int next = i + 1;
      while (next < in.length && (in[next] == ' ' || in[next] == '\t')) {
        next++;
      }
      if (next < in.length && in[next] == '\r') {
        next++;
      }
      if (next >= in.length || in[next] == '\n') {
        i = next + 1;
        continue;
      }
      int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
      int low = high >= 0 ? Character.digit(in[i + 2], 16) : -1;
      if (low >= 0) {
        out.write(high << 4 | low);
        i += 3;
      } else {
        out.write(b);
        i++;
      }
    }
    return out.toByteArray();
  }

  /** Decodes what stands between {@code begin} and {@code end}. */
  static byte[] uu(byte[] in) {
    var out = new ByteArrayOutputStream(in.length * 3 / 4);
    boolean inside = false;
    for (String line : new String(in, StandardCharsets.ISO_8859_1).split("\r?\n", -1)) {
      if (line.startsWith("begin ")) {
        inside = true;
      } else if (line.equals("end")) {
        inside = false;
      } else if (inside && !line.isEmpty()) {
        int count = line.charAt(0) - ' ' & 63;
        for (int i = 1; i < line.length() && count > 0; i += 4) {
          int group = 0;
          for (int j = 0; j < 4; j++) {
            group = group << 6 | (i + j < line.length() ? line.charAt(i + j) - ' ' & 63 : 0);
          }
          for (int j = 2; j >= 0 && count > 0; j--, count--) {
            out.write(group >> (8 * j));
          }
        }
      }
    }
    return out.toByteArray();
  }
}
