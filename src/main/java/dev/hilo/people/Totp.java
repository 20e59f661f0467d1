package dev.hilo.people;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One-time codes of an authenticator app: RFC 6238 with what all apps know, SHA-1, six digits,
 * steps of 30 s.
 */
public final class Totp {
  /** How many steps a clock may be wrong, either way. */
  public static final int WINDOW = 1;

  private static final long STEP_MS = 30_000;
  private static final int SECRET = 20;
  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final SecureRandom RANDOM = new SecureRandom();

  private Totp() {}

  /** A new secret, 160 bits in Base32, as it is typed into an app. */
  public static String secret() {
    byte[] bytes = new byte[SECRET];
    RANDOM.nextBytes(bytes);
    return base32(bytes);
  }

  /** What an app reads from a QR code; {@code issuer} and {@code account} are shown in it. */
  public static String uri(String secret, String issuer, String account) {
    return "otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=6&period=30"
        .formatted(encoded(issuer), encoded(account), secret, encoded(issuer));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * The step that a code belongs to, or -1 if it is wrong. A step must not be accepted twice.
   *
   * @param now ms
   */
  public static long step(String secret, String code, long now) {
    long current = Math.floorDiv(now, STEP_MS);
    long found = -1;
    for (long step = current - WINDOW; step <= current + WINDOW; step++) {
      if (MessageDigest.isEqual(
          code(secret, step).getBytes(StandardCharsets.US_ASCII),
          code.getBytes(StandardCharsets.UTF_8))) {
        found = step;
      }
    }
    return found;
  }

  /** The code of a step since 1970. */
  public static String code(String secret, long step) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(bytes(secret), "HmacSHA1"));
      ByteBuffer hash = ByteBuffer.wrap(mac.doFinal(ByteBuffer.allocate(8).putLong(step).array()));
      int at = hash.get(hash.capacity() - 1) & 0xf;
      int number = (hash.getInt(at) & Integer.MAX_VALUE) % 1_000_000;
      return String.format(Locale.ROOT, "%06d", number);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String base32(byte[] bytes) {
    StringBuilder out = new StringBuilder();
    int buffer = 0;
    int bits = 0;
    for (byte b : bytes) {
      buffer = buffer << 8 | b & 0xff;
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        out.append(BASE32.charAt(buffer >> bits & 31));
      }
      buffer &= (1 << bits) - 1;
    }
    if (bits > 0) {
      out.append(BASE32.charAt(buffer << 5 - bits & 31));
    }
    return out.toString();
  }

  private static byte[] bytes(String base32) {
    byte[] out = new byte[base32.length() * 5 / 8];
    int buffer = 0;
    int bits = 0;
    int next = 0;
    for (int i = 0; i < base32.length(); i++) {
      buffer = buffer << 5 | BASE32.indexOf(base32.charAt(i));
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        out[next++] = (byte) (buffer >> bits);
        buffer &= (1 << bits) - 1;
      }
    }
    return out;
  }
}
