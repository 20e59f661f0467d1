package dev.hilo.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the store's channels say, for one event loop: one subscriber line to each master. A line
 * that ends, or looks alive and delivers nothing, is opened again; a channel whose slot moves is
 * followed; then every listener is told to read what it may have missed. May be called from any
 * thread; listeners and futures are told on this loop.
 */
@SuppressWarnings("ReferenceEquality") // listeners and lines are told apart by identity
public final class Feed {
  private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
  private static final int TICK_MS = 200;

  /** Told what happens on one channel. */
  public interface Listener {
    void message(byte[] payload);

    /** The subscription stood, was interrupted, and stands again: read what may be missing. */
    void resumed();
  }

  /** One channel that somebody listens to. */
  static final class Channel {
    private static final Listener[] NONE = {};

    final String name;
    final int slot;

    /** Where it is subscribed to, or shall be; null while nobody holds its slot. */
    @Nullable FeedLine line;

    private Listener[] listeners = NONE;
    private @Nullable List<Promise<Void>> waiting;
    private boolean confirmed;
    private boolean before;

    Channel(String name, int slot) {
      this.name = name;
      this.slot = slot;
    }
  }

  private final ContextInternal loop;
  private final Topology topology;
  private final Link link;
  private final String node;
  private final Map<String, Channel> channels = new HashMap<>();
  private final Map<Server, FeedLine> lines = new HashMap<>();
  private final Runnable change = this::changed;
  private final long ticking;
  private boolean closed;
  private volatile boolean up;

  /**
   * @param context the event loop it belongs to
   * @param link publishes the probes
   * @param node the name of the probes' channels
   */
  public Feed(Context context, Topology topology, Link link, String node) {
    this.loop = (ContextInternal) context;
    this.topology = topology;
    this.link = link;
    this.node = node;
    topology.watch(change);
    changed();
    this.ticking = loop.setPeriodic(TICK_MS, _ -> tick());
  }

  private void onLoop(Runnable work) {
    if (loop.nettyEventLoop().inEventLoop()) {
      work.run();
    } else {
      loop.nettyEventLoop().execute(work);
    }
  }

  /**
   * Subscribes; the future completes when Redis has confirmed, so that a read after it misses
   * nothing.
   */
  public Future<Void> subscribe(String name, Listener listener) {
    Promise<Void> done = Promise.promise();
    onLoop(
        () -> {
          Channel channel = channels.get(name);
          if (channel == null) {
            channel = new Channel(name, topology.slot(name.getBytes(StandardCharsets.UTF_8)));
            channels.put(channel.name, channel);
            place(channel);
          }
          int count = channel.listeners.length;
          channel.listeners = Arrays.copyOf(channel.listeners, count + 1);
          channel.listeners[count] = listener;
          if (channel.confirmed) {
            done.complete();
          } else {
            if (channel.waiting == null) {
              channel.waiting = new ArrayList<>(1);
            }
            channel.waiting.add(done);
          }
        });
    return done.future();
  }

  public void unsubscribe(String name, Listener listener) {
    onLoop(
        () -> {
          Channel channel = channels.get(name);
          if (channel == null) {
            return;
          }
          channel.listeners =
              Arrays.stream(channel.listeners).filter(l -> l != listener).toArray(Listener[]::new);
          if (channel.listeners.length == 0) {
            channels.remove(name);
            if (channel.line != null) {
              channel.line.leave(channel, true);
              channel.line = null;
            }
          }
        });
  }

  /** Puts a channel on the line of the master that holds its slot. */
  private void place(Channel channel) {
    Server server = topology.master(channel.slot);
    if (server != null && !closed) {
      FeedLine line = line(server);
      channel.line = line;
      line.want(channel);
    }
  }

  private FeedLine line(Server server) {
    return lines.computeIfAbsent(server, s -> new FeedLine(this, topology, loop, s, node));
  }

  private void changed() {
    loop.runOnContext(
        _ -> {
          if (closed) {
            return;
          }
          for (Channel channel : channels.values()) {
            FeedLine is = channel.line;
            if (is == null || !is.server().equals(topology.master(channel.slot))) {
              if (is != null) {
                is.leave(channel, channel.confirmed);
                interrupted(channel);
                channel.line = null;
              }
              place(channel);
            }
          }
          List<Server> masters = topology.masters();
          masters.forEach(this::line);
          List<FeedLine> gone = new ArrayList<>();
          lines.entrySet().removeIf(l -> !masters.contains(l.getKey()) && gone.add(l.getValue()));
          gone.forEach(FeedLine::close);
          standing();
        });
  }

  private void tick() {
    long now = System.nanoTime();
    List.copyOf(lines.values()).forEach(l -> l.tick(now));
  }

  // ---- what the lines say

  @Nullable Channel channel(String name) {
    return channels.get(name);
  }

  /** The channels that belong on a line. */
  List<Channel> of(FeedLine line) {
    return channels.values().stream().filter(c -> c.line == line).toList();
  }

  void message(Channel channel, byte[] payload) {
    for (Listener listener : channel.listeners) {
      try {
        listener.message(payload);
      } catch (RuntimeException e) {
        LOG.error("what a channel said was not taken", e); // the others get it all the same
      }
    }
  }

  void confirmed(Channel channel) {
    if (channel.confirmed) {
      return;
    }
    channel.confirmed = true;
    if (channel.before) {
      for (Listener listener : channel.listeners) {
        listener.resumed();
      }
    }
    channel.before = true;
    List<Promise<Void>> waiting = channel.waiting;
    channel.waiting = null;
    if (waiting != null) {
      waiting.forEach(Promise::complete);
    }
  }

  void interrupted(Channel channel) {
    channel.confirmed = false;
  }

  void standing() {
    up = lines.values().stream().anyMatch(l -> l.line() != null);
  }

  /** Says something on a probe's channel; succeeds when Redis has published it. */
  Future<?> probe(String channel) {
    return link.send(Request.cmd(Command.SPUBLISH).arg(channel).arg("."));
  }

  /** True while a subscriber line stands. */
  public boolean up() {
    return up;
  }

  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    loop.execute(
        () -> {
          closed = true;
          topology.unwatch(change);
          loop.owner().cancelTimer(ticking);
          lines.values().forEach(FeedLine::close);
          lines.clear();
          done.complete();
        });
    return done.future();
  }

  /** Says something on a customer's channel that is not kept: typing, viewing. */
  public static Request signal(String channel, byte[] json) {
    byte[] payload = new byte[json.length + 1];
    payload[0] = '!';
    System.arraycopy(json, 0, payload, 1, json.length);
    return Request.cmd(Command.SPUBLISH).arg(channel).arg(payload);
  }
}
