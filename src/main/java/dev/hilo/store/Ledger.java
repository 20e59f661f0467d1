package dev.hilo.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.codec.Json;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of sources: what became of each item, how many of each kind, how the source fares
 * and what people want of it. Kept 400 days from the last item on. Outcomes begin with one of
 * {@link #WORDS}; a key that starts with {@code content|} is another name of an item and not
 * counted.
 */
public final class Ledger {
  /** What can become of an item. */
  public static final List<String> WORDS = List.of("ingested", "duplicate", "skipped", "parked");

  /** What a source says of itself is believed for so long, ms. */
  public static final long STATE_MS = 15_000;

  /** Wishes that may wait for one source. */
  public static final int MOST_WISHES = 1000;

  private static final long KEPT_SECONDS = 400L * 86_400;
  private static final int LONGEST = 300;
  private static final int PAGE = 100;
  private static final int SCANNED = 500;
  private static final int SCANS = 20;

  private final Link link;

  public Ledger(Link link) {
    this.link = link;
  }

  /**
   * What is known of an item that nobody could do anything with.
   *
   * @param blob all there is of it
   * @param at ms
   */
  public record Parked(String why, @Nullable String blob, long at) {}

  /**
   * One item.
   *
   * @param at ms; 0 = not known
   */
  public record Entry(String key, String outcome, long at, @Nullable Parked parked) {}

  /** {@code next}: where to go on, null at the end. */
  public record Page(List<Entry> entries, @Nullable String next) {}

  /**
   * How a source fares.
   *
   * @param node that said so; null if none says anything
   * @param why it cannot reach what it polls; null if it can
   * @param counts by word
   * @param missing how many items the ledger did not explain when that was looked at last
   * @param checkedAt when that was, ms; null = never
   */
  public record Standing(
      @Nullable String node,
      @Nullable String why,
      @Nullable String cursor,
      Map<String, Long> counts,
      long missing,
      @Nullable Long checkedAt) {}

  /** The outcomes of those of {@code keys} that are known. */
  public Future<Map<String, String>> outcomes(String source, Collection<String> keys) {
    if (keys.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    Request request = Request.cmd(Command.HMGET).arg(Keys.source(source, "seen"));
    keys.forEach(request::arg);
    return link.send(request)
        .map(
            answer -> {
              Map<String, String> known = new HashMap<>();
              int i = 0;
              for (String key : keys) {
                Response value = Objects.requireNonNull(answer).get(i++);
                if (value != null) {
                  known.put(key, split(value.toString())[0]);
                }
              }
              return known;
            });
  }

  /**
   * Writes down what became of items.
   *
   * @param blob with {@code parked}: all there is of it
   * @param now ms
   * @return how many of them were not known, or counted under another word
   */
  public Future<Long> explain(
      String source, List<String> keys, String outcome, @Nullable String blob, long now) {
    String plain = plain(outcome);
    List<Object> arguments = new ArrayList<>();
    arguments.add(plain);
    arguments.add(String.valueOf(now / 1000));
    arguments.add(plain.startsWith("parked") ? parked(plain, blob, now) : "");
    arguments.add(KEPT_SECONDS);
    arguments.addAll(keys);
    return link.send(
            Link.call(
                "hilo6_explain",
                List.of(
                    Keys.source(source, "seen"),
                    Keys.source(source, "tally"),
                    Keys.source(source, "parked")),
                arguments))
        .map(Reply::number);
  }

  private static String plain(String outcome) {
    String line = outcome.replaceAll("\\p{Cntrl}", " ");
    String cut = line.length() > LONGEST ? line.substring(0, LONGEST) : line;
    String word = word(cut);
    if (!WORDS.contains(word)) {
      throw new IllegalArgumentException("an outcome begins with one of " + WORDS);
    }
    return cut;
  }

  /** The first word of an outcome. */
  public static String word(String outcome) {
    int end = outcome.indexOf(':');
    return end < 0 ? outcome : outcome.substring(0, end);
  }

  private static String parked(String outcome, @Nullable String blob, long now) {
    String why = outcome.substring(outcome.indexOf(':') + 1).strip();
    return Json.object().put("why", why).put("blob", blob).put("at", now).toString();
  }

  public Future<@Nullable Parked> parked(String source, String key) {
    return link.send(Request.cmd(Command.HGET).arg(Keys.source(source, "parked")).arg(key))
        .map(r -> r == null ? null : parked(r.toString()));
  }

  private static @Nullable Parked parked(String value) {
    JsonNode json = read(value);
    return json == null
        ? null
        : new Parked(
            json.path("why").asText(), json.path("blob").textValue(), json.path("at").asLong());
  }

  /** {@code why} it cannot reach what it polls, null if it can; holds for {@link #STATE_MS}. */
  public Future<Void> say(String source, String node, @Nullable String why) {
    ObjectNode state = Json.object().put("node", node).put("why", why);
    return link.send(
            Request.cmd(Command.SET)
                .arg(Keys.source(source, "state"))
                .arg(state.toString())
                .arg("PX")
                .arg(STATE_MS))
        .mapEmpty();
  }

  /** So many items were not explained when that was looked at. */
  public Future<Void> missing(String source, int count, long now) {
    return link.send(
            Request.cmd(Command.HSET)
                .arg(Keys.source(source, "tally"))
                .arg("missing")
                .arg(count)
                .arg("checked")
                .arg(now))
        .mapEmpty();
  }

  public Future<Standing> standing(String source) {
    Future<@Nullable Response> state =
        link.send(Request.cmd(Command.GET).arg(Keys.source(source, "state")));
    Future<@Nullable Response> cursor =
        link.send(Request.cmd(Command.GET).arg(Keys.source(source, "cursor")));
    Future<@Nullable Response> tally =
        link.send(Request.cmd(Command.HGETALL).arg(Keys.source(source, "tally")));
    return Future.all(state, cursor, tally)
        .map(_ -> standing(state.result(), cursor.result(), tally.result()));
  }

  private static Standing standing(
      @Nullable Response state, @Nullable Response cursor, @Nullable Response tally) {
    JsonNode said = state == null ? null : read(state.toString());
    Map<String, Long> counts = new HashMap<>();
    if (tally != null) {
      for (String field : tally.getKeys()) {
        counts.put(field, Reply.number(tally.get(field)));
      }
    }
    long missing = counts.getOrDefault("missing", 0L);
    Long checked = counts.get("checked");
    counts.keySet().retainAll(WORDS);
    return new Standing(
        said == null ? null : said.path("node").asText(),
        said == null ? null : said.path("why").textValue(),
        cursor == null ? null : cursor.toString(),
        Map.copyOf(counts),
        missing,
        checked);
  }

  /**
   * Some of the items that something became of; a page may have none and yet not be the last.
   *
   * @param word one of {@link #WORDS}
   * @param after as {@link Page#next}, null at the beginning
   */
  public Future<Page> entries(String source, String word, @Nullable String after) {
    return entries(source, word, after == null ? "0" : after, new ArrayList<>(), SCANS);
  }

  private Future<Page> entries(
      String source, String word, String from, List<Entry> found, int scans) {
    boolean parked = word.equals("parked");
    return link.send(
            Request.cmd(Command.HSCAN)
                .arg(Keys.source(source, parked ? "parked" : "seen"))
                .arg(from)
                .arg("COUNT")
                .arg(parked ? PAGE : SCANNED))
        .compose(
            answer -> {
              Response all = Objects.requireNonNull(answer);
              String next = Objects.requireNonNull(all.get(0)).toString();
              Response pairs = Objects.requireNonNull(all.get(1));
              for (int i = 0; i + 1 < pairs.size(); i += 2) {
                String key = Objects.requireNonNull(pairs.get(i)).toString();
                String value = Objects.requireNonNull(pairs.get(i + 1)).toString();
                Entry entry = parked ? parkedEntry(key, value) : entry(key, value);
                if (entry != null && word(entry.outcome()).equals(word)) {
                  found.add(entry);
                }
              }
              boolean last = next.equals("0");
              return last || found.size() >= PAGE || scans <= 1
                  ? Future.succeededFuture(new Page(List.copyOf(found), last ? null : next))
                  : entries(source, word, next, found, scans - 1);
            });
  }

  private static @Nullable Entry entry(String key, String value) {
    String[] parts = split(value);
    return key.startsWith("content|")
        ? null
        : new Entry(key, parts[0], parts.length > 1 ? Long.parseLong(parts[1]) * 1000 : 0, null);
  }

  private static @Nullable Entry parkedEntry(String key, String value) {
    Parked parked = parked(value);
    return parked == null ? null : new Entry(key, "parked", parked.at(), parked);
  }

  private static String[] split(String value) {
    return value.split("\t", 2);
  }

  /**
   * Somebody wants something of a source; whoever runs it takes it from {@link #wishes}.
   *
   * @return false if too many wishes wait already
   */
  public Future<Boolean> wish(String source, String wish) {
    String key = Keys.source(source, "asked");
    return link.send(Request.cmd(Command.SCARD).arg(key))
        .compose(
            n ->
                Reply.number(n) >= MOST_WISHES
                    ? Future.succeededFuture(false)
                    : link.send(Request.cmd(Command.SADD).arg(key).arg(wish)).map(true));
  }

  public Future<List<String>> wishes(String source) {
    return link.send(Request.cmd(Command.SMEMBERS).arg(Keys.source(source, "asked")))
        .map(
            all -> {
              List<String> wishes = new ArrayList<>();
              if (all != null) {
                all.forEach(each -> wishes.add(each.toString()));
              }
              return wishes;
            });
  }

  /** A wish came true. */
  public Future<Void> granted(String source, String wish) {
    return link.send(Request.cmd(Command.SREM).arg(Keys.source(source, "asked")).arg(wish))
        .mapEmpty();
  }

  private static @Nullable JsonNode read(String value) {
    try {
      return Json.parse(value.getBytes(StandardCharsets.UTF_8));
    } catch (Json.BadJson e) {
      return null; // of another release: it says nothing here
    }
  }
}
