package dev.hilo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.Gateway;
import dev.hilo.conversation.CustomerId;
import dev.hilo.core.Actions;
import dev.hilo.store.Tokens;
import dev.hilo.testing.RedisServer;
import dev.hilo.workspace.Item;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every call, frame and action there is, tried as everybody there is; who may do what stands in
 * {@code rights.txt}. What has no row there fails.
 */
class RightsMatrixTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private static final List<String> COLUMNS =
      List.of(
          "nobody",
          "device",
          "agent",
          "supervisor",
          "administrator",
          "auditor",
          "bot",
          "integration");

  /** What a refusal is called. */
  private static final Set<String> REFUSED =
      Set.of("unauthorized", "forbidden", "forbidden-origin", "bad-token", "bad-ticket");

  /** They touch no thread, so that another company's people do them at home. */
  private static final Set<String> AT_HOME =
      Set.of(
          "frame Hello",
          "frame Auth",
          "frame Beat",
          "frame WatchInbox",
          "frame UnwatchInbox",
          "frame WatchDesk",
          "frame UnwatchDesk",
          "frame Unwatch");

  private static Credentials all;
  private static Gateway node;
  private static SocketClient visitor;
  private static SocketClient foreigner;
  private static String customer;
  private static String file;
  private static Map<String, Map<String, Boolean>> rights;

  /** {@code row} is its name in the table. */
  private record Call(String row, String method, String path, String body) {
    boolean changes() {
      return !method.equals("GET");
    }

    boolean ofAThread() {
      return path.contains(customer) || path.equals(file);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    all = new Credentials(new Nodes(redis.uri(), redis.workspace()), 1);
    node = all.node();
    visitor = all.visitor(node, all.one, "hello");
    foreigner = all.visitor(node, all.two, "hello");
    customer = visitor.topic().substring(2);
    file = all.file(node, customer, "a file");
    rights = table();
  }

  @AfterAll
  static void stop() throws Exception {
    all.close();
  }

  private static Map<String, Map<String, Boolean>> table() throws IOException {
    Map<String, Map<String, Boolean>> rows = new LinkedHashMap<>();
    try (InputStream in =
        Objects.requireNonNull(RightsMatrixTest.class.getResourceAsStream("/rights.txt"))) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        if (!line.isBlank() && !line.startsWith("#")) {
          List<String> cells = new ArrayList<>(List.of(line.strip().split("\\s+")));
          String row = cells.removeFirst() + " " + cells.removeFirst();
          assertThat(cells).as("rights.txt: " + row).hasSize(COLUMNS.size());
          Map<String, Boolean> may = new LinkedHashMap<>();
          for (int i = 0; i < cells.size(); i++) {
            may.put(COLUMNS.get(i), cells.get(i).equals("yes"));
          }
          assertThat(rows.put(row, may)).as("rights.txt has two rows for " + row).isNull();
        }
      }
    }
    return rows;
  }

  private static Map<String, Boolean> row(String name) {
    Map<String, Boolean> row = rights.get(name);
    assertThat(row)
        .as("rights.txt has no row for \"%s\": say there who may, in %s", name, COLUMNS)
        .isNotNull();
    return row;
  }

  // ---- what there is

  private static List<Call> calls() throws Exception {
    JsonNode paths = Rest.nobody(node).get("/api/v1/openapi.json").json().path("paths");
    List<Call> calls = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : paths.properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        String method = operation.getKey().toUpperCase(Locale.ROOT);
        if (path.getKey().contains("{action}")) {
          for (Actions.Action action : Actions.Action.values()) {
            add(calls, method, path.getKey().replace("{action}", action.word()));
          }
        } else if (path.getKey().contains("{kind}") && !method.equals("GET")) {
          for (Item.Kind kind : Item.Kind.values()) {
            add(calls, method, path.getKey().replace("{kind}", kind.word()));
          }
        } else {
          add(calls, method, path.getKey());
        }
      }
    }
    assertThat(calls).hasSizeGreaterThan(40);
    return calls;
  }

  private static void add(List<Call> calls, String method, String template) {
    String path =
        "/api/v1"
            + template
                .replace("{customer}", customer)
                .replace("{kind}", "label")
                .replaceAll("\\{\\w+}", "matrix");
    if (template.startsWith("/blobs/")) {
      path = file;
    }
    String action = template.substring(template.lastIndexOf('/') + 1);
    String body =
        template.endsWith("/messages")
            ? Rest.object("id", Tokens.random(), "content", Rest.text("hello")).toString()
            : template.contains("/actions/")
                ? fields(action).toString()
                : method.equals("GET") ? "" : "{}";
    calls.add(new Call(method + " " + template, method, path, body));
  }

  /** Good fields for an action, so that it is asked who acts. */
  private static ObjectNode fields(String action) {
    ObjectNode f = Rest.object("id", Tokens.random());
    return switch (action) {
      case "note" -> f.put("text", "kind");
      case "assign" -> f.put("to", "me");
      case "label" -> f.set("add", Rest.json("[\"vip\"]"));
      case "priority" -> f.put("priority", "high");
      case "attributes" -> f.set("set", Rest.object("k", "v"));
      case "react" -> f.put("message", "none").put("emoji", "+1");
      case "edit" -> f.put("message", "none").set("content", Rest.text("other"));
      case "remove" -> f.put("message", "none");
      case "join" -> f.put("with", CustomerId.fresh(all.one).toString());
      case "ask-proof" -> f.put("via", "none");
      case "prove" -> f.put("code", "000000");
      default -> f;
    };
  }

  private static List<String> frames() throws Exception {
    List<String> rows = new ArrayList<>();
    for (Class<?> frame : Class.forName("dev.hilo.live.Frame").getPermittedSubclasses()) {
      if (!frame.getSimpleName().equals("Do")) {
        rows.add("frame " + frame.getSimpleName());
      }
    }
    for (Actions.Action action : Actions.Action.values()) {
      rows.add("do " + action.word());
    }
    return rows;
  }

  /** How a frame is said about a thread. */
  private static ObjectNode frame(String row, String token) {
    String name = row.substring(row.indexOf(' ') + 1);
    ObjectNode f = Rest.object("topic", "c:" + customer);
    if (row.startsWith("do ")) {
      f.setAll(fields(name));
      return f.put("type", "do").put("action", name);
    }
    return switch (name) {
      case "Hello" -> Rest.object("type", "hello", "inbox", "shop");
      case "Auth" -> Rest.object("type", "auth", "token", token);
      case "Beat" -> Rest.object("type", "beat");
      case "SayFrame" ->
          Rest.object("type", "say", "id", Tokens.random(), "content", Rest.text("hello"))
              .set("to", Rest.object("customer", customer));
      case "Put" -> f.put("type", "put").put("key", "k").put("rev", 0).put("value", 1);
      case "Watch" -> f.put("type", "watch");
      case "WatchInbox" -> Rest.object("type", "watch", "topic", "inbox");
      case "WatchDesk" -> Rest.object("type", "watch", "topic", "desk");
      case "Unwatch" -> f.put("type", "unwatch");
      case "UnwatchInbox" -> Rest.object("type", "unwatch", "topic", "inbox");
      case "UnwatchDesk" -> Rest.object("type", "unwatch", "topic", "desk");
      case "Read" -> f.put("type", "read").put("upTo", "1-1");
      case "Typing" -> f.put("type", "typing").put("on", true);
      case "History" -> f.put("type", "history").put("cursor", "none");
      case "State" -> f.put("type", "state");
      default ->
          throw new AssertionError("RightsMatrixTest does not know how to say the frame " + name);
    };
  }

  // ---- trying it

  private static boolean done(Call call, Rest.Answer answer) {
    assertThat(answer.status()).as("%s: %s", call.row, answer.body()).isNotEqualTo(429);
    assertThat(answer.status()).as("%s: %s", call.row, answer.body()).isLessThan(500);
    if (call.path.equals(file)) {
      return answer.status() == 200;
    }
    return answer.status() < 400 || !REFUSED.contains(String.valueOf(answer.code()));
  }

  private static boolean may(Rest who, Call call) throws Exception {
    return done(call, who.call(call.method, call.path, call.body));
  }

  private static Rest rest(String workspace, String column) throws Exception {
    return switch (column) {
      case "nobody" -> Rest.nobody(node);
      case "device" ->
          Rest.program(node, (workspace.equals(all.one) ? visitor : foreigner).token())
              .with("Origin", node.url().toString());
      default -> all.as(node, workspace, column).with("Origin", node.url().toString());
    };
  }

  @Test
  void everythingThatIsHasARowAndNothingElse() throws Exception {
    Set<String> rows = new TreeSet<>(frames());
    calls().forEach(call -> rows.add(call.row));
    rows.forEach(RightsMatrixTest::row);
    assertThat(rights.keySet()).as("rows of nothing").isSubsetOf(rows);
  }

  @Test
  void callsAreAnsweredToThoseOfTheTableOnly() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (Call call : calls()) {
      Map<String, Boolean> row = row(call.row);
      for (String column : COLUMNS) {
        boolean may = may(rest(all.one, column), call);
        if (may != row.get(column)) {
          wrong.add(call.row + " as " + column + ": " + may);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void nobodyOfAnotherCompanyTouchesAThread() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (Call call : calls()) {
      if (call.ofAThread()) {
        for (String column : COLUMNS) {
          if (may(rest(all.two, column), call)) {
            wrong.add(call.row + " as " + column);
          }
        }
      }
    }
    for (String row : frames()) {
      for (String column : Credentials.PEOPLE) {
        if (!AT_HOME.contains(row) && said(row, all.two, column)) {
          wrong.add(row + " as " + column);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void whatIsWorthNothingOpensNothing() throws Exception {
    Map<String, Rest> worthless = all.worthless(node);
    List<String> wrong = new ArrayList<>();
    for (Call call : calls()) {
      if (!row(call.row).get("nobody")) {
        for (Map.Entry<String, Rest> who : worthless.entrySet()) {
          if (may(who.getValue(), call)) {
            wrong.add(call.row + " with " + who.getKey());
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void anotherSitesPageChangesNothing() throws Exception {
    Rest boss = all.person(node, all.one, "boss").with("Origin", "https://evil.example");
    Rest nobody = Rest.nobody(node).with("Origin", "https://evil.example");
    for (Call call : calls()) {
      if (call.changes()) {
        for (Rest who : List.of(boss, nobody)) {
          Rest.Answer answer = who.call(call.method, call.path, call.body);
          assertThat(answer.status()).as("%s: %s", call.row, answer.body()).isEqualTo(403);
          assertThat(answer.code()).isEqualTo("forbidden-origin");
        }
      }
    }
    assertThat(boss.with("Origin", node.url().toString()).get("/api/v1/session").status())
        .as("the session is a good one")
        .isEqualTo(200);
  }

  /** Whether somebody on a socket is not refused. */
  private static boolean said(String row, String workspace, String column) throws Exception {
    try (SocketClient socket = socket(workspace, column)) {
      if (row.equals("frame History")) {
        socket.ask("watch", "topic", "c:" + customer);
      }
      String token = column.equals("device") ? socket.token() : Tokens.random();
      ObjectNode frame = frame(row, token);
      frame.put("ref", "tried");
      socket.forget();
      socket.raw(frame.toString());
      JsonNode answer =
          row.equals("frame Beat")
              ? socket.await("beat")
              : socket.await(f -> f.path("ref").asText().equals("tried"), row);
      String code = answer.path("code").asText();
      return !REFUSED.contains(code)
          && !(row.equals("frame History") && code.equals("unknown-topic"));
    }
  }

  private static SocketClient socket(String workspace, String column) throws Exception {
    if (!column.equals("device")) {
      return SocketClient.agent(all.nodes, node, all.person(node, workspace, column));
    }
    SocketClient device = all.visitor(node, workspace, "hello");
    device.await("caught-up");
    return device;
  }

  @Test
  void framesAreAnsweredToThoseOfTheTableOnly() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (String row : frames()) {
      Map<String, Boolean> may = row(row);
      for (String column : List.of("device", "agent", "supervisor", "administrator", "auditor")) {
        if (said(row, all.one, column) != may.get(column)) {
          wrong.add(row + " as " + column + " is not " + may.get(column));
        }
      }
      for (String column : List.of("nobody", "bot", "integration")) {
        assertThat(may.get(column)).as(row + ": " + column + " has no socket").isFalse();
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void whoHasNothingGoodInHandGetsNoSocket() throws Exception {
    Rest agent = all.person(node, all.one, "agent");
    String used = agent.ticket();
    SocketClient.hello(all.nodes, node, "ticket", used).close();
    Rest suspended = all.person(node, all.one, "late");
    String late = suspended.ticket();
    Rest boss = all.person(node, all.one, "boss");
    boss.put(
        "/api/v1/desk/user/late",
        Rest.object("name", "Late", "roles", List.of("agent"), "suspended", true));
    String own = visitor.token();
    Map<String, ObjectNode> hellos = new LinkedHashMap<>();
    hellos.put("nothing", Rest.object());
    hellos.put("a used ticket", Rest.object("ticket", used));
    hellos.put("a ticket made up", Rest.object("ticket", Tokens.random()));
    hellos.put("a suspended user's ticket", Rest.object("ticket", late));
    hellos.put("a sign-in link as a ticket", Rest.object("ticket", all.code(all.one, "agent")));
    hellos.put("a sign-in link as a link", Rest.object("link", all.code(all.one, "agent")));
    hellos.put("a token made up", Rest.object("token", "eyJjIjoieCJ9." + Tokens.random()));
    hellos.put(
        "a token with another signature",
        Rest.object("token", own.substring(0, own.indexOf('.') + 1) + "A".repeat(32)));
    hellos.put("an API key as a token", Rest.object("token", "the-key-of-the-bot-of-" + all.one));
    hellos.put("another company's name", Rest.object("inbox", "elsewhere/shop"));
    for (Map.Entry<String, ObjectNode> hello : hellos.entrySet()) {
      try (SocketClient socket = SocketClient.connect(all.nodes, node, null)) {
        socket.raw(hello.getValue().put("type", "hello").toString());
        JsonNode answer = socket.await(_ -> true, "an answer");
        assertThat(answer.path("type").asText())
            .as(hello.getKey() + ": " + answer)
            .isEqualTo("problem");
        assertThat(socket.awaitClose()).as(hello.getKey()).isBetween(4000, 4200);
        assertThat(socket.frames()).as(hello.getKey()).hasSize(1);
      }
    }
    try (SocketClient silent = SocketClient.connect(all.nodes, node, null)) {
      silent.raw(frame("frame WatchInbox", "").toString());
      assertThat(silent.await("problem").path("code").asText()).isEqualTo("hello-first");
    }
  }

  @Test
  void linksOpenOnce() throws Exception {
    String code = all.code(all.one, "agent");
    Rest nobody = Rest.nobody(node);
    assertThat(nobody.post("/api/v1/session", Rest.object("code", code)).status()).isEqualTo(204);
    Rest.Answer again = nobody.post("/api/v1/session", Rest.object("code", code));
    assertThat(again.code()).isEqualTo("bad-link");
    assertThat(again.headers().firstValue("set-cookie")).isEmpty();
    JsonNode link = visitor.act(visitor.topic(), "link");
    String device = link.path("url").asText();
    device = device.substring(device.indexOf('#') + 1);
    SocketClient.hello(all.nodes, node, "link", device).close();
    try (SocketClient late = SocketClient.connect(all.nodes, node, null)) {
      late.tell("hello", "link", device);
      assertThat(late.await("problem").path("code").asText()).isEqualTo("bad-link");
    }
  }

  // ---- what answers tell the browser

  @Test
  void everyAnswerIsSafeToShow() throws Exception {
    Rest boss = all.person(node, all.one, "boss");
    for (Call call : calls()) {
      if (!call.changes()) {
        for (Rest who : List.of(Rest.nobody(node), boss)) {
          Rest.Answer answer = who.get(call.path);
          safe(call.row, answer);
          if (!call.path.equals(file)) {
            assertThat(answer.headers().firstValue("cache-control"))
                .as(call.row)
                .hasValue("no-store");
          }
          assertThat(answer.headers().firstValue("content-security-policy").orElse(""))
              .as(call.row)
              .startsWith("default-src 'none'");
          assertThat(answer.headers().firstValue("access-control-allow-origin"))
              .as(call.row)
              .isEmpty();
        }
      }
    }
    for (String page : List.of("/agent", "/c")) {
      Rest.Answer answer = Rest.nobody(node).get(page);
      assertThat(answer.status()).as(page).isEqualTo(200);
      safe(page, answer);
      assertThat(answer.headers().firstValue("content-security-policy").orElse(""))
          .as(page)
          .contains("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'")
          .doesNotContain("unsafe");
    }
    for (String other :
        List.of("/widget.js", "/assets/none.js", "/nothing", "/webhooks/none", "/api/v1/none")) {
      safe(other, Rest.nobody(node).get(other));
    }
    safe("/live/stream", Rest.nobody(node).post("/live/stream", "{}"));
  }

  private static void safe(String what, Rest.Answer answer) {
    assertThat(answer.headers().firstValue("x-content-type-options")).as(what).hasValue("nosniff");
    assertThat(answer.headers().firstValue("referrer-policy").orElse(""))
        .as(what)
        .isIn("same-origin", "no-referrer");
    assertThat(answer.headers().firstValue("strict-transport-security"))
        .as(what + ": not over http")
        .isEmpty();
  }

  @Test
  void overHttpsTheBrowserIsToldToStayThere() throws Exception {
    Gateway secure =
        all.nodes.start("https", redis.uri(), "http: {public-url: \"https://chat.shop.example\"}");
    Rest rest = Rest.at(all.nodes.at(secure));
    for (String path : List.of("/agent", "/c", "/widget.js", "/api/v1/session", "/nothing")) {
      assertThat(rest.get(path).headers().firstValue("strict-transport-security").orElse(""))
          .as(path)
          .startsWith("max-age=31536000");
    }
    all.nodes.stop(secure);
  }
}
