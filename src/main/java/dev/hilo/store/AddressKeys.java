package dev.hilo.store;

import dev.hilo.conversation.Address;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names addresses without revealing them: HMAC-SHA-256 with the installation key, its first 16
 * bytes as 22 characters of base64url. Also signs what the gateway hands out and wants to know
 * again. Thread-safe.
 */
public final class AddressKeys {
  /**
   * With the key, and never fed: it is only copied, because to look one up and key it costs more
   * than to sign.
   */
  private final Mac keyed;

  /** {@code installationKey}: 32 bytes or more, made once for an installation and never changed. */
  public AddressKeys(byte[] installationKey) {
    if (installationKey.length < 32) {
      throw new IllegalArgumentException("the installation key must have at least 32 bytes");
    }
    try {
      this.keyed = Mac.getInstance("HmacSHA256");
      keyed.init(new SecretKeySpec(installationKey, "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public String via(Address address) {
    return sign("address", address.canonical(), 16);
  }

  /** A signature of {@code text} for one purpose, base64url. {@code bytes}: 16..32. */
  public String sign(String purpose, String text, int bytes) {
    try {
      Mac mac = (Mac) keyed.clone();
      mac.update((purpose + "\0").getBytes(StandardCharsets.UTF_8));
      byte[] all = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(all, bytes));
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }
}
