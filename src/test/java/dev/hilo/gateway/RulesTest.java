package dev.hilo.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a workspace's rules say of a conversation that begins stands with its beginning. */
class RulesTest extends OnTwoNodes {
  private static void rule(Rest boss, String id, Object... fields) throws Exception {
    Rest.Answer answer = boss.put("/api/v1/desk/rule/" + id, Rest.object(fields));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  private static List<String> types(SocketClient agent, String topic) {
    List<String> types = new ArrayList<>();
    agent.events(topic).forEach(e -> types.add(e.path("t").asText()));
    return types;
  }

  @Test
  void labelsPriorityAndAssigneeComeWithTheBeginning() throws Exception {
    Rest boss = Rest.agent(a, "Boss");
    rule(
        boss,
        "a-refund",
        "name",
        "Refunds",
        "words",
        List.of("devolución"),
        "labels",
        List.of("refund"),
        "priority",
        "high",
        "inboxes",
        List.of("web:shop"));
    rule(
        boss,
        "b-all",
        "name",
        "Web",
        "inboxes",
        List.of("web:shop"),
        "labels",
        List.of("web"),
        "priority",
        "low",
        "assignee",
        "luis");
    rule(
        boss,
        "c-phone",
        "name",
        "Phone",
        "inboxes",
        List.of("whatsapp:1"),
        "labels",
        List.of("phone"));
    Rest there = Rest.agent(b, "Boss");
    await()
        .atMost(Nodes.PATIENCE)
        .until(() -> there.get("/api/v1/desk/rule").json().path("items").size() == 3);
    try (var visitor = SocketClient.visitor(nodes, b);
        var other = SocketClient.visitor(nodes, a);
        var agent = SocketClient.agent(nodes, a, ana)) {
      visitor.say("Quiero una DEVOLUCION, por favor");
      String topic = visitor.topic();
      agent.ask("watch", "topic", topic);
      JsonNode card = agent.ask("state", "topic", topic).at("/customer/conversation");
      assertThat(card.path("labels").toString()).isEqualTo("[\"refund\",\"web\"]");
      assertThat(card.path("priority").asText()).isEqualTo("high");
      assertThat(card.path("assignee").asText()).isEqualTo("luis");
      assertThat(types(agent, topic))
          .containsExactly(
              "CustomerStarted",
              "MessageAdded",
              "ConversationOpened",
              "LabelsChanged",
              "PriorityChanged",
              "ConversationAssigned");
      visitor.say("devolución again: it is open already");
      agent.awaitMessage(topic, "devolución again: it is open already");
      assertThat(types(agent, topic)).hasSize(7);
      other.say("desdevolución is another word");
      JsonNode second = agent.ask("state", "topic", other.topic()).at("/customer/conversation");
      assertThat(second.path("labels").toString()).isEqualTo("[\"web\"]");
      assertThat(second.path("priority").asText()).isEqualTo("low");
    }
    assertThat(
            boss.put("/api/v1/desk/rule/d", Rest.object("name", "D", "assignee", "nobody"))
                .status())
        .isEqualTo(400);
  }
}
