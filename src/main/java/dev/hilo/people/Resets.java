package dev.hilo.people;

import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.people.Doorkeeper.Visit;
import dev.hilo.people.Letters.Letter;
import dev.hilo.store.Tokens;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A new password for whoever forgot it, by a mailed link. For one event loop. */
public final class Resets {
  private static final Logger LOG = LoggerFactory.getLogger(Resets.class);
  private static final Duration LIFE = Duration.ofHours(1);

  private final Rosters rosters;
  private final Keyring keyring;
  private final Passwords passwords;
  private final Tokens tokens;
  private final Doorkeeper doorkeeper;
  private final OwnAccount accounts;
  private final LockOut lockOut;
  private final @Nullable Letters letters;
  private final URI publicUrl;

  public Resets(
      Rosters rosters,
      Keyring keyring,
      Passwords passwords,
      Tokens tokens,
      Doorkeeper doorkeeper,
      OwnAccount accounts,
      LockOut lockOut,
      @Nullable Letters letters,
      URI publicUrl) {
    this.rosters = rosters;
    this.keyring = keyring;
    this.passwords = passwords;
    this.tokens = tokens;
    this.doorkeeper = doorkeeper;
    this.accounts = accounts;
    this.lockOut = lockOut;
    this.letters = letters;
    this.publicUrl = publicUrl;
  }

  /**
   * Sends a link, if there is somebody with this address. That is found out after the answer, which
   * is always the same.
   */
  public Future<Void> ask(@Nullable String workspace, String mail, Visit visit) {
    return lockOut
        .asks(visit.address())
        .onSuccess(
            _ ->
                write(doorkeeper.roster(workspace), mail)
                    .onFailure(
                        e -> {
                          if (!(e instanceof Problem)) {
                            LOG.warn("a new password was asked for in vain: {}", e.toString());
                          }
                        }));
  }

  private Future<Void> write(Roster roster, String mail) {
    Item.User user = Doorkeeper.byMail(roster, mail);
    String w = roster.workspace();
    if (letters == null || user == null || user.email() == null) {
      return Future.succeededFuture();
    }
    String to = user.email();
    String code = Tokens.random();
    return lockOut
        .mayWrite(w, to)
        .compose(may -> may ? keyring.of(w, user.id()) : Future.failedFuture(enough()))
        .compose(
            credentials ->
                tokens.once(code, "reset " + w + " " + user.id() + " " + credentials.turn(), LIFE))
        .compose(
            _ ->
                letters.send(
                    to,
                    user.name(),
                    user.language(),
                    new Letter.Reset(publicUrl + "/agent#reset=" + code)));
  }

  private static Problem enough() {
    return new Problem(Code.LOCKED, "enough letters for now");
  }

  /** Sets the password and signs out everywhere. */
  public Future<Void> accept(String code, String password) {
    return tokens
        .peek(code)
        .compose(
            meaning -> {
              List<String> parts = meaning == null ? List.of() : List.of(meaning.split(" ", -1));
              boolean one = parts.size() == 4 && parts.getFirst().equals("reset");
              String w = one ? parts.get(1) : "";
              Item.User user = one ? rosters.of(w).user(parts.get(2)) : null;
              if (user == null) {
                throw used();
              }
              NewPassword.check(password, user.name(), user.email());
              int turn = Integer.parseInt(parts.get(3));
              String mail = user.email();
              return passwords
                  .hash(password)
                  .compose(
                      hash ->
                          tokens
                              .redeem(code)
                              .map(
                                  still -> {
                                    if (still == null) {
                                      throw used();
                                    }
                                    return hash;
                                  }))
                  .compose(hash -> Invitations.set(keyring, w, user.id(), hash, turn))
                  .compose(_ -> doorkeeper.signOut(w, user.id(), null, null))
                  .compose(_ -> mail == null ? Future.succeededFuture() : lockOut.forgive(w, mail))
                  .map(
                      _ -> {
                        accounts.tell(user, new Letter.PasswordChanged());
                        return null;
                      });
            });
  }

  private static Problem used() {
    return new Problem(Code.BAD_LINK, "this link was used before or has expired");
  }
}
