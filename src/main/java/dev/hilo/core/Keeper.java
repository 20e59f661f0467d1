package dev.hilo.core;

import dev.hilo.access.Rosters;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Row;
import dev.hilo.conversation.StreamState;
import dev.hilo.desk.Episodes;
import dev.hilo.store.Feed;
import dev.hilo.store.Keys;
import dev.hilo.store.Lease;
import dev.hilo.store.Presence;
import dev.hilo.store.StoreUnavailable;
import dev.hilo.store.Streams;
import dev.hilo.store.Work;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the customers of the {@link Partitions} this node keeps: sends what is unsent,
 * fetches files, settles facts that wait for their decision, finishes merges, writes rows and
 * snapshots. Works on virtual threads; every method but the constructor may be called from any.
 */
public final class Keeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
  private static final long SWEEP_MS = 5000;
  private static final long CONFLATE_MS = 60;

  /** A snapshot is written when so many entries are not in the last one, yet only now and then. */
  private static final int SNAPSHOT_EVERY = 64;

  private static final int SNAPSHOT_AT_LAST = 1024;
  private static final long SNAPSHOT_PAUSE_MS = 10_000;

  private static final int KNOWN = 1024;
  private static final int AT_ONCE = 256;

  private final String node;
  private final Streams streams;
  private final Work work;
  private final Lease lease;
  private final Joining joining;
  private final Lanes lanes;
  private final MediaFetch media;
  private final Shift shift = new Shift();
  private final Journal journal;
  private final Partitions partitions;
  private final Semaphore atOnce = new Semaphore(AT_ONCE);
  private final Set<String> workspaces = ConcurrentHashMap.newKeySet();
  private final Rosters rosters;
  private final Map<CustomerId, Tending> tended = new ConcurrentHashMap<>();

  /** Customers looked at lately. Who looks takes the state out, so it has one owner at a time. */
  private final Map<CustomerId, Known> known = Collections.synchronizedMap(new Lately<>(KNOWN));

  /**
   * A customer looked at lately; its row as it stood in an epoch.
   *
   * @param cached when this node last wrote its snapshot, ms
   */
  private record Known(Streams.Loaded loaded, @Nullable Row row, long epoch, long cached) {}

  /** Whether somebody looks at a customer now, and whether to look again after. */
  private enum Tending {
    RUNNING,
    AGAIN
  }

  /** {@code lapsed} runs when others may have taken this node's sessions for gone. */
  public Keeper(
      String node,
      Streams streams,
      Work work,
      Lease lease,
      Feed feed,
      Joining joining,
      Presence presence,
      Lanes lanes,
      MediaFetch media,
      Rosters rosters,
      Runnable lapsed) {
    this.node = node;
    this.rosters = rosters;
    this.streams = streams;
    this.work = work;
    this.lease = lease;
    this.joining = joining;
    this.lanes = lanes;
    this.media = media;
    this.journal = new Journal(work, shift, this);
    this.partitions =
        new Partitions(node, work, lease, feed, presence, shift, journal, this, lapsed);
    lanes.tell(this::wakeAt, partitions::lost);
    media.tell(this::wake);
  }

  public void start() {
    partitions.start();
    shift.every(SWEEP_MS, SWEEP_MS, () -> journal.sweep(partitions.all()));
  }

  /** False for streams that are no customer's. */
  static boolean keeps(CustomerId customer) {
    return !customer.isOwn();
  }

  /** Another keeper may write other rows meanwhile: nothing is known of this partition any more. */
  void forget(int partition) {
    synchronized (known) {
      known.keySet().removeIf(c -> Keys.partition(c) == partition);
    }
  }

  /** Another history may have begun: what is known of this partition is looked at again. */
  void renewed(Held h) {
    if (h.epoch != 0) {
      workspaces.forEach(w -> work.renewed(h.partition, w));
    }
    List<CustomerId> seen;
    synchronized (known) {
      seen = List.copyOf(known.keySet());
    }
    seen.stream().filter(c -> Keys.partition(c) == h.partition).forEach(this::wake);
  }

  /** Waits while so many are looked at that others would have to wait for long. */
  void breathe() {
    while (tended.size() > AT_ONCE && !shift.over()) {
      pause();
    }
  }

  private void wakeAt(CustomerId customer, long millis) {
    shift.after(millis - System.currentTimeMillis(), () -> wake(customer));
  }

  /** Looks at a customer soon; calls that come while somebody looks are taken together. */
  void wake(CustomerId customer) {
    if (shift.over() || !keeps(customer)) {
      return;
    }
    Tending before =
        tended.compute(customer, (_, is) -> is == null ? Tending.RUNNING : Tending.AGAIN);
    if (before == Tending.RUNNING) {
      shift.run(() -> tend(customer));
    }
  }

  private void tend(CustomerId customer) {
    boolean again = true;
    while (again) {
      Held h = partitions.of(customer);
      if (h != null && !shift.over()) {
        atOnce.acquireUninterruptibly();
        try {
          look(customer, h);
          h.looked(customer);
        } catch (StoreUnavailable e) {
          wakeAt(customer, System.currentTimeMillis() + 1000);
        } catch (RuntimeException e) {
          LOG.error("looking after a customer failed", e);
          h.looked(customer); // it must not hold up the others' journal
        } finally {
          atOnce.release();
        }
        pause();
      }
      again =
          tended.computeIfPresent(customer, (_, is) -> is == Tending.AGAIN ? Tending.RUNNING : null)
              != null;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(CONFLATE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One call to see, and one to say what changed; none where nothing did. */
  private void look(CustomerId customer, Held h) {
    Known before = known.remove(customer);
    Streams.Look look = newest(customer, before == null ? null : before.loaded);
    boolean told = before == null || before.epoch == look.epoch();
    Row stands = before == null ? look.row() : before.row;
    StreamState state = look.loaded().state();
    workspaces.add(customer.workspace());
    if (state.last().seq() == 0) {
      if (stands != null) { // all of it was lost
        Work.Tended gone = new Work.Tended(customer, 0, null, new Work.Shown(null), null);
        work.tended(h.token, gone).await();
      }
      return;
    }
    if (look.loaded().into() != null) {
      joining.finish(customer).await();
    } else if (settle(state)) {
      look = newest(customer, look.loaded());
      state = look.loaded().state();
    }
    long began = System.currentTimeMillis();
    Long sending = lanes.run(state, new LaneStep.Tenure(h.token, look.epoch(), h.since));
    boolean atWork = sending != null && sending == 0;
    Long due = sooner(sending, media.run(state));
    Row row = Row.of(state, look.epoch());
    boolean same = told && (row == null ? stands == null : stands != null && row.shows(stands));
    int tail = look.loaded().tail();
    long now = System.currentTimeMillis();
    long cached = before == null ? 0 : before.cached;
    boolean cache =
        tail >= SNAPSHOT_EVERY && (now - cached >= SNAPSHOT_PAUSE_MS || tail >= SNAPSHOT_AT_LAST);
    Work.Tended tended =
        new Work.Tended(
            customer,
            state.last().seq(),
            atWork || Objects.equals(due, look.due()) ? null : new Work.Due(due),
            same ? null : new Work.Shown(row),
            cache ? state : null);
    Work.Verdict verdict =
        tended.nothing() ? Work.Verdict.DONE : work.tended(h.token, tended).await();
    if (verdict == Work.Verdict.LOST_TOKEN) {
      partitions.lost(customer, h.token);
      return;
    }
    Streams.Loaded loaded =
        cache ? new Streams.Loaded(state, look.loaded().into(), 0) : look.loaded();
    known.put(customer, new Known(loaded, same ? stands : row, look.epoch(), cache ? now : cached));
    if (verdict == Work.Verdict.MOVED_ON) {
      wake(customer);
    } else if (due != null && !atWork && due > began) { // else whoever is at work tells
      wakeAt(customer, due);
    }
  }

  private static @Nullable Long sooner(@Nullable Long a, @Nullable Long b) {
    return a == null ? b : b == null ? a : Long.valueOf(Math.min(a, b));
  }

  private Streams.Look newest(CustomerId customer, Streams.@Nullable Loaded before) {
    Streams.Look now = streams.look(customer, before == null ? null : before.state()).await();
    if (before == null) {
      return now;
    }
    Streams.Loaded l = now.loaded();
    return new Streams.Look(
        new Streams.Loaded(l.state(), l.into(), before.tail() + l.tail()),
        now.due(),
        now.epoch(),
        now.row());
  }

  /** Takes the decision that facts still wait for; true if the state moved. */
  private boolean settle(StreamState state) {
    CustomerId customer = state.customer();
    List<Event> decisions =
        state.blocked()
            ? List.of()
            : Episodes.settle(state, rosters.of(customer.workspace()).desk());
    if (decisions.isEmpty()) {
      return false;
    }
    String src = Roots.src("settle", customer.toString(), String.valueOf(state.undecided()));
    Drafts ours = Drafts.now(Author.gateway("keeper"), src);
    List<Draft> drafts = decisions.stream().map(event -> ours.of(state, event)).toList();
    streams
        .append(
            new Streams.Append(customer, src, state.q(), state.last().seq(), null, null, drafts))
        .await();
    return true;
  }

  /** How many partitions this node keeps. */
  public int partitions() {
    return partitions.count();
  }

  /** Stops taking work, lets running sends end, and gives the partitions away. */
  @Override
  public void close() {
    shift.end();
    media.close();
    lanes.close();
    try {
      shift.drain();
      lease.resign(node).await(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | TimeoutException e) {
      LOG.debug("the lease ends by itself");
    }
  }
}
