package dev.hilo.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions;
import dev.hilo.access.Principal;
import dev.hilo.codec.Json;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.Trail;
import dev.hilo.people.OwnAccount;
import dev.hilo.store.Blobs;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * REST under {@code /api/v1}: finds out who calls, asks the table of rights, writes down what staff
 * ask for, answers. What can be called is in the lists of {@link Route}s.
 */
final class Api {
  private static final Logger LOG = LoggerFactory.getLogger(Api.class);
  private static final int BODY = 64 * 1024;
  private static final String ROOT = "/api/v1";

  private final SignIn signIn;
  private final Permissions permissions;
  private final Trail trail;
  private final Pace pace;
  private final OwnAccount accounts;
  private final List<Route> routes;

  Api(
      SignIn signIn,
      Permissions permissions,
      Trail trail,
      Pace pace,
      OwnAccount accounts,
      List<Route> routes) {
    this.signIn = signIn;
    this.accounts = accounts;
    this.pace = pace;
    this.permissions = permissions;
    this.trail = trail;
    this.routes = routes;
  }

  void mount(Router router) {
    for (Route route : routes) {
      if (route.raw()) {
        router.route(route.method(), ROOT + route.path()).handler(ctx -> take(ctx, route));
      }
    }
    router.route(ROOT + "/*").handler(BodyHandler.create(false).setBodyLimit(BODY));
    for (Route route : routes) {
      router.route(route.method(), ROOT + route.path()).handler(ctx -> call(ctx, route));
    }
    router
        .get(ROOT + "/openapi.json")
        .handler(ctx -> answer(ctx, new Route.Answer(200, OpenApi.of(routes).toString())));
    router
        .route("/api/*")
        .last()
        .handler(ctx -> problem(ctx, new Problem(Code.UNKNOWN_TOPIC, "there is no such resource")));
    router.route("/api/*").failureHandler(this::failed);
  }

  private void failed(RoutingContext ctx) {
    if (ctx.statusCode() == 413) {
      problem(ctx, new Problem(Code.TOO_LARGE, "a body has at most " + BODY + " bytes"));
    } else {
      problem(
          ctx,
          ctx.failure() == null
              ? new Problem(Code.BAD_REQUEST, "not a call of this API")
              : ctx.failure());
    }
  }

  /** Holds the body back until it is known who sends it; what nobody wants is thrown away. */
  private void take(RoutingContext ctx, Route route) {
    HttpServerRequest request = ctx.request();
    request.pause();
    ctx.addEndHandler(
        _ -> {
          if (!request.isEnded()) {
            long[] size = {0};
            request.handler(
                part -> {
                  size[0] += part.length();
                  if (size[0] > Blobs.MOST) {
                    request.connection().close();
                  }
                });
            request.resume();
          }
        });
    call(ctx, route);
  }

  private void call(RoutingContext ctx, Route route) {
    Future.succeededFuture(route.right())
        .compose(right -> who(ctx, right))
        .compose(
            who ->
                (route.right() instanceof Route.Right.Open
                        ? Future.<Void>succeededFuture()
                        : pace.admit(ctx, who, route.says()))
                    .compose(_ -> whole(route, who))
                    .compose(_ -> allowed(ctx, route, who))
                    .compose(_ -> route.call().of(ctx, who)))
        .onSuccess(answer -> answer(ctx, answer))
        .onFailure(e -> problem(ctx, e));
  }

  private Future<? extends Principal> who(RoutingContext ctx, Route.Right right) {
    return switch (right) {
      case Route.Right.Open _ -> {
        if (!ctx.request().method().equals(HttpMethod.GET)) {
          signIn.own(ctx);
        }
        yield Future.succeededFuture(Route.NOBODY);
      }
      case Route.Right.User _ -> signIn.agent(ctx);
      case Route.Right.Staff _, Route.Right.OnItem _, Route.Right.OnThread _ -> signIn.staff(ctx);
      case Route.Right.Anybody _ -> signIn.anybody(ctx);
    };
  }

  /** Where a second factor is asked for, somebody without one can only set it up, or leave. */
  private Future<Void> whole(Route route, Principal who) {
    boolean own = route.path().startsWith("/me/") || route.path().equals("/session");
    return own || !(who instanceof Principal.Agent a)
        ? Future.succeededFuture()
        : accounts
            .lacksSecondFactor(a)
            .compose(
                lacks ->
                    lacks
                        ? Future.failedFuture(
                            new Problem(Code.SECOND_FACTOR_DUE, "set up your second factor first"))
                        : Future.succeededFuture());
  }

