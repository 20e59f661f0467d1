package dev.hilo.load.client;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The text of a message, the same for every peer: a mark, its topic, its number, when it left, and
 * letters up to the size. Only letters, digits and colons, so that no encoding makes it longer.
 */
public final class Body {
  private static final byte[] MARK = "zQ7:".getBytes(StandardCharsets.US_ASCII);
  private static final int TOPIC = 4;
  private static final int SEQ = 8;
  private static final int NANOS = 16;
  private static final int LEAST = MARK.length + TOPIC + SEQ + NANOS;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private Body() {}

  /** What is told of a message that was found in a frame. */
  public interface Found {
    void message(int topic, int seq, long nanos);
  }

  public static byte[] make(int size, int topic, int seq, long nanos) {
    byte[] body = new byte[Math.max(size, LEAST)];
    Arrays.fill(body, (byte) 'x');
    System.arraycopy(MARK, 0, body, 0, MARK.length);
    hex(body, MARK.length, TOPIC, topic);
    hex(body, MARK.length + TOPIC, SEQ, seq);
    hex(body, MARK.length + TOPIC + SEQ, NANOS, nanos);
    return body;
  }

  private static void hex(byte[] to, int at, int digits, long value) {
    for (int i = digits - 1; i >= 0; i--) {
      to[at + i] = HEX[(int) (value & 15)];
      value >>>= 4;
    }
  }

  /** Finds every message in a frame, in order. */
  public static void find(ByteBuf frame, Found found) {
    int end = frame.writerIndex() - LEAST;
    for (int i = frame.readerIndex(); i <= end; i++) {
      if (frame.getByte(i) == 'z' && marked(frame, i)) {
        int at = i + MARK.length;
        found.message(
            (int) number(frame, at, TOPIC),
            (int) number(frame, at + TOPIC, SEQ),
            number(frame, at + TOPIC + SEQ, NANOS));
        i += LEAST - 1;
      }
    }
  }

  private static boolean marked(ByteBuf frame, int at) {
    for (int i = 1; i < MARK.length; i++) {
      if (frame.getByte(at + i) != MARK[i]) {
        return false;
      }
    }
    return true;
  }

  private static long number(ByteBuf frame, int at, int digits) {
    long value = 0;
    for (int i = at; i < at + digits; i++) {
      value = value << 4 | Character.digit(frame.getByte(i), 16);
    }
    return value;
  }
}
