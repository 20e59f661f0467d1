package dev.hilo.people;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody proves to be oneself with. Kept in the vault.
 *
 * @param password hash, or null: none is set
 * @param totp secret of the authenticator app, or null: there is no second factor
 * @param pending a secret that was shown and not yet confirmed
 * @param recovery hashes of the codes that are left
 * @param oidc who it is at the provider, or null
 * @param turn rises with each change of the password; links made before are void
 */
public record Credentials(
    @Nullable String password,
    @Nullable String totp,
    @Nullable String pending,
    List<String> recovery,
    @Nullable Pin oidc,
    int turn) {
  /** Of somebody who never signed in. */
  public static final Credentials NONE = new Credentials(null, null, null, List.of(), null, 0);

  /** Somebody at a provider. */
  public record Pin(String issuer, String sub) {}

  Credentials withPassword(String hash) {
    return new Credentials(hash, totp, pending, recovery, oidc, turn + 1);
  }

  /** The same password, hashed anew. */
  Credentials rehashed(String hash) {
    return new Credentials(hash, totp, pending, recovery, oidc, turn);
  }

  Credentials withPending(String secret) {
    return new Credentials(password, totp, secret, recovery, oidc, turn);
  }

  Credentials withSecond(@Nullable String secret, List<String> codes) {
    return new Credentials(password, secret, null, List.copyOf(codes), oidc, turn);
  }

  Credentials withRecovery(List<String> codes) {
    return new Credentials(password, totp, pending, List.copyOf(codes), oidc, turn);
  }

  Credentials withPin(Pin pin) {
    return new Credentials(password, totp, pending, recovery, pin, turn);
  }
}
