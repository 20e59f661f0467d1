package dev.hilo.gateway;

import static dev.hilo.gateway.SocketClient.is;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.Gateway;
import dev.hilo.testing.Seeds;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a workspace keeps: changed on one node it holds on all, also where a socket lives. */
class DeskTest extends OnTwoNodes {
  private static Rest boss;
  private static Rest there;

  @BeforeAll
  static void anAdministrator() throws Exception {
    boss = Rest.agent(a, "Boss");
    there = Rest.agent(b, "Boss");
  }

  /** Puts an item on one node, and waits until it stands on the other. */
  private static JsonNode put(Rest who, String path, Object... fields) throws Exception {
    Rest.Answer answer = who.put("/api/v1/desk/" + path, Rest.object(fields));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    await()
        .atMost(Nodes.PATIENCE)
        .until(
            () -> there.get("/api/v1/desk/" + path).json().path("rev"),
            answer.json().path("rev")::equals);
    return answer.json();
  }

  private static JsonNode user(String id, List<String> roles, List<String> teams) throws Exception {
    return put(boss, "user/" + id, "name", "New " + id, "roles", roles, "teams", teams);
  }

  /** Somebody made just now, signed in at {@code node}. */
  private static Rest signedIn(Gateway node, String id) throws Exception {
    return Rest.agent(node.url(), node.signInLink(id));
  }

  private static SocketClient inbox(Gateway node, Rest who) throws Exception {
    SocketClient agent = SocketClient.agent(nodes, node, who);
    agent.ask("watch", "topic", "inbox", "view", Rest.object("filter", "open", "limit", 500));
    return agent;
  }

  private static String thread(String customer) {
    return "c:" + customer;
  }

  @Test
  void anItemPutOnOneNodeIsToldOnTheOther() throws Exception {
    try (var watching = SocketClient.agent(nodes, b, Rest.agent(b, "Luis"))) {
      JsonNode desk = watching.ask("watch", "topic", "desk");
      assertThat(desk.path("type").asText()).isEqualTo("desk");
      JsonNode label = put(boss, "label/vip", "name", "VIP", "colour", "orange");
      assertThat(label.path("rev").asText()).matches("\\d+-\\d+");
      JsonNode told =
          watching.await(
              f -> is(f, "item") && f.at("/item/id").asText().equals("vip"), "the new label");
      assertThat(told.path("item")).isEqualTo(label);
      assertThat(boss.delete("/api/v1/desk/label/vip").status()).isEqualTo(204);
      watching.await(
          f -> is(f, "item") && f.path("gone").asBoolean() && f.path("id").asText().equals("vip"),
          "the label gone");
    }
  }

  @Test
  void whoEditsWhatSomebodyChangedMeanwhileIsTold() throws Exception {
    JsonNode first = put(boss, "team/night", "name", "Night");
    String path = "/api/v1/desk/team/night";
    Rest.Answer late =
        boss.with("If-None-Match", "*").put(path, Rest.object("name", "Night shift"));
    assertThat(late.status()).isEqualTo(412);
    assertThat(late.code()).isEqualTo("changed-meanwhile");
    Rest holding = boss.with("If-Match", '"' + first.path("rev").asText() + '"');
    assertThat(holding.put(path, Rest.object("name", "Night shift")).status()).isEqualTo(200);
    assertThat(holding.put(path, Rest.object("name", "Late")).status()).isEqualTo(412);
    JsonNode changes = boss.get(path + "/history").json().path("changes");
    assertThat(changes.findValuesAsText("name")).containsExactly("Night shift", "Night");
    assertThat(changes.at("/0/by").asText()).isEqualTo("agent:boss");
  }

