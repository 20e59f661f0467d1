package dev.hilo.http;

import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
import dev.hilo.codec.Json;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.live.Doors;
import dev.hilo.store.Tokens;
import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who calls over HTTP. Agents: a session cookie, {@code __Host-} over https, SameSite=Strict, and
 * for everything that changes something the Origin of our own pages. Programs: an API key.
 * Visitors: their token, for files only.
 */
final class SignIn {
  static final Duration SESSION = Duration.ofDays(14);
  private static final Duration TICKET = Duration.ofSeconds(30);

  private final Tokens tokens;
  private final Roster roster;
  private final Doors doors;
  private final Map<String, String> apiKeys;
  private final List<String> ownOrigins;
  private final boolean secure;

  /** {@code apiKeys}: SHA-256 of the key by name of the program. */
  SignIn(
      Tokens tokens,
      Roster roster,
      Doors doors,
      Map<String, String> apiKeys,
      List<String> ownOrigins,
      boolean secure) {
    this.tokens = tokens;
    this.roster = roster;
    this.doors = doors;
    this.apiKeys = apiKeys;
    this.ownOrigins = ownOrigins;
    this.secure = secure;
  }

  private String cookieName() {
    return secure ? "__Host-hilo" : "hilo";
  }

  /** The one-time code of a sign-in link becomes a session. */
  Future<Principal.Agent> open(RoutingContext ctx, String code) {
    return tokens
        .redeem(code)
        .compose(
            meaning -> {
              Principal.Agent agent =
                  meaning != null && meaning.startsWith("signin ")
                      ? roster.agent(meaning.substring(7))
                      : null;
              if (agent == null) {
                return Future.failedFuture(
                    new Problem(Code.BAD_LINK, "this link was used before or has expired"));
              }
              String token = Tokens.random();
              return tokens
                  .openSession(token, agent.id(), SESSION)
                  .map(
                      _ -> {
                        ctx.response().addCookie(cookie(token, SESSION.toSeconds()));
                        return agent;
                      });
            });
  }

  Future<Void> close(RoutingContext ctx) {
    Cookie cookie = ctx.request().getCookie(cookieName());
    ctx.response().addCookie(cookie("", 0));
    return cookie == null ? Future.succeededFuture() : tokens.closeSession(cookie.getValue());
  }

  private Cookie cookie(String value, long seconds) {
    return Cookie.cookie(cookieName(), value)
        .setHttpOnly(true)
        .setSecure(secure)
        .setSameSite(CookieSameSite.STRICT)
        .setPath("/")
        .setMaxAge(seconds);
  }

  Future<String> ticket(Principal.Agent agent) {
    String ticket = Tokens.random();
    return tokens.once(ticket, "agent " + agent.id(), TICKET).map(ticket);
  }

  /**
   * The agent of the session cookie; fails where there is none, or where another site's page asks.
   */
  Future<Principal.Agent> agent(RoutingContext ctx) {
    String origin = ctx.request().getHeader("Origin");
    boolean reads = ctx.request().method().name().matches("GET|HEAD");
    if (origin != null && !ownOrigins.contains(origin) || origin == null && !reads) {
      return Future.failedFuture(
          new Problem(Code.FORBIDDEN_ORIGIN, "this call must come from the dashboard's own page"));
    }
    Cookie cookie = ctx.request().getCookie(cookieName());
    Future<@Nullable String> session =
        cookie == null ? Future.succeededFuture(null) : tokens.session(cookie.getValue());
    return session.compose(
        id -> {
          Principal.Agent agent = id == null ? null : roster.agent(id);
          return agent == null
              ? Future.failedFuture(new Problem(Code.UNAUTHORIZED, "sign in first"))
              : Future.succeededFuture(agent);
        });
  }

  /** An agent or a program. */
  Future<Principal> staff(RoutingContext ctx) {
    String key = bearer(ctx);
    return key == null ? agent(ctx).map(a -> a) : program(key);
  }

  private Future<Principal> program(String key) {
    byte[] hash = Tokens.hash(key).getBytes(StandardCharsets.UTF_8);
    String found = null;
    for (Map.Entry<String, String> known : apiKeys.entrySet()) {
      if (MessageDigest.isEqual(known.getValue().getBytes(StandardCharsets.UTF_8), hash)) {
        found = known.getKey();
      }
    }
    return found == null
        ? Future.failedFuture(new Problem(Code.UNAUTHORIZED, "this key is unknown"))
        : Future.succeededFuture(new Principal.Integration(roster.workspace(), found));
  }

  /** Anybody who may read files: staff, or a visitor by its token. */
  Future<Principal> anybody(RoutingContext ctx) {
    String key = bearer(ctx);
    if (key != null && key.contains(".")) {
      return doors
          .token(tokens, key, ctx.request().getHeader("Origin"))
          .map(Doors.Guest::principal);
    }
    return staff(ctx);
  }

  private static @Nullable String bearer(RoutingContext ctx) {
    String header = ctx.request().getHeader("Authorization");
    return header != null && header.startsWith("Bearer ") ? header.substring(7).strip() : null;
  }

  static String describe(Principal.Agent agent) {
    var out = Json.object().put("workspace", agent.workspace());
    out.putObject("agent").put("id", agent.id()).put("name", agent.name());
    return out.toString();
  }
}
