package dev.hilo.reader;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Row;
import dev.hilo.store.Feed;
import dev.hilo.store.Work;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The inbox of a workspace, in memory: the rows that keepers publish, in the order agents see them.
 * One for a node, on an event loop of its own; views hear on theirs. Rows stand sorted on shelves,
 * one for each filter and agent; viewers of the same filter share a {@link Window}, and are told of
 * changes inside of it only. Costs nothing for each customer who chats: it follows the rows of the
 * partitions, not the customers' channels.
 */
public final class Board {
  /** Counts that changed outside of a window are told after this time, ms. */
  private static final long COUNTS_MS = 100;

  private static final long BEHIND_MS = 500;

  private final Vertx vertx;
  private final Context context;
  private final AllRows rows;
  private final Map<Shelf, NavigableSet<Row>> shelves = new HashMap<>();
  private final Map<Shelf, Map<Integer, Window>> windows = new HashMap<>();

  /** How many look through each, beside {@link Sight#ALL}, which is always open. */
  private final Map<Sight, Integer> sights = new HashMap<>();

  private boolean counting;

  /** The rows of one filter within one sight; {@code name}: see {@link #shelvesOf}. */
  private record Shelf(Sight sight, String name) {}

  /** Told about one view. */
  public interface Listener {
    /** The whole view: {@code order}, {@code rows}, {@code counts}. */
    void rows(ObjectNode rows);

    /**
     * One row now stands elsewhere, or left. False = cannot be told now: the whole view will
     * follow.
     */
    boolean row(ObjectNode row);

    /** Nothing in the view changed but {@code counts}. False as above. */
    boolean counts(ObjectNode counts);
  }

  public Board(Vertx vertx, Context context, String workspace, Work work, Feed feed) {
    this.vertx = vertx;
    this.context = context;
    this.rows = new AllRows(vertx, context, workspace, work, feed, this::changed);
  }

  /** Loads every row and follows their changes. */
  public void start() {
    rows.start();
  }

  /** True once every partition was read. */
  public boolean ready() {
    return rows.ready();
  }

  private void changed(String customer, @Nullable Row before, @Nullable Row next) {
    changed(Sight.ALL, customer, before, next);
    sights
        .keySet()
        .forEach(
            sight ->
                changed(
                    sight,
                    customer,
                    before != null && sight.shows(before) ? before : null,
                    next != null && sight.shows(next) ? next : null));
    count();
  }

  private void changed(Sight sight, String customer, @Nullable Row before, @Nullable Row next) {
    Set<String> touched = new LinkedHashSet<>(shelvesOf(before));
    touched.addAll(shelvesOf(next));
    for (String name : touched) {
      Shelf shelf = new Shelf(sight, name);
      NavigableSet<Row> there = shelf(shelf);
      Row was = before != null && there.remove(before) ? before : null;
      Row now = next != null && shelvesOf(next).contains(name) ? next : null;
      if (now != null) {
        there.add(now);
      }
      for (Window window : windows.getOrDefault(shelf, Map.of()).values()) {
        List<Window.Told> told = window.change(customer, was, now);
        window.views.forEach(view -> told.forEach(view::tell));
      }
      tidy(shelf);
    }
  }

  private static List<String> shelvesOf(@Nullable Row row) {
    if (row == null) {
      return List.of();
    } else if (!row.status().equals("open")) {
      return List.of("resolved");
    }
    return List.of("open", row.assignee() == null ? "unassigned" : mine(row.assignee()));
  }

  private static String mine(String agent) {
    return "mine " + agent;
  }

  private NavigableSet<Row> shelf(Shelf shelf) {
    return shelves.computeIfAbsent(shelf, _ -> new TreeSet<>(Window.NEWEST));
  }

  /** Somebody looks through a sight: what it shows is put on shelves of its own. */
  private void enter(Sight sight) {
    if (!sight.equals(Sight.ALL) && sights.merge(sight, 1, Integer::sum) == 1) {
      rows.each(
          row -> {
            if (sight.shows(row)) {
              shelvesOf(row).forEach(name -> shelf(new Shelf(sight, name)).add(row));
            }
          });
    }
  }

  private void leave(Sight sight) {
    if (!sight.equals(Sight.ALL)
        && sights.computeIfPresent(sight, (_, n) -> n == 1 ? null : n - 1) == null) {
      shelves.keySet().removeIf(shelf -> shelf.sight.equals(sight));
    }
  }

  /** Agents come and go: an empty shelf nobody looks at is taken away. */
  private void tidy(Shelf shelf) {
    if (shelf(shelf).isEmpty() && !windows.containsKey(shelf)) {
      shelves.remove(shelf);
    }
  }

  private int count(Shelf shelf) {
    NavigableSet<Row> rows = shelves.get(shelf);
    return rows == null ? 0 : rows.size();
  }

  /** Tells the counts soon, to those for whom they changed. */
  private void count() {
    if (!counting && !windows.isEmpty()) {
      counting = true;
      vertx.setTimer(
          COUNTS_MS,
          _ ->
              context.runOnContext(
                  _ -> {
                    counting = false;
                    windows
                        .values()
                        .forEach(some -> some.values().forEach(w -> w.views.forEach(View::count)));
                  }));
    }
  }

