package dev.hilo.people;

import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.codec.Json;
import dev.hilo.conversation.CustomerId;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.Trail;
import dev.hilo.store.AddressKeys;
import dev.hilo.store.Sessions;
import dev.hilo.store.Sessions.Session;
import dev.hilo.store.SharedObjects;
import dev.hilo.store.Tokens;
import dev.hilo.workspace.Item;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets people in and out. Whether nobody has that address, the password is wrong or the person is
 * suspended: the answer is the same, and so is the work done for it. For one event loop.
 */
public final class Doorkeeper {
  private static final Duration CHALLENGE = Duration.ofMinutes(5);
  private static final int CHALLENGE_TRIES = 5;
  private static final int LONGEST_AGENT = 300;

  /** A code is good in three steps. */
  private static final Duration CODE = Duration.ofMinutes(2);

  private final Rosters rosters;
  private final Keyring keyring;
  private final Passwords passwords;
  private final Tokens tokens;
  private final Sessions sessions;
  private final LockOut lockOut;
  private final AddressKeys keys;
  private final SharedObjects signals;
  private final Trail trail;
  private final InstantSource clock;

  public Doorkeeper(
      Rosters rosters,
      Keyring keyring,
      Passwords passwords,
      Tokens tokens,
      Sessions sessions,
      LockOut lockOut,
      AddressKeys keys,
      SharedObjects signals,
      Trail trail,
      InstantSource clock) {
    this.rosters = rosters;
    this.keyring = keyring;
    this.passwords = passwords;
    this.tokens = tokens;
    this.sessions = sessions;
    this.lockOut = lockOut;
    this.keys = keys;
    this.signals = signals;
    this.trail = trail;
    this.clock = clock;
  }

  /**
   * Where somebody knocks from.
   *
   * @param address of the network
   * @param agent what the browser calls itself
   */
  public record Visit(String address, String agent) {}

  /** What came of knocking. */
  public sealed interface Opened {
    /** {@code token}: opens the session for {@code life}. */
    record In(String token, Session session, Duration life) implements Opened {}

    /** Who this is says a second thing to {@link #second}. */
    record Asked(String challenge) implements Opened {}
  }

  /**
   * By password.
   *
   * @param workspace null = the first
   */
  public Future<Opened> password(
      @Nullable String workspace, String mail, String password, Visit visit) {
    Roster roster = roster(workspace);
    Item.User user = byMail(roster, mail);
    String w = roster.workspace();
    return lockOut
        .attempt(w, mail, visit.address())
        .compose(
            _ ->
                keyring
                    .of(w, user == null ? Keyring.NOBODY : user.id())
                    .compose(
                        credentials ->
                            passwords
                                .check(credentials.password(), password)
                                .map(right -> new Looked(credentials, right)))
                    .recover(
                        e ->
                            lockOut
                                .notAGuess(w, mail, visit.address())
                                .transform(_ -> Future.failedFuture(e))))
        .compose(
            looked -> {
              if (!looked.right || user == null) {
                lockOut.failed("password");
                refused(w, user, "password", visit);
                return Future.failedFuture(
                    new Problem(Code.BAD_CREDENTIALS, "address and password do not match"));
              }
              return lockOut
                  .notAGuess(w, mail, visit.address())
                  .compose(_ -> refresh(w, user, looked.credentials, password))
                  .compose(_ -> proceed(w, user, looked.credentials, "password", visit));
            });
  }

  /** What there is of somebody, and whether the password is the right one. */
  private record Looked(Credentials credentials, boolean right) {}

  /** Whose door was tried in vain is written down, after the answer was given. */
  private void refused(String workspace, Item.@Nullable User user, String why, Visit visit) {
    Context loop = Vertx.currentContext();
    if (user != null && loop != null) {
      Principal.Seat seat = new Principal.Seat(visit.address(), null);
      loop.runOnContext(_ -> trail.signed(workspace, user.id(), "sign-in", why, false, seat));
    }
  }

