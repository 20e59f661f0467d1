package dev.hilo.core;

import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.store.StoreUnavailable;
import dev.hilo.store.Streams;
import dev.hilo.store.Streams.Append;
import dev.hilo.store.Streams.Outcome;
import dev.hilo.store.Streams.Redirect;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes facts and decisions to the stream where they belong. It starts at the home (which knows the
 * dedupe ids), follows seals to the root, and decides again when the root has moved on. Keeps
 * recently folded states; they need no invalidation, because an append says when they are old. For
 * one event loop.
 */
public final class Roots {
  private static final int STATES = 4096;
  private static final int TRIES = 12;
  private static final int TOGETHER = 32;
  private static final Long RING = -1L;
  private static final long PATIENCE_MS = 2000;

  private final Vertx vertx;
  private final Streams streams;
  private final Map<CustomerId, StreamState> states = new Lately<>(STATES);

  /** Streams whose seal is known to have its join. */
  private final Set<CustomerId> joined = Collections.newSetFromMap(new Lately<>(STATES));

  /** Homes with a change that {@link Change#gathers} on its way, and what waits for it. */
  private final Map<CustomerId, Deque<Waiting>> queues = new HashMap<>();

  private @Nullable Function<CustomerId, Future<Void>> finisher;
  private final List<Listener> listeners = new ArrayList<>(2);

  /** Told what was written, before whoever wrote it. */
  public interface Listener {
    /**
     * Something was written.
     *
     * @param home where it was taken to first
     * @param root where it stands, in one piece
     */
    void written(CustomerId home, CustomerId root, String src, List<Entry> entries);
  }

  public Roots(Vertx vertx, Streams streams) {
    this.vertx = vertx;
    this.streams = streams;
  }

  /** Who finishes a merge whose join is missing. */
  void finishWith(Function<CustomerId, Future<Void>> finisher) {
    this.finisher = finisher;
  }

  /** Forgets what is folded of a stream: its history was rewound. */
  void forget(CustomerId customer) {
    states.remove(customer);
  }

  /** From now on {@code listener} is told, on this loop. */
  public void tell(Listener listener) {
    listeners.add(listener);
  }

  /** Tells what was written to a stream of the workspace's own, past this. */
  void wrote(CustomerId stream, String src, List<Entry> entries) {
    listeners.forEach(l -> l.written(stream, stream, src, entries));
  }

  private void tell(Try t, String src, List<Entry> entries) {
    listeners.forEach(l -> l.written(t.home, t.target, src, entries));
  }

  /**
   * What to write: facts are kept whatever happened meanwhile, decisions hold only on the state
   * they are given. Functions of the state, asked again for each try; they may refuse with a {@link
   * Problem}.
   */
  public interface Change {
    /** Asked until they are written, on the first state; START entries belong here. */
    List<Draft> facts(StreamState state);

    default List<Draft> decisions(StreamState state) {
      return List.of();
    }

    /** True if the keeper must be woken for a change of this customer's row. */
    default boolean rings() {
      return true;
    }

    /**
     * True if the facts are the same whatever other facts stand before them. Such changes of one
     * home are written in the order they came, those that wait for one another in one call.
     */
    default boolean gathers() {
      return false;
    }
  }

  /**
   * What was written. {@code position}: of the first entry of the change.
   *
   * @param duplicate it had been written before; {@code entries} is empty then
   */
  public record Written(
      CustomerId root, Position position, boolean duplicate, List<Entry> entries) {}

