package dev.hilo.workspace;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that a workspace keeps, at one time: what the configuration file says, where nobody has
 * edited it since, and every edit. Immutable.
 */
public final class Desk {
  /** The revision of what stands in the configuration file and was never edited. */
  public static final String FILE = "file";

  private final Map<Item.Kind, Map<String, Edit>> kinds = new EnumMap<>(Item.Kind.class);

  /** {@code edits}: by {@link #key}. */
  public Desk(Collection<Item> file, Map<String, Edit> edits) {
    for (Item.Kind kind : Item.Kind.values()) {
      kinds.put(kind, new TreeMap<>());
    }
    file.forEach(item -> of(item.kind()).put(item.id(), new Edit(item, false, FILE)));
    edits.values().forEach(edit -> of(edit.item().kind()).put(edit.item().id(), edit));
  }

  private Map<String, Edit> of(Item.Kind kind) {
    return Objects.requireNonNull(kinds.get(kind));
  }

  /** What tells an item from all others of its workspace. */
  public static String key(Item.Kind kind, String id) {
    return kind.word() + "/" + id;
  }

  /** As it stands, or stood before it was taken away; null: there never was one. */
  public @Nullable Edit edit(Item.Kind kind, String id) {
    return of(kind).get(id);
  }

  /** Null if there is none, or none any more. */
  public <T extends Item> @Nullable T find(Class<T> type, String id) {
    Edit edit = of(kindOf(type)).get(id);
    return edit == null || edit.gone() ? null : type.cast(edit.item());
  }

  /** Those that stand, by id. */
  public <T extends Item> List<T> all(Class<T> type) {
    List<T> all = new ArrayList<>();
    for (Edit edit : of(kindOf(type)).values()) {
      if (!edit.gone()) {
        all.add(type.cast(edit.item()));
      }
    }
    return all;
  }

  /** Those that stand, by kind and id. */
  public List<Edit> all() {
    return kinds.values().stream()
        .flatMap(some -> some.values().stream())
        .filter(edit -> !edit.gone())
        .toList();
  }

  public Item.Policy policy() {
    Item.Policy policy = find(Item.Policy.class, Item.Policy.USUAL.id());
    return policy == null ? Item.Policy.USUAL : policy;
  }

  private static Item.Kind kindOf(Class<? extends Item> type) {
    for (Item.Kind kind : Item.Kind.values()) {
      if (kind.type() == type) {
        return kind;
      }
    }
    throw new IllegalArgumentException("not one kind of item: " + type);
  }
}
