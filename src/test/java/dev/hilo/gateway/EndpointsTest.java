package dev.hilo.gateway;

import static dev.hilo.gateway.Platforms.WHATSAPP;
import static dev.hilo.gateway.Rest.array;
import static dev.hilo.gateway.Rest.object;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.Gateway;
import dev.hilo.GatewayConfig;
import dev.hilo.config.ConfigNode;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints that come, change and go while two nodes run. */
class EndpointsTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  @TempDir Path data;
  private final Platforms platforms = new Platforms();
  private final List<Gateway> running = new ArrayList<>();
  private final String workspace =
      "w" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
  private Gateway a;
  private Gateway b;
  private Rest root;
  private Rest onB;

  @BeforeEach
  void start() throws Exception {
    a = node("a", "an installation key of 40 letters, fixed");
    b = node("b", "an installation key of 40 letters, fixed");
    root = Rest.agent(a, "Root");
    onB = Rest.agent(b, "Root");
  }

  @AfterEach
  void stop() {
    List.copyOf(running).forEach(this::stop);
    platforms.close();
  }

  private void stop(Gateway node) {
    running.remove(node);
    node.close();
  }

  private Gateway node(String name, String key) throws Exception {
    String yaml =
        """
        workspace: %s
        node: %s
        data: %s
        management: {port: 0}
        limits: {drain: 1s}
        users:
          - {id: root, name: Root, roles: [administrator, agent]}
        channels:
        %s
        more-workspaces:
          - name: %s
            users: [{id: eve, name: Eve, roles: [administrator]}]
            api-keys: [{name: crm, key: key-of-the-other-crm-0123}]
        """
            .formatted(
                workspace,
                name,
                data,
                platforms.channels().indent(2).stripTrailing(),
                "x" + workspace.substring(1));
    GatewayConfig config = ConfigNode.parse(yaml).bind(GatewayConfig.class);
    Gateway node =
        Gateway.start(
            config,
            Nodes.freePort(),
            redis.uri(),
            key.getBytes(StandardCharsets.UTF_8),
            config.channels(),
            null);
    running.add(node);
    assertThat(node.settle(Nodes.PATIENCE)).isTrue();
    return node;
  }

  /** A further WhatsApp app, on the platform of the test. */
  private ObjectNode app(String number, String name) {
    return object(
        "type",
        "whatsapp",
        "name",
        name,
        "settings",
        object(
            "base-url",
            platforms.url().toString(),
            "accounts",
            array(object("id", number, "name", "Two"))),
        "secrets",
        object(
            "app-secret",
            Platforms.APP_SECRET,
            "verify-token",
            "verify",
            "accounts.0.token",
            Platforms.ACCESS));
  }

  private static Rest.Answer awaitAnswer(Call call, Predicate<Rest.Answer> wanted)
      throws Exception {
    long end = System.nanoTime() + Nodes.PATIENCE.toNanos();
    Rest.Answer answer = call.get();
    while (!wanted.test(answer)) {
      assertThat(System.nanoTime()).as("%s %s", answer.status(), answer.body()).isLessThan(end);
      Thread.sleep(20);
      answer = call.get();
    }
    return answer;
  }

  private interface Call {
    Rest.Answer get() throws Exception;
  }

  private static @Nullable JsonNode endpoint(Rest.Answer list, String id) {
    for (JsonNode one : list.json().path("endpoints")) {
      if (one.path("id").asText().equals(id)) {
        return one;
      }
    }
    return null;
  }

  /** Waits until an endpoint is as wanted on a node. */
  private static JsonNode await(Rest rest, String id, Predicate<JsonNode> wanted) throws Exception {
    Rest.Answer list =
        awaitAnswer(
            () -> rest.get("/api/v1/endpoints"),
            answer -> {
              JsonNode is = endpoint(answer, id);
              return is != null && wanted.test(is);
            });
    JsonNode found = endpoint(list, id);
    assertThat(found).isNotNull();
    return found;
  }

  private static boolean healthy(JsonNode endpoint) {
    return endpoint.at("/health/ok").asBoolean() && !endpoint.path("accounts").isEmpty();
  }

  private Platforms.Delivery call(String number, String from, String id, String text) {
    return platforms.whatsapp(number, from, id, text, Instant.now());
  }

  private static Rest.Answer deliver(Gateway node, Platforms.Delivery call, String endpoint)
      throws Exception {
    return Rest.deliver(
        node, new Platforms.Delivery("/webhooks/" + endpoint, call.body(), call.headers()));
  }

  @Test
  void theFilesBlocksAreTheFirstContent() throws Exception {
    JsonNode wa = await(root, "wa", EndpointsTest::healthy);
    assertThat(wa.path("file").asBoolean()).isTrue();
    assertThat(wa.path("url").asText()).isEqualTo(a.url() + "/webhooks/wa");
    assertThat(wa.at("/accounts/0/id").asText()).isEqualTo(Platforms.NUMBER);
    Rest.Answer item = root.get("/api/v1/desk/endpoint/wa");
    assertThat(item.json().path("rev").asText()).isEqualTo("file");
    assertThat(item.json().path("secrets").toString())
        .isEqualTo("[\"accounts.0.token\",\"app-secret\",\"verify-token\"]");
    assertThat(item.body() + root.get("/api/v1/endpoints").body())
        .doesNotContain(Platforms.APP_SECRET, Platforms.ACCESS, "vault");
  }

  @Test
  void aNewOneOpensOnEveryNodeAndOneThatIsTakenAwayCloses() throws Exception {
    Rest.Answer put = root.put("/api/v1/desk/endpoint/two", app("1002", "Second"));
    assertThat(put.status()).as(put.body()).isEqualTo(200);
    assertThat(put.body()).doesNotContain(Platforms.APP_SECRET, Platforms.ACCESS);
    await(root, "two", EndpointsTest::healthy);
    await(onB, "two", EndpointsTest::healthy);
    for (Gateway node : List.of(a, b)) {
      var call = call("1002", "341", "m-" + node.url().getPort(), "hello two");
      assertThat(deliver(node, call, "two").status()).isEqualTo(200);
    }
    String customer = customer("hello two");
    root.post(
        "/api/v1/customers/" + customer + "/messages",
        object("id", "s1", "content", Rest.text("from two")));
    platforms.await(
        WHATSAPP, "341", all -> all.stream().anyMatch(s -> s.text().equals("from two")));

    assertThat(root.delete("/api/v1/desk/endpoint/two").status()).isEqualTo(204);
    for (Gateway node : List.of(a, b)) {
      awaitAnswer(
          () -> deliver(node, call("1002", "341", "m9", "late"), "two"),
          answer -> answer.status() == 404);
    }
    assertThat(redisHas("vault:" + workspace + ":endpoint/two/*")).isFalse();
    assertThat(deliver(b, platforms.whatsapp("342", "w1", "others stay"), "wa").status())
        .isEqualTo(200);
  }

  private boolean redisHas(String pattern) throws Exception {
    Vertx vertx = Vertx.vertx();
    try (Store store = new Store(vertx, redis.uri())) {
      return !store.keys(pattern).isEmpty();
    } finally {
      vertx.close().await();
    }
  }

  private String customer(String text) throws Exception {
    Rest.Answer inbox =
        awaitAnswer(() -> root.get("/api/v1/inbox"), answer -> answer.body().contains(text));
    for (Map.Entry<String, JsonNode> row : inbox.json().path("rows").properties()) {
      if (row.getValue().toString().contains(text)) {
        return row.getKey();
      }
    }
    throw new AssertionError(inbox.body());
  }

  @Test
  void secretsAreChangedOneByOneAndOthersAreKept() throws Exception {
    ObjectNode body = app("1003", "Third");
    assertThat(root.put("/api/v1/desk/endpoint/three", body).status()).isEqualTo(200);
    await(onB, "three", EndpointsTest::healthy);
    body.set("secrets", object("app-secret", "another-secret"));
    Rest.Answer changed = root.put("/api/v1/desk/endpoint/three", body);
    assertThat(changed.status()).as(changed.body()).isEqualTo(200);
    assertThat(changed.json().path("secrets")).hasSize(3);
    var call = call("1003", "343", "m1", "signed with the old secret");
    for (Gateway node : List.of(a, b)) {
      awaitAnswer(() -> deliver(node, call, "three"), answer -> answer.status() == 401);
    }
    // nobody called rightly since the change: its health says so
    await(onB, "three", e -> e.at("/health/why").asText().contains("calls are refused"));
    // the file's block is edited: its secrets go on to hold
    JsonNode wa = root.get("/api/v1/desk/endpoint/wa").json();
    ObjectNode edited = object("type", "whatsapp", "name", "Edited");
    edited.set("settings", wa.path("settings"));
    Rest.Answer put = root.with("If-Match", "\"file\"").put("/api/v1/desk/endpoint/wa", edited);
    assertThat(put.status()).as(put.body()).isEqualTo(200);
    await(onB, "wa", e -> e.path("name").asText().equals("Edited") && healthy(e));
    assertThat(deliver(b, platforms.whatsapp("344", "w2", "still signed"), "wa").status())
        .isEqualTo(200);
    assertThat(root.with("If-Match", "\"file\"").put("/api/v1/desk/endpoint/wa", edited).status())
        .isEqualTo(412);
  }

  @Test
  void whatCannotBeBoundIsRefusedWithEveryFault() throws Exception {
    ObjectNode body = app("1004", "Fourth");
    body.withObjectProperty("settings").put("vershun", "v1").put("list-label", "");
    body.withObjectProperty("secrets").remove("app-secret");
    body.withObjectProperty("secrets").put("accounts.0.token", "file:/etc/passwd");
    body.withObjectProperty("secrets").put("nothing", "hidden1");
    Rest.Answer put = root.put("/api/v1/desk/endpoint/four", body);
    assertThat(put.status()).isEqualTo(400);
    assertThat(put.code()).isEqualTo("bad-request");
    assertThat(put.json().at("/detail/faults").findValuesAsText("path"))
        .contains("vershun", "app-secret", "accounts.0.token", "nothing");
    assertThat(put.body()).doesNotContain("hidden1");
    assertThat(root.get("/api/v1/desk/endpoint/four").status()).isEqualTo(404);
    assertThat(redisHas("vault:" + workspace + ":endpoint/four/*")).isFalse();

    assertThat(root.put("/api/v1/desk/endpoint/five", object("type", "pigeon")).body())
        .contains("must be one of");
    assertThat(root.put("/api/v1/desk/endpoint/five", app(Platforms.NUMBER, "Five")).body())
        .contains("belongs to the endpoint wa");
  }

  @Test
  void secretsAreNotSentWhereTheyWereNotMeantFor() throws Exception {
    JsonNode wa = root.get("/api/v1/desk/endpoint/wa").json();
    ObjectNode edited = object("type", "whatsapp", "name", "Elsewhere");
    ObjectNode settings = (ObjectNode) wa.path("settings").deepCopy();
    edited.set("settings", settings.put("base-url", "https://evil.example"));
    Rest.Answer put = root.put("/api/v1/desk/endpoint/wa", edited);
    assertThat(put.status()).isEqualTo(400);
    assertThat(put.json().at("/detail/faults/0/sentence").asText())
        .isEqualTo("must be given again, because base-url changed");
  }

  @Test
  void credentialsThatThePlatformRefusesShow() throws Exception {
    assertThat(deliver(a, platforms.whatsapp("345", "w3", "who am I"), "wa").status())
        .isEqualTo(200);
    String customer = customer("who am I");
    platforms.next(
        WHATSAPP, 401, "{\"error\":{\"code\":190,\"message\":\"Error validating access token\"}}");
    root.post(
        "/api/v1/customers/" + customer + "/messages",
        object("id", "s2", "content", Rest.text("refused")));
    Predicate<JsonNode> shows =
        e -> e.at("/health/why").asText().startsWith("credentials refused: ");
    awaitAnswer(
        () -> root.get("/api/v1/endpoints"),
        on -> {
          try {
            return List.of(on, onB.get("/api/v1/endpoints")).stream()
                .anyMatch(list -> shows.test(endpoint(list, "wa")));
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void anotherWorkspaceSeesNothingAndCannotTakeTheId() throws Exception {
    Rest eve = eve();
    assertThat(eve.get("/api/v1/endpoints").json().path("endpoints")).isEmpty();
    Rest.Answer put = eve.put("/api/v1/desk/endpoint/wa", app("1006", "Mine"));
    assertThat(put.status()).isEqualTo(400);
    assertThat(put.body()).contains("id: this one is taken");
  }

  @Test
  void theTypesSayWhatTheyWantToKnow() throws Exception {
    JsonNode types = root.get("/api/v1/endpoints/types").json().path("types");
    assertThat(types).isNotEmpty();
    JsonNode email = type(types, "email");
    assertThat(email.path("webhook").asBoolean()).isFalse();
    JsonNode accounts = named(email, "accounts");
    assertThat(accounts.path("kind").asText()).isEqualTo("records");
    JsonNode imap = named(accounts, "imap");
    assertThat(imap.path("required").asBoolean()).isFalse();
    assertThat(named(imap, "password").path("kind").asText()).isEqualTo("secret");
    assertThat(named(imap, "security").path("choices").toString())
        .isEqualTo("[\"none\",\"starttls\",\"tls\"]");
    assertThat(named(imap, "idle").path("default").asText()).isEqualTo("9m");
    assertThat(named(imap, "folders").path("default").toString()).isEqualTo("[\"INBOX\"]");
    assertThat(named(email, "message-id-key").path("required").asBoolean()).isFalse();
    JsonNode program = type(types, Platforms.WEBHOOK);
    assertThat(program.path("webhook").asBoolean()).isTrue();
    assertThat(named(program, "signing-secrets").path("of").asText()).isEqualTo("secret");
    assertThat(named(program, "outgoing-url").path("kind").asText()).isEqualTo("url");
  }

  private static JsonNode type(JsonNode types, String name) {
    return only(types, "type", name);
  }

  private static JsonNode named(JsonNode in, String name) {
    return only(in.path("fields"), "name", name);
  }

  private static JsonNode only(JsonNode all, String field, String value) {
    for (JsonNode one : all) {
      if (one.path(field).asText().equals(value)) {
        return one;
      }
    }
    throw new AssertionError("no " + value + " in " + all);
  }

  private Rest eve() throws Exception {
    TestNode store = redis.node();
    store.await(
        () ->
            store.tokens.once(
                "code-of-eve" + workspace,
                "signin x" + workspace.substring(1) + " eve",
                Duration.ofHours(1)));
    return Rest.agent(a.url(), "#enter=code-of-eve" + workspace);
  }

  @Test
  void anEndpointSealedWithAnotherKeyHarmsNoOther() throws Exception {
    assertThat(root.put("/api/v1/desk/endpoint/six", app("1007", "Sixth")).status()).isEqualTo(200);
    await(onB, "six", EndpointsTest::healthy);
    Gateway foreign = node("c", "another installation key of 43 letters, ok");
    Rest there = Rest.agent(foreign, "Root");
    JsonNode six = await(there, "six", e -> !e.at("/health/ok").asBoolean());
    assertThat(six.at("/health/why").asText()).contains("sealed with another installation key");
    await(there, "wa", EndpointsTest::healthy);
    // set anew, it opens there; and where the other key is, it is the one that does not
    assertThat(there.put("/api/v1/desk/endpoint/six", app("1007", "Sixth")).status())
        .isEqualTo(200);
    await(there, "six", EndpointsTest::healthy);
    await(onB, "six", e -> !e.at("/health/ok").asBoolean());
  }

  @Test
  void oneThatIsTurnedOffIsKept() throws Exception {
    ObjectNode body = app("1008", "Seventh");
    assertThat(root.put("/api/v1/desk/endpoint/seven", body).status()).isEqualTo(200);
    await(onB, "seven", EndpointsTest::healthy);
    body.remove("secrets");
    assertThat(root.put("/api/v1/desk/endpoint/seven", body.put("on", false)).status())
        .isEqualTo(200);
    awaitAnswer(
        () -> deliver(b, call("1008", "346", "m1", "off"), "seven"),
        answer -> answer.status() == 404);
    assertThat(root.put("/api/v1/desk/endpoint/seven", body.put("on", true)).status())
        .isEqualTo(200);
    awaitAnswer(
        () -> deliver(b, call("1008", "346", "m1", "on"), "seven"),
        answer -> answer.status() == 200);
  }
}
