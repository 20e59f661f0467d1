package dev.hilo.core;

import dev.hilo.access.Permissions;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.StreamState;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Function;

/** Threads as somebody may act on them: the right is asked first, then the state. */
public final class Threads {
  private final Roots roots;

  public Threads(Roots roots) {
    this.roots = roots;
  }

  /**
   * The folded root of a thread that {@code who} may do {@code act} on; fails where nothing was
   * ever said.
   */
  public Future<StreamState> thread(Principal who, Act act, CustomerId topic) {
    if (!Permissions.may(who, act, topic)) {
      return Future.failedFuture(forbidden());
    }
    return roots
        .root(topic)
        .compose(
            state ->
                state.last().seq() > 0
                    ? Future.succeededFuture(state)
                    : Future.failedFuture(
                        new Problem(Problem.Code.UNKNOWN_TOPIC, "there is no such thread")));
  }

  /** Writes decisions only; they are taken again whenever the thread has moved on. */
  Future<Roots.Written> decide(
      CustomerId topic, String src, Function<StreamState, List<Draft>> decisions) {
    return roots.write(
        topic,
        src,
        new Roots.Change() {
          @Override
          public List<Draft> facts(StreamState state) {
            return List.of();
          }

          @Override
          public List<Draft> decisions(StreamState state) {
            return decisions.apply(state);
          }
        });
  }

  static Problem forbidden() {
    return new Problem(Problem.Code.FORBIDDEN, "this is not yours to do");
  }
}
