package dev.hilo.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
import dev.hilo.channel.Channel;
import dev.hilo.codec.Json;
import dev.hilo.codec.Wire;
import dev.hilo.conversation.CustomerId;
import dev.hilo.core.Accounts;
import dev.hilo.core.Actions;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.Roots;
import dev.hilo.core.Say;
import dev.hilo.core.Saying;
import dev.hilo.core.Threads;
import dev.hilo.core.Timeline;
import dev.hilo.reader.Board;
import dev.hilo.store.Blobs;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** REST under {@code /api/v1}: the same acts as the live protocol, with the same codes. */
final class ApiRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(ApiRoutes.class);
  private static final int BODY = 64 * 1024;

  private final Vertx vertx;
  private final SignIn signIn;
  private final Threads threads;
  private final Saying saying;
  private final Actions actions;
  private final Roots roots;
  private final Timeline timeline;
  private final Board board;
  private final Blobs blobs;
  private final Roster roster;
  private final Accounts accounts;

  ApiRoutes(
      Vertx vertx,
      SignIn signIn,
      Threads threads,
      Saying saying,
      Actions actions,
      Roots roots,
      Timeline timeline,
      Board board,
      Blobs blobs,
      Roster roster,
      Accounts accounts) {
    this.vertx = vertx;
    this.signIn = signIn;
    this.threads = threads;
    this.saying = saying;
    this.actions = actions;
    this.roots = roots;
    this.timeline = timeline;
    this.board = board;
    this.blobs = blobs;
    this.roster = roster;
    this.accounts = accounts;
  }

  void mount(Router router) {
    router.route("/api/v1/*").handler(BodyHandler.create(false).setBodyLimit(BODY));
    router
        .post("/api/v1/session")
        .handler(
            ctx ->
                answer(ctx, signIn.open(ctx, body(ctx).path("code").asText("")), 204, _ -> null));
    router
        .get("/api/v1/session")
        .handler(ctx -> answer(ctx, signIn.agent(ctx), 200, SignIn::describe));
    router
        .delete("/api/v1/session")
        .handler(
            ctx -> answer(ctx, signIn.agent(ctx).compose(_ -> signIn.close(ctx)), 204, _ -> null));
    router
        .post("/api/v1/ticket")
        .handler(
            ctx ->
                answer(
                    ctx,
                    signIn.agent(ctx).compose(signIn::ticket),
                    200,
                    t -> Json.object().put("ticket", t).toString()));
    router.get("/api/v1/inbox").handler(this::inbox);
    router.get("/api/v1/channels").handler(this::channels);
    router.get("/api/v1/customers/:customer").handler(this::card);
    router.get("/api/v1/customers/:customer/entries").handler(this::entries);
    router.post("/api/v1/customers/:customer/messages").handler(this::say);
    router.post("/api/v1/customers/:customer/actions/:action").handler(this::act);
    router.get("/api/v1/blobs/:workspace/:home/:hash").handler(this::blob);
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

  private static JsonNode body(RoutingContext ctx) {
    Buffer buffer = ctx.body().buffer();
    try {
      return buffer == null ? Json.object() : Json.parse(buffer.getBytes());
    } catch (Json.BadJson e) {
      throw new Problem(Code.BAD_REQUEST, "body: " + e.getMessage());
    }
  }

  private static CustomerId customer(RoutingContext ctx) {
    try {
      return CustomerId.of(String.valueOf(ctx.pathParam("customer")));
    } catch (IllegalArgumentException e) {
      throw new Problem(Code.UNKNOWN_TOPIC, "a customer id looks like main.01ABC…");
    }
  }

  private static int number(RoutingContext ctx, String name, int otherwise, int most) {
    String value = ctx.request().getParam(name);
    try {
      return value == null ? otherwise : Math.max(1, Math.min(most, Integer.parseInt(value)));
    } catch (NumberFormatException e) {
      throw new Problem(Code.BAD_REQUEST, name + " must be a number");
    }
  }

  private void inbox(RoutingContext ctx) {
    String filter = ctx.request().getParam("filter", "open");
    int limit = number(ctx, "limit", 100, 500);
    answer(
        ctx,
        signIn.staff(ctx).compose(who -> board.rows(who.author().id(), filter, limit)),
        200,
        ObjectNode::toString);
  }

  private void channels(RoutingContext ctx) {
    answer(
        ctx,
        signIn.staff(ctx),
        200,
        _ -> {
          ArrayNode all = Json.object().putArray("channels");
          for (Accounts.Opened opened : accounts.all()) {
            ObjectNode one = all.addObject().put("type", opened.type());
            one.set("capabilities", Json.tree(opened.channel().capabilities()));
            ArrayNode list = one.putArray("accounts");
            for (Channel.Account account : opened.channel().accounts()) {
              list.addObject().put("id", account.id()).put("name", account.name());
            }
          }
          return Json.object().set("channels", all).toString();
        });
  }

  private void card(RoutingContext ctx) {
    CustomerId customer = customer(ctx);
    answer(
        ctx,
        signIn.staff(ctx).compose(who -> actions.card(who, customer)),
        200,
        card -> card.path("customer").toString());
  }

  private void entries(RoutingContext ctx) {
    CustomerId customer = customer(ctx);
    String cursor = ctx.request().getParam("cursor");
    int limit = number(ctx, "limit", 50, 200);
    answer(
        ctx,
        signIn
            .staff(ctx)
            .compose(who -> threads.thread(who, Act.WATCH, customer))
            .compose(state -> timeline.page(state.customer(), cursor, limit, _ -> true)),
        200,
        page -> {
          ObjectNode out = Json.object();
          ArrayNode list = out.putArray("entries");
          for (Timeline.Item item : page.items()) {
            list.addObject()
                .put("stream", item.stream().toString())
                .put("pos", item.entry().position().toString())
                .set("event", Wire.staff(item.entry(), roster::name));
          }
          if (page.cursor() != null) {
            out.put("cursor", page.cursor());
          }
          return out.toString();
        });
  }

  private void say(RoutingContext ctx) {
    CustomerId customer = customer(ctx);
    Say say = Say.of(body(ctx));
    answer(
        ctx,
        signIn.staff(ctx).compose(who -> saying.say(who, customer, say)),
        200,
        pos -> Json.object().put("id", say.id()).put("pos", pos.toString()).toString());
  }

  private void act(RoutingContext ctx) {
    CustomerId customer = customer(ctx);
    JsonNode fields = body(ctx);
    answer(
        ctx,
        signIn
            .staff(ctx)
            .compose(
                who -> actions.act(who, customer, String.valueOf(ctx.pathParam("action")), fields)),
        200,
        ObjectNode::toString);
  }

  /**
   * A file: staff may read all of the workspace, a visitor what belongs to the homes it may see.
   */
  private void blob(RoutingContext ctx) {
    String home = ctx.pathParam("workspace") + "." + ctx.pathParam("home");
    String name =
        ctx.pathParam("workspace") + "/" + ctx.pathParam("home") + "/" + ctx.pathParam("hash");
    signIn
        .anybody(ctx)
        .compose(who -> mayRead(who, home))
        .compose(_ -> vertx.executeBlocking(() -> blobs.file(name)))
        .onSuccess(
            file -> {
              HttpServerResponse response = ctx.response();
              response
                  .putHeader("Content-Type", "application/octet-stream")
                  .putHeader("Content-Disposition", "attachment")
                  .putHeader("X-Content-Type-Options", "nosniff")
                  .putHeader("Content-Security-Policy", "default-src 'none'; sandbox")
                  .putHeader("Cache-Control", "private, max-age=3600")
                  .sendFile(file.toString())
                  .onFailure(e -> problem(ctx, e));
            })
        .onFailure(e -> problem(ctx, e));
  }

  private Future<Void> mayRead(Principal who, String home) {
    Problem no = new Problem(Code.UNKNOWN_TOPIC, "there is no such file");
    return switch (who) {
      case Principal.Agent _, Principal.Integration _ ->
          home.startsWith(who.workspace() + ".")
              ? Future.succeededFuture()
              : Future.failedFuture(no);
      case Principal.Visitor v ->
          roots
              .root(v.home())
              .compose(
                  state ->
                      state.scopes().of(v.home().toString()).contains(home)
                          ? Future.succeededFuture()
                          : Future.failedFuture(no));
    };
  }

  private interface Text<T> {
    @Nullable String of(T value);
  }

  private <T> void answer(RoutingContext ctx, Future<T> what, int status, Text<T> text) {
    what.onSuccess(
            value -> {
              String out = text.of(value);
              HttpServerResponse response =
                  ctx.response()
                      .setStatusCode(status)
                      .putHeader("Cache-Control", "no-store")
                      .putHeader("X-Content-Type-Options", "nosniff");
              if (out == null) {
                response.end();
              } else {
                response.putHeader("Content-Type", "application/json").end(out);
              }
            })
        .onFailure(e -> problem(ctx, e));
  }

  static void problem(RoutingContext ctx, Throwable e) {
    Problem p =
        e instanceof NoSuchFileException
            ? new Problem(Code.UNKNOWN_TOPIC, "there is no such file")
            : Problem.of(e);
    if (p.code() == Code.INTERNAL) {
      LOG.error("{} failed", ctx.normalizedPath(), e instanceof IOException ? null : e);
    }
    if (ctx.response().ended()) {
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
    if (p.code().temporary()) {
      response.putHeader("Retry-After", "1");
    }
    response.end(out.toString());
  }
}
