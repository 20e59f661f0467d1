package dev.hilo.channel.vonage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hilo.config.Secret;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The {@code Authorization} of our calls: of an application a token of its own for each. */
final class VonageLogin {
  private static final int LIFE_SECONDS = 900;

  private final @Nullable String basic;
  private final @Nullable String application;
  private final @Nullable PrivateKey key;

  VonageLogin(VonageSettings settings) {
    Secret secret = settings.apiSecret();
    Secret pem = settings.privateKey();
    basic =
        secret == null
            ? null
            : "Basic " + base64((settings.apiKey() + ":" + secret.value()).getBytes(UTF_8));
    application = settings.applicationId();
    key = pem == null ? null : requireNonNull(key(pem), "checked in the settings");
  }

  String header() {
    return key == null ? requireNonNull(basic, "checked in the settings") : "Bearer " + token(key);
  }

  private String token(PrivateKey signer) {
    long now = Instant.now().getEpochSecond();
    var header = JsonNodeFactory.instance.objectNode().put("alg", "RS256").put("typ", "JWT");
    var claims =
        JsonNodeFactory.instance
            .objectNode()
            .put("application_id", application)
            .put("iat", now)
            .put("exp", now + LIFE_SECONDS)
            .put("jti", UUID.randomUUID().toString());
    String signed =
        url(header.toString().getBytes(UTF_8)) + "." + url(claims.toString().getBytes(UTF_8));
    try {
      var signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(signer);
      signature.update(signed.getBytes(UTF_8));
      return signed + "." + url(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime signs with RSA", e);
    }
  }

  static boolean isKey(Secret pem) {
    return key(pem) != null;
  }

  private static @Nullable PrivateKey key(Secret pem) {
    try {
      String body = pem.value().replaceAll("-----[A-Z ]+-----|\\s", "");
      return KeyFactory.getInstance("RSA")
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
    } catch (GeneralSecurityException | IllegalArgumentException _) {
      return null;
    }
  }

  private static String url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
