package dev.hilo.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Principal;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.channel.ChannelTypes;
import dev.hilo.codec.Json;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.Fault;
import dev.hilo.config.InvalidConfig;
import dev.hilo.config.Parts;
import dev.hilo.config.Secret;
import dev.hilo.core.Problem.Code;
import dev.hilo.store.Tokens;
import dev.hilo.store.Vault;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Edit;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Changes endpoints: what their type does not take is refused with every fault, and secrets go to
 * the vault, each time under a name of its own, before the desk names it. For one event loop.
 */
public final class EndpointEditing {
  private final ChannelTypes types;
  private final Endpoints endpoints;
  private final Rosters rosters;
  private final Desks desks;
  private final Vault vault;

  /** {@code vault}: on the same loop. */
  public EndpointEditing(
      ChannelTypes types, Endpoints endpoints, Rosters rosters, Desks desks, Vault vault) {
    this.types = types;
    this.endpoints = endpoints;
    this.rosters = rosters;
    this.desks = desks;
    this.vault = vault;
  }

  /** A fault of the settings: where, as in {@code accounts.0.token}, and what, in a sentence. */
  private record Wrong(String path, String sentence) {}

  /** What is put, as far as it stands in the call. {@code secrets}: null takes one away. */
  private record Put(
      String id,
      String type,
      String name,
      boolean on,
      Map<String, Object> settings,
      Map<String, @Nullable String> secrets) {
    static Put of(String id, JsonNode body) {
      Map<String, @Nullable String> secrets = new LinkedHashMap<>();
      List<Wrong> wrong = new ArrayList<>();
      body.path("secrets")
          .fields()
          .forEachRemaining(
              f -> {
                JsonNode value = f.getValue();
                if (!value.isTextual() && !value.isNull()) {
                  wrong.add(new Wrong(f.getKey(), "a secret is a text, or null to take it away"));
                }
                secrets.put(f.getKey(), value.isNull() ? null : value.asText());
              });
      JsonNode settings = body.path("settings");
      if (!settings.isObject() && !settings.isMissingNode()) {
        wrong.add(new Wrong("settings", "a block of keys is expected"));
      }
      if (!wrong.isEmpty()) {
        throw refused(wrong);
      }
      return new Put(
          id,
          body.path("type").asText(),
          body.path("name").asText(),
          body.path("on").asBoolean(true),
          map(settings),
          secrets);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(JsonNode settings) {
      try {
        return settings.isObject() ? Json.read(settings, Map.class) : Map.of();
      } catch (Json.BadJson e) {
        throw new Problem(Code.BAD_REQUEST, "settings: " + e.getMessage());
      }
    }
  }

  private static Problem refused(List<Wrong> wrong) {
    ObjectNode detail = Json.object();
    ArrayNode faults = detail.putArray("faults");
    wrong.forEach(w -> faults.addObject().put("path", w.path).put("sentence", w.sentence));
    Wrong first = wrong.getFirst();
    return new Problem(
        Code.BAD_REQUEST,
        first.path.isEmpty() ? first.sentence : first.path + ": " + first.sentence,
        detail);
  }

  /**
   * Puts an endpoint in place of the one with its id; secrets that are not given stay.
   *
   * @param body as in the API, with {@code secrets} by path
   * @param rev as for {@link Desks#put}
   */
  public Future<Edit> put(Principal who, String id, JsonNode body, @Nullable String rev) {
    Put put = Put.of(id, body);
    return desks
        .load(who.workspace())
        .compose(
            loaded -> {
              Edit before = loaded.desk().edit(Item.Kind.ENDPOINT, id);
              Item.Endpoint is = loaded.desk().find(Item.Endpoint.class, id);
              boolean ofFile = before != null && before.rev().equals(Desk.FILE);
              return kept(who.workspace(), is, ofFile)
                  .compose(kept -> write(who, put, is, kept, rev));
            });
  }

  /** The secrets of an endpoint as it stands; empty where nobody can open them. */
  private Future<Map<String, String>> kept(
      String workspace, Item.@Nullable Endpoint is, boolean ofFile) {
    if (is == null) {
      return Future.succeededFuture(Map.of());
    }
    ConfigNode written = ofFile ? endpoints.inFile(workspace, is.id()) : null;
    ChannelTypes.Kind kind = types.find(is.type());
    if (written != null && kind != null) {
      Map<String, String> secrets = new LinkedHashMap<>();
      Parts.of(kind.fields(), written.tree())
          .secrets()
          .forEach((path, text) -> secrets.put(path, Secret.parse(text).value()));
      return Future.succeededFuture(secrets);
    }
    return is.vault() == null
        ? Future.succeededFuture(Map.of())
        : vault
            .find(workspace, is.vault())
            .map(
                found -> found == null ? Map.<String, String>of() : Endpoints.secrets(found.text()))
            .recover(
                e ->
                    e instanceof Vault.Unreadable
                        ? Future.succeededFuture(Map.of())
                        : Future.failedFuture(e));
  }

  private Future<Edit> write(
      Principal who,
      Put put,
      Item.@Nullable Endpoint is,
      Map<String, String> secrets,
      @Nullable String rev) {
    Parts parts = checked(put, is, secrets);
    Map<String, Object> settings = parts.open();
    String old = is == null ? null : is.vault();
    boolean none = parts.secrets().isEmpty();
    boolean same = old != null && !none && parts.secrets().equals(secrets);
    String fresh =
        none || same ? null : "endpoint/" + put.id + "/" + Tokens.random().substring(0, 12);
    String name = same ? old : fresh;
    Item.Endpoint item =
        new Item.Endpoint(put.id, put.type, put.name, put.on, settings, parts.names(), name);
    elsewhere(who.workspace(), put.id);
    return (fresh == null
            ? Future.<Void>succeededFuture()
            : vault.put(who.workspace(), fresh, Endpoints.sealed(parts.secrets())))
        .compose(
            _ ->
                desks.put(
                    who,
                    item,
                    rev,
                    (desk, _) -> {
                      Item.Endpoint stands = desk.find(Item.Endpoint.class, put.id);
                      if (!Objects.equals(stands == null ? null : stands.vault(), old)) {
                        throw new Problem(
                            Code.CHANGED_MEANWHILE, "somebody changed this meanwhile");
                      }
                      alone(desk, item);
                      return item;
                    }))
        .onSuccess(
            _ -> {
              if (old != null && !old.equals(name)) {
                vault.remove(who.workspace(), old);
              }
            })
        .onFailure(
            e -> {
              if (fresh != null && e instanceof Problem) { // else it may have been written
                vault.remove(who.workspace(), fresh);
              }
            });
  }

  /** Takes an endpoint and its secrets away. */
  public Future<Void> remove(Principal who, String id, @Nullable String rev) {
    return desks
        .load(who.workspace())
        .compose(
            loaded -> {
              Item.Endpoint is = loaded.desk().find(Item.Endpoint.class, id);
              return desks
                  .remove(who, Item.Kind.ENDPOINT, id, rev)
                  .onSuccess(
                      _ -> {
                        if (is != null && is.vault() != null) {
                          vault.remove(who.workspace(), is.vault());
                        }
                      });
            });
  }

  /** The settings taken apart, if the type takes them. */
  private Parts checked(Put put, Item.@Nullable Endpoint is, Map<String, String> secrets) {
    ChannelTypes.Kind kind = types.find(put.type);
    if (kind == null) {
      throw refused(List.of(new Wrong("type", "must be one of " + types.names())));
    }
    Parts given = Parts.of(kind.fields(), put.settings);
    List<Wrong> wrong = new ArrayList<>();
    Map<String, String> dropped = new LinkedHashMap<>();
    Map<String, String> all = new LinkedHashMap<>();
    if (is != null && is.type().equals(put.type)) {
      Parts before = new Parts(is.settings(), secrets);
      all.putAll(Parts.kept(kind.fields(), before, given.open(), dropped));
    }
    Map<String, @Nullable String> told = new LinkedHashMap<>(given.secrets());
    told.putAll(put.secrets);
    told.forEach(
        (path, text) -> {
          dropped.remove(path);
          if (!Parts.takes(kind.fields(), path)) {
            wrong.add(new Wrong(path, "there is no such secret"));
          } else if (text == null) {
            all.remove(path);
          } else if (text.startsWith("file:")) {
            wrong.add(
                new Wrong(path, "must be the secret itself; files are for the configuration"));
          } else {
            all.put(path, text);
          }
        });
    dropped.forEach(
        (path, setting) ->
            wrong.add(new Wrong(path, "must be given again, because " + setting + " changed")));
    Map<String, Object> whole = new Parts(given.open(), all).whole();
    try {
      kind.check(ConfigNode.of(whole));
    } catch (InvalidConfig e) {
      Set<String> named = dropped.keySet();
      e.faults().stream()
          .map(EndpointEditing::wrong)
          .filter(w -> !named.contains(w.path))
          .forEach(wrong::add);
    }
    if (!wrong.isEmpty()) {
      throw refused(wrong);
    }
    return Parts.of(kind.fields(), whole);
  }

  private static Wrong wrong(Fault fault) {
    String path = fault.path().replaceAll("\\[(\\d+)]", ".$1");
    return new Wrong(
        path,
        fault.value() == null
            ? fault.expected()
            : "got " + fault.value() + ", expected " + fault.expected());
  }

  /** The id is part of a public address, which is of one workspace. */
  private void elsewhere(String workspace, String id) {
    for (Roster roster : rosters.all()) {
      if (!roster.workspace().equals(workspace)
          && roster.desk().find(Item.Endpoint.class, id) != null) {
        throw new Problem(Code.BAD_REQUEST, "id: this one is taken");
      }
    }
  }

  /** No two endpoints that are on may have the same account. */
  private static void alone(Desk desk, Item.Endpoint item) {
    if (!item.on()) {
      return;
    }
    Set<String> mine = accounts(item);
    for (Item.Endpoint other : desk.all(Item.Endpoint.class)) {
      if (other.on() && !other.id().equals(item.id()) && other.type().equals(item.type())) {
        for (String account : accounts(other)) {
          if (mine.contains(account)) {
            throw refused(
                List.of(
                    new Wrong(
                        "accounts",
                        account + " belongs to the endpoint " + other.id() + " already")));
          }
        }
      }
    }
  }

  private static Set<String> accounts(Item.Endpoint endpoint) {
    Set<String> ids = new TreeSet<>();
    if (endpoint.settings().get("accounts") instanceof List<?> list) {
      list.forEach(
          one -> {
            if (one instanceof Map<?, ?> map && map.get("id") != null) {
              ids.add(String.valueOf(map.get("id")));
            }
          });
    } else if (endpoint.settings().get("account") instanceof String account) {
      ids.add(account);
    }
    return ids;
  }
}
