package dev.hilo.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import dev.hilo.testing.RedisServer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** API keys from the first to the last day, over two nodes. */
class KeysTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private static final String FILE_KEY = "a-key-of-the-file-0123456789";
  private static final String PEOPLE =
      """
      users:
        - {id: boss, name: Boss, roles: [administrator]}
        - {id: ana, name: Ana}
      teams:
        - {id: far, name: Far, inboxes: ["web:elsewhere"]}
      api-keys:
        - {name: crm, key: %s}
        - {name: old, key: %s}
      """
          .formatted(Nodes.API_KEY, FILE_KEY);

  private static Nodes nodes;
  private static Gateway a;
  private static Gateway b;
  private static Rest boss;

  @BeforeAll
  static void start() throws Exception {
    nodes = new Nodes(redis.uri(), redis.workspace());
    nodes.people = PEOPLE;
    a = nodes.start("a");
    b = nodes.start("b");
    boss = Rest.agent(a, "Boss");
  }

  @AfterAll
  static void stop() throws Exception {
    nodes.close();
  }

  private static String made(String id, Object... fields) throws Exception {
    Rest.Answer answer = boss.post("/api/v1/keys/" + id, Rest.object(fields));
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.json().path("key").asText();
  }

  private static JsonNode listed(String id) throws Exception {
    for (JsonNode key : boss.get("/api/v1/keys").json().path("keys")) {
      if (key.path("id").asText().equals(id)) {
        return key;
      }
    }
    throw new AssertionError("no key " + id);
  }

  private static int inbox(Gateway node, String key) throws Exception {
    return Rest.program(node, key).get("/api/v1/inbox").status();
  }

  private static void soon(Gateway node, String key, int status) {
    await().untilAsserted(() -> assertThat(inbox(node, key)).isEqualTo(status));
  }

  private static String thread() {
    try (SocketClient visitor = SocketClient.visitor(nodes, a)) {
      visitor.say("hello");
      return visitor.topic().substring(2);
    }
  }

  @Test
  void aKeyIsShownOnceAndOpensBothNodes() throws Exception {
    String key = made("shown", "name", "Shown");
    assertThat(key).matches("hilo_[A-Za-z0-9_-]{27}");
    assertThat(inbox(a, key)).isEqualTo(200);
    soon(b, key, 200);
    Set<String> seen = new HashSet<>();
    seen.add(boss.get("/api/v1/keys").body());
    seen.add(boss.get("/api/v1/desk").body());
    seen.add(boss.get("/api/v1/desk/apikey/shown").body());
    seen.add(boss.get("/api/v1/desk/apikey/shown/history").body());
    assertThat(seen).noneMatch(body -> body.contains(key) || body.contains("hash"));
    assertThat(nodes.store.ask("KEYS", "*" + key + "*").size()).isZero();
    assertThat(boss.post("/api/v1/keys/shown", Rest.object("name", "Again")).code())
        .isEqualTo("already-there");
    assertThat(inbox(a, key)).isEqualTo(200);
  }

  @Test
  void onlyWhoMayMakesAndSeesKeys() throws Exception {
    Rest ana = Rest.agent(a, "Ana");
    Rest crm = Rest.program(a, Nodes.API_KEY);
    for (Rest who : List.of(ana, crm)) {
      assertThat(who.get("/api/v1/keys").code()).isEqualTo("forbidden");
      assertThat(who.post("/api/v1/keys/mine", Rest.object("name", "Mine")).code())
          .isEqualTo("forbidden");
      assertThat(who.post("/api/v1/keys/crm/rotate", Rest.object()).code()).isEqualTo("forbidden");
      assertThat(who.delete("/api/v1/desk/apikey/crm").code()).isEqualTo("forbidden");
    }
  }

  @Test
  void rotatingGivesANewKeyAndTheOldOneTimeToGo() throws Exception {
    String first = made("turned", "name", "Turned");
    Rest.Answer overlapping = boss.post("/api/v1/keys/turned/rotate", Rest.object("overlap", 3600));
    String second = overlapping.json().path("key").asText();
    assertThat(inbox(a, first)).isEqualTo(200);
    assertThat(inbox(a, second)).isEqualTo(200);
    JsonNode keys = listed("turned").path("keys");
    assertThat(keys).hasSize(2);
    assertThat(keys.get(0).path("until").asLong())
        .isBetween(System.currentTimeMillis() + 3_000_000, System.currentTimeMillis() + 3_600_000);
    assertThat(keys.get(1).has("until")).isFalse();
    String third =
        boss.post("/api/v1/keys/turned/rotate", Rest.object("overlap", 0))
            .json()
            .path("key")
            .asText();
    assertThat(List.of(inbox(a, first), inbox(a, second), inbox(a, third)))
        .containsExactly(401, 401, 200);
    soon(b, second, 401);
    soon(b, third, 200);
  }

  @Test
  void anOverlapEndsByItself() throws Exception {
    String first = made("ends", "name", "Ends");
    boss.post("/api/v1/keys/ends/rotate", Rest.object("overlap", 1));
    soon(a, first, 401);
    String over = made("over", "name", "Over", "expires", System.currentTimeMillis() + 1000);
    soon(b, over, 401);
    soon(a, over, 401);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | name",
        "{\"name\":\"X\",\"role\":\"agent\"} | role",
        "{\"name\":\"X\",\"acts\":[\"fly\"]} | acts",
        "{\"name\":\"X\",\"acts\":[\"audit\"]} | acts",
        "{\"name\":\"X\",\"teams\":[\"none\"]} | teams",
        "{\"name\":\"X\",\"requests\":0} | requests",
        "{\"name\":\"X\",\"messages\":\"many\"} | messages",
        "{\"name\":\"X\",\"expires\":5} | expires",
        "[1] | body"
      })
  void badKeysGetASentence(String body, String named) throws Exception {
    Rest.Answer answer = boss.post("/api/v1/keys/bad", body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.json().path("title").asText()).contains(named);
    assertThat(boss.post("/api/v1/keys/Bad_Id", Rest.object("name", "X")).status()).isEqualTo(400);
    assertThat(boss.get("/api/v1/desk/apikey/bad").status()).isEqualTo(404);
  }

  @Test
  void overlapsAreBoundAndThereAreNotTooManyKeysAtOnce() throws Exception {
    made("often", "name", "Often");
    for (String overlap : List.of("-1", "2592001", "\"long\"", "1.5", "null")) {
      assertThat(boss.post("/api/v1/keys/often/rotate", "{\"overlap\":" + overlap + "}").status())
          .as(overlap)
          .isEqualTo(400);
    }
    for (int i = 0; i < 4; i++) {
      assertThat(boss.post("/api/v1/keys/often/rotate", Rest.object("overlap", 60)).status())
          .isEqualTo(200);
    }
    assertThat(boss.post("/api/v1/keys/often/rotate", Rest.object("overlap", 60)).code())
        .isEqualTo("refused");
    assertThat(boss.post("/api/v1/keys/none/rotate", Rest.object()).status()).isEqualTo(404);
  }

  @Test
  void actsAndTeamsOfAKeyBindIt() throws Exception {
    String c = thread();
    String key = made("bound", "name", "Bound", "acts", List.of("card", "watch"));
    Rest program = Rest.program(a, key);
    assertThat(program.get("/api/v1/customers/" + c).status()).isEqualTo(200);
    assertThat(program.get("/api/v1/inbox").status()).isEqualTo(403);
    assertThat(
            program
                .post("/api/v1/customers/" + c + "/actions/note", Rest.object("text", "x"))
                .status())
        .isEqualTo(403);
    JsonNode item = listed("bound");
    Rest.Answer changed =
        boss.with("If-Match", "\"" + item.path("rev").asText() + "\"")
            .put(
                "/api/v1/keys/bound",
                Rest.object("name", "Bound", "teams", List.of("far"), "requests", 7));
    assertThat(changed.status()).as(changed.body()).isEqualTo(200);
    assertThat(changed.json().path("requests").asInt()).isEqualTo(7);
    assertThat(program.get("/api/v1/customers/" + c).status()).as("out of reach").isEqualTo(403);
    assertThat(
            boss.with("If-Match", "\"" + item.path("rev").asText() + "\"")
                .put("/api/v1/keys/bound", Rest.object("name", "Late"))
                .code())
        .isEqualTo("changed-meanwhile");
    assertThat(boss.put("/api/v1/keys/none", Rest.object("name", "None")).status()).isEqualTo(404);
  }

  @Test
  void aKeyOfTheFileCanBeTakenAwayForGood() throws Exception {
    assertThat(inbox(a, FILE_KEY)).isEqualTo(200);
    assertThat(boss.delete("/api/v1/desk/apikey/old").status()).isEqualTo(204);
    assertThat(inbox(a, FILE_KEY)).isEqualTo(401);
    soon(b, FILE_KEY, 401);
    Gateway c = nodes.start("c");
    assertThat(inbox(c, FILE_KEY)).as("a node that starts anew").isEqualTo(401);
    nodes.stop(c);
    String again = made("old", "name", "Old");
    assertThat(inbox(a, again)).isEqualTo(200);
    assertThat(inbox(a, FILE_KEY)).isEqualTo(401);
  }

  @Test
  void lastUseIsThere() throws Exception {
    String key = made("used", "name", "Used");
    assertThat(listed("used").has("lastUsed")).isFalse();
    long before = System.currentTimeMillis();
    inbox(a, key);
    await()
        .untilAsserted(
            () ->
                assertThat(listed("used").path("lastUsed").asLong())
                    .isGreaterThanOrEqualTo(before));
    boss.delete("/api/v1/desk/apikey/used");
    made("used", "name", "Another");
    assertThat(listed("used").has("lastUsed")).isFalse();
  }

  private static long header(Rest.Answer answer, String name) {
    return answer.headers().firstValueAsLong(name).orElseThrow(() -> new AssertionError(name));
  }

  @Test
  void callsAreCountedOverBothNodesAndTooManyAreRefused() throws Exception {
    String key = made("fast", "name", "Fast", "requests", 6);
    soon(b, key, 200);
    String other = made("other", "name", "Other", "requests", 6);
    int good = 0;
    Rest.Answer last = null;
    for (int i = 0; i < 8; i++) {
      last = Rest.program(i % 2 == 0 ? a : b, key).get("/api/v1/roles");
      good += last.status() == 403 ? 1 : 0;
      assertThat(header(last, "RateLimit-Limit")).isEqualTo(6);
      assertThat(header(last, "RateLimit-Remaining")).isBetween(0L, 5L);
      assertThat(header(last, "RateLimit-Reset")).isBetween(1L, 60L);
      assertThat(last.headers().firstValue("RateLimit-Policy").orElseThrow()).startsWith("6;w=60;");
    }
    assertThat(good).as("with those that found out whether the key is known").isLessThan(6);
    assertThat(last.status()).isEqualTo(429);
    assertThat(last.code()).isEqualTo("too-many-requests");
    assertThat(header(last, "Retry-After")).isEqualTo(header(last, "RateLimit-Reset"));
    assertThat(inbox(a, other)).as("another key").isEqualTo(200);
    assertThat(boss.get("/api/v1/keys").headers().firstValue("RateLimit-Limit")).isEmpty();
  }

  @Test
  void messagesAreCountedForThemselves() throws Exception {
    String c = thread();
    String key = made("speaks", "name", "Speaks", "messages", 2);
    Rest program = Rest.program(a, key);
    List<Integer> statuses =
        List.of(say(program, c, "1"), say(program, c, "2"), say(program, c, "3"));
    assertThat(statuses).containsExactly(200, 200, 429);
    assertThat(inbox(a, key)).isEqualTo(200);
    Rest.Answer quiet = program.get("/api/v1/inbox");
    assertThat(header(quiet, "RateLimit-Limit")).isEqualTo(600);
  }

  private static int say(Rest program, String customer, String id) throws Exception {
    return program
        .post(
            "/api/v1/customers/" + customer + "/messages",
            Rest.object("id", id, "content", Rest.text("number " + id)))
        .status();
  }
}
