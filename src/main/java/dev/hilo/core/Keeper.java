package dev.hilo.core;

import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.Row;
import dev.hilo.conversation.StreamState;
import dev.hilo.desk.Episodes;
import dev.hilo.store.Feed;
import dev.hilo.store.Keys;
import dev.hilo.store.Lease;
import dev.hilo.store.Presence;
import dev.hilo.store.Server;
import dev.hilo.store.StoreUnavailable;
import dev.hilo.store.Streams;
import dev.hilo.store.Work;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the customers of the partitions that fall to this node: sends what is unsent, settles
 * facts that wait for their decision, finishes merges, writes rows and snapshots. Partitions are
 * shared out by rendezvous hash over the living nodes; a token that rises with each change of hands
 * stops a node that does not know it was replaced. Works on virtual threads; every method but the
 * constructor may be called from any.
 */
public final class Keeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
  private static final long MEMBERS_MS = 1500;
  private static final long SWEEP_MS = 5000;
  private static final long CONFLATE_MS = 60;
  private static final int SNAPSHOT_EVERY = 64;
  private static final int BATCH = 200;
  private static final int KNOWN = 1024;
  private static final String READER = "rows";
  private static final long SOON_MS = 20;
  private static final int AT_ONCE = 256;

  private final String node;
  private final Streams streams;
  private final Work work;
  private final Lease lease;
  private final Feed feed;
  private final Context feedContext;
  private final Joining joining;
  private final Presence presence;
  private final Lanes lanes;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("keeper").factory());
  private final Semaphore atOnce = new Semaphore(AT_ONCE);
  private final Map<Integer, Held> held = new ConcurrentHashMap<>();
  private final Set<Held> fresh = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean sweeping = new AtomicBoolean();
  private final Set<String> workspaces = ConcurrentHashMap.newKeySet();
  private final Map<CustomerId, Tending> tended = new ConcurrentHashMap<>();
  private final Map<String, Long> seen = new HashMap<>();
  private final Runnable lapsed;
  private long troubled;

  /**
   * When the lease was last renewed, and when its lapse shall be made good once more; 0 = never.
   */
  private long renewed;

  private long again;
  private volatile boolean closed;

  /** The nodes whose rivals' leavings were swept; null = to be swept. */
  private volatile @Nullable Set<String> swept;

  /**
   * Customers looked at lately, folded; {@code tail}: entries since their snapshot. Who looks takes
   * the state out, so it has one owner at a time.
   */
  private final Map<CustomerId, Known> known =
      Collections.synchronizedMap(
          new LinkedHashMap<>(64, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<CustomerId, Known> eldest) {
              return size() > KNOWN;
            }
          });

  /** A partition this node keeps. */
  private static final class Held implements Feed.Listener {
    final int partition;
    final String token;
    final long since = System.currentTimeMillis();
    final Keeper keeper;

    /** As of the last sweep, which reads the journal after {@code cursor}. */
    volatile long epoch;

    volatile String cursor = "";

    /** What the next node would begin after: all before it was looked at. */
    volatile String saved = "";

    /** While the streams are asked who is there, nothing counts as looked at. */
    volatile boolean rebuilding;

    /** Named by the journal between {@code saved} and {@code cursor}, and not looked at yet. */
    final Set<CustomerId> owed = ConcurrentHashMap.newKeySet();

    Held(Keeper keeper, int partition, String token) {
      this.keeper = keeper;
      this.partition = partition;
      this.token = token;
    }

    /** As if it had just been taken: what was read of it is read again. */
    void unknown() {
      epoch = 0;
      cursor = "";
    }

    @Override
    public void message(byte[] payload) {
      keeper.wake(CustomerId.of(new String(payload, StandardCharsets.UTF_8)));
    }

    @Override
    public void resumed() {
      keeper.sweepSoon(this);
    }
  }

  /** A customer looked at lately; its row as it stood in an epoch. */
  private record Known(Streams.Loaded loaded, @Nullable Row row, long epoch) {}

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
      Context feedContext,
      Joining joining,
      Presence presence,
      Lanes lanes,
      Runnable lapsed) {
    this.node = node;
    this.streams = streams;
    this.work = work;
    this.lease = lease;
    this.feed = feed;
    this.feedContext = feedContext;
    this.joining = joining;
    this.presence = presence;
    this.lanes = lanes;
    this.lapsed = lapsed;
    lanes.tell(this::wakeAt, this::lost);
  }

  public void start() {
    var _ =
        clock.scheduleWithFixedDelay(
            () -> run(this::members), 0, MEMBERS_MS, TimeUnit.MILLISECONDS);
    var _ =
        clock.scheduleWithFixedDelay(
            () -> run(() -> sweep(List.copyOf(held.values()))),
            SWEEP_MS,
            SWEEP_MS,
            TimeUnit.MILLISECONDS);
  }

  /** Renews this node's lease and takes or leaves partitions as nodes come and go. */
  private synchronized void members() {
    if (closed) {
      return;
    }
    try {
      renew();
      List<String> nodes = living(lease.nodes().await());
      Set<String> living = Set.copyOf(nodes);
      boolean others = !living.equals(swept);
      swept = living;
      for (int p = 0; p < Keys.PARTITIONS; p++) {
        boolean mine = node.equals(chosen(nodes, p));
        Held now = held.get(p);
        if (mine && now == null) {
          take(p);
        } else if (!mine && now != null) {
          drop(now);
        }
      }
      if (others) {
        held.keySet().forEach(p -> sweepPresence(p, living));
      }
    } catch (StoreUnavailable e) {
      troubled = System.currentTimeMillis();
      LOG.debug("membership waits for the store");
    } catch (RuntimeException e) {
      LOG.error("membership failed", e);
    }
  }

  /**
   * Where the lease may have lapsed others may have taken this node's sessions away: they are told
   * of again, and once more when whoever saw it lapsed has surely done so.
   */
  private void renew() {
    long now = System.nanoTime();
    boolean stood = lease.renew(node, Header.SCHEMA).await();
    long most = Lease.NODE_MS * 1_000_000;
    if (renewed != 0 && (!stood || System.nanoTime() - renewed >= most)) {
      LOG.warn("the lease of this node had lapsed; its sessions are told of again");
      lapsed.run();
      again = now + most;
    } else if (again != 0 && now - again >= 0) {
      lapsed.run();
      again = 0;
    }
    renewed = now;
  }

  /**
   * A store that was away may have forgotten leases, or let them run out: nodes that lived before
   * get the time to renew theirs, so that nobody takes over what they are sending.
   */
  private List<String> living(List<String> leased) {
    long now = System.currentTimeMillis();
    leased.forEach(n -> seen.put(n, now));
    seen.values().removeIf(at -> now - at > 2 * Lease.NODE_MS);
    return now - troubled > 2 * Lease.NODE_MS ? leased : List.copyOf(seen.keySet());
  }

  /** Sessions of nodes that died are gone: whoever watches is told. */
  private void sweepPresence(int partition, Set<String> living) {
    presence.sweep(partition, living).onFailure(_ -> swept = null);
  }

  private void drop(Held h) {
    if (held.remove(h.partition, h)) {
      synchronized (known) { // another keeper may write other rows meanwhile
        known.keySet().removeIf(c -> Keys.partition(c) == h.partition);
      }
      feed.unsubscribe(Keys.doorbell(h.partition), h);
    }
  }

  /** Another keeper, or a store that was rewound: membership sorts it out. */
  private void lost(CustomerId customer, String token) {
    Held h = held.get(Keys.partition(customer));
    if (h != null && h.token.equals(token)) {
      drop(h);
    }
  }

  static @Nullable String chosen(List<String> nodes, int partition) {
    String best = null;
    long top = -1;
    for (String n : nodes) {
      CRC32C crc = new CRC32C();
      crc.update((n + "#" + partition).getBytes(StandardCharsets.UTF_8));
      if (crc.getValue() > top) {
        top = crc.getValue();
        best = n;
      }
    }
    return best;
  }

  private void take(int p) {
    work.own(p, node)
        .onSuccess(
            token -> {
              Held mine = new Held(this, p, token);
              if (held.putIfAbsent(p, mine) == null) {
                Set<String> living = swept;
                if (living != null) {
                  sweepPresence(p, living);
                }
                feed.subscribe(Keys.doorbell(p), feedContext, mine).onSuccess(_ -> sweepSoon(mine));
              }
            });
  }

  private void run(Runnable work) {
    try {
      threads.execute(work);
    } catch (RejectedExecutionException e) {
      LOG.debug("no more work is taken");
    }
  }

  /** Partitions that come up together are swept together. */
  private void sweepSoon(Held h) {
    fresh.add(h);
    if (sweeping.compareAndSet(false, true)) {
      try {
        var _ =
            clock.schedule(
                () -> {
                  sweeping.set(false);
                  List<Held> all = new ArrayList<>();
                  fresh.removeIf(all::add);
                  run(() -> sweep(all));
                },
                SOON_MS,
                TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        LOG.debug("no more work is taken");
      }
    }
  }

  /** Whatever a lost doorbell left lying: due customers, and the journal since the last look. */
  private void sweep(List<Held> all) {
    Map<Integer, Held> mine = new HashMap<>();
    List<Work.Kept> kept = new ArrayList<>();
    for (Held h : all) {
      if (!closed && held.get(h.partition) == h) {
        mine.put(h.partition, h);
        kept.add(new Work.Kept(h.partition, h.epoch, h.cursor));
      }
    }
    if (kept.isEmpty()) {
      return;
    }
    try {
      mine.values().forEach(this::pass);
      List<Held> more = new ArrayList<>();
      Set<Integer> forgotten = new HashSet<>();
      for (Work.Found found : work.sweep(kept, READER, System.currentTimeMillis(), BATCH).await()) {
        Held h = Objects.requireNonNull(mine.get(found.partition()));
        if (h.epoch != found.epoch()) {
          begin(h, found.epoch());
        }
        found.changed().stream().filter(c -> !c.local().startsWith("~")).forEach(h.owed::add);
        h.cursor = found.cursor();
        found.due().forEach(this::wake);
        found.changed().forEach(this::wake);
        if (found.full() && !found.changed().isEmpty()) {
          more.add(h);
        }
        if (found.forgotten()) {
          forgotten.add(h.partition);
        }
      }
      if (!forgotten.isEmpty()) {
        rebuild(mine.values().stream().filter(h -> forgotten.contains(h.partition)).toList());
      }
      sweep(more);
    } catch (StoreUnavailable e) {
      LOG.debug("a sweep waits for the store");
    } catch (RuntimeException e) {
      LOG.error("a sweep failed", e);
    }
  }

  /**
   * Nothing says what was looked at: everybody is, at a pace that leaves room for others. Every
   * server that holds one of the partitions is asked; a partition that moves meanwhile is asked for
   * again.
   */
  private void rebuild(List<Held> all) {
    Map<Integer, Held> mine = new HashMap<>();
    all.forEach(h -> mine.put(h.partition, h));
    all.forEach(h -> h.rebuilding = true);
    Set<Held> missed = new HashSet<>(all);
    try {
      Map<Server, List<Integer>> holders = work.holders(mine.keySet());
      for (List<Integer> together : holders.values()) {
        rebuild(together.getFirst(), mine);
      }
      Map<Server, List<Integer>> now = work.holders(mine.keySet());
      holders.forEach(
          (server, partitions) -> {
            List<Integer> still = new ArrayList<>(partitions);
            still.retainAll(now.getOrDefault(server, List.of()));
            still.forEach(p -> missed.remove(mine.get(p)));
          });
    } finally {
      missed.forEach(Held::unknown); // the next sweep begins again
      all.forEach(h -> h.rebuilding = false);
    }
  }

  private void rebuild(int partition, Map<Integer, Held> mine) {
    String next = "0";
    do {
      Work.Page page = work.customers(partition, next).await();
      next = page.next();
      for (CustomerId c : page.customers()) {
        Held h = mine.get(Keys.partition(c));
        if (h != null && !c.local().startsWith("~")) {
          h.owed.add(c);
          wake(c);
        }
      }
      while (tended.size() > AT_ONCE && !closed) {
        pause();
      }
    } while (!next.equals("0") && !closed);
  }

  /**
   * Another history may have begun: what was folded here is looked at again, and the journal is
   * read from where the store says.
   */
  private void begin(Held h, long epoch) {
    if (h.epoch != 0) {
      workspaces.forEach(w -> work.renewed(h.partition, w));
    }
    h.epoch = epoch;
    h.owed.clear();
    h.saved = "";
    List<CustomerId> seen;
    synchronized (known) {
      seen = List.copyOf(known.keySet());
    }
    seen.stream().filter(c -> Keys.partition(c) == h.partition).forEach(this::wake);
  }

  /** Lets the next node begin after what was looked at, and cuts it from the journal. */
  private void pass(Held h) {
    String cursor = h.cursor;
    boolean all = h.epoch != 0 && !h.rebuilding && h.owed.isEmpty();
    if (all && !cursor.isEmpty() && !cursor.equals(h.saved)) {
      h.saved = cursor;
      work.saveCursor(h.partition, READER, cursor)
          .compose(
              _ ->
                  cursor.equals(Work.BEGINNING)
                      ? Future.succeededFuture()
                      : work.trim(h.partition, cursor))
          .onFailure(_ -> h.saved = "");
    }
  }

  private void wakeAt(CustomerId customer, long millis) {
    if (!closed) {
      var _ =
          clock.schedule(
              () -> wake(customer),
              Math.max(0, millis - System.currentTimeMillis()),
              TimeUnit.MILLISECONDS);
    }
  }

  /** Looks at a customer soon; calls that come while somebody looks are taken together. */
  void wake(CustomerId customer) {
    if (closed || customer.local().startsWith("~")) {
      return;
    }
    Tending before =
        tended.compute(customer, (_, is) -> is == null ? Tending.RUNNING : Tending.AGAIN);
    if (before == Tending.RUNNING) {
      run(() -> tend(customer));
    }
  }

  private void tend(CustomerId customer) {
    boolean again = true;
    while (again) {
      Held h = held.get(Keys.partition(customer));
      if (h != null && !closed) {
        atOnce.acquireUninterruptibly();
        try {
          look(customer, h);
          h.owed.remove(customer);
        } catch (StoreUnavailable e) {
          wakeAt(customer, System.currentTimeMillis() + 1000);
        } catch (RuntimeException e) {
          LOG.error("looking after a customer failed", e);
          h.owed.remove(customer); // it must not hold up the others' journal
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
    Long due = lanes.run(state, new Lanes.Tenure(h.token, look.epoch(), h.since));
    boolean atWork = due != null && due == 0;
    Row row = Row.of(state, look.epoch());
    boolean same = told && (row == null ? stands == null : stands != null && row.shows(stands));
    boolean cache = look.loaded().tail() >= SNAPSHOT_EVERY;
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
      lost(customer, h.token);
      return;
    }
    Streams.Loaded loaded =
        cache ? new Streams.Loaded(state, look.loaded().into(), 0) : look.loaded();
    known.put(customer, new Known(loaded, same ? stands : row, look.epoch()));
    if (verdict == Work.Verdict.MOVED_ON) {
      wake(customer);
    } else if (due != null && !atWork) {
      wakeAt(customer, due);
    }
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
    Event.ConversationOpened opening = state.blocked() ? null : Episodes.settle(state);
    if (opening == null) {
      return false;
    }
    String src = Roots.src("settle", state.customer().toString(), String.valueOf(opening.cause()));
    Draft draft = Drafts.now(Author.gateway("keeper"), src).of(state, opening);
    streams
        .append(
            new Streams.Append(
                state.customer(), src, state.q(), state.last().seq(), null, null, List.of(draft)))
        .await();
    return true;
  }

  /** True once every partition that falls to this node is held. */
  public int partitions() {
    return held.size();
  }

  /** Stops taking work, lets running sends end, and gives the partitions away. */
  @Override
  public void close() {
    closed = true;
    clock.shutdownNow();
    lanes.close();
    threads.shutdown();
    try {
      threads.awaitTermination(10, TimeUnit.SECONDS);
      lease.resign(node).await(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | TimeoutException e) {
      LOG.debug("the lease ends by itself");
    }
  }
}
