package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.codec.EntryCodec;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.testing.RedisFork;
import dev.hilo.testing.RedisServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every function touches the keys that its call declares, and no other: each call is made by a user
 * whom Redis allows just these. An undeclared key would break a slot's migration in the middle of a
 * write.
 */
class DeclaredKeysTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static RedisFork fork;

  private final CustomerId c = CustomerId.fresh("main");
  private final int p = Keys.partition(c);

  @BeforeAll
  static void start() {
    fork = RedisFork.start(redis.binary());
    assertThat(fork.command("FUNCTION", "LOAD", library())).isEqualTo("hilo");
  }

  @AfterAll
  static void stop() {
    fork.close();
  }

  private static String library() {
    return FunctionLibrary.load().source();
  }

  private String call(String function, List<String> keys, List<Object> arguments) {
    List<String> rights =
        new ArrayList<>(List.of("ACL", "SETUSER", "limited", "reset", "on", "nopass", "+@all"));
    keys.forEach(
        key -> rights.addAll(List.of("~" + key, "&" + key))); // a doorbell has a key's name
    for (Object argument : arguments) { // other channels are named by arguments
      if (argument.toString().startsWith("{")) {
        rights.add("&" + argument);
      }
    }
    assertThat(fork.command(rights.toArray(String[]::new))).isEqualTo("+OK");
    List<String> words = new ArrayList<>(List.of("FCALL", function, "" + keys.size()));
    words.addAll(keys);
    arguments.forEach(a -> words.add(a.toString()));
    String reply = fork.commandAs("limited", words.toArray(String[]::new));
    assertThat(reply).doesNotContain("NOPERM").doesNotContain("ACL failure").doesNotStartWith("-");
    return reply;
  }

  private List<String> keys(long generation) {
    return List.of(
        Keys.epoch(p),
        Keys.meta(c),
        Keys.stream(c),
        Keys.dedupe(c, generation),
        Keys.dedupe(c, generation - 1),
        Keys.journal(p),
        Keys.work(p));
  }

  private List<Object> arguments(String src, String q, String redirect, long generation) {
    Draft draft = Some.heard(c, "a");
    return List.of(
        c,
        7,
        src,
        q,
        0,
        redirect,
        0,
        Keys.channel(c),
        Keys.doorbell(p),
        generation,
        "F",
        text(EntryCodec.header(draft.header())),
        text(EntryCodec.body(draft.event())),
        "D",
        text(EntryCodec.header(draft.header())),
        text(EntryCodec.body(draft.event())));
  }

  private String loud() {
    return lastLine(fork.command("HGET", Keys.meta(c), "q"));
  }

  private String gathered(String q, String src, long generation) {
    Draft draft = Some.heard(c, "a");
    String header = text(EntryCodec.header(draft.header()));
    String body = text(EntryCodec.body(draft.event()));
    return call(
        "hilo3_gather",
        keys(generation),
        List.of(c, Keys.channel(c), q, "-", generation, 1, src, "F", header, body));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static List<Object> with(List<?> some, Object... before) {
    List<Object> all = new ArrayList<>(List.of(before));
    all.addAll(some);
    return all;
  }

  @Test
  void everyFunctionInEveryCourseItCanTake() {
    String child = CustomerId.fresh("main").toString();
    List<String> three = List.of(Keys.snapshot(c), Keys.stream(c), Keys.meta(c));
    assertThat(call("hilo1_append", keys(1), arguments("s1", "0", "", 1))).startsWith("A");
    assertThat(call("hilo1_append", keys(1), arguments("s1", "", "", 1))).startsWith("D");
    assertThat(call("hilo1_append", keys(2), arguments("s2", "", "", 2))).startsWith("A");
    assertThat(call("hilo1_append", keys(3), arguments("s3", "0", "", 3))).startsWith("C");
    assertThat(call("hilo1_append", keys(3), arguments("s4", "", child + "=M", 3))).startsWith("R");
    assertThat(call("hilo1_join", keys(3), with(arguments("s5", "", "", 3), child, "M")))
        .startsWith("A");
    assertThat(call("hilo1_append", keys(3), arguments("s6", "", child + "=M", 3))).startsWith("A");
    String token = call("hilo1_own", List.of(Keys.own(p)), List.of("n1"));
    List<String> owned = List.of(Keys.own(p), Keys.claims(c));
    assertThat(call("hilo1_claim", owned, List.of("no", "m", "", "v"))).startsWith("T");
    assertThat(call("hilo1_claim", owned, List.of(token, "m", "", "v"))).startsWith("A");
    assertThat(call("hilo1_claim", owned, List.of(token, "m", "x", "w"))).startsWith("C");
    List<String> nine = new ArrayList<>(keys(3));
    nine.addAll(owned);
    assertThat(call("hilo1_done", nine, with(arguments("s7", "", "", 3), "no", "m")))
        .startsWith("T");
    assertThat(call("hilo1_done", nine, with(arguments("s7", "", "", 3), token, "m")))
        .startsWith("A");
    assertThat(
            call("hilo1_snapshot", List.of(Keys.own(p), Keys.snapshot(c)), List.of(token, "1|0|x")))
        .isEqualTo("A");
    List<String> settle = List.of(Keys.own(p), Keys.work(p), Keys.meta(c));
    assertThat(call("hilo1_settle", settle, List.of(token, c, 99, ""))).isEqualTo("C");
    assertThat(call("hilo1_settle", settle, List.of(token, c, 11, 5))).isEqualTo("A");
    assertThat(call("hilo1_settle", settle, List.of(token, c, 11, ""))).isEqualTo("A");
    String rows = Keys.rows(p, "main");
    assertThat(call("hilo1_row", List.of(Keys.own(p), rows), List.of(token, c, "row", rows)))
        .isEqualTo("A");
    assertThat(call("hilo1_row", List.of(Keys.own(p), rows), List.of(token, c, "", rows)))
        .isEqualTo("A");
    for (String after : List.of("", "0", "5-5")) {
      assertThat(call("hilo1_load", three, List.of(1, after, 10))).startsWith("11\n");
    }
    assertThat(call("hilo1_positions", List.of(Keys.stream(c)), List.of("0"))).isEqualTo(":1");
    List<String> five =
        List.of(Keys.devices(c), Keys.meta(c), Keys.stream(c), Keys.objects(c), Keys.present(c));
    for (String since : List.of("", "-", "0", "5-5")) {
      assertThat(call("hilo1_enter", five, List.of(2, 9, "d", since, "op"))).contains(":0");
    }
    List<String> present = List.of(Keys.presentNodes(p), Keys.presentOf(p, "n1"), Keys.present(c));
    for (String who : List.of("{}", "{}", "", "")) {
      assertThat(call("hilo1_present", present, List.of("n1", c, "s", who, Keys.channel(c))))
          .startsWith(":");
    }
    List<String> objects = List.of(Keys.objects(c));
    assertThat(call("hilo1_put", objects, List.of("k", 0, "v", Keys.channel(c), 1)))
        .startsWith("A");
    assertThat(call("hilo1_put", objects, List.of("k", 0, "w", Keys.channel(c), 1)))
        .startsWith("C");
    assertThat(call("hilo1_put", objects, List.of("l", 0, "w", Keys.channel(c), 1)))
        .startsWith("F");
    List<String> lease = List.of(Keys.source("s", "lease"), Keys.source("s", "token"));
    assertThat(call("hilo1_lease", lease, List.of("n1", 600_000))).isEqualTo(":1");
    assertThat(call("hilo1_lease", lease, List.of("n1", 600_000))).isEqualTo(":1");
    assertThat(call("hilo1_lease", lease, List.of("n2", 600_000))).isEqualTo(":0");
    String q = loud();
    List<Object> seal =
        List.of(c, 7, "M2", child, q, Keys.channel(c), Keys.doorbell(p), "{}", "{}");
    assertThat(call("hilo1_seal", keys(3), with(seal.subList(5, 9), c, 7, "M2", child, "1-1")))
        .startsWith("C");
    assertThat(call("hilo1_seal", keys(3), seal)).startsWith("A");
    assertThat(call("hilo1_seal", keys(3), seal)).startsWith("S");
    assertThat(call("hilo1_append", keys(3), arguments("s9", "", "", 3))).startsWith("S");
  }

  private List<Object> lean(String src, String q, String redirect, long generation) {
    Draft draft = Some.heard(c, "a");
    String header = text(EntryCodec.header(draft.header()));
    String body = text(EntryCodec.body(draft.event()));
    return List.of(
        c, Keys.channel(c), src, q, 0, redirect, 0, generation, "FD", header, body, header, body);
  }

  @Test
  void everyFunctionOfLibrary2InEveryCourseItCanTake() {
    String child = CustomerId.fresh("main").toString();
    // ids of library 1, of this generation and of the one before
    assertThat(call("hilo2_append", keys(1), lean("", "0", "", 1))).startsWith("A");
    fork.command("HSET", Keys.meta(c), "g", "1", "a:x", "M");
    assertThat(call("hilo2_append", keys(1), lean("s1", "", "", 1))).startsWith("A");
    assertThat(call("hilo2_append", keys(2), lean("s1", "", "", 2))).startsWith("D");
    assertThat(call("hilo2_append", keys(2), lean("s2", "", "", 2))).startsWith("A");
    assertThat(call("hilo2_append", keys(3), lean("s3", "0", "", 3))).startsWith("C");
    assertThat(call("hilo2_append", keys(3), lean("s4", "", child + "=M", 3))).startsWith("R");
    assertThat(call("hilo2_join", keys(4), with(lean("s5", "", "", 4), child, "M")))
        .startsWith("A");
    assertThat(call("hilo2_append", keys(5), lean("s6", "", child + "=M", 5))).startsWith("A");
    assertThat(gathered("x", "g0", 5)).startsWith("N");
    assertThat(gathered(loud(), "g1", 5)).startsWith("A\n");
    assertThat(gathered(loud(), "g1", 6)).contains("\nD");
    assertThat(gathered(loud(), "g2", 7)).startsWith("A\n");
    String token = call("hilo1_own", List.of(Keys.own(p)), List.of("n1"));
    List<String> nine = new ArrayList<>(keys(5));
    nine.addAll(List.of(Keys.own(p), Keys.claims(c)));
    assertThat(call("hilo2_done", nine, with(lean("s7", "", "", 5), "no", "m"))).startsWith("T");
    assertThat(call("hilo2_done", nine, with(lean("s7", "", "", 5), token, "m"))).startsWith("A");
    String rows = Keys.rows(p, "main");
    List<String> tend = List.of(Keys.own(p), Keys.work(p), Keys.meta(c), rows, Keys.snapshot(c));
    String n = fork.command("HGET", Keys.meta(c), "n");
    assertThat(call("hilo2_tended", tend, List.of("no", c, n, 5, "row", rows, "1|0|x")))
        .isEqualTo("T");
    assertThat(call("hilo2_tended", tend, List.of(token, c, n, 5, "row", rows, "1|0|x")))
        .isEqualTo("A");
    assertThat(call("hilo2_tended", tend, List.of(token, c, 99, "", "", rows, ""))).isEqualTo("C");
    assertThat(call("hilo2_tended", tend, List.of(token, c, n, "", "=", rows, ""))).isEqualTo("A");
    assertThat(call("hilo2_tended", tend, List.of(token, c, n, "=", "=", rows, ""))).isEqualTo("A");
    List<String> six =
        List.of(Keys.snapshot(c), Keys.stream(c), Keys.meta(c), Keys.epoch(p), Keys.work(p), rows);
    for (String after : List.of("", "0", "5-5")) {
      assertThat(call("hilo2_look", six, List.of(1, after, 10, c))).startsWith(n + "\n");
    }
    assertThat(call("hilo2_rows", List.of(Keys.epoch(p), rows), List.of())).isNotEmpty();
    List<String> places = List.of(Keys.epoch(p), Keys.work(p), Keys.journal(p), Keys.cursors(p));
    assertThat(call("hilo2_sweep", places, List.of(1, 5, "rows", 0, ""))).contains(c.toString());
  }

  @Test
  void everyFunctionOfLibrary4InEveryCourseItCanTake() {
    List<String> tries = List.of(Keys.tries("x"));
    assertThat(call("hilo4_try", tries, List.of(1000, 2, 1000, 9000, 60_000))).isEqualTo(":0");
    assertThat(call("hilo4_try", tries, List.of(1000, 2, 1000, 9000, 60_000))).isEqualTo(":0");
    assertThat(call("hilo4_try", tries, List.of(1500, 2, 1000, 9000, 60_000))).isEqualTo(":500");
    List<String> vault = List.of(Keys.vault("main", "x"));
    assertThat(call("hilo4_swap", vault, List.of("", "a"))).isEqualTo(":1");
    assertThat(call("hilo4_swap", vault, List.of("", "a"))).isEqualTo(":1");
    assertThat(call("hilo4_swap", vault, List.of("", "b"))).isEqualTo(":0");
    assertThat(call("hilo4_swap", vault, List.of("a", "b"))).isEqualTo(":1");
  }

  @Test
  void everyFunctionOfLibrary5InEveryCourseItCanTake() {
    List<String> turns = List.of(Keys.pace("x"));
    List<Object> two = List.of(2, 3_600_000, 0);
    assertThat(call("hilo5_turn", turns, two)).isEqualTo(":0");
    assertThat(call("hilo5_turn", turns, two)).startsWith(":1").isNotEqualTo(":1");
    assertThat(call("hilo5_turn", turns, List.of(2, 3_600_000, 3_600_000))).startsWith(":1");
    assertThat(call("hilo5_turn", turns, List.of(2, 3_600_000, 3_600_000))).startsWith(":3");
  }

  @Test
  void everyFunctionOfLibrary6InEveryCourseItCanTake() {
    List<String> ledger =
        List.of(Keys.source("s", "seen"), Keys.source("s", "tally"), Keys.source("s", "parked"));
    assertThat(call("hilo6_explain", ledger, List.of("parked: odd", 7, "{}", 99, "1|1", "1|2")))
        .isEqualTo(":2");
    assertThat(call("hilo6_explain", ledger, List.of("ingested", 8, "", 99, "1|1", "content|a")))
        .isEqualTo(":1");
    assertThat(call("hilo6_explain", ledger, List.of("duplicate", 9, "", 99, "1|1", "1|2")))
        .isEqualTo(":1");
  }

  private static String lastLine(String reply) {
    return reply.substring(reply.lastIndexOf('\n') + 1);
  }

  @Test
  void theUserCouldNotTouchAnotherKey() {
    fork.command("ACL", "SETUSER", "limited", "reset", "on", "nopass", "+@all", "~x");
    assertThat(
            fork.command(
                "FUNCTION",
                "LOAD",
                "#!lua name=other\n"
                    + "redis.register_function('touch', function(k, a) return redis.call('GET',"
                    + " a[1]) end)"))
        .isEqualTo("other");
    assertThat(fork.commandAs("limited", "FCALL", "touch", "1", "x", "x")).isEqualTo("$-1");
    assertThat(fork.commandAs("limited", "FCALL", "touch", "1", "x", "y")).startsWith("-");
  }

  @Test
  void theLibraryHasNoFunctionThatIsNotTestedHere() {
    String[] declared =
        library()
            .lines()
            .filter(line -> line.contains("register_function"))
            .map(line -> line.replaceAll(".*'(hilo\\w+)'.*", "$1"))
            .sorted()
            .toArray(String[]::new);
    assertThat(declared)
        .containsExactly(
            "hilo1_append",
            "hilo1_claim",
            "hilo1_done",
            "hilo1_enter",
            "hilo1_join",
            "hilo1_lease",
            "hilo1_load",
            "hilo1_own",
            "hilo1_positions",
            "hilo1_present",
            "hilo1_put",
            "hilo1_row",
            "hilo1_seal",
            "hilo1_settle",
            "hilo1_snapshot",
            "hilo2_append",
            "hilo2_done",
            "hilo2_join",
            "hilo2_look",
            "hilo2_rows",
            "hilo2_sweep",
            "hilo2_tended",
            "hilo3_gather",
            "hilo4_swap",
            "hilo4_try",
            "hilo5_turn",
            "hilo6_explain",
            "hilo_version");
  }
}
