package dev.hilo.gateway;

import static dev.hilo.gateway.SocketClient.is;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One person on several channels becomes one thread, and sees of it only what is proved its own.
 */
class JoinTest extends OnTwoNodes {
  private static final String SECRET = "SECRET-";

  /** The thread of whoever wrote this, when its row is there. */
  private static String threadOf(SocketClient agent, String text) {
    JsonNode row =
        agent.await(
            f -> is(f, "row") && f.at("/row/snippet").asText().equals(text), "a row with " + text);
    return "c:" + row.path("id").asText();
  }

  private static SocketClient agentWithInbox(Gateway node) throws Exception {
    SocketClient agent = SocketClient.agent(nodes, node, Rest.agent(node, "Ana"));
    agent.ask("watch", "topic", "inbox", "view", Rest.object("filter", "open", "limit", 500));
    return agent;
  }

  private static String via(SocketClient agent, String topic, String channel) {
    JsonNode card = agent.ask("state", "topic", topic);
    for (JsonNode address : card.at("/customer/addresses")) {
      if (address.path("channel").asText().equals(channel)) {
        return address.path("via").asText();
      }
    }
    throw new AssertionError("no address of " + channel + " in " + card);
  }

  private static void delivered(Gateway node, Platforms.Delivery delivery) throws Exception {
    assertThat(Rest.deliver(node, delivery).status()).isBetween(200, 204);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAgentJoinsWebWhatsAppAndWebhook(boolean webIsOlder) throws Exception {
    String tag = webIsOlder ? "o" : "y";
    String phone = webIsOlder ? "34600000011" : "34600000012";
    String program = "person-" + tag;
    try (var visitor = SocketClient.visitor(nodes, a);
        var agent = agentWithInbox(b)) {
      String web;
      String whatsapp;
      if (webIsOlder) {
        visitor.say("web 1 " + tag);
        web = threadOf(agent, "web 1 " + tag);
      }
      delivered(a, nodes.platforms.whatsapp(phone, "wamid.j1" + tag, SECRET + "wa 1 " + tag));
      whatsapp = threadOf(agent, SECRET + "wa 1 " + tag);
      delivered(b, nodes.platforms.webhook(program, "j1" + tag, SECRET + "hook 1 " + tag));
      String hook = threadOf(agent, SECRET + "hook 1 " + tag);
      if (!webIsOlder) {
        try (var later = SocketClient.visitor(nodes, a)) {
          later.say("web 1 " + tag);
          web = threadOf(agent, "web 1 " + tag);
          join(later, agent, web, whatsapp, hook, phone, program, tag);
        }
      } else {
        web = threadOf(agent, "web 1 " + tag);
        join(visitor, agent, web, whatsapp, hook, phone, program, tag);
      }
    }
  }

  private void join(
      SocketClient visitor,
      SocketClient agent,
      String web,
      String whatsapp,
      String hook,
      String phone,
      String program,
      String tag)
      throws Exception {
    assertThat(visitor.topic()).isEqualTo(web);
    agent.watch(web);
    agent.watch(whatsapp);
    JsonNode joined = agent.act(web, "join", "with", whatsapp.substring(2));
    assertThat(joined.path("type").asText()).as(joined.toString()).isEqualTo("ok");
    JsonNode again = agent.act(web, "join", "with", hook.substring(2));
    String root = "c:" + again.path("into").asText();
    String customer = root.substring(2);
    agent.await(f -> is(f, "rebind") && f.path("to").asText().equals(root), "rebind");
    List<String> first = List.of("web 1 " + tag, SECRET + "wa 1 " + tag, SECRET + "hook 1 " + tag);
    agent.awaitThread(root, first);
    String mine = visitor.topic().equals(root) ? root : awaitRebound(visitor, root);
    visitor.awaitTexts(mine, List.of("web 1 " + tag));

    // what comes in on each channel lands in the one thread
    delivered(b, nodes.platforms.whatsapp(phone, "wamid.j2" + tag, SECRET + "wa 2 " + tag));
    agent.awaitMessage(root, SECRET + "wa 2 " + tag);
    delivered(a, nodes.platforms.webhook(program, "j2" + tag, SECRET + "hook 2 " + tag));
    agent.awaitMessage(root, SECRET + "hook 2 " + tag);
    visitor.say("web 2 " + tag);
    agent.awaitMessage(root, "web 2 " + tag);

    // a redelivery of what was said before the join stays single
    delivered(b, nodes.platforms.whatsapp(phone, "wamid.j1" + tag, SECRET + "wa 1 " + tag));
    delivered(a, nodes.platforms.webhook(program, "j1" + tag, SECRET + "hook 1 " + tag));

    // answers go out on each address
    agent.say(customer, via(agent, root, "whatsapp"), SECRET + "to wa " + tag);
    agent.say(customer, via(agent, root, "webhook"), SECRET + "to hook " + tag);
    agent.say(customer, via(agent, root, "web"), "to web " + tag);
    nodes.platforms.taken(Platforms.WHATSAPP, phone, SECRET + "to wa " + tag);
    nodes.platforms.taken(Platforms.WEBHOOK, program, SECRET + "to hook " + tag);
    visitor.awaitTexts(mine, List.of("web 1 " + tag, "web 2 " + tag, "to web " + tag));
    agent.act(root, "note", "text", SECRET + "note");
    agent.awaitThread(
        root,
        List.of(
            "web 1 " + tag,
            SECRET + "wa 1 " + tag,
            SECRET + "hook 1 " + tag,
            SECRET + "wa 2 " + tag,
            SECRET + "hook 2 " + tag,
            "web 2 " + tag,
            SECRET + "to wa " + tag,
            SECRET + "to hook " + tag,
            "to web " + tag));

    // the same for whoever comes anew: an old name leads to the thread
    try (var later = SocketClient.agent(nodes, a, Rest.agent(a, "Luis"));
        var reloaded = SocketClient.device(nodes, b, visitor.token(), null, null)) {
      later.tell("watch", "topic", whatsapp);
      later.awaitMessage(root, "to web " + tag);
      assertThat(later.texts(root)).containsExactlyInAnyOrderElementsOf(agent.texts(root));
      reloaded.awaitTexts(root, List.of("web 1 " + tag, "web 2 " + tag, "to web " + tag));
      assertThat(reloaded.frames().toString()).doesNotContain(SECRET).doesNotContain(phone);
      assertThat(reloaded.faults()).isEmpty();
    }
    assertThat(visitor.frames().toString())
        .doesNotContain(SECRET)
        .doesNotContain(phone)
        .doesNotContain(program);
    assertThat(visitor.faults()).isEmpty();
    assertThat(agent.faults()).isEmpty();
  }

  private static String awaitRebound(SocketClient visitor, String root) {
    visitor.await(f -> is(f, "rebind") && f.path("to").asText().equals(root), "rebind");
    return root;
  }

  @RepeatedTest(8)
  void aVisitorWhoseThreadMovesKeepsItsOwnMessages() throws Exception {
    String phone = "3470000" + System.nanoTime() % 10_000;
    try (var agent = agentWithInbox(a)) {
      delivered(a, nodes.platforms.whatsapp(phone, "wamid." + phone, SECRET + phone));
      String whatsapp = threadOf(agent, SECRET + phone);
      try (var visitor = SocketClient.visitor(nodes, a);
          var other = SocketClient.visitor(nodes, a)) {
        other.say("to be on another loop");
        visitor.say("mine " + phone);
        agent.watch(whatsapp);
        agent.watch(visitor.topic());
        agent.act(whatsapp, "join", "with", visitor.topic().substring(2));
        awaitRebound(visitor, whatsapp);
        visitor.awaitTexts(whatsapp, List.of("mine " + phone));
        visitor.say("still mine " + phone);
        visitor.awaitTexts(whatsapp, List.of("mine " + phone, "still mine " + phone));
        agent.awaitThread(
            whatsapp, List.of(SECRET + phone, "mine " + phone, "still mine " + phone));
        assertThat(visitor.frames().toString()).doesNotContain(SECRET);
        assertThat(visitor.faults()).isEmpty();
        assertThat(agent.faults()).isEmpty();
      }
    }
  }

  @Test
  void aCodeOpensTheOtherChannelToTheVisitor() throws Exception {
    String phone = "34600000021";
    try (var visitor = SocketClient.visitor(nodes, a);
        var agent = agentWithInbox(b)) {
      visitor.say("hello from the web");
      String web = threadOf(agent, "hello from the web");
      delivered(b, nodes.platforms.whatsapp(phone, "wamid.p1", SECRET + "hello from the phone"));
      String whatsapp = threadOf(agent, SECRET + "hello from the phone");
      agent.watch(web);
      JsonNode joined = agent.act(web, "join", "with", whatsapp.substring(2));
      assertThat(joined.path("into").asText()).isEqualTo(web.substring(2));
      String via = via(agent, web, "whatsapp");

      JsonNode asked = agent.act(web, "ask-proof", "via", via);
      assertThat(asked.path("expires").asLong()).as(asked.toString()).isPositive();
      visitor.await(
          f -> is(f, "signal") && f.path("kind").asText().equals("prove"), "asked for the code");
      var call = nodes.platforms.await(Platforms.WHATSAPP, phone, calls -> !calls.isEmpty());
      var digits = Pattern.compile("(\\d{3}) (\\d{3})").matcher(call.getFirst().text());
      assertThat(digits.find()).as(call.getFirst().text()).isTrue();
      String code = digits.group(1) + digits.group(2);
      String wrong = code.equals("000000") ? "000001" : "000000";
      for (int i = 0; i < 4; i++) {
        assertThat(visitor.act(web, "prove", "code", wrong).path("code").asText())
            .isEqualTo("wrong-code");
      }
      assertThat(visitor.frames().toString()).doesNotContain(SECRET).doesNotContain(code);
      visitor.forget();
      agent.forget();
      JsonNode proved = visitor.act(web, "prove", "code", digits.group(1) + " " + digits.group(2));
      assertThat(proved.path("proved").asBoolean()).as(proved.toString()).isTrue();
      JsonNode rebind = visitor.await("rebind");
      assertThat(rebind.path("to").asText()).isEqualTo(web);
      assertThat(rebind.path("why").asText()).isEqualTo("proved");
      visitor.awaitMessage(web, SECRET + "hello from the phone");
      assertThat(visitor.texts(web)).contains("hello from the web");

      delivered(a, nodes.platforms.whatsapp(phone, "wamid.p1", SECRET + "hello from the phone"));
      delivered(a, nodes.platforms.whatsapp(phone, "wamid.p2", SECRET + "again from the phone"));
      visitor.awaitMessage(web, SECRET + "again from the phone");
      agent.awaitMessage(web, SECRET + "again from the phone");
      assertThat(visitor.texts(web)).doesNotHaveDuplicates();
      assertThat(visitor.faults()).isEmpty();
      assertThat(agent.faults()).isEmpty();
    }
  }

  @Test
  void codesCannotBeGuessed() throws Exception {
    String phone = "34600000022";
    try (var visitor = SocketClient.visitor(nodes, a);
        var agent = agentWithInbox(b)) {
      visitor.say("the guesser");
      String web = threadOf(agent, "the guesser");
      delivered(b, nodes.platforms.whatsapp(phone, "wamid.g1", SECRET + "the victim"));
      agent.act(web, "join", "with", threadOf(agent, SECRET + "the victim").substring(2));
      agent.act(web, "ask-proof", "via", via(agent, web, "whatsapp"));
      var call = nodes.platforms.await(Platforms.WHATSAPP, phone, calls -> !calls.isEmpty());
      String code = call.getFirst().text().replaceAll("(?s)\\D*(\\d{3}) (\\d{3}).*", "$1$2");
      String wrong = code.equals("000000") ? "000001" : "000000";
      for (int i = 0; i < 5; i++) {
        assertThat(visitor.act(web, "prove", "code", wrong).path("code").asText())
            .isEqualTo("wrong-code");
      }
      JsonNode refused = visitor.act(web, "prove", "code", code);
      assertThat(refused.path("code").asText()).isEqualTo("too-many-tries");
      assertThat(visitor.frames().toString()).doesNotContain(SECRET);
    }
  }
}