  Roster roster(@Nullable String workspace) {
    return workspace == null ? rosters.first() : rosters.of(workspace);
  }

  /** Whoever may act and has this address; looks at all, wherever it is. */
  static Item.@Nullable User byMail(Roster roster, String mail) {
    Item.User found = null;
    for (Item.User user : roster.users()) {
      found = user.is(mail.strip()) ? user : found;
    }
    return found;
  }

  /** Hashes that were made with less cost become what they would be today. */
  private Future<Void> refresh(
      String workspace, Item.User user, Credentials credentials, String password) {
    String old = credentials.password();
    if (old == null || !Passwords.dated(old)) {
      return Future.succeededFuture();
    }
    return passwords
        .hash(password)
        .compose(
            hash ->
                keyring.change(
                    workspace,
                    user.id(),
                    now -> old.equals(now.password()) ? now.rehashed(hash) : now))
        .mapEmpty();
  }

  /** The first factor was right: in, unless there is a second. */
  Future<Opened> proceed(
      String workspace, Item.User user, Credentials credentials, String how, Visit visit) {
    if (credentials.totp() == null) {
      return open(workspace, user, how, visit).map(in -> in);
    }
    String challenge = Tokens.random();
    return tokens
        .once(challenge, "second " + workspace + " " + user.id() + " " + how, CHALLENGE)
        .map(new Opened.Asked(challenge));
  }

  /** By a code of the app, or one that was printed. */
  public Future<Opened.In> second(String challenge, String code, Visit visit) {
    return tokens
        .peek(challenge)
        .compose(
            meaning -> {
              List<String> parts = meaning == null ? List.of() : List.of(meaning.split(" ", -1));
              Item.User user =
                  parts.size() == 4 && parts.getFirst().equals("second")
                      ? rosters.of(parts.get(1)).user(parts.get(2))
                      : null;
              if (user == null) {
                return Future.failedFuture(over());
              }
              String w = parts.get(1);
              return tokens
                  .tries("second " + challenge, CHALLENGE)
                  .compose(n -> n > CHALLENGE_TRIES ? spent(challenge) : Future.succeededFuture())
                  .compose(_ -> lockOut.attempt(w, user.id()))
                  .compose(_ -> proved(w, user.id(), code))
                  .onFailure(
                      e -> {
                        if (e instanceof Problem p && p.code() == Code.WRONG_CODE) {
                          refused(w, user, "second factor", visit);
                        }
                      })
                  .compose(_ -> tokens.redeem(challenge))
                  .compose(
                      still ->
                          still == null
                              ? Future.failedFuture(over())
                              : open(w, user, parts.get(3), visit));
            });
  }

  private Future<Void> spent(String challenge) {
    return tokens.redeem(challenge).compose(_ -> Future.failedFuture(over()));
  }

  private static Problem over() {
    return new Problem(Code.BAD_LINK, "this took too long; sign in again from the start");
  }

  /** Fails with {@code wrong-code}; what was right cannot be used again. */
  private Future<Void> proved(String workspace, String user, String code) {
    return keyring
        .of(workspace, user)
        .compose(
            credentials -> {
              String secret = credentials.totp();
              String plain = code.replaceAll("\\s", "");
              if (secret == null || !plain.matches("[0-9]{6}")) {
                return recovered(workspace, user, code);
              }
              return app(workspace, user, secret, plain);
            })
        .compose(
            right -> {
              if (right) {
                return Future.succeededFuture();
              }
              lockOut.failed("code");
              return Future.failedFuture(wrongCode());
            });
  }

  static Problem wrongCode() {
    return new Problem(Code.WRONG_CODE, "this code is wrong or was used already");
  }

  /** Whether a code of the app is right, for the first time. */
  Future<Boolean> app(String workspace, String user, String secret, String code) {
    long step = Totp.step(secret, code, clock.millis());
    return step < 0
        ? Future.succeededFuture(false)
        : tokens.first("code " + workspace + " " + user + " " + step, CODE);
  }

