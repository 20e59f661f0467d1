package dev.hilo.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.access.Rights;
import dev.hilo.access.Rosters;
import dev.hilo.codec.Json;
import dev.hilo.core.Desks;
import dev.hilo.core.EndpointEditing;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.Shown;
import dev.hilo.people.Doorkeeper;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Edit;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a workspace keeps, item by item. */
final class DeskRoutes {
  private final Rosters rosters;
  private final Desks desks;
  private final Doorkeeper doorkeeper;
  private final EndpointEditing endpoints;

  DeskRoutes(Rosters rosters, Desks desks, Doorkeeper doorkeeper, EndpointEditing endpoints) {
    this.endpoints = endpoints;
    this.rosters = rosters;
    this.desks = desks;
    this.doorkeeper = doorkeeper;
  }

  List<Route> routes() {
    return List.of(
        Route.staff(HttpMethod.GET, "/desk", Act.DESK, (_, who) -> list(who, null)),
        Route.staff(HttpMethod.GET, "/desk/:kind", Act.DESK, (ctx, who) -> list(who, kind(ctx))),
        Route.staff(HttpMethod.GET, "/desk/:kind/:id", Act.DESK, this::one),
        Route.item(HttpMethod.PUT, "/desk/:kind/:id", this::put),
        Route.item(HttpMethod.DELETE, "/desk/:kind/:id", this::remove),
        Route.staff(HttpMethod.GET, "/desk/:kind/:id/history", Act.DESK, this::history),
        Route.staff(HttpMethod.GET, "/roles", Act.USERS, (_, who) -> roles(who)));
  }

  static Item.Kind kind(RoutingContext ctx) {
    Item.Kind kind = Item.Kind.of(String.valueOf(ctx.pathParam("kind")));
    if (kind == null) {
      throw new Problem(Code.UNKNOWN_TOPIC, "there are no items of this kind");
    }
    return kind;
  }

  private static String id(RoutingContext ctx) {
    return String.valueOf(ctx.pathParam("id"));
  }

  private Desk desk(Principal who) {
    return rosters.of(who.workspace()).desk();
  }

  private Future<Route.Answer> list(Principal who, Item.@Nullable Kind kind) {
    List<Edit> edits =
        desk(who).all().stream().filter(e -> kind == null || e.item().kind() == kind).toList();
    ObjectNode out = Json.object();
    out.set("items", Shown.all(rosters.rights(who), edits));
    return Future.succeededFuture(Route.Answer.ok(out));
  }

  private Future<Route.Answer> one(RoutingContext ctx, Principal who) {
    Edit edit = desk(who).edit(kind(ctx), id(ctx));
    ObjectNode shown = edit == null || edit.gone() ? null : Shown.of(rosters.rights(who), edit);
    return shown == null
        ? Future.failedFuture(missing())
        : Future.succeededFuture(Route.Answer.ok(shown));
  }

  private static Problem missing() {
    return new Problem(Code.UNKNOWN_TOPIC, "there is no such item");
  }

  /** The revision that is asked for: null = whatever, empty = that there is none. */
  static @Nullable String rev(RoutingContext ctx) {
    if ("*".equals(ctx.request().getHeader("If-None-Match"))) {
      return "";
    }
    String rev = ctx.request().getHeader("If-Match");
    return rev == null ? null : rev.replace("\"", "").strip();
  }

  private Future<Route.Answer> put(RoutingContext ctx, Principal who) {
    Item.Kind kind = kind(ctx);
    if (kind == Item.Kind.APIKEY) {
      throw new Problem(Code.BAD_REQUEST, "a key is made and changed under /keys");
    }
    Rights rights = rosters.rights(who);
    Future<Edit> put =
        kind == Item.Kind.ENDPOINT
            ? endpoints.put(who, id(ctx), Api.body(ctx), rev(ctx))
            : desks.put(who, item(ctx, kind), rev(ctx));
    return put.map(
        edit -> {
          ObjectNode shown = Shown.of(rights, edit);
          return shown == null ? Route.Answer.NOTHING : Route.Answer.ok(shown);
        });
  }

  private static Item item(RoutingContext ctx, Item.Kind kind) {
    ObjectNode body = Json.object();
    Api.body(ctx).fields().forEachRemaining(f -> body.set(f.getKey(), f.getValue()));
    body.put("kind", kind.word()).put("id", id(ctx));
    try {
      return Json.read(body, Item.class);
    } catch (Json.BadJson e) {
      throw new Problem(Code.BAD_REQUEST, "body: " + e.getMessage());
    }
  }

  private Future<Route.Answer> remove(RoutingContext ctx, Principal who) {
    Item.Kind kind = kind(ctx);
    Future<Void> removed =
        kind == Item.Kind.ENDPOINT
            ? endpoints.remove(who, id(ctx), rev(ctx))
            : desks.remove(who, kind, id(ctx), rev(ctx));
    return removed
        .compose(
            _ ->
                kind == Item.Kind.USER
                    ? doorkeeper.forget(who.workspace(), id(ctx))
                    : Future.succeededFuture())
        .map(_ -> Route.Answer.NOTHING);
  }

  private Future<Route.Answer> history(RoutingContext ctx, Principal who) {
    Item.Kind kind = kind(ctx);
    Rights rights = rosters.rights(who);
    return desks
        .history(who.workspace(), kind, id(ctx))
        .map(
            all -> {
              ObjectNode out = Json.object();
              ArrayNode changes = out.putArray("changes");
              all.forEach(done -> change(changes, done, rights));
              return Route.Answer.ok(out);
            });
  }

  private static void change(ArrayNode out, Desks.Done done, Rights rights) {
    ObjectNode shown = Shown.of(rights, done.edit());
    if (shown != null) {
      ObjectNode one =
          out.addObject().put("at", done.header().rx()).put("by", done.header().by().toString());
      if (done.edit().gone()) {
        one.put("gone", true);
      }
      one.set("item", shown);
    }
  }

  private Future<Route.Answer> roles(Principal who) {
    ObjectNode out = Json.object();
    ArrayNode roles = out.putArray("roles");
    Permissions.ROLES.forEach((id, acts) -> role(roles.addObject().put("id", id), acts, true));
    for (Item.Role own : desk(who).all(Item.Role.class)) {
      ObjectNode role = roles.addObject().put("id", own.id()).put("name", own.name());
      role.put("builtIn", false).set("acts", Json.tree(own.acts()));
    }
    ArrayNode acts = out.putArray("acts");
    for (Act act : Act.values()) {
      acts.add(act.word());
    }
    return Future.succeededFuture(Route.Answer.ok(out));
  }

  private static void role(ObjectNode out, Set<Act> acts, boolean builtIn) {
    out.put("builtIn", builtIn);
    ArrayNode words = out.putArray("acts");
    acts.forEach(act -> words.add(act.word()));
  }
}
