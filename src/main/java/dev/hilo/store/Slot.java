package dev.hilo.store;

import java.nio.charset.StandardCharsets;

/**
 * Which of the 16384 slots of a cluster a key is in: CRC16 (XMODEM) of what stands between its
 * first braces, or of all of it.
 *
 * @see <a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/">the
 *     cluster specification</a>
 */
final class Slot {
  static final int COUNT = 16_384;
  private static final char[] CRC = new char[256];

  static {
    for (int i = 0; i < 256; i++) {
      int crc = i << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
      }
      CRC[i] = (char) crc;
    }
  }

  private Slot() {}

  static int of(String key) {
    return of(key.getBytes(StandardCharsets.UTF_8));
  }

  static int of(byte[] key) {
    int from = 0;
    int to = key.length;
    for (int i = 0; i < key.length; i++) {
      if (key[i] == '{') {
        int end = i + 1;
        while (end < key.length && key[end] != '}') {
          end++;
        }
        if (end < key.length && end > i + 1) {
          from = i + 1;
          to = end;
        }
        break;
      }
    }
    int crc = 0;
    for (int i = from; i < to; i++) {
      crc = (crc << 8 & 0xffff) ^ CRC[(crc >>> 8 ^ key[i]) & 0xff];
    }
    return crc & (COUNT - 1);
  }
}