  private Future<Boolean> recovered(String workspace, String user, String code) {
    String hash = RecoveryCodes.hash(keys, workspace, user, code);
    return keyring
        .change(
            workspace,
            user,
            now -> {
              List<String> left = new ArrayList<>(now.recovery());
              left.remove(hash);
              return now.withRecovery(left);
            })
        .map(before -> before.recovery().contains(hash));
  }

  /** By a link that the gateway printed. */
  public Future<Opened.In> link(String code, Visit visit) {
    return tokens
        .redeem(code)
        .compose(
            meaning -> {
              List<String> parts = meaning == null ? List.of() : List.of(meaning.split(" ", -1));
              Item.User user =
                  parts.size() == 3 && parts.getFirst().equals("signin")
                      ? rosters.of(parts.get(1)).user(parts.get(2))
                      : null;
              if (user == null) {
                lockOut.failed("link");
                return Future.failedFuture(
                    new Problem(Code.BAD_LINK, "this link was used before or has expired"));
              }
              return open(parts.get(1), user, "link", visit);
            });
  }

  /** Begins a session of somebody who has proved everything. */
  Future<Opened.In> open(String workspace, Item.User user, String how, Visit visit) {
    String token = Tokens.random();
    long now = clock.millis();
    String agent = visit.agent().substring(0, Math.min(visit.agent().length(), LONGEST_AGENT));
    Duration life = life(workspace);
    Session session =
        new Session(
            Sessions.id(token), workspace, user.id(), now, now, visit.address(), agent, how);
    String mail = user.email();
    return sessions
        .open(token, session, life)
        .compose(_ -> lockOut.forgivePerson(workspace, user.id()))
        .compose(_ -> mail == null ? Future.succeededFuture() : lockOut.forgive(workspace, mail))
        .compose(
            _ ->
                trail.signed(
                    workspace,
                    user.id(),
                    "sign-in",
                    how,
                    true,
                    new Principal.Seat(visit.address(), session.id())))
        .map(new Opened.In(token, session, life));
  }

  private Duration life(String workspace) {
    return Duration.ofDays(rosters.of(workspace).desk().policy().sessionDays());
  }

  /** Whose token it is; null if it is nobody's any more. */
  public Future<@Nullable Session> session(String token) {
    long now = clock.millis();
    return sessions
        .find(token, now)
        .map(
            s ->
                s == null
                        || now - s.created() > life(s.workspace()).toMillis()
                        || rosters.of(s.workspace()).user(s.user()) == null
                    ? null
                    : s);
  }

  /** Ends the session of a token, if it is one. */
  public Future<Void> leave(String token) {
    return session(token)
        .compose(
            s ->
                s == null
                    ? Future.succeededFuture()
                    : signOut(s.workspace(), s.user(), s.id(), null).mapEmpty());
  }

  public Future<List<Session>> sessions(String workspace, String user) {
    return sessions.all(workspace, user);
  }

  /**
   * Signs somebody out; live sockets of these sessions are told.
   *
   * @param only id of the one session, or null = all
   * @param except id of one that stays, or null
   * @return how many
   */
  public Future<Integer> signOut(
      String workspace, String user, @Nullable String only, @Nullable String except) {
    return sessions
        .end(workspace, user, only, except)
        .map(
            ended -> {
              for (String id : ended) {
                signals.signal(
                    CustomerId.desk(workspace),
                    Json.bytes(Json.object().put("kind", "signed-out").put("session", id)));
              }
              return ended.size();
            });
  }

  /** Whoever is taken out of the workspace: sessions end, and nothing opens the door any more. */
  public Future<Void> forget(String workspace, String user) {
    return signOut(workspace, user, null, null).compose(_ -> keyring.remove(workspace, user));
  }
}
