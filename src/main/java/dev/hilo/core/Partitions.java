package dev.hilo.core;

import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Header;
import dev.hilo.store.Feed;
import dev.hilo.store.Keys;
import dev.hilo.store.Lease;
import dev.hilo.store.Presence;
import dev.hilo.store.StoreUnavailable;
import dev.hilo.store.Work;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that fall to this node, by rendezvous hash over the living nodes. A token that
 * rises with each change of hands stops a node that does not know it was replaced. Thread-safe.
 */
final class Partitions {
  private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);
  private static final long MEMBERS_MS = 1500;

  private final String node;
  private final Work work;
  private final Lease lease;
  private final Feed feed;
  private final Presence presence;
  private final Shift shift;
  private final Journal journal;
  private final Keeper keeper;
  private final Map<Integer, Doorbell> bells = new ConcurrentHashMap<>();
  private final Map<String, Long> seen = new HashMap<>();
  private final Runnable lapsed;
  private long troubled;

  /**
   * When the lease was last renewed, and when its lapse shall be made good once more; 0 = never.
   */
  private long renewed;

  private long again;

  /** The nodes whose rivals' leavings were swept; null = to be swept. */
  private volatile @Nullable Set<String> swept;

  /** What writers ring when they wrote for a customer of a partition. */
  private record Doorbell(Held held, Keeper keeper, Journal journal) implements Feed.Listener {
    @Override
    public void message(byte[] payload) {
      keeper.wake(CustomerId.of(new String(payload, StandardCharsets.UTF_8)));
    }

    @Override
    public void resumed() {
      journal.soon(held);
    }
  }

  /** {@code lapsed} runs when others may have taken this node's sessions for gone. */
  Partitions(
      String node,
      Work work,
      Lease lease,
      Feed feed,
      Presence presence,
      Shift shift,
      Journal journal,
      Keeper keeper,
      Runnable lapsed) {
    this.node = node;
    this.work = work;
    this.lease = lease;
    this.feed = feed;
    this.presence = presence;
    this.shift = shift;
    this.journal = journal;
    this.keeper = keeper;
    this.lapsed = lapsed;
  }

  /** Shares them out from now on, until the shift is over. */
  void start() {
    shift.every(0, MEMBERS_MS, this::share);
  }

  /** Null = another node keeps this customer. */
  @Nullable Held of(CustomerId customer) {
    Doorbell bell = bells.get(Keys.partition(customer));
    return bell == null ? null : bell.held;
  }

  List<Held> all() {
    return bells.values().stream().map(Doorbell::held).toList();
  }

  int count() {
    return bells.size();
  }

  /** Renews this node's lease and takes or leaves partitions as nodes come and go. */
  private synchronized void share() {
    if (shift.over()) {
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
        Doorbell now = bells.get(p);
        if (mine && now == null) {
          take(p);
        } else if (!mine && now != null) {
          leave(now);
        }
      }
      if (others) {
        bells.keySet().forEach(p -> sweepPresence(p, living));
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

  private static @Nullable String chosen(List<String> nodes, int partition) {
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
              Held mine = new Held(p, token);
              Doorbell bell = new Doorbell(mine, keeper, journal);
              if (bells.putIfAbsent(p, bell) == null) {
                Set<String> living = swept;
                if (living != null) {
                  sweepPresence(p, living);
                }
                feed.subscribe(Keys.doorbell(p), bell).onSuccess(_ -> journal.soon(mine));
              }
            });
  }

  private void leave(Doorbell bell) {
    int p = bell.held.partition;
    if (bells.remove(p, bell)) {
      bell.held.left = true;
      keeper.forget(p);
      feed.unsubscribe(Keys.doorbell(p), bell);
    }
  }

  /** Another keeper, or a store that was rewound: membership sorts it out. */
  void lost(CustomerId customer, String token) {
    Doorbell bell = bells.get(Keys.partition(customer));
    if (bell != null && bell.held.token.equals(token)) {
      leave(bell);
    }
  }

  /** Sessions of nodes that died are gone: whoever watches is told. */
  private void sweepPresence(int partition, Set<String> living) {
    presence.sweep(partition, living).onFailure(_ -> swept = null);
  }
}
