package dev.hilo.core;

import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Strength;
import dev.hilo.conversation.Ulid;
import dev.hilo.identity.MergeRules;
import dev.hilo.store.Streams;
import dev.hilo.store.Streams.Append;
import dev.hilo.store.Streams.Outcome;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes one customer of two. The younger stream is sealed (one call, its last entry names the
 * older); then the older says that it speaks for both. The seal carries all that the second step
 * needs, so anybody can finish it, and doing it twice is harmless.
 */
public final class Joining {
  private static final int TRIES = 10;

  private final Streams streams;
  private final Roots roots;

  public Joining(Streams streams, Roots roots) {
    this.streams = streams;
    this.roots = roots;
    roots.finishWith(child -> finish(child).mapEmpty());
  }

  /** Why two homes are one person; {@code homes} and {@code vias} have two items each. */
  public record Evidence(
      List<CustomerId> homes, List<String> vias, Strength strength, String method, Author by) {}

  /** Joins the two threads, or, where they are one already, notes the evidence. Gives the root. */
  public Future<CustomerId> observe(Evidence evidence) {
    return merge(
            evidence.homes().get(0),
            evidence.homes().get(1),
            evidence.strength(),
            evidence.homes(),
            evidence.method(),
            evidence.by())
        .compose(
            merged ->
                merged.fresh()
                    ? Future.succeededFuture(merged.root())
                    : note(evidence).map(merged.root()));
  }

  private Future<Void> note(Evidence e) {
    CustomerId home = e.homes().getFirst();
    List<String> homes = e.homes().stream().map(CustomerId::toString).toList();
    String src = Roots.src("identity", homes.toString(), e.vias().toString(), e.strength().name());
    Drafts drafts = Drafts.now(e.by(), src);
    return roots
        .write(
            home,
            src,
            state -> {
              boolean known = state.scopes().of(homes.get(0)).contains(homes.get(1));
              return known && e.strength().verified()
                  ? List.of()
                  : List.of(
                      drafts.of(
                          state,
                          new Event.IdentityObserved(homes, e.vias(), e.strength(), e.method())));
            })
        .mapEmpty();
  }

  /** {@code fresh}: this call made them one. */
  public record Merged(CustomerId root, boolean fresh) {}

  /**
   * Joins the threads of two customers. Fails with a {@link Problem} if the rules keep them apart.
   *
   * @param homes the two homes that the evidence is about
   */
  public Future<Merged> merge(
      CustomerId x,
      CustomerId y,
      Strength strength,
      List<CustomerId> homes,
      @Nullable String why,
      Author by) {
    return attempt(x, y, strength, homes.stream().map(CustomerId::toString).toList(), why, by, 0);
  }

  private Future<Merged> attempt(
      CustomerId x,
      CustomerId y,
      Strength strength,
      List<String> homes,
      @Nullable String why,
      Author by,
      int tries) {
    return roots
        .root(x)
        .compose(
            a ->
                roots
                    .root(y)
                    .compose(
                        b -> {
                          CustomerId ra = a.customer();
                          CustomerId rb = b.customer();
                          if (ra.equals(rb)) {
                            return Future.succeededFuture(new Merged(ra, false));
                          }
                          String refusal = MergeRules.refusal(a, b);
                          if (refusal != null) {
                            return Future.failedFuture(new Problem(Problem.Code.REFUSED, refusal));
                          }
                          if (tries >= TRIES) {
                            return Future.failedFuture(
                                new Problem(
                                    Problem.Code.CONFLICT,
                                    "these threads change too fast; try again"));
                          }
                          StreamState younger = ra.olderThan(rb) ? b : a;
                          CustomerId older = ra.olderThan(rb) ? ra : rb;
                          String mergeId = Ulid.next();
                          Draft seal =
                              Drafts.now(by, null)
                                  .of(
                                      younger,
                                      new Event.Sealed(
                                          mergeId, older.toString(), strength, homes, why));
                          CustomerId child = younger.customer();
                          return streams
                              .seal(child, older, mergeId, younger.q(), seal)
                              .compose(
                                  outcome ->
                                      isOurs(outcome, mergeId)
                                          ? finish(child).map(root -> new Merged(root, true))
                                          : attempt(x, y, strength, homes, why, by, tries + 1));
                        }));
  }

  /** Also where the seal was written and its reply got lost. */
  private static boolean isOurs(Outcome outcome, String mergeId) {
    return outcome instanceof Outcome.Appended
        || outcome instanceof Outcome.SealedInto s && s.mergeId().equals(mergeId);
  }

  /** Writes the join that a seal asks for; harmless when it is there already. Gives the root. */
  public Future<CustomerId> finish(CustomerId child) {
    return streams
        .load(child)
        .compose(
            loaded -> {
              StreamState state = loaded.state();
              Event.Sealed seal = state.sealed();
              return seal == null
                  ? Future.succeededFuture(child)
                  : join(CustomerId.of(seal.into()), state, seal);
            });
  }

  private Future<CustomerId> join(CustomerId into, StreamState child, Event.Sealed seal) {
    Author by = Objects.requireNonNullElse(child.sealedBy(), Author.gateway("joining"));
    String src = Roots.src("merge", seal.mergeId());
    StreamState.Conversation c = child.conversation();
    Event event =
        new Event.CustomersMerged(
            seal.mergeId(),
            child.customer().toString(),
            child.last(),
            child.routes().values().stream()
                .map(
                    r ->
                        new Event.LinkedAddress(
                            r.via(), r.address(), r.account(), r.home(), r.lastAt(), r.context()))
                .toList(),
            seal.strength(),
            seal.homes(),
            child.scopes().groups().stream().map(List::copyOf).toList(),
            child.attributes(),
            c != null && c.open() ? c.id() : null,
            child.unread(),
            child.waitingSince(),
            seal.why());
    Draft draft = Drafts.now(by, src).of(StreamState.empty(into), event);
    Append append = new Append(into, src, null, Streams.ALL_FOLDED, null, -1L, List.of(draft));
    return streams
        .join(child.customer(), seal.mergeId(), append)
        .compose(
            outcome ->
                outcome instanceof Outcome.SealedInto s
                    ? join(s.into(), child, seal)
                    : Future.succeededFuture(into));
  }
}
