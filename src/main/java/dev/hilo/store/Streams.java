package dev.hilo.store;

import dev.hilo.codec.EntryCodec;
import dev.hilo.codec.Json;
import dev.hilo.codec.SnapshotCodec;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.Row;
import dev.hilo.conversation.StreamState;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The customers' streams: the one write door and the ways to read. Appending numbers, journals,
 * wakes the keeper and publishes in one call. Futures fail with {@link StoreUnavailable} when the
 * store is away.
 */
public final class Streams {
  /** Header and body of one entry together, bytes; larger content is a blob. */
  public static final int MAX_ENTRY = 16 * 1024;

  /** As {@link Append#folded}: whatever stands there already is of no interest. */
  public static final long ALL_FOLDED = Long.MAX_VALUE >> 12;

  /** The claim of a message that is written again: whether it was sent may be lost. */
  public static final String RESTORED = "C 0 0 restored";

  private static final int AT_ONCE = 200;
  private static final long GENERATION_MS = 8L * 86_400_000;
  private static final int LOAD_PAGE = 2000;

  private final Link link;

  public Streams(Link link) {
    this.link = link;
  }

  /**
   * What to append to one stream.
   *
   * @param src dedupe id of the whole call, 16 characters of base64url, or null
   * @param q position the decisions were taken on; null = there are none, or they hold on any state
   * @param folded seq the caller has folded, so that a conflict brings only what it missed
   * @param redirect the seal that led here, or null
   * @param wake when the keeper must look, epoch ms; 0 = now; -1 = ring only; null = not at all
   */
  public record Append(
      CustomerId customer,
      @Nullable String src,
      @Nullable Position q,
      long folded,
      @Nullable Redirect redirect,
      @Nullable Long wake,
      List<Draft> drafts) {}

  /** A seal that was followed: {@code child} was merged into the stream appended to. */
  public record Redirect(CustomerId child, String mergeId) {}

  /** What became of an append. */
  public sealed interface Outcome {
    /** All is written, {@code from} to {@code to}; {@code before} is the q it was written on. */
    record Appended(Position from, Position to, Position q, Position before) implements Outcome {}

    /** Written before; {@code position} of the first entry then. */
    record Duplicate(Position position) implements Outcome {}

    /**
     * The decisions were refused, the facts kept. {@code missed}: entries after the caller's,
     * oldest first, its own facts included; incomplete if the caller was more than 64 behind.
     */
    record Conflict(Position q, long top, List<Entry> missed) implements Outcome {}

    /** Nothing written: this stream ends in {@code into}. */
    record SealedInto(CustomerId into, String mergeId) implements Outcome {}

    /** Nothing written: the join is not there yet, or no more. Try again from the home. */
    record Again() implements Outcome {}

    /** Nothing written: another keeper holds the partition. */
    record LostToken() implements Outcome {}
  }

  /**
   * A folded stream.
   *
   * @param into where it ends, or null
   * @param tail entries that no snapshot held
   */
  public record Loaded(StreamState state, @Nullable CustomerId into, int tail) {}

  public Future<Outcome> append(Append a) {
    return link.send(Link.call("hilo2_append", keys(a.customer), arguments(a)))
        .map(r -> outcome(a, r));
  }

  /**
   * {@link #append} for several of one stream in one call, as if one came after the other: facts
   * only, each with its dedupe id; the first tells {@code q} and {@code wake}.
   *
   * @return {@code Appended} or {@code Duplicate} for each; empty if nothing was written, because
   *     {@code q} moved or the stream is sealed: append them one by one
   */
  public Future<List<Outcome>> gather(List<Append> all) {
    Append first = all.getFirst();
    List<Object> arguments = new ArrayList<>(6 + 4 * all.size());
    arguments.add(first.customer);
    arguments.add(Keys.channel(first.customer));
    arguments.add(Objects.requireNonNull(first.q));
    arguments.add(first.wake == null ? "" : "-");
    arguments.add(System.currentTimeMillis() / GENERATION_MS);
    arguments.add(all.size());
    for (Append a : all) {
      arguments.add(src(a));
      entries(a, arguments);
    }
    return link.send(Link.call("hilo3_gather", keys(first.customer), arguments))
        .map(r -> outcomes(all, Objects.requireNonNull(r)));
  }

