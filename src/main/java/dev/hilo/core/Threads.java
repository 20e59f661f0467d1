package dev.hilo.core;

import dev.hilo.access.Permissions;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.StreamState;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

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

  /** {@link #thread(Principal, Act, CustomerId, String)} where the act says all. */
  public Future<StreamState> thread(Principal who, Act act, CustomerId topic) {
    return thread(who, act, topic, null);
  }

  /**
   * The folded root of a thread that {@code who} may do {@code act} on; fails where nothing was
   * ever said.
   *
   * @param what of the thread, for the trail; or null
   */
  public Future<StreamState> thread(
      Principal who, Act act, CustomerId topic, @Nullable String what) {
    if (!permissions.may(who, act, topic)) {
      return Future.failedFuture(refused(who, act, topic, what));
    }
    return roots
        .root(topic)
        .compose(
            state ->
                state.last().seq() == 0
                    ? Future.failedFuture(
                        new Problem(Problem.Code.UNKNOWN_TOPIC, "there is no such thread"))
                    : reaches(who, state)
                        ? noted(who, act, topic, what).map(state)
                        : Future.failedFuture(refused(who, act, topic, what)));
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

  private Future<Void> noted(Principal who, Act act, CustomerId topic, @Nullable String what) {
    return switch (act) {
      case TYPE -> Future.succeededFuture();
      case WATCH, CARD, READ, PUT -> trail.saw(who, act.word(), topic, what);
      default -> trail.did(who, act.word(), topic, what);
    };
  }

  private Problem refused(Principal who, Act act, CustomerId topic, @Nullable String what) {
    trail.refused(who, act.word(), topic, what);
    return forbidden();
  }

  static Problem forbidden() {
    return new Problem(Problem.Code.FORBIDDEN, "this is not yours to do");
  }
}
