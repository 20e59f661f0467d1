package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
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
    return hmac("HmacSHA256", key, parts);
  }

  /** As {@link #hmacSha256}; {@code algorithm} is one every Java runtime has, as HmacSHA512. */
  public static byte[] hmac(String algorithm, byte[] key, byte[]... parts) {
    try {
      var mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has " + algorithm, e);
    }
  }

  /** The digest of the parts, one after the other; as SHA-256 or SHA-1. */
  public static byte[] digest(String algorithm, byte[]... parts) {
    try {
      var digest = MessageDigest.getInstance(algorithm);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has " + algorithm, e);
    }
  }

  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  public static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  public static boolean same(byte[] right, byte[] given) {
    return MessageDigest.isEqual(given, right);
  }

  public static boolean same(String right, @Nullable String given) {
    return given != null && same(right.getBytes(UTF_8), given.getBytes(UTF_8));
  }
}
