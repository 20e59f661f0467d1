package dev.hilo.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.access.Rosters;
import dev.hilo.codec.Json;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.http.Route.Answer;
import dev.hilo.people.Doorkeeper.Opened;
import dev.hilo.people.Doorkeeper.Visit;
import dev.hilo.people.FrontDoor;
import dev.hilo.people.Invitations;
import dev.hilo.people.SingleSignOn;
import dev.hilo.store.Sessions.Session;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Signing in and out, one's own account, invitations, and others' sign-ins. */
final class PeopleRoutes {
  private final SignIn signIn;
  private final Rosters rosters;
  private final FrontDoor door;

  PeopleRoutes(SignIn signIn, Rosters rosters, FrontDoor door) {
    this.signIn = signIn;
    this.rosters = rosters;
    this.door = door;
  }

  List<Route> routes() {
    return List.of(
        Route.open(HttpMethod.GET, "/door", this::door),
        Route.open(HttpMethod.POST, "/session", this::enter),
        Route.open(HttpMethod.POST, "/session/second", this::second),
        Route.user(HttpMethod.GET, "/session", this::session),
        Route.user(HttpMethod.DELETE, "/session", this::leave),
        Route.open(HttpMethod.GET, "/session/oidc", this::depart),
        Route.open(HttpMethod.GET, "/session/oidc/callback", this::arrive),
        Route.open(HttpMethod.POST, "/setup", this::setup),
        Route.open(HttpMethod.POST, "/invitation", this::accept),
        Route.open(HttpMethod.POST, "/reset", this::forgot),
        Route.open(HttpMethod.POST, "/reset/accept", this::reset),
        Route.user(HttpMethod.GET, "/me/sessions", this::sessions),
        Route.user(HttpMethod.DELETE, "/me/sessions", this::endOthers),
        Route.user(HttpMethod.DELETE, "/me/sessions/:session", this::endOne),
        Route.user(HttpMethod.PUT, "/me/password", this::password),
        Route.user(HttpMethod.POST, "/me/totp", this::offer),
        Route.user(HttpMethod.PUT, "/me/totp", this::confirm),
        Route.user(HttpMethod.DELETE, "/me/totp", this::off),
        Route.user(HttpMethod.POST, "/me/recovery", this::recovery),
        Route.staff(HttpMethod.POST, "/invitations", Act.USERS, this::invite),
        Route.staff(HttpMethod.POST, "/invitations/:user", Act.USERS, this::again),
        Route.staff(HttpMethod.GET, "/users", Act.USERS, (_, who) -> ways(who)),
        Route.staff(HttpMethod.GET, "/users/:user/sessions", Act.USERS, this::theirs),
        Route.staff(HttpMethod.DELETE, "/users/:user/sessions", Act.USERS, this::endTheirs),
        Route.staff(
            HttpMethod.DELETE, "/users/:user/sessions/:session", Act.USERS, this::endTheirs),
        Route.staff(
            HttpMethod.DELETE, "/users/:user/second-factor", Act.USERS, this::takeSecondFactor));
  }

  private static <T> T body(RoutingContext ctx, Class<T> form) {
    try {
      return Json.read(Api.body(ctx), form);
    } catch (Json.BadJson e) {
      throw new Problem(Code.BAD_REQUEST, "body: " + e.getMessage());
    }
  }

  /** A text that must be there. */
  private static String need(String field, @Nullable String text, int longest) {
    if (text == null || text.isBlank()) {
      throw new Problem(Code.BAD_REQUEST, field + " is missing");
    }
    if (text.length() > longest) {
      throw new Problem(Code.BAD_REQUEST, field + " has at most " + longest + " letters");
    }
    return text;
  }

  private static String password(@Nullable String password) {
    if (password == null) {
      throw new Problem(Code.BAD_REQUEST, "password is missing");
    }
    return password;
  }

  private static String code(@Nullable String code) {
    return need("code", code, 200);
  }

