package dev.hilo.store;

import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value as Redis sent it. Errors are {@link io.vertx.redis.client.impl.types.ErrorType}, nothing
 * is null. Not for changing; the bytes belong to whoever got the value.
 */
abstract sealed class RespValue implements Response {

  /** Bytes of known length. */
  static final class Bulk extends RespValue {
    private final byte[] bytes;

    Bulk(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public ResponseType type() {
      return ResponseType.BULK;
    }

    @Override
    public String toString() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public String toString(Charset charset) {
      return new String(bytes, charset);
    }

    @Override
    public byte[] toBytes() {
      return bytes;
    }
  }

  /** One line of text: a status, a fraction, a truth. */
  static final class Line extends RespValue {
    private final String text;

    Line(String text) {
      this.text = text;
    }

    @Override
    public ResponseType type() {
      return ResponseType.SIMPLE;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** A whole number. */
  static final class Whole extends RespValue {
    private final long number;

    Whole(long number) {
      this.number = number;
    }

    @Override
    public ResponseType type() {
      return ResponseType.NUMBER;
    }

    @Override
    public String toString() {
      return Long.toString(number);
    }

    @Override
    public Long toLong() {
      return number;
    }
  }

  /** A list, a set, a map (its keys and values in turn) or a push. */
  static final class Many extends RespValue {
    private static final int AT_ONCE = 1024;

    private final boolean push;
    private final boolean map;
    private final int size;
    private @Nullable Response[] items;
    private int filled;

    Many(boolean push, boolean map, int size) {
      this.push = push;
      this.map = map;
      this.size = size;
      this.items = new Response[Math.min(size, AT_ONCE)]; // a wrong size must not take all memory
    }

    void add(@Nullable Response item) {
      if (filled == items.length) {
        items = Arrays.copyOf(items, Math.min(size, 2 * filled));
      }
      items[filled++] = item;
    }

    boolean complete() {
      return filled == size;
    }

    @Override
    public ResponseType type() {
      return push ? ResponseType.PUSH : ResponseType.MULTI;
    }

    @Override
    public boolean isArray() {
      return !map;
    }

    @Override
    public boolean isMap() {
      return map;
    }

    @Override
    public int size() {
      return map ? filled / 2 : filled;
    }

    @Override
    @SuppressWarnings("NullAway") // the client's type does not say that an item may be null
    public Response get(int index) {
      return items[index];
    }

    @Override
    @SuppressWarnings("NullAway") // as above: null where the map has no such key
    public Response get(String key) {
      for (int i = 0; i + 1 < filled; i += 2) {
        if (String.valueOf(items[i]).equals(key)) {
          return items[i + 1];
        }
      }
      return null;
    }

    @Override
    public boolean containsKey(String key) {
      return getKeys().contains(key);
    }

    @Override
    public Set<String> getKeys() {
      Set<String> keys = new LinkedHashSet<>();
      for (int i = 0; i + 1 < filled; i += 2) {
        keys.add(String.valueOf(items[i]));
      }
      return keys;
    }

    @Override
    @SuppressWarnings("NullAway") // as above
    public Iterator<Response> iterator() {
      List<Response> all = Arrays.asList(items);
      return all.subList(0, filled).iterator();
    }

    @Override
    public String toString() {
      return Arrays.asList(items).subList(0, filled).toString();
    }
  }

  @Override
  public Long toLong() {
    return Long.valueOf(toString());
  }

  @Override
  public Number toNumber() {
    return toLong();
  }

  @Override
  public Integer toInteger() {
    return toLong().intValue();
  }

  @Override
  public byte[] toBytes() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Buffer toBuffer() {
    return Buffer.buffer(toBytes());
  }
}
