package dev.hilo.conversation;

import java.security.SecureRandom;

/**
 * Makes ULIDs (github.com/ulid/spec): 48 bits of milliseconds and 80 random bits, 26 characters of
 * Crockford base 32.
 */
public final class Ulid {
  private static final char[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final SecureRandom RANDOM = new SecureRandom();

  private Ulid() {}

  public static String next() {
    return at(System.currentTimeMillis());
  }

  static String at(long millis) {
    char[] out = new char[26];
    for (int i = 9; i >= 0; i--) {
      out[i] = DIGITS[(int) (millis & 31)];
      millis >>>= 5;
    }
    byte[] random = new byte[16];
    RANDOM.nextBytes(random);
    for (int i = 0; i < 16; i++) {
      out[10 + i] = DIGITS[random[i] & 31];
    }
    return new String(out);
  }
}
