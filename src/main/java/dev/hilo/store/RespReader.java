package dev.hilo.store;

import io.netty.buffer.ByteBuf;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads RESP2 and RESP3 as the bytes come in, however they are cut. Sizes and nesting are bounded:
 * what goes beyond is a fault of the connection. Attributes are skipped. For one thread.
 *
 * @see <a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">the protocol</a>
 */
final class RespReader {
  static final int LONGEST_BULK = 256 << 20;
  static final int LONGEST_LINE = 64 << 10;
  static final int MOST_ITEMS = 4 << 20;
  static final int DEEPEST = 32;
  private static final int SMALL = 16 << 10;
  private static final int LARGE = 1 << 20;

  /** No number: its line is not all there. */
  private static final long CUT = Long.MIN_VALUE;

  /** The bytes are not what Redis says; the connection cannot be used any more. */
  static final class Garbled extends RuntimeException {
    private static final long serialVersionUID = 1;

    Garbled(String message) {
      super(message);
    }
  }

  private final Consumer<@Nullable Response> sink;
  private final Deque<Frame> open = new ArrayDeque<>();

  /** What came in and is not read yet: from {@link #at} to {@link #end}. */
  private byte[] bytes = new byte[SMALL];

  private int at;
  private int end;

  private record Frame(RespValue.Many many, boolean skipped) {}

  /** {@code sink} gets every whole value in order: replies, errors, pushes, null. */
  RespReader(Consumer<@Nullable Response> sink) {
    this.sink = sink;
  }

  /** Takes all of {@code chunk}, which stays the caller's. Throws {@link Garbled}. */
  void read(ByteBuf chunk) {
    int more = chunk.readableBytes();
    if (end + more > bytes.length) {
      makeRoom(more);
    }
    chunk.readBytes(bytes, end, more);
    end += more;
    while (at < end) {
      int start = at;
      if (!item()) {
        at = start;
        return;
      }
    }
    at = 0;
    end = 0;
    if (bytes.length > LARGE) {
      bytes = new byte[SMALL];
    }
  }

  private void makeRoom(int more) {
    int rest = end - at;
    byte[] to = rest + more > bytes.length ? new byte[Math.max(2 * rest, rest + more)] : bytes;
    System.arraycopy(bytes, at, to, 0, rest);
    bytes = to;
    at = 0;
    end = rest;
  }

  /** Reads one scalar or the head of an aggregate; false if it is not all there. */
  private boolean item() {
    byte type = bytes[at++];
    switch (type) {
      case '$', '=', '!' -> {
        long length = number();
        if (length == CUT) {
          return false;
        }
        if (length < 0) {
          take(null);
          return true;
        }
        if (length > LONGEST_BULK) {
          throw new Garbled("a value of " + length + " bytes");
        }
        if (end - at < length + 2) {
          return false;
        }
        int stop = at + (int) length;
        if (bytes[stop] != '\r' || bytes[stop + 1] != '\n') {
          throw new Garbled("a value longer than it said");
        }
        byte[] value = Arrays.copyOfRange(bytes, at, stop);
        at = stop + 2;
        take(bulk(type, value));
      }
      case '*', '~', '%', '>', '|' -> {
        long size = number();
        if (size == CUT) {
          return false;
        }
        head(type, size);
      }
      case ':' -> {
        long number = number();
        if (number == CUT) {
          return false;
        }
        take(new RespValue.Whole(number));
      }
      case '+', '-', '_', ',', '#', '(' -> {
        String line = line();
        if (line == null) {
          return false;
        }
        take(
            switch (type) {
              case '-' -> ErrorType.create(line);
              case '_' -> null;
              case '#' -> new RespValue.Whole(line.equals("t") ? 1 : 0);
              default -> new RespValue.Line(line);
            });
      }
      default -> throw new Garbled("no value begins with byte " + (type & 0xff));
    }
    return true;
  }

  private static Response bulk(byte type, byte[] bytes) {
    return switch (type) {
      case '!' -> ErrorType.create(new String(bytes, StandardCharsets.UTF_8));
      case '=' -> // "txt:" goes before the text
          new RespValue.Bulk(bytes.length < 4 ? bytes : Arrays.copyOfRange(bytes, 4, bytes.length));
      default -> new RespValue.Bulk(bytes);
    };
  }

  private void head(byte type, long size) {
    if (size < 0) {
      take(null);
      return;
    }
    boolean map = type == '%' || type == '|';
    if (size > MOST_ITEMS || open.size() >= DEEPEST || type == '>' && !open.isEmpty()) {
      throw new Garbled("a list of " + size + " at depth " + open.size());
    }
    var many = new RespValue.Many(type == '>', map, (int) (map ? 2 * size : size));
    if (type == '|') {
      if (size > 0) {
        open.push(new Frame(many, true));
      }
    } else if (size == 0) {
      take(many);
    } else {
      open.push(new Frame(many, false));
    }
  }

  /** A whole value: for the list it stands in, and for every list that it completes. */
  private void take(@Nullable Response value) {
    Response whole = value;
    Frame frame = open.peek();
    while (frame != null) {
      frame.many.add(whole);
      if (!frame.many.complete()) {
        return;
      }
      open.pop();
      if (frame.skipped) {
        return;
      }
      whole = frame.many;
      frame = open.peek();
    }
    sink.accept(whole);
  }

  /** Up to the end of the line; {@link #CUT} if that is not there yet. */
  private long number() {
    byte[] in = bytes;
    int i = at;
    boolean negative = i < end && in[i] == '-';
    int first = negative || i < end && in[i] == '+' ? i + 1 : i;
    long number = 0;
    for (i = first; i < end; i++) {
      byte b = in[i];
      if (b == '\r') {
        if (i == first) {
          throw new Garbled("a number without digits");
        }
        if (i + 1 == end) {
          return CUT;
        }
        if (in[i + 1] != '\n') {
          throw new Garbled("a line without its end");
        }
        at = i + 2;
        return negative ? -number : number;
      }
      if (b < '0' || b > '9' || i - first > 18) {
        throw new Garbled("a number that is none");
      }
      number = number * 10 + (b - '0');
    }
    return CUT;
  }

  private @Nullable String line() {
    int stop = at;
    while (stop < end && bytes[stop] != '\n') {
      stop++;
    }
    if (stop - at > LONGEST_LINE) {
      throw new Garbled("a line of more than " + LONGEST_LINE + " bytes");
    }
    if (stop == end) {
      return null;
    }
    if (stop == at || bytes[stop - 1] != '\r') {
      throw new Garbled("a line without its end");
    }
    String line = new String(bytes, at, stop - 1 - at, StandardCharsets.UTF_8);
    at = stop + 1;
    return line;
  }
}
