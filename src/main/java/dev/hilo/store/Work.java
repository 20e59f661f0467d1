package dev.hilo.store;

import dev.hilo.codec.SnapshotCodec;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.StreamState;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
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
  private final Link link;

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

  public Future<List<CustomerId>> due(int partition, long now, int limit) {
    return link.send(
            Request.cmd(Command.ZRANGE)
                .arg(Keys.work(partition))
                .arg("-inf")
                .arg(now)
                .arg("BYSCORE")
                .arg("LIMIT")
                .arg(0)
                .arg(limit))
        .map(
            r -> {
              List<CustomerId> due = new ArrayList<>();
              Objects.requireNonNull(r).forEach(c -> due.add(CustomerId.of(c.toString())));
              return due;
            });
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

  /**
   * Sets when to look at a customer again, null = never.
   *
   * @return false if something was appended since {@code seq}, or the token is lost
   */
  public Future<Boolean> settle(String token, CustomerId customer, long seq, @Nullable Long due) {
    int p = Keys.partition(customer);
    return link.send(
            Link.call(
                "hilo1_settle",
                List.of(Keys.own(p), Keys.work(p), Keys.meta(customer)),
                List.of(token, customer, seq, due == null ? "" : due)))
        .map(r -> Objects.requireNonNull(r).toString().equals("A"));
  }

  public Future<Boolean> snapshot(String token, StreamState state) {
    CustomerId c = state.customer();
    return link.send(
            Link.call(
                "hilo1_snapshot",
                List.of(Keys.own(Keys.partition(c)), Keys.snapshot(c)),
                List.of(token, SnapshotCodec.bytes(state))))
        .map(r -> Objects.requireNonNull(r).toString().equals("A"));
  }

  /** Writes the row of a customer, null = it has none, and tells the boards. */
  public Future<Boolean> row(String token, CustomerId customer, byte @Nullable [] row) {
    int p = Keys.partition(customer);
    String rows = Keys.rows(p, customer.workspace());
    return link.send(
            Link.call(
                "hilo1_row",
                List.of(Keys.own(p), rows),
                List.of(token, customer, row == null ? "" : row, rows)))
        .map(r -> Objects.requireNonNull(r).toString().equals("A"));
  }

  /** Rows of a partition by customer. */
  public Future<Map<CustomerId, byte[]>> rows(int partition, String workspace) {
    return link.send(Request.cmd(Command.HGETALL).arg(Keys.rows(partition, workspace)))
        .map(
            r -> {
              Map<CustomerId, byte[]> out = new HashMap<>();
              if (r != null) {
                for (String key : r.getKeys()) {
                  out.put(CustomerId.of(key), Objects.requireNonNull(r.get(key)).toBytes());
                }
              }
              return out;
            });
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
        .map(
            r -> {
              Set<CustomerId> customers = new LinkedHashSet<>();
              String last = cursor;
              for (Response item : Objects.requireNonNull(r)) {
                last = item.get(0).toString();
                customers.add(CustomerId.of(item.get(1).get(1).toString()));
              }
              return new Changes(customers, last);
            });
  }

  public Future<String> cursor(int partition, String reader) {
    return link.send(Request.cmd(Command.HGET).arg(Keys.cursors(partition)).arg(reader))
        .map(r -> r == null ? "" : r.toString());
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
