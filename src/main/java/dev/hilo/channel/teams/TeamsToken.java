package dev.hilo.channel.teams;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Payload;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The token that Microsoft sends with each call: a JWT by RS256 and nothing else. */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record TeamsToken(Payload header, Payload claims, byte[] signed, byte[] signature) {
  private static final Duration SKEW = Duration.ofMinutes(5);
  private static final int LONGEST = 16_384;

  /** Null where there is none that can be read. */
  static @Nullable TeamsToken of(@Nullable String authorization) {
    if (authorization == null
        || authorization.length() > LONGEST
        || !authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return null;
    }
    String token = authorization.substring(7).strip();
    String[] parts = token.split("\\.", 4);
    try {
      return parts.length != 3
          ? null
          : new TeamsToken(
              json(parts[0]),
              json(parts[1]),
              token.substring(0, token.lastIndexOf('.')).getBytes(UTF_8),
              Base64.getUrlDecoder().decode(parts[2]));
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static Payload json(String part) {
    return Payload.embedded(new String(Base64.getUrlDecoder().decode(part), UTF_8));
  }

  @Nullable String kid() {
    return "RS256".equals(header.text("alg")) ? header.id("kid") : null;
  }

  /** What about it is not to be believed; null if all is well. */
  @Nullable String fault(TeamsKeys.Key key, String issuer, String audience, Instant now) {
    Instant until = claims.seconds("exp");
    Instant from = claims.seconds("nbf");
    return !isSigned(key)
        ? "signature"
        : !issuer.equals(claims.text("iss"))
            ? "iss"
            : !audience.equals(claims.text("aud"))
                ? "aud"
                : until == null || now.isAfter(until.plus(SKEW))
                    ? "exp"
                    : from != null && now.isBefore(from.minus(SKEW)) ? "nbf" : null;
  }

  private boolean isSigned(TeamsKeys.Key key) {
    try {
      var check = Signature.getInstance("SHA256withRSA");
      check.initVerify(key.key());
      check.update(signed);
      return check.verify(signature);
    } catch (GeneralSecurityException _) {
      return false;
    }
  }
}
