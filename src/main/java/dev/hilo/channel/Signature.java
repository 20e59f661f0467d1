package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Message authentication of webhooks. Comparisons take as long for a near miss as for a far one.
 */
public final class Signature {
  /** What stands before the 32 bytes of a public key to make it one of X.509. */
  private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");

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

  /**
   * True if the parts, one after the other, were signed by Ed25519.
   *
   * @param key the 32 bytes of the public key; false for any other number
   */
  public static boolean ed25519(byte[] key, byte[] signature, byte[]... parts) {
    try {
      byte[] encoded = Arrays.copyOf(ED25519, ED25519.length + key.length);
      System.arraycopy(key, 0, encoded, ED25519.length, key.length);
      var check = java.security.Signature.getInstance("Ed25519");
      check.initVerify(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
      for (byte[] part : parts) {
        check.update(part);
      }
      return check.verify(signature);
    } catch (GeneralSecurityException _) {
      return false;
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
