package dev.hilo.load.client;

import dev.hilo.load.process.Waiting;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The client's one event loop. What is written in one turn leaves in one flush per connection. */
public final class Loop implements AutoCloseable {
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final Bootstrap bootstrap =
      new Bootstrap()
          .group(loop)
          .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
          .option(ChannelOption.TCP_NODELAY, true)
          .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 60_000);
  private List<Wire> dirty = new ArrayList<>();
  private int lost;

  /** Opens a socket; the future completes on the loop. */
  public CompletableFuture<Wire> open(URI url, Wire.Heard heard) {
    return open(url, null, Map.of(), heard);
  }

  public CompletableFuture<Wire> open(
      URI url, @Nullable String subprotocol, Map<String, String> headers, Wire.Heard heard) {
    CompletableFuture<Wire> opened = new CompletableFuture<>();
    HttpHeaders custom = new DefaultHttpHeaders();
    headers.forEach(custom::set);
    bootstrap
        .clone()
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new HttpClientCodec())
                    .addLast(new HttpObjectAggregator(64 * 1024))
                    .addLast(Wire.protocol(url, subprotocol, custom))
                    .addLast(new Wire.Ears(Loop.this, heard, opened));
              }
            })
        .connect(url.getHost(), url.getPort())
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                opened.completeExceptionally(done.cause());
              }
            });
    return opened;
  }

  void flushSoon(Wire wire) {
    if (dirty.isEmpty()) {
      loop.execute(this::flush);
    }
    dirty.add(wire);
  }

  private void flush() {
    List<Wire> now = dirty;
    dirty = new ArrayList<>();
    now.forEach(Wire::flush);
  }

  /** Counts a connection that ended by itself. */
  void lost() {
    lost++;
  }

  /** Connections that ended though nobody here closed them. */
  public int lostSoFar() {
    return get(() -> lost);
  }

  public void run(Runnable work) {
    loop.execute(work);
  }

  public void in(long nanos, Runnable work) {
    loop.schedule(work, nanos, TimeUnit.NANOSECONDS);
  }

  /** Runs on the loop and waits for what comes of it; for the main thread. */
  public <T> T get(Supplier<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            done.complete(work.get());
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    return Waiting.until("the client's loop", Duration.ofSeconds(60), done);
  }

  /** Starts {@code count} things, never more than {@code atOnce} at a time, and waits for all. */
  public <T> List<T> all(
      String what,
      int count,
      int atOnce,
      Duration patience,
      IntFunction<CompletableFuture<T>> one) {
    return Waiting.until(what, patience, begin(count, atOnce, one));
  }

  /** As {@link #all}, without waiting. */
  public <T> CompletableFuture<List<T>> begin(
      int count, int atOnce, IntFunction<CompletableFuture<T>> one) {
    Batch<T> batch = new Batch<>(count, one);
    loop.execute(
        () -> {
          if (count == 0) {
            batch.all.complete(List.of());
          }
          for (int i = 0; i < atOnce; i++) {
            batch.next();
          }
        });
    return batch.all;
  }

  private final class Batch<T> {
    private final int count;
    private final IntFunction<CompletableFuture<T>> one;
    private final List<T> done = new ArrayList<>();
    private final CompletableFuture<List<T>> all = new CompletableFuture<>();
    private int begun;

    Batch(int count, IntFunction<CompletableFuture<T>> one) {
      this.count = count;
      this.one = one;
    }

    void next() {
      if (begun < count && !all.isDone()) {
        one.apply(begun++)
            .whenComplete(
                (value, e) -> {
                  if (e != null) {
                    all.completeExceptionally(e);
                  } else {
                    loop.execute(() -> ended(value));
                  }
                });
      }
    }

    private void ended(T value) {
      done.add(value);
      if (done.size() == count) {
        all.complete(done);
      } else {
        next();
      }
    }
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10_000);
  }
}
