package dev.hilo.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hilo.Gateway;
import dev.hilo.store.Blobs;
import dev.hilo.store.FileBlobs;
import dev.hilo.store.Tokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two companies on one installation with the same people, programs, teams and inboxes, and all
 * sorts of credentials: good ones, and such as were good once or never.
 */
final class Credentials implements AutoCloseable {
  /** Those who work for a company, each with one role, and its programs. */
  static final List<String> PEOPLE = List.of("agent", "supervisor", "administrator", "auditor");

  static final List<String> PROGRAMS = List.of("bot", "integration");

  private static final String COMPANY =
      """
      inboxes:
        - {key: shop, name: Shop %2$s, origins: ["https://shop.example"], greeting: Hello %2$s}
      users:
        - {id: agent, name: Agent %2$s, roles: [agent]}
        - {id: supervisor, name: Supervisor %2$s, roles: [supervisor]}
        - {id: administrator, name: Administrator %2$s, roles: [administrator]}
        - {id: auditor, name: Auditor %2$s, roles: [auditor]}
        - {id: boss, name: Boss %2$s, roles: [administrator, agent, auditor]}
        - {id: suspended, name: Suspended %2$s, roles: [agent, administrator, auditor]}
        - {id: late, name: Late %2$s, roles: [agent]}
      api-keys:
        - {name: bot, role: bot, key: the-key-of-the-bot-of-%1$s}
        - {name: integration, key: the-key-of-the-integration-of-%1$s}
      """;

  final Nodes nodes;
  final String one;
  final String two;
  final List<Gateway> gateways = new ArrayList<>();

  Credentials(Nodes nodes, int count) throws Exception {
    this.nodes = nodes;
    this.one = nodes.workspace;
    this.two = nodes.workspace + "-b";
    String first = COMPANY.formatted(one, mark(one));
    nodes.people =
        first.substring(first.indexOf("users:"))
            + "more-workspaces:\n  - name: "
            + two
            + "\n"
            + COMPANY.formatted(two, mark(two)).indent(4)
            + "    channels:\n"
            + nodes.platforms.channels().replaceAll("endpoint: (\\w+)", "endpoint: $1-b").indent(6);
    for (int i = 0; i < count; i++) {
      gateways.add(nodes.start("n" + i));
    }
  }

  /** What stands in everything that a company says and keeps. */
  String mark(String workspace) {
    return workspace.equals(one) ? "redcompany" : "bluecompany";
  }

  String other(String workspace) {
    return workspace.equals(one) ? two : one;
  }

  /** The same platform, account and person, at this company's address. */
  Platforms.Delivery to(String workspace, Platforms.Delivery delivery) {
    return workspace.equals(one)
        ? delivery
        : new Platforms.Delivery(delivery.path() + "-b", delivery.body(), delivery.headers());
  }

  Gateway node() {
    return gateways.getFirst();
  }

  /** A code that signs in once. */
  String code(String workspace, String user) {
    String code = Tokens.random();
    nodes.store.ask(
        "SET", "once:" + Tokens.hash(code), "signin " + workspace + " " + user, "PX", "60000");
    return code;
  }

  /** Somebody of a company, signed in anew. */
  Rest person(Gateway node, String workspace, String user) throws Exception {
    return Rest.agent(node.url(), node.url() + "/agent#enter=" + code(workspace, user));
  }

  Rest program(Gateway node, String workspace, String name) {
    return Rest.program(node, "the-key-of-the-" + name + "-of-" + workspace);
  }

  /** Whoever it is, signed in anew if a person. */
  Rest as(Gateway node, String workspace, String role) throws Exception {
    return PEOPLE.contains(role) ? person(node, workspace, role) : program(node, workspace, role);
  }

  /** A visitor who has written, by its socket. */
  SocketClient visitor(Gateway node, String workspace, String text) {
    SocketClient visitor =
        SocketClient.hello(
            nodes, node, "inbox", workspace.equals(one) ? "shop" : workspace + "/shop");
    visitor.say(text);
    return visitor;
  }

  /** A file of a customer; gives its path in the API. */
  String file(Gateway node, String customer, String content) throws Exception {
    Blobs blobs = new FileBlobs(node.data().resolve("blobs"));
    var home = dev.hilo.conversation.CustomerId.of(customer);
    return "/api/v1/blobs/" + blobs.adopt(blobs.put(home.workspace(), content.getBytes()), home);
  }

  /** Who has something in hand that is worth nothing, by what it is. */
  Map<String, Rest> worthless(Gateway node) throws Exception {
    Rest boss = person(node, one, "boss");
    Rest suspended = person(node, one, "suspended");
    assertThat(
            boss.put(
                    "/api/v1/desk/user/suspended",
                    Rest.object("name", "Suspended", "roles", List.of("agent"), "suspended", true))
                .status())
        .isEqualTo(200);
    Rest left = person(node, one, "agent");
    assertThat(left.delete("/api/v1/session").status()).isEqualTo(204);
    String revoked =
        boss.post("/api/v1/keys/revoked", Rest.object("name", "Revoked"))
            .json()
            .path("key")
            .asText();
    assertThat(boss.delete("/api/v1/desk/apikey/revoked").status()).isEqualTo(204);
    String expired =
        boss.post(
                "/api/v1/keys/expired",
                Rest.object("name", "Expired", "expires", System.currentTimeMillis() + 1500))
            .json()
            .path("key")
            .asText();
    String rotated =
        boss.post("/api/v1/keys/rotated", Rest.object("name", "Rotated"))
            .json()
            .path("key")
            .asText();
    boss.post("/api/v1/keys/rotated/rotate", Rest.object());
    Map<String, Rest> all = new LinkedHashMap<>();
    all.put("nobody", Rest.nobody(node));
    all.put("a suspended user", suspended);
    all.put("a session that was signed out", left);
    all.put("a cookie made up", Rest.nobody(node).with("Cookie", "hilo=" + Tokens.random()));
    all.put("a revoked key", Rest.program(node, revoked));
    all.put("an expired key", Rest.program(node, expired));
    all.put("a key before its rotation", Rest.program(node, rotated));
    all.put("a key made up", Rest.program(node, "hilo_" + Tokens.random()));
    all.put("a visitor's token made up", Rest.program(node, "eyJjIjoieCJ9." + Tokens.random()));
    await()
        .untilAsserted(
            () ->
                assertThat(Rest.program(node, expired).get("/api/v1/inbox").status())
                    .isEqualTo(401));
    return all;
  }

  @Override
  public void close() throws IOException {
    nodes.close();
  }
}
