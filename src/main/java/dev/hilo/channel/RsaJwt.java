package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.config.Secret;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** JSON web tokens that we sign with an RSA key (RFC 7519, RS256). */
public final class RsaJwt {
  private static final String HEADER = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";

  private RsaJwt() {}

  /**
   * A key in PEM of PKCS #8, also with its line breaks written as {@code \n}; null for what is
   * none.
   */
  public static @Nullable PrivateKey key(Secret pem) {
    try {
      String base64 = pem.value().replace("\\n", "\n").replaceAll("-----[A-Z ]+-----|\\s", "");
      return KeyFactory.getInstance("RSA")
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    } catch (GeneralSecurityException | IllegalArgumentException _) {
      return null;
    }
  }

  public static String sign(ObjectNode claims, PrivateKey key) {
    String signed =
        encoded(HEADER.getBytes(UTF_8)) + "." + encoded(claims.toString().getBytes(UTF_8));
    try {
      var signature = java.security.Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(signed.getBytes(UTF_8));
      return signed + "." + encoded(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime signs with RSA", e);
    }
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