  private static List<Outcome> outcomes(List<Append> all, Response r) {
    List<Outcome> outcomes = new ArrayList<>(all.size());
    switch (r.get(0).toString()) {
      case "A" -> {
        Position before = Position.of(r.get(1).toString());
        for (int i = 0; i < all.size(); i++) {
          String at = r.get(i + 2).toString();
          if (at.startsWith("D")) {
            outcomes.add(new Outcome.Duplicate(Position.of(at.substring(1))));
          } else {
            Outcome.Appended appended = appended(all.get(i), Position.of(at), before);
            before = appended.q();
            outcomes.add(appended);
          }
        }
      }
      case "N" -> {}
      default -> throw refused(all.getFirst(), r);
    }
    return outcomes;
  }

  private static StoreUnavailable refused(Append a, Response r) {
    return new StoreUnavailable(
        "the store refused an entry of " + Keys.partition(a.customer) + ": " + r.get(1),
        new IllegalStateException());
  }

  /** {@link #append} that also makes the stream the root of {@code child}. */
  public Future<Outcome> join(CustomerId child, String mergeId, Append a) {
    List<Object> arguments = new ArrayList<>(List.of(child, mergeId));
    arguments.addAll(arguments(a));
    return link.send(Link.call("hilo2_join", keys(a.customer), arguments)).map(r -> outcome(a, r));
  }

  /** {@link #append} of the result of a send, which ends the keeper's claim on {@code message}. */
  public Future<Outcome> done(String token, String message, Append a) {
    List<String> keys = new ArrayList<>(keys(a.customer));
    keys.add(Keys.own(Keys.partition(a.customer)));
    keys.add(Keys.claims(a.customer));
    List<Object> arguments = new ArrayList<>(List.of(token, message));
    arguments.addAll(arguments(a));
    return link.send(Link.call("hilo2_done", keys, arguments)).map(r -> outcome(a, r));
  }

  /**
   * Writes the last entry of a stream. {@code Appended} when done, {@code SealedInto} if it was
   * sealed before, {@code Conflict} if {@code q} moved.
   */
  public Future<Outcome> seal(
      CustomerId customer, CustomerId into, String mergeId, Position q, Draft sealed) {
    List<Object> arguments =
        List.of(
            customer,
            "",
            mergeId,
            into,
            q,
            Keys.channel(customer),
            "",
            EntryCodec.header(sealed.header()),
            EntryCodec.body(sealed.event()));
    return link.send(Link.call("hilo1_seal", keys(customer), arguments))
        .map(
            r -> {
              Response reply = Objects.requireNonNull(r);
              return switch (reply.get(0).toString()) {
                case "A" -> {
                  Position at = Position.of(reply.get(1).toString());
                  yield new Outcome.Appended(at, at, at, q);
                }
                case "S" -> sealedInto(reply.get(1).toString());
                default -> new Outcome.Conflict(Position.of(reply.get(1).toString()), 0, List.of());
              };
            });
  }

  private static List<String> keys(CustomerId c) {
    int p = Keys.partition(c);
    long generation = System.currentTimeMillis() / GENERATION_MS;
    return List.of(
        Keys.epoch(p),
        Keys.meta(c),
        Keys.stream(c),
        Keys.dedupe(c, generation),
        Keys.dedupe(c, generation - 1),
        Keys.journal(p),
        Keys.work(p));
  }

  private static List<Object> arguments(Append a) {
    List<Object> out = new ArrayList<>(9 + 2 * a.drafts.size());
    out.add(a.customer);
    out.add(Keys.channel(a.customer));
    out.add(src(a));
    out.add(a.q == null ? "" : a.q);
    out.add(a.folded);
    out.add(a.redirect == null ? "" : a.redirect.child + "=" + a.redirect.mergeId);
    out.add(a.wake == null ? "" : a.wake < 0 ? "-" : a.wake);
    out.add(System.currentTimeMillis() / GENERATION_MS);
    entries(a, out);
    return out;
  }

