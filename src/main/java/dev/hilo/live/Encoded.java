package dev.hilo.live;

import io.netty.buffer.ByteBuf;
import io.vertx.core.impl.buffer.VertxByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * A frame in the bytes that leave: a whole WebSocket text frame, unmasked as a server's are, hence
 * the same for everybody. Each outlet that still has to send it keeps a reference of its own;
 * {@link #close} gives up the maker's.
 */
final class Encoded implements AutoCloseable {
  private static final int FINAL_TEXT = 0x81;
  private static final int ONE_BYTE = 125;
  private static final int TWO_BYTES = 126;
  private static final int EIGHT_BYTES = 127;

  private final ByteBuf frame;
  private final int header;

  private Encoded(ByteBuf frame, int header) {
    this.frame = frame;
    this.header = header;
  }

  /** A frame whose JSON is these parts in UTF-8, one after the other. */
  static Encoded of(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuf frame = VertxByteBufAllocator.POOLED_ALLOCATOR.directBuffer(length + 10);
    frame.writeByte(FINAL_TEXT);
    if (length <= ONE_BYTE) {
      frame.writeByte(length);
    } else if (length <= 0xFFFF) {
      frame.writeByte(TWO_BYTES).writeShort(length);
    } else {
      frame.writeByte(EIGHT_BYTES).writeLong(length);
    }
    int header = frame.readableBytes();
    for (byte[] part : parts) {
      frame.writeBytes(part);
    }
    return new Encoded(frame, header);
  }

  static Encoded of(String json) {
    return of(json.getBytes(StandardCharsets.UTF_8));
  }

  /** The WebSocket frame, with a reference for whoever sends it. */
  ByteBuf webSocketFrame() {
    return frame.retainedDuplicate();
  }

  /** The JSON alone; no reference of its own. */
  ByteBuf json() {
    return frame.slice(header, frame.writerIndex() - header);
  }

  @Override
  public void close() {
    frame.release();
  }
}
