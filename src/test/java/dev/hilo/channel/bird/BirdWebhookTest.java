package dev.hilo.channel.bird;

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
class BirdWebhookTest {
  private static final String URL = "https://domain.com/webhook/bird";
  private static final String WHO =
      "\"sender\":{\"contact\":{\"id\":\"c1\",\"identifierKey\":\"phonenumber\","
          + "\"identifierValue\":\"+15550142233\"}},";

  private final Webhook webhook =
      new BirdWebhook(
          ConfigNode.parse(
                  "{signing-keys: [old, secureSigningKey], workspace: w, access-key: k,"
                      + " accounts: [{id: ch, name: N}]}")
              .bind(BirdSettings.class));

  private Webhook.Received receive(String body, String at, String signature, long now) {
    return webhook.receive(
        new WebhookRequest(
            "POST",
            URL,
            Map.of(),
            Map.of(
                "messagebird-request-timestamp", List.of(at),
                "messagebird-signature", List.of(signature)),
            body.getBytes(UTF_8),
            Instant.ofEpochSecond(now)));
  }

  private List<Inbound> items(String body) {
    byte[] head = ("100\n" + URL + "\n").getBytes(UTF_8);
    byte[] digest = Signature.digest("SHA-256", body.getBytes(UTF_8));
    byte[] mac = Signature.hmacSha256("secureSigningKey".getBytes(UTF_8), head, digest);
    return ((Webhook.Received.Accepted) receive(body, "100", Signature.base64(mac), 100)).items();
  }

  private Inbound.Message said(String event, String more) {
    return (Inbound.Message)
        items(
                "{\"event\":\""
                    + event
                    + "\",\"payload\":{\"id\":\"m1\",\"channelId\":\"ch\","
                    + WHO
                    + more
                    + "}}")
            .getFirst();
  }

  @ParameterizedTest
  @CsvSource({"1700000000,true", "1700000299,true", "1700000301,false", "1699999900,false"})
  void theKnownAnswerAndItsAge(long now, boolean taken) {
    var received =
        receive("{\"a\":1}", "1700000000", "IUSbld5w273pL93g4esWfomTk/dV4pcUu22e/IbVkS0=", now);
    assertThat(received instanceof Webhook.Received.Accepted).isEqualTo(taken);
  }

  @Test
  void kindsOfMessages() {
    assertThat(
            said(
                    "whatsapp.inbound",
                    "\"body\":{\"type\":\"text\",\"text\":{\"text\":\"Yes\",\"actions\":[{\"type\":"
                        + "\"postback\",\"postback\":{\"text\":\"Yes\",\"payload\":\"y\"}}]}},"
                        + "\"replyTo\":{\"id\":\"m0\",\"type\":\"click\"}")
                .content())
        .isEqualTo(new Content.Choice("button", "y", "Yes", null, null));
    var files =
        said(
            "sms.inbound",
            "\"body\":{\"type\":\"image\",\"image\":{\"images\":["
                + "{\"mediaUrl\":\"https://m.test/1\"},{\"mediaUrl\":\"https://m.test/2\"}]}}");
    assertThat(files.content()).isInstanceOf(Content.Media.class);
    assertThat(files.attachments()).hasSize(1);
    assertThat(
            said(
                    "whatsapp.inbound",
                    "\"body\":{\"type\":\"location\",\"location\":{\"coordinates\":"
                        + "{\"latitude\":1.5,\"longitude\":2},\"location\":{\"label\":\"L\"}}}")
                .content())
        .isEqualTo(new Content.Location(1.5, 2, "L", null, null));
    assertThat(said("whatsapp.inbound", "\"body\":{\"type\":\"carousel\"}").content())
        .isEqualTo(new Content.Unsupported("carousel", "{\"type\":\"carousel\"}"));
  }

  @Test
  void aPersonWithAUserIdAndOneOfAnotherPlatform() {
    var origin =
        said(
                "whatsapp.inbound",
                "\"body\":{\"type\":\"text\",\"text\":{\"text\":\"x\"}},\"meta\":"
                    + "{\"extraInformation\":{\"whatsappbsuid\":\"US.1\",\"user_locale\":\"es\"}}")
            .origin();
    assertThat(origin.address()).isEqualTo(new Address("bird", "whatsapp", "+15550142233"));
    assertThat(origin.aliases()).containsExactly(new Address("bird", "whatsapp:ch", "US.1"));
    assertThat(origin.attributes()).containsEntry("language", "es").containsEntry("contact", "c1");
    var instagram =
        items(
                "{\"event\":\"instagram.inbound\",\"payload\":{\"id\":\"m\",\"channelId\":\"ch\","
                    + "\"sender\":{\"contact\":{\"identifierKey\":\"instagramid\","
                    + "\"identifierValue\":\"77\"}},\"body\":{}}}")
            .getFirst();
    assertThat(instagram.origin().address()).isEqualTo(new Address("bird", "instagram:ch", "77"));
  }

  @Test
  void aPayloadWithoutEnvelope() {
    var bare =
        items(
            "{\"id\":\"m1\",\"channelId\":\"ch\",\"direction\":\"incoming\","
                + WHO
                + "\"parts\":[{\"platformReference\":\"wamid.1\"}],"
                + "\"body\":{\"type\":\"text\",\"text\":{\"text\":\"x\"}}}");
    assertThat(bare.getFirst().origin().address().scope()).isEqualTo("whatsapp");
  }

  @Test
  void whatBecameOfAMessageAndThatItWasRead() {
    String to =
        "\"receiver\":{\"contacts\":[{\"identifierKey\":\"phonenumber\","
            + "\"identifierValue\":\"+15550142233\"}]},";
    var failed =
        (Inbound.Receipt)
            items(
                    "{\"event\":\"sms.outbound\",\"payload\":{\"id\":\"m1\",\"channelId\":\"ch\","
                        + to
                        + "\"status\":\"delivery_failed\",\"reason\":\"no 15550142233\","
                        + "\"reference\":\"01J\"}}")
                .getFirst();
    assertThat(failed.failure())
        .isEqualTo(new SendResult.Refused("delivery_failed", "delivery_failed: no …"));
    assertThat(failed.correlation()).isEqualTo("01J");
    assertThat(failed.origin().aliases()).containsExactly(new Address("bird", "message", "m1"));
    assertThat(
            items(
                "{\"event\":\"sms.outbound\",\"payload\":{\"id\":\"m1\",\"channelId\":\"ch\","
                    + to
                    + "\"status\":\"accepted\"}}"))
        .isEmpty();
    var read =
        (Inbound.Receipt)
            items(
                    "{\"event\":\"whatsapp.interaction\",\"payload\":{\"messageId\":\"m1\","
                        + "\"channelId\":\"ch\",\"type\":\"read\"}}")
                .getFirst();
    assertThat(read.state()).isEqualTo(Event.Delivery.READ);
    assertThat(read.origin().address()).isEqualTo(new Address("bird", "message", "m1"));
    assertThat(
            items(
                "{\"event\":\"whatsapp.interaction\",\"payload\":{\"messageId\":\"m1\","
                    + "\"channelId\":\"ch\",\"type\":\"clicked\"}}"))
        .isEmpty();
  }

  @Test
  void whatNamesNobodyIsLeftOut() {
    assertThat(items("{\"event\":\"sms.inbound\",\"payload\":{\"id\":\"m\"}}")).isEmpty();
    assertThat(items("{}")).isEmpty();
    assertThat(receive("{}", "x", "y", 0)).isInstanceOf(Webhook.Received.Refused.class);
  }
}
