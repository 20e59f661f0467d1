package dev.hilo.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands before Vert.x on each HTTP/1.1 connection and lets everything pass but the opening of
 * {@code /live} (RFC 6455, 4.2). That it answers itself, and clears the connection of all that was
 * there for HTTP: nothing of it is kept for a socket that may stand for days.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is told by exceptionCaught
final class LiveUpgrade extends ChannelDuplexHandler {
  private static final String PATH = "/live";
  private static final String SUBPROTOCOL = "hilo.v1";
  private static final String VERSION = "13";

  private final BiConsumer<ChannelPipeline, @Nullable String> then;
  private @Nullable HttpRequest opening;
  private int unanswered;

  private LiveUpgrade(BiConsumer<ChannelPipeline, @Nullable String> then) {
    this.then = then;
  }

  /** {@code then}: takes the cleared pipeline and the Origin. */
  static void before(
      HttpConnection connection, BiConsumer<ChannelPipeline, @Nullable String> then) {
    ChannelPipeline pipeline =
        ((HttpServerConnection) connection).channelHandlerContext().pipeline();
    if (pipeline.get(HttpRequestDecoder.class) != null) {
      pipeline.addBefore("handler", "live", new LiveUpgrade(then));
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    HttpRequest asked = opening;
    if (asked != null) {
      boolean whole = message instanceof LastHttpContent last && !last.content().isReadable();
      ReferenceCountUtil.release(message);
      answer(ctx, whole ? refusal(asked) : "400 Bad Request", asked);
    } else if (message instanceof HttpRequest request && opens(request)) {
      opening = request;
    } else {
      if (message instanceof HttpRequest) {
        unanswered++;
      }
      ctx.fireChannelRead(message);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof LastHttpContent && unanswered > 0) {
      unanswered--;
    }
    ctx.write(message, promise);
  }

  private static boolean opens(HttpRequest request) {
    String uri = request.uri();
    return request.decoderResult().isSuccess()
        && (uri.equals(PATH) || uri.startsWith(PATH + "?"))
        && request.headers().containsValue(HttpHeaderNames.UPGRADE, "websocket", true);
  }

  /** Why this opens nothing, as a status; null if all is well. */
  private @Nullable String refusal(HttpRequest request) {
    HttpHeaders headers = request.headers();
    if (!VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      return "426 Upgrade Required";
    }
    boolean well =
        request.method().equals(HttpMethod.GET)
            && headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)
            && sixteenBytes(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY))
            && unanswered == 0;
    return well ? null : "400 Bad Request";
  }

  private static boolean sixteenBytes(@Nullable String key) {
    try {
      return key != null && Base64.getDecoder().decode(key).length == 16;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void answer(ChannelHandlerContext ctx, @Nullable String refusal, HttpRequest request) {
    ChannelPipeline pipeline = clear(ctx);
    if (refusal != null) {
      String head =
          "HTTP/1.1 " + refusal + "\r\nSec-WebSocket-Version: 13\r\nConnection: close\r\n";
      pipeline
          .writeAndFlush(ascii(ctx, head + "Content-Length: 0\r\n\r\n"))
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    HttpHeaders headers = request.headers();
    boolean named =
        headers.getAllAsString(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
            .flatMap(line -> List.of(line.split(",")).stream())
            .anyMatch(each -> each.strip().equals(SUBPROTOCOL));
    pipeline.writeAndFlush(
        ascii(
            ctx,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: "
                + accept(String.valueOf(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY)))
                + (named ? "\r\nSec-WebSocket-Protocol: " + SUBPROTOCOL : "")
                + "\r\n\r\n"));
    then.accept(pipeline, headers.get(HttpHeaderNames.ORIGIN));
    pipeline.remove(HttpRequestDecoder.class); // hands on what it has read already
  }

  /** Removes everything but TLS and the decoder, which is in the middle of reading. */
  private ChannelPipeline clear(ChannelHandlerContext ctx) {
    ChannelPipeline pipeline = ctx.pipeline();
    for (ChannelHandler handler : List.copyOf(pipeline.toMap().values())) {
      if (!(handler instanceof SslHandler || handler instanceof HttpRequestDecoder)) {
        pipeline.remove(handler);
      }
    }
    return pipeline;
  }

  private static ByteBuf ascii(ChannelHandlerContext ctx, String text) {
    return ByteBufUtil.writeAscii(ctx.alloc(), text);
  }

  private static String accept(String key) {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-1")
              .digest(
                  (key + WebSocketServerHandshaker13.WEBSOCKET_13_ACCEPT_GUID)
                      .getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(sum);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
