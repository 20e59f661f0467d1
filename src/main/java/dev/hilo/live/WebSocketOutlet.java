package dev.hilo.live;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.ContextInternal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebSocket on Netty's frame decoder: behind it stands nothing else, so an idle one costs what
 * Netty's channel costs. RFC 6455 is its contract: fragments are put together, pings answered, text
 * that is no UTF-8 refused, and who is closed hears why and has {@value #CLOSING_SECONDS} s to
 * answer.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is told by exceptionCaught
final class WebSocketOutlet extends ChannelInboundHandlerAdapter implements Outlet {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketOutlet.class);
  private static final int CLOSING_SECONDS = 5;
  private static final int LONGEST_REASON = 123;
  private static final WriteBufferWaterMark MARKS =
      new WriteBufferWaterMark(32 * 1024, Session.QUEUE_BYTES);

  /** A beat in text, which programs see, and a ping, which programs need not answer. */
  private static final ByteBuf BEAT = fixed("\u0081\u000f{\"type\":\"beat\"}\u0089\u0000");

  private final ContextInternal context;
  private final Turn turn;
  private final int longest;
  private @Nullable ChannelHandlerContext channel;
  private @Nullable Session session;
  private @Nullable ByteBuf fragments;
  private @Nullable Deque<byte[]> held;
  private long pending;
  private boolean paused;
  private boolean written;
  private boolean closing;

  /** {@code longest}: bytes of one frame and of one message; longer ones end the socket. */
  private WebSocketOutlet(ContextInternal context, Turn turn, int longest) {
    this.context = context;
    this.turn = turn;
    this.longest = longest;
  }

  /** What frames must be like that are at most {@code longest} bytes. */
  static WebSocketDecoderConfig rules(int longest) {
    return WebSocketDecoderConfig.newBuilder()
        .expectMaskedFrames(true)
        .allowExtensions(false)
        .maxFramePayloadLength(longest)
        .closeOnProtocolViolation(false)
        .withUTF8Validator(false)
        .build();
  }

  private static ByteBuf fixed(String bytes) {
    byte[] latin = bytes.getBytes(StandardCharsets.ISO_8859_1);
    return Unpooled.unreleasableBuffer(Unpooled.directBuffer(latin.length).writeBytes(latin));
  }

  /** Ends a pipeline that just switched from HTTP to WebSocket. */
  static WebSocketOutlet on(
      ChannelPipeline pipeline, ContextInternal context, Turn turn, WebSocketDecoderConfig rules) {
    WebSocketOutlet outlet = new WebSocketOutlet(context, turn, rules.maxFramePayloadLength());
    pipeline.channel().config().setWriteBufferWaterMark(MARKS);
    pipeline.addLast(new WebSocket13FrameDecoder(rules), outlet);
    return outlet;
  }

  /** From now on everything that comes in is this session's. */
  void carries(Session mine) {
    session = mine;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx;
  }

  // ---- out

  @Override
  public void send(Encoded frame) {
    write(frame.webSocketFrame());
  }

  @Override
  public void beat() {
    write(BEAT.duplicate());
  }

  private void write(ByteBuf bytes) {
    ChannelHandlerContext to = channel;
    if (to == null || closing) {
      bytes.release();
      return;
    }
    to.write(bytes, to.voidPromise());
    if (!to.channel().isWritable()) {
      to.flush();
    } else if (!written) {
      written = true;
      turn.written(this);
    }
  }

  /** Sends what was written in this turn. */
  void flush() {
    written = false;
    if (channel != null) {
      channel.flush();
    }
  }

  @Override
  public boolean full() {
    return channel != null && !channel.channel().isWritable() && open();
  }

  @Override
  public boolean progressed() {
    ChannelOutboundBuffer queue =
        channel == null ? null : channel.channel().unsafe().outboundBuffer();
    long before = pending;
    pending = queue == null ? 0 : queue.totalPendingWriteBytes();
    return pending < before;
  }

  @Override
  public @Nullable String key() {
    return null;
  }

  @Override
  public boolean open() {
    return channel != null && !closing && channel.channel().isActive();
  }

  @Override
  public void close(CloseCode code) {
    close(code.code(), code.reason());
  }

  private void close(int code, String reason) {
    ChannelHandlerContext to = channel;
    if (to == null || closing) {
      return;
    }
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, LONGEST_REASON);
    ByteBuf frame = to.alloc().directBuffer(length + 4);
    frame.writeByte(0x88).writeByte(length + 2).writeShort(code).writeBytes(text, 0, length);
    farewell(to, frame);
  }

  /** The last frame; then the peer has a while to say goodbye as well. */
  private void farewell(ChannelHandlerContext to, ByteBuf frame) {
    closing = true;
    drop();
    to.writeAndFlush(frame, to.voidPromise());
    to.channel().config().setAutoRead(true);
    to.executor().schedule(() -> to.close(), CLOSING_SECONDS, TimeUnit.SECONDS);
  }

  private void drop() {
    held = null;
    if (fragments != null) {
      fragments.release();
      fragments = null;
    }
  }

  // ---- in

  @Override
  public void pause() {
    reading(false);
  }

  @Override
  public void resume() {
    paused = false;
    while (held != null && !paused && !closing) {
      byte[] next = held.remove();
      if (held.isEmpty()) {
        held = null;
      }
      hand(next);
    }
    reading(!paused);
  }

  private void reading(boolean on) {
    paused = !on;
    if (channel != null && !closing && channel.channel().config().isAutoRead() != on) {
      channel.channel().config().setAutoRead(on);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ContextInternal before = context.beginDispatch();
    try {
      switch (message) {
        case CloseWebSocketFrame close -> closed(ctx, close);
        case WebSocketFrame frame when !closing -> frame(ctx, frame);
        default -> {}
      }
    } finally {
      context.endDispatch(before);
      ReferenceCountUtil.release(message);
    }
  }

  private void frame(ChannelHandlerContext ctx, WebSocketFrame frame) {
    Session mine = session;
    if (mine == null) {
      return;
    }
    switch (frame) {
      case PingWebSocketFrame ping -> {
        if (mine.pinged()) {
          ByteBuf data = ping.content();
          ByteBuf pong = ctx.alloc().directBuffer(data.readableBytes() + 2);
          write(pong.writeByte(0x8A).writeByte(data.readableBytes()).writeBytes(data));
        }
      }
      case BinaryWebSocketFrame _ ->
          close(WebSocketCloseStatus.INVALID_MESSAGE_TYPE.code(), "frames are text");
      case PongWebSocketFrame _ -> mine.heard();
      default -> {
        mine.heard();
        data(ctx, frame);
      }
    }
  }

  /** Text, or a further part of one. */
  private void data(ChannelHandlerContext ctx, WebSocketFrame frame) {
    ByteBuf all = frame.content();
    ByteBuf first = fragments;
    if (first != null && first.readableBytes() + all.readableBytes() > longest) {
      close(CloseCode.TOO_LARGE);
      return;
    }
    if (first != null || !frame.isFinalFragment()) {
      fragments = (first == null ? ctx.alloc().buffer(all.readableBytes()) : first).writeBytes(all);
      all = fragments;
    }
    if (frame.isFinalFragment()) {
      text(all);
      if (fragments != null) {
        fragments.release();
        fragments = null;
      }
    }
  }

  private void text(ByteBuf text) {
    if (!ByteBufUtil.isText(text, StandardCharsets.UTF_8)) {
      close(WebSocketCloseStatus.INVALID_PAYLOAD_DATA.code(), "text is UTF-8");
      return;
    }
    byte[] json = ByteBufUtil.getBytes(text);
    if (paused || held != null) {
      if (held == null) {
        held = new ArrayDeque<>(2);
      }
      held.add(json);
    } else {
      hand(json);
    }
  }

  private void hand(byte[] json) {
    if (session != null) {
      session.received(json);
    }
  }

  private void closed(ChannelHandlerContext ctx, CloseWebSocketFrame close) {
    if (!closing) {
      int code = close.statusCode();
      ByteBuf frame = ctx.alloc().directBuffer(4).writeByte(0x88);
      farewell(ctx, code < 0 ? frame.writeByte(0) : frame.writeByte(2).writeShort(code));
    }
    ctx.close();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (session != null && ctx.channel().isWritable() && !closing) {
      ContextInternal before = context.beginDispatch();
      try {
        session.drained();
      } finally {
        context.endDispatch(before);
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closing = true;
    drop();
    Session mine = session;
    session = null;
    if (mine != null) {
      ContextInternal before = context.beginDispatch();
      try {
        mine.closed();
      } finally {
        context.endDispatch(before);
      }
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    ReferenceCountUtil.release(event); // of the server's end its hub is told as well
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable e) {
    if (e instanceof CorruptedWebSocketFrameException broken && !closing) {
      ctx.pipeline().remove(WebSocket13FrameDecoder.class); // what still comes is only thrown away
      close(broken.closeStatus().code(), String.valueOf(broken.getMessage()));
      if (ctx.channel() instanceof DuplexChannel both) {
        both.shutdownOutput();
      }
    } else {
      LOG.debug("a socket failed: {}", e.toString());
      ctx.close();
    }
  }
}
