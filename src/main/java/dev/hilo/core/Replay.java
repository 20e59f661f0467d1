package dev.hilo.core;

import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Strength;
import dev.hilo.desk.Episodes;
import dev.hilo.store.Directory;
import dev.hilo.store.Keys;
import dev.hilo.store.Link;
import dev.hilo.store.Streams;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this loop was told is written, kept until a replica surely has it. A store that fails over
 * to a replica that lagged, or comes back from an older file, has lost its newest entries although
 * their senders know that they stand. After every such chance the remembered writes are looked up
 * in batches, and those that are gone are written again under their own ids: facts and messages
 * always, other decisions only where nobody decided since. Time counts only while the store
 * answers, however long an election takes. For one event loop.
 */
public final class Replay {
  private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
  private static final int MOST = 20_000;
  private static final long AGAIN_MS = 300;

  private final Vertx vertx;
  private final int seconds;
  private final Streams streams;
  private final Directory directory;
  private final Roots roots;
  private final Joining joining;
  private final MeterRegistry meters;
  private final Deque<Write> window = new ArrayDeque<>();
  private final Map<Integer, Long> epochs = new HashMap<>();
  private String history = "";
  private long clock;
  private boolean checking;
  private boolean again;

  /** One append as it was confirmed; its entries stand together or not at all. */
  private record Write(
      CustomerId home, CustomerId root, String src, List<Entry> entries, long second) {
    Position last() {
      return entries.getLast().position();
    }
  }

  /**
   * Remembers from now on what {@code roots} writes.
   *
   * @param context of the loop
   * @param watch tells of a server with another history, and that time passes
   * @param seconds how long a write is remembered, 0 = not at all
   */
  public Replay(
      Vertx vertx,
      Context context,
      HistoryWatch watch,
      int seconds,
      Link link,
      Streams streams,
      Directory directory,
      Roots roots,
      Joining joining,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.seconds = seconds;
    this.streams = streams;
    this.directory = directory;
    this.roots = roots;
    this.joining = joining;
    this.meters = meters;
    if (seconds > 0) {
      roots.tell(this::remember);
      link.whenRenewed(this::check);
      watch.tell(context, this::tick);
    }
  }

  private void tick(String now) {
    boolean other = !history.isEmpty() && !history.equals(now);
    history = now;
    if (other) {
      check();
    } else if (!checking) {
      clock++;
      forget();
    }
  }

  private void forget() {
    while (!window.isEmpty() && window.peekFirst().second <= clock - seconds) {
      window.pollFirst();
    }
  }

  private void remember(CustomerId home, CustomerId root, String src, List<Entry> entries) {
    if (window.size() >= MOST) {
      window.pollFirst();
    }
    Write write = new Write(home, root, src, List.copyOf(entries), clock);
    window.addLast(write);
    Long before = epochs.put(Keys.partition(root), write.last().epoch());
    if (before != null && before != write.last().epoch()) {
      check();
    }
  }

  /** The store may have lost something: looks, and writes again what is gone. */
  private void check() {
    if (checking) {
      again = true;
      return;
    }
    checking = true;
    again = false;
    Map<CustomerId, List<Write>> threads = new LinkedHashMap<>();
    for (Write write : window) {
      threads.computeIfAbsent(write.root, _ -> new ArrayList<>()).add(write);
    }
    directory
        .confirm()
        .compose(
            splits ->
                Future.all(
                        streams.together(threads.keySet(), Keys::partition).stream()
                            .map(b -> check(b, threads))
                            .toList())
                    .compose(_ -> Future.all(splits.stream().map(this::unite).toList())))
        .onComplete(
            r -> {
              checking = false;
              if (r.failed()) {
                LOG.debug("what the store may have lost is looked up later", r.cause());
              }
              if (again || r.failed()) {
                vertx.setTimer(AGAIN_MS, _ -> check());
              }
            });
  }

