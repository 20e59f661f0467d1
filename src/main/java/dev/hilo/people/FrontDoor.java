package dev.hilo.people;

import dev.hilo.access.Rosters;
import dev.hilo.core.Desks;
import dev.hilo.core.Trail;
import dev.hilo.store.AddressKeys;
import dev.hilo.store.Link;
import dev.hilo.store.Sessions;
import dev.hilo.store.SharedObjects;
import dev.hilo.store.Tokens;
import dev.hilo.store.Tries;
import dev.hilo.store.Vault;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * All ways in, on one event loop.
 *
 * @param single null where there is no provider
 * @param mail whether letters can be sent
 */
public record FrontDoor(
    Doorkeeper doorkeeper,
    OwnAccount account,
    Invitations invitations,
    Resets resets,
    @Nullable SingleSignOn single,
    boolean mail) {

  /** What all loops of a node share. */
  public record Shared(
      Rosters rosters,
      AddressKeys keys,
      Passwords passwords,
      @Nullable Letters letters,
      @Nullable Oidc oidc,
      URI publicUrl,
      InstantSource clock,
      MeterRegistry meters) {
    /** Ends what it sends mails, asks providers and hashes with. */
    public void close() {
      passwords.close();
      if (letters != null) {
        letters.close();
      }
      if (oidc != null) {
        oidc.close();
      }
    }
  }

  public static FrontDoor on(
      Shared shared, Link link, Vault vault, Desks desks, SharedObjects signals, Trail trail) {
    Rosters rosters = shared.rosters;
    Tokens tokens = new Tokens(link);
    Keyring keyring = new Keyring(vault);
    LockOut lockOut = new LockOut(new Tries(link), shared.keys, shared.clock, shared.meters);
    Doorkeeper doorkeeper =
        new Doorkeeper(
            rosters,
            keyring,
            shared.passwords,
            tokens,
            new Sessions(link),
            lockOut,
            shared.keys,
            signals,
            trail,
            shared.clock);
    OwnAccount account =
        new OwnAccount(
            rosters,
            keyring,
            shared.passwords,
            doorkeeper,
            lockOut,
            shared.keys,
            trail,
            shared.letters,
            shared.publicUrl);
    Invitations invitations =
        new Invitations(
            rosters,
            desks,
            keyring,
            shared.passwords,
            tokens,
            doorkeeper,
            shared.letters,
            shared.publicUrl);
    Resets resets =
        new Resets(
            rosters,
            keyring,
            shared.passwords,
            tokens,
            doorkeeper,
            account,
            lockOut,
            shared.letters,
            shared.publicUrl);
    SingleSignOn single =
        shared.oidc == null
            ? null
            : new SingleSignOn(shared.oidc, rosters, keyring, tokens, doorkeeper, lockOut);
    return new FrontDoor(doorkeeper, account, invitations, resets, single, shared.letters != null);
  }
}
