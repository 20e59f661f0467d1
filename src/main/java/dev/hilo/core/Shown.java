package dev.hilo.core;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Rights;
import dev.hilo.codec.Json;
import dev.hilo.workspace.Edit;
import dev.hilo.workspace.Item;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Items as people may see them. It is built from what they may know, so nothing else can leak. */
public final class Shown {
  private Shown() {}

  /** As somebody with these rights may see it: with {@code kind} and {@code rev}; or null. */
  public static @Nullable ObjectNode of(Rights rights, Edit edit) {
    Set<Act> acts = rights.acts();
    Item item = edit.item();
    ObjectNode out =
        switch (item) {
          case Item.User u ->
              acts.contains(Act.USERS) ? whole(u) : acts.contains(Act.DESK) ? colleague(u) : null;
          case Item.Inbox i ->
              acts.contains(Act.ENDPOINTS)
                  ? whole(i)
                  : acts.contains(Act.DESK) ? named(i, i.name()) : null;
          case Item.Team _, Item.Label _, Item.Canned _, Item.Hours _, Item.View _, Item.Policy _ ->
              acts.contains(Act.DESK) ? whole(item) : null;
          case Item.Rule _ -> acts.contains(Act.TEXTS) ? whole(item) : null;
          case Item.Role _ -> acts.contains(Act.USERS) ? whole(item) : null;
          case Item.Endpoint e -> acts.contains(Act.ENDPOINTS) ? endpoint(e) : null;
          case Item.ApiKey k -> acts.contains(Act.KEYS) ? key(k) : null;
        };
    return out == null ? null : out.put("rev", edit.rev());
  }

  /** What stands now, as somebody with these rights may see it. */
  public static ArrayNode all(Rights rights, List<Edit> edits) {
    ArrayNode out = Json.array();
    for (Edit edit : edits) {
      ObjectNode shown = of(rights, edit);
      if (shown != null) {
        out.add(shown);
      }
    }
    return out;
  }

  private static ObjectNode whole(Item item) {
    return Json.object(item).put("kind", item.kind().word());
  }

  private static ObjectNode named(Item item, String name) {
    return Json.object().put("kind", item.kind().word()).put("id", item.id()).put("name", name);
  }

  private static ObjectNode colleague(Item.User user) {
    ObjectNode out = named(user, user.name());
    out.set("teams", Json.tree(user.teams()));
    return out.put("suspended", user.suspended());
  }

  private static ObjectNode endpoint(Item.Endpoint endpoint) {
    ObjectNode out = whole(endpoint);
    out.remove("vault");
    return out;
  }

  private static ObjectNode key(Item.ApiKey key) {
    ObjectNode out = whole(key);
    ArrayNode keys = out.putArray("keys");
    for (Item.KeyHash each : key.keys()) {
      ObjectNode one = keys.addObject();
      if (each.until() != null) {
        one.put("until", each.until());
      }
    }
    return out;
  }
}
