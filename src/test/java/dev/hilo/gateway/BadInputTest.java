package dev.hilo.gateway;

import static dev.hilo.gateway.SocketClient.is;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import dev.hilo.conversation.CustomerId;
import dev.hilo.testing.RedisServer;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes in: a clear answer, nothing of it stored, and nobody else harmed. */
class BadInputTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private static Nodes nodes;
  private static Gateway node;
  private static Rest ana;
  private static SocketClient silent;

  @BeforeAll
  static void start() throws Exception {
    nodes = new Nodes(redis.uri(), redis.workspace());
    node = nodes.start("a", redis.uri(), "");
    ana = Rest.agent(node, "Ana");
    silent = SocketClient.connect(nodes, node, null);
  }

  @AfterAll
  static void stop() throws Exception {
    nodes.close();
  }

  private static TreeSet<String> stored() {
    return nodes.store.keys(redis.workspace());
  }

  private static int status(Platforms.Delivery delivery) throws Exception {
    return Rest.deliver(node, delivery).status();
  }

  // ---- webhooks

  @Test
  void forgedCallsAreRefusedAndNothingIsStored() throws Exception {
    TreeSet<String> before = stored();
    var whatsapp = nodes.platforms.whatsapp("34699", "wamid.forged", "forged");
    var telegram = nodes.platforms.telegram(99, 1, "forged");
    var webhook = nodes.platforms.webhook("forger", "forged", "forged");
    assertThat(status(whatsapp.with("X-Hub-Signature-256", "sha256=" + "0".repeat(64))))
        .isEqualTo(401);
    assertThat(status(whatsapp.without("X-Hub-Signature-256"))).isEqualTo(401);
    assertThat(
            status(
                new Platforms.Delivery(whatsapp.path(), whatsapp.body() + " ", whatsapp.headers())))
        .isEqualTo(401);
    assertThat(status(telegram.with("X-Telegram-Bot-Api-Secret-Token", "guess"))).isEqualTo(401);
    assertThat(status(telegram.without("X-Telegram-Bot-Api-Secret-Token"))).isEqualTo(401);
    assertThat(status(webhook.with("webhook-signature", "v1,AAAA"))).isEqualTo(401);
    assertThat(status(webhook.with("webhook-timestamp", "1700000000"))).isEqualTo(401);
    assertThat(status(webhook.with("webhook-id", "another"))).isEqualTo(401);
    assertThat(stored()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{nope", "[]", "null", "\"text\"", "{\"entry\":7}"})
  void garbageIsMalformed(String body) throws Exception {
    TreeSet<String> before = stored();
    assertThat(status(Platforms.signedWhatsapp(body))).isEqualTo(400);
    if (!body.startsWith("{\"")) {
      assertThat(status(Platforms.signedWebhook("garbage", body))).isEqualTo(400);
    }
    assertThat(stored()).isEqualTo(before);
  }

  @Test
  void tooMuchIsTooMuch() throws Exception {
    TreeSet<String> before = stored();
    assertThat(status(Platforms.signedWhatsapp("x".repeat((3 << 20) + 1)))).isEqualTo(413);
    assertThat(stored()).isEqualTo(before);
  }

  @Test
  void unknownEndpointsAreNotFound() throws Exception {
    var known = nodes.platforms.whatsapp("34699", "wamid.lost", "lost");
    assertThat(status(new Platforms.Delivery("/webhooks/none", known.body(), known.headers())))
        .isEqualTo(404);
    assertThat(Rest.nobody(node).get("/webhooks/none").status()).isEqualTo(404);
  }

  @Test
  void whatIsForAnUnknownAccountIsKeptApart() throws Exception {
    var stray = nodes.platforms.whatsapp("9999", "34698", "wamid.stray", "stray", Instant.now());
    assertThat(status(stray)).isEqualTo(200);
    assertThat(status(stray)).isEqualTo(200);
    List<String> kept = nodes.store.headers(CustomerId.unrouted(redis.workspace()));
    assertThat(kept).filteredOn(h -> h.contains("\"Unrouted\"")).hasSize(1);
  }

  @Test
  void whatIsOfAnUnknownKindIsKeptAsItCame() throws Exception {
    var hologram =
        Rest.object(
            "from", "34697",
            "id", "wamid.hologram",
            "timestamp", "1790000000",
            "type", "hologram",
            "hologram", Rest.object("depth", 3));
    try (var agent = SocketClient.agent(nodes, node, ana)) {
      agent.ask("watch", "topic", "inbox", "view", Rest.object("filter", "open"));
      assertThat(status(nodes.platforms.whatsappMessage(Platforms.NUMBER, "34697", hologram)))
          .isEqualTo(200);
      JsonNode row =
          agent.await(f -> is(f, "row") && f.at("/row/name").asText().equals("P34697"), "a row");
      String topic = "c:" + row.path("id").asText();
      agent.watch(topic);
      JsonNode kept =
          agent.awaitEvent(topic, e -> e.path("t").asText().equals("MessageAdded"), "the message");
      assertThat(kept.at("/body/content/type").asText()).isEqualTo("unsupported");
      assertThat(kept.at("/body/content/kind").asText()).isEqualTo("hologram");
      assertThat(status(Platforms.signedWebhook("odd-1", "{\"type\":\"crm.odd\",\"data\":{}}")))
          .isBetween(200, 204);
    }
  }

  // ---- sockets

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense | bad-frame",
        "[1,2] | bad-frame",
        "{\"type\":\"fly\"} | unknown-frame",
        "{\"type\":\"say\"} | bad-request",
        "{\"type\":\"say\",\"id\":\"a\",\"content\":{\"type\":\"text\",\"text\":\" \"}} |"
            + " bad-request",
        "{\"type\":\"say\",\"id\":\"a\",\"content\":{\"type\":\"nothing\"}} | bad-request",
        "{\"type\":\"read\",\"upTo\":\"yesterday\"} | bad-request",
        "{\"type\":\"watch\",\"topic\":\"moon\"} | unknown-topic",
        "{\"type\":\"watch\",\"topic\":\"c:moon\"} | unknown-topic",
        "{\"type\":\"history\",\"cursor\":\"forged\"} | bad-request",
        "{\"type\":\"do\",\"action\":\"fly\"} | unknown-action",
        "{\"type\":\"put\",\"key\":\"a b\",\"rev\":0,\"value\":1} | bad-request",
        "{\"type\":\"hello\",\"inbox\":\"shop\"} | bad-request"
      })
  void badFramesGetAClearAnswerAndTheSocketLives(String frame, String code) {
    try (var visitor = SocketClient.visitor(nodes, node)) {
      visitor.say("a thread of its own");
      visitor.await("caught-up");
      visitor.raw(frame);
      JsonNode problem = visitor.await("problem");
      assertThat(problem.path("code").asText()).as(problem.toString()).isEqualTo(code);
      assertThat(problem.path("title").asText()).isNotEmpty();
      visitor.say("still here");
    }
  }

  @Test
  void whoDoesNotSayHelloIsSentAway() throws Exception {
    try (var rude = SocketClient.connect(nodes, node, null)) {
      rude.tell("say", "id", "a", "content", Rest.text("hi"));
      assertThat(rude.await("problem").path("code").asText()).isEqualTo("hello-first");
      assertThat(rude.awaitClose()).isEqualTo(4102);
    }
    assertThat(silent.awaitClose()).as("no hello in time").isEqualTo(4001);
  }

  @Test
  void aFrameThatIsTooLargeClosesTheSocket() throws Exception {
    try (var visitor = SocketClient.visitor(nodes, node)) {
      visitor.say("before");
      visitor.tell("say", "id", "big", "content", Rest.text("x".repeat(70_000)));
      assertThat(visitor.awaitClose()).isEqualTo(4103);
      try (var again = SocketClient.device(nodes, node, visitor.token(), null, null)) {
        again.awaitTexts(visitor.topic(), List.of("before"));
        again.tell("say", "id", "huge", "content", Rest.text("x".repeat(2_000_000)));
        assertThat(again.awaitClose()).as("ended without reading it all").isIn(1006, 1009);
      }
    }
  }

  @Test
  void whoIsTooFastIsSlowedDownAndServedAgain() {
    try (var visitor = SocketClient.visitor(nodes, node)) {
      for (int i = 0; i < 100; i++) {
        visitor.tell("typing", "on", true);
      }
      JsonNode problem = visitor.await("problem");
      assertThat(problem.path("code").asText()).isEqualTo("too-many-frames");
      assertThat(problem.path("temporary").asBoolean()).isTrue();
      String answer = "problem";
      for (long end = System.nanoTime() + Nodes.PATIENCE.toNanos();
          answer.equals("problem") && System.nanoTime() < end; ) {
        answer = visitor.ask("typing", "on", false).path("type").asText();
      }
      assertThat(answer).isEqualTo("ok");
    }
  }

  @Test
  void onlyTheShopsOwnPagesOpenItsInbox() throws Exception {
    try (var shop = SocketClient.connect(nodes, node, "https://shop.example");
        var foreign = SocketClient.connect(nodes, node, "https://evil.example")) {
      shop.tell("hello", "inbox", "shop");
      shop.await("welcome");
      foreign.tell("hello", "inbox", "shop");
      assertThat(foreign.await("problem").path("code").asText()).isEqualTo("forbidden-origin");
      assertThat(foreign.awaitClose()).isEqualTo(4100);
      try (var stolen = SocketClient.connect(nodes, node, "https://evil.example")) {
        stolen.tell("hello", "token", shop.token());
        assertThat(stolen.await("problem").path("code").asText()).isEqualTo("forbidden-origin");
        assertThat(stolen.awaitClose()).isEqualTo(4100);
      }
    }
  }

  private static void refused(String code, String field, String value) throws Exception {
    try (var client = SocketClient.connect(nodes, node, null)) {
      client.tell("hello", field, value);
      assertThat(client.await("problem").path("code").asText()).isEqualTo(code);
      assertThat(client.awaitClose()).isEqualTo(4100);
    }
  }

  @Test
  void credentialsThatAreUsedUpForgedOrRevokedOpenNothing() throws Exception {
    String ticket = ana.ticket();
    SocketClient.hello(nodes, node, "ticket", ticket).close();
    refused("bad-ticket", "ticket", ticket);
    refused("bad-ticket", "ticket", "guess");
    refused("bad-token", "token", "guess");
    refused("bad-link", "link", "guess");
    refused("bad-request", "inbox", "no-such-inbox");
    try (var visitor = SocketClient.visitor(nodes, node)) {
      visitor.say("two devices");
      String url = visitor.act(visitor.topic(), "link").path("url").asText();
      String code = url.substring(url.indexOf('#') + 1);
      refused("bad-ticket", "ticket", code);
      url = visitor.act(visitor.topic(), "link").path("url").asText();
      code = url.substring(url.indexOf('#') + 1);
      try (var second = SocketClient.hello(nodes, node, "link", code)) {
        refused("bad-link", "link", code);
        String forged = second.token().replace('.', 'x');
        refused("bad-token", "token", forged);
        CustomerId customer = CustomerId.of(visitor.topic().substring(2));
        JsonNode claims =
            Rest.json(
                new String(
                    java.util.Base64.getUrlDecoder()
                        .decode(second.token().substring(0, second.token().indexOf('.'))),
                    java.nio.charset.StandardCharsets.UTF_8));
        nodes.store.ask("HDEL", Store.key(customer, "dev"), claims.path("d").asText());
        refused("bad-token", "token", second.token());
      }
      SocketClient.device(nodes, node, visitor.token(), null, null).close();
    }
  }

  // ---- other people's threads

  @Test
  void aVisitorReachesOnlyItsOwnThreadWhateverItNames() throws Exception {
    try (var victim = SocketClient.visitor(nodes, node);
        var thief = SocketClient.visitor(nodes, node)) {
      victim.say("PRIVATE words");
      thief.say("my own words");
      String theirs = victim.topic();
      victim.awaitTexts(theirs, List.of("PRIVATE words"));
      victim.ask("put", "topic", theirs, "key", "draft", "rev", 0, "value", "PRIVATE draft");
      victim.forget();
      int events = victim.events(theirs).size();
      thief.tell("watch", "topic", theirs);
      thief.tell("watch", "topic", theirs, "since", victim.have(theirs));
      thief.tell("history", "topic", theirs, "cursor", "x");
      thief.tell("typing", "topic", theirs, "on", true);
      thief.tell("read", "topic", theirs, "upTo", victim.have(theirs));
      thief.tell("put", "topic", theirs, "key", "draft", "rev", 1, "value", "stolen");
      thief.tell("state", "topic", theirs);
      thief.act(
          theirs,
          "react",
          "message",
          victim.events(theirs).getFirst().path("id").asText(),
          "emoji",
          "x",
          "on",
          true);
      JsonNode ack =
          thief.ask(
              "say",
              "id",
              "theft",
              "content",
              Rest.text("into my own"),
              "to",
              Rest.object("customer", theirs.substring(2)));
      assertThat(ack.path("type").asText()).isEqualTo("ack");
      thief.awaitMessage(thief.topic(), "into my own");
      victim.say("undisturbed");
      victim.awaitTexts(theirs, List.of("PRIVATE words", "undisturbed"));
      assertThat(victim.events(theirs)).hasSize(events + 1);
      assertThat(victim.frames()).noneMatch(f -> is(f, "signal"));
      assertThat(thief.frames().toString()).doesNotContain("PRIVATE");
      JsonNode objects =
          SocketClient.device(nodes, node, victim.token(), null, null).await("caught-up");
      assertThat(objects.at("/objects/draft/value").asText()).isEqualTo("PRIVATE draft");
    }
  }

  @Test
  void aVisitorDoesNothingThatIsForStaff() throws Exception {
    try (var visitor = SocketClient.visitor(nodes, node)) {
      visitor.say("only a customer");
      String topic = visitor.topic();
      for (String action :
          List.of(
              "note",
              "assign",
              "resolve",
              "reopen",
              "label",
              "priority",
              "attributes",
              "join",
              "ask-proof")) {
        JsonNode answer =
            visitor.act(
                topic,
                action,
                "text",
                "x",
                "to",
                "ana",
                "add",
                List.of("x"),
                "priority",
                "high",
                "set",
                Rest.object("name", "x"),
                "with",
                topic.substring(2),
                "via",
                "x");
        assertThat(answer.path("code").asText()).as(action).isEqualTo("forbidden");
      }
      JsonNode inbox =
          visitor.ask("watch", "topic", "inbox", "view", Rest.object("filter", "open"));
      assertThat(inbox.path("code").asText()).isEqualTo("forbidden");
      assertThat(visitor.ask("state", "topic", topic).path("code").asText()).isEqualTo("forbidden");
      JsonNode put = visitor.ask("put", "key", "staff.plan", "rev", 0, "value", "x");
      assertThat(put.path("type").asText()).isEqualTo("problem");
    }
  }

  @Test
  void staffReachNothingOfAnotherWorkspace() throws Exception {
    String other = CustomerId.fresh("other").toString();
    try (var agent = SocketClient.agent(nodes, node, ana)) {
      for (JsonNode answer :
          List.of(
              agent.ask("watch", "topic", "c:" + other),
              agent.ask("state", "topic", "c:" + other),
              agent.ask("read", "topic", "c:" + other, "upTo", "1-1"),
              agent.ask("typing", "topic", "c:" + other, "on", true),
              agent.act("c:" + other, "note", "text", "x"),
              agent.ask(
                  "say",
                  "id",
                  "x",
                  "content",
                  Rest.text("x"),
                  "to",
                  Rest.object("customer", other)))) {
        assertThat(answer.path("code").asText()).as(answer.toString()).isEqualTo("forbidden");
      }
    }
    assertThat(ana.get("/api/v1/customers/" + other).code()).isEqualTo("forbidden");
    assertThat(ana.get("/api/v1/customers/" + other + "/entries").code()).isEqualTo("forbidden");
  }

  // ---- REST

  @Test
  void callsWithoutAStandingAreRefused() throws Exception {
    Rest nobody = Rest.nobody(node);
    for (String path : List.of("/api/v1/session", "/api/v1/inbox", "/api/v1/channels")) {
      Rest.Answer answer = nobody.get(path);
      assertThat(answer.status()).as(path).isEqualTo(401);
      assertThat(answer.code()).isEqualTo("unauthorized");
      assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
    }
    assertThat(nobody.post("/api/v1/ticket", "").status()).isEqualTo(401);
    assertThat(nobody.post("/api/v1/session", "{\"code\":\"guess\"}").status()).isEqualTo(401);
    assertThat(nobody.with("Cookie", "hilo=guess").get("/api/v1/session").status()).isEqualTo(401);
    for (Rest elsewhere :
        List.of(ana.with("Origin", "https://evil.example"), ana.without("Origin"))) {
      Rest.Answer answer = elsewhere.post("/api/v1/ticket", "");
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.code()).isEqualTo("forbidden-origin");
    }
    Rest program = Rest.at(node.url());
    assertThat(
            program.with("Authorization", "Bearer " + Nodes.API_KEY).get("/api/v1/inbox").status())
        .isEqualTo(200);
    assertThat(program.with("Authorization", "Bearer wrong").get("/api/v1/inbox").status())
        .isEqualTo(401);
    assertThat(
            program
                .with("Authorization", "Bearer " + Nodes.API_KEY)
                .post("/api/v1/ticket", "")
                .status())
        .isIn(401, 403);
  }

  @Test
  void badCallsGetAProblemThatSaysWhat() throws Exception {
    try (var visitor = SocketClient.visitor(nodes, node)) {
      visitor.say("to be called about");
      String customer = "/api/v1/customers/" + visitor.topic().substring(2);
      assertThat(ana.get(customer).status()).isEqualTo(200);
      problem(ana.get(customer + "/entries?cursor=forged"), 400, "bad-request");
      problem(ana.get(customer + "/entries?limit=many"), 400, "bad-request");
      problem(ana.get("/api/v1/customers/moon"), 404, "unknown-topic");
      problem(
          ana.get("/api/v1/customers/" + CustomerId.fresh(redis.workspace())),
          404,
          "unknown-topic");
      problem(ana.get("/api/v1/moon"), 404, "unknown-topic");
      problem(ana.post(customer + "/messages", "{nope"), 400, "bad-request");
      problem(ana.post(customer + "/messages", "{}"), 400, "bad-request");
      problem(ana.post(customer + "/actions/fly", "{}"), 404, "unknown-action");
      problem(
          ana.post(customer + "/actions/priority", "{\"priority\":\"lunch\"}"), 400, "bad-request");
      problem(ana.post(customer + "/messages", "x".repeat(70_000)), 413, "too-large");
      problem(ana.get("/api/v1/blobs/main/x/y"), 404, "unknown-topic");
    }
  }

  private static void problem(Rest.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.code()).as(answer.body()).isEqualTo(code);
    assertThat(answer.json().path("title").asText()).isNotEmpty();
  }

  @Test
  void filesOfSomebodyElseAreNotThere() throws Exception {
    String words = "LONG " + "x".repeat(20_000);
    assertThat(status(nodes.platforms.webhook("writer", "long", words))).isBetween(200, 204);
    String blob = null;
    for (CustomerId customer : nodes.store.customers(redis.workspace())) {
      JsonNode page = ana.get("/api/v1/customers/" + customer + "/entries").json();
      for (JsonNode entry : page.path("entries")) {
        if (entry.at("/event/body/content/text").asText().startsWith("LONG")) {
          blob = entry.at("/event/body/attachments/0/blob").asText();
        }
      }
    }
    assertThat(blob).isNotNull();
    assertThat(ana.get("/api/v1/blobs/" + blob).body()).isEqualTo(words);
    Rest nobody = Rest.at(node.url());
    assertThat(nobody.get("/api/v1/blobs/" + blob).status()).isEqualTo(401);
    try (var visitor = SocketClient.visitor(nodes, node)) {
      visitor.say("curious");
      Rest me = nobody.with("Authorization", "Bearer " + visitor.token());
      problem(me.get("/api/v1/blobs/" + blob), 404, "unknown-topic");
    }
  }
}
