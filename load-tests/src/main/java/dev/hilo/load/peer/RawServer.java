package dev.hilo.load.peer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The limit: topics on bare Netty, one event loop, nothing kept. Frames: {@code s<topic>} hears a
 * topic, answered by {@code s}; {@code p<topic> <body>} says something, answered by {@code a} and
 * delivered as {@code m<body>}. Everybody is pinged every 25 s.
 */
public final class RawServer {
  private static final int BEAT_SECONDS = 25;
  private static final int SLICES = 250;

  private final Map<String, List<Channel>> topics = new HashMap<>();
  private final List<Set<Channel>> slices = new ArrayList<>();
  private final Set<Channel> dirty = new HashSet<>();
  private int opened;
  private int slice;

  private RawServer() {
    for (int i = 0; i < SLICES; i++) {
      slices.add(new HashSet<>());
    }
  }

  public static void main(String[] args) throws InterruptedException {
    new RawServer().listen();
  }

  private void listen() throws InterruptedException {
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    Channel server =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerSocketChannel.class)
            .option(io.netty.channel.ChannelOption.SO_BACKLOG, 4096)
            .childOption(io.netty.channel.ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(new HttpServerCodec())
                        .addLast(new HttpObjectAggregator(8192))
                        .addLast(new WebSocketServerProtocolHandler("/"))
                        .addLast(new Ears());
                  }
                })
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    long period = BEAT_SECONDS * 1_000_000_000L / SLICES;
    loop.next().scheduleAtFixedRate(this::beat, period, period, TimeUnit.NANOSECONDS);
    System.out.println("listening on " + ((InetSocketAddress) server.localAddress()).getPort());
    server.closeFuture().sync();
  }

  private void beat() {
    slice = (slice + 1) % SLICES;
    for (Channel channel : slices.get(slice)) {
      channel.writeAndFlush(new PingWebSocketFrame(), channel.voidPromise());
    }
  }

  private void send(Channel channel, ByteBuf payload) {
    channel.write(new TextWebSocketFrame(payload), channel.voidPromise());
    dirty.add(channel);
  }

  private void flush() {
    dirty.forEach(Channel::flush);
    dirty.clear();
  }

  private final class Ears extends SimpleChannelInboundHandler<WebSocketFrame> {
    private final Set<Channel> mine = slices.get(opened++ % SLICES);
    private String topic = "";

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof HandshakeComplete) {
        mine.add(ctx.channel());
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
      ByteBuf in = frame.content();
      switch (in.readByte()) {
        case 's' -> {
          topic = in.toString(StandardCharsets.US_ASCII);
          topics.computeIfAbsent(topic, _ -> new ArrayList<>(1)).add(ctx.channel());
          send(ctx.channel(), Unpooled.wrappedBuffer(new byte[] {'s'}));
        }
        case 'p' -> said(ctx, in);
        default -> ctx.close();
      }
    }

    private void said(ChannelHandlerContext ctx, ByteBuf in) {
      int space = ByteBufUtil.indexOf(Unpooled.wrappedBuffer(new byte[] {' '}), in);
      String to =
          in.readCharSequence(space - in.readerIndex(), StandardCharsets.US_ASCII).toString();
      in.setByte(in.readerIndex(), 'm');
      for (Channel channel : topics.getOrDefault(to, List.of())) {
        send(channel, in.retainedDuplicate());
      }
      send(ctx.channel(), Unpooled.wrappedBuffer(new byte[] {'a'}));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      mine.remove(ctx.channel());
      List<Channel> others = topics.get(topic);
      if (others != null && others.remove(ctx.channel()) && others.isEmpty()) {
        topics.remove(topic);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
