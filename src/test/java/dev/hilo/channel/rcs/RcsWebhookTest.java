package dev.hilo.channel.rcs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.GivenBlobs;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.Webhook.Received;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.channel.contract.Rcs;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RcsWebhookTest {
  private static final String BASE =
      "\"senderPhoneNumber\":\"+351912000111\",\"agentId\":\"%s\",\"sendTime\":\"2026-03-06T10:00:00Z\"";

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Webhook webhook = open(server, "client-token-1").webhook();

  static dev.hilo.channel.Channel open(PlatformServer server, String clientToken) {
    var settings =
        ConfigNode.parse(
            """
            client-token: %2$s
            service-account: gw@project.iam.example
            private-key: |
              %3$s
            base-url: %1$s
            token-url: %1$s/token
            accounts: [{id: a@rbm.goog, name: Shop}]
            """
                .formatted(
                    server.url(), clientToken, Rcs.pem().strip().replaceAll("\\s*\n", "\n  ")));
    return new RcsChannelType()
        .open(settings.bind(RcsSettings.class), GivenBlobs.in(server.ports()));
  }

  private static WebhookRequest request(String signature, String data) {
    String body = "{\"message\":{\"data\":\"" + data + "\",\"messageId\":\"1\"}}";
    return new WebhookRequest(
        "POST",
        "",
        Map.of(),
        Map.of("x-goog-signature", List.of(signature)),
        body.getBytes(UTF_8),
        Instant.EPOCH);
  }

  private Received receive(String event) {
    byte[] data = event.getBytes(UTF_8);
    byte[] mac = Signature.hmac("HmacSHA512", "client-token-1".getBytes(UTF_8), data);
    return webhook.receive(
        request(Signature.base64(mac), Base64.getEncoder().encodeToString(data)));
  }

  private Inbound item(String more) {
    return item("a@rbm.goog", more);
  }

  private Inbound item(String agent, String more) {
    var received = receive("{" + BASE.formatted(agent) + more + "}");
    assertThat(received).isInstanceOf(Received.Accepted.class);
    return ((Received.Accepted) received).items().getFirst();
  }

  /** The vector of the fact sheet's authors: the signature is over what the base64 decodes to. */
  @Test
  void knownAnswer() {
    String right =
        "hZwVBPSZ+REeKAKi210IXnEXIZ2ueuu9LQUpYTg4hPTtzZYJjoO2+7K11IQh2XXLK06OCuCoO//fD5VskLofpw==";
    assertThat(webhook.receive(request(right, "eyJ0ZXh0IjoiaGkifQ==")))
        .isEqualTo(new Received.Accepted(List.of(), Webhook.Reply.OK));
    assertThat(webhook.receive(request(right, "eyJ0ZXh0IjoiaGoifQ==")))
        .isInstanceOf(Received.Refused.class);
    assertThat(webhook.receive(request("x" + right, "eyJ0ZXh0IjoiaGkifQ==")))
        .isInstanceOf(Received.Refused.class);
  }

  @Test
  void textOfAnAgentThatIsNotOursKeepsItsAccount() {
    var said = (Inbound.Message) item("b@rbm.goog", ",\"messageId\":\"M1\",\"text\":\"hi\"");
    assertThat(said.content()).isEqualTo(new Content.Text("hi"));
    assertThat(said.origin().account()).isEqualTo("b@rbm.goog");
    assertThat(said.origin().attributes()).containsEntry("phone", "+351912000111");
    assertThat(item("b@rbm.goog", ",\"messageId\":\"M1\",\"text\":\"hi\"").origin().dedupeKey())
        .isEqualTo(said.origin().dedupeKey());
  }

  @Test
  void whatBecameOfAMessage() {
    var delivered =
        (Inbound.Receipt)
            item(",\"eventType\":\"DELIVERED\",\"eventId\":\"e\",\"messageId\":\"u1\"");
    assertThat(delivered.state()).isEqualTo(Event.Delivery.DELIVERED);
    assertThat(delivered.target()).isEqualTo("u1");
    var read = item(",\"eventType\":\"READ\",\"eventId\":\"f\",\"messageId\":\"u1\"");
    assertThat(read.origin().dedupeKey()).isNotEqualTo(delivered.origin().dedupeKey());
    var received =
        (Received.Accepted)
            receive(
                "{\"phoneNumber\":\"+351912000111\",\"agentId\":\"a@rbm.goog\",\"messageId\":\"u1\","
                    + "\"eventType\":\"TTL_EXPIRATION_REVOKED\"}");
    var expired = (Inbound.Receipt) received.items().getFirst();
    assertThat(expired.state()).isEqualTo(Event.Delivery.FAILED);
    assertThat(expired.failure())
        .isEqualTo(new SendResult.Refused("expired", "TTL_EXPIRATION_REVOKED"));
  }

  @Test
  void consentAndTypingAndWhatIsNew() {
    assertThat(((Inbound.Consent) item(",\"eventType\":\"SUBSCRIBE\",\"eventId\":\"e\"")).granted())
        .isTrue();
    assertThat(item(",\"eventType\":\"IS_TYPING\",\"eventId\":\"e\""))
        .isInstanceOf(Inbound.Typing.class);
    assertThat(((Inbound.Notice) item(",\"eventType\":\"NEW\",\"eventId\":\"e\"")).kind())
        .isEqualTo("system");
    var kept = (Inbound.Message) item(",\"messageId\":\"M2\",\"poll\":{\"x\":1}");
    assertThat(((Content.Unsupported) kept.content()).kind()).isEqualTo("poll");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[]", "\"x\"", ""})
  void garbageIsMalformed(String data) {
    assertThat(receive(data)).isInstanceOf(Received.Refused.class);
  }

  @Test
  void base64ThatIsNone() {
    assertThat(((Received.Refused) webhook.receive(request("x", "***"))).status()).isEqualTo(400);
  }
}
