package dev.hilo.people;

import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.core.Desks;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.people.Doorkeeper.Opened;
import dev.hilo.people.Doorkeeper.Visit;
import dev.hilo.people.Letters.Letter;
import dev.hilo.store.Tokens;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import java.net.URI;
import java.text.Normalizer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How somebody comes in for the first time: by a link that is good once. For one event loop. */
public final class Invitations {
  private static final Duration SETUP = Duration.ofDays(1);
  private static final Duration INVITATION = Duration.ofDays(7);
  private static final int LONGEST_ID = 28;

  private final Rosters rosters;
  private final Desks desks;
  private final Keyring keyring;
  private final Passwords passwords;
  private final Tokens tokens;
  private final Doorkeeper doorkeeper;
  private final @Nullable Letters letters;
  private final URI publicUrl;

  public Invitations(
      Rosters rosters,
      Desks desks,
      Keyring keyring,
      Passwords passwords,
      Tokens tokens,
      Doorkeeper doorkeeper,
      @Nullable Letters letters,
      URI publicUrl) {
    this.rosters = rosters;
    this.desks = desks;
    this.keyring = keyring;
    this.passwords = passwords;
    this.tokens = tokens;
    this.doorkeeper = doorkeeper;
    this.letters = letters;
    this.publicUrl = publicUrl;
  }

  /** Whether a workspace has nobody who can let others in. */
  public static boolean empty(Roster roster) {
    return roster.known() && roster.users().stream().noneMatch(Item.User::administers);
  }

  /** A link by which the first administrator comes in. */
  public static Future<String> setupLink(Tokens tokens, String workspace, URI publicUrl) {
    String code = Tokens.random();
    return tokens.once(code, "setup " + workspace, SETUP).map(publicUrl + "/agent#setup=" + code);
  }

  /** The first administrator chooses name, address and password, and is in. */
  public Future<Opened.In> setup(
      String code, String name, String mail, String password, Visit visit) {
    return tokens
        .peek(code)
        .compose(
            meaning -> {
              List<String> parts = meaning == null ? List.of() : List.of(meaning.split(" ", -1));
              if (parts.size() != 2
                  || !parts.getFirst().equals("setup")
                  || !empty(rosters.of(parts.get(1)))) {
                throw used();
              }
              NewPassword.check(password, name, mail);
              String w = parts.get(1);
              Item.User user =
                  new Item.User(
                      freeId(rosters.of(w), mail),
                      name.strip(),
                      mail.strip(),
                      List.of(Item.User.ADMINISTRATOR, "agent"),
                      List.of(),
                      false,
                      null);
              sound(user);
              return passwords
                  .hash(password)
                  .compose(hash -> redeem(code).map(hash))
                  .compose(
                      hash ->
                          desks
                              .put(
                                  new Principal.Agent(w, user.id(), user.name(), seat(visit)),
                                  user,
                                  "")
                              .compose(_ -> keyring.remove(w, user.id()))
                              .compose(
                                  _ -> keyring.change(w, user.id(), now -> now.withPassword(hash))))
                  .compose(_ -> doorkeeper.open(w, user, "invitation", visit));
            });
  }

  private static Principal.Seat seat(Visit visit) {
    return new Principal.Seat(visit.address(), null);
  }

  private static Problem used() {
    return new Problem(Code.BAD_LINK, "this link was used before or has expired");
  }

  private static void sound(Item.User user) {
    String fault = user.fault();
    if (fault != null) {
      throw new Problem(Code.BAD_REQUEST, fault);
    }
  }

  private Future<String> redeem(String code) {
    return tokens
        .redeem(code)
        .compose(
            meaning ->
                meaning == null ? Future.failedFuture(used()) : Future.succeededFuture(meaning));
  }

  /** How somebody can sign in: none of it is so of whoever was invited and has not come yet. */
  public record Ways(String id, boolean password, boolean secondFactor, boolean provider) {}

  /** How everybody of a workspace can sign in. */
  public Future<List<Ways>> ways(String workspace) {
    List<Future<Ways>> each =
        rosters.of(workspace).desk().all(Item.User.class).stream()
            .map(
                user ->
                    keyring
                        .of(workspace, user.id())
                        .map(
                            c ->
                                new Ways(
                                    user.id(),
                                    c.password() != null,
                                    c.totp() != null,
                                    c.oidc() != null)))
            .toList();
    return Future.all(each).map(_ -> each.stream().map(Future::result).toList());
  }

  /**
   * Somebody who was invited.
   *
   * @param link null if it was mailed
   */
  public record Invited(Item.User user, @Nullable String link) {}

