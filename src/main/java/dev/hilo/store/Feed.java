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

/**
 * What the store's channels say, for a whole node: one subscriber line to each master that holds a
 * wanted channel. A line that ends, or looks alive and delivers nothing, is opened again; a channel
 * whose slot moves is followed; then every listener is told to read what it may have missed.
 * Thread-safe; listeners are called on the context they subscribed with.
 */
@SuppressWarnings("ReferenceEquality") // listeners and lines are told apart by identity
public final class Feed {
  private static final int TICK_MS = 200;

  /** Told what happens on one channel. */
  public interface Listener {
    void message(byte[] payload);

    /** The subscription stood, was interrupted, and stands again: read what may be missing. */
    void resumed();
  }

  record Seat(Mailbox box, Listener listener) {}

  private record Waiting(Mailbox box, Promise<Void> confirmed) {}

  /** One channel that somebody listens to. */
  static final class Channel {
    private static final Seat[] NONE = {};

    final String name;
    final int slot;

    /** Where it is subscribed to, or shall be; null while nobody holds its slot. */
    @Nullable FeedLine line;

    private Seat[] seats = NONE;
    private @Nullable List<Waiting> waiting;
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
  private final Map<ContextInternal, Mailbox> boxes = new HashMap<>();
  private final List<Mailbox> filled = new ArrayList<>();
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
   *
   * @param on the listener's event loop
   */
  public Future<Void> subscribe(String name, Context on, Listener listener) {
    Promise<Void> done = Promise.promise();
    onLoop(
        () -> {
          Mailbox box =
              boxes.computeIfAbsent((ContextInternal) on, context -> new Mailbox(context, loop));
          Channel channel = channels.get(name);
          if (channel == null) {
            channel = new Channel(name, topology.slot(name.getBytes(StandardCharsets.UTF_8)));
            channels.put(channel.name, channel);
            place(channel);
          }
          int count = channel.seats.length;
          channel.seats = Arrays.copyOf(channel.seats, count + 1);
          channel.seats[count] = new Seat(box, listener);
          if (channel.confirmed) {
            put(box, done::complete);
            read();
          } else {
            if (channel.waiting == null) {
              channel.waiting = new ArrayList<>(1);
            }
            channel.waiting.add(new Waiting(box, done));
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
          channel.seats =
              Arrays.stream(channel.seats).filter(s -> s.listener != listener).toArray(Seat[]::new);
          if (channel.seats.length == 0) {
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
      FeedLine line =
          lines.computeIfAbsent(server, s -> new FeedLine(this, topology, loop, s, node));
      channel.line = line;
      line.want(channel);
    }
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
    for (Seat seat : channel.seats) {
      put(seat.box, () -> seat.listener.message(payload));
    }
  }

  void confirmed(Channel channel) {
    if (channel.confirmed) {
      return;
    }
    channel.confirmed = true;
    if (channel.before) {
      for (Seat seat : channel.seats) {
        put(seat.box, seat.listener::resumed);
      }
    }
    channel.before = true;
    List<Waiting> waiting = channel.waiting;
    channel.waiting = null;
    if (waiting != null) {
      waiting.forEach(w -> put(w.box, w.confirmed::complete));
    }
  }

  void interrupted(Channel channel) {
    channel.confirmed = false;
  }

  private void put(Mailbox box, Runnable call) {
    if (box.put(call)) {
      filled.add(box);
    }
  }

  /** All that came in at once was handed over. */
  void read() {
    if (!filled.isEmpty()) {
      filled.forEach(Mailbox::send);
      filled.clear();
    }
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
