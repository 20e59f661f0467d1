package dev.hilo.core;

import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.store.Streams;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads what {@link Trail} wrote, day by day. Who may read is asked before. */
public final class TrailReader {
  private static final int CHUNK = 200;

  /** What one page looks at before it gives up for now: entries, and days as so many of them. */
  private static final int MOST_LOOKED_AT = 4000;

  private static final int A_DAY = 20;

  private final Streams streams;

  public TrailReader(Streams streams) {
    this.streams = streams;
  }

  /** Something of the trail, and who caused it. */
  public record Line(Author who, long at, Event.Audited event) {}

  /**
   * What is asked for; null = whatever.
   *
   * @param from the first day (UTC)
   * @param to the last
   * @param who an author, {@code agent:ana}, or only its id
   * @param act its word
   * @param customer id
   */
  public record Wanted(
      LocalDate from,
      LocalDate to,
      @Nullable String who,
      @Nullable String act,
      @Nullable String customer) {
    private @Nullable Line line(Entry entry) {
      if (!(entry.event() instanceof Event.Audited event)) {
        return null;
      }
      Author by = entry.header().by();
      boolean is =
          (who == null || who.equals(by.toString()) || who.equals(by.id()))
              && (act == null || act.equals(event.act()))
              && (customer == null || customer.equals(event.topic()));
      return is ? new Line(by, entry.header().at(), event) : null;
    }
  }

  /**
   * Some lines, newest first.
   *
   * @param cursor for those before; null = there are none. A page may have a cursor and no lines.
   */
  public record Page(List<Line> lines, @Nullable String cursor) {}

  /** Throws {@link Problem} for a cursor that no page gave. */
  public Future<Page> page(String workspace, Wanted wanted, @Nullable String cursor, int limit) {
    Place start = cursor == null ? new Place(wanted.to, null) : Place.of(cursor);
    Promise<Page> page = Promise.promise();
    new Backwards(workspace, wanted, limit, start, page).next();
    return page.future();
  }

  /** A day, and the entry before which to go on; null = from its end. */
  private record Place(LocalDate day, @Nullable Position before) {
    static Place of(String cursor) {
      try {
        int at = cursor.indexOf('@');
        return at < 0
            ? new Place(LocalDate.parse(cursor), null)
            : new Place(
                LocalDate.parse(cursor.substring(0, at)), Position.of(cursor.substring(at + 1)));
      } catch (DateTimeException | IllegalArgumentException e) {
        throw new Problem(Problem.Code.BAD_REQUEST, "cursor must be one that a page gave");
      }
    }

    @Override
    public String toString() {
      return before == null ? day.toString() : day + "@" + before;
    }
  }

  private final class Backwards {
    private final String workspace;
    private final Wanted wanted;
    private final int limit;
    private final Promise<Page> page;
    private final List<Line> lines = new ArrayList<>();
    private Place place;
    private int looked;

    Backwards(String workspace, Wanted wanted, int limit, Place start, Promise<Page> page) {
      this.workspace = workspace;
      this.wanted = wanted;
      this.limit = limit;
      this.place = start.day.isAfter(wanted.to) ? new Place(wanted.to, null) : start;
      this.page = page;
    }

    void next() {
      if (place.day.isBefore(wanted.from)) {
        page.complete(new Page(lines, null));
      } else if (lines.size() >= limit || looked >= MOST_LOOKED_AT) {
        page.complete(new Page(lines, place.toString()));
      } else {
        streams
            .before(CustomerId.audit(workspace, place.day.toString()), place.before, CHUNK)
            .onFailure(page::fail)
            .onSuccess(
                entries -> {
                  take(entries);
                  next();
                });
      }
    }

    private void take(List<Entry> entries) {
      looked += A_DAY;
      for (Entry entry : entries) {
        looked++;
        place = new Place(place.day, entry.position());
        Line line = wanted.line(entry);
        if (line != null) {
          lines.add(line);
          if (lines.size() >= limit) {
            return;
          }
        }
      }
      if (entries.size() < CHUNK) {
        place = new Place(place.day.minusDays(1), null);
      }
    }
  }

  /**
   * Gives all lines, oldest first, some at a time.
   *
   * @param sink the next are not read before what it gives is done; if that fails, it ends there
   */
  public Future<Void> all(
      String workspace, Wanted wanted, Function<List<Line>, Future<Void>> sink) {
    Promise<Void> done = Promise.promise();
    new Forwards(workspace, wanted, sink, done).next();
    return done.future();
  }

  private final class Forwards {
    private final String workspace;
    private final Wanted wanted;
    private final Function<List<Line>, Future<Void>> sink;
    private final Promise<Void> done;
    private LocalDate day;
    private Position after = Position.START;

    Forwards(
        String workspace,
        Wanted wanted,
        Function<List<Line>, Future<Void>> sink,
        Promise<Void> done) {
      this.workspace = workspace;
      this.wanted = wanted;
      this.sink = sink;
      this.done = done;
      this.day = wanted.from;
    }

    void next() {
      if (day.isAfter(wanted.to)) {
        done.complete();
        return;
      }
      streams
          .after(CustomerId.audit(workspace, day.toString()), after, CHUNK)
          .compose(this::give)
          .onFailure(done::fail)
          .onSuccess(_ -> next());
    }

    private Future<Void> give(List<Entry> entries) {
      List<Line> lines = new ArrayList<>();
      for (Entry entry : entries) {
        after = entry.position();
        Line line = wanted.line(entry);
        if (line != null) {
          lines.add(line);
        }
      }
      if (entries.size() < CHUNK) {
        day = day.plusDays(1);
        after = Position.START;
      }
      return lines.isEmpty() ? Future.succeededFuture() : sink.apply(lines);
    }
  }
}
