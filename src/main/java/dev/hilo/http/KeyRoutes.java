package dev.hilo.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.access.Rosters;
import dev.hilo.codec.Json;
import dev.hilo.core.Desks;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.Shown;
import dev.hilo.store.Tokens;
import dev.hilo.store.Usage;
import dev.hilo.workspace.Edit;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * API keys. A key is shown once, when it is made; what is kept is its hash. They are taken away as
 * all items are, under {@code /desk/apikey}.
 */
final class KeyRoutes {
  /** So that those who look for leaked secrets know ours. */
  private static final String PREFIX = "hilo_";

  private static final long LONGEST_OVERLAP = Duration.ofDays(30).toSeconds();
  private static final int MOST_AT_ONCE = 5;
  private static final Set<String> NOT_SET_SO = Set.of("id", "kind", "keys", "rev", "lastUsed");

  private final Rosters rosters;
  private final Desks desks;
  private final Usage usage;
  private final Clock clock;

  KeyRoutes(Rosters rosters, Desks desks, Usage usage, Clock clock) {
    this.rosters = rosters;
    this.desks = desks;
    this.usage = usage;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.staff(HttpMethod.GET, "/keys", Act.KEYS, (_, who) -> list(who)),
        Route.staff(HttpMethod.POST, "/keys/:id", Act.KEYS, this::make),
        Route.staff(HttpMethod.PUT, "/keys/:id", Act.KEYS, this::change),
        Route.staff(HttpMethod.POST, "/keys/:id/rotate", Act.KEYS, this::rotate));
  }

  private Future<Route.Answer> list(Principal who) {
    return usage
        .lastUse(who.workspace())
        .map(
            last -> {
              ObjectNode out = Json.object();
              ArrayNode keys = out.putArray("keys");
              for (Edit edit : rosters.of(who.workspace()).desk().all()) {
                if (edit.item() instanceof Item.ApiKey key) {
                  ObjectNode one = shown(who, edit);
                  Long used = last.get(key.id());
                  if (used != null) {
                    one.put("lastUsed", used);
                  }
                  keys.add(one);
                }
              }
              return Route.Answer.ok(out);
            });
  }

  private ObjectNode shown(Principal who, Edit edit) {
    ObjectNode shown = Shown.of(rosters.rights(who), edit);
    if (shown == null) {
      throw new Problem(Code.FORBIDDEN, "this is not yours to see any more");
    }
    return shown;
  }

  private static String id(RoutingContext ctx) {
    return String.valueOf(ctx.pathParam("id"));
  }

  /** What the body says of the key, with these hashes. */
  private Item.ApiKey read(RoutingContext ctx, List<Item.KeyHash> hashes) {
    ObjectNode body = Json.object().put("role", "integration");
    body.put("requests", Item.ApiKey.REQUESTS).put("messages", Item.ApiKey.MESSAGES);
    body.putArray("acts");
    body.putArray("teams");
    for (Map.Entry<String, JsonNode> field : Api.body(ctx).properties()) {
      if (!NOT_SET_SO.contains(field.getKey())) {
        body.set(field.getKey(), field.getValue());
      }
    }
    body.put("kind", Item.Kind.APIKEY.word()).put("id", id(ctx));
    body.set("keys", Json.tree(hashes));
    try {
      if (!(Json.read(body, Item.class) instanceof Item.ApiKey key)) {
        throw new IllegalStateException("of another kind than it says");
      }
      String fault = fault(key);
      if (fault != null) {
        throw new Problem(Code.BAD_REQUEST, fault);
      }
      return key;
    } catch (Json.BadJson e) {
      throw new Problem(Code.BAD_REQUEST, "body: " + e.getMessage());
    }
  }

  private static @Nullable String fault(Item.ApiKey key) {
    Set<Act> able = Permissions.ROLES.getOrDefault(key.role(), Set.of());
    for (String word : key.acts()) {
      Act act = Act.of(word);
      if (act != null && !able.contains(act)) {
        return "acts: the role " + key.role() + " may not " + word;
      }
    }
    return null;
  }

  private Future<Route.Answer> make(RoutingContext ctx, Principal who) {
    String key = PREFIX + Tokens.random();
    Item.ApiKey item = read(ctx, List.of(new Item.KeyHash(Tokens.hash(key), null)));
    if (item.expires() != null && item.expires() <= clock.millis()) {
      throw new Problem(Code.BAD_REQUEST, "expires must be in the future");
    }
    return usage
        .forget(who.workspace(), item.id())
        .compose(
            _ ->
                desks.change(
                    who,
                    Item.Kind.APIKEY,
                    item.id(),
                    (_, before) -> {
                      if (before != null && !before.gone()) {
                        throw new Problem(
                            Code.ALREADY_THERE, "there is a key of this id; it can be rotated");
                      }
                      return item;
                    }))
        .map(edit -> new Route.Answer(201, given(who, edit, key)));
  }

  /** The only time that anybody sees the key. */
  private String given(Principal who, Edit edit, String key) {
    ObjectNode out = Json.object();
    out.set("item", shown(who, edit));
    return out.put("key", key).toString();
  }

  /** Everything but the key itself. */
  private Future<Route.Answer> change(RoutingContext ctx, Principal who) {
    String rev = DeskRoutes.rev(ctx);
    read(ctx, List.of()); // faults are told whether there is such a key or not
    return stand(
            who,
            id(ctx),
            (edit, before) -> {
              Desks.matches(edit, rev);
              return read(ctx, before.keys());
            })
        .map(edit -> Route.Answer.ok(shown(who, edit)));
  }

  /** Changes a key that is there. */
  private Future<Edit> stand(
      Principal who, String id, BiFunction<Edit, Item.ApiKey, Item.ApiKey> change) {
    return desks.change(
        who,
        Item.Kind.APIKEY,
        id,
        (_, edit) -> {
          if (edit == null || edit.gone() || !(edit.item() instanceof Item.ApiKey before)) {
            throw new Problem(Code.UNKNOWN_TOPIC, "there is no such key");
          }
          return change.apply(edit, before);
        });
  }

  private Future<Route.Answer> rotate(RoutingContext ctx, Principal who) {
    JsonNode overlap = Api.body(ctx).path("overlap");
    if (!overlap.isMissingNode() && !overlap.isIntegralNumber()
        || overlap.asLong() < 0
        || overlap.asLong() > LONGEST_OVERLAP) {
      throw new Problem(Code.BAD_REQUEST, "overlap must be 0 to " + LONGEST_OVERLAP + " seconds");
    }
    String key = PREFIX + Tokens.random();
    String hash = Tokens.hash(key);
    return stand(
            who,
            id(ctx),
            (_, before) -> {
              List<Item.KeyHash> hashes = still(before.keys(), overlap.asLong());
              hashes.add(new Item.KeyHash(hash, null));
              if (hashes.size() > MOST_AT_ONCE) {
                throw new Problem(
                    Code.REFUSED,
                    "there are " + MOST_AT_ONCE + " keys already: wait for one to end, or use 0");
              }
              return with(before, hashes);
            })
        .map(edit -> new Route.Answer(200, given(who, edit, key)));
  }

  /** Those that are good for a while still; none of them longer than it was. */
  private List<Item.KeyHash> still(List<Item.KeyHash> keys, long seconds) {
    long now = clock.millis();
    long end = now + seconds * 1000;
    List<Item.KeyHash> still = new ArrayList<>();
    for (Item.KeyHash each : keys) {
      long until = each.until() == null ? end : Math.min(each.until(), end);
      if (until > now) {
        still.add(new Item.KeyHash(each.hash(), until));
      }
    }
    return still;
  }

  private static Item.ApiKey with(Item.ApiKey key, List<Item.KeyHash> hashes) {
    return new Item.ApiKey(
        key.id(),
        key.name(),
        key.role(),
        key.acts(),
        key.teams(),
        List.copyOf(hashes),
        key.expires(),
        key.requests(),
        key.messages());
  }
}
