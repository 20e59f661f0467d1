package dev.hilo.people;

import dev.hilo.codec.Json;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.store.Tokens;
import dev.hilo.store.Vault;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Everybody's {@link Credentials}, in the vault. For one event loop. */
public final class Keyring {
  private static final int TRIES = 10;

  /** Where nobody's would be: to look takes as long as for somebody. */
  static final String NOBODY = "~nobody";

  private final Vault vault;

  public Keyring(Vault vault) {
    this.vault = vault;
  }

  private static String name(String user) {
    return "user/" + user;
  }

  public Future<Credentials> of(String workspace, String user) {
    return vault.find(workspace, name(user)).map(Keyring::read);
  }

  private static Credentials read(Vault.@Nullable Kept kept) {
    try {
      return kept == null
          ? Credentials.NONE
          : Json.read(kept.text().getBytes(StandardCharsets.UTF_8), Credentials.class);
    } catch (Json.BadJson e) {
      throw new IllegalStateException("credentials: " + e.getMessage());
    }
  }

  /** What becomes of somebody's credentials; may be asked again, and may throw {@link Problem}. */
  public interface Change {
    Credentials of(Credentials now);
  }

  /** Changes what stands at that moment; gives what stood before. */
  public Future<Credentials> change(String workspace, String user, Change change) {
    return change(workspace, user, change, 1);
  }

  private Future<Credentials> change(String workspace, String user, Change change, int attempt) {
    AtomicReference<Credentials> before = new AtomicReference<>(Credentials.NONE);
    return vault
        .find(workspace, name(user))
        .compose(
            kept -> {
              Credentials now = read(kept);
              before.set(now);
              Credentials then = change.of(now);
              return then.equals(now)
                  ? Future.succeededFuture(true)
                  : vault.swap(workspace, name(user), kept, Json.text(then));
            })
        .compose(
            done -> {
              if (done) {
                return Future.succeededFuture(before.get());
              }
              return attempt == TRIES
                  ? Future.failedFuture(new Problem(Code.CONFLICT, "this changes too fast now"))
                  : change(workspace, user, change, attempt + 1);
            });
  }

  /** Who a provider's subject is here, or null. */
  Future<@Nullable String> pinned(String workspace, Credentials.Pin pin) {
    return vault.find(workspace, name(pin)).map(kept -> kept == null ? null : kept.text());
  }

  private static String name(Credentials.Pin pin) {
    return "oidc/" + Tokens.hash(pin.issuer() + " " + pin.sub());
  }

  /** From now on the subject is this user, and no other subject of that provider is. */
  Future<Void> pin(String workspace, String user, Credentials.Pin pin) {
    return change(
            workspace,
            user,
            now -> {
              if (now.oidc() != null
                  && now.oidc().issuer().equals(pin.issuer())
                  && !now.oidc().equals(pin)) {
                throw new Problem(
                    Code.OIDC_UNKNOWN, "this user belongs to somebody else at the provider");
              }
              return now.withPin(pin);
            })
        .compose(_ -> vault.put(workspace, name(pin), user));
  }

  /** Nothing of somebody is known any more. */
  Future<Void> remove(String workspace, String user) {
    return of(workspace, user)
        .compose(
            c ->
                c.oidc() == null
                    ? Future.succeededFuture()
                    : vault.remove(workspace, name(c.oidc())))
        .compose(_ -> vault.remove(workspace, name(user)));
  }
}
