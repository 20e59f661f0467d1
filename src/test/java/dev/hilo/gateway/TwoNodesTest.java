package dev.hilo.gateway;

import static dev.hilo.gateway.SocketClient.is;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.conversation.CustomerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Customer on one node, agent on the other: it makes no difference. */
class TwoNodesTest extends OnTwoNodes {
  private static String customer(String topic) {
    return topic.substring(2);
  }

  @Test
  void whatIsSaidOnOneNodeIsSeenOnTheOther() throws Exception {
    try (var visitor = SocketClient.visitor(nodes, a);
        var agent = SocketClient.agent(nodes, b, ana)) {
      String topic = visitor.topic();
      visitor.say("one");
      agent.watch(topic);
      visitor.say("two");
      agent.awaitTexts(topic, List.of("one", "two"));
      agent.say(customer(topic), "auto", "three");
      visitor.awaitTexts(topic, List.of("one", "two", "three"));

      JsonNode note = agent.act(topic, "note", "text", "NOTE-FOR-STAFF");
      assertThat(note.path("type").asText()).isEqualTo("ack");
      agent.awaitEvent(
          topic, e -> e.at("/body/text").asText().equals("NOTE-FOR-STAFF"), "the note");
      assertThat(agent.act(topic, "assign", "to", "me").path("type").asText()).isEqualTo("ack");
      assertThat(agent.act(topic, "label", "add", List.of("LABEL-FOR-STAFF")).path("type").asText())
          .isEqualTo("ack");

      agent.tell("typing", "topic", topic, "on", true);
      JsonNode typing =
          visitor.await(f -> is(f, "signal") && f.path("kind").asText().equals("typing"), "typing");
      assertThat(typing.at("/who/name").asText()).isEqualTo("Ana");
      assertThat(typing.at("/who").has("id")).isFalse();
      visitor.tell("typing", "on", true);
      agent.await(
          f ->
              is(f, "signal")
                  && f.path("kind").asText().equals("typing")
                  && f.at("/who/kind").asText().equals("customer"),
          "typing");

      visitor.tell("read", "upTo", visitor.have(topic));
      agent.awaitEvent(
          topic,
          e ->
              e.path("t").asText().equals("ReadMarked")
                  && e.at("/by/kind").asText().equals("customer"),
          "read by the customer");
      agent.tell("read", "topic", topic, "upTo", agent.have(topic));
      visitor.awaitEvent(
          topic,
          e ->
              e.path("t").asText().equals("ReadMarked")
                  && e.at("/by/kind").asText().equals("agent"),
          "read by the agent");
      visitor.say("four");
      visitor.awaitTexts(topic, List.of("one", "two", "three", "four"));
      agent.awaitTexts(topic, List.of("one", "two", "three", "four"));

      assertThat(visitor.frames().toString()).doesNotContain("FOR-STAFF").doesNotContain("luis");
      assertThat(visitor.faults()).isEmpty();
      assertThat(agent.faults()).isEmpty();
    }
  }

  @Test
  void whatIsSaidWithoutWaitingKeepsItsOrderAndStandsOnce() throws Exception {
    try (var visitor = SocketClient.visitor(nodes, a);
        var agent = SocketClient.agent(nodes, b, ana)) {
      String topic = visitor.topic();
      List<String> texts = IntStream.range(0, 13).mapToObj(i -> "m" + i).toList();
      visitor.say("m0");
      agent.watch(topic);
      List<String> ids = new ArrayList<>();
      for (String text : texts.subList(1, 13)) {
        ids.add(text);
        if (text.equals("m7")) {
          ids.add(text); // said twice, as by a client that lost the ack
        }
      }
      for (String id : ids) {
        visitor.tell("say", "id", id, "content", Map.of("type", "text", "text", id));
      }
      AtomicInteger acked = new AtomicInteger();
      visitor.await(
          f ->
              is(f, "ack")
                  && ids.contains(f.path("id").asText())
                  && acked.incrementAndGet() == ids.size(),
          "an ack for each");
      agent.awaitTexts(topic, texts);
      visitor.awaitTexts(topic, texts);
      List<JsonNode> acks =
          visitor.frames().stream()
              .filter(f -> is(f, "ack") && ids.contains(f.path("id").asText()))
              .toList();
      assertThat(acks)
          .extracting(f -> f.path("id").asText())
          .containsExactlyInAnyOrderElementsOf(ids);
      String position =
          acks.stream()
              .filter(f -> f.path("id").asText().equals("m7"))
              .findFirst()
              .orElseThrow()
              .path("pos")
              .asText();
      assertThat(acks)
          .filteredOn(f -> f.path("id").asText().equals("m7"))
          .extracting(f -> f.path("pos").asText())
          .as("the same message")
          .hasSize(2)
          .containsOnly(position);
      assertThat(visitor.faults()).isEmpty();
      assertThat(agent.faults()).isEmpty();
    }
  }

