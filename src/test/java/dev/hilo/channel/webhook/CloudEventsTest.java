package dev.hilo.channel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.GivenBlobs;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.Webhook.Received;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CloudEventsTest {
  private static final String STRUCTURED = "application/cloudevents+json";
  private static final String EVENT =
      "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"";

  @AutoClose private final PlatformServer server = new PlatformServer();

  private final Webhook webhook =
      new WebhookChannelType()
          .open(
              ConfigNode.parse(
                      "{account: a, name: A, signing-secrets: [], bearer-tokens:"
                          + " [0123456789abcdef]}")
                  .bind(WebhookSettings.class),
              GivenBlobs.in(server.ports()))
          .webhook();

  private Received receive(String type, String body, String... headers) {
    var all = new HashMap<String, List<String>>();
    all.put("authorization", List.of("Bearer 0123456789abcdef"));
    all.put("content-type", List.of(type));
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], List.of(headers[i + 1]));
    }
    return webhook.receive(
        new WebhookRequest("POST", "", Map.of(), all, body.getBytes(UTF_8), Instant.EPOCH));
  }

  private static List<Inbound> items(Received received) {
    assertThat(received).isInstanceOf(Received.Accepted.class);
    return ((Received.Accepted) received).items();
  }

  private Inbound.Message structured(String more) {
    return (Inbound.Message) items(receive(STRUCTURED, "{" + EVENT + more + "}")).getFirst();
  }

  private Received binary(String type, String body, String subject) {
    return receive(
        type,
        body,
        "ce-specversion",
        "1.0",
        "ce-id",
        "1",
        "ce-source",
        "/s",
        "ce-type",
        "t",
        "ce-subject",
        subject);
  }

  @Test
  void theSameSubjectOfTwoSourcesIsTwoThings() {
    var one = structured(",\"subject\":\"7\",\"data\":{\"message\":\"m\"}");
    assertThat(one.origin().address()).isEqualTo(new Address("webhook", "a /s", "7"));
    assertThat(structured(",\"data\":{\"message\":\"m\"}").origin().address())
        .isEqualTo(new Address("webhook", "a", "/s"));
  }

  @Test
  void whatWasMeasuredAndExtensionsAreKept() {
    var said =
        structured(
            ",\"data\":{\"message\":\"m\",\"value\":21.5},\"traceparent\":\"00-1\",\"Odd\":1");
    assertThat(said.details())
        .containsEntry("meta.value", "21.5")
        .containsEntry("meta.traceparent", "00-1")
        .containsEntry("meta.type", "t")
        .doesNotContainKey("meta.Odd");
  }

  @Test
  void withoutWordsItIsKeptAsItCame() {
    assertThat(structured(",\"data\":{\"value\":21}").content())
        .isEqualTo(new Content.Unsupported("t", "{\"value\":21}"));
    assertThat(structured(",\"data_base64\":\"AAAA\",\"datacontenttype\":\"image/png\"").content())
        .isEqualTo(new Content.Unsupported("t", "3 bytes of image/png"));
    assertThat(
            structured(
                    ",\"data_base64\":\"eyJtZXNzYWdlIjoibSJ9\",\"datacontenttype\":\"application/json\"")
                .content())
        .isEqualTo(new Content.Text("m"));
    assertThat(structured("").content()).isInstanceOf(Content.Unsupported.class);
  }

  @Test
  void ourOwnWordsMeanTheSame() {
    var items =
        items(
            receive(
                STRUCTURED,
                """
                {"specversion":"1.0","id":"9","source":"/crm","type":"message.created",
                 "time":"2026-03-08T20:10:00Z",
                 "data":{"id":"m1","sender":{"id":"u1","name":"Ines"},"text":"Hi"}}\
                """));
    var said = (Inbound.Message) items.getFirst();
    assertThat(said.origin().address()).isEqualTo(new Address("webhook", "a", "u1"));
    assertThat(said.origin().dedupeKey()).isEqualTo("ce:/crm|9");
    assertThat(said.externalId()).isEqualTo("m1");
    assertThat(said.automatic()).isFalse();
  }

  @Test
  void oneBadEventOfABatchDoesNotSpoilTheOthers() {
    String batch = "application/cloudevents-batch+json";
    assertThat(items(receive(batch, "[{" + EVENT + "},{\"id\":\"2\"},7,{" + EVENT + "}]")))
        .hasSize(2);
    assertThat(items(receive(batch, "[]"))).isEmpty();
    assertThat(receive(batch, "[{},7]")).isInstanceOf(Received.Refused.class);
    assertThat(receive(batch, "{}")).isInstanceOf(Received.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"specversion\":\"0.3\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"}",
        "{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"/s\",\"type\":\"t\"}",
        "{\"specversion\":\"1.0\",\"id\":null,\"source\":\"/s\",\"type\":\"t\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"time\":\"noon\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"data\":1,"
            + "\"data_base64\":\"AA==\"}",
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"data_base64\":\"*\"}",
        "[]",
        "{"
      })
  void whatIsNoEventIsMalformed(String body) {
    assertThat(receive(STRUCTURED, body))
        .isInstanceOfSatisfying(
            Received.Refused.class, refused -> assertThat(refused.status()).isEqualTo(400));
  }

  @Test
  void otherFormatsAreNotTaken() {
    assertThat(receive("application/cloudevents+avro", "x"))
        .isEqualTo(new Received.Refused(415, "CloudEvents are taken in JSON only"));
  }

  @Test
  void headersAreUnquotedAndDecodedOnce() {
    var said = (Inbound.Message) items(binary("text/plain", "x", "\"a%2520\\\"b\"")).getFirst();
    assertThat(said.origin().address().id()).isEqualTo("a%20\"b");
    assertThat(binary("text/plain", "x", "%zz")).isInstanceOf(Received.Refused.class);
    assertThat(binary("text/plain", "x", "%ff")).isInstanceOf(Received.Refused.class);
    assertThat(binary("text/plain", "x", "a%2")).isInstanceOf(Received.Refused.class);
  }

  @Test
  void bodiesOfBinaryEvents() {
    assertThat(content(binary("application/json", "\"said\"", "7")))
        .isEqualTo(new Content.Text("said"));
    assertThat(content(binary("application/vnd.x+json", "{\"message\":\"m\"}", "7")))
        .isEqualTo(new Content.Text("m"));
    assertThat(content(binary("image/png", "abc", "7")))
        .isEqualTo(new Content.Unsupported("t", "3 bytes of image/png"));
    assertThat(binary("application/json", "{", "7")).isInstanceOf(Received.Refused.class);
  }

  private static Content content(Received received) {
    return ((Inbound.Message) items(received).getFirst()).content();
  }

  @Test
  void whoMaySendIsAsked() {
    assertThat(asked(Map.of("webhook-request-origin", List.of("events.example"))))
        .isInstanceOf(Received.Answered.class);
    assertThat(asked(Map.of())).isInstanceOf(Received.Refused.class);
    assertThat(asked(Map.of("webhook-request-origin", List.of("a\r\nb: c"))))
        .isInstanceOf(Received.Refused.class);
  }

  private Received asked(Map<String, List<String>> headers) {
    return webhook.receive(
        new WebhookRequest("OPTIONS", "", Map.of(), headers, new byte[0], Instant.EPOCH));
  }
}
