package dev.hilo;

import dev.hilo.channel.ChannelTypes;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.Fault;
import dev.hilo.config.InvalidConfig;
import dev.hilo.config.Parts;
import dev.hilo.workspace.Item;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration file says of one workspace, as items of its desk.
 *
 * @param blocks the settings of its endpoints by their ids, secrets and all
 */
record FirstContent(List<Item> items, Map<String, ConfigNode> blocks) {
  private static final int LONGEST_ID = 64;

  /** Blocks of a type that is not known are left out: {@link #check} tells of them. */
  static FirstContent of(GatewayConfig.Workspace workspace, ChannelTypes types) {
    List<Item> items = new ArrayList<>();
    workspace.inboxes().forEach(i -> items.add(i.item()));
    workspace.users().forEach(u -> items.add(u.item()));
    workspace.teams().forEach(t -> items.add(new Item.Team(t.id(), t.name(), t.inboxes())));
    items.addAll(workspace.roles());
    items.addAll(workspace.labels());
    items.addAll(workspace.cannedAnswers());
    items.addAll(workspace.officeHours());
    items.addAll(workspace.views());
    items.addAll(workspace.rules());
    workspace.apiKeys().forEach(k -> items.add(k.item()));
    if (workspace.policy() != null) {
      items.add(workspace.policy().item());
    }
    Map<String, ConfigNode> blocks = new LinkedHashMap<>();
    Set<String> ids =
        workspace.channels().stream()
            .map(GatewayConfig.ChannelBlock::endpoint)
            .filter(Objects::nonNull)
            .collect(Collectors.toCollection(HashSet::new));
    for (GatewayConfig.ChannelBlock block : workspace.channels()) {
      ChannelTypes.Kind kind = types.find(block.type());
      if (kind != null) {
        Parts parts = Parts.of(kind.fields(), block.settings().tree());
        Account first = Account.first(parts.open());
        String id = block.endpoint() != null ? block.endpoint() : id(block.type(), first, ids);
        String name = block.displayName();
        items.add(
            new Item.Endpoint(
                id,
                block.type(),
                name != null ? name : first.name == null ? id : first.name,
                block.on(),
                parts.open(),
                parts.names(),
                null));
        blocks.put(id, block.settings());
      }
    }
    return new FirstContent(items, blocks);
  }

  /** The first account of a block. */
  private record Account(String id, @Nullable String name) {
    static Account first(Map<String, Object> settings) {
      Map<?, ?> one =
          settings.get("accounts") instanceof List<?> list
                  && !list.isEmpty()
                  && list.getFirst() instanceof Map<?, ?> map
              ? map
              : settings;
      Object id = one.containsKey("id") ? one.get("id") : one.get("account");
      Object name = one.get("name");
      return new Account(
          id == null ? "" : id.toString(), name == null ? null : cut(name.toString(), 100));
    }
  }

  private static String cut(String text, int longest) {
    return text.length() > longest ? text.substring(0, longest) : text;
  }

  /** An id that stays the same as long as the block's first account does. */
  private static String id(String type, Account first, Set<String> taken) {
    String base =
        cut(
            (type + "-" + first.id)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("-$", ""),
            LONGEST_ID - 4);
    String id = base;
    for (int n = 2; !taken.add(id); n++) {
      id = base + "-" + n;
    }
    return id;
  }

  /**
   * Checks the settings of blocks without opening them.
   *
   * @throws InvalidConfig with every fault of all of them
   */
  static void check(List<GatewayConfig.ChannelBlock> blocks, ChannelTypes types) {
    List<Fault> faults = new ArrayList<>();
    for (GatewayConfig.ChannelBlock block : blocks) {
      ChannelTypes.Kind kind = types.find(block.type());
      if (kind == null) {
        String path = block.settings().path() + ".type";
        faults.add(new Fault(path, "", block.type(), "one of " + types.names()));
        continue;
      }
      try {
        kind.check(block.settings());
      } catch (InvalidConfig e) {
        faults.addAll(e.faults());
      }
    }
    if (!faults.isEmpty()) {
      throw new InvalidConfig(faults);
    }
  }

  /** A time as {@code 2026-12-25T10:00:00Z}, in ms. */
  static @Nullable Long millis(@Nullable String time) {
    return time == null ? null : (Long) Instant.parse(time).toEpochMilli();
  }
}