  private static String mail(@Nullable String email) {
    return need("mail address", email, 254);
  }

  private Visit visit(RoutingContext ctx) {
    String agent = ctx.request().getHeader("User-Agent");
    return new Visit(signIn.address(ctx), agent == null ? "" : agent);
  }

  private Future<Answer> door(RoutingContext ctx) {
    String asked = ctx.request().getParam("w");
    String workspace = asked == null ? rosters.first().workspace() : asked;
    ObjectNode out =
        Json.object()
            .put("workspace", workspace)
            .put("mail", door.mail())
            .put("setup", rosters.has(workspace) && Invitations.empty(rosters.of(workspace)));
    SingleSignOn single = door.single();
    if (single != null && single.serves(workspace)) {
      out.putObject("oidc").put("name", single.name());
    }
    return Future.succeededFuture(Answer.ok(out));
  }

  private record Entering(
      @Nullable String code,
      @Nullable String workspace,
      @Nullable String email,
      @Nullable String password) {}

  private Future<Answer> enter(RoutingContext ctx) {
    Entering form = body(ctx, Entering.class);
    if (form.code != null) {
      return door.doorkeeper().link(code(form.code), visit(ctx)).map(in -> in(ctx, in));
    }
    return door.doorkeeper()
        .password(form.workspace, mail(form.email), password(form.password), visit(ctx))
        .map(opened -> opened(ctx, opened));
  }

  private Answer opened(RoutingContext ctx, Opened opened) {
    return switch (opened) {
      case Opened.In in -> {
        signIn.give(ctx, in);
        yield Answer.ok(Json.object().put("signedIn", true));
      }
      case Opened.Asked asked -> Answer.ok(Json.object().put("challenge", asked.challenge()));
    };
  }

  private Answer in(RoutingContext ctx, Opened.In in) {
    signIn.give(ctx, in);
    return Answer.NOTHING;
  }

  private record Second(@Nullable String challenge, @Nullable String code) {}

  private Future<Answer> second(RoutingContext ctx) {
    Second form = body(ctx, Second.class);
    return door.doorkeeper()
        .second(need("challenge", form.challenge, 200), code(form.code), visit(ctx))
        .map(in -> in(ctx, in));
  }

  /** What somebody is told of the own sign-in, beside who it is. */
  private record Own(
      @Nullable String email,
      boolean password,
      boolean secondFactor,
      int recoveryLeft,
      boolean secondFactorDue,
      @Nullable String session) {}

  private Future<Answer> session(RoutingContext ctx, Principal.Agent who) {
    Item.User user = door.account().user(who);
    boolean required = door.account().secondFactorRequired(who);
    return door.account()
        .credentials(who)
        .map(
            credentials -> {
              boolean second = credentials.totp() != null;
              ObjectNode out = signIn.describe(who);
              out.setAll(
                  Json.object(
                      new Own(
                          user.email(),
                          credentials.password() != null,
                          second,
                          credentials.recovery().size(),
                          required && !second,
                          who.seat().session())));
              return Answer.ok(out);
            });
  }

  private Future<Answer> leave(RoutingContext ctx, Principal.Agent who) {
    signIn.forget(ctx);
    return door.doorkeeper()
        .signOut(who.workspace(), who.id(), who.seat().session(), null)
        .map(_ -> Answer.NOTHING);
  }

  // ---- the provider

  private Future<Answer> depart(RoutingContext ctx) {
    SingleSignOn single = door.single();
    if (single == null || !single.serves(ctx.request().getParam("w"))) {
      throw new Problem(Code.UNKNOWN_TOPIC, "there is no provider to sign in with");
    }
    return single
        .leave()
        .map(
            departure -> {
              signIn.lend(ctx, departure.browser());
              return redirect(ctx, departure.location());
            })
        .otherwise(e -> redirect(ctx, "/agent#problem=" + Problem.of(e).code().word()));
  }