  /** A dedupe id: 12 bytes of SHA-256 over the parts, base64url. */
  public static String src(String... parts) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        sha.update(part.getBytes(StandardCharsets.UTF_8));
        sha.update((byte) 0);
      }
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(Arrays.copyOf(sha.digest(), 12));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The folded state of the root of a customer, as new as the store has it and with every join that
   * a seal on the way asks for. The caller may read it within this turn of the loop only.
   */
  public Future<StreamState> root(CustomerId customer) {
    StreamState known = states.remove(customer);
    return (known == null ? streams.load(customer) : streams.load(customer, known))
        .compose(
            loaded -> {
              states.put(customer, loaded.state());
              CustomerId into = loaded.into();
              return into == null
                  ? Future.succeededFuture(loaded.state())
                  : join(customer).compose(_ -> root(into));
            });
  }

  /** Makes sure that the root speaks for a sealed stream. */
  private Future<Void> join(CustomerId sealed) {
    return finisher == null || joined.contains(sealed)
        ? Future.succeededFuture()
        : finisher.apply(sealed).onSuccess(_ -> joined.add(sealed));
  }

  /**
   * Writes a change for somebody whose first home is {@code home}; {@code src} makes a repeat
   * harmless.
   */
  public Future<Written> write(CustomerId home, String src, Change change) {
    Try t = new Try(home, home, null, src, change, null, 0, System.currentTimeMillis());
    if (!change.gathers()) {
      return attempt(t);
    }
    Waiting mine = new Waiting(t, Promise.promise());
    Deque<Waiting> before = queues.get(home);
    if (before != null) {
      before.add(mine);
    } else {
      queues.put(home, new ArrayDeque<>(2));
      go(home, List.of(mine));
    }
    return mine.written.future();
  }

  /**
   * Writes decisions only; they are taken again whenever the stream has moved on. {@code rings}: as
   * {@link Change#rings}.
   */
  Future<Written> decide(
      CustomerId home, String src, boolean rings, Function<StreamState, List<Draft>> decisions) {
    return write(
        home,
        src,
        new Change() {
          @Override
          public List<Draft> facts(StreamState state) {
            return List.of();
          }

          @Override
          public List<Draft> decisions(StreamState state) {
            return decisions.apply(state);
          }

          @Override
          public boolean rings() {
            return rings;
          }
        });
  }

  /**
   * All that came meanwhile, up to a bound, goes together. Where the store failed, it fails with
   * what went before: whoever says it again keeps the order.
   */
  private void next(CustomerId home, @Nullable Throwable failed) {
    Deque<Waiting> queue = Objects.requireNonNull(queues.get(home));
    if (queue.isEmpty() || failed != null) {
      queues.remove(home);
      fail(queue, failed);
      return;
    }
    List<Waiting> some = new ArrayList<>();
    while (!queue.isEmpty() && some.size() < TOGETHER) {
      some.add(queue.remove());
    }
    go(home, some);
  }

  private void go(CustomerId home, List<Waiting> some) {
    Future.succeededFuture() // whatever is thrown in it, nobody waits for ever
        .compose(_ -> together(home, some))
        .onFailure(e -> fail(some, e))
        .onComplete(r -> next(home, r.cause()));
  }

  private static void fail(Collection<Waiting> some, @Nullable Throwable cause) {
    if (cause != null) {
      some.forEach(w -> w.written.tryFail(cause));
    }
  }

  /** Fails where the store did; some may not have been told then. */
  private Future<Void> together(CustomerId home, List<Waiting> some) {
    StreamState state = states.get(home);
    if (some.size() == 1 || state == null || state.blocked()) {
      return oneByOne(some);
    }
    List<Append> appends = new ArrayList<>(some.size());
    for (Waiting w : some) {
      List<Draft> facts = w.t.change.facts(state);
      if (facts.isEmpty()
          || facts.stream().anyMatch(d -> !gathered(d.header().k()))
          || !w.t.change.decisions(state).isEmpty()) {
        return oneByOne(some);
      }
      Long wake = w.t.change.rings() ? RING : null;
      appends.add(new Append(home, w.t.src, state.q(), state.last().seq(), null, wake, facts));
    }
    return streams
        .gather(appends)
        .compose(
            outcomes -> {
              if (outcomes.isEmpty()) {
                return oneByOne(some);
              }
              for (int i = 0; i < some.size(); i++) {
                Waiting w = some.get(i);
                settle(w.t, appends.get(i).drafts(), outcomes.get(i)).onComplete(w.written);
              }
              return Future.succeededFuture();
            });
  }

  private static boolean gathered(EntryClass k) {
    return k == EntryClass.FACT || k == EntryClass.QUIET;
  }

  /** As {@link #together}. */
  private Future<Void> oneByOne(List<Waiting> some) {
    Waiting first = some.getFirst();
    return Future.succeededFuture()
        .compose(_ -> attempt(first.t))
        .onComplete(first.written)
        .transform(
            r -> {
              List<Waiting> rest = some.subList(1, some.size());
              if (r.cause() instanceof StoreUnavailable) {
                return Future.failedFuture(r.cause());
              }
              return rest.isEmpty() ? Future.succeededFuture() : oneByOne(rest);
            });
  }

  /** As {@link #write}, for a home that was made just now: nothing is read before the append. */
  public Future<Written> writeFirst(CustomerId home, String src, Change change) {
    states.putIfAbsent(home, StreamState.empty(home));
    return write(home, src, change);
  }

  /**
   * Where the change with this {@code src} begins if it was written before, else null. Writes
   * nothing.
   */
  public Future<@Nullable Position> written(CustomerId home, String src) {
    Append nothing = new Append(home, src, null, 0, null, null, List.of());
    return streams.append(nothing).compose(outcome -> written(outcome, src));
  }

  private Future<@Nullable Position> written(Outcome outcome, String src) {
    return switch (outcome) {
      case Outcome.Duplicate d -> Future.<@Nullable Position>succeededFuture(d.position());
      case Outcome.SealedInto s -> written(s.into(), src);
      case Outcome.Appended _, Outcome.Conflict _, Outcome.Again _, Outcome.LostToken _ ->
          Future.<@Nullable Position>succeededFuture(null);
    };
  }

  private record Waiting(Try t, Promise<Written> written) {}

  private record Try(
      CustomerId home,
      CustomerId target,
      @Nullable Redirect redirect,
      String src,
      Change change,
      @Nullable List<Entry> kept,
      int number,
      long since) {
    Try next() {
      return new Try(home, target, redirect, src, change, kept, number + 1, since);
    }

    Try at(CustomerId other, Redirect by) {
      return new Try(home, other, by, src, change, kept, number, since);
    }

    Try kept(List<Entry> facts) {
      return new Try(home, target, redirect, src, change, facts, number + 1, since);
    }
  }

  private Future<Written> attempt(Try t) {
    StreamState known = states.get(t.target);
    if (known != null) {
      return append(t, known);
    }
    return streams
        .load(t.target)
        .compose(
            loaded -> {
              states.putIfAbsent(t.target, loaded.state());
              return append(t, states.getOrDefault(t.target, loaded.state()));
            });
  }

  private Future<Written> append(Try t, StreamState state) {
    List<Draft> drafts = new ArrayList<>();
    String src = t.src;
    try {
      if (t.kept == null) {
        drafts.addAll(t.change.facts(state));
      } else {
        src = src(t.src, "decisions");
      }
      if (state.blocked()) {
        if (drafts.isEmpty()) {
          throw new Problem(
              Problem.Code.CONFLICT,
              "a newer release wrote to this thread; this one may not decide here");
        }
      } else {
        drafts.addAll(t.change.decisions(state));
      }
    } catch (Problem p) {
      return Future.failedFuture(p);
    }
    if (drafts.isEmpty()) {
      List<Entry> kept = t.kept == null ? List.of() : t.kept;
      Position at = kept.isEmpty() ? state.last() : kept.getFirst().position();
      return Future.succeededFuture(new Written(t.target, at, false, kept));
    }
    boolean loud = drafts.stream().anyMatch(d -> d.header().k() != EntryClass.QUIET);
    Append append =
        new Append(
            t.target,
            src,
            loud ? state.q() : null,
            state.last().seq(),
            t.redirect,
            wake(drafts, t.change),
            drafts);
    return streams.append(append).compose(outcome -> settle(t, drafts, outcome));
  }

  private static @Nullable Long wake(List<Draft> drafts, Change change) {
    for (Draft d : drafts) {
      if (d.event() instanceof Event.MessageAdded m
          && d.header().k() == EntryClass.DECISION
          && m.externalId() == null
          && !m.address().live()) {
        return 0L;
      }
    }
    return change.rings() ? RING : null;
  }

  private Future<Written> settle(Try t, List<Draft> drafts, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Appended a -> {
        List<Entry> entries = place(drafts, a.from());
        learn(t.target, entries);
        tell(t, t.kept == null ? t.src : src(t.src, "decisions"), entries);
        List<Entry> all = t.kept == null ? entries : concat(t.kept, entries);
        Position first = all.isEmpty() ? a.from() : all.getFirst().position();
        yield Future.succeededFuture(new Written(t.target, first, false, all));
      }
      case Outcome.Duplicate d ->
          Future.succeededFuture(
              t.kept == null
                  ? new Written(t.target, d.position(), true, List.of())
                  : new Written(t.target, t.kept.getFirst().position(), false, t.kept));
      case Outcome.SealedInto s -> attempt(t.at(s.into(), new Redirect(t.target, s.mergeId())));
      case Outcome.Again _ -> again(t);
      case Outcome.LostToken _ ->
          Future.failedFuture(new IllegalStateException("no token was sent"));
      case Outcome.Conflict c -> conflict(t, drafts, c);
    };
  }

  private Future<Written> conflict(Try t, List<Draft> drafts, Outcome.Conflict c) {
    StreamState state = states.get(t.target);
    if (state == null || !state.advance(c.missed()) || !state.q().equals(c.q())) {
      states.remove(t.target); // more than a page behind, or ahead of a history that was rewound
    }
    List<Entry> kept = t.kept;
    if (kept == null && drafts.stream().anyMatch(d -> d.header().k() != EntryClass.DECISION)) {
      kept = mine(drafts, c);
      if (kept.isEmpty()) {
        // written, but not among what the reply brings: it is enough to know where
        return written(t.target, t.src)
            .map(
                at ->
                    new Written(t.target, Objects.requireNonNullElse(at, c.q()), true, List.of()));
      }
      tell(t, t.src, kept);
    }
    if (t.number >= TRIES) {
      return kept != null
          ? Future.succeededFuture(new Written(t.target, kept.getFirst().position(), false, kept))
          : Future.failedFuture(
              new Problem(Problem.Code.CONFLICT, "this thread changes too fast; try again"));
    }
    Try next = kept == null ? t.next() : t.kept(kept);
    return attempt(next);
  }

  private static List<Entry> mine(List<Draft> drafts, Outcome.Conflict c) {
    List<String> ids = drafts.stream().map(d -> d.header().id()).toList();
    return c.missed().stream().filter(e -> ids.contains(e.header().id())).toList();
  }

  /** The join of a merge is on its way, or its writer died: finish it and start again. */
  private Future<Written> again(Try t) {
    if (System.currentTimeMillis() - t.since > PATIENCE_MS || t.redirect == null) {
      return Future.failedFuture(
          new StoreUnavailable("a merge is not finished", new IllegalStateException()));
    }
    Future<Void> finished =
        finisher == null ? Future.succeededFuture() : finisher.apply(t.redirect.child());
    return finished.compose(_ -> vertx.timer(20)).compose(_ -> attempt(t.next()));
  }

  /** What was written, where it stands: a start is written first of all or not at all. */
  private static List<Entry> place(List<Draft> drafts, Position from) {
    List<Entry> entries = new ArrayList<>(drafts.size());
    for (Draft draft : drafts) {
      if (draft.header().k() != EntryClass.START || from.seq() == 1) {
        entries.add(draft.at(new Position(from.epoch(), from.seq() + entries.size())));
      }
    }
    return entries;
  }

  private void learn(CustomerId target, List<Entry> entries) {
    StreamState state = states.get(target);
    if (state != null && !state.advance(entries)) {
      states.remove(target);
    }
  }

  private static List<Entry> concat(List<Entry> a, List<Entry> b) {
    List<Entry> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }
}
