package dev.hilo.gateway;

import static dev.hilo.gateway.SocketClient.is;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.conversation.CustomerId;
import dev.hilo.store.Keys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What it costs to come back, how a dead feed is found, and who is told that somebody is here. */
class LiveEdgeTest extends OnTwoNodes {
  private static final int VISITORS = 150;
  private static final int BEHIND = 20;

  private static CustomerId customer(String topic) {
    return CustomerId.of(topic.substring(2));
  }

  /** How often each command was called by clients or functions since the server began. */
  private static long calls(String command) {
    String all = String.valueOf(nodes.store.ask("INFO", "commandstats"));
    String name = "cmdstat_" + command + ":calls=";
    int at = all.indexOf(name);
    return at < 0 ? 0 : Long.parseLong(all.substring(at + name.length()).split(",", 2)[0]);
  }

  private record Left(String token, String topic, String since) {}

  @Test
  void manyWhoComeBackAtOnceShareTheCalls() throws Exception {
    List<Left> left = new ArrayList<>();
    Set<Integer> partitions = new TreeSet<>();
    try (var agent = SocketClient.agent(nodes, a, ana)) {
      for (int i = 0; i < VISITORS; i++) {
        try (var visitor = SocketClient.visitor(nodes, b)) {
          String since = visitor.say("0");
          left.add(new Left(visitor.token(), visitor.topic(), since));
          partitions.add(Keys.partition(customer(visitor.topic())));
        }
      }
      for (Left each : left) {
        for (int i = 1; i <= BEHIND; i++) {
          agent.tell(
              "say",
              "id",
              "s" + i,
              "content",
              Rest.text("" + i),
              "to",
              Rest.object("customer", each.topic.substring(2)));
          if (i % 10 == 0) {
            String last = "s" + i;
            agent.await(f -> is(f, "ack") && f.path("id").asText().equals(last), "an ack");
            agent.forget();
          }
        }
      }
    }
    int entered = wire.sent("hilo1_enter");
    int folded = wire.sent("hilo1_load");
    long subscribed = calls("ssubscribe");
    List<SocketClient> back = new ArrayList<>();
    try {
      for (SocketClient each :
          TwoNodesTest.atOnce(
              VISITORS,
              i ->
                  SocketClient.device(
                      nodes, b, left.get(i).token, left.get(i).topic, left.get(i).since))) {
        back.add(each);
      }
      List<String> texts = new ArrayList<>();
      for (int i = 1; i <= BEHIND; i++) {
        texts.add("" + i);
      }
      for (int i = 0; i < VISITORS; i++) {
        back.get(i).awaitTexts(left.get(i).topic, texts);
        back.get(i).await("caught-up");
        assertThat(back.get(i).faults()).isEmpty();
      }
      long asked =
          wire.sent("hilo1_enter") - entered + Math.max(0, calls("ssubscribe") - subscribed);
      assertThat(asked)
          .as("calls and subscriptions for sessions of %d partitions", partitions.size())
          .isLessThanOrEqualTo(2L * partitions.size());
      assertThat(wire.sent("hilo1_load") - folded).as("folded streams").isLessThan(VISITORS / 10);
    } finally {
      back.forEach(SocketClient::close);
    }
  }

  @Test
  void aFeedThatLooksAliveAndDeliversNothingIsFound() throws Exception {
    try (var visitor = SocketClient.visitor(nodes, b);
        var agent = SocketClient.agent(nodes, a, ana)) {
      String topic = visitor.topic();
      visitor.say("1");
      visitor.awaitTexts(topic, List.of("1"));
      wire.swallowSubscriptions();
      agent.say(topic.substring(2), "auto", "2");
      visitor.awaitTexts(topic, List.of("1", "2"));
      agent.say(topic.substring(2), "auto", "3");
      visitor.awaitTexts(topic, List.of("1", "2", "3"));
      assertThat(visitor.faults()).isEmpty();
    }
  }

