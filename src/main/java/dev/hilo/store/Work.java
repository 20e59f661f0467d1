package dev.hilo.store;

import dev.hilo.codec.Json;
import dev.hilo.codec.SnapshotCodec;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Row;
import dev.hilo.conversation.StreamState;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keeper's side of the store: which customers are due, what was claimed, what changed. Every
 * write carries the keeper's token; {@link Claim.Lost} and false mean that another node keeps the
 * partition now.
 */
public final class Work {
  /** A cursor before all entries. */
  public static final String BEGINNING = "0-0";

  /** Partitions in one call. */
  private static final int SWEEP = 64;

  private final Link link;

  /** In a cluster each partition is asked for itself. */
  private volatile boolean alone;

  public Work(Link link) {
    this.link = link;
  }

  /** What became of a claim. */
  public sealed interface Claim {
    record Held() implements Claim {}

    /** Somebody wrote {@code value} before. */
    record Taken(String value) implements Claim {}

    record Lost() implements Claim {}
  }

  /** Takes the partition for a node. The token rises with every change of hands. */
  public Future<String> own(int partition, String node) {
    return link.send(Link.call("hilo1_own", List.of(Keys.own(partition)), List.of(node)))
        .map(r -> Objects.requireNonNull(r).toString());
  }

  /** Claims by message. */
  public Future<Map<String, String>> claims(CustomerId customer) {
    return link.send(Request.cmd(Command.HGETALL).arg(Keys.claims(customer)))
        .map(
            r -> {
              Map<String, String> out = new HashMap<>();
              if (r != null) {
                for (String key : r.getKeys()) {
                  out.put(key, Objects.requireNonNull(r.get(key)).toString());
                }
              }
              return out;
            });
  }

  /** Replaces {@code expected} ('' = none) by {@code value} ('' = none). */
  public Future<Claim> claim(
      String token, CustomerId customer, String message, String expected, String value) {
    return link.send(
            Link.call(
                "hilo1_claim",
                List.of(Keys.own(Keys.partition(customer)), Keys.claims(customer)),
                List.of(token, message, expected, value)))
        .map(
            r -> {
              Response reply = Objects.requireNonNull(r);
              return switch (reply.get(0).toString()) {
                case "A" -> new Claim.Held();
                case "C" -> new Claim.Taken(reply.get(1).toString());
                default -> new Claim.Lost();
              };
            });
  }

  /** When to look at a customer again, ms; null = never. */
  public record Due(@Nullable Long at) {}

  /** The row for the boards; null = none. */
  public record Shown(@Nullable Row row) {}

  /**
   * What a keeper has to say of a customer it looked at.
   *
   * @param seq up to where it was folded
   * @param due null = leave it as it is
   * @param row null = leave it as it is
   * @param snapshot to be stored, or null
   */
  public record Tended(
      CustomerId customer,
      long seq,
      @Nullable Due due,
      @Nullable Shown row,
      @Nullable StreamState snapshot) {
    /** True if there is nothing to say. */
    public boolean nothing() {
      return due == null && row == null && snapshot == null;
    }
  }

  /** What became of it. */
  public enum Verdict {
    DONE,
    /** Something was appended since: all but the due time is written. */
    MOVED_ON,
    /** Nothing is written: another node keeps the partition. */
    LOST_TOKEN
  }

  /** Writes row, snapshot and due time in one call, and tells the boards. */
  public Future<Verdict> tended(String token, Tended t) {
    CustomerId c = t.customer;
    int p = Keys.partition(c);
    String rows = Keys.rows(p, c.workspace());
    Object due = t.due == null ? "=" : t.due.at == null ? "" : t.due.at;
    Object row = t.row == null ? "=" : t.row.row == null ? "" : Json.bytes(t.row.row);
    return link.send(
            Link.call(
                "hilo2_tended",
                List.of(Keys.own(p), Keys.work(p), Keys.meta(c), rows, Keys.snapshot(c)),
                List.of(
                    token,
                    c,
                    t.seq,
                    due,
                    row,
                    rows,
                    t.snapshot == null ? "" : SnapshotCodec.bytes(t.snapshot))))
        .map(
            r ->
                switch (Objects.requireNonNull(r).toString()) {
                  case "A" -> Verdict.DONE;
                  case "C" -> Verdict.MOVED_ON;
                  default -> Verdict.LOST_TOKEN;
                });
  }

  /** A partition as its keeper knows it. {@code epoch} 0 = not at all. */
  public record Kept(int partition, long epoch, String cursor) {}

  /**
   * What lies there for a keeper.
   *
   * @param cursor in the journal after {@code changed}
   * @param full there may be more of it
   * @param forgotten no cursor was stored: only the streams tell who is there
   */
  public record Found(
      int partition,
      long epoch,
      Set<CustomerId> due,
      Set<CustomerId> changed,
      String cursor,
      boolean full,
      boolean forgotten) {}

  /**
   * Due customers, and those the journal names after the cursor, of many partitions in few calls;
   * of those only where there is something. Where the epoch is another than the keeper's, the
   * reader's stored cursor counts, because its own may name a history that is lost.
   */
  public Future<List<Found>> sweep(List<Kept> kept, String reader, long now, int limit) {
    List<Future<List<Found>>> calls = new ArrayList<>();
    int batch = alone ? 1 : SWEEP;
    for (int i = 0; i < kept.size(); i += batch) {
      calls.add(swept(kept.subList(i, Math.min(kept.size(), i + batch)), reader, now, limit));
    }
    return Future.all(calls)
        .<List<Found>>map(
            _ -> {
              List<Found> all = new ArrayList<>();
              calls.forEach(c -> all.addAll(c.result()));
              return all;
            })
        .recover(
            e -> {
              if (!alone && String.valueOf(e.getMessage()).contains("CROSSSLOT")) {
                alone = true; // a cluster
                return sweep(kept, reader, now, limit);
              }
              return Future.failedFuture(e);
            });
  }

