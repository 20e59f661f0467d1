package dev.hilo.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.access.Rosters;
import dev.hilo.channel.ChannelTypes;
import dev.hilo.codec.Json;
import dev.hilo.config.Field;
import dev.hilo.core.Endpoints;
import dev.hilo.core.Health;
import dev.hilo.store.Troubles;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Edit;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Endpoints as they fare, on this node and on the others, and what the types of channels want to
 * know.
 */
final class EndpointRoutes {
  private final ChannelTypes types;
  private final Endpoints endpoints;
  private final Rosters rosters;
  private final Troubles troubles;
  private final URI publicUrl;

  EndpointRoutes(
      ChannelTypes types, Endpoints endpoints, Rosters rosters, Troubles troubles, URI publicUrl) {
    this.troubles = troubles;
    this.types = types;
    this.endpoints = endpoints;
    this.rosters = rosters;
    this.publicUrl = publicUrl;
  }

  List<Route> routes() {
    return List.of(
        Route.staff(HttpMethod.GET, "/endpoints", Act.ENDPOINTS, (_, who) -> list(who)),
        Route.staff(HttpMethod.GET, "/endpoints/types", Act.ENDPOINTS, (_, _) -> types()));
  }

  private Future<Route.Answer> list(Principal who) {
    return troubles
        .all(who.workspace(), System.currentTimeMillis())
        .map(elsewhere -> listed(who, elsewhere));
  }

  private Route.Answer listed(Principal who, Map<String, Troubles.Trouble> elsewhere) {
    ObjectNode out = Json.object();
    ArrayNode all = out.putArray("endpoints");
    for (Edit edit : rosters.of(who.workspace()).desk().all()) {
      if (edit.item() instanceof Item.Endpoint endpoint) {
        ObjectNode one = all.addObject();
        endpoint(one, who.workspace(), endpoint, edit.rev().equals(Desk.FILE));
        Health.Now here = endpoints.health(who.workspace(), endpoint.id());
        Troubles.Trouble there = elsewhere.get(endpoint.id());
        health(
            one.putObject("health"),
            here.ok() && there != null ? here.troubled(there.since(), there.why()) : here);
      }
    }
    return Route.Answer.ok(out);
  }

  private void endpoint(ObjectNode out, String workspace, Item.Endpoint endpoint, boolean file) {
    out.put("id", endpoint.id())
        .put("type", endpoint.type())
        .put("name", endpoint.name())
        .put("on", endpoint.on())
        .put("file", file);
    ChannelTypes.Kind kind = types.find(endpoint.type());
    if (kind != null && kind.type().webhook()) {
      out.put("url", publicUrl + "/webhooks/" + endpoint.id());
    }
    ArrayNode accounts = out.putArray("accounts");
    endpoints
        .accounts(workspace, endpoint.id())
        .forEach(a -> accounts.addObject().put("id", a.id()).put("name", a.name()));
    if (accounts.isEmpty() && endpoint.settings().get("accounts") instanceof List<?> list) {
      for (Object one : list) {
        if (one instanceof Map<?, ?> map) {
          accounts
              .addObject()
              .put("id", String.valueOf(map.get("id")))
              .put("name", String.valueOf(map.get("name")));
        }
      }
    }
  }

  private static void health(ObjectNode out, Health.Now now) {
    out.put("ok", now.ok()).put("since", now.since());
    if (now.why() != null) {
      out.put("why", now.why());
    }
    if (now.backlog() > 0) {
      out.put("backlog", now.backlog());
    }
    time(out, "heard", now.heard());
    time(out, "sent", now.sent());
    time(out, "refused", now.refused());
  }

  private static void time(ObjectNode out, String name, @Nullable Long at) {
    if (at != null) {
      out.put(name, at);
    }
  }

  /** A type of channels; {@code webhook}: whether its platform calls us. */
  private record Type(String type, boolean webhook) {}

  private Future<Route.Answer> types() {
    ObjectNode out = Json.object();
    ArrayNode all = out.putArray("types");
    for (ChannelTypes.Kind kind : types.all()) {
      ObjectNode one = Json.object(new Type(kind.name(), kind.type().webhook()));
      all.add(one);
      fields(one, kind.fields());
    }
    return Future.succeededFuture(Route.Answer.ok(out));
  }

  private static void fields(ObjectNode out, List<Field> fields) {
    ArrayNode all = out.putArray("fields");
    for (Field field : fields) {
      boolean secrets = field.kind() == Field.Kind.SECRETS;
      ObjectNode one =
          all.addObject()
              .put("name", field.name())
              .put("kind", (secrets ? Field.Kind.LIST : field.kind()).word())
              .put("required", field.required());
      if (secrets) {
        one.put("of", Field.Kind.SECRET.word());
      }
      if (field.otherwise() != null) {
        one.set("default", Json.tree(field.otherwise()));
      }
      if (!field.choices().isEmpty()) {
        one.set("choices", Json.tree(field.choices()));
      }
      if (!field.fields().isEmpty()) {
        fields(one, field.fields());
      }
    }
  }
}
