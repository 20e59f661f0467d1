package dev.hilo.load.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One WebSocket of the client. Of its loop's thread only. */
public final class Wire {
  private final Loop loop;
  private final Channel channel;
  private Heard heard;
  private boolean dirty;
  private boolean leaving;

  /** What comes in. */
  public interface Heard {
    /** A whole message; the buffer is valid during the call only. */
    void frame(Wire wire, ByteBuf payload);

    /** It ended without {@link Wire#close}: with a close code, or -1 when it just broke. */
    default void ended(Wire wire, int code) {
      wire.loop.lost();
    }
  }

  Wire(Loop loop, Channel channel, Heard heard) {
    this.loop = loop;
    this.channel = channel;
    this.heard = heard;
  }

  public Loop loop() {
    return loop;
  }

  /** Who hears from now on. */
  public void hear(Heard now) {
    heard = now;
  }

  public void text(String frame) {
    write(new TextWebSocketFrame(ByteBufUtil.writeUtf8(channel.alloc(), frame)));
  }

  /** A frame of some words, one of which are the bytes of a body. */
  public void text(String before, byte[] body, String after) {
    write(new TextWebSocketFrame(joined(before, body, after)));
  }

  public void binary(String before, byte[] body, String after) {
    write(new BinaryWebSocketFrame(joined(before, body, after)));
  }

  private ByteBuf joined(String before, byte[] body, String after) {
    ByteBuf frame = channel.alloc().buffer(before.length() + body.length + after.length());
    frame.writeCharSequence(before, StandardCharsets.UTF_8);
    frame.writeBytes(body);
    frame.writeCharSequence(after, StandardCharsets.UTF_8);
    return frame;
  }

  private void write(WebSocketFrame frame) {
    channel.write(frame, channel.voidPromise());
    if (!dirty) {
      dirty = true;
      loop.flushSoon(this);
    }
  }

  void flush() {
    dirty = false;
    channel.flush();
  }

  /** False stops reading, as a client does that has stalled. */
  public void reading(boolean on) {
    channel.config().setAutoRead(on);
  }

  public boolean open() {
    return channel.isActive();
  }

  /** Ends it without a farewell, as a dead network does. */
  public void close() {
    leaving = true;
    channel.close();
  }

  /** The handler at the end of the pipeline. */
  static final class Ears extends SimpleChannelInboundHandler<WebSocketFrame> {
    private final Loop loop;
    private final Heard heard;
    private final CompletableFuture<Wire> opened;
    private @Nullable Wire wire;
    private @Nullable CompositeByteBuf parts;
    private int code = -1;

    Ears(Loop loop, Heard heard, CompletableFuture<Wire> opened) {
      this.loop = loop;
      this.heard = heard;
      this.opened = opened;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
      if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
        wire = new Wire(loop, ctx.channel(), heard);
        opened.complete(wire);
      } else if (event == ClientHandshakeStateEvent.HANDSHAKE_TIMEOUT) {
        opened.completeExceptionally(new IllegalStateException("no handshake in time"));
        ctx.close();
      }
      super.userEventTriggered(ctx, event);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
      if (frame instanceof CloseWebSocketFrame close) {
        code = close.statusCode();
        ctx.close();
      } else if (!frame.isFinalFragment() || frame instanceof ContinuationWebSocketFrame) {
        part(frame);
      } else {
        heard(frame.content());
      }
    }

    private void part(WebSocketFrame frame) {
      if (parts == null) {
        parts = Unpooled.compositeBuffer(64);
      }
      parts.addComponent(true, frame.content().retain());
      if (frame.isFinalFragment()) {
        CompositeByteBuf whole = parts;
        parts = null;
        heard(whole);
        whole.release();
      }
    }

    private void heard(ByteBuf payload) {
      if (wire != null) {
        wire.heard.frame(wire, payload);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
      opened.completeExceptionally(new IllegalStateException("closed before it was open"));
      if (wire != null && !wire.leaving) {
        wire.leaving = true;
        wire.heard.ended(wire, code);
      }
      super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      opened.completeExceptionally(cause);
      ctx.close();
    }
  }

  static WebSocketClientProtocolHandler protocol(
      java.net.URI url,
      @Nullable String subprotocol,
      io.netty.handler.codec.http.HttpHeaders headers) {
    return new WebSocketClientProtocolHandler(
        io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig.newBuilder()
            .webSocketUri(url)
            .subprotocol(subprotocol)
            .customHeaders(headers)
            .maxFramePayloadLength(4 << 20)
            .handleCloseFrames(false)
            .withUTF8Validator(false)
            .handshakeTimeoutMillis(60_000)
            .build());
  }
}
