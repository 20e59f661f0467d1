package dev.hilo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import dev.hilo.conversation.CustomerId;
import dev.hilo.testing.RedisServer;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever staff see and do is written down, and only those who may audit read it. */
class AuditTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private static final String PEOPLE =
      """
      users:
        - {id: ana, name: "=Ana", roles: [agent, administrator]}
        - {id: tim, name: Tim, teams: [far]}
        - {id: olga, name: Olga, roles: [auditor]}
      teams:
        - {id: far, name: Far, inboxes: ["web:elsewhere"]}
      api-keys:
        - {name: crm, key: %s}
      """
          .formatted(Nodes.API_KEY);

  private static Nodes nodes;
  private static Gateway node;
  private static Rest ana;
  private static Rest tim;
  private static Rest olga;
  private static Rest crm;

  @BeforeAll
  static void start() throws Exception {
    nodes = new Nodes(redis.uri(), redis.workspace());
    nodes.people = PEOPLE;
    node = nodes.start("a");
    ana = Rest.agent(node, "=Ana");
    tim = Rest.agent(node, "Tim");
    olga = Rest.agent(node, "Olga");
    crm = Rest.program(node, Nodes.API_KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    nodes.close();
  }

  private static JsonNode page(String query) throws Exception {
    Rest.Answer answer = olga.get("/api/v1/audit" + query);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  /** {@code who act what ok}, oldest first, of one customer or of all. */
  private static List<String> trail(String query) throws Exception {
    List<String> lines = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = page(query + (query.isEmpty() ? "?" : "&") + "limit=7" + cursor);
      for (JsonNode e : page.path("entries")) {
        lines.add(
            "%s %s %s %s"
                .formatted(
                    e.path("who").asText(),
                    e.path("act").asText(),
                    e.path("what").asText("-"),
                    e.path("ok").asBoolean()));
      }
      cursor = page.has("cursor") ? "&cursor=" + page.path("cursor").asText() : null;
    } while (cursor != null);
    return lines.reversed();
  }

  private static String thread() {
    try (SocketClient visitor = SocketClient.visitor(nodes, node)) {
      visitor.say("hello");
      return visitor.topic().substring(2);
    }
  }

  @Test
  void everyReadingAndChangeOfAThreadIsThere() throws Exception {
    String c = thread();
    String topic = "c:" + c;
    String path = "/api/v1/customers/" + c;
    try (SocketClient live = SocketClient.agent(nodes, node, ana)) {
      live.watch(topic);
      live.ask("history", "topic", topic, "cursor", "forged");
      live.ask("state", "topic", topic);
      live.ask("put", "topic", topic, "key", "form", "rev", 0, "value", 1);
      live.say(c, "auto", "good day");
      live.ask("read", "topic", topic, "upTo", live.have(topic));
      live.act(topic, "note", "text", "kind");
      live.act(topic, "assign", "to", "me");
    }
    crm.get(path + "/entries");
    crm.post(path + "/messages", Rest.object("id", "m1", "content", Rest.text("of a program")));
    crm.get("/api/v1/blobs/" + c.replace('.', '/') + "/" + "0".repeat(64));
    tim.get(path);
    tim.post(path + "/actions/resolve", Rest.object());
    tim.get("/api/v1/blobs/" + c.replace('.', '/') + "/" + "0".repeat(64));
    assertThat(trail("?customer=" + c))
        .containsExactly(
            "agent:ana watch - true",
            "agent:ana watch history true",
            "agent:ana card - true",
            "agent:ana put form true",
            "agent:ana say - true",
            "agent:ana read - true",
            "agent:ana note - true",
            "agent:ana assign - true",
            "integration:crm watch - true",
            "integration:crm say - true",
            "integration:crm watch file " + "0".repeat(64) + " true",
            "agent:tim card - false",
            "agent:tim resolve - false",
            "agent:tim watch file " + "0".repeat(64) + " false");
    JsonNode one = page("?customer=" + c + "&who=ana&act=say").path("entries").get(0);
    assertThat(one.path("name").asText()).isEqualTo("=Ana");
    assertThat(one.path("topic").asText()).isEqualTo(c);
    assertThat(one.path("from").asText()).isEqualTo("127.0.0.1");
    assertThat(one.path("session").asText()).isNotEmpty();
    assertThat(one.path("at").asLong()).isPositive();
  }

  @Test
  void theInboxTheDeskAndTheTrailItselfAreInIt() throws Exception {
    ana.get("/api/v1/inbox?filter=mine");
    ana.put("/api/v1/desk/label/vip", Rest.object("name", "VIP", "colour", "red"));
    ana.get("/api/v1/desk/label/vip");
    ana.delete("/api/v1/desk/label/vip");
    tim.put("/api/v1/desk/user/tim", Rest.object("name", "Tim", "roles", new String[] {"agent"}));
    tim.get("/api/v1/audit");
    olga.get("/api/v1/audit/export?format=jsonl&act=nothing");
    try (SocketClient live = SocketClient.agent(nodes, node, ana);
        SocketClient auditor = SocketClient.agent(nodes, node, olga)) {
      live.ask("watch", "topic", "inbox", "view", Rest.object("filter", "unassigned"));
      live.ask("watch", "topic", "desk");
      auditor.ask("watch", "topic", "inbox");
    }
    assertThat(trail(""))
        .contains(
            "agent:ana inbox GET /inbox?filter=mine true",
            "agent:ana texts PUT /desk/label/vip true",
            "agent:ana desk GET /desk/label/vip true",
            "agent:ana texts DELETE /desk/label/vip true",
            "agent:tim users PUT /desk/user/tim false",
            "agent:tim audit GET /audit false",
            "agent:olga audit GET /audit/export?format=jsonl&act=nothing true",
            "agent:ana inbox unassigned true",
            "agent:ana desk watch true",
            "agent:olga inbox - false")
        .anyMatch(line -> line.startsWith("agent:olga audit GET /audit?"))
        .noneMatch(line -> line.startsWith("agent:tim users") && line.endsWith("true"));
  }

  /** Also where it is asked for as if it was a customer's. */
  @ParameterizedTest
  @ValueSource(strings = {"~audit.", "~desk"})
  void nobodyReadsTheWorkspacesOwnStreamsAsIfTheyWereACustomers(String name) throws Exception {
    String day = LocalDate.now(ZoneOffset.UTC).toString();
    String id = redis.workspace() + "." + (name.endsWith(".") ? name + day : name);
    page(""); // so that there is one
    String path = "/api/v1/customers/" + id;
    for (Rest who : List.of(ana, olga, crm)) {
      assertThat(who.get(path).status()).isEqualTo(403);
      assertThat(who.get(path + "/entries").status()).isEqualTo(403);
      assertThat(
              who.post(path + "/messages", Rest.object("id", "x", "content", Rest.text("x")))
                  .status())
          .isEqualTo(403);
      for (String action : List.of("note", "attributes", "assign", "join", "resolve")) {
        Rest.Answer answer =
            who.post(
                path + "/actions/" + action,
                Rest.object(
                    "text",
                    "x",
                    "set",
                    Rest.object("k", "v"),
                    "with",
                    CustomerId.fresh(redis.workspace()).toString()));
        assertThat(answer.status()).as(action + answer.body()).isEqualTo(403);
      }
      assertThat(
              who.get("/api/v1/blobs/" + id.replaceFirst("\\.", "/") + "/" + "0".repeat(64))
                  .status())
          .isEqualTo(404);
    }
    for (Rest who : List.of(ana, olga)) {
      try (SocketClient live = SocketClient.agent(nodes, node, who)) {
        String topic = "c:" + id;
        assertThat(live.ask("watch", "topic", topic).path("code").asText()).isEqualTo("forbidden");
        assertThat(live.ask("state", "topic", topic).path("code").asText()).isEqualTo("forbidden");
        assertThat(
                live.ask("put", "topic", topic, "key", "k", "rev", 0, "value", 1)
                    .path("code")
                    .asText())
            .isEqualTo("forbidden");
        assertThat(live.act(topic, "note", "text", "x").path("code").asText())
            .isEqualTo("forbidden");
      }
    }
    try (SocketClient visitor = SocketClient.visitor(nodes, node)) {
      visitor.say("hello");
      visitor.ask("watch", "topic", "c:" + id);
      assertThat(visitor.frames().toString()).doesNotContain("Audited", "ItemPut", "agent:");
    }
  }

  @Test
  void onlyAuditorsReadAndExport() throws Exception {
    for (Rest who : List.of(ana, tim, crm)) {
      assertThat(who.get("/api/v1/audit").code()).isEqualTo("forbidden");
      assertThat(who.get("/api/v1/audit/export").code()).isEqualTo("forbidden");
    }
    assertThat(Rest.nobody(node).get("/api/v1/audit").status()).isEqualTo(401);
  }

  @Test
  void exportsHoldEverythingAndNoFormulas() throws Exception {
    String c = thread();
    for (int i = 0; i < 450; i++) {
      crm.post(
          "/api/v1/customers/" + c + "/messages",
          Rest.object("id", "many" + i, "content", Rest.text("x")));
    }
    ana.get("/api/v1/customers/" + c);
    Rest.Answer csv = olga.get("/api/v1/audit/export?format=csv&customer=" + c);
    assertThat(csv.headers().firstValue("content-type")).hasValue("text/csv; charset=utf-8");
    assertThat(csv.headers().firstValue("content-disposition").orElseThrow())
        .startsWith("attachment; filename=\"audit-" + redis.workspace());
    List<String> rows = List.of(csv.body().split("\r\n"));
    assertThat(rows).hasSize(452);
    assertThat(rows.getFirst()).isEqualTo("at,who,name,act,topic,what,ok,from,session");
    assertThat(rows.getLast()).contains("\"agent:ana\",\"'=Ana\",\"card\"");
    Rest.Answer lines = olga.get("/api/v1/audit/export?format=jsonl&customer=" + c);
    assertThat(lines.body().lines()).hasSize(451);
    assertThat(Rest.json(lines.body().lines().findFirst().orElseThrow()).path("act").asText())
        .isEqualTo("say");
    assertThat(olga.get("/api/v1/audit/export?format=xml").code()).isEqualTo("bad-request");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?from=yesterday",
        "?to=2026-02-30",
        "?from=2026-02-02&to=2026-02-01",
        "?from=1999-01-01",
        "?cursor=there",
        "?limit=many"
      })
  void badQuestionsGetASentence(String query) throws Exception {
    Rest.Answer answer = olga.get("/api/v1/audit" + query);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("title").asText()).isNotEmpty();
  }
}
