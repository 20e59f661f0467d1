package dev.hilo;

import dev.hilo.access.Roster;
import dev.hilo.channel.ChannelTypes;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.Parts;
import dev.hilo.conversation.CustomerId;
import dev.hilo.store.Link;
import dev.hilo.store.Streams;
import dev.hilo.store.Topology;
import dev.hilo.workspace.Desk;
import dev.hilo.workspace.Edit;
import dev.hilo.workspace.Item;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * What all workspaces keep, as a configuration file that gives the same again. Secrets are left
 * out: in their place stands the name of a file that is to hold them.
 */
final class Export {
  private static final String SECRETS = "file:/run/secrets/hilo-";
  private static final Pattern LEFT_OUT =
      Pattern.compile("(?m)^(.*" + Pattern.quote(SECRETS) + "\\S*)$");
  private static final String HEAD =
      """
      # What the workspaces keep: the first content of a gateway that starts with this file. Its own
      # settings (http, redis, data, limits ...) are not in here.
      """;

  private final ChannelTypes types;

  Export(ChannelTypes types) {
    this.types = types;
  }

  /** Reads every workspace's desk from the store. Blocks. */
  static String of(GatewayConfig config, URI redis) throws Exception {
    Vertx vertx = Vertx.vertx();
    Context context = vertx.getOrCreateContext();
    ChannelTypes types = new ChannelTypes();
    try {
      Topology topology = Topology.of(vertx, context, redis);
      Streams streams = new Streams(new Link(context, topology));
      Map<String, Desk> desks = new LinkedHashMap<>();
      Map<String, FirstContent> file = new LinkedHashMap<>();
      for (GatewayConfig.Workspace workspace : config.workspaces()) {
        FirstContent first = FirstContent.of(workspace, types);
        Map<String, Edit> edits =
            streams
                .load(CustomerId.desk(workspace.name()))
                .await(30, TimeUnit.SECONDS)
                .state()
                .edits();
        desks.put(workspace.name(), new Roster(workspace.name(), first.items()).with(edits));
        file.put(workspace.name(), first);
      }
      return new Export(types).yaml(desks, file);
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }

  /** {@code desks}: by workspace, the first one first; {@code file}: what the file says of each. */
  String yaml(Map<String, Desk> desks, Map<String, FirstContent> file) {
    Map<String, Object> out = new LinkedHashMap<>();
    List<Object> more = new ArrayList<>();
    desks.forEach(
        (name, desk) -> {
          Map<String, ConfigNode> blocks = file.containsKey(name) ? blocks(file, name) : Map.of();
          if (out.isEmpty()) {
            out.put("workspace", name);
            desk(out, name, desk, blocks);
          } else {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", name);
            desk(one, name, desk, blocks);
            more.add(one);
          }
        });
    if (!more.isEmpty()) {
      out.put("more-workspaces", more);
    }
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setAllowUnicode(true);
    options.setSplitLines(false);
    options.setIndent(2);
    return HEAD
        + "\n"
        + LEFT_OUT
            .matcher(new Yaml(options).dump(out))
            .replaceAll("$1 # to be put there: not exported");
  }

  private static Map<String, ConfigNode> blocks(Map<String, FirstContent> file, String name) {
    FirstContent first = file.get(name);
    return first == null ? Map.of() : first.blocks();
  }

  private void desk(
      Map<String, Object> out, String workspace, Desk desk, Map<String, ConfigNode> blocks) {
    Map<Item.Kind, List<Object>> lists = new LinkedHashMap<>();
    for (Edit edit : desk.all()) {
      Item item = edit.item();
      Map<String, Object> plain =
          switch (item) {
            case Item.Inbox i -> renamed(i, "id", "key");
            case Item.ApiKey k -> key(k);
            case Item.Endpoint e ->
                endpoint(workspace, e, edit.rev().equals(Desk.FILE) ? blocks.get(e.id()) : null);
            case Item.Policy p -> {
              Map<String, Object> policy = plain(p);
              policy.remove("id");
              out.put("policy", policy);
              yield Map.of();
            }
            case Item.User _,
                Item.Team _,
                Item.Role _,
                Item.Label _,
                Item.Canned _,
                Item.Hours _,
                Item.View _,
                Item.Rule _ ->
                plain((Record) item);
          };
      if (!plain.isEmpty()) {
        lists.computeIfAbsent(item.kind(), _ -> new ArrayList<>()).add(plain);
      }
    }
    lists.forEach((kind, items) -> out.put(list(kind), items));
  }

  private static String list(Item.Kind kind) {
    return switch (kind) {
      case USER -> "users";
      case TEAM -> "teams";
      case ROLE -> "roles";
      case LABEL -> "labels";
      case CANNED -> "canned-answers";
      case HOURS -> "office-hours";
      case VIEW -> "views";
      case RULE -> "rules";
      case INBOX -> "inboxes";
      case ENDPOINT -> "channels";
      case APIKEY -> "api-keys";
      case POLICY -> "policy";
    };
  }

  /** A record as the configuration writes it; what is null is left out. */
  private static Map<String, Object> plain(Record record) {
    Map<String, Object> out = new LinkedHashMap<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      try {
        Object value = component.getAccessor().invoke(record);
        if (value != null) {
          String name = component.getName().replaceAll("([a-z])([A-Z])", "$1-$2");
          out.put(name.toLowerCase(Locale.ROOT), value(value));
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return out;
  }

  private static Object value(Object value) {
    return switch (value) {
      case Record record -> plain(record);
      case List<?> list -> {
        List<Object> copy = new ArrayList<>(); // one that is met twice would become an alias
        list.forEach(each -> copy.add(value(each)));
        yield copy;
      }
      default -> value;
    };
  }

  private static Map<String, Object> renamed(Record record, String from, String to) {
    Map<String, Object> out = new LinkedHashMap<>();
    plain(record).forEach((name, value) -> out.put(name.equals(from) ? to : name, value));
    return out;
  }

  private static Map<String, Object> key(Item.ApiKey key) {
    Map<String, Object> out = plain(key);
    out.remove("keys");
    List<Item.KeyHash> keys = key.keys();
    if (keys.size() == 1 && keys.getFirst().until() == null) {
      out.put("hash", keys.getFirst().hash());
    } else {
      List<Object> hashes = new ArrayList<>();
      for (Item.KeyHash each : keys) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("hash", each.hash());
        time(one, "until", each.until());
        hashes.add(one);
      }
      out.put("hashes", hashes);
    }
    out.remove("expires");
    time(out, "expires", key.expires());
    return out;
  }

  private static void time(Map<String, Object> out, String name, @Nullable Long millis) {
    if (millis != null) {
      out.put(name, Instant.ofEpochMilli(millis).toString());
    }
  }

  /** {@code written}: as it stands in the file, if nobody edited it since. */
  private Map<String, Object> endpoint(
      String workspace, Item.Endpoint endpoint, @Nullable ConfigNode written) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("type", endpoint.type());
    out.put("endpoint", endpoint.id());
    out.put("display-name", endpoint.name());
    out.put("on", endpoint.on());
    ChannelTypes.Kind kind = types.find(endpoint.type());
    Map<String, String> before =
        written == null || kind == null
            ? Map.of()
            : Parts.of(kind.fields(), written.tree()).secrets();
    Map<String, String> secrets = new LinkedHashMap<>();
    for (String path : endpoint.secrets()) {
      String is = before.getOrDefault(path, "");
      String named = SECRETS + workspace + "-" + endpoint.id() + "-" + path.replace('.', '-');
      secrets.put(path, is.startsWith("file:") ? is : named);
    }
    out.putAll(new Parts(endpoint.settings(), secrets).whole());
    return out;
  }
}