  private static Object src(Append a) {
    return a.src == null ? "" : Base64.getUrlDecoder().decode(a.src);
  }

  /** A letter for each, then headers and bodies. */
  private static void entries(Append a, List<Object> out) {
    StringBuilder classes = new StringBuilder(a.drafts.size());
    a.drafts.forEach(draft -> classes.append(draft.header().k().letter()));
    out.add(classes);
    for (Draft draft : a.drafts) {
      out.add(EntryCodec.header(draft.header()));
      out.add(EntryCodec.body(draft.event()));
    }
  }

  private static Outcome outcome(Append a, @Nullable Response reply) {
    Response r = Objects.requireNonNull(reply);
    return switch (r.get(0).toString()) {
      case "A" -> appended(a, Position.of(r.get(1).toString()), Position.of(r.get(2).toString()));
      case "D" -> new Outcome.Duplicate(Position.of(r.get(1).toString()));
      case "S" -> sealedInto(r.get(1).toString());
      case "R" -> new Outcome.Again();
      case "T" -> new Outcome.LostToken();
      case "C" -> {
        List<Entry> missed = new ArrayList<>(entries(r.get(5)));
        Collections.reverse(missed);
        yield new Outcome.Conflict(
            Position.of(r.get(4).toString()), Reply.number(r.get(3)), List.copyOf(missed));
      }
      default -> throw refused(a, r);
    };
  }

  /** Where the entries stand follows from where the first does: a start is only written as that. */
  private static Outcome.Appended appended(Append a, Position from, Position before) {
    Position to = from;
    Position q = before;
    long seq = from.seq();
    for (Draft draft : a.drafts) {
      EntryClass k = draft.header().k();
      if (k != EntryClass.START || from.seq() == 1) {
        to = new Position(from.epoch(), seq++);
        q = k == EntryClass.QUIET ? q : to;
      }
    }
    return new Outcome.Appended(from, to, q, before);
  }

  private static Outcome sealedInto(String value) {
    int eq = value.lastIndexOf('=');
    return new Outcome.SealedInto(CustomerId.of(value.substring(0, eq)), value.substring(eq + 1));
  }

  /**
   * What a keeper sees of a customer.
   *
   * @param due when the work set has it due, ms; null = not at all
   * @param epoch of the partition
   * @param row that stands in the inbox; null if there is none, if it is of another release, or if
   *     a known state was given
   */
  public record Look(Loaded loaded, @Nullable Long due, long epoch, @Nullable Row row) {}

  /**
   * As {@link #load(CustomerId, StreamState)}, {@code known} may be null, with what a keeper needs.
   */
  public Future<Look> look(CustomerId c, @Nullable StreamState known) {
    int p = Keys.partition(c);
    return link.send(
            Link.call(
                "hilo2_look",
                List.of(
                    Keys.snapshot(c),
                    Keys.stream(c),
                    Keys.meta(c),
                    Keys.epoch(p),
                    Keys.work(p),
                    Keys.rows(p, c.workspace())),
                List.of(
                    StreamState.FOLD_VERSION,
                    known == null ? "" : known.last().toString(),
                    LOAD_PAGE,
                    c)))
        .compose(
            reply -> {
              Response r = Objects.requireNonNull(reply);
              String due = r.get(5).toString();
              return folded(c, r, known)
                  .map(
                      loaded ->
                          new Look(
                              loaded,
                              due.isEmpty() ? null : (long) Double.parseDouble(due),
                              Reply.number(r.get(6)),
                              row(r.get(7).toBytes())));
            });
  }

  private static @Nullable Row row(byte @Nullable [] json) {
    try {
      return json == null || json.length == 0 ? null : Json.read(json, Row.class);
    } catch (Json.BadJson e) {
      return null;
    }
  }

  /** The whole stream folded: its snapshot and what came after. */
  public Future<Loaded> load(CustomerId customer) {
    return load(customer, "").compose(r -> folded(customer, r, null));
  }