  @Test
  void aSecondDeviceOnTheOtherNodeFollowsByAnOneTimeLink() throws Exception {
    try (var first = SocketClient.visitor(nodes, a)) {
      String topic = first.topic();
      first.say("from the laptop");
      first.awaitTexts(topic, List.of("from the laptop"));
      JsonNode link = first.act(topic, "link");
      String url = link.path("url").asText();
      assertThat(url).startsWith(a.url() + "/c#");
      String code = url.substring(url.indexOf('#') + 1);
      try (var second = SocketClient.hello(nodes, b, "link", code)) {
        assertThat(second.topic()).isEqualTo(topic);
        assertThat(second.token()).isNotEmpty().isNotEqualTo(first.token());
        second.awaitTexts(topic, List.of("from the laptop"));
        second.await("caught-up");
        second.say("from the phone");
        first.awaitTexts(topic, List.of("from the laptop", "from the phone"));
        second.tell("read", "upTo", second.have(topic));
        first.awaitEvent(
            topic, e -> e.path("t").asText().equals("ReadMarked"), "read on the phone");
        try (var back = SocketClient.device(nodes, a, second.token(), null, null)) {
          back.awaitTexts(topic, List.of("from the laptop", "from the phone"));
        }
        assertThat(first.faults()).isEmpty();
        assertThat(second.faults()).isEmpty();
      }
    }
  }

  @Test
  void whoWasCutOffGetsWhatItMissedAndNothingTwice() throws Exception {
    List<String> all = new ArrayList<>(List.of("m1"));
    String token;
    String topic;
    String since;
    try (var agent = SocketClient.agent(nodes, b, ana)) {
      try (var visitor = SocketClient.visitor(nodes, a)) {
        token = visitor.token();
        topic = visitor.topic();
        visitor.say("m1");
        visitor.awaitTexts(topic, all);
        since = visitor.have(topic);
        visitor.cut();
      }
      agent.watch(topic);
      for (int i = 2; i <= 130; i++) {
        all.add("m" + i);
        if (i % 7 == 0) {
          agent.act(topic, "note", "text", "between");
        }
        agent.say(customer(topic), "auto", "m" + i);
      }
      try (var back = SocketClient.device(nodes, b, token, topic, since)) {
        back.awaitTexts(topic, all.subList(1, all.size()));
        assertThat(back.await("caught-up").path("topic").asText()).isEqualTo(topic);
        assertThat(back.frames().stream().filter(f -> is(f, "page"))).isEmpty();
        assertThat(back.faults()).isEmpty();
      }
      agent.awaitTexts(topic, all);
      assertThat(agent.faults()).isEmpty();
    }
  }

