package dev.hilo.channel.teams;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Channel;
import dev.hilo.channel.GivenBlobs;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Microsoft's side of a call. */
final class Signer {
  static final Instant NOW = Instant.ofEpochSecond(1_772_800_000);
  private static final KeyPair KEYS = pair();

  private Signer() {}

  static Channel open(PlatformServer server) {
    var settings =
        ConfigNode.parse(
            """
            app-id: app-1
            name: Bot
            tenant: t.example
            client-secret: s3cret
            keys-url: %1$s/openid
            login-url: %1$s
            """
                .formatted(server.url()));
    return new TeamsChannelType()
        .open(settings.bind(TeamsSettings.class), GivenBlobs.in(server.ports()));
  }

  static PlatformServer serve(PlatformServer server, String kid) {
    return server
        .answers(200, "{\"jwks_uri\":\"" + server.url() + "/keys\"}")
        .answers(200, keys(kid));
  }

  private static String keys(String kid) {
    var key = (RSAPublicKey) KEYS.getPublic();
    return """
    {"keys":[{"kty":"RSA","kid":"%s","n":"%s","e":"%s","endorsements":["msteams"]}]}\
    """
        .formatted(kid, number(key.getModulus()), number(key.getPublicExponent()));
  }

  static String claims(String server) {
    return """
    {"iss":"https://api.botframework.com","aud":"app-1","nbf":1772799700,"exp":1772803300,
     "serviceurl":"%s"}\
    """
        .formatted(server);
  }

  static String token(String kid, String claims) {
    try {
      String head = "{\"alg\":\"RS256\",\"kid\":\"" + kid + "\"}";
      String signed = encoded(head.getBytes(UTF_8)) + "." + encoded(claims.getBytes(UTF_8));
      var signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(KEYS.getPrivate());
      signature.update(signed.getBytes(UTF_8));
      return signed + "." + encoded(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static WebhookRequest request(String token, String body) {
    return new WebhookRequest(
        "POST",
        "",
        Map.of(),
        Map.of("authorization", List.of("Bearer " + token)),
        body.getBytes(UTF_8),
        NOW);
  }

  /** As the gateway does it. */
  static Webhook.Received receive(Webhook webhook, WebhookRequest request) {
    webhook.prepared(request).await();
    return webhook.receive(request);
  }

  private static String number(BigInteger number) {
    return encoded(number.toByteArray());
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static KeyPair pair() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
