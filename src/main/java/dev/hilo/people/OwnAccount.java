package dev.hilo.people;

import dev.hilo.access.Principal;
import dev.hilo.access.Rosters;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.Trail;
import dev.hilo.people.Letters.Letter;
import dev.hilo.store.AddressKeys;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What somebody who is signed in does about the own sign-in. For one event loop. */
public final class OwnAccount {
  private final Rosters rosters;
  private final Keyring keyring;
  private final Passwords passwords;
  private final Doorkeeper doorkeeper;
  private final LockOut lockOut;
  private final AddressKeys keys;
  private final Trail trail;
  private final @Nullable Letters letters;
  private final URI publicUrl;

  public OwnAccount(
      Rosters rosters,
      Keyring keyring,
      Passwords passwords,
      Doorkeeper doorkeeper,
      LockOut lockOut,
      AddressKeys keys,
      Trail trail,
      @Nullable Letters letters,
      URI publicUrl) {
    this.rosters = rosters;
    this.keyring = keyring;
    this.passwords = passwords;
    this.doorkeeper = doorkeeper;
    this.lockOut = lockOut;
    this.keys = keys;
    this.trail = trail;
    this.letters = letters;
    this.publicUrl = publicUrl;
  }

  /** The person as the workspace knows it. */
  public Item.User user(Principal.Agent who) {
    Item.User user = rosters.of(who.workspace()).user(who.id());
    if (user == null) {
      throw new Problem(Code.UNAUTHORIZED, "sign in first");
    }
    return user;
  }

  /** Whether the workspace asks for a second factor. */
  public boolean secondFactorRequired(Principal.Agent who) {
    return rosters.of(who.workspace()).desk().policy().secondFactor().equals("required");
  }

  /** Whether the workspace asks for a second factor that {@code who} has not. */
  public Future<Boolean> lacksSecondFactor(Principal.Agent who) {
    return secondFactorRequired(who)
        ? credentials(who).map(credentials -> credentials.totp() == null)
        : Future.succeededFuture(false);
  }

  public Future<Credentials> credentials(Principal.Agent who) {
    return keyring.of(who.workspace(), who.id());
  }

  /**
   * Sets another password and signs out all other sessions.
   *
   * @param current needed where one is set
   */
  public Future<Void> password(Principal.Agent who, @Nullable String current, String password) {
    Item.User user = user(who);
    return confirmed(who, current)
        .compose(
            _ -> {
              NewPassword.check(password, user.name(), user.email());
              return passwords.hash(password);
            })
        .compose(hash -> keyring.change(who.workspace(), who.id(), now -> now.withPassword(hash)))
        .compose(_ -> doorkeeper.signOut(who.workspace(), who.id(), null, who.seat().session()))
        .compose(_ -> trail.did(who, "password", null, null))
        .map(
            _ -> {
              tell(user, new Letter.PasswordChanged());
              return null;
            });
  }

  /** Fails with {@code wrong-password} unless it is the right one, or none is set. */
  private Future<Void> confirmed(Principal.Agent who, @Nullable String password) {
    return credentials(who)
        .compose(
            credentials -> {
              String hash = credentials.password();
              if (hash == null) {
                return Future.succeededFuture();
              }
              return lockOut
                  .attempt(who.workspace(), who.id())
                  .compose(_ -> passwords.check(hash, password == null ? "" : password))
                  .compose(
                      right -> {
                        if (right) {
                          return lockOut.forgivePerson(who.workspace(), who.id());
                        }
                        lockOut.failed("password");
                        return Future.failedFuture(
                            new Problem(Code.WRONG_PASSWORD, "this is not your password"));
                      });
            });
  }

  /** What an authenticator app is given; {@code uri} is what its camera reads. */
  public record Offer(String secret, String uri) {}

  /** Offers a second factor. It holds from {@link #confirm} on. */
  public Future<Offer> offer(Principal.Agent who) {
    Item.User user = user(who);
    String secret = Totp.secret();
    String account = user.email() == null ? user.id() : user.email();
    return keyring
        .change(
            who.workspace(),
            who.id(),
            now -> {
              if (now.totp() != null) {
                throw new Problem(Code.REFUSED, "the second factor is on already");
              }
              return now.withPending(secret);
            })
        .map(new Offer(secret, Totp.uri(secret, "Hilo " + publicUrl.getHost(), account)));
  }

  /** Turns it on with a first code; gives recovery codes, which are shown this once. */
  public Future<List<String>> confirm(Principal.Agent who, String code) {
    Item.User user = user(who);
    List<String> recovery = RecoveryCodes.fresh();
    return lockOut
        .attempt(who.workspace(), who.id())
        .compose(_ -> credentials(who))
        .compose(
            credentials -> {
              String pending = credentials.pending();
              if (pending == null) {
                throw new Problem(Code.REFUSED, "there is no second factor to be confirmed");
              }
              return doorkeeper
                  .app(who.workspace(), who.id(), pending, code.replaceAll("\\s", ""))
                  .compose(
                      right -> {
                        if (!right) {
                          throw Doorkeeper.wrongCode();
                        }
                        return keyring.change(
                            who.workspace(),
                            who.id(),
                            now -> {
                              if (!pending.equals(now.pending())) {
                                throw Doorkeeper.wrongCode();
                              }
                              return now.withSecond(pending, hashes(who, recovery));
                            });
                      });
            })
        .compose(_ -> lockOut.forgivePerson(who.workspace(), who.id()))
        .compose(_ -> trail.did(who, "second-factor", null, "on"))
        .map(
            _ -> {
              tell(user, new Letter.SecondFactorOn());
              return recovery;
            });
  }

  private List<String> hashes(Principal.Agent who, List<String> codes) {
    return codes.stream()
        .map(code -> RecoveryCodes.hash(keys, who.workspace(), who.id(), code))
        .toList();
  }

  /** Turns the second factor off. */
  public Future<Void> off(Principal.Agent who, @Nullable String password) {
    return confirmed(who, password)
        .compose(_ -> trail.did(who, "second-factor", null, "off"))
        .compose(_ -> off(who.workspace(), user(who)));
  }

  /** Takes away somebody's second factor. */
  public Future<Void> off(String workspace, Item.User user) {
    return keyring
        .change(workspace, user.id(), now -> now.withSecond(null, List.of()))
        .map(
            before -> {
              if (before.totp() != null) {
                tell(user, new Letter.SecondFactorOff());
              }
              return null;
            });
  }

  /** New recovery codes in place of those that are left. */
  public Future<List<String>> recovery(Principal.Agent who, @Nullable String password) {
    List<String> recovery = RecoveryCodes.fresh();
    return confirmed(who, password)
        .compose(
            _ ->
                keyring.change(
                    who.workspace(),
                    who.id(),
                    now -> {
                      if (now.totp() == null) {
                        throw new Problem(Code.REFUSED, "there is no second factor");
                      }
                      return now.withRecovery(hashes(who, recovery));
                    }))
        .compose(_ -> trail.did(who, "second-factor", null, "new recovery codes"))
        .map(recovery);
  }

  /** Whoever did not do it should hear of it; what was done is done even if that fails. */
  void tell(Item.User user, Letter letter) {
    if (letters != null && user.email() != null) {
      letters.send(user.email(), user.name(), user.language(), letter);
    }
  }
}
