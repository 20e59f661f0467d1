package dev.hilo.people;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.codec.Json;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.people.Doorkeeper.Opened;
import dev.hilo.people.Doorkeeper.Visit;
import dev.hilo.store.Tokens;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signing in by an OpenID provider. Whoever it is was invited before: the first time somebody is
 * known by the address that the provider has verified, from then on by what the provider calls
 * them. For one event loop.
 */
public final class SingleSignOn {
  /** How long somebody may take at the provider. */
  public static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(SingleSignOn.class);

  private final Oidc oidc;
  private final Rosters rosters;
  private final Keyring keyring;
  private final Tokens tokens;
  private final Doorkeeper doorkeeper;
  private final LockOut lockOut;

  public SingleSignOn(
      Oidc oidc,
      Rosters rosters,
      Keyring keyring,
      Tokens tokens,
      Doorkeeper doorkeeper,
      LockOut lockOut) {
    this.oidc = oidc;
    this.rosters = rosters;
    this.keyring = keyring;
    this.tokens = tokens;
    this.doorkeeper = doorkeeper;
    this.lockOut = lockOut;
  }

  /**
   * A way to the provider.
   *
   * @param location where the browser goes
   * @param browser to be kept by this browser and shown on return
   */
  public record Departure(String location, String browser) {}

  /** What is remembered of a departure, under its state. */
  private record Trip(String workspace, String nonce, String verifier, String browser) {}

  /** Whether somebody of this workspace can come in this way; null = the first workspace. */
  public boolean serves(@Nullable String workspace) {
    return workspace().equals(doorkeeper.roster(workspace).workspace());
  }

  private String workspace() {
    String own = oidc.settings().workspace();
    return own == null ? rosters.first().workspace() : own;
  }

  /** As people call the provider. */
  public String name() {
    return oidc.settings().name();
  }

  public Future<Departure> leave() {
    String state = Tokens.random();
    String browser = Tokens.random();
    Trip trip =
        new Trip(
            workspace(), Tokens.random(), Tokens.random() + Tokens.random(), Tokens.hash(browser));
    return tokens
        .once(state, "oidc " + Json.text(trip), PATIENCE)
        .compose(_ -> oidc.location(state, trip.nonce, trip.verifier))
        .map(location -> new Departure(location, browser))
        .recover(this::failed);
  }

  /**
   * Somebody comes back from the provider.
   *
   * @param browser what {@link #leave} gave this browser, or null
   * @param issuer who sends it, as the callback says, or null
   */
  public Future<Opened.In> arrive(
      String state, String code, @Nullable String issuer, @Nullable String browser, Visit visit) {
    return tokens
        .redeem(state)
        .compose(
            meaning -> {
              Trip trip = trip(meaning);
              if (trip == null || browser == null || !Tokens.hash(browser).equals(trip.browser)) {
                lockOut.failed("oidc");
                return Future.failedFuture(
                    new Problem(Code.BAD_LINK, "this took too long, or began in another browser"));
              }
              return oidc.subject(code, issuer, trip.nonce, trip.verifier)
                  .recover(this::failed)
                  .compose(
                      subject ->
                          user(rosters.of(trip.workspace), subject)
                              .compose(
                                  user -> doorkeeper.open(trip.workspace, user, "oidc", visit)));
            });
  }

  private static @Nullable Trip trip(@Nullable String meaning) {
    if (meaning == null || !meaning.startsWith("oidc ")) {
      return null;
    }
    try {
      JsonNode json = Json.parse(meaning.substring(5).getBytes(StandardCharsets.UTF_8));
      return Json.read(json, Trip.class);
    } catch (Json.BadJson e) {
      return null;
    }
  }

  private Future<Item.User> user(Roster roster, Oidc.Subject subject) {
    String w = roster.workspace();
    Credentials.Pin pin = new Credentials.Pin(subject.issuer(), subject.sub());
    return keyring
        .pinned(w, pin)
        .compose(
            id -> {
              if (id != null) {
                Item.User user = roster.user(id);
                return user == null ? unknown() : Future.succeededFuture(user);
              }
              String mail = subject.email();
              Item.User user = mail == null ? null : Doorkeeper.byMail(roster, mail);
              return user == null ? unknown() : keyring.pin(w, user.id(), pin).map(user);
            });
  }

  private <T> Future<T> unknown() {
    lockOut.failed("oidc");
    return Future.failedFuture(
        new Problem(Code.OIDC_UNKNOWN, "nobody here has this account; ask to be invited"));
  }

  private <T> Future<T> failed(Throwable e) {
    if (!(e instanceof Oidc.Failed)) {
      return Future.failedFuture(e);
    }
    lockOut.failed("oidc");
    LOG.warn("{} was of no help: {}", name(), e.getMessage());
    return Future.failedFuture(
        new Problem(Code.OIDC_FAILED, "signing in with " + name() + " did not work"));
  }
}
