package dev.hilo.core;

import dev.hilo.codec.Json;
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
import dev.hilo.store.StoreUnavailable;
import dev.hilo.store.Streams;
import dev.hilo.store.Work;
import io.vertx.core.Context;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
  private final Semaphore atOnce = new Semaphore(256);
  private final Map<Integer, Held> held = new ConcurrentHashMap<>();
  private final Map<CustomerId, Tending> tended = new ConcurrentHashMap<>();
  private final Map<String, Long> seen = new HashMap<>();
  private long troubled;
  private volatile boolean closed;

  /** The nodes whose rivals' leavings were swept; null = to be swept. */
  private volatile @Nullable Set<String> swept;

  /**
   * Customers looked at lately, folded; {@code tail}: entries since their snapshot. Who looks takes
   * the state out, so it has one owner at a time.
   */
  private final Map<CustomerId, Streams.Loaded> known =
      Collections.synchronizedMap(
          new LinkedHashMap<>(64, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<CustomerId, Streams.Loaded> eldest) {
              return size() > KNOWN;
            }
          });

  /** A partition this node keeps. */
  private static final class Held implements Feed.Listener {
    final int partition;
    final String token;
    final Keeper keeper;
    volatile String cursor = "";

    Held(Keeper keeper, int partition, String token) {
      this.keeper = keeper;
      this.partition = partition;
      this.token = token;
    }

    @Override
    public void message(byte[] payload) {
      keeper.wake(CustomerId.of(new String(payload, StandardCharsets.UTF_8)));
    }

    @Override
    public void resumed() {
      keeper.run(() -> keeper.sweep(this));
    }
  }

  /** Whether somebody looks at a customer now, and whether to look again after. */
  private enum Tending {
    RUNNING,
    AGAIN
  }

  public Keeper(
      String node,
      Streams streams,
      Work work,
      Lease lease,
      Feed feed,
      Context feedContext,
      Joining joining,
      Presence presence,
      Lanes lanes) {
    this.node = node;
    this.streams = streams;
    this.work = work;
    this.lease = lease;
    this.feed = feed;
    this.feedContext = feedContext;
    this.joining = joining;
    this.presence = presence;
    this.lanes = lanes;
    lanes.wakeWith(this::wakeAt);
  }

  public void start() {
    var _ =
        clock.scheduleWithFixedDelay(
            () -> run(this::members), 0, MEMBERS_MS, TimeUnit.MILLISECONDS);
    var _ =
        clock.scheduleWithFixedDelay(
            () -> held.values().forEach(h -> run(() -> sweep(h))),
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
      lease.renew(node, Header.SCHEMA).await();
      List<String> nodes = living(lease.nodes().await());
      for (int p = 0; p < Keys.PARTITIONS; p++) {
        boolean mine = node.equals(chosen(nodes, p));
        Held now = held.get(p);
        if (mine && now == null) {
          take(p);
        } else if (!mine && now != null) {
          drop(now);
        }
      }
      Set<String> living = Set.copyOf(nodes);
      if (!living.equals(swept)) {
        swept = living;
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
      feed.unsubscribe(Keys.doorbell(h.partition), h);
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
                feed.subscribe(Keys.doorbell(p), feedContext, mine)
                    .compose(_ -> work.cursor(p, READER))
                    .onSuccess(
                        cursor -> {
                          mine.cursor = cursor;
                          run(() -> sweep(mine));
                        });
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

  /** Whatever a lost doorbell left lying: due customers, and the journal since the last look. */
  private void sweep(Held h) {
    if (closed || held.get(h.partition) != h) {
      return;
    }
    try {
      work.due(h.partition, System.currentTimeMillis(), BATCH).await().forEach(this::wake);
      Work.Changes changes = work.changes(h.partition, h.cursor, BATCH).await();
      if (!changes.customers().isEmpty()) {
        changes.customers().forEach(this::wake);
        h.cursor = changes.cursor();
        work.saveCursor(h.partition, READER, h.cursor).await();
        work.trim(h.partition, h.cursor).await();
        if (changes.customers().size() == BATCH) {
          sweep(h);
        }
      }
    } catch (StoreUnavailable e) {
      LOG.debug("a sweep waits for the store");
    } catch (RuntimeException e) {
      LOG.error("a sweep of partition {} failed", h.partition, e);
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
        } catch (StoreUnavailable e) {
          wakeAt(customer, System.currentTimeMillis() + 1000);
        } catch (RuntimeException e) {
          LOG.error("looking after a customer failed", e);
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

  private void look(CustomerId customer, Held h) {
    String token = h.token;
    Streams.Loaded loaded = newest(customer, known.remove(customer));
    StreamState state = loaded.state();
    if (state.last().seq() == 0) {
      return;
    }
    if (loaded.into() != null) {
      joining.finish(customer).await();
    } else if (settle(state)) {
      loaded = newest(customer, loaded);
      state = loaded.state();
    }
    Long due = lanes.run(state, token);
    Row row = Row.of(state);
    if (!work.row(token, customer, row == null ? null : Json.bytes(row)).await()) {
      drop(h); // another keeper, or a store that lost the token: membership sorts it out
      return;
    }
    if (loaded.tail() >= SNAPSHOT_EVERY && work.snapshot(token, state).await()) {
      loaded = new Streams.Loaded(state, loaded.into(), 0);
    }
    long seq = state.last().seq();
    known.put(customer, loaded);
    if (due == null || due > 0) {
      if (!work.settle(token, customer, seq, due).await()) {
        wake(customer);
      } else if (due != null) {
        wakeAt(customer, due);
      }
    }
  }

  private Streams.Loaded newest(CustomerId customer, Streams.@Nullable Loaded before) {
    if (before == null) {
      return streams.load(customer).await();
    }
    Streams.Loaded now = streams.load(customer, before.state()).await();
    return new Streams.Loaded(now.state(), now.into(), before.tail() + now.tail());
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
