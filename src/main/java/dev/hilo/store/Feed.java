package dev.hilo.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's one subscriber connection to a Redis master. It carries subscriptions only: a message
 * that came in while a command waits would be taken for its answer. A probe each second, published
 * through a {@link Link}, finds a connection that looks alive and delivers nothing; it is opened
 * again and every listener is told to read what it may have missed. Thread-safe; listeners are
 * called on the context they subscribed with.
 */
@SuppressWarnings("ReferenceEquality") // listeners and connections are told apart by identity
public final class Feed {
  private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
  private static final int BATCH = 256;
  private static final long PROBE_MS = 1000;

  /** Told what happens on one channel. */
  public interface Listener {
    void message(byte[] payload);

    /** The subscription stood, was interrupted, and stands again: read what may be missing. */
    void resumed();
  }

  private record Seat(Context context, Listener listener) {}

  private static final class Channel {
    final List<Seat> seats = new CopyOnWriteArrayList<>();
    Promise<Void> confirmed = Promise.promise();
    boolean was;
  }

  private final Vertx vertx;
  private final Context context;
  private final Link link;
  private final RedisOptions options;
  private final String probe;
  private final Map<String, Channel> channels = new HashMap<>();
  private final List<String> wanted = new ArrayList<>();
  private Redis client;
  private @Nullable RedisConnection connection;
  private boolean connecting;
  private boolean flushing;
  private boolean closed;
  private long heard;
  private int failures;
  private int attempt;
  private long attemptSince;

  public Feed(Vertx vertx, Context context, URI redis, Link link, String node) {
    this.vertx = vertx;
    this.context = context;
    this.link = link;
    this.probe = Keys.probe(node);
    this.options =
        new RedisOptions()
            .setConnectionString(redis.toString())
            .setNetClientOptions(new NetClientOptions().setConnectTimeout(2 * (int) PROBE_MS));
    this.client = Redis.createClient(vertx, options);
    context.runOnContext(
        _ -> {
          channels.put(probe, new Channel());
          connect();
        });
    vertx.setPeriodic(PROBE_MS, _ -> context.runOnContext(_ -> probe()));
  }

  /**
   * Subscribes; the future completes when Redis has confirmed, so that a read after it misses
   * nothing.
   *
   * @param on the listener's event loop
   */
  public Future<Void> subscribe(String name, Context on, Listener listener) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        _ -> {
          Channel channel = channels.get(name);
          if (channel == null) {
            channel = new Channel();
            channels.put(name, channel);
            want(name);
          }
          channel.seats.add(new Seat(on, listener));
          channel.confirmed.future().onComplete(r -> on.runOnContext(_ -> done.complete()));
        });
    return done.future();
  }

  public void unsubscribe(String name, Listener listener) {
    context.runOnContext(
        _ -> {
          Channel channel = channels.get(name);
          if (channel != null
              && channel.seats.removeIf(s -> s.listener == listener)
              && channel.seats.isEmpty()) {
            channels.remove(name);
            RedisConnection now = connection;
            if (now != null) {
              now.send(Request.cmd(Command.SUNSUBSCRIBE).arg(name));
            }
          }
        });
  }

  private void want(String name) {
    wanted.add(name);
    if (!flushing && connection != null) {
      flushing = true;
      context.runOnContext(_ -> flush());
    }
  }

  /** One command for each partition's channels, so that it also fits a cluster. */
  private void flush() {
    flushing = false;
    RedisConnection now = connection;
    if (now == null) {
      return;
    }
    Map<String, List<String>> byTag = new HashMap<>();
    for (String name : wanted) {
      if (channels.containsKey(name)) {
        byTag
            .computeIfAbsent(name.substring(0, name.indexOf('}') + 1), _ -> new ArrayList<>())
            .add(name);
      }
    }
    wanted.clear();
    for (List<String> names : byTag.values()) {
      for (int i = 0; i < names.size(); i += BATCH) {
        Request request = Request.cmd(Command.SSUBSCRIBE);
        names.subList(i, Math.min(names.size(), i + BATCH)).forEach(request::arg);
        now.send(request).onFailure(_ -> lost(now));
      }
    }
  }

  private void connect() {
    if (connecting || closed) {
      return;
    }
    connecting = true;
    attemptSince = System.nanoTime();
    int mine = ++attempt;
    client
        .connect()
        .onComplete(
            r -> {
              if (mine != attempt || closed) {
                if (r.succeeded()) {
                  r.result().close();
                }
              } else if (r.failed()) {
                failed();
              } else {
                connected(r.result());
              }
            });
  }

  private void failed() {
    connecting = false;
    attempt++;
    failures++;
    vertx.setTimer(
        Math.min(1000, 50L << Math.min(failures, 5)), _ -> context.runOnContext(_ -> connect()));
  }

  private void connected(RedisConnection fresh) {
    connecting = false;
    if (failures > 0) {
      LOG.info("the feed is back");
    }
    failures = 0;
    heard = System.nanoTime();
    connection = fresh;
    fresh.handler(this::pushed);
    fresh.endHandler(_ -> lost(fresh));
    fresh.exceptionHandler(_ -> lost(fresh));
    wanted.clear();
    wanted.addAll(channels.keySet());
    flush();
  }

  /** Ends every connection of the client, those that hang and those under way too. */
  private void renew() {
    Redis old = client;
    client = Redis.createClient(vertx, options);
    old.close();
  }

  private static boolean passed(long since) {
    return System.nanoTime() - since > 2 * PROBE_MS * 1_000_000;
  }

  private void lost(RedisConnection on) {
    if (connection != on) {
      return;
    }
    connection = null;
    on.close();
    if (!closed) {
      LOG.warn("the feed was interrupted");
      failures = Math.max(failures, 1);
      channels
          .values()
          .forEach(
              c ->
                  c.confirmed =
                      c.confirmed.future().isComplete() ? Promise.promise() : c.confirmed);
      connect();
    }
  }

  private void probe() {
    RedisConnection now = connection;
    if (closed) {
      return;
    }
    if (now == null) {
      if (connecting && passed(attemptSince)) {
        renew();
        failed();
      }
      return;
    }
    if (passed(heard)) {
      renew();
      lost(now);
      return;
    }
    link.send(Request.cmd(Command.SPUBLISH).arg(probe).arg("."));
  }

  private void pushed(Response push) {
    if (push.type() != ResponseType.PUSH && push.type() != ResponseType.MULTI || push.size() < 3) {
      return;
    }
    heard = System.nanoTime();
    String kind = push.get(0).toString();
    String name = push.get(1).toString();
    Channel channel = channels.get(name);
    switch (kind) {
      case "smessage" -> {
        if (channel != null && !channel.seats.isEmpty()) {
          byte[] payload = push.get(2).toBytes();
          for (Seat seat : channel.seats) {
            seat.context.runOnContext(_ -> seat.listener.message(payload));
          }
        }
      }
      case "ssubscribe" -> {
        if (channel != null) {
          channel.confirmed.tryComplete();
          if (channel.was) {
            for (Seat seat : channel.seats) {
              seat.context.runOnContext(_ -> seat.listener.resumed());
            }
          }
          channel.was = true;
        }
      }
      case "sunsubscribe" -> {
        if (channel != null && !closed) {
          want(name); // unasked: the slot moved, or a new listener came in between
        }
      }
      default -> {}
    }
  }

  /** True while the subscriber connection stands. */
  public boolean up() {
    return connection != null;
  }

  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        _ -> {
          closed = true;
          client.close().onComplete(_ -> done.complete());
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