  /**
   * Opens a view; the first {@link Listener#rows} follows at once.
   *
   * @param filter {@code open}, {@code mine}, {@code unassigned} or {@code resolved}
   * @param on the listener's event loop
   */
  public View watch(
      Sight sight, String agent, String filter, int limit, Context on, Listener listener) {
    View view = new View(sight, agent, filter, limit, on, listener);
    context.runOnContext(_ -> view.open());
    return view;
  }

  /** The whole view once, for REST. */
  public Future<ObjectNode> rows(Sight sight, String agent, String filter, int limit) {
    Promise<ObjectNode> answer = Promise.promise();
    context.runOnContext(
        _ -> {
          View once = new View(sight, agent, filter, limit, context, NOBODY);
          enter(sight);
          ObjectNode rows = once.whole(once.window());
          once.leave();
          leave(sight);
          answer.complete(rows);
        });
    return answer.future();
  }

  private static final Listener NOBODY =
      new Listener() {
        @Override
        public void rows(ObjectNode rows) {}

        @Override
        public boolean row(ObjectNode row) {
          return true;
        }

        @Override
        public boolean counts(ObjectNode counts) {
          return true;
        }
      };

  /** One agent's look at the board. */
  public final class View {
    private final Sight sight;
    private final String agent;
    private final Shelf shelf;
    private final int limit;
    private final Context on;
    private final Listener listener;
    private boolean entered;
    private boolean behind;
    private boolean closed;
    private ObjectNode told = Json.object();

    private View(
        Sight sight, String agent, String filter, int limit, Context on, Listener listener) {
      this.sight = sight;
      this.agent = agent;
      this.shelf =
          new Shelf(
              sight,
              switch (filter) {
                case "mine" -> mine(agent);
                case "unassigned", "resolved" -> filter;
                default -> "open";
              });
      this.limit = limit;
      this.on = on;
      this.listener = listener;
    }

    private void open() {
      if (!closed) {
        entered = true;
        enter(sight);
        Window window = window();
        window.views.add(this);
        fill(window);
      }
    }

    private Window window() {
      return windows
          .computeIfAbsent(shelf, _ -> new HashMap<>())
          .computeIfAbsent(limit, _ -> new Window(shelf(shelf), limit));
    }

    /** Closes a window nobody looks through any more. */
    private void leave() {
      Map<Integer, Window> some = windows.get(shelf);
      Window window = some == null ? null : some.get(limit);
      if (some != null && window != null) {
        window.views.remove(this);
        if (window.views.isEmpty()) {
          some.remove(limit);
        }
        if (some.isEmpty()) {
          windows.remove(shelf);
        }
        tidy(shelf);
      }
    }

    private ObjectNode counts() {
      return Json.object()
          .put("open", count("open"))
          .put("mine", count(mine(agent)))
          .put("unassigned", count("unassigned"))
          .put("resolved", count("resolved"));
    }

    private int count(String name) {
      return Board.this.count(new Shelf(sight, name));
    }

    private ObjectNode whole(Window window) {
      ObjectNode out = Json.object();
      ArrayNode order = out.putArray("order");
      ObjectNode all = out.putObject("rows");
      window
          .rows()
          .forEach(
              (row, json) -> {
                order.add(row.id());
                all.putRawValue(row.id(), json);
              });
      told = counts();
      out.set("counts", told);
      return out;
    }

    private void fill(Window window) {
      ObjectNode out = whole(window);
      behind = false;
      on.runOnContext(_ -> listener.rows(out));
    }

    private void tell(Window.Told change) {
      if (behind) {
        return;
      }
      ObjectNode out = Json.object().put("id", change.id());
      if (change.row() == null) {
        out.put("gone", true);
      } else {
        out.putRawValue("row", change.row());
        if (change.before() != null) {
          out.put("before", change.before());
        }
      }
      told = counts();
      out.set("counts", told);
      on.runOnContext(_ -> taken(listener.row(out)));
    }

    private void count() {
      ObjectNode now = counts();
      if (!behind && !now.equals(told)) {
        told = now;
        ObjectNode out = Json.object();
        out.set("counts", now);
        on.runOnContext(_ -> taken(listener.counts(out)));
      }
    }

    private void taken(boolean ok) {
      if (!ok) {
        context.runOnContext(_ -> again());
      }
    }

    /** The listener could not keep up: later it gets the whole view instead of what it missed. */
    private void again() {
      if (!behind) {
        behind = true;
        vertx.setTimer(
            BEHIND_MS,
            _ ->
                context.runOnContext(
                    _ -> {
                      if (!closed) {
                        fill(window());
                      }
                    }));
      }
    }

    public void close() {
      context.runOnContext(
          _ -> {
            closed = true;
            leave();
            if (entered) {
              entered = false;
              Board.this.leave(sight);
            }
          });
    }
  }

  /** Rows it holds. */
  public int size() {
    return rows.size();
  }
}
