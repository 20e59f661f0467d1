package dev.hilo.reader;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The first rows of a sorted shelf, shared by all who look at the same. A change costs the
 * logarithm of the shelf, whoever watches; a row is rendered once.
 */
final class Window {
  static final Comparator<Row> NEWEST =
      Comparator.comparingLong(Row::at).reversed().thenComparing(Row::id);

  /**
   * What viewers are told: a row that stands before another (null = at the end), or that left
   * (null).
   */
  record Told(String id, @Nullable RawValue row, @Nullable String before) {}

  private final NavigableSet<Row> shelf;
  private final int limit;
  private final TreeMap<Row, RawValue> top = new TreeMap<>(NEWEST);
  final List<Board.View> views = new ArrayList<>();

  Window(NavigableSet<Row> shelf, int limit) {
    this.shelf = shelf;
    this.limit = limit;
    refill();
  }

  private @Nullable Row refill() {
    Row last = null;
    while (top.size() < limit && top.size() < shelf.size()) {
      last = top.isEmpty() ? shelf.first() : shelf.higher(top.lastKey());
      if (last == null) {
        throw new IllegalStateException("a window shows what its shelf does not hold");
      }
      top.put(last, rendered(last));
    }
    return last;
  }

  private static RawValue rendered(Row row) {
    return new RawValue(Json.text(row));
  }

  /** The rows it shows, in order. */
  SortedMap<Row, RawValue> rows() {
    return top;
  }

  /**
   * Follows a change of the shelf, which has happened. {@code next} is null where the shelf does
   * not want it.
   */
  List<Told> change(String id, @Nullable Row before, @Nullable Row next) {
    boolean was = before != null && top.remove(before) != null;
    if (next != null && !top.isEmpty() && NEWEST.compare(next, top.lastKey()) < 0) {
      top.put(next, rendered(next));
    }
    Row pulled = refill();
    Row pushed = top.size() > limit ? top.pollLastEntry().getKey() : null;
    List<Told> told = new ArrayList<>(2);
    if (next != null && top.containsKey(next)) {
      told.add(standing(next));
    } else if (was) {
      told.add(new Told(id, null, null));
    }
    if (pushed != null && !pushed.id().equals(id)) {
      told.add(new Told(pushed.id(), null, null));
    }
    if (pulled != null && !pulled.equals(next)) {
      told.add(standing(pulled));
    }
    return told;
  }

  private Told standing(Row row) {
    Row after = top.higherKey(row);
    return new Told(row.id(), top.get(row), after == null ? null : after.id());
  }
}
