package dev.hilo.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pipelined connection to one Redis master, for one event loop. Commands of one turn of the
 * loop leave in one flush. A lost connection is opened again; commands that got no answer are
 * repeated for {@value #PATIENCE_MS} ms, so every command sent here must be harmless when repeated.
 * {@link #send} may be called from any thread.
 */
@SuppressWarnings("ReferenceEquality") // one connection is the other only if it is the same object
public final class Link {
  static final int PATIENCE_MS = 2000;
  private static final int TICK_MS = 250;
  private static final int IN_FLIGHT = 1024;
  private static final int WAITING = 20_000;
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);

  private final Vertx vertx;
  private final Context context;
  private final RedisOptions options;
  private final FunctionLibrary library;
  private final Deque<Call> waiting = new ArrayDeque<>();
  private final long ticking;
  private Redis client;
  private final List<Runnable> whenRenewed = new ArrayList<>();
  private @Nullable RedisConnection connection;
  private boolean stood;
  private boolean connecting;
  private boolean flushing;
  private boolean closed;
  private int inFlight;
  private int failures;

  /** When an answer last came, or the first call left that none came for; nanoseconds. */
  private long progress;

  /** Numbers the tries to connect, so that one that was given up is not taken for a later one. */
  private int attempt;

  private long attemptSince;
  private long ticked = System.nanoTime();

  private record Call(Request request, Promise<@Nullable Response> answer, long deadline) {}

  /** Must be made on the event loop that it shall belong to, or with that loop's context. */
  public Link(Vertx vertx, Context context, URI redis) {
    this.vertx = vertx;
    this.context = context;
    this.library = FunctionLibrary.load();
    this.options =
        new RedisOptions()
            .setConnectionString(redis.toString())
            .setNetClientOptions(new NetClientOptions().setConnectTimeout(PATIENCE_MS))
            .setMaxWaitingHandlers(IN_FLIGHT * 2);
    this.client = Redis.createClient(vertx, options);
    context.runOnContext(_ -> connect());
    this.ticking = vertx.setPeriodic(TICK_MS, _ -> context.runOnContext(_ -> tick()));
  }

  /** Fails with {@link StoreUnavailable}, or with what Redis answered. */
  public Future<@Nullable Response> send(Request request) {
    Promise<@Nullable Response> answer = Promise.promise();
    Call call = new Call(request, answer, System.currentTimeMillis() + PATIENCE_MS);
    if (Vertx.currentContext() == context) {
      accept(call);
    } else {
      context.runOnContext(_ -> accept(call));
    }
    return answer.future();
  }

  private void accept(Call call) {
    if (closed || waiting.size() >= WAITING) {
      call.answer.fail(
          new StoreUnavailable(
              closed ? "closed" : "too many commands wait for the store",
              new IllegalStateException("queue")));
      return;
    }
    waiting.add(call);
    if (connection == null) {
      connect();
    } else if (!flushing) {
      flushing = true;
      context.runOnContext(_ -> flush());
    }
  }

  private void flush() {
    flushing = false;
    RedisConnection now = connection;
    if (now == null) {
      return;
    }
    List<Call> calls = new ArrayList<>();
    List<Request> requests = new ArrayList<>();
    while (!waiting.isEmpty() && inFlight + calls.size() < IN_FLIGHT) {
      Call call = waiting.poll();
      calls.add(call);
      requests.add(call.request);
    }
    if (calls.isEmpty()) {
      return;
    }
    if (inFlight == 0) {
      progress = System.nanoTime();
    }
    inFlight += calls.size();
    if (calls.size() == 1) {
      Call call = calls.getFirst();
      now.send(call.request)
          .onComplete(r -> answered(now, call, r.succeeded(), r.result(), r.cause()));
    } else {
      // one failed item fails the whole batch without saying which: each is then asked alone
      now.batch(requests)
          .onComplete(
              all -> {
                for (int i = 0; i < calls.size(); i++) {
                  Call call = calls.get(i);
                  if (all.succeeded()) {
                    answered(now, call, true, all.result().get(i), null);
                  } else if (all.cause() instanceof ErrorType error && !ended(error)) {
                    now.send(call.request)
                        .onComplete(r -> answered(now, call, r.succeeded(), r.result(), r.cause()));
                  } else {
                    answered(now, call, false, null, all.cause());
                  }
                }
              });
    }
  }

  private void answered(
      RedisConnection on,
      Call call,
      boolean ok,
      @Nullable Response response,
      @Nullable Throwable cause) {
    if (connection == on) {
      inFlight--;
      progress = System.nanoTime();
    }
    if (ok) {
      failures = 0;
      tell(() -> call.answer.complete(response));
    } else if (cause instanceof ErrorType error && !temporary(error)) {
      tell(() -> call.answer.fail(error));
    } else {
      if (connection == on && (!(cause instanceof ErrorType error) || ended(error))) {
        lost(on);
      }
      again(call, cause);
    }
    if (!waiting.isEmpty() && connection != null && !flushing) {
      flushing = true;
      context.runOnContext(_ -> flush());
    }
  }

  /** Those who wait are called at once; the fault of one must not take the others' answers away. */
  private static void tell(Runnable answer) {
    try {
      answer.run();
    } catch (RuntimeException e) {
      LOG.error("an answer of the store was not taken", e);
    }
  }

  /**
   * Errors that pass by themselves: loading, failing over, a slot on the move, no function library
   * yet.
   */
  private static boolean temporary(ErrorType error) {
    String text = String.valueOf(error.getMessage());
    return ended(error)
        || text.startsWith("LOADING")
        || text.startsWith("TRYAGAIN")
        || text.startsWith("MOVED")
        || text.startsWith("ASK")
        || text.startsWith("CLUSTERDOWN")
        || text.startsWith("MASTERDOWN")
        || text.startsWith("READONLY")
        || text.startsWith("BUSY ")
        || text.contains("Function not found");
  }

  /**
   * The client's own word, though it looks like one of Redis: the connection ended before the
   * answer.
   */
  private static boolean ended(ErrorType error) {
    return "CONNECTION_CLOSED".equals(error.getMessage());
  }

  private void again(Call call, @Nullable Throwable cause) {
    if (closed || System.currentTimeMillis() >= call.deadline) {
      call.answer.fail(
          new StoreUnavailable(
              "the store does not answer", cause == null ? new IllegalStateException() : cause));
      return;
    }
    if (cause instanceof ErrorType error
        && String.valueOf(error.getMessage()).contains("Function not found")) {
      RedisConnection now = connection;
      if (now != null) {
        lost(now);
      }
    }
    vertx.setTimer(20, _ -> context.runOnContext(_ -> accept(call)));
  }

  private void lost(RedisConnection on) {
    if (connection == on) {
      connection = null;
      on.close();
      connect();
    }
  }

  /** A store that takes calls and does not answer is as good as gone: nobody may wait for it. */
  private void tick() {
    RedisConnection now = connection;
    long time = System.nanoTime();
    if (time - ticked > 4 * TICK_MS * 1_000_000L) {
      progress = time; // this loop stood still: what has come in is not read yet
    }
    ticked = time;
    if (now != null && inFlight > 0 && passed(progress)) {
      LOG.warn("the store took calls and does not answer");
      renew();
      lost(now);
    } else if (now == null && connecting && passed(attemptSince)) {
      renew();
      failed(new StoreUnavailable("no answer", new IllegalStateException("connecting")));
    }
    expire();
  }

  /** Ends every connection of the client, those that hang and those under way too. */
  private void renew() {
    Redis old = client;
    client = Redis.createClient(vertx, options);
    old.close();
  }

  private static boolean passed(long since) {
    return System.nanoTime() - since > PATIENCE_MS * 1_000_000L;
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
        .compose(c -> library.ensure(c).map(c).onFailure(_ -> c.close()))
        .onComplete(
            r -> {
              if (mine != attempt || closed) {
                if (r.succeeded()) {
                  r.result().close();
                }
              } else if (r.failed()) {
                failed(r.cause());
              } else {
                connected(r.result());
              }
            });
  }

  private void failed(Throwable cause) {
    connecting = false;
    attempt++;
    failures++;
    if (failures == 1) {
      LOG.warn("the store cannot be reached: {}", cause.getMessage());
    }
    expire();
    vertx.setTimer(
        Math.min(1000, 50L << Math.min(failures, 5)), _ -> context.runOnContext(_ -> connect()));
  }

  private void connected(RedisConnection fresh) {
    connecting = false;
    if (failures > 0) {
      LOG.info("the store is back");
    }
    failures = 0;
    inFlight = 0;
    connection = fresh;
    fresh.endHandler(_ -> lost(fresh));
    fresh.exceptionHandler(_ -> lost(fresh));
    flush();
    if (stood) {
      List.copyOf(whenRenewed).forEach(Runnable::run);
    }
    stood = true;
  }

  /** Calls that have waited too long are answered, so that nobody hangs while the store is away. */
  private void expire() {
    long now = System.currentTimeMillis();
    List<Call> late = waiting.stream().filter(c -> c.deadline <= now).toList();
    if (!late.isEmpty()) {
      waiting.removeIf(c -> c.deadline <= now);
      StoreUnavailable why =
          new StoreUnavailable(
              "the store does not answer", new IllegalStateException("no connection"));
      late.forEach(c -> c.answer.fail(why));
    }
  }

  /** To be run on this link's loop whenever a connection stands in place of one that was lost. */
  public void whenRenewed(Runnable then) {
    context.runOnContext(_ -> whenRenewed.add(then));
  }

  /** True while the newest connection stands. */
  public boolean up() {
    return connection != null;
  }

  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        _ -> {
          closed = true;
          vertx.cancelTimer(ticking);
          expireAll();
          client.close().onComplete(_ -> done.complete());
        });
    return done.future();
  }

  private void expireAll() {
    while (!waiting.isEmpty()) {
      waiting
          .poll()
          .answer
          .fail(new StoreUnavailable("closed", new IllegalStateException("closed")));
    }
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
