package dev.hilo.gateway;

import static dev.hilo.gateway.Platforms.TELEGRAM;
import static dev.hilo.gateway.Platforms.WEBHOOK;
import static dev.hilo.gateway.Platforms.WHATSAPP;
import static dev.hilo.gateway.SocketClient.is;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import dev.hilo.testing.RedisServer;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes out: in order for each address, never lost, never blindly repeated. */
class SendTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private Nodes nodes;

  @BeforeEach
  void start() {
    nodes = new Nodes(redis.uri(), redis.workspace());
  }

  @AfterEach
  void stop() throws Exception {
    nodes.close();
  }

  /** An agent who watches the thread of a person that just wrote. */
  private record Talk(SocketClient agent, String topic) implements AutoCloseable {
    String customer() {
      return topic.substring(2);
    }

    JsonNode awaitDelivery(String text, String state) {
      String id = agent.awaitMessage(topic, text).path("id").asText();
      return agent.awaitEvent(
          topic,
          e ->
              e.path("t").asText().equals("DeliveryChanged")
                  && e.at("/body/messages").toString().contains(id)
                  && e.at("/body/state").asText().equals(state),
          text + " " + state);
    }

    List<String> states(String text) {
      String id = agent.awaitMessage(topic, text).path("id").asText();
      return agent.events(topic).stream()
          .filter(e -> e.path("t").asText().equals("DeliveryChanged"))
          .filter(e -> e.at("/body/messages").toString().contains(id))
          .map(e -> e.at("/body/state").asText())
          .toList();
    }

    @Override
    public void close() {
      agent.close();
    }
  }

  private Talk talk(Gateway node, Platforms.Delivery first, String text) throws Exception {
    SocketClient agent = SocketClient.agent(nodes, node, Rest.agent(node, "Ana"));
    agent.ask("watch", "topic", "inbox", "view", Rest.object("filter", "open", "limit", 500));
    assertThat(Rest.deliver(node, first).status()).isBetween(200, 204);
    JsonNode row =
        agent.await(
            f -> is(f, "row") && f.at("/row/snippet").asText().equals(text), "a row with " + text);
    String topic = "c:" + row.path("id").asText();
    agent.watch(topic);
    return new Talk(agent, topic);
  }

  private static List<String> texts(List<Platforms.Sent> calls) {
    return calls.stream().map(Platforms.Sent::text).toList();
  }

  @Test
  void anAddressGetsItsMessagesInOrderWhateverItsPlatformDoes() throws Exception {
    Gateway node = nodes.start("a");
    try (Talk talk = talk(node, nodes.platforms.telegram(71, 1, "hi there"), "hi there")) {
      nodes.platforms.next(TELEGRAM, 500, "", "Retry-After", "0");
      nodes.platforms.next(TELEGRAM, 429, "{\"ok\":false,\"error_code\":429}", "Retry-After", "0");
      List<String> said = new ArrayList<>();
      for (int i = 1; i <= 6; i++) {
        said.add("tg " + i);
        talk.agent.say(talk.customer(), "auto", "tg " + i);
      }
      List<Platforms.Sent> calls =
          nodes.platforms.await(
              TELEGRAM, "71", all -> all.stream().filter(s -> s.taken() != null).count() == 6);
      assertThat(texts(calls)).startsWith("tg 1", "tg 1", "tg 1", "tg 2").hasSize(8);
      assertThat(calls)
          .filteredOn(s -> s.taken() != null)
          .extracting(Platforms.Sent::text)
          .isEqualTo(said);
      talk.awaitDelivery("tg 6", "sent");
      assertThat(talk.agent.faults()).isEmpty();
    }
  }

  @Test
  void aRefusalIsShownAndHoldsUpNothing() throws Exception {
    Gateway node = nodes.start("a");
    try (Talk talk =
        talk(node, nodes.platforms.whatsapp("34611", "wamid.r", "refuse me"), "refuse me")) {
      nodes.platforms.next(
          WHATSAPP, 400, "{\"error\":{\"code\":131026,\"message\":\"Message undeliverable\"}}");
      nodes.platforms.next(
          WHATSAPP, 400, "{\"error\":{\"code\":131047,\"message\":\"Re-engagement message\"}}");
      talk.agent.say(talk.customer(), "auto", "to nobody");
      talk.agent.say(talk.customer(), "auto", "too late");
      talk.agent.say(talk.customer(), "auto", "fine");
      assertThat(talk.awaitDelivery("to nobody", "failed").at("/body/code").asText())
          .isEqualTo("131026");
      assertThat(talk.awaitDelivery("too late", "failed").at("/body/code").asText())
          .isEqualTo("window-closed");
      talk.awaitDelivery("fine", "sent");
    }
  }

  @Test
  void receiptsOnlyMoveForward() throws Exception {
    Gateway node = nodes.start("a");
    try (Talk talk =
        talk(node, nodes.platforms.whatsapp("34612", "wamid.f", "receipts"), "receipts")) {
      talk.agent.say(talk.customer(), "auto", "with ticks");
      talk.awaitDelivery("with ticks", "sent");
      String id = nodes.platforms.taken(WHATSAPP, "34612", "with ticks").taken();
      for (String status : List.of("sent", "read", "delivered", "sent")) {
        assertThat(Rest.deliver(node, nodes.platforms.whatsappStatus("34612", id, status)).status())
            .isEqualTo(200);
      }
      assertThat(
              Rest.deliver(node, nodes.platforms.whatsapp("34612", "wamid.f2", "the end")).status())
          .isEqualTo(200);
      talk.agent.awaitMessage(talk.topic, "the end");
      assertThat(talk.states("with ticks")).containsExactly("sent", "read");
    }
  }

  @Test
  void anAccountThatIsNoLongerConfiguredSaysSo() throws Exception {
    Gateway node = nodes.start("a");
    String customer;
    try (Talk talk = talk(node, nodes.platforms.telegram(72, 1, "goodbye"), "goodbye")) {
      customer = talk.customer();
      nodes.platforms.next(TELEGRAM, 429, "{\"ok\":false,\"error_code\":429}", "Retry-After", "5");
      talk.agent.say(customer, "auto", "queued");
      nodes.platforms.await(TELEGRAM, "72", calls -> !calls.isEmpty());
    }
    nodes.stop(node);
    Gateway without = nodes.startWithoutChannels("a");
    try (var agent = SocketClient.agent(nodes, without, Rest.agent(without, "Ana"))) {
      agent.watch("c:" + customer);
      JsonNode failed =
          agent.awaitEvent(
              "c:" + customer, e -> e.at("/body/state").asText().equals("failed"), "it failed");
      assertThat(failed.at("/body/code").asText()).isEqualTo("no-account");
      JsonNode refused =
          agent.ask(
              "say",
              "id",
              "x",
              "content",
              Rest.text("anybody?"),
              "to",
              Rest.object("customer", customer));
      assertThat(refused.path("code").asText()).isEqualTo("no-route");
      assertThat(nodes.platforms.calls(TELEGRAM, "72")).hasSize(1);
    }
  }

  @Test
  void aNodeThatEndsBetweenCallAndResultIsNeverBlindlyRepeated() throws Exception {
    try (Wire wire = new Wire(redis.uri())) {
      Gateway dying = nodes.start("a", wire.uri(), "");
      var heldWhatsapp = new CompletableFuture<HttpServerResponse>();
      var heldWebhook = new CompletableFuture<HttpServerResponse>();
      nodes.platforms.next(WHATSAPP, heldWhatsapp::complete);
      nodes.platforms.next(WEBHOOK, heldWebhook::complete);
      String whatsapp;
      String webhook;
      try (Talk one = talk(dying, nodes.platforms.whatsapp("34613", "wamid.c", "crash"), "crash");
          Talk two = talk(dying, nodes.platforms.webhook("robot", "c", "crash too"), "crash too")) {
        whatsapp = one.topic;
        webhook = two.topic;
        one.agent.say(one.customer(), "auto", "wa once");
        one.agent.say(one.customer(), "auto", "wa next");
        two.agent.say(two.customer(), "auto", "hook again");
        nodes.platforms.await(WHATSAPP, "34613", calls -> calls.size() == 1);
        nodes.platforms.await(WEBHOOK, "robot", calls -> calls.size() == 1);
        wire.cut();
      }
      Gateway heir = nodes.start("b");
      try (var agent = SocketClient.agent(nodes, heir, Rest.agent(heir, "Ana"))) {
        agent.watch(whatsapp);
        agent.watch(webhook);
        // the one that knows repeats gets it again under the same name
        List<Platforms.Sent> hooks =
            nodes.platforms.await(WEBHOOK, "robot", calls -> calls.size() == 2);
        assertThat(hooks.get(0).id()).isEqualTo(hooks.get(1).id());
        Talk one = new Talk(agent, whatsapp);
        one.awaitDelivery("wa once", "unknown");
        assertThat(texts(nodes.platforms.calls(WHATSAPP, "34613"))).containsExactly("wa once");

        // the platform tells what became of the other; only then the next one goes
        String id = agent.awaitMessage(whatsapp, "wa once").path("id").asText();
        assertThat(
                Rest.deliver(
                        heir,
                        nodes.platforms.whatsappStatus("34613", "wamid.late", "delivered", id))
                    .status())
            .isEqualTo(200);
        one.awaitDelivery("wa once", "delivered");
        nodes.platforms.taken(WHATSAPP, "34613", "wa next");
        one.awaitDelivery("wa next", "sent");
        assertThat(texts(nodes.platforms.calls(WHATSAPP, "34613")))
            .containsExactly("wa once", "wa next");
        assertThat(agent.faults()).isEmpty();
      }
      wire.mend();
      Platforms.accept(heldWhatsapp.join(), WHATSAPP, "wamid.late");
      Platforms.accept(heldWebhook.join(), WEBHOOK, "late");
      nodes.stop(dying);
    }
  }
}