  private Future<Answer> arrive(RoutingContext ctx) {
    SingleSignOn single = door.single();
    var query = ctx.request().params();
    String browser = signIn.lent(ctx);
    String code = query.get("code");
    String state = query.get("state");
    if (single == null || code == null || state == null) {
      return Future.succeededFuture(redirect(ctx, "/agent#problem=" + Code.OIDC_FAILED.word()));
    }
    return single
        .arrive(state, code, query.get("iss"), browser, visit(ctx))
        .map(
            in -> {
              signIn.give(ctx, in);
              return redirect(ctx, "/agent");
            })
        .otherwise(e -> redirect(ctx, "/agent#problem=" + Problem.of(e).code().word()));
  }

  private static Answer redirect(RoutingContext ctx, String location) {
    ctx.response()
        .setStatusCode(302)
        .putHeader("Location", location)
        .putHeader("Cache-Control", "no-store")
        .putHeader("Referrer-Policy", "no-referrer")
        .end();
    return Answer.DONE;
  }

  // ---- links

  private record Setup(
      @Nullable String code,
      @Nullable String name,
      @Nullable String email,
      @Nullable String password) {}

  private Future<Answer> setup(RoutingContext ctx) {
    Setup form = body(ctx, Setup.class);
    return door.invitations()
        .setup(
            code(form.code),
            need("name", form.name, 100),
            mail(form.email),
            password(form.password),
            visit(ctx))
        .map(in -> in(ctx, in));
  }

  private record Acceptance(
      @Nullable String code, @Nullable String password, @Nullable String name) {}

  private Future<Answer> accept(RoutingContext ctx) {
    Acceptance form = body(ctx, Acceptance.class);
    String name = form.name == null || form.name.isBlank() ? null : need("name", form.name, 100);
    return door.invitations()
        .accept(code(form.code), password(form.password), name, visit(ctx))
        .map(
            opened ->
                switch (opened) {
                  case Opened.In in -> in(ctx, in);
                  case Opened.Asked _ -> opened(ctx, opened);
                });
  }

  private record Forgotten(@Nullable String workspace, @Nullable String email) {}

  private Future<Answer> forgot(RoutingContext ctx) {
    Forgotten form = body(ctx, Forgotten.class);
    return door.resets()
        .ask(form.workspace, mail(form.email), visit(ctx))
        .map(new Answer(202, null));
  }

  private record Reset(@Nullable String code, @Nullable String password) {}

  private Future<Answer> reset(RoutingContext ctx) {
    Reset form = body(ctx, Reset.class);
    return door.resets().accept(code(form.code), password(form.password)).map(_ -> Answer.NOTHING);
  }

  // ---- one's own

  private Future<Answer> sessions(RoutingContext ctx, Principal.Agent who) {
    return door.doorkeeper()
        .sessions(who.workspace(), who.id())
        .map(all -> shown(all, who.seat().session()));
  }

  private static Answer shown(List<Session> sessions, @Nullable String own) {
    ObjectNode out = Json.object();
    ArrayNode list = out.putArray("sessions");
    for (Session session : sessions) {
      list.addObject()
          .put("id", session.id())
          .put("created", session.created())
          .put("seen", session.seen())
          .put("from", session.from())
          .put("agent", session.agent())
          .put("how", session.how())
          .put("this", session.id().equals(own));
    }
    return Answer.ok(out);
  }

  private Future<Answer> endOthers(RoutingContext ctx, Principal.Agent who) {
    return door.doorkeeper()
        .signOut(who.workspace(), who.id(), null, who.seat().session())
        .map(_ -> Answer.NOTHING);
  }

  private Future<Answer> endOne(RoutingContext ctx, Principal.Agent who) {
    String id = String.valueOf(ctx.pathParam("session"));
    if (id.equals(who.seat().session())) {
      signIn.forget(ctx);
    }
    return ended(door.doorkeeper().signOut(who.workspace(), who.id(), id, null));
  }

  private static Future<Answer> ended(Future<Integer> count) {
    return count.map(
        n -> {
          if (n == 0) {
            throw new Problem(Code.UNKNOWN_TOPIC, "there is no such session");
          }
          return Answer.NOTHING;
        });
  }