  /**
   * {@code known} brought up to date, or loaded anew if its history was rewound. Takes {@code
   * known} over.
   */
  public Future<Loaded> load(CustomerId customer, StreamState known) {
    return load(customer, known.last().toString()).compose(r -> folded(customer, r, known));
  }

  private Future<Response> load(CustomerId c, String after) {
    return link.send(
            Link.call(
                "hilo1_load",
                List.of(Keys.snapshot(c), Keys.stream(c), Keys.meta(c)),
                List.of(StreamState.FOLD_VERSION, after, LOAD_PAGE)))
        .map(Objects::requireNonNull);
  }

  private Future<Loaded> folded(CustomerId c, Response r, @Nullable StreamState known) {
    byte[] snapshot = r.get(3).toBytes();
    StreamState state = known;
    if (state == null && snapshot != null && snapshot.length > 0) {
      state = SnapshotCodec.state(snapshot);
      if (state == null) { // damaged: the stream tells
        return load(c, "0").compose(whole -> folded(c, whole, StreamState.empty(c)));
      }
    }
    if (state == null) {
      state = StreamState.empty(c);
    }
    List<Entry> tail = entries(r.get(4));
    boolean gone = tail.isEmpty() && Reply.number(r.get(0)) == 0;
    if (gone || !tail.isEmpty() && tail.getFirst().position().seq() == 1) {
      state = StreamState.empty(c);
    }
    if (!state.advance(tail)) {
      return Future.failedFuture(
          new StoreUnavailable("a stream has a hole", new IllegalStateException(c.toString())));
    }
    String sealed = r.get(2).toString();
    Loaded loaded = loaded(state, sealed, tail.size());
    return tail.size() < LOAD_PAGE ? Future.succeededFuture(loaded) : load(c, state);
  }

  private static Loaded loaded(StreamState state, String sealed, int tail) {
    int eq = sealed.lastIndexOf('=');
    return new Loaded(state, eq < 0 ? null : CustomerId.of(sealed.substring(0, eq)), tail);
  }

  /** At most {@code limit} entries after {@code position}, oldest first. */
  public Future<List<Entry>> after(CustomerId customer, Position position, int limit) {
    String start = position.equals(Position.START) ? "-" : "(" + position;
    return link.send(
            Request.cmd(Command.XRANGE)
                .arg(Keys.stream(customer))
                .arg(start)
                .arg("+")
                .arg("COUNT")
                .arg(limit))
        .map(Streams::entries);
  }

  /** At most {@code limit} entries before {@code position} (null = the end), newest first. */
  public Future<List<Entry>> before(CustomerId customer, @Nullable Position position, int limit) {
    return link.send(
            Request.cmd(Command.XREVRANGE)
                .arg(Keys.stream(customer))
                .arg(position == null ? "+" : "(" + position)
                .arg("-")
                .arg("COUNT")
                .arg(limit))
        .map(Streams::entries);
  }

  /** The newest entry at or before {@code position}, or null if there is none. */
  public Future<@Nullable Entry> atOrBefore(CustomerId customer, Position position) {
    return link.send(
            Request.cmd(Command.XREVRANGE)
                .arg(Keys.stream(customer))
                .arg(position.toString())
                .arg("-")
                .arg("COUNT")
                .arg(1))
        .map(r -> entries(r).stream().findFirst().orElse(null));
  }

  /** The entry at exactly this position, or null if the history does not hold it. */
  public Future<@Nullable Entry> at(CustomerId customer, Position position) {
    return link.send(
            Request.cmd(Command.XRANGE)
                .arg(Keys.stream(customer))
                .arg(position.toString())
                .arg(position.toString()))
        .map(r -> entries(r).stream().findFirst().orElse(null));
  }

