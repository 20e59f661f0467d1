package dev.hilo.store;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.impl.CommandImpl;
import io.vertx.redis.client.impl.RequestImpl;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Requests as Redis reads them, gathered for one write. For one thread. */
final class RespWriter {
  private static final int SMALL = 16 << 10;
  private static final int LARGE = 1 << 20;

  /** Room for {@code $2147483647\r\n} and one more line end. */
  private static final int AROUND = 16;

  private byte[] bytes = new byte[SMALL];
  private int end;

  boolean isEmpty() {
    return end == 0;
  }

  void add(Request request) {
    RequestImpl words = (RequestImpl) request;
    List<byte[]> args = words.getArgs();
    byte[] command = ((CommandImpl) words.command()).getBytes(); // $length\r\nNAME\r\n
    room(command.length);
    length('*', args.size() + 1);
    put(command);
    for (int i = 0; i < args.size(); i++) {
      byte[] arg = args.get(i);
      room(arg.length);
      length('$', arg.length);
      put(arg);
      bytes[end++] = '\r';
      bytes[end++] = '\n';
    }
  }

  private void room(int more) {
    if (bytes.length - end < more + AROUND) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + more + AROUND));
    }
  }

  private void put(byte[] more) {
    System.arraycopy(more, 0, bytes, end, more.length);
    end += more.length;
  }

  private void length(char type, int n) {
    bytes[end++] = (byte) type;
    if (n < 10) {
      bytes[end++] = (byte) ('0' + n);
    } else if (n < 100) {
      bytes[end++] = (byte) ('0' + n / 10);
      bytes[end++] = (byte) ('0' + n % 10);
    } else {
      put(Integer.toString(n).getBytes(StandardCharsets.ISO_8859_1));
    }
    bytes[end++] = '\r';
    bytes[end++] = '\n';
  }

  /** All that was added since the last time. */
  ByteBuf take(ByteBufAllocator from) {
    ByteBuf all = from.directBuffer(end).writeBytes(bytes, 0, end);
    clear();
    return all;
  }

  void clear() {
    end = 0;
    if (bytes.length > LARGE) {
      bytes = new byte[SMALL];
    }
  }
}