  private record Change(@Nullable String current, @Nullable String password) {}

  private Future<Answer> password(RoutingContext ctx, Principal.Agent who) {
    Change form = body(ctx, Change.class);
    return door.account()
        .password(who, form.current, password(form.password))
        .map(_ -> Answer.NOTHING);
  }

  private Future<Answer> offer(RoutingContext ctx, Principal.Agent who) {
    return door.account().offer(who).map(offer -> Answer.ok(Json.tree(offer)));
  }

  private Future<Answer> confirm(RoutingContext ctx, Principal.Agent who) {
    return door.account().confirm(who, code(body(ctx, Second.class).code)).map(PeopleRoutes::codes);
  }

  private static Answer codes(List<String> codes) {
    ObjectNode out = Json.object();
    out.set("recovery", Json.tree(codes));
    return Answer.ok(out);
  }

  private Future<Answer> off(RoutingContext ctx, Principal.Agent who) {
    return door.account().off(who, body(ctx, Change.class).password).map(_ -> Answer.NOTHING);
  }

  private Future<Answer> recovery(RoutingContext ctx, Principal.Agent who) {
    return door.account().recovery(who, body(ctx, Change.class).password).map(PeopleRoutes::codes);
  }

  // ---- others

  private record Invitation(
      @Nullable String email,
      @Nullable String name,
      @Nullable List<String> roles,
      @Nullable List<String> teams,
      @Nullable String language) {}

  private Future<Answer> invite(RoutingContext ctx, Principal who) {
    Invitation form = body(ctx, Invitation.class);
    return door.invitations()
        .invite(
            who,
            mail(form.email),
            need("name", form.name, 100),
            form.roles == null ? List.of() : form.roles,
            form.teams == null ? List.of() : form.teams,
            form.language)
        .map(PeopleRoutes::invited);
  }

  private Future<Answer> again(RoutingContext ctx, Principal who) {
    return door.invitations()
        .again(who, String.valueOf(ctx.pathParam("user")))
        .map(PeopleRoutes::invited);
  }

  private static Answer invited(Invitations.Invited invited) {
    ObjectNode out = Json.object();
    out.set("user", Json.tree(invited.user()));
    if (invited.link() == null) {
      out.put("sent", true);
    } else {
      out.put("link", invited.link());
    }
    return new Answer(201, out.toString());
  }

  private Future<Answer> ways(Principal who) {
    return door.invitations()
        .ways(who.workspace())
        .map(
            ways -> {
              ObjectNode out = Json.object();
              out.set("users", Json.tree(ways));
              return Answer.ok(out);
            });
  }

  private String user(RoutingContext ctx, Principal who) {
    String id = String.valueOf(ctx.pathParam("user"));
    if (rosters.of(who.workspace()).desk().edit(Item.Kind.USER, id) == null) {
      throw new Problem(Code.UNKNOWN_TOPIC, "there is no such user");
    }
    return id;
  }

  private Future<Answer> theirs(RoutingContext ctx, Principal who) {
    return door.doorkeeper().sessions(who.workspace(), user(ctx, who)).map(all -> shown(all, null));
  }

  private Future<Answer> endTheirs(RoutingContext ctx, Principal who) {
    String only = ctx.pathParam("session");
    Future<Integer> count = door.doorkeeper().signOut(who.workspace(), user(ctx, who), only, null);
    return only == null ? count.map(_ -> Answer.NOTHING) : ended(count);
  }

  private Future<Answer> takeSecondFactor(RoutingContext ctx, Principal who) {
    Item.User user = rosters.of(who.workspace()).desk().find(Item.User.class, user(ctx, who));
    if (user == null) {
      throw new Problem(Code.UNKNOWN_TOPIC, "there is no such user");
    }
    return door.account().off(who.workspace(), user).map(_ -> Answer.NOTHING);
  }
}
