package dev.hilo.channel.vonage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hilo.channel.RsaJwt;
import dev.hilo.channel.Signature;
import dev.hilo.config.Secret;
import java.security.PrivateKey;
import java.time.Instant;
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
            : "Basic "
                + Signature.base64((settings.apiKey() + ":" + secret.value()).getBytes(UTF_8));
    application = settings.applicationId();
    key = pem == null ? null : requireNonNull(RsaJwt.key(pem), "checked in the settings");
  }

  String header() {
    return key == null ? requireNonNull(basic, "checked in the settings") : "Bearer " + token(key);
  }

  private String token(PrivateKey signer) {
    long now = Instant.now().getEpochSecond();
    return RsaJwt.sign(
        JsonNodeFactory.instance
            .objectNode()
            .put("application_id", application)
            .put("iat", now)
            .put("exp", now + LIFE_SECONDS)
            .put("jti", UUID.randomUUID().toString()),
        signer);
  }
}
