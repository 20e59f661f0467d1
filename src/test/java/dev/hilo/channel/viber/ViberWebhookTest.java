package dev.hilo.channel.viber;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the recorded cases do not show. */
class ViberWebhookTest {
  private final Webhook webhook =
      new ViberWebhook(
          ConfigNode.parse(
                  "{accounts: [{id: shop, name: Shop, token: one}, {id: help, name: H, token:"
                      + " two}]}")
              .bind(ViberSettings.class)
              .accounts());

  private Webhook.Received receive(String token, String body, String signed) {
    String mac = Signature.hex(Signature.hmacSha256(token.getBytes(UTF_8), signed.getBytes(UTF_8)));
    return webhook.receive(
        new WebhookRequest(
            "POST",
            "https://gw.test/e",
            Map.of("sig", List.of(mac)),
            Map.of("x-viber-content-signature", List.of(mac)),
            body.getBytes(UTF_8),
            Instant.EPOCH));
  }

  private List<Inbound> items(String body) {
    return ((Webhook.Received.Accepted) receive("one", body, body)).items();
  }

  private Inbound.Message message(String message) {
    return (Inbound.Message)
        items(
                "{\"event\":\"message\",\"timestamp\":1772618405123,\"message_token\":9,"
                    + "\"sender\":{\"id\":\"u=\",\"name\":\"Ana\"},\"message\":"
                    + message
                    + "}")
            .getFirst();
  }

  @Test
  void theTokenThatFitsTellsTheBot() {
    String body = "{\"event\":\"unsubscribed\",\"timestamp\":1,\"user_id\":\"u=\"}";
    var accepted = (Webhook.Received.Accepted) receive("two", body, body);
    assertThat(accepted.items().getFirst().origin().address())
        .isEqualTo(new Address("viber", "help", "u="));
    assertThat(receive("three", body, body))
        .isEqualTo(
            new Webhook.Received.Refused(
                401, "header x-viber-content-signature does not fit the body"));
    assertThat(receive("one", body, body + " ")).isInstanceOf(Webhook.Received.Refused.class);
  }

  @Test
  void thePublishedVector() {
    String body =
        "{\"event\":\"webhook\",\"timestamp\":4977069964384421269,\"message_token\":1478683725125}";
    assertThat(
            Signature.hex(
                Signature.hmacSha256(
                    "44dafb7e0f40021e-61a47a1e6778d187-f2c5a676a07050b3".getBytes(UTF_8),
                    body.getBytes(UTF_8))))
        .isEqualTo("d21b343448c8aee33b8e93768ef6ceb64a6ba6163099973a2b8bd028fea510ef");
    assertThat(items(body)).isEmpty();
  }

  @Test
  void subscribingAndLeaving() {
    var in =
        (Inbound.Consent)
            items("{\"event\":\"subscribed\",\"timestamp\":1,\"user\":{\"id\":\"u=\"}}").getFirst();
    assertThat(in.granted()).isTrue();
    var out =
        (Inbound.Consent)
            items("{\"event\":\"unsubscribed\",\"timestamp\":1,\"user_id\":\"u=\"}").getFirst();
    assertThat(out.granted()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"delivered,DELIVERED", "seen,READ", "failed,FAILED"})
  void receipts(String event, Event.Delivery state) {
    var receipt =
        (Inbound.Receipt)
            items(
                    "{\"event\":\"%s\",\"timestamp\":1,\"message_token\":5741311803571721090,"
                            .formatted(event)
                        + "\"user_id\":\"u=\",\"desc\":\"no 15550142233\"}")
                .getFirst();
    assertThat(receipt.state()).isEqualTo(state);
    assertThat(receipt.target()).isEqualTo("5741311803571721090");
    assertThat(receipt.failure())
        .isEqualTo(
            state == Event.Delivery.FAILED ? new SendResult.Refused("failed", "no …") : null);
  }

  @Test
  void kindsOfMessages() {
    assertThat(message("{\"type\":\"location\",\"location\":{\"lat\":1.5,\"lon\":2}}").content())
        .isEqualTo(new Content.Location(1.5, 2, null, null, null));
    assertThat(message("{\"type\":\"url\",\"media\":\"https://a.test\"}").content())
        .isEqualTo(new Content.Text("https://a.test"));
    assertThat(message("{\"type\":\"sticker\",\"sticker_id\":46105}").content())
        .isInstanceOfSatisfying(
            Content.Media.class,
            sticker -> {
              assertThat(sticker.kind()).isEqualTo(Content.Media.Kind.STICKER);
              assertThat(sticker.ref()).isEqualTo("46105");
            });
    var video =
        message(
            "{\"type\":\"video\",\"media\":\"https://a.test/v\",\"size\":9,\"duration\":3,"
                + "\"tracking_data\":\"t\"}");
    assertThat(video.details())
        .containsEntry("media.seconds", "3")
        .containsEntry("meta.tracking", "t");
    assertThat(message("{\"type\":\"hologram\"}").content())
        .isEqualTo(new Content.Unsupported("hologram", "{\"type\":\"hologram\"}"));
    assertThat(message("{\"type\":\"text\"}").automatic()).isTrue();
  }

  @Test
  void whatNobodyKnowsIsKeptIfItNamesAPerson() {
    var kept =
        (Inbound.Message)
            items("{\"event\":\"waved\",\"timestamp\":1,\"user_id\":\"u=\"}").getFirst();
    assertThat(kept.content()).isInstanceOf(Content.Unsupported.class);
    assertThat(items("{\"event\":\"client_status\",\"user\":{\"id\":\"u=\"}}")).isEmpty();
    assertThat(items("{\"event\":\"waved\"}")).isEmpty();
    assertThat(receive("one", "[]", "[]"))
        .isEqualTo(new Webhook.Received.Refused(400, "the body is no JSON object"));
  }
}
