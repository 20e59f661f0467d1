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
import dev.hilo.people.Doorkeeper;
import dev.hilo.people.Doorkeeper.Opened;
import dev.hilo.people.SingleSignOn;
import dev.hilo.store.Sessions.Session;
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
  private static final Duration TICKET = Duration.ofSeconds(30);

  private final Tokens tokens;
  private final Doorkeeper doorkeeper;
  private final Rosters rosters;
  private final Doors doors;
  private final List<String> ownOrigins;
  private final boolean secure;
  private final ClientAddress addresses;

  SignIn(
      Tokens tokens,
      Doorkeeper doorkeeper,
      Rosters rosters,
      Doors doors,
      List<String> ownOrigins,
      boolean secure,
      ClientAddress addresses) {
    this.tokens = tokens;
    this.doorkeeper = doorkeeper;
    this.rosters = rosters;
    this.doors = doors;
    this.ownOrigins = ownOrigins;
    this.secure = secure;
    this.addresses = addresses;
  }

  private String cookieName() {
    return secure ? "__Host-hilo" : "hilo";
  }

  /** Of the way to a provider and back; it must come along when another site leads here. */
  private String tripName() {
    return cookieName() + "-oidc";
  }

  /** Lets this browser have a session, in place of the one it had. */
  void give(RoutingContext ctx, Opened.In in) {
    String before = value(ctx, cookieName());
    if (before != null) {
      doorkeeper.leave(before);
    }
    set(ctx, cookieName(), in.token(), in.life(), CookieSameSite.STRICT);
  }

  /** This browser has no session any more. */
  void forget(RoutingContext ctx) {
    set(ctx, cookieName(), "", Duration.ZERO, CookieSameSite.STRICT);
  }

  /** What this browser shows when it comes back from the provider. */
  void lend(RoutingContext ctx, String value) {
    set(ctx, tripName(), value, SingleSignOn.PATIENCE, CookieSameSite.LAX);
  }

  /** Takes it back; null if this browser was lent nothing. */
  @Nullable String lent(RoutingContext ctx) {
    String value = value(ctx, tripName());
    set(ctx, tripName(), "", Duration.ZERO, CookieSameSite.LAX);
    return value;
  }

  private static @Nullable String value(RoutingContext ctx, String name) {
    Cookie cookie = ctx.request().getCookie(name);
    return cookie == null ? null : cookie.getValue();
  }

  private void set(
      RoutingContext ctx, String name, String value, Duration life, CookieSameSite site) {
    ctx.response()
        .addCookie(
            Cookie.cookie(name, value)
                .setHttpOnly(true)
                .setSecure(secure)
                .setSameSite(site)
                .setPath("/")
                .setMaxAge(life.toSeconds()));
  }

  Future<String> ticket(Principal.Agent agent) {
    String ticket = Tokens.random();
    return tokens.once(ticket, Doors.ticket(agent), TICKET).map(ticket);
  }

  private static boolean reads(RoutingContext ctx) {
    return ctx.request().method().name().matches("GET|HEAD");
  }

  private static Problem notOurs() {
    return new Problem(Code.FORBIDDEN_ORIGIN, "this call must come from the dashboard's own page");
  }

  /** Throws a {@link Problem} if another site's page asks, or nobody knows which page changes. */
  void own(RoutingContext ctx) {
    String origin = ctx.request().getHeader("Origin");
    if (origin == null ? !reads(ctx) : !ownOrigins.contains(origin)) {
      throw notOurs();
    }
  }

  /**
   * The agent of the session cookie; fails where there is none, or where another site's page asks.
   */
  Future<Principal.Agent> agent(RoutingContext ctx) {
    try {
      own(ctx);
    } catch (Problem p) {
      return Future.failedFuture(p);
    }
    String token = value(ctx, cookieName());
    Future<@Nullable Session> session =
        token == null ? Future.succeededFuture(null) : doorkeeper.session(token);
    return session.compose(
        found -> {
          Item.User user = found == null ? null : rosters.of(found.workspace()).user(found.user());
          return found == null || user == null
              ? Future.failedFuture(new Problem(Code.UNAUTHORIZED, "sign in first"))
              : Future.succeededFuture(
                  new Principal.Agent(
                      found.workspace(),
                      user.id(),
                      user.name(),
                      new Principal.Seat(address(ctx), found.id())));
        });
  }

  String address(RoutingContext ctx) {
    return addresses.of(ctx.request());
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
        Route.user(
            HttpMethod.POST,
            "/ticket",
            (_, who) -> ticket(who).map(ticket -> Answer.ok(Json.object().put("ticket", ticket)))));
  }
}