  /** Adds somebody to the workspace, and sends the link to choose a password. */
  public Future<Invited> invite(
      Principal who,
      String mail,
      String name,
      List<String> roles,
      List<String> teams,
      @Nullable String language) {
    String w = who.workspace();
    Item.User user =
        new Item.User(
            freeId(rosters.of(w), mail), name.strip(), mail.strip(), roles, teams, false, language);
    return desks
        .put(who, user, "")
        .compose(_ -> keyring.remove(w, user.id()))
        .compose(_ -> write(who, user));
  }

  /** Sends another link to somebody who is there; earlier ones stay good for their time. */
  public Future<Invited> again(Principal who, String id) {
    Item.User user = rosters.of(who.workspace()).user(id);
    if (user == null) {
      throw new Problem(Code.UNKNOWN_TOPIC, "there is no such user, or it is suspended");
    }
    return write(who, user);
  }

  /** An id that nobody ever had, made of the address. */
  private static String freeId(Roster roster, String mail) {
    int at = mail.indexOf('@');
    String plain =
        Normalizer.normalize(at < 0 ? mail : mail.substring(0, at), Normalizer.Form.NFKD)
            .toLowerCase(Locale.ROOT)
            .replaceAll("\\p{M}", "")
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-|-$", "");
    String base =
        plain.isEmpty() ? "user" : plain.substring(0, Math.min(plain.length(), LONGEST_ID));
    Desk desk = roster.desk();
    String id = base;
    for (int n = 2; desk.edit(Item.Kind.USER, id) != null; n++) {
      id = base + "-" + n;
    }
    return id;
  }

  private Future<Invited> write(Principal who, Item.User user) {
    String w = who.workspace();
    String code = Tokens.random();
    String link = publicUrl + "/agent#invitation=" + code;
    return keyring
        .of(w, user.id())
        .compose(
            credentials ->
                tokens.once(
                    code,
                    "invitation " + w + " " + user.id() + " " + credentials.turn(),
                    INVITATION))
        .compose(
            _ -> {
              if (letters == null || user.email() == null) {
                return Future.succeededFuture(new Invited(user, link));
              }
              return letters
                  .send(
                      user.email(),
                      user.name(),
                      user.language(),
                      new Letter.Invitation(name(who), link))
                  .map(new Invited(user, null))
                  .otherwise(new Invited(user, link));
            });
  }

  private String name(Principal who) {
    String name = rosters.of(who.workspace()).name(who.author().id());
    return name == null ? "Hilo" : name;
  }

  /**
   * Whoever got a link chooses a password, and is in, or is asked for the second factor.
   *
   * @param name another name than that of the invitation, or null
   */
  public Future<Opened> accept(String code, String password, @Nullable String name, Visit visit) {
    return tokens
        .peek(code)
        .compose(
            meaning -> {
              List<String> parts = meaning == null ? List.of() : List.of(meaning.split(" ", -1));
              boolean one = parts.size() == 4 && parts.getFirst().equals("invitation");
              String w = one ? parts.get(1) : "";
              Item.User user = one ? rosters.of(w).user(parts.get(2)) : null;
              if (user == null) {
                throw used();
              }
              NewPassword.check(password, name == null ? user.name() : name, user.email());
              int turn = Integer.parseInt(parts.get(3));
              return passwords
                  .hash(password)
                  .compose(hash -> redeem(code).map(hash))
                  .compose(hash -> set(keyring, w, user.id(), hash, turn))
                  .compose(before -> named(w, user, name, visit).map(before))
                  .compose(
                      before ->
                          doorkeeper
                              .signOut(w, user.id(), null, null)
                              .compose(
                                  _ -> doorkeeper.proceed(w, user, before, "invitation", visit)));
            });
  }

  /** Sets a password, unless it was changed after the link was made. */
  static Future<Credentials> set(
      Keyring keyring, String workspace, String user, String hash, int turn) {
    return keyring.change(
        workspace,
        user,
        now -> {
          if (now.turn() != turn) {
            throw used();
          }
          return now.withPassword(hash);
        });
  }

  private Future<Void> named(String workspace, Item.User user, @Nullable String name, Visit visit) {
    if (name == null || name.strip().equals(user.name())) {
      return Future.succeededFuture();
    }
    return desks
        .change(
            new Principal.Agent(workspace, user.id(), user.name(), seat(visit)),
            Item.Kind.USER,
            user.id(),
            (_, before) ->
                before != null && !before.gone() && before.item() instanceof Item.User u
                    ? new Item.User(
                        u.id(),
                        name.strip(),
                        u.email(),
                        u.roles(),
                        u.teams(),
                        u.suspended(),
                        u.language())
                    : null)
        .mapEmpty();
  }
}