  @Test
  void faultsNameTheField() throws Exception {
    Map<String, ObjectNode> wrong =
        Map.of(
            "user/x1", Rest.object("name", "X", "roles", List.of("emperor")),
            "user/X", Rest.object("name", "X"),
            "user/x2", Rest.object("name", "X", "teams", List.of("nowhere")),
            "label/x", Rest.object("name", "X", "colour", "pink"),
            "label/y", Rest.object("colour", "red"),
            "hours/h", Rest.object("name", "H", "zone", "Mars/Base"),
            "inbox/i", Rest.object("name", "I", "origins", List.of("https://x/y")),
            "role/agent", Rest.object("name", "Agent", "acts", List.of("say")),
            "role/r", Rest.object("name", "R", "acts", List.of("fly")),
            "policy/policy",
                Rest.object("secondFactor", "never", "sessionDays", 1, "auditDays", 1));
    for (Map.Entry<String, ObjectNode> each : wrong.entrySet()) {
      Rest.Answer answer = boss.put("/api/v1/desk/" + each.getKey(), each.getValue());
      assertThat(answer.status()).as(each + " " + answer.body()).isEqualTo(400);
      assertThat(answer.json().path("title").asText())
          .as(each.getKey())
          .containsAnyOf(
              "roles", "id ", "teams", "colour", "name", "zone", "origins", "acts", "secondFactor");
    }
    assertThat(boss.put("/api/v1/desk/spaceship/x", Rest.object()).status()).isEqualTo(404);
  }

