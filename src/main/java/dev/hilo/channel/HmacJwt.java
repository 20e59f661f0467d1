package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import dev.hilo.config.Secret;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON web tokens that are signed with a shared key (RFC 7519; HS256, HS384 and HS512). */
public final class HmacJwt {
  private static final int LONGEST = 8192;

  private HmacJwt() {}

  /**
   * The claims of a token that one of the keys signed; null for anything else. What they say, times
   * among it, is still to be judged.
   */
  public static @Nullable Payload claims(@Nullable String token, List<Secret> keys) {
    String[] parts =
        token == null || token.length() > LONGEST ? new String[0] : token.split("\\.", -1);
    if (parts.length != 3) {
      return null;
    }
    try {
      String algorithm = requireNonNullElse(part(parts[0]).text("alg"), "");
      if (!algorithm.matches("HS(256|384|512)")) {
        return null;
      }
      byte[] given = Base64.getUrlDecoder().decode(parts[2]);
      byte[] signed = (parts[0] + "." + parts[1]).getBytes(UTF_8);
      boolean fits = false;
      for (Secret key : keys) {
        byte[] mac =
            Signature.hmac("HmacSHA" + algorithm.substring(2), key.value().getBytes(UTF_8), signed);
        fits |= Signature.same(mac, given);
      }
      return fits ? part(parts[1]) : null;
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static Payload part(String encoded) {
    return Payload.embedded(new String(Base64.getUrlDecoder().decode(encoded), UTF_8));
  }
}
