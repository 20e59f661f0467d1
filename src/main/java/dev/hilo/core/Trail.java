package dev.hilo.core;

import dev.hilo.access.Principal;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Ulid;
import dev.hilo.store.Streams;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who of the staff saw and did what: one append-only stream for each day (UTC) and workspace. What
 * is asked for is written down before it is shown or done. For one event loop.
 */
public final class Trail {
  /** Looking at the same again and again is written down once in this time, ms. */
  private static final long SAME_MS = 5 * 60_000;

  private static final int REMEMBERED = 4096;
  private static final int LONGEST = 200;

  private final Streams streams;
  private final Roots roots;
  private final Clock clock;
  private final Map<String, Long> lately = new Lately<>(REMEMBERED);

  /** {@code roots}: tells its listeners what is written here, too. */
  public Trail(Streams streams, Roots roots, Clock clock) {
    this.streams = streams;
    this.roots = roots;
    this.clock = clock;
  }

  /**
   * Writes down an act on a customer's thread, or on the workspace.
   *
   * @param topic whom it is about, or null
   * @param what which one, where there are several
   */
  public Future<Void> did(
      Principal who, String act, @Nullable CustomerId topic, @Nullable String what) {
    return write(who, act, topic, what, true);
  }

  /** As {@link #did}, of something that is only looked at. */
  public Future<Void> saw(
      Principal who, String act, @Nullable CustomerId topic, @Nullable String what) {
    String same = who.author() + " " + seat(who).session() + " " + act + " " + topic + " " + what;
    long now = clock.millis();
    Long before = lately.get(same);
    if (before != null && now - before < SAME_MS) {
      return Future.succeededFuture();
    }
    return write(who, act, topic, what, true).onSuccess(_ -> lately.put(same, now));
  }

  /** As {@link #did}, of what somebody may not do. Nobody waits for it. */
  public void refused(
      Principal who, String act, @Nullable CustomerId topic, @Nullable String what) {
    var _ = write(who, act, topic, what, false);
  }

  /**
   * Writes down what happened at the door: signed in or out, a wrong password, a link that was
   * used.
   *
   * @param user id of whom it is about; null where nobody knows
   * @param event in a word, lower case with dashes
   * @param what by which way, or null
   * @param ok whether it went well
   * @param seat where from
   */
  public Future<Void> signed(
      String workspace,
      @Nullable String user,
      String event,
      @Nullable String what,
      boolean ok,
      Principal.Seat seat) {
    Author by = user == null ? Author.gateway("door") : new Author(Author.Kind.AGENT, user);
    return write(
        workspace, by, new Event.Audited(event, null, what, ok, seat.address(), seat.session()));
  }

  private static Principal.Seat seat(Principal who) {
    return switch (who) {
      case Principal.Agent a -> a.seat();
      case Principal.Integration i -> i.seat();
      case Principal.Visitor _ -> Principal.Seat.UNKNOWN;
    };
  }

  /** Customers may look at what is theirs: that is nobody's business. */
  private Future<Void> write(
      Principal who, String act, @Nullable CustomerId topic, @Nullable String what, boolean ok) {
    if (who instanceof Principal.Visitor) {
      return Future.succeededFuture();
    }
    Principal.Seat seat = seat(who);
    return write(
        who.workspace(),
        who.author(),
        new Event.Audited(
            act,
            topic == null ? null : topic.toString(),
            what == null ? null : Fitting.cut(what, LONGEST),
            ok,
            seat.address(),
            seat.session()));
  }

  private Future<Void> write(String workspace, Author by, Event.Audited event) {
    long now = clock.millis();
    CustomerId stream = CustomerId.audit(workspace, day(now).toString());
    String src = Roots.src("trail", Ulid.next());
    Draft draft = new Drafts(by, src, now, now).of(StreamState.empty(stream), event);
    return streams
        .append(new Streams.Append(stream, src, null, 0, null, null, List.of(draft)))
        .onSuccess(
            outcome -> {
              if (outcome instanceof Streams.Outcome.Appended a) {
                roots.wrote(stream, src, List.of(new Entry(a.from(), draft.header(), event)));
              }
            })
        .mapEmpty();
  }

  /** The day whose stream holds what happens at {@code millis}. */
  static LocalDate day(long millis) {
    return LocalDate.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
  }
}
