package dev.hilo.channel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.InvalidConfig;
import dev.hilo.config.Secret;
import dev.hilo.conversation.Content;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StandardWebhookTest {
  private static final String KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String OTHER = "whsec_nhXbQBKew89mlt/3ESyq+du8gsOdqxSmb+jxRu/Rw58=";
  private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(UTF_8);
  private static final long NOW = 1_614_265_330;

  @Test
  void thePublishedVector() {
    assertThat(sign(KEY, "msg_p5jXN8AQM9LWM0D4loKWxJek", NOW, BODY))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void anySignatureByAnyKeyIsEnough() {
    String right = sign(OTHER, "m1", NOW, BODY);
    assertThat(status(KEY + "', '" + OTHER, "v0,x v1,bm8= " + right, NOW)).isEqualTo(202);
    assertThat(status(KEY, right, NOW)).isEqualTo(401);
    assertThat(status(KEY, "", NOW)).isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource({"300,202", "-300,202", "301,401", "-301,401"})
  void fiveMinutesAreToleratedBothWays(long late, int status) {
    assertThat(status(KEY, sign(KEY, "m1", NOW, BODY), NOW + late)).isEqualTo(status);
  }

  @Test
  void publicKeysVerifyWhatTheSenderSigned() throws Exception {
    var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] raw = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    String key = "whpk_" + Base64.getEncoder().encodeToString(raw);
    var signer = java.security.Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(("m1." + NOW + ".").getBytes(UTF_8));
    signer.update(BODY);
    String right = "v1a," + Base64.getEncoder().encodeToString(signer.sign());
    assertThat(status(key, right, NOW)).isEqualTo(202);
    assertThat(status(key, right.replaceFirst("v1a,.", "v1a,_"), NOW)).isEqualTo(401);
    assertThat(status(key, "v1a,!", NOW)).isEqualTo(401);
    assertThat(status(key, sign(KEY, "m1", NOW, BODY), NOW)).isEqualTo(401);
  }

  @Test
  void whatWeDoNotKnowIsKeptFromWhomItNames() {
    var item =
        (Inbound.Message)
            receive("{\"type\":\"cart.left\",\"data\":{\"sender\":{\"id\":\"u1\"},\"n\":1}}");
    assertThat(item.content())
        .isInstanceOfSatisfying(
            Content.Unsupported.class, u -> assertThat(u.kind()).isEqualTo("cart.left"));
    assertThat(item.origin().address().id()).isEqualTo("u1");
    assertThat(item.automatic()).isTrue();
    var bad = (Inbound.Message) receive("{\"type\":\"message.deleted\",\"data\":{\"sender\":7}}");
    assertThat(bad.content()).isInstanceOf(Content.Unsupported.class);
  }

  @Test
  void aDeviceWithTooLongANameIsKeptAsItCame() {
    String alert = "{\"type\":\"device.alert\",\"data\":{\"deviceId\":\"%s\",\"message\":\"m\"}}";
    assertThat(((Inbound.Message) receive(alert.formatted("d".repeat(500)))).content())
        .isInstanceOf(Content.Text.class);
    assertThat(((Inbound.Message) receive(alert.formatted("d".repeat(510)))).content())
        .isInstanceOf(Content.Unsupported.class);
  }

  @Test
  void filesComeWithTheirAddress() {
    var item =
        (Inbound.Message)
            receive(
                """
                {"type":"message.created","data":{"id":"m","sender":{"id":"u1"},"attachments":[
                 {"kind":"image","url":"https://x.test/a.png","mime":"image/png","size":12},{}]}}\
                """);
    assertThat(item.content())
        .isInstanceOfSatisfying(
            Content.Media.class, m -> assertThat(m.ref()).isEqualTo("https://x.test/a.png"));
    assertThat(item.attachments().getFirst().failed()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "signing-secrets: []",
        "signing-secrets: [abc]",
        "signing-secrets: [whsec_short]",
        "signing-secrets: [whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw]",
        "signing-secrets: [" + KEY + "]\noutgoing-url: https://x.test",
        "signing-secrets: [" + KEY + "]\noutgoing-url: file:/x\noutgoing-secret: " + KEY
      })
  void wrongSettingsAreToldWithoutTheSecrets(String yaml) {
    assertThatThrownBy(
            () -> ConfigNode.parse("account: a\nname: A\n" + yaml).bind(WebhookSettings.class))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageNotContaining("MfKQ9r8GKYqr");
  }

  private static Inbound receive(String body) {
    byte[] bytes = body.getBytes(UTF_8);
    var received = webhook(KEY).receive(request(sign(KEY, "m1", NOW, bytes), bytes, NOW));
    return ((Webhook.Received.Accepted) received).items().getFirst();
  }

  private static int status(String keys, String signatures, long now) {
    return switch (webhook(keys).receive(request(signatures, BODY, now))) {
      case Webhook.Received.Accepted accepted -> accepted.reply().status();
      case Webhook.Received.Answered answered -> answered.reply().status();
      case Webhook.Received.Refused refused -> refused.status();
    };
  }

  private static Webhook webhook(String keys) {
    return new StandardWebhook(
        ConfigNode.parse("{account: crm, name: CRM, signing-secrets: ['" + keys + "']}")
            .bind(WebhookSettings.class));
  }

  private static WebhookRequest request(String signatures, byte[] body, long now) {
    var headers =
        Map.of(
            "webhook-id", List.of("m1"),
            "webhook-timestamp", List.of(Long.toString(NOW)),
            "webhook-signature", List.of(signatures));
    return new WebhookRequest("POST", "", Map.of(), headers, body, Instant.ofEpochSecond(now));
  }

  private static String sign(String key, String id, long timestamp, byte[] body) {
    return ((SigningKey.Shared) SigningKey.of(new Secret(key)))
        .sign(id, Long.toString(timestamp), body);
  }
}
