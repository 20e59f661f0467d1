package dev.hilo.channel.email;

import java.util.Arrays;

/** Bytes of a client that were not used yet. */
final class SmtpInput {
  private static final int MAX_LINE = 2048;

  private byte[] bytes = new byte[0];
  private int at;

  /** What there is of a command. */
  sealed interface Line {
    /** Without its end. */
    @SuppressWarnings("ArrayRecordComponent") // used once
    record Whole(byte[] line) implements Line {}

    /** More must come. */
    record Unfinished() implements Line {}

    /** The client is told so and no more is read. */
    record Wrong(String reply) implements Line {}
  }

  void add(byte[] more) {
    byte[] all = Arrays.copyOfRange(bytes, at, bytes.length + more.length);
    System.arraycopy(more, 0, all, bytes.length - at, more.length);
    bytes = all;
    at = 0;
  }

  void clear() {
    bytes = new byte[0];
    at = 0;
  }

  boolean isEmpty() {
    return at == bytes.length;
  }

  /** Gives {@code data} what belongs to it. */
  void feed(SmtpData data) {
    at = data.read(bytes, at);
  }

  /**
   * Takes the next line out.
   *
   * @param lenient it may end with LF alone
   */
  Line line(boolean lenient) {
    int end = at;
    while (end < bytes.length && bytes[end] != '\n' && end - at <= MAX_LINE) {
      boolean loose = bytes[end] == '\r' && end + 1 < bytes.length && bytes[end + 1] != '\n';
      if (loose && !lenient && end - at < MAX_LINE) {
        return loose();
      }
      end++;
    }
    if (end - at > MAX_LINE) {
      return new Line.Wrong("500 5.5.2 a command of more than " + MAX_LINE + " bytes");
    }
    if (end == bytes.length) {
      return new Line.Unfinished();
    }
    boolean whole = end > at && bytes[end - 1] == '\r';
    if (!whole && !lenient) {
      return loose();
    }
    byte[] line = Arrays.copyOfRange(bytes, at, whole ? end - 1 : end);
    at = end + 1;
    return new Line.Whole(line);
  }

  private static Line loose() {
    return new Line.Wrong("550 5.6.11 a command that does not end with CR LF");
  }
}
