package dev.hilo.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.RequestImpl;
import io.vertx.redis.client.impl.types.ErrorType;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop's way to the store: a pipelined line to each master, each request to the master of
 * its first key. What meets a lost line, a failing over or a slot on the move is repeated for
 * {@value #PATIENCE_MS} ms, so every command sent here must be harmless when repeated; calls of one
 * slot stay in order unless an error comes between. {@link #send} may be called from any thread.
 */
public final class Link {
  static final int PATIENCE_MS = 2000;
  private static final int TICK_MS = 250;
  private static final int PAUSE_MS = 20;
  private static final int MOST_CALLS = 20_000;
  private static final int MOST_REDIRECTS = 4;
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);

  private final ContextInternal loop;
  private final Topology topology;
  private final boolean ownTopology;
  private final FunctionLibrary library = FunctionLibrary.load();
  private final Map<Server, LinkLine> lines = new HashMap<>();
  private final Runnable change = this::changed;
  private final long ticking;

  /** Calls that met an error that passes, to be repeated together; and their slots. */
  private List<LinkLine.Call> held = new ArrayList<>();

  private final BitSet heldSlots = new BitSet();
  private boolean releasing;
  private final List<Runnable> whenRenewed = new ArrayList<>();
  private boolean stood;
  private int open;
  private boolean closed;
  private volatile boolean up;

  private final class Call extends LinkLine.Call {
    private final int slot;
    private final Promise<@Nullable Response> answer = Promise.promise();
    private int redirects;

    /** What stood in the way last. */
    private @Nullable Throwable why;

    Call(Request request, int slot) {
      super(request, System.nanoTime() + PATIENCE_MS * 1_000_000L);
      this.slot = slot;
    }

    @Override
    public void reply(@Nullable Response reply) {
      if (reply instanceof ErrorType error) {
        refused(this, error);
      } else {
        open--;
        answer.complete(reply);
      }
    }

    void fail(Throwable cause) {
      open--;
      answer.fail(cause);
    }

    void late() {
      fail(new StoreUnavailable("the store does not answer", why));
    }
  }

  /**
   * @param context the event loop it belongs to
   * @param topology shared by the node
   */
  public Link(Context context, Topology topology) {
    this(context, topology, false);
  }

  /** A link that finds its way alone. */
  public Link(Vertx vertx, Context context, URI redis) {
    this(context, Topology.of(vertx, context, redis), true);
  }

  private Link(Context context, Topology topology, boolean ownTopology) {
    this.loop = (ContextInternal) context;
    this.topology = topology;
    this.ownTopology = ownTopology;
    topology.watch(change);
    changed();
    this.ticking = loop.setPeriodic(TICK_MS, _ -> tick());
  }

  /**
   * Keys of partitions of one group fit one call: each partition is one, or all are one where Redis
   * has no slots.
   */
  int group(int partition) {
    return topology.slot(Keys.tag(partition).getBytes(StandardCharsets.US_ASCII));
  }

  /** Who holds a partition now, or null while nobody does. */
  @Nullable Server holder(int partition) {
    return topology.master(group(partition));
  }

  /** As {@link #send(Request)}, to whoever holds a partition. */
  Future<@Nullable Response> send(int partition, Request request) {
    return send(new Call(request, group(partition)));
  }

  /** Fails with {@link StoreUnavailable}, or with what Redis answered. */
  public Future<@Nullable Response> send(Request request) {
    byte[] key = key((RequestImpl) request);
    return send(new Call(request, key == null ? -1 : topology.slot(key)));
  }

  private Future<@Nullable Response> send(Call call) {
    if (loop.nettyEventLoop().inEventLoop()) {
      accept(call);
    } else {
      loop.nettyEventLoop().execute(() -> accept(call));
    }
    return call.answer.future();
  }

  private void accept(Call call) {
    if (closed || open >= MOST_CALLS) {
      String why = closed ? "closed" : "too many commands wait for the store";
      call.answer.fail(new StoreUnavailable(why, null));
      return;
    }
    open++;
    if (call.slot >= 0 && heldSlots.get(call.slot)) {
      hold(call); // not before those that wait
    } else {
      route(call);
    }
  }

  private void route(Call call) {
    LinkLine line = call.slot < 0 ? any() : line(topology.master(call.slot));
    if (line == null) {
      hold(call);
    } else {
      line.add(call);
    }
  }

  private @Nullable LinkLine line(@Nullable Server server) {
    return server == null
        ? null
        : lines.computeIfAbsent(
            server, s -> new LinkLine(topology, loop, s, library, this::changed));
  }

  private @Nullable LinkLine any() {
    LinkLine any = null;
    for (LinkLine line : lines.values()) {
      if (any == null || line.up()) {
        any = line;
      }
    }
    return any;
  }

  private void changed(LinkLine line) {
    standing();
    if (line.up()) {
      if (stood) {
        List.copyOf(whenRenewed).forEach(Runnable::run);
      }
      stood = true;
    }
  }

  private void standing() {
    up = lines.values().stream().anyMatch(LinkLine::up);
  }

  /** Errors that pass by themselves end in a repetition, all others are the caller's. */
  private void refused(Call call, ErrorType error) {
    String text = String.valueOf(error.getMessage());
    int space = text.indexOf(' ');
    String code = space < 0 ? text : text.substring(0, space);
    call.why = error;
    switch (code) {
      case "MOVED", "ASK" -> redirected(call, text);
      case "LOADING", "TRYAGAIN", "BUSY" -> hold(call);
      case "CLUSTERDOWN", "MASTERDOWN", "READONLY" -> {
        topology.doubt();
        hold(call);
      }
      default -> {
        if (!text.contains("Function not found")) {
          call.fail(error);
        } else {
          LinkLine line = call.slot < 0 ? any() : line(topology.master(call.slot));
          if (line != null) {
            line.loadLibrary();
          }
          hold(call);
        }
      }
    }
  }

  /** It is there now, or, while it moves, this once. */
  private void redirected(Call call, String text) {
    Redirect to = Redirect.of(text);
    if (to == null || topology instanceof OneServer || ++call.redirects > MOST_REDIRECTS) {
      call.redirects = 0;
      topology.doubt();
      hold(call);
      return;
    }
    if (to.once()) {
      call.asking = true;
    } else {
      topology.moved(to.slot(), to.server());
    }
    LinkLine line = line(to.server());
    if (line != null) {
      line.add(call);
    }
  }

  private void hold(Call call) {
    if (closed || System.nanoTime() - call.deadline >= 0) {
      call.late();
      return;
    }
    held.add(call);
    if (call.slot >= 0) {
      heldSlots.set(call.slot);
    }
    if (!releasing) {
      releasing = true;
      loop.setTimer(PAUSE_MS, _ -> release());
    }
  }

  private void release() {
    releasing = false;
    List<LinkLine.Call> now = held;
    held = new ArrayList<>();
    heldSlots.clear();
    again(now);
  }

  private void again(List<LinkLine.Call> calls) {
    long now = System.nanoTime();
    for (LinkLine.Call each : calls) {
      Call call = (Call) each;
      call.asking = false;
      if (closed || now - call.deadline >= 0) {
        call.late();
      } else {
        route(call);
      }
    }
  }

  /** Lines to the masters of now; calls that wait for another go where they belong. */
  private void changed() {
    loop.runOnContext(
        _ -> {
          if (closed) {
            return;
          }
          List<Server> masters = topology.masters();
          masters.forEach(this::line);
          List<LinkLine> gone = new ArrayList<>();
          lines.entrySet().removeIf(o -> !masters.contains(o.getKey()) && gone.add(o.getValue()));
          gone.forEach(o -> again(o.close()));
          standing();
        });
  }

  private void tick() {
    long now = System.nanoTime();
    for (LinkLine line : List.copyOf(lines.values())) {
      for (LinkLine.Call call : line.tick(now)) {
        ((Call) call).late();
      }
    }
  }

  /** To be run on this link's loop whenever a line stands in place of one that was lost. */
  public void whenRenewed(Runnable then) {
    loop.execute(() -> whenRenewed.add(then));
  }

  /** True while a master can be reached. */
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
          for (LinkLine line : lines.values()) {
            again(line.close());
          }
          lines.clear();
          release();
          if (open > 0) {
            LOG.warn("{} calls had no answer at the end", open);
          }
          (ownTopology ? topology.close() : Future.<Void>succeededFuture()).onComplete(done);
        });
    return done.future();
  }

  /** What decides where a request goes; null = anywhere. */
  private static byte @Nullable [] key(RequestImpl request) {
    List<byte[]> args = request.getArgs();
    boolean call = request.command().equals(Command.FCALL);
    if (call && args.size() > 2 && args.get(1).length == 1 && args.get(1)[0] == '0') {
      return null;
    }
    int at = call ? 2 : 0;
    return at < args.size() ? args.get(at) : null;
  }

  /** A call of a library function; keys first, then arguments. */
  static Request call(String function, List<String> keys, List<Object> arguments) {
    Request request = Request.cmd(Command.FCALL).arg(function).arg(keys.size());
    keys.forEach(request::arg);
    for (Object argument : arguments) {
      switch (argument) {
        case byte[] bytes -> request.arg(bytes);
        case Buffer buffer -> request.arg(buffer);
        case Long number -> request.arg(number);
        case Integer number -> request.arg(number);
        default -> request.arg(argument.toString());
      }
    }
    return request;
  }
}
