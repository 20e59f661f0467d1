package dev.hilo.reader;

import dev.hilo.codec.Json;
import dev.hilo.conversation.Row;
import dev.hilo.store.Feed;
import dev.hilo.store.Keys;
import dev.hilo.store.Work;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a workspace as keepers publish them: all are read once, then their changes are
 * followed. What an epoch that ended left behind goes; where a read and a change disagree, the
 * later row stands. Lives on one event loop, {@code context}.
 */
final class AllRows {
  private final Vertx vertx;
  private final Context context;
  private final String workspace;
  private final Work work;
  private final Feed feed;
  private final Listener listener;
  private final List<Partition> partitions = new ArrayList<>();
  private int size;
  private int loaded;

  /** Rows of one partition, as they stand in {@code epoch}. */
  private static final class Partition {
    final Map<String, Row> rows = new HashMap<>();
    long epoch;
    boolean read;
    int loading;

    /** Rows that went while others are being read, which may still show them. */
    final Set<String> gone = new HashSet<>();
  }

  /** Told of each change, on the event loop. */
  interface Listener {
    /** {@code before} null = it is new, {@code next} null = it is gone; never both. */
    void changed(String customer, @Nullable Row before, @Nullable Row next);
  }

  AllRows(Vertx vertx, Context context, String workspace, Work work, Feed feed, Listener listener) {
    this.vertx = vertx;
    this.context = context;
    this.workspace = workspace;
    this.work = work;
    this.feed = feed;
    this.listener = listener;
    for (int p = 0; p < Keys.PARTITIONS; p++) {
      partitions.add(new Partition());
    }
  }

  void each(Consumer<Row> then) {
    partitions.forEach(p -> p.rows.values().forEach(then));
  }

  /** Loads every row and follows their changes. */
  void start() {
    for (int p = 0; p < Keys.PARTITIONS; p++) {
      int partition = p;
      Feed.Listener channel =
          new Feed.Listener() {
            @Override
            public void message(byte[] payload) {
              changed(partition, payload);
            }

            @Override
            public void resumed() {
              load(partition);
            }
          };
      feed.subscribe(Keys.rows(p, workspace), channel).onSuccess(_ -> load(partition));
    }
  }

  private void load(int p) {
    context.runOnContext(
        _ -> {
          partitions.get(p).loading++;
          work.rows(p, workspace)
              .onComplete(r -> context.runOnContext(_ -> loaded(p, r.result(), r.succeeded())));
        });
  }

  private void loaded(int p, Work.@Nullable Rows all, boolean ok) {
    Partition is = partitions.get(p);
    is.loading--;
    if (!ok || all == null) {
      vertx.setTimer(1000, _ -> load(p));
    } else {
      is.epoch = Math.max(is.epoch, all.epoch());
      Map<String, byte[]> stand = new HashMap<>();
      all.byCustomer().forEach((customer, json) -> stand.put(customer.toString(), json));
      stand.keySet().removeAll(is.gone);
      for (Row row : List.copyOf(is.rows.values())) {
        // of an epoch that ended: whatever was not read is not in the store any more
        if (row.epoch() < all.epoch() && !stand.containsKey(row.id())) {
          put(is, row.id(), null);
        }
      }
      stand.forEach((customer, json) -> accept(is, customer, json, all.epoch()));
      loaded += is.read ? 0 : 1;
      is.read = true;
    }
    if (is.loading == 0) {
      is.gone.clear();
    }
  }

  /** True once every partition was read. */
  boolean ready() {
    return loaded >= Keys.PARTITIONS;
  }

  private void changed(int p, byte[] payload) {
    int zero = 0;
    while (payload[zero] != 0) {
      zero++;
    }
    String customer = new String(payload, 0, zero, StandardCharsets.UTF_8);
    Partition is = partitions.get(p);
    if (customer.isEmpty()) { // the store began an epoch
      load(p);
    } else if (zero == payload.length - 1) {
      if (is.loading > 0) {
        is.gone.add(customer);
      }
      put(is, customer, null);
    } else {
      is.gone.remove(customer);
      accept(is, customer, Arrays.copyOfRange(payload, zero + 1, payload.length), 0);
      Row row = is.rows.get(customer);
      if (is.read && row != null && row.epoch() > is.epoch) {
        is.epoch = row.epoch();
        load(p); // rows that nobody writes again may be void
      }
    }
  }

  /** {@code epoch}: rows of an older one give way whatever they show. */
  private void accept(Partition is, String customer, byte[] json, long epoch) {
    Row next;
    try {
      next = Json.read(json, Row.class);
    } catch (Json.BadJson e) {
      return; // of another release
    }
    Row before = is.rows.get(customer);
    if (before == null || before.epoch() < epoch || !before.after(next)) {
      put(is, customer, next);
    }
  }

  private void put(Partition is, String customer, @Nullable Row next) {
    Row before = next == null ? is.rows.remove(customer) : is.rows.put(customer, next);
    if (Objects.equals(before, next)) {
      return;
    }
    size += (next == null ? 0 : 1) - (before == null ? 0 : 1);
    listener.changed(customer, before, next);
  }

  /** Rows it holds. */
  int size() {
    return size;
  }
}
