package dev.hilo.gateway;

import static dev.hilo.gateway.SocketClient.is;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import dev.hilo.store.Tokens;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two companies with the same people, inboxes, accounts and customers' addresses, on two nodes:
 * whatever they do, and whatever they try with the other's ids, nothing that comes to one holds a
 * word of the other.
 */
class IsolationTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private static Credentials all;
  private static Company red;
  private static Company blue;
  private static int count;

  /** One company as the test knows it: also all that ever came to it. */
  private static final class Company implements AutoCloseable {
    final String workspace;
    final String mark;
    final List<String> came = new ArrayList<>();
    final List<SocketClient> sockets = new ArrayList<>();
    final List<SocketClient> visitors = new ArrayList<>();
    final Map<String, Rest> people = new HashMap<>();
    final List<String> customers = new ArrayList<>();
    final List<String> cursors = new ArrayList<>();
    final List<String> files = new ArrayList<>();
    int said;

    Company(String workspace) throws Exception {
      this.workspace = workspace;
      this.mark = all.mark(workspace);
      for (Gateway node : all.gateways) {
        for (String who : List.of("agent", "supervisor", "administrator", "auditor")) {
          Rest rest = all.person(node, workspace, who);
          people.put(who + node.url(), rest);
          SocketClient socket = SocketClient.agent(all.nodes, node, rest);
          socket.ask("watch", "topic", "desk");
          socket.ask("watch", "topic", "inbox", "view", Rest.object("filter", "open"));
          sockets.add(socket);
        }
        for (String program : Credentials.PROGRAMS) {
          people.put(program + node.url(), all.program(node, workspace, program));
        }
      }
    }

    Rest a(String who, Gateway node) {
      return people.get(who + node.url());
    }

    SocketClient agents(int node) {
      return sockets.get(node * 4);
    }

    Rest.Answer got(Rest.Answer answer) {
      came.add(answer.headers().map().toString());
      came.add(answer.body());
      return answer;
    }

    /** All that came, frames and answers. */
    List<String> everything() {
      List<String> everything = new ArrayList<>(came);
      for (List<SocketClient> some : List.of(sockets, visitors)) {
        some.forEach(socket -> everything.add(socket.frames().toString()));
      }
      return everything;
    }

    @Override
    public void close() {
      sockets.forEach(SocketClient::close);
      visitors.forEach(SocketClient::close);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    all = new Credentials(new Nodes(redis.uri(), redis.workspace()), 2);
    red = new Company(all.one);
    blue = new Company(all.two);
  }

  @AfterAll
  static void stop() throws Exception {
    red.close();
    blue.close();
    all.close();
  }

  private static <T> T any(Random random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static String words(Company company) {
    company.said++;
    return company.mark + " says " + ++count;
  }

  @Seeds(3)
  void nothingOfOneComesToTheOther(Random random) throws Exception {
    for (Company company : List.of(red, blue)) {
      for (int i = 0; i < 2; i++) {
        comes(company, all.gateways.get(i));
      }
    }
    for (int step = 0; step < 70; step++) {
      Company company = random.nextBoolean() ? red : blue;
      int at = random.nextInt(2);
      step(random, company, at, all.gateways.get(at));
    }
    for (Company company : List.of(red, blue)) {
      for (Gateway node : all.gateways) {
        looksAround(company, node);
      }
    }
    // what is on its way arrives before what is said last
    for (Company company : List.of(red, blue)) {
      String last = words(company);
      for (SocketClient visitor : company.visitors) {
        visitor.say(last + company.visitors.indexOf(visitor));
      }
      for (int i = 0; i < 2; i++) {
        company
            .agents(i)
            .await(f -> f.toString().contains(last), "the last words of " + company.mark);
      }
    }
    apart(red, blue);
    apart(blue, red);
  }

  private static void apart(Company one, Company other) {
    List<String> everything = one.everything();
    assertThat(String.join("\n", everything)).as("its own words do come").contains(one.mark);
    assertThat(everything)
        .as("what came to " + one.mark)
        .noneMatch(each -> each.contains(other.mark));
  }

  private static void comes(Company company, Gateway node) throws Exception {
    SocketClient visitor = all.visitor(node, company.workspace, words(company));
    company.visitors.add(visitor);
    String customer = visitor.topic().substring(2);
    company.customers.add(customer);
    company.files.add(all.file(node, customer, words(company)));
  }

  private static void step(Random random, Company company, int at, Gateway node) throws Exception {
    Company other = company == red ? blue : red;
    String own = any(random, company.customers);
    String theirs = any(random, other.customers);
    String path = "/api/v1/customers/" + own;
    Rest agent = company.a("agent", node);
    Rest boss = company.a("administrator", node);
    String id = "i" + random.nextInt(3);
    switch (random.nextInt(14)) {
      case 0 -> comes(company, node);
      case 1 -> any(random, company.visitors).say(words(company));
      case 2 -> {
        // the same person at the same account of both
        var letter = all.nodes.platforms.webhook("eva", "m" + ++count, words(company));
        assertThat(Rest.deliver(node, all.to(company.workspace, letter)).status())
            .isBetween(200, 204);
      }
      case 3 -> {
        var letter = all.nodes.platforms.telegram(77, ++count, words(company));
        assertThat(Rest.deliver(node, all.to(company.workspace, letter)).status()).isEqualTo(200);
      }
      case 4 -> {
        company.agents(at).watch("c:" + own);
        company.agents(at).act("c:" + own, "note", "text", words(company));
        company.agents(at).ask("unwatch", "topic", "c:" + own);
      }
      case 5 -> company.agents(at).say(own, "auto", words(company));
      case 6 ->
          company.got(
              company
                  .a(any(random, Credentials.PROGRAMS), node)
                  .post(
                      path + "/messages",
                      Rest.object("id", Tokens.random(), "content", Rest.text(words(company)))));
      case 7 ->
          company.got(
              agent.post(
                  path + "/actions/attributes",
                  Rest.object("set", Rest.object("about", words(company)))));
      case 8 ->
          company.got(
              boss.put(
                  "/api/v1/desk/label/" + id,
                  Rest.object("name", words(company), "colour", "red")));
      case 9 -> {
        company.got(boss.post("/api/v1/keys/" + id, Rest.object("name", words(company))));
        company.got(boss.post("/api/v1/keys/" + id + "/rotate", Rest.object("overlap", 0)));
      }
      case 10 -> {
        JsonNode page = company.got(agent.get(path + "/entries?limit=1")).json();
        if (page.has("cursor")) {
          company.cursors.add(page.path("cursor").asText());
        }
      }
      default -> steals(random, company, other, own, theirs, at, node);
    }
  }

  /** With all the ids there are, but with its own credentials. */
  private static void steals(
      Random random,
      Company company,
      Company other,
      String own,
      String theirs,
      int at,
      Gateway node)
      throws Exception {
    String path = "/api/v1/customers/" + theirs;
    for (String who : List.of("agent", "supervisor", "administrator", "auditor", "integration")) {
      Rest rest = company.a(who, node);
      for (String sub : List.of("", "/entries")) {
        assertThat(company.got(rest.get(path + sub)).status()).isEqualTo(403);
      }
      assertThat(company.got(rest.get(any(random, other.files))).status()).isEqualTo(404);
      Rest.Answer said =
          rest.post(
              path + "/messages",
              Rest.object("id", Tokens.random(), "content", Rest.text(company.mark)));
      assertThat(company.got(said).status()).isEqualTo(403);
      Rest.Answer joined =
          rest.post("/api/v1/customers/" + own + "/actions/join", Rest.object("with", theirs));
      assertThat(company.got(joined).status()).isEqualTo(403);
    }
    if (!other.cursors.isEmpty()) {
      String cursor = any(random, other.cursors);
      Rest.Answer page =
          company.a("agent", node).get("/api/v1/customers/" + own + "/entries?cursor=" + cursor);
      assertThat(company.got(page).status()).isEqualTo(400);
      JsonNode older = company.agents(at).ask("history", "topic", "c:" + own, "cursor", cursor);
      assertThat(older.path("type").asText()).as(older.toString()).isEqualTo("problem");
    }
    SocketClient agents = company.agents(at);
    for (String type : List.of("watch", "state", "history", "typing")) {
      JsonNode answer =
          agents.ask(type, "topic", "c:" + theirs, "cursor", "x", "on", true, "upTo", "1-1");
      assertThat(answer.path("type").asText()).as(type + answer).isEqualTo("problem");
    }
    SocketClient visitor = any(random, company.visitors);
    visitor.ask("watch", "topic", "c:" + theirs);
    visitor.ask("put", "topic", "c:" + theirs, "key", "k", "rev", 99, "value", company.mark);
    Rest device = Rest.program(node, visitor.token());
    assertThat(company.got(device.get(any(random, other.files))).status()).isEqualTo(404);
    assertThat(company.got(device.get(path)).status()).isEqualTo(401);
    String name = "other-" + random.nextInt(1000);
    company.got(company.a("administrator", node).get("/api/v1/desk/user/" + name));
  }

  /** All that there is to read. */
  private static void looksAround(Company company, Gateway node) throws Exception {
    for (String path :
        List.of(
            "/inbox?filter=open&limit=500",
            "/inbox?filter=mine",
            "/desk",
            "/keys",
            "/roles",
            "/channels",
            "/audit?limit=500",
            "/audit/export?format=csv",
            "/audit/export?format=jsonl",
            "/desk/label/i1/history",
            "/users/agent/sessions",
            "/session",
            "/me/sessions",
            "/endpoints",
            "/door?w=" + company.workspace)) {
      for (String who : List.of("agent", "administrator", "auditor", "integration")) {
        company.got(company.a(who, node).get("/api/v1" + path));
      }
    }
    for (String customer : company.customers) {
      company.got(company.a("agent", node).get("/api/v1/customers/" + customer));
      company.got(company.a("agent", node).get("/api/v1/customers/" + customer + "/entries"));
    }
    JsonNode rows =
        company.got(company.a("agent", node).get("/api/v1/inbox?filter=open&limit=500")).json();
    assertThat(rows.path("rows"))
        .allMatch(row -> row.path("id").asText().startsWith(company.workspace + "."));
  }

  @Test
  void theSamePersonIsTwoCustomers() throws Exception {
    for (Company company : List.of(red, blue)) {
      var letter = all.nodes.platforms.webhook("twin", "t" + ++count, words(company));
      assertThat(Rest.deliver(all.node(), all.to(company.workspace, letter)).status())
          .isBetween(200, 204);
    }
    for (Company company : List.of(red, blue)) {
      JsonNode row =
          company
              .agents(1)
              .await(
                  f -> is(f, "row") && f.toString().contains(company.mark + " says"),
                  "the row of the twin");
      assertThat(row.path("id").asText()).startsWith(company.workspace + ".");
    }
  }

  /** A program of the same name in both. */
  private static Rest spare(Company company, Gateway node) throws Exception {
    Rest.Answer made =
        company
            .a("administrator", node)
            .post("/api/v1/keys/spare", Rest.object("name", company.mark));
    return Rest.program(node, made.json().path("key").asText());
  }

  /** What closes sockets and ends sign-ins of one leaves the other's. */
  @Test
  void whatIsEndedInOneStandsInTheOther() throws Exception {
    Gateway node = all.node();
    Rest reds = all.person(node, red.workspace, "late");
    Rest blues = all.person(node, blue.workspace, "late");
    Rest redSpare = spare(red, node);
    Rest blueSpare = spare(blue, node);
    assertThat(redSpare.get("/api/v1/inbox").status()).isEqualTo(200);
    try (SocketClient redSocket = SocketClient.agent(all.nodes, node, reds);
        SocketClient blueSocket = SocketClient.agent(all.nodes, node, blues)) {
      Rest boss = red.a("administrator", node);
      assertThat(boss.delete("/api/v1/users/late/sessions").status()).isEqualTo(204);
      redSocket.awaitClose();
      boss.put(
          "/api/v1/desk/user/late",
          Rest.object("name", red.mark, "roles", List.of("agent"), "suspended", true));
      boss.delete("/api/v1/desk/apikey/spare");
      assertThat(reds.get("/api/v1/session").status()).isEqualTo(401);
      assertThat(redSpare.get("/api/v1/inbox").status()).isEqualTo(401);
      assertThat(blueSocket.ask("watch", "topic", "desk").path("type").asText()).isEqualTo("desk");
      assertThat(blues.get("/api/v1/session").status()).isEqualTo(200);
      assertThat(blueSpare.get("/api/v1/inbox").status()).isEqualTo(200);
    }
  }
}
