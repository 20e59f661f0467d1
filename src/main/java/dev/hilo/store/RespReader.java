package dev.hilo.store;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
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

  /** The bytes are not what Redis says; the connection cannot be used any more. */
  static final class Garbled extends RuntimeException {
    private static final long serialVersionUID = 1;

    Garbled(String message) {
      super(message);
    }
  }

  private final Consumer<@Nullable Response> sink;
  private final Deque<Frame> open = new ArrayDeque<>();

  /** What came in of a value that is not whole yet; null if nothing. */
  private @Nullable ByteBuf rest;

  private record Frame(RespValue.Many many, boolean skipped) {}

  /** {@code sink} gets every whole value in order: replies, errors, pushes, null. */
  RespReader(Consumer<@Nullable Response> sink) {
    this.sink = sink;
  }

  /** Takes all of {@code chunk}, which stays the caller's. Throws {@link Garbled}. */
  void read(ByteBuf chunk) {
    ByteBuf in = chunk;
    if (rest != null) {
      rest.discardSomeReadBytes();
      rest.writeBytes(chunk);
      in = rest;
    }
    while (in.isReadable()) {
      int start = in.readerIndex();
      if (!item(in)) {
        in.readerIndex(start);
        break;
      }
    }
    if (!in.isReadable()) {
      rest = null;
    } else if (rest == null) {
      rest = Unpooled.buffer(Math.max(256, 2 * in.readableBytes())).writeBytes(in);
    }
  }

  /** Reads one scalar or the head of an aggregate; false if it is not all there. */
  private boolean item(ByteBuf in) {
    byte type = in.readByte();
    switch (type) {
      case '$', '=', '!' -> {
        long length = number(in);
        if (length == Long.MIN_VALUE) {
          return false;
        }
        if (length < 0) {
          take(null);
          return true;
        }
        if (length > LONGEST_BULK) {
          throw new Garbled("a value of " + length + " bytes");
        }
        if (in.readableBytes() < length + 2) {
          return false;
        }
        byte[] bytes = new byte[(int) length];
        in.readBytes(bytes);
        if (in.readByte() != '\r' || in.readByte() != '\n') {
          throw new Garbled("a value longer than it said");
        }
        take(bulk(type, bytes));
      }
      case '*', '~', '%', '>', '|' -> {
        long size = number(in);
        if (size == Long.MIN_VALUE) {
          return false;
        }
        head(type, size);
      }
      case ':' -> {
        long number = number(in);
        if (number == Long.MIN_VALUE) {
          return false;
        }
        take(new RespValue.Whole(number));
      }
      case '+', '-', '_', ',', '#', '(' -> {
        String line = line(in);
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
          new RespValue.Bulk(
              bytes.length < 4 ? bytes : java.util.Arrays.copyOfRange(bytes, 4, bytes.length));
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

  /** Up to the end of the line; {@link Long#MIN_VALUE} if that is not there yet. */
  private static long number(ByteBuf in) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    boolean negative = at < end && in.getByte(at) == '-';
    int first = negative || at < end && in.getByte(at) == '+' ? at + 1 : at;
    long number = 0;
    for (int i = first; i < end; i++) {
      byte b = in.getByte(i);
      if (b == '\r') {
        if (i == first) {
          throw new Garbled("a number without digits");
        }
        if (i + 1 == end) {
          return Long.MIN_VALUE;
        }
        if (in.getByte(i + 1) != '\n') {
          throw new Garbled("a line without its end");
        }
        in.readerIndex(i + 2);
        return negative ? -number : number;
      }
      if (b < '0' || b > '9' || i - first > 18) {
        throw new Garbled("a number that is none");
      }
      number = number * 10 + (b - '0');
    }
    return Long.MIN_VALUE;
  }

  private static @Nullable String line(ByteBuf in) {
    int length = in.bytesBefore((byte) '\n');
    if (length < 0 && in.readableBytes() <= LONGEST_LINE) {
      return null;
    }
    if (length < 0 || length > LONGEST_LINE) {
      throw new Garbled("a line of more than " + LONGEST_LINE + " bytes");
    }
    if (length == 0 || in.getByte(in.readerIndex() + length - 1) != '\r') {
      throw new Garbled("a line without its end");
    }
    String line = in.toString(in.readerIndex(), length - 1, StandardCharsets.UTF_8);
    in.skipBytes(length + 1);
    return line;
  }
}