  /**
   * Puts together what one call can look at: things of one partition, or of all where Redis has no
   * slots, {@value #AT_ONCE} at the most.
   */
  public <T> List<List<T>> together(Collection<T> things, ToIntFunction<T> partition) {
    Map<Integer, List<T>> open = new HashMap<>();
    List<List<T>> calls = new ArrayList<>();
    for (T thing : things) {
      int group = link.group(partition.applyAsInt(thing));
      List<T> call = open.get(group);
      if (call == null || call.size() == AT_ONCE) {
        call = new ArrayList<>();
        open.put(group, call);
        calls.add(call);
      }
      call.add(thing);
    }
    return calls;
  }

  /** Those of {@code known} ({@link #together}) whose stream has moved on, or lost the position. */
  public Future<List<CustomerId>> behind(List<CustomerId> customers, List<Position> known) {
    return link.send(
            Link.call(
                "hilo1_positions",
                customers.stream().map(Keys::stream).toList(),
                new ArrayList<>(known)))
        .map(
            r -> {
              List<CustomerId> behind = new ArrayList<>();
              Objects.requireNonNull(r)
                  .forEach(i -> behind.add(customers.get((int) Reply.number(i) - 1)));
              return behind;
            });
  }

  /**
   * Names the history that the server holds: another after every restart and promotion, also one
   * that went away and came back in between. Of a cluster, any server's.
   */
  public Future<String> history() {
    return link.send(Request.cmd(Command.INFO).arg("replication"))
        .map(
            info ->
                Stream.of(Objects.requireNonNull(info).toString().split("\r\n"))
                    .filter(line -> line.startsWith("master_replid:"))
                    .findFirst()
                    .orElse(""));
  }

  /** Notes, before a message is written again, that a keeper may have sent it already. */
  public Future<Void> restoring(CustomerId customer, String message) {
    return link.send(
            Request.cmd(Command.HSETNX).arg(Keys.claims(customer)).arg(message).arg(RESTORED))
        .mapEmpty();
  }

  /** True if anything was ever appended to this stream. */
  public Future<Boolean> exists(CustomerId customer) {
    return link.send(Request.cmd(Command.EXISTS).arg(Keys.meta(customer)))
        .map(r -> Reply.number(r) > 0);
  }

  /**
   * Removes a stream with all that belongs to it. Only for one that nobody writes any more: places
   * in it may be given out again.
   *
   * @return whether there was anything
   */
  public Future<Boolean> drop(CustomerId customer) {
    Request request = Request.cmd(Command.UNLINK);
    Keys.all(customer).forEach(request::arg);
    return link.send(request).map(r -> Reply.number(r) > 0);
  }

  static List<Entry> entries(@Nullable Response reply) {
    List<Entry> out = new ArrayList<>();
    if (reply != null) {
      for (Response item : reply) {
        Response fields = item.get(1);
        out.add(
            EntryCodec.entry(
                Position.of(item.get(0).toString()),
                fields.get(1).toBytes(),
                fields.get(3).toBytes()));
      }
    }
    return out;
  }

  /**
   * What was published as one, apart: {@code +}, then for each its length in bytes, a space and
   * itself.
   */
  public static List<byte[]> apart(byte[] payload) {
    List<byte[]> all = new ArrayList<>();
    int at = 1;
    while (at < payload.length) {
      int length = 0;
      for (; payload[at] != ' '; at++) {
        length = length * 10 + payload[at] - '0';
      }
      all.add(Arrays.copyOfRange(payload, at + 1, at + 1 + length));
      at += 1 + length;
    }
    return all;
  }

  /** Where an entry stands that was published so: {@code position SP header NUL body}. */
  public static Position positionOf(byte[] payload) {
    int space = index(payload, ' ', 0);
    return Position.of(new String(payload, 0, space, StandardCharsets.US_ASCII));
  }

  private static int index(byte[] bytes, int of, int from) {
    int at = from;
    while (bytes[at] != of) {
      at++;
    }
    return at;
  }

  /** The whole entry; see {@link #positionOf}. */
  public static Entry published(byte[] payload) {
    int space = index(payload, ' ', 0);
    int zero = index(payload, 0, space);
    return EntryCodec.entry(
        positionOf(payload),
        Arrays.copyOfRange(payload, space + 1, zero),
        Arrays.copyOfRange(payload, zero + 1, payload.length));
  }
}