  private Future<?> check(List<CustomerId> batch, Map<CustomerId, List<Write>> threads) {
    List<Position> newest = batch.stream().map(c -> newest(threads, c)).toList();
    return streams
        .behind(batch, newest)
        .compose(
            moved ->
                Future.all(
                    moved.stream()
                        .map(c -> lookUp(c, Objects.requireNonNull(threads.get(c))))
                        .toList()));
  }

  private static Position newest(Map<CustomerId, List<Write>> threads, CustomerId root) {
    return Objects.requireNonNull(threads.get(root)).getLast().last();
  }

  private Future<?> lookUp(CustomerId root, List<Write> writes) {
    return streams
        .atOrBefore(root, writes.getLast().last())
        .compose(
            found -> {
              Position stands = found == null ? Position.START : found.position();
              List<Write> gone = writes.stream().filter(w -> w.last().after(stands)).toList();
              if (gone.isEmpty()) {
                return Future.succeededFuture();
              }
              LOG.warn("the store lost {} writes of a thread; they are written again", gone.size());
              roots.forget(root);
              Set<Position> ours = new HashSet<>();
              Future<?> done = Future.succeededFuture();
              for (Write write : gone) {
                done = done.compose(_ -> write(write, stands, ours));
              }
              return done;
            });
  }

  private Future<?> write(Write write, Position stands, Set<Position> ours) {
    List<Future<Void>> noted =
        write.entries.stream()
            .filter(Replay::leaves)
            .map(e -> streams.restoring(write.root, e.header().id()))
            .toList();
    return Future.all(noted)
        .compose(_ -> roots.write(write.home, write.src, new Again(write, stands, ours)))
        .onSuccess(
            written -> {
              window.remove(write);
              written.entries().forEach(e -> ours.add(e.position()));
              count(written.duplicate() ? "repeated" : "restored");
            })
        .recover(
            e -> {
              if (!(e instanceof Problem)) {
                return Future.failedFuture(e);
              }
              window.remove(write);
              count("void");
              return Future.succeededFuture();
            });
  }

  /** Whether a keeper sends it. */
  private static boolean leaves(Entry entry) {
    return entry.header().k() == EntryClass.DECISION
        && entry.event() instanceof Event.MessageAdded m
        && !m.address().live();
  }

  private void count(String result) {
    meters.counter("hilo.replay", "result", result).increment();
  }

  /** An address that met a second customer because the store had forgotten the first. */
  private Future<?> unite(Directory.Split split) {
    return streams
        .exists(split.was())
        .compose(
            stands ->
                stands
                    ? joining
                        .merge(
                            split.was(),
                            split.is(),
                            Strength.PLATFORM,
                            List.of(split.was(), split.is()),
                            "one address",
                            Author.gateway("replay"))
                        .mapEmpty()
                    : Future.succeededFuture())
        .recover(e -> e instanceof Problem ? Future.succeededFuture() : Future.failedFuture(e));
  }

  /** The entries of a lost write once more. */
  private record Again(Write lost, Position stands, Set<Position> ours) implements Roots.Change {
    @Override
    public List<Draft> facts(StreamState state) {
      return drafts(e -> e.header().k() != EntryClass.DECISION);
    }

    @Override
    public List<Draft> decisions(StreamState state) {
      return drafts(e -> e.header().k() == EntryClass.DECISION && holds(e.event(), state));
    }

    private boolean holds(Event event, StreamState state) {
      return switch (event) {
        case Event.MessageAdded _ -> true;
        case Event.ConversationOpened _ -> Episodes.begin(state);
        default ->
            state.customer().equals(lost.root)
                && (!state.q().after(stands) || ours.contains(state.q()));
      };
    }

    private List<Draft> drafts(Predicate<Entry> wanted) {
      return lost.entries.stream()
          .filter(wanted)
          .map(e -> new Draft(e.header(), e.event()))
          .toList();
    }
  }
}
