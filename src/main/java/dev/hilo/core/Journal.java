package dev.hilo.core;

import dev.hilo.conversation.CustomerId;
import dev.hilo.store.Keys;
import dev.hilo.store.Server;
import dev.hilo.store.StoreUnavailable;
import dev.hilo.store.Work;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes whom a lost doorbell left lying: customers that are due, and those that the journals of
 * kept partitions name. A cursor is saved, and the journal cut there, only when everybody before it
 * was looked at: the next node finds the others. Thread-safe; {@link #sweep} blocks.
 */
final class Journal {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
  private static final long SOON_MS = 20;
  private static final int BATCH = 200;
  private static final String READER = "rows";

  private final Work work;
  private final Shift shift;
  private final Keeper keeper;
  private final Set<Held> fresh = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean sweeping = new AtomicBoolean();

  Journal(Work work, Shift shift, Keeper keeper) {
    this.work = work;
    this.shift = shift;
    this.keeper = keeper;
  }

  /** Sweeps a partition that came up; those that come up together are swept together. */
  void soon(Held h) {
    fresh.add(h);
    if (sweeping.compareAndSet(false, true)) {
      shift.after(
          SOON_MS,
          () -> {
            sweeping.set(false);
            List<Held> all = new ArrayList<>();
            fresh.removeIf(all::add);
            shift.run(() -> sweep(all));
          });
    }
  }

  void sweep(List<Held> all) {
    Map<Integer, Held> mine = new HashMap<>();
    List<Work.Kept> kept = new ArrayList<>();
    for (Held h : all) {
      if (!shift.over() && !h.left) {
        mine.put(h.partition, h);
        kept.add(h.kept());
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
          keeper.renewed(h);
          h.begin(found.epoch());
        }
        found.changed().stream().filter(Keeper::keeps).forEach(h::owe);
        h.cursor = found.cursor();
        found.due().forEach(keeper::wake);
        found.changed().forEach(keeper::wake);
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

  /** Lets the next node begin after what was looked at, and cuts it from the journal. */
  private void pass(Held h) {
    if (h.passable()) {
      String cursor = h.cursor;
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
        if (h != null && Keeper.keeps(c)) {
          h.owe(c);
          keeper.wake(c);
        }
      }
      keeper.breathe();
    } while (!next.equals("0") && !shift.over());
  }
}