  private Future<Void> allowed(RoutingContext ctx, Route route, Principal who) {
    Permissions.Act act =
        switch (route.right()) {
          case Route.Right.Staff(Permissions.Act a) -> a;
          case Route.Right.OnItem _ -> Permissions.toChange(DeskRoutes.kind(ctx));
          case Route.Right.Open _,
              Route.Right.User _,
              Route.Right.OnThread _,
              Route.Right.Anybody _ ->
              null;
        };
    if (act == null) {
      return Future.succeededFuture();
    }
    String what = what(ctx);
    if (!permissions.may(who, act)) {
      trail.refused(who, act.word(), null, what);
      return Future.failedFuture(
          new Problem(Code.FORBIDDEN, "this takes the right to " + act.word()));
    }
    return route.method().equals(HttpMethod.GET)
        ? trail.saw(who, act.word(), null, what)
        : trail.did(who, act.word(), null, what);
  }

  /** The call for the trail: where in a list somebody looks makes no other call. */
  private static String what(RoutingContext ctx) {
    StringBuilder what = new StringBuilder(ctx.request().method().name());
    what.append(' ').append(ctx.normalizedPath(), ROOT.length(), ctx.normalizedPath().length());
    char before = '?';
    for (Map.Entry<String, String> each : ctx.queryParams()) {
      if (!each.getKey().equals("cursor")) {
        what.append(before).append(each.getKey()).append('=').append(each.getValue());
        before = '&';
      }
    }
    return what.toString();
  }

  /** The body as JSON; an object without fields if there is none. */
  static JsonNode body(RoutingContext ctx) {
    Buffer buffer = ctx.body().buffer();
    try {
      JsonNode body =
          buffer == null || buffer.length() == 0 ? Json.object() : Json.parse(buffer.getBytes());
      if (!body.isObject()) {
        throw new Problem(Code.BAD_REQUEST, "body: a JSON object is wanted");
      }
      return body;
    } catch (Json.BadJson e) {
      throw new Problem(Code.BAD_REQUEST, "body: " + e.getMessage());
    }
  }

  /** A number of the query, from 1 to {@code most}. */
  static int number(RoutingContext ctx, String name, int otherwise, int most) {
    String value = ctx.request().getParam(name);
    try {
      return value == null ? otherwise : Math.max(1, Math.min(most, Integer.parseInt(value)));
    } catch (NumberFormatException e) {
      throw new Problem(Code.BAD_REQUEST, name + " must be a number");
    }
  }

  private static void answer(RoutingContext ctx, Route.Answer answer) {
    if (answer.status() == 0) {
      return;
    }
    HttpServerResponse response =
        ctx.response()
            .setStatusCode(answer.status())
            .putHeader("Cache-Control", "no-store")
            .putHeader("X-Content-Type-Options", "nosniff");
    if (answer.json() == null) {
      response.end();
    } else {
      response.putHeader("Content-Type", "application/json").end(answer.json());
    }
  }

  static void problem(RoutingContext ctx, Throwable e) {
    Problem p =
        e instanceof NoSuchFileException
            ? new Problem(Code.UNKNOWN_TOPIC, "there is no such file")
            : Problem.of(e);
    if (p.code() == Code.INTERNAL) {
      LOG.error("{} failed", ctx.normalizedPath(), e instanceof IOException ? null : e);
    }
    if (ctx.response().ended() || ctx.response().headWritten()) {
      return;
    }
    ObjectNode out =
        Json.object()
            .put("type", "about:blank")
            .put("title", p.title())
            .put("status", p.code().status())
            .put("code", p.code().word())
            .put("temporary", p.code().temporary());
    if (p.detail() != null) {
      out.set("detail", p.detail());
    }
    HttpServerResponse response =
        ctx.response()
            .setStatusCode(p.code().status())
            .putHeader("Content-Type", "application/problem+json")
            .putHeader("Cache-Control", "no-store")
            .putHeader("X-Content-Type-Options", "nosniff");
    if (p.detail() != null && p.detail().has("retryAfter")) {
      response.putHeader("Retry-After", p.detail().path("retryAfter").asText());
    } else if (p.code().temporary() && !response.headers().contains("Retry-After")) {
      response.putHeader("Retry-After", "1");
    }
    response.end(out.toString());
  }
}
