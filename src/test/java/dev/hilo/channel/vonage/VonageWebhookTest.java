package dev.hilo.channel.vonage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.channel.HmacJwtTest;
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
class VonageWebhookTest {
  private static final String SETTINGS =
      "signature-secrets: [old, new], api-key: k, api-secret: s, accounts: [{id: '1', name: N}]";
  private static final String HEAD =
      "{\"channel\":\"whatsapp\",\"message_uuid\":\"u1\",\"to\":\"15550190100\","
          + "\"from\":\"15550142233\",\"timestamp\":\"2026-03-04T10:00:05Z\",";

  private final Webhook webhook =
      new VonageWebhook(ConfigNode.parse("{" + SETTINGS + "}").bind(VonageSettings.class));

  private Webhook.Received receive(String body, String hashed, long issued) {
    String digest = Signature.hex(Signature.digest("SHA-256", hashed.getBytes(UTF_8)));
    String claims = "{\"iat\":" + issued + ",\"payload_hash\":\"" + digest + "\"}";
    return webhook.receive(
        new WebhookRequest(
            "POST",
            "https://gw.test/e",
            Map.of(),
            Map.of("authorization", List.of("Bearer " + HmacJwtTest.token("HS256", claims, "new"))),
            body.getBytes(UTF_8),
            Instant.ofEpochSecond(10_000)));
  }

  private List<Inbound> items(String body) {
    return ((Webhook.Received.Accepted) receive(body, body, 10_000)).items();
  }

  private Content content(String rest) {
    return ((Inbound.Message) items(HEAD + rest).getFirst()).content();
  }

  @ParameterizedTest
  @CsvSource({"10000,true", "9701,true", "10059,true", "9699,false", "10061,false", "0,false"})
  void aTokenIsTakenWhileItIsFresh(long issued, boolean taken) {
    assertThat(receive("{}", "{}", issued) instanceof Webhook.Received.Accepted).isEqualTo(taken);
  }

  @Test
  void theBodyMustBeTheOneThatWasSigned() {
    assertThat(receive("{}", "{ }", 10_000))
        .isEqualTo(
            new Webhook.Received.Refused(
                401, "header authorization: payload_hash does not fit the body"));
    assertThat(receive("[]", "[]", 10_000))
        .isEqualTo(new Webhook.Received.Refused(400, "the body is no JSON object"));
  }

  @Test
  void reactionsNameTheirMessage() {
    var reaction =
        (Inbound.Reaction)
            items(
                    HEAD
                        + "\"message_type\":\"reaction\",\"context\":{\"message_uuid\":\"u0\"},"
                        + "\"reaction\":{\"action\":\"react\",\"emoji\":\"👍\"}}")
                .getFirst();
    assertThat(reaction.target()).isEqualTo("u0");
    assertThat(reaction.emoji()).isEqualTo("👍");
    assertThat(reaction.on()).isTrue();
    var taken =
        (Inbound.Reaction)
            items(
                    HEAD
                        + "\"message_type\":\"reaction\",\"context\":{\"message_uuid\":\"u0\"},"
                        + "\"reaction\":{\"action\":\"unreact\"}}")
                .getFirst();
    assertThat(taken.on()).isFalse();
  }

  @Test
  void kindsOfMessages() {
    assertThat(
            content(
                "\"message_type\":\"location\",\"location\":{\"lat\":\"1.5\",\"long\":\"2\","
                    + "\"name\":\"Home\"}}"))
        .isEqualTo(new Content.Location(1.5, 2, "Home", null, null));
    assertThat(
            content(
                "\"message_type\":\"reply\",\"reply\":{\"id\":\"r\",\"title\":\"T\","
                    + "\"description\":\"D\"}}"))
        .isEqualTo(new Content.Choice("list", "r", "T", "D", null));
    assertThat(
            content("\"message_type\":\"button\",\"button\":{\"payload\":\"p\",\"text\":\"T\"}}"))
        .isEqualTo(new Content.Choice("button", "p", "T", null, null));
    assertThat(content("\"message_type\":\"order\",\"order\":{\"catalog_id\":\"c\"}}"))
        .isInstanceOfSatisfying(
            Content.Unsupported.class,
            kept -> {
              assertThat(kept.kind()).isEqualTo("order");
              assertThat(kept.raw()).contains("catalog_id");
            });
    assertThat(content("\"message_type\":\"image\",\"image\":{}}"))
        .isInstanceOfSatisfying(
            Content.Media.class, media -> assertThat(media.failed()).isNotNull());
  }

  @Test
  void aUserWithoutANumberBelongsToTheAccount() {
    var origin =
        items(
                "{\"channel\":\"whatsapp\",\"message_uuid\":\"u1\",\"to\":\"1555\","
                    + "\"message_type\":\"text\",\"text\":\"hi\","
                    + "\"whatsapp\":{\"sender\":{\"user_id\":\"US.1\"}}}")
            .getFirst()
            .origin();
    assertThat(origin.address()).isEqualTo(new Address("vonage", "whatsapp:1555", "US.1"));
    assertThat(origin.attributes()).doesNotContainKey("phone");
  }

  @Test
  void aWordStopsOnlyWhereThereIsNothingElseToSayIt() {
    assertThat(items(HEAD + "\"message_type\":\"text\",\"text\":\"STOP\"}")).hasSize(1);
    String sms = HEAD.replace("whatsapp", "sms");
    assertThat(items(sms + "\"message_type\":\"text\",\"text\":\" stop\"}")).hasSize(2);
    assertThat(items(sms + "\"message_type\":\"text\",\"text\":\"please stop\"}")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"submitted,SENT", "delivered,DELIVERED", "read,READ", "undeliverable,FAILED"})
  void statuses(String status, Event.Delivery state) {
    var receipt =
        (Inbound.Receipt)
            items(
                    HEAD
                        + "\"status\":\""
                        + status
                        + "\",\"client_ref\":\"01J\",\"error\":{\"title\":1340,\"detail\":\"late\"}}")
                .getFirst();
    assertThat(receipt.state()).isEqualTo(state);
    assertThat(receipt.correlation()).isEqualTo("01J");
    assertThat(receipt.failure())
        .isEqualTo(
            state == Event.Delivery.FAILED ? new SendResult.WindowClosed("1340: late") : null);
  }

  @Test
  void itemsWithoutAPersonAreLeftOut() {
    assertThat(items("{\"message_uuid\":\"u\",\"to\":\"1\",\"message_type\":\"text\"}")).isEmpty();
    assertThat(items(HEAD + "\"status\":\"dancing\"}")).isEmpty();
  }

  @Test
  void settingsSayWhatIsWrong() {
    for (String wrong : List.of("signature-age: 3d", "application-id: a", "private-key: x")) {
      assertThatThrownBy(
              () ->
                  ConfigNode.parse("{" + SETTINGS + ", " + wrong + "}").bind(VonageSettings.class))
          .isInstanceOf(dev.hilo.config.InvalidConfig.class);
    }
  }
}
