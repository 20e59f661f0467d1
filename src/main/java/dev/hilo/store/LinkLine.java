package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the calls of one {@link Link} to one server leave: in their order, a bounded number under
 * way, what a line took with it first when the next one stands.
 */
final class LinkLine implements StandingLine.User {
  private static final int IN_FLIGHT = 1024;
  private static final Request ASKING = Request.cmd(Command.ASKING);

  /** One request on its way. */
  abstract static class Call implements Line.Taker {
    final Request request;

    /** {@link System#nanoTime} after which nobody waits any more. */
    final long deadline;

    /** To be done by a server that does not hold the slot yet. */
    boolean asking;

    private @Nullable LinkLine at;

    Call(Request request, long deadline) {
      this.request = request;
      this.deadline = deadline;
    }

    @Override
    public final void lost(Throwable why) {
      if (at != null) {
        at.returned.add(this);
      }
    }
  }

  private static final Line.Taker NOBODY =
      new Line.Taker() {
        @Override
        public void reply(@Nullable Response reply) {}

        @Override
        public void lost(Throwable why) {}
      };

  private final StandingLine standing;
  private final FunctionLibrary library;
  private final Consumer<LinkLine> changed;
  private final Deque<Call> waiting = new ArrayDeque<>();
  private final List<Call> returned = new ArrayList<>();
  private boolean loading;

  /** {@code changed} is told when the line came up or went down. */
  LinkLine(
      Topology topology,
      ContextInternal loop,
      Server server,
      FunctionLibrary library,
      Consumer<LinkLine> changed) {
    this.library = library;
    this.changed = changed;
    this.standing = new StandingLine(topology, loop, server, "the store", library::ensure, this);
    standing.connect();
  }

  boolean up() {
    return standing.line() != null;
  }

  void add(Call call) {
    Line line = standing.line();
    if (line != null && waiting.isEmpty() && line.inFlight() < IN_FLIGHT) {
      send(line, call);
    } else {
      waiting.add(call);
    }
  }

  private void send(Line line, Call call) {
    call.at = this;
    if (call.asking) {
      call.asking = false;
      line.send(ASKING, NOBODY);
    }
    line.send(call.request, call);
  }

  private void pump() {
    Line line = standing.line();
    while (line != null && !waiting.isEmpty() && line.inFlight() < IN_FLIGHT) {
      send(line, waiting.poll());
    }
  }

  /** The server answered that it has no such function: another took the library away. */
  void loadLibrary() {
    Line line = standing.line();
    if (line != null && !loading) {
      loading = true;
      Future<Void> done = library.ensure(line);
      done.onComplete(_ -> loading = false).onFailure(line::end);
    }
  }

  @Override
  public void up(Line line) {
    changed.accept(this);
    pump();
  }

  @Override
  public void down() {
    for (Call call : returned.reversed()) {
      waiting.addFirst(call);
    }
    returned.clear();
    changed.accept(this);
  }

  @Override
  public void push(Response push) {}

  @Override
  public void stray(ErrorType error) {}

  @Override
  public void read() {
    pump();
  }

  /** Gives up on what hangs; takes out the calls that have waited too long. */
  List<Call> tick(long now) {
    standing.tick(now);
    List<Call> late = new ArrayList<>();
    waiting.removeIf(c -> now - c.deadline >= 0 && late.add(c));
    return late;
  }

  /** Ends it; gives every call that has no answer, in order. */
  List<Call> close() {
    standing.close();
    List<Call> all = new ArrayList<>(waiting);
    waiting.clear();
    return all;
  }
}
