package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Message authentication of webhooks. Comparisons take as long for a near miss as for a far one.
 */
public final class Signature {
  private Signature() {}

  /** HMAC-SHA-256 over the parts, one after the other. */
  public static byte[] hmacSha256(byte[] key, byte[]... parts) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has HmacSHA256", e);
    }
  }

  public static boolean same(byte[] right, byte[] given) {
    return MessageDigest.isEqual(given, right);
  }

  public static boolean same(String right, @Nullable String given) {
    return given != null && same(right.getBytes(UTF_8), given.getBytes(UTF_8));
  }
}