  private Future<List<Found>> swept(List<Kept> kept, String reader, long now, int limit) {
    List<String> keys = new ArrayList<>(4 * kept.size());
    List<Object> arguments = new ArrayList<>(List.of(now, limit, reader));
    for (Kept k : kept) {
      int p = k.partition;
      keys.addAll(List.of(Keys.epoch(p), Keys.work(p), Keys.journal(p), Keys.cursors(p)));
      arguments.add(k.epoch);
      arguments.add(k.cursor);
    }
    return link.send(Link.call("hilo2_sweep", keys, arguments))
        .map(
            r -> {
              List<Found> all = new ArrayList<>();
              Objects.requireNonNull(r)
                  .forEach(
                      f -> all.add(found(kept.get((int) Reply.number(f.get(0)) - 1), f, limit)));
              return all;
            });
  }

  private static Found found(Kept kept, Response f, int limit) {
    Set<CustomerId> due = new LinkedHashSet<>();
    f.get(2).forEach(c -> due.add(CustomerId.of(c.toString())));
    Response journal = f.get(3);
    String after = f.get(4).toString();
    Changes changes = changes(journal, after.isEmpty() ? BEGINNING : after);
    return new Found(
        kept.partition,
        Reply.number(f.get(1)),
        due,
        changes.customers,
        changes.cursor,
        due.size() >= limit || journal.size() >= limit,
        after.isEmpty());
  }

  /** The rows of a workspace in one partition, as they stand in this epoch. */
  public record Rows(long epoch, Map<CustomerId, byte[]> byCustomer) {}

  public Future<Rows> rows(int partition, String workspace) {
    return link.send(
            Link.call(
                "hilo2_rows",
                List.of(Keys.epoch(partition), Keys.rows(partition, workspace)),
                List.of()))
        .map(
            reply -> {
              Response r = Objects.requireNonNull(reply);
              Map<CustomerId, byte[]> out = new HashMap<>();
              for (int i = 1; i < r.size(); i += 2) {
                out.put(CustomerId.of(r.get(i).toString()), r.get(i + 1).toBytes());
              }
              return new Rows(Reply.number(r.get(0)), out);
            });
  }

  /**
   * Tells the boards that the store began an epoch: what they hold of this partition may be void.
   */
  public void renewed(int partition, String workspace) {
    link.send(Request.cmd(Command.SPUBLISH).arg(Keys.rows(partition, workspace)).arg("\0"));
  }

  /** What the journal names after a cursor, and the cursor after it. */
  public record Changes(Set<CustomerId> customers, String cursor) {}

  public Future<Changes> changes(int partition, String cursor, int limit) {
    return link.send(
            Request.cmd(Command.XRANGE)
                .arg(Keys.journal(partition))
                .arg(cursor.isEmpty() ? "-" : "(" + cursor)
                .arg("+")
                .arg("COUNT")
                .arg(limit))
        .map(r -> changes(Objects.requireNonNull(r), cursor));
  }

  private static Changes changes(Response journal, String cursor) {
    Set<CustomerId> customers = new LinkedHashSet<>();
    String last = cursor;
    for (Response item : journal) {
      last = item.get(0).toString();
      customers.add(CustomerId.of(item.get(1).get(1).toString()));
    }
    return new Changes(customers, last);
  }

  /** Partitions by the server that holds them now; those that none holds are left out. */
  public Map<Server, List<Integer>> holders(Collection<Integer> partitions) {
    Map<Server, List<Integer>> all = new HashMap<>();
    for (int p : partitions) {
      Server server = link.holder(p);
      if (server != null) {
        all.computeIfAbsent(server, _ -> new ArrayList<>()).add(p);
      }
    }
    return all;
  }

  /** A page of the customers that have a stream, in no order. {@code next} 0 = that was all. */
  public record Page(List<CustomerId> customers, String next) {}

  /**
   * Of all customers on the server that holds a partition. Reads every key's name: for rebuilding
   * only.
   *
   * @param from {@code 0}, or {@link Page#next}
   */
  public Future<Page> customers(int partition, String from) {
    return link.send(
            partition,
            Request.cmd(Command.SCAN).arg(from).arg("COUNT").arg(1000).arg("TYPE").arg("stream"))
        .map(
            reply -> {
              Response r = Objects.requireNonNull(reply);
              List<CustomerId> all = new ArrayList<>();
              for (Response key : r.get(1)) {
                CustomerId c = Keys.streamOf(key.toString());
                if (c != null) {
                  all.add(c);
                }
              }
              return new Page(all, r.get(0).toString());
            });
  }

  public Future<Void> saveCursor(int partition, String reader, String cursor) {
    return link.send(Request.cmd(Command.HSET).arg(Keys.cursors(partition)).arg(reader).arg(cursor))
        .mapEmpty();
  }

  /** Cuts what every reader has passed from the journal. */
  public Future<Void> trim(int partition, String cursor) {
    return link.send(
            Request.cmd(Command.XTRIM)
                .arg(Keys.journal(partition))
                .arg("MINID")
                .arg("~")
                .arg(cursor))
        .mapEmpty();
  }
}
