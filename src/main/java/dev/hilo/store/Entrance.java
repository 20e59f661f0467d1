package dev.hilo.store;

import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Position;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What somebody who comes to a thread must know, for many in one call: whether its device may come
 * in, where the thread stands, what came after the position it has. Nothing is folded and nothing
 * written. Thread-safe.
 */
public final class Entrance {
  /** Entries that one answer holds for one visit; there may be more. */
  public static final int MOST = 128;

  /** Bytes of entries after which an answer takes no further step. */
  private static final int BYTES = 32 * 1024;

  private final Link link;

  public Entrance(Link link) {
    this.link = link;
  }

  /**
   * One who comes.
   *
   * @param device to be looked up, or null
   * @param since the newest position it has; null = the newest entries are wanted
   * @param objects whether the objects are wanted
   * @param present whether it is wanted who is there
   */
  public record Visit(
      CustomerId customer,
      @Nullable String device,
      @Nullable Position since,
      boolean objects,
      boolean present) {}

  /**
   * How a thread was found.
   *
   * @param deviceHash of the token of the device asked for, or null
   * @param devices whether any device of this customer is stored
   * @param into where the stream ends, or null
   * @param joined whether it speaks for other streams too
   * @param base the newest position at or before the visitor's that still stands; the visitor's own
   *     if nothing was lost
   * @param top the newest position of the stream
   * @param entries after {@code base}, oldest first; without a position: the newest, newest first
   * @param more whether {@code entries} is not all
   * @param present who is there by session: {@code node|who}, who as JSON
   */
  public record Found(
      @Nullable String deviceHash,
      boolean devices,
      @Nullable CustomerId into,
      boolean joined,
      Position base,
      Position top,
      List<Entry> entries,
      boolean more,
      Map<String, SharedObjects.Value> objects,
      Map<String, String> present) {}

  /**
   * Looks at all of them in one call; the answers are in the order of the visits. All customers
   * must fit one call ({@link Streams#together}). Visits to the same customer from the same
   * position are read once.
   */
  public Future<List<Found>> enter(List<Visit> visits) {
    List<String> keys = new ArrayList<>(visits.size() * 5);
    List<Object> arguments = new ArrayList<>(2 + visits.size() * 3);
    arguments.add(MOST);
    arguments.add(BYTES);
    Map<Visit, Integer> read = new HashMap<>();
    int[] sameAs = new int[visits.size()];
    for (int i = 0; i < sameAs.length; i++) {
      Visit v = visits.get(i);
      CustomerId c = v.customer;
      Integer first = read.putIfAbsent(new Visit(c, null, v.since, v.objects, v.present), i);
      sameAs[i] = first == null ? i : first;
      keys.add(Keys.devices(c));
      keys.add(Keys.meta(c));
      keys.add(Keys.stream(c));
      keys.add(Keys.objects(c));
      keys.add(Keys.present(c));
      arguments.add(v.device == null ? "" : v.device);
      arguments.add(first != null ? "-" : v.since == null ? "" : v.since);
      arguments.add(first != null ? "" : (v.objects ? "o" : "") + (v.present ? "p" : ""));
    }
    return link.send(Link.call("hilo1_enter", keys, arguments))
        .map(
            reply -> {
              Response r = Objects.requireNonNull(reply);
              List<Found> found = new ArrayList<>(sameAs.length);
              for (int i = 0; i < sameAs.length; i++) {
                found.add(
                    sameAs[i] == i ? found(r.get(i)) : shared(found.get(sameAs[i]), r.get(i)));
              }
              return found;
            });
  }

  private static Found found(Response r) {
    String sealed = r.get(2).toString();
    int eq = sealed.lastIndexOf('=');
    return new Found(
        text(r.get(0)),
        Reply.number(r.get(1)) > 0,
        eq < 0 ? null : CustomerId.of(sealed.substring(0, eq)),
        Reply.number(r.get(3)) > 0,
        position(r.get(4)),
        position(r.get(5)),
        Streams.entries(r.get(6)),
        Reply.number(r.get(7)) > 0,
        objects(r.get(8)),
        present(r.get(9)));
  }

  private static Found shared(Found f, Response r) {
    return new Found(
        text(r.get(0)),
        Reply.number(r.get(1)) > 0,
        f.into,
        f.joined,
        f.base,
        f.top,
        f.entries,
        f.more,
        f.objects,
        f.present);
  }

  private static @Nullable String text(Response r) {
    String text = r.toString();
    return text.isEmpty() ? null : text;
  }

  private static Position position(Response r) {
    String text = r.toString();
    return text.isEmpty() ? Position.START : Position.of(text);
  }

  private static Map<String, SharedObjects.Value> objects(Response flat) {
    if (flat.size() == 0) {
      return Map.of();
    }
    Map<String, SharedObjects.Value> objects = new HashMap<>();
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      objects.put(flat.get(i).toString(), SharedObjects.value(flat.get(i + 1).toString()));
    }
    return objects;
  }

  static Map<String, String> present(Response flat) {
    if (flat.size() == 0) {
      return Map.of();
    }
    Map<String, String> present = new HashMap<>();
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      present.put(flat.get(i).toString(), flat.get(i + 1).toString());
    }
    return present;
  }
}
