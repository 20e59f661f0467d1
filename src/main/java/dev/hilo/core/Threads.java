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

/**
 * Threads as somebody may act on them: the right is asked first, then the state, and what staff see
 * and do is written down.
 */
public final class Threads {
  private final Permissions permissions;
  private final Roots roots;
  private final Trail trail;

  public Threads(Permissions permissions, Roots roots, Trail trail) {
    this.permissions = permissions;
    this.roots = roots;
    this.trail = trail;
  }

  /**
   * The folded root of a thread that {@code who} may do {@code act} on; fails where nothing was
   * ever said.
   */
  public Future<StreamState> thread(Principal who, Act act, CustomerId topic) {
    if (!permissions.may(who, act, topic)) {
      return Future.failedFuture(refused(who, act, topic));
    }
    return roots
        .root(topic)
        .compose(
            state ->
                state.last().seq() == 0
                    ? Future.failedFuture(
                        new Problem(Problem.Code.UNKNOWN_TOPIC, "there is no such thread"))
                    : reaches(who, state)
                        ? noted(who, act, topic).map(state)
                        : Future.failedFuture(refused(who, act, topic)));
  }

  /** Whether this may be done at all; nothing is looked up or written down. */
  public boolean may(Principal who, Act act, CustomerId topic) {
    return permissions.may(who, act, topic);
  }

  /** Whether {@code who} may see this thread now. Nothing is written down. */
  public boolean sees(Principal who, StreamState state) {
    return permissions.may(who, Act.WATCH, state.customer()) && reaches(who, state);
  }

  private boolean reaches(Principal who, StreamState state) {
    StreamState.Conversation c = state.conversation();
    return permissions.reaches(who, state.inboxes(), c == null ? null : c.assignee());
  }

  private Future<Void> noted(Principal who, Act act, CustomerId topic) {
    return switch (act) {
      case TYPE -> Future.succeededFuture();
      case WATCH, CARD, READ, PUT -> trail.saw(who, act.word(), topic, null);
      default -> trail.did(who, act.word(), topic, null);
    };
  }

  private Problem refused(Principal who, Act act, CustomerId topic) {
    trail.refused(who, act.word(), topic, null);
    return forbidden();
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