  @Test
  void whatWasPublishedAndNeverArrivedIsFoundByComparing() throws Exception {
    try (var visitor = SocketClient.visitor(nodes, a)) {
      String topic = visitor.topic();
      visitor.say("1");
      visitor.awaitTexts(topic, List.of("1"));
      CustomerId customer = customer(topic);
      // an entry that nobody published: as if its publication had been lost on the way
      String last = nodes.store.headers(customer).getLast();
      String position = visitor.have(topic);
      String next =
          position.substring(0, position.indexOf('-') + 1)
              + (Long.parseLong(position.substring(position.indexOf('-') + 1)) + 1);
      nodes.store.ask(
          "XADD",
          Store.key(customer, "s"),
          next,
          "h",
          last.replaceFirst("\"t\":\"\\w+\"", "\"t\":\"MessageRemoved\"")
              .replaceFirst("\"id\":\"\\w+\"", "\"id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\"")
              .replaceFirst("\"aud\":\"\\w+\"", "\"aud\":\"all\""),
          "b",
          "{\"message\":\"01ARZ3NDEKTSV4RRFFQ69G5FAW\"}");
      visitor.awaitEvent(topic, e -> e.path("t").asText().equals("MessageRemoved"), "the removal");
      assertThat(visitor.faults()).isEmpty();
    }
  }

  private static JsonNode presence(SocketClient agent, String kind, boolean on) {
    return agent.await(
        f ->
            is(f, "signal")
                && f.path("kind").asText().equals("presence")
                && f.at("/who/kind").asText().equals(kind)
                && f.at("/data/on").asBoolean() == on,
        kind + (on ? " comes" : " goes"));
  }

  @Test
  void agentsSeeWhoIsThereAndVisitorsDoNot() throws Exception {
    try (var visitor = SocketClient.visitor(nodes, b);
        var agent = SocketClient.agent(nodes, a, ana)) {
      String topic = visitor.topic();
      visitor.say("1");
      String key = Store.key(customer(topic), "p");
      await().atMost(Nodes.PATIENCE).until(() -> nodes.store.ask("HLEN", key).toInteger() == 1);
      agent.watch(topic);
      JsonNode present =
          agent.await(f -> is(f, "caught-up") && f.path("topic").asText().equals(topic), "all");
      assertThat(present.path("present")).hasSize(1);
      assertThat(present.at("/present/0/who/kind").asText()).isEqualTo("customer");
      try (var again = SocketClient.device(nodes, a, visitor.token(), null, null)) {
        again.await("caught-up");
        presence(agent, "customer", true);
      }
      presence(agent, "customer", false);
      try (var luis = SocketClient.agent(nodes, b, Rest.agent(b, "Luis"))) {
        luis.watch(topic);
        assertThat(presence(agent, "agent", true).at("/who/name").asText()).isEqualTo("Luis");
        JsonNode all = luis.await(f -> is(f, "caught-up") && f.has("present"), "who is there");
        assertThat(all.path("present"))
            .extracting(p -> p.at("/who/kind").asText())
            .containsExactlyInAnyOrder("customer", "agent");
      }
      presence(agent, "agent", false);
      assertThat(visitor.frames().toString()).doesNotContain("presence", "ana", "luis", "Luis");
    }
  }

  @Test
  void theSessionsOfANodeThatDiedAreSweptAway() throws Exception {
    try (var visitor = SocketClient.visitor(nodes, b);
        var agent = SocketClient.agent(nodes, a, ana)) {
      String topic = visitor.topic();
      visitor.say("1");
      CustomerId customer = customer(topic);
      String key = Store.key(customer, "p");
      await().atMost(Nodes.PATIENCE).until(() -> nodes.store.ask("HLEN", key).toInteger() == 1);
      // what a node leaves behind that was killed: its lease ends, nobody takes its sessions away
      String tag = key.substring(0, key.indexOf(':') + 1);
      nodes.store.ask("HSET", key, "s1", "dead|{\"kind\":\"agent\",\"id\":\"luis\"}");
      nodes.store.ask("SADD", tag + "pn", "dead");
      nodes.store.ask("SADD", tag + "pn:dead", customer.toString());
      nodes.store.ask("SADD", "nodes", "dead");
      nodes.store.ask("SET", "node:dead", "1", "PX", "4000");
      agent.watch(topic);
      JsonNode gone = presence(agent, "agent", false);
      assertThat(gone.at("/data/session").asText()).isEqualTo("s1");
      assertThat(nodes.store.ask("HLEN", key).toInteger()).isEqualTo(2);
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> nodes.store.ask("EXISTS", tag + "pn:dead").toInteger() == 0);
    }
  }
}
