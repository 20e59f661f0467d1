package dev.hilo.channel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Signature;
import dev.hilo.config.Secret;
import java.util.Base64;

/**
 * Signs and verifies as Standard Webhooks 1.0.0 says: over {@code id.timestamp.body}, {@code v1} is
 * HMAC-SHA-256, {@code v1a} is Ed25519.
 */
sealed interface SigningKey {
  /** True if {@code signature}, such as {@code v1,K5oZ…}, is of this key's kind and right. */
  boolean verifies(String signature, String id, String timestamp, byte[] body);

  /**
   * The key that a configured secret holds; {@link IllegalArgumentException} if it is no base64.
   */
  static SigningKey of(Secret secret) {
    String text = secret.value();
    byte[] key = Base64.getDecoder().decode(text.substring(text.indexOf('_') + 1));
    return text.startsWith("whpk_") ? new Public(key) : new Shared(key);
  }

  static boolean isSecret(Secret secret) {
    return isValid(secret) && !secret.value().startsWith("whpk_");
  }

  static boolean isValid(Secret secret) {
    try {
      return secret.value().matches("(whsec_|whpk_).+")
          && switch (of(secret)) {
            case Shared(var key) -> key.length >= 16;
            case Public(var key) -> key.length == 32;
          };
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static byte[] envelope(String id, String timestamp) {
    return (id + "." + timestamp + ".").getBytes(UTF_8);
  }

  /** A key that both sides know. */
  @SuppressWarnings("ArrayRecordComponent") // keys are never compared
  record Shared(byte[] key) implements SigningKey {
    String sign(String id, String timestamp, byte[] body) {
      byte[] mac = Signature.hmacSha256(key, envelope(id, timestamp), body);
      return "v1," + Base64.getEncoder().encodeToString(mac);
    }

    @Override
    public boolean verifies(String signature, String id, String timestamp, byte[] body) {
      return Signature.same(sign(id, timestamp, body), signature);
    }

    @Override
    public String toString() {
      return "Shared[hidden]";
    }
  }

  /** The public half of the sender's key. */
  @SuppressWarnings("ArrayRecordComponent") // keys are never compared
  record Public(byte[] key) implements SigningKey {
    @Override
    public boolean verifies(String signature, String id, String timestamp, byte[] body) {
      try {
        return signature.startsWith("v1a,")
            && Signature.ed25519(
                key,
                Base64.getDecoder().decode(signature.substring(4)),
                envelope(id, timestamp),
                body);
      } catch (IllegalArgumentException _) {
        return false;
      }
    }
  }
}
