package dev.hilo.conversation;

import java.security.SecureRandom;

/**
 * Makes ULIDs (github.com/ulid/spec): 48 bits of milliseconds and 80 random bits, 26 characters of
 * Crockford base 32.
 */
public final class Ulid {
  private static final char[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Random bytes of several ids: asking for many at once is nearly as cheap as for few. */
  private static final byte[] POOL = new byte[16 * 64];

  private static int used = POOL.length;

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
    synchronized (POOL) {
      if (used == POOL.length) {
        RANDOM.nextBytes(POOL);
        used = 0;
      }
      for (int i = 0; i < 16; i++) {
        out[10 + i] = DIGITS[POOL[used++] & 31];
      }
    }
    return new String(out);
  }
}
