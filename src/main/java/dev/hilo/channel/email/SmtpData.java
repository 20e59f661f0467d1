package dev.hilo.channel.email;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes after DATA up to the one end there is: CR LF, a dot, CR LF. Nothing else ends a
 * mail, so that no two servers can differ about where one ends and what follows it.
 */
final class SmtpData {
  private static final int FIRST = 16 * 1024;
  private static final int MAX_LINE = 64 * 1024;

  /** Kilobytes that mails may take in memory. */
  interface Space {
    boolean take(int kilobytes);

    void give(int kilobytes);
  }

  private enum At {
    LINE_START,
    IN_LINE,
    CR,
    DOT,
    DOT_CR,
    END
  }

  private final long limit;
  private final boolean lenient;
  private final Space space;
  private byte[] bytes = new byte[0];
  private int size;
  private int line;
  private At at = At.LINE_START;
  private @Nullable String refusal;

  /**
   * @param limit bytes that a mail may have
   * @param lenient lines may end with LF or CR alone, which is mended
   */
  SmtpData(long limit, boolean lenient, Space space) {
    this.limit = limit;
    this.lenient = lenient;
    this.space = space;
  }

  /** Reads on from {@code from}; returns up to where. It stops behind the end of the mail only. */
  int read(byte[] input, int from) {
    int i = from;
    while (i < input.length && at != At.END) {
      next(input[i++]);
    }
    return i;
  }

  boolean isComplete() {
    return at == At.END;
  }

  /** The reply to a mail that cannot be taken, or null. */
  @Nullable String refusal() {
    return refusal;
  }

  /** The mail is in the first {@link #size} of them. */
  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  /** The mail is needed no more. */
  void free() {
    space.give(bytes.length >> 10);
    bytes = new byte[0];
    size = 0;
  }

  private void next(byte b) {
    if (b == 0) {
      refuse("550 5.6.0 a NUL in the mail");
    }
    switch (at) {
      case LINE_START -> {
        if (b == '.') {
          at = At.DOT;
        } else {
          plain(b);
        }
      }
      case IN_LINE -> plain(b);
      case CR -> {
        if (b == '\n') {
          endLine();
          at = At.LINE_START;
        } else {
          loose();
          plain(b);
        }
      }
      case DOT -> {
        if (b == '\r') {
          at = At.DOT_CR;
        } else {
          plain(b);
        }
      }
      case DOT_CR -> {
        if (b == '\n') {
          at = At.END;
        } else {
          loose();
          plain(b);
        }
      }
      case END -> throw new IllegalStateException("the mail is complete");
    }
  }

  private void plain(byte b) {
    if (b == '\r') {
      at = At.CR;
    } else if (b == '\n') {
      loose();
    } else {
      at = At.IN_LINE;
      if (++line > MAX_LINE) {
        refuse("550 5.6.0 a line of more than " + MAX_LINE + " bytes");
      }
      keep(b);
    }
  }

  /** A CR or LF that stands alone. What follows is no start of a line where dots count. */
  private void loose() {
    if (!lenient) {
      refuse("550 5.6.11 a line that does not end with CR LF");
    }
    endLine();
    at = At.IN_LINE;
  }

  private void endLine() {
    line = 0;
    keep((byte) '\r');
    keep((byte) '\n');
  }

  private void keep(byte b) {
    if (refusal != null) {
      return;
    }
    if (size == limit) {
      refuse("552 5.3.4 larger than " + limit + " bytes");
    } else if (size < bytes.length || grow()) {
      bytes[size++] = b;
    } else {
      refuse("451 4.3.1 too many mails at once; try again later");
    }
  }

  private boolean grow() {
    int length = (int) Math.min(Math.max(FIRST, bytes.length * 2L), limit + 1024 >> 10 << 10);
    if (!space.take(length - bytes.length >> 10)) {
      return false;
    }
    bytes = Arrays.copyOf(bytes, length);
    return true;
  }

  /** The first reason counts; what follows is read to its end and not kept. */
  private void refuse(String reply) {
    if (refusal == null) {
      refusal = reply;
      free();
    }
  }
}
