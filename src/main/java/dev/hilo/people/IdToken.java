package dev.hilo.people;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.hilo.codec.Json;
import dev.hilo.people.Oidc.Failed;
import dev.hilo.people.Oidc.Subject;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a provider says about somebody, and whether it is to be believed: Core 1.0, 3.1.3.7. */
final class IdToken {
  /** How far two clocks may be apart. */
  private static final Duration LEEWAY = Duration.ofSeconds(60);

  /** It was made for this sign-in, which has just been. */
  private static final Duration OLDEST = Duration.ofMinutes(10);

  private static final int LEAST_RSA_BITS = 2048;
  private static final int LONGEST_SUB = 255;

  private final SignedJWT jwt;

  private IdToken(SignedJWT jwt) {
    this.jwt = jwt;
  }

  /** Takes signed tokens only: one that is not signed, or encrypted, is not read at all. */
  static IdToken parse(String text) throws ParseException {
    return new IdToken(SignedJWT.parse(text));
  }

  /** Whether its key is among these. */
  boolean knows(JWKSet keys) {
    return key(keys) != null;
  }

  private @Nullable JWK key(JWKSet keys) {
    String kid = jwt.getHeader().getKeyID();
    JWSAlgorithm algorithm = jwt.getHeader().getAlgorithm();
    List<JWK> fitting =
        keys.getKeys().stream()
            .filter(k -> kid == null || kid.equals(k.getKeyID()))
            .filter(k -> k.getKeyUse() == null || k.getKeyUse().equals(KeyUse.SIGNATURE))
            .filter(k -> k.getAlgorithm() == null || k.getAlgorithm().equals(algorithm))
            .filter(
                k ->
                    JWSAlgorithm.RS256.equals(algorithm) && k instanceof RSAKey
                        || JWSAlgorithm.ES256.equals(algorithm) && k instanceof ECKey)
            .toList();
    return fitting.size() == 1 ? fitting.getFirst() : null;
  }

  /** Whom it is about; throws {@link Failed} if it must not be believed. */
  Subject subject(JWKSet keys, String issuer, String clientId, String nonce, Instant now) {
    try {
      if (!signed(keys)) {
        throw new Failed("its ID token is not signed with a key of its own");
      }
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      hold(issuer.equals(claims.getIssuer()), "iss");
      hold(claims.getAudience().contains(clientId), "aud");
      String party = claims.getStringClaim("azp");
      hold(party == null ? claims.getAudience().size() == 1 : party.equals(clientId), "azp");
      hold(
          claims.getExpirationTime() != null
              && claims.getExpirationTime().toInstant().plus(LEEWAY).isAfter(now),
          "exp");
      hold(
          claims.getIssueTime() != null
              && claims.getIssueTime().toInstant().minus(LEEWAY).isBefore(now)
              && claims.getIssueTime().toInstant().plus(OLDEST).isAfter(now),
          "iat");
      hold(
          claims.getNotBeforeTime() == null
              || claims.getNotBeforeTime().toInstant().minus(LEEWAY).isBefore(now),
          "nbf");
      hold(nonce.equals(claims.getStringClaim("nonce")), "nonce");
      String sub = claims.getSubject();
      hold(sub != null && !sub.isBlank() && sub.length() <= LONGEST_SUB, "sub");
      return new Subject(issuer, sub == null ? "" : sub, verified(claims));
    } catch (ParseException | JOSEException e) {
      throw new Failed("its ID token cannot be read");
    }
  }

  private static void hold(boolean right, String claim) {
    if (!right) {
      throw new Failed("the " + claim + " of its ID token is wrong");
    }
  }

  private boolean signed(JWKSet keys) throws JOSEException {
    JWK key = key(keys);
    JWSVerifier verifier =
        switch (key) {
          case RSAKey rsa when rsa.size() >= LEAST_RSA_BITS -> new RSASSAVerifier(rsa);
          case ECKey ec -> new ECDSAVerifier(ec);
          case null, default -> null;
        };
    return verifier != null && jwt.verify(verifier);
  }

  /** {@code verified}: some providers write the truth as text. */
  private record Mail(
      @Nullable String email, @JsonProperty("email_verified") @Nullable Object verified) {}

  private static @Nullable String verified(JWTClaimsSet claims) throws ParseException {
    try {
      Mail mail = Json.read(Json.tree(claims.toJSONObject()), Mail.class);
      return Boolean.TRUE.equals(mail.verified) || "true".equals(mail.verified) ? mail.email : null;
    } catch (Json.BadJson e) {
      throw new ParseException(e.getMessage(), 0);
    }
  }
}
