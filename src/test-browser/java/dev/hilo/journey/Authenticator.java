package dev.hilo.journey;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What an authenticator app on a phone shows (RFC 6238, six digits, 30 s). */
final class Authenticator {
  private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final long STEP_MS = 30_000;

  private Authenticator() {}

  /** The code of now, or of so many steps later. */
  static String code(String secret, int later) throws GeneralSecurityException {
    long step = System.currentTimeMillis() / STEP_MS + later;
    Mac mac = Mac.getInstance("HmacSHA1");
    mac.init(new SecretKeySpec(bytes(secret), "HmacSHA1"));
    byte[] hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
    int at = hash[hash.length - 1] & 0xf;
    int digits = (ByteBuffer.wrap(hash).getInt(at) & 0x7fffffff) % 1_000_000;
    return "%06d".formatted(digits);
  }

  private static byte[] bytes(String base32) {
    BigInteger all = BigInteger.ZERO;
    for (char letter : base32.toCharArray()) {
      all = all.shiftLeft(5).or(BigInteger.valueOf(LETTERS.indexOf(letter)));
    }
    byte[] bytes = new byte[base32.length() * 5 / 8];
    for (int i = bytes.length - 1; i >= 0; i--) {
      bytes[i] = all.byteValue();
      all = all.shiftRight(8);
    }
    return bytes;
  }
}
