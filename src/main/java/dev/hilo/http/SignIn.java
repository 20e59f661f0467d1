package dev.hilo.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Principal;
import dev.hilo.access.Rights;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.codec.Json;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.http.Route.Answer;
import dev.hilo.live.Doors;
import dev.hilo.store.Tokens;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
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
  private final Rosters rosters;
  private final Doors doors;
  private final List<String> ownOrigins;
  private final boolean secure;

  SignIn(Tokens tokens, Rosters rosters, Doors doors, List<String> ownOrigins, boolean secure) {
    this.tokens = tokens;
    this.rosters = rosters;
    this.doors = doors;
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
              String[] parts = meaning == null ? new String[0] : meaning.split(" ");
              Item.User user =
                  parts.length == 3 && parts[0].equals("signin")
                      ? rosters.of(parts[1]).user(parts[2])
                      : null;
              if (user == null) {
                return Future.failedFuture(
                    new Problem(Code.BAD_LINK, "this link was used before or has expired"));
              }
              String token = Tokens.random();
              return tokens
                  .openSession(token, parts[1] + " " + user.id(), SESSION)
                  .map(
                      _ -> {
                        ctx.response().addCookie(cookie(token, SESSION.toSeconds()));
                        return seated(ctx, parts[1], user, token);
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
    return tokens.once(ticket, Doors.ticket(agent), TICKET).map(ticket);
  }

  private static boolean reads(RoutingContext ctx) {
    return ctx.request().method().name().matches("GET|HEAD");
  }

  /** Whether another site's page would change something here. */
  boolean foreign(RoutingContext ctx) {
    String origin = ctx.request().getHeader("Origin");
    return origin != null && !reads(ctx) && !ownOrigins.contains(origin);
  }

  static Problem notOurs() {
    return new Problem(Code.FORBIDDEN_ORIGIN, "this call must come from the dashboard's own page");
  }

  /**
   * The agent of the session cookie; fails where there is none, or where another site's page asks.
   */
  Future<Principal.Agent> agent(RoutingContext ctx) {
    String origin = ctx.request().getHeader("Origin");
    if (origin == null ? !reads(ctx) : !ownOrigins.contains(origin)) {
      return Future.failedFuture(notOurs());
    }
    Cookie cookie = ctx.request().getCookie(cookieName());
    Future<@Nullable String> session =
        cookie == null ? Future.succeededFuture(null) : tokens.session(cookie.getValue());
    return session.compose(
        found -> {
          String[] parts = found == null ? new String[0] : found.split(" ");
          Item.User user = parts.length == 2 ? rosters.of(parts[0]).user(parts[1]) : null;
          return user == null || cookie == null
              ? Future.failedFuture(new Problem(Code.UNAUTHORIZED, "sign in first"))
              : Future.succeededFuture(seated(ctx, parts[0], user, cookie.getValue()));
        });
  }

  private static Principal.Agent seated(
      RoutingContext ctx, String workspace, Item.User user, String token) {
    return new Principal.Agent(
        workspace,
        user.id(),
        user.name(),
        new Principal.Seat(address(ctx), Tokens.hash(token).substring(0, 16)));
  }

  private static String address(RoutingContext ctx) {
    return ctx.request().remoteAddress().hostAddress();
  }

  /** An agent or a program. */
  Future<Principal> staff(RoutingContext ctx) {
    String key = bearer(ctx);
    return key == null ? agent(ctx).map(a -> a) : program(ctx, key);
  }

  private Future<Principal> program(RoutingContext ctx, String key) {
    byte[] hash = Tokens.hash(key).getBytes(StandardCharsets.UTF_8);
    long now = System.currentTimeMillis();
    Principal found = null;
    for (Roster roster : rosters.all()) {
      for (Item.ApiKey known : roster.desk().all(Item.ApiKey.class)) {
        if (known.keys().stream().anyMatch(k -> opens(k, hash, now))
            && (known.expires() == null || known.expires() > now)) {
          found =
              new Principal.Integration(
                  roster.workspace(),
                  known.id(),
                  known.role().equals("bot"),
                  new Principal.Seat(address(ctx), null));
        }
      }
    }
    return found == null
        ? Future.failedFuture(new Problem(Code.UNAUTHORIZED, "this key is unknown or over"))
        : Future.succeededFuture(found);
  }

  private static boolean opens(Item.KeyHash known, byte[] hash, long now) {
    return MessageDigest.isEqual(known.hash().getBytes(StandardCharsets.UTF_8), hash)
        && (known.until() == null || known.until() > now);
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

  ObjectNode describe(Principal.Agent agent) {
    ObjectNode out = Json.object().put("workspace", agent.workspace());
    out.putObject("agent").put("id", agent.id()).put("name", agent.name());
    Rights rights = rosters.rights(agent);
    out.set("roles", Json.tree(rights.roles()));
    ArrayNode acts = out.putArray("acts");
    rights.acts().forEach(act -> acts.add(act.word()));
    return out;
  }

  List<Route> routes() {
    return List.of(
        Route.open(
            HttpMethod.POST,
            "/session",
            ctx -> open(ctx, Api.body(ctx).path("code").asText("")).map(_ -> Answer.NOTHING)),
        Route.user(
            HttpMethod.GET,
            "/session",
            (_, who) -> Future.succeededFuture(Answer.ok(describe(who)))),
        Route.user(HttpMethod.DELETE, "/session", (ctx, _) -> close(ctx).map(_ -> Answer.NOTHING)),
        Route.user(
            HttpMethod.POST,
            "/ticket",
            (_, who) -> ticket(who).map(ticket -> Answer.ok(Json.object().put("ticket", ticket)))));
  }
}
