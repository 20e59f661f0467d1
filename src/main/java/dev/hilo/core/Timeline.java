package dev.hilo.core;

import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.Position;
import dev.hilo.store.AddressKeys;
import dev.hilo.store.Streams;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A thread's past, newest page first. After the newest merge it is the root's stream; before it,
 * the streams that were merged run side by side and are shown by the platform's time, each in its
 * own order. They do not change any more, so a page stays what it is. The cursor names a position
 * in each stream.
 */
public final class Timeline {
  private static final int CHUNK = 64;
  private static final int LONGEST_CURSOR = 4000;

  private final Streams streams;
  private final AddressKeys keys;

  /** {@code keys} sign the cursors, so that nobody can name streams of their own choice. */
  public Timeline(Streams streams, AddressKeys keys) {
    this.streams = streams;
    this.keys = keys;
  }

  /** One entry and the stream it stands in. */
  public record Item(CustomerId stream, Entry entry) {}

  /**
   * {@code items} oldest first; {@code cursor} for the page before it, null = there is nothing
   * older.
   */
  public record Page(List<Item> items, @Nullable String cursor) {}

  /** One stream read backwards. */
  private static final class Segment {
    final CustomerId stream;
    @Nullable Position before;
    final Deque<Entry> ahead = new ArrayDeque<>();
    boolean ended;

    Segment(CustomerId stream, @Nullable Position before) {
      this.stream = stream;
      this.before = before;
    }
  }

  /**
   * The page before {@code cursor} (null = the newest).
   *
   * @param shown which entries count and are returned
   */
  public Future<Page> page(
      CustomerId root, @Nullable String cursor, int limit, Predicate<Entry> shown) {
    Map<CustomerId, Segment> segments = new LinkedHashMap<>();
    if (cursor == null) {
      segments.put(root, new Segment(root, null));
      return collect(root, segments, new ArrayList<>(), limit, shown);
    }
    CustomerId of = read(cursor, segments);
    return leads(of, root).compose(_ -> collect(root, segments, new ArrayList<>(), limit, shown));
  }

  /** Whether a thread is this one, or was merged into it: a cursor of another is of no use here. */
  private Future<Void> leads(CustomerId of, CustomerId root) {
    return of.equals(root)
        ? Future.succeededFuture()
        : streams
            .load(of)
            .compose(
                loaded -> {
                  CustomerId into = loaded.into();
                  return into == null ? Future.failedFuture(notOurs()) : leads(into, root);
                });
  }

  private static Problem notOurs() {
    return new Problem(
        Problem.Code.BAD_REQUEST, "cursor must be one that a page of this thread gave");
  }

  /**
   * The newest page, where the newest entries of the root are known already.
   *
   * @param newest newest first
   * @param more whether there are older ones
   */
  public Future<Page> newest(
      CustomerId root, List<Entry> newest, boolean more, int limit, Predicate<Entry> shown) {
    Segment segment = new Segment(root, null);
    segment.ahead.addAll(newest);
    segment.ended = !more;
    Map<CustomerId, Segment> segments = new LinkedHashMap<>();
    segments.put(root, segment);
    return collect(root, segments, new ArrayList<>(), limit, shown);
  }

  private Future<Page> collect(
      CustomerId root,
      Map<CustomerId, Segment> segments,
      List<Item> items,
      int limit,
      Predicate<Entry> shown) {
    List<Future<Void>> reads = new ArrayList<>();
    for (Segment s : segments.values()) {
      if (s.ahead.isEmpty() && !s.ended) {
        reads.add(
            streams
                .before(s.stream, s.before, CHUNK)
                .map(
                    entries -> {
                      s.ahead.addAll(entries);
                      s.ended = entries.size() < CHUNK;
                      return null;
                    }));
      }
    }
    if (!reads.isEmpty()) {
      return Future.all(reads).compose(_ -> collect(root, segments, items, limit, shown));
    }
    while (items.size() < limit) {
      Segment newest = newest(segments);
      if (newest == null) {
        Collections.reverse(items);
        return Future.succeededFuture(new Page(items, null));
      }
      Entry entry = newest.ahead.removeFirst();
      newest.before = entry.position();
      if (shown.test(entry)) {
        items.add(new Item(newest.stream, entry));
      }
      boolean more = newest.ahead.isEmpty() && !newest.ended;
      if (entry.event() instanceof Event.CustomersMerged m) {
        CustomerId child = CustomerId.of(m.from());
        // its seal is the last entry and stands for nothing that was said
        segments.putIfAbsent(child, new Segment(child, m.upTo()));
        more = true;
      }
      if (more) {
        return collect(root, segments, items, limit, shown);
      }
    }
    String cursor = write(root, segments);
    Collections.reverse(items);
    return Future.succeededFuture(new Page(items, cursor));
  }

  /**
   * When it happened, ms. Many platforms tell whole seconds; within such a second our own time is
   * the better witness.
   */
  private static long when(Header h) {
    return h.at() % 1000 == 0 ? Math.clamp(h.rx(), h.at(), h.at() + 999) : h.at();
  }

  private static @Nullable Segment newest(Map<CustomerId, Segment> segments) {
    Segment newest = null;
    long top = Long.MIN_VALUE;
    for (Segment s : segments.values()) {
      Entry head = s.ahead.peekFirst();
      if (head != null && when(head.header()) > top) {
        newest = s;
        top = when(head.header());
      }
    }
    return newest;
  }

  /** The thread, and how far each of its streams was read: {@code root!stream@position,…~sign}. */
  private @Nullable String write(CustomerId root, Map<CustomerId, Segment> segments) {
    StringBuilder out = new StringBuilder();
    for (Segment s : segments.values()) {
      if (!s.ahead.isEmpty() || !s.ended) {
        out.append(out.isEmpty() ? "" : ",").append(s.stream).append('@').append(s.before);
      }
    }
    if (out.isEmpty()) {
      return null;
    }
    out.insert(0, root + "!");
    return out + "~" + keys.sign("cursor", out.toString(), 16);
  }

  /** Fills {@code segments}; gives the thread whose page gave the cursor. */
  private CustomerId read(String cursor, Map<CustomerId, Segment> segments) {
    try {
      int signed = cursor.lastIndexOf('~');
      String named = cursor.substring(0, signed);
      if (cursor.length() > LONGEST_CURSOR
          || !keys.sign("cursor", named, 16).equals(cursor.substring(signed + 1))) {
        throw new IllegalArgumentException("not ours");
      }
      int mark = named.indexOf('!');
      for (String part : named.substring(mark + 1).split(",", -1)) {
        int at = part.indexOf('@');
        CustomerId stream = CustomerId.of(part.substring(0, at));
        segments.put(stream, new Segment(stream, Position.of(part.substring(at + 1))));
      }
      return CustomerId.of(named.substring(0, mark));
    } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
      throw notOurs();
    }
  }
}
