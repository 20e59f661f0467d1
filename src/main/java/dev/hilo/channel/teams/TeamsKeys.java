package dev.hilo.channel.teams;

import dev.hilo.channel.Payload;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.Ports;
import io.vertx.core.Future;
import java.math.BigInteger;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys that sign Microsoft's calls, as its OpenID document leads to them. */
final class TeamsKeys {
  private static final Logger LOG = LoggerFactory.getLogger(TeamsKeys.class);

  /** Microsoft allows to keep them for five days; half of it is asked again. */
  private static final Duration OLD = Duration.ofDays(1);

  private static final Duration TOO_OLD = Duration.ofDays(5);

  /** Between two tries, whatever keys are asked for; the shorter one while there are none. */
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private static final Duration SHORT_PAUSE = Duration.ofSeconds(5);

  private static final int LEAST_BITS = 2048;
  private static final int MOST = 100;

  /** {@code endorsements}: the channels that it may sign for. */
  record Key(PublicKey key, Set<String> endorsements) {}

  private final Ports ports;
  private final URI openId;
  private Map<String, Key> keys = Map.of();
  private Instant fetched = Instant.EPOCH;
  private Instant tried = Instant.EPOCH;
  private Future<Void> fetching = Future.succeededFuture();

  TeamsKeys(Ports ports, URI openId) {
    this.ports = ports;
    this.openId = openId;
  }

  /** True if none may be believed: nobody can be judged. */
  synchronized boolean isEmpty() {
    return keys.isEmpty() || !Instant.now().isBefore(fetched.plus(TOO_OLD));
  }

  /** Null if it is not known, or known for too long. */
  synchronized @Nullable Key find(String kid) {
    return isEmpty() ? null : keys.get(kid);
  }

  /** Completes when a key of this name was looked for. */
  synchronized Future<Void> ready(@Nullable String kid) {
    Instant now = Instant.now();
    boolean known = kid != null && keys.containsKey(kid) && now.isBefore(fetched.plus(OLD));
    if (!known
        && fetching.isComplete()
        && now.isAfter(tried.plus(isEmpty() ? SHORT_PAUSE : PAUSE))) {
      tried = now;
      fetching =
          ask(openId.toString())
              .compose(found -> ask(found.required("jwks_uri")))
              .<Void>map(
                  found -> {
                    keep(found);
                    return null;
                  })
              .onFailure(e -> LOG.warn("no keys of Teams: {}", e.getClass().getSimpleName()));
    }
    return known ? Future.succeededFuture() : fetching;
  }

  private Future<Payload> ask(String url) {
    return PlatformCall.get(url)
        .within(Duration.ofSeconds(8))
        .begin(ports)
        .compose(
            answer ->
                answer.taken() && !answer.body().isEmpty()
                    ? Future.succeededFuture(answer.body())
                    : Future.failedFuture("HTTP " + answer.status()));
  }

  private synchronized void keep(Payload found) {
    var all = new LinkedHashMap<String, Key>();
    for (Payload key : found.list("keys").stream().limit(MOST).toList()) {
      String kid = key.id("kid");
      PublicKey rsa = "RSA".equals(key.text("kty")) ? rsa(key.text("n"), key.text("e")) : null;
      if (kid != null && rsa != null) {
        all.put(
            kid,
            new Key(
                rsa,
                key.list("endorsements").stream()
                    .map(Payload::text)
                    .filter(java.util.Objects::nonNull)
                    .collect(Collectors.toUnmodifiableSet())));
      }
    }
    if (!all.isEmpty()) {
      keys = all;
      fetched = Instant.now();
    }
  }

  private static @Nullable PublicKey rsa(@Nullable String n, @Nullable String e) {
    try {
      var modulus = new BigInteger(1, Base64.getUrlDecoder().decode(String.valueOf(n)));
      var exponent = new BigInteger(1, Base64.getUrlDecoder().decode(String.valueOf(e)));
      return modulus.bitLength() < LEAST_BITS
          ? null
          : KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
    } catch (GeneralSecurityException | IllegalArgumentException _) {
      return null;
    }
  }
}
