package dev.hilo.reader;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Row;
import dev.hilo.store.Feed;
import dev.hilo.store.Keys;
import dev.hilo.store.Work;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The inbox of a workspace, in memory: the rows that keepers publish, in the order agents see them.
 * One for a node, on an event loop of its own; views hear on theirs.
 */
public final class Board {
  private static final Comparator<Row> NEWEST =
      Comparator.comparingLong(Row::at).reversed().thenComparing(Row::id);

  private final Vertx vertx;
  private final Context context;
  private final String workspace;
  private final Work work;
  private final Feed feed;
  private final Map<String, Row> rows = new HashMap<>();
  private final List<View> views = new ArrayList<>();
  private int loaded;

  /** Told about one view. */
  public interface Listener {
    /** The whole view: {@code order}, {@code rows}, {@code counts}. */
    void rows(ObjectNode rows);

    /**
     * One row now stands elsewhere, or left. False = cannot be told now: the whole view will
     * follow.
     */
    boolean row(ObjectNode row);
  }

  public Board(Vertx vertx, Context context, String workspace, Work work, Feed feed) {
    this.vertx = vertx;
    this.context = context;
    this.workspace = workspace;
    this.work = work;
    this.feed = feed;
  }

  /** Loads every row and follows their changes. */
  public void start() {
    for (int p = 0; p < Keys.PARTITIONS; p++) {
      int partition = p;
      Feed.Listener listener =
          new Feed.Listener() {
            @Override
            public void message(byte[] payload) {
              changed(payload);
            }

            @Override
            public void resumed() {
              load(partition);
            }
          };
      feed.subscribe(Keys.rows(p, workspace), context, listener).onSuccess(_ -> load(partition));
    }
  }

  private void load(int partition) {
    work.rows(partition, workspace)
        .onSuccess(
            all ->
                context.runOnContext(
                    _ -> {
                      all.forEach((customer, json) -> accept(customer.toString(), json));
                      loaded++;
                    }))
        .onFailure(_ -> vertx.setTimer(1000, _ -> load(partition)));
  }

  /** True once every partition was read. */
  public boolean ready() {
    return loaded >= Keys.PARTITIONS;
  }

  private void changed(byte[] payload) {
    int zero = 0;
    while (payload[zero] != 0) {
      zero++;
    }
    String customer = new String(payload, 0, zero, StandardCharsets.UTF_8);
    accept(customer, Arrays.copyOfRange(payload, zero + 1, payload.length));
  }

  private void accept(String customer, byte[] json) {
    Row next = null;
    if (json.length > 0) {
      try {
        next = Json.read(json, Row.class);
      } catch (Json.BadJson e) {
        return; // of another release
      }
    }
    Row before = next == null ? rows.remove(customer) : rows.get(customer);
    if (next != null && before != null && before.after(next)) {
      return; // an older one that came late
    }
    if (next != null) {
      rows.put(customer, next);
    }
    if (!Objects.equals(before, next)) {
      for (View view : views) {
        view.change(customer, before, next);
      }
    }
  }

  /**
   * Opens a view; the first {@link Listener#rows} follows at once.
   *
   * @param filter {@code open}, {@code mine}, {@code unassigned} or {@code resolved}
   * @param on the listener's event loop
   */
  public View watch(String agent, String filter, int limit, Context on, Listener listener) {
    View view = new View(agent, filter, limit, on, listener);
    context.runOnContext(
        _ -> {
          views.add(view);
          view.fill();
        });
    return view;
  }

  /** The whole view once, for REST. */
  public Future<ObjectNode> rows(String agent, String filter, int limit) {
    Promise<ObjectNode> answer = Promise.promise();
    View once =
        new View(
            agent,
            filter,
            limit,
            context,
            new Listener() {
              @Override
              public void rows(ObjectNode rows) {
                answer.complete(rows);
              }

              @Override
              public boolean row(ObjectNode row) {
                return true;
              }
            });
    context.runOnContext(_ -> once.fill());
    return answer.future();
  }

  /** One agent's look at the board. */
  public final class View {
    private final String agent;
    private final String filter;
    private final int limit;
    private final Context on;
    private final Listener listener;
    private final NavigableSet<Row> shown = new TreeSet<>(NEWEST);
    private boolean behind;
    private int open;
    private int mine;
    private int unassigned;
    private int resolved;

    private View(String agent, String filter, int limit, Context on, Listener listener) {
      this.agent = agent;
      this.filter = filter;
      this.limit = limit;
      this.on = on;
      this.listener = listener;
    }

    private boolean wants(@Nullable Row row) {
      if (row == null) {
        return false;
      }
      boolean open = row.status().equals("open");
      return switch (filter) {
        case "mine" -> open && agent.equals(row.assignee());
        case "unassigned" -> open && row.assignee() == null;
        case "resolved" -> !open;
        default -> open;
      };
    }

    /** Counts a row in (1) or out (-1). */
    private void count(@Nullable Row row, int by) {
      if (row == null) {
        return;
      }
      if (row.status().equals("open")) {
        open += by;
        mine += agent.equals(row.assignee()) ? by : 0;
        unassigned += row.assignee() == null ? by : 0;
      } else {
        resolved += by;
      }
    }

    private ObjectNode counts() {
      return Json.object()
          .put("open", open)
          .put("mine", mine)
          .put("unassigned", unassigned)
          .put("resolved", resolved);
    }

    private void fill() {
      shown.clear();
      open = 0;
      mine = 0;
      unassigned = 0;
      resolved = 0;
      for (Row row : rows.values()) {
        count(row, 1);
        if (wants(row)) {
          shown.add(row);
        }
      }
      ObjectNode out = Json.object();
      ArrayNode order = out.putArray("order");
      ObjectNode all = out.putObject("rows");
      shown.stream()
          .limit(limit)
          .forEach(
              row -> {
                order.add(row.id());
                all.set(row.id(), Json.tree(row));
              });
      out.set("counts", counts());
      behind = false;
      on.runOnContext(_ -> listener.rows(out));
    }

    private void change(String customer, @Nullable Row before, @Nullable Row next) {
      count(before, -1);
      count(next, 1);
      boolean was = before != null && shown.remove(before);
      boolean is = wants(next);
      if (is && next != null) {
        shown.add(next);
      }
      if (behind) {
        return;
      }
      ObjectNode out = Json.object().put("id", customer);
      if (is && next != null) {
        out.set("row", Json.tree(next));
        Row after = shown.higher(next);
        if (after != null) {
          out.put("before", after.id());
        }
      } else if (was) {
        out.put("gone", true);
      }
      out.set("counts", counts());
      on.runOnContext(
          _ -> {
            if (!listener.row(out)) {
              context.runOnContext(_ -> again());
            }
          });
    }

    /** The listener could not keep up: later it gets the whole view instead of what it missed. */
    private void again() {
      if (!behind) {
        behind = true;
        vertx.setTimer(
            500,
            _ ->
                context.runOnContext(
                    _ -> {
                      if (views.contains(this)) {
                        fill();
                      }
                    }));
      }
    }

    public void close() {
      context.runOnContext(_ -> views.remove(this));
    }
  }

  /** Rows it holds. */
  public int size() {
    return rows.size();
  }
}