  @Test
  void inboxRowsLiveOnBothNodes() throws Exception {
    Rest luis = Rest.agent(a, "Luis");
    try (var onA = SocketClient.agent(nodes, a, luis);
        var onB = SocketClient.agent(nodes, b, ana);
        var visitor = SocketClient.visitor(nodes, a)) {
      for (var agent : List.of(onA, onB)) {
        JsonNode rows = agent.ask("watch", "topic", "inbox", "view", Rest.object("filter", "open"));
        assertThat(rows.path("type").asText()).isEqualTo("rows");
      }
      String topic = visitor.topic();
      String id = customer(topic);
      visitor.say("anybody there?");
      for (var agent : List.of(onA, onB)) {
        JsonNode row =
            agent.await(
                f -> is(f, "row") && f.path("id").asText().equals(id) && f.has("row"), "a row");
        assertThat(row.at("/row/snippet").asText()).isEqualTo("anybody there?");
        assertThat(row.at("/row/unread").asInt()).isEqualTo(1);
      }
      onA.act(topic, "assign", "to", "ana");
      for (var agent : List.of(onA, onB)) {
        agent.await(
            f ->
                is(f, "row")
                    && f.path("id").asText().equals(id)
                    && f.at("/row/assignee").asText().equals("ana"),
            "the assignment");
      }
      onB.act(topic, "label", "add", List.of("vip"));
      onA.await(
          f -> f.path("id").asText().equals(id) && f.at("/row/labels/0").asText().equals("vip"),
          "the label");
      JsonNode card = onA.ask("state", "topic", topic);
      assertThat(card.at("/customer/conversation/labels/0").asText()).isEqualTo("vip");
      assertThat(card.at("/customer/conversation/assignee").asText()).isEqualTo("ana");
      onB.act(topic, "resolve");
      for (var agent : List.of(onA, onB)) {
        agent.await(f -> f.path("id").asText().equals(id) && f.path("gone").asBoolean(), "gone");
      }
      JsonNode resolved = luis.get("/api/v1/inbox?filter=resolved").json();
      assertThat(resolved.path("rows").has(id)).isTrue();
    }
  }

  @Test
  void aDeliveryThatComesThreeTimesToBothNodesIsOneEntry() throws Exception {
    var delivery = nodes.platforms.whatsapp("34600000001", "wamid.three", "only once");
    assertThat(atOnce(6, i -> Rest.deliver(i % 2 == 0 ? a : b, delivery)))
        .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
    assertThat(theOnly("only once")).isNotNull();
  }

  @Test
  void thirtyFirstMessagesOfOnePersonMakeOneCustomer() throws Exception {
    assertThat(
            atOnce(
                30,
                i ->
                    Rest.deliver(
                        i % 2 == 0 ? a : b,
                        nodes.platforms.whatsapp("34600000002", "wamid.first." + i, "first " + i))))
        .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
    JsonNode row = theOnly("first ");
    JsonNode page =
        ana.get("/api/v1/customers/" + row.path("id").asText() + "/entries?limit=200").json();
    assertThat(page.path("entries"))
        .filteredOn(e -> e.at("/event/t").asText().equals("MessageAdded"))
        .extracting(e -> e.at("/event/body/content/text").asText())
        .hasSize(30)
        .doesNotHaveDuplicates();
    assertThat(page.path("entries"))
        .filteredOn(e -> e.at("/event/t").asText().equals("ConversationOpened"))
        .hasSize(1);
  }

  /** The one stream that holds this text; its row is waited for. */
  private static JsonNode theOnly(String text) throws Exception {
    List<CustomerId> found = new ArrayList<>();
    int times = 0;
    for (CustomerId customer : nodes.store.customers(redis.workspace())) {
      JsonNode page = ana.get("/api/v1/customers/" + customer + "/entries?limit=200").json();
      for (JsonNode entry : page.path("entries")) {
        if (entry.at("/event/body/content/text").asText().startsWith(text)) {
          times++;
          if (!found.contains(customer)) {
            found.add(customer);
          }
        }
      }
    }
    assertThat(found).hasSize(1);
    assertThat(times).isEqualTo(text.endsWith(" ") ? 30 : 1);
    return Rest.object("id", found.getFirst().toString());
  }

  interface Numbered<T> {
    T run(int number) throws Exception;
  }

  static <T> List<T> atOnce(int times, Numbered<T> work) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<T>> all = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        int number = i;
        all.add(() -> work.run(number));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> each : threads.invokeAll(all)) {
        results.add(each.get());
      }
      return results;
    }
  }
}
