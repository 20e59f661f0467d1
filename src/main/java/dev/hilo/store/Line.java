package dev.hilo.store;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to one Redis, in RESP3. Requests are answered in the order they were sent; pushes
 * may come between two answers and are told apart. What is sent in one turn of the loop leaves in
 * one write. It ends once and is not opened again. Everything happens on the loop it was made for.
 */
final class Line {
  private static final Logger LOG = LoggerFactory.getLogger(Line.class);

  /** Whom to be. */
  record Login(@Nullable String user, @Nullable String password, int database) {
    static final Login NOBODY = new Login(null, null, 0);
  }

  /** Waits for the answer to one request. */
  interface Taker {
    /** An answer of Redis: an {@link ErrorType} too, or null. */
    void reply(@Nullable Response reply);

    /** The line ended before the answer. */
    void lost(Throwable why);
  }

  /** Whoever uses an open line. */
  interface Owner {
    void push(Response push);

    /** An error that answers no request: of a command that was only {@link #tell told}. */
    void stray(ErrorType error);

    /** All that came in at once was handed over. */
    void read();

    /** Told once, after every {@link Taker#lost}. */
    void ended(Throwable why);
  }

  private final NetClient client;
  private final ContextInternal loop;
  private final Server server;
  private final Login login;
  private final Deque<Taker> pending = new ArrayDeque<>();
  private final RespReader reader = new RespReader(this::value);
  private final RespWriter out = new RespWriter();
  private final Promise<Void> opened = Promise.promise();
  private @Nullable NetSocketInternal socket;
  private @Nullable Owner owner;
  private @Nullable Throwable end;
  private boolean reading;
  private boolean flushing;

  /** When an answer last came, or a request left while none was under way; nanoseconds. */
  private long progress;

  Line(NetClient client, ContextInternal loop, Server server, Login login) {
    this.client = client;
    this.loop = loop;
    this.server = server;
    this.login = login;
  }

  Server server() {
    return server;
  }

  /** Connects and says who we are. */
  Future<Void> open() {
    progress = System.nanoTime();
    loop.dispatch( // the socket belongs to the context that connects
        () ->
            client
                .connect(server.port(), server.host())
                .recover(e -> Future.failedFuture(Access.why(e)))
                .compose(this::start)
                .onFailure(this::end)
                .onSuccess(_ -> opened.tryComplete()));
    return opened.future();
  }

  private Future<Void> start(NetSocket connected) {
    if (end != null) {
      connected.close();
      return Future.failedFuture(end);
    }
    NetSocketInternal fresh = (NetSocketInternal) connected;
    socket = fresh;
    fresh.messageHandler(this::received);
    fresh.closeHandler(_ -> end(new StoreUnavailable("the connection ended", null)));
    fresh.exceptionHandler(this::end);
    return hello();
  }

  private Future<Void> hello() {
    Request hello = Request.cmd(Command.HELLO).arg(3);
    if (login.password != null) {
      String user = login.user == null ? "default" : login.user;
      hello.arg("AUTH").arg(user).arg(login.password);
    }
    Future<?> greeted = ask(hello.arg("SETNAME").arg("hilo"));
    if (login.database > 0) {
      greeted = greeted.compose(_ -> ask(Request.cmd(Command.SELECT).arg(login.database)));
    }
    return greeted.mapEmpty();
  }

  /** From now on somebody hears what is pushed, and how it ends. */
  void own(Owner by) {
    owner = by;
    if (end != null) {
      by.ended(end);
    }
  }

  void send(Request request, Taker taker) {
    if (end != null) {
      taker.lost(end);
      return;
    }
    if (pending.isEmpty()) {
      progress = System.nanoTime();
    }
    pending.add(taker);
    write(request);
  }

  /** Sends what is answered by pushes only; an error comes to {@link Owner#stray}. */
  void tell(Request request) {
    if (end == null) {
      write(request);
    }
  }

  /** Fails with the {@link ErrorType} that Redis answered, or with why the line ended. */
  Future<@Nullable Response> ask(Request request) {
    Promise<@Nullable Response> answer = Promise.promise();
    send(
        request,
        new Taker() {
          @Override
          public void reply(@Nullable Response reply) {
            if (reply instanceof ErrorType error) {
              answer.fail(error);
            } else {
              answer.complete(reply);
            }
          }

          @Override
          public void lost(Throwable why) {
            answer.fail(why);
          }
        });
    return answer.future();
  }

  /** Requests without an answer. */
  int inFlight() {
    return pending.size();
  }

  /** True if requests wait and nothing was answered for so long. */
  boolean stalled(long now, long nanos) {
    return !pending.isEmpty() && now - progress > nanos;
  }

  /** What has come in may not be read yet: as if an answer had come now. */
  void excuse(long now) {
    progress = now;
  }

  private void write(Request request) {
    out.add(request);
    if (!reading && !flushing) {
      flushing = true;
      loop.nettyEventLoop().execute(this::flush);
    }
  }

  private void flush() {
    flushing = false;
    NetSocketInternal now = socket;
    if (now != null && end == null && !out.isEmpty()) {
      var ctx = now.channelHandlerContext();
      ByteBuf bytes = out.take(ctx.alloc());
      var _ = ctx.writeAndFlush(bytes, ctx.voidPromise()); // a failure ends the connection
    }
  }

  private void received(Object message) {
    ByteBuf bytes = (ByteBuf) message;
    reading = true;
    try {
      if (end == null) {
        reader.read(bytes);
      }
    } catch (RespReader.Garbled e) {
      end(e);
    } finally {
      bytes.release();
      if (owner != null && end == null) {
        owner.read();
      }
      reading = false;
      if (!flushing) {
        flush();
      }
    }
  }

  private void value(@Nullable Response value) {
    if (end != null) {
      return; // ended by what an earlier value of the same read led to
    }
    try {
      if (value != null && value.type() == ResponseType.PUSH) {
        if (owner != null) {
          owner.push(value);
        }
        return;
      }
      Taker taker = pending.poll();
      if (taker != null) {
        progress = System.nanoTime();
        taker.reply(value);
      } else if (value instanceof ErrorType error && owner != null) {
        owner.stray(error);
      }
    } catch (RuntimeException e) {
      // the fault of one who waits must not take the others' answers away
      LOG.error("an answer of the store was not taken", e);
    }
  }

  /** Ends it, whatever state it is in; those who wait are told in the order they asked. */
  void end(Throwable why) {
    if (end != null) {
      return;
    }
    end = why;
    opened.tryFail(why);
    if (socket != null) {
      socket.close();
    }
    for (Taker taker = pending.poll(); taker != null; taker = pending.poll()) {
      try {
        taker.lost(why);
      } catch (RuntimeException e) {
        LOG.error("the end of a line was not taken", e);
      }
    }
    if (owner != null) {
      owner.ended(why);
    }
  }
}