  @Test
  void theLastAdministratorStays() throws Exception {
    for (Rest.Answer refused :
        List.of(
            boss.delete("/api/v1/desk/user/boss"),
            boss.put(
                "/api/v1/desk/user/boss", Rest.object("name", "Boss", "roles", List.of("agent"))),
            boss.put(
                "/api/v1/desk/user/boss",
                Rest.object(
                    "name", "Boss", "roles", List.of("administrator"), "suspended", true)))) {
      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.code()).isEqualTo("last-administrator");
    }
  }

  @Test
  void aRoleTakenAwayClosesTheInboxOfALivingSocket() throws Exception {
    user("temp", List.of("agent"), List.of());
    try (var visitor = SocketClient.visitor(nodes, a);
        var agent = inbox(b, signedIn(b, "temp"));
        var colleague = SocketClient.agent(nodes, b, Rest.agent(b, "Luis"))) {
      visitor.say("am I seen?");
      String customer = visitor.topic().substring(2);
      agent.await(f -> is(f, "row") && f.path("id").asText().equals(customer), "the row");
      agent.ask("watch", "topic", thread(customer));
      user("temp", List.of("auditor"), List.of());
      JsonNode rights = agent.await("rights");
      assertThat(rights.path("roles").toString()).isEqualTo("[\"auditor\"]");
      agent.await(f -> is(f, "gone") && f.path("topic").asText().equals("inbox"), "no inbox");
      agent.await(
          f -> is(f, "gone") && f.path("topic").asText().equals(thread(customer)), "no thread");
      assertThat(agent.ask("watch", "topic", "inbox").path("code").asText()).isEqualTo("forbidden");
      assertThat(agent.ask("watch", "topic", thread(customer)).path("code").asText())
          .isEqualTo("forbidden");
      colleague.ask("watch", "topic", thread(customer));
      visitor.say("and now?");
      colleague.awaitMessage(thread(customer), "and now?");
      agent.ask("watch", "topic", "desk"); // had it been told, it would stand before this answer
      assertThat(agent.frames()).noneMatch(f -> f.toString().contains("and now?"));
    }
  }

  @Test
  void aSuspendedUserIsPutOut() throws Exception {
    user("leaver", List.of("agent"), List.of());
    Rest rest = signedIn(b, "leaver");
    try (var agent = SocketClient.agent(nodes, b, rest)) {
      put(boss, "user/leaver", "name", "Leaver", "roles", List.of("agent"), "suspended", true);
      assertThat(agent.awaitClose()).isEqualTo(4101);
      assertThat(rest.get("/api/v1/inbox").status()).isEqualTo(401);
    }
  }

  @Test
  void aSignInThatEndsUnheardStillClosesItsSockets() throws Exception {
    Rest rest = Rest.agent(b, "Luis");
    try (var agent = SocketClient.agent(nodes, b, rest);
        var visitor = SocketClient.visitor(nodes, b)) {
      String ticket = rest.ticket();
      wire.swallowSubscriptions();
      assertThat(rest.delete("/api/v1/session").status()).isEqualTo(204);
      assertThat(agent.awaitClose()).isEqualTo(4101);
      assertThat(visitor.isOpen()).isTrue();
      try (var late = SocketClient.connect(nodes, b, null)) {
        late.tell("hello", "ticket", ticket);
        assertThat(late.await("problem").path("code").asText()).isEqualTo("bad-ticket");
      }
    }
  }

  @Test
  void aTeamSeesItsInboxesOnly() throws Exception {
    put(boss, "team/phones", "name", "Phones", "inboxes", List.of("whatsapp:" + Platforms.NUMBER));
    user("phoner", List.of("agent"), List.of("phones"));
    Rest phoner = signedIn(b, "phoner");
    try (var visitor = SocketClient.visitor(nodes, a);
        var agent = inbox(b, phoner);
        var all = inbox(a, ana)) {
      visitor.say("web only");
      String web = visitor.topic().substring(2);
      Rest.deliver(a, nodes.platforms.whatsapp("34600000077", "wamid.team", "phone only"));
      JsonNode row =
          agent.await(
              f -> is(f, "row") && f.at("/row/snippet").asText().equals("phone only"), "my row");
      String phone = row.path("id").asText();
      all.await(f -> is(f, "row") && f.path("id").asText().equals(web), "the other row");
      assertThat(agent.ask("watch", "topic", thread(web)).path("code").asText())
          .isEqualTo("forbidden");
      assertThat(agent.ask("state", "topic", thread(phone)).path("type").asText())
          .isEqualTo("state");
      assertThat(phoner.get("/api/v1/customers/" + web + "/entries").status()).isEqualTo(403);
      assertThat(phoner.get("/api/v1/customers/" + phone + "/entries").status()).isEqualTo(200);
      assertThat(phoner.get("/api/v1/inbox").json().path("order").toString())
          .contains(phone)
          .doesNotContain(web);
      // what is given to somebody is theirs to see, as long as it is
      all.ask("do", "id", "give", "topic", thread(web), "action", "assign", "to", "phoner");
      agent.await(f -> is(f, "row") && f.path("id").asText().equals(web), "what was given");
      agent.ask("watch", "topic", thread(web));
      all.ask("do", "id", "take", "topic", thread(web), "action", "assign", "to", "ana");
      agent.await(
          f -> is(f, "gone") && f.path("topic").asText().equals(thread(web)), "taken again");
      agent.await(
          f -> is(f, "row") && f.path("gone").asBoolean() && f.path("id").asText().equals(web),
          "and out of the list");
    }
  }

  /** Whatever is changed at the same time, both nodes end with the same, one edit after another. */
  @Seeds(3)
  void bothNodesEndWithTheSameDesk(Random random) throws Exception {
    CompletableFuture<?>[] edits = new CompletableFuture<?>[20];
    for (int i = 0; i < edits.length; i++) {
      Rest who = random.nextBoolean() ? boss : there;
      String path = "/api/v1/desk/label/l" + random.nextInt(4);
      boolean remove = random.nextInt(4) == 0;
      ObjectNode label = Rest.object("name", "L" + i, "colour", "red");
      edits[i] =
          CompletableFuture.runAsync(
              () -> {
                try {
                  int status;
                  do { // who is told that too many wanted the same says it again
                    status = remove ? who.delete(path).status() : who.put(path, label).status();
                  } while (status == 409);
                  assertThat(status).isIn(200, 204);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
    }
    CompletableFuture.allOf(edits).get();
    await()
        .atMost(Nodes.PATIENCE)
        .untilAsserted(() -> assertThat(labels(there)).isEqualTo(labels(boss)));
  }

  private static Map<String, String> labels(Rest who) throws Exception {
    Map<String, String> all = new TreeMap<>();
    who.get("/api/v1/desk/label")
        .json()
        .path("items")
        .forEach(l -> all.put(l.path("id").asText(), l.path("rev").asText()));
    return all;
  }
}
