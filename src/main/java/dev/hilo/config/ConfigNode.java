package dev.hilo.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A part of the configuration with its path, bound to a record when its type is known.
 *
 * <p>Components are found by name in kebab-case ({@code publicUrl} is {@code public-url}). Taken
 * are strings, numbers, booleans, enums (in kebab-case), {@link java.net.URI}, {@link Path}, {@link
 * java.time.Duration} ({@code 30s}, {@code 5m}), types with a static {@code parse(String)} such as
 * {@link ByteSize} and {@link Secret}, records, lists of these and maps with string keys. A
 * component that is absent is null when marked {@code @Nullable}, what {@link Default} says, empty
 * if a list or map, bound to nothing if a record, and otherwise a fault. An {@link
 * IllegalArgumentException} of a record's constructor is a fault of that record; its message must
 * not hold secrets. Instances do not change.
 */
public final class ConfigNode {
  private final String path;
  private final Node node;
  private final List<Fault> faults;

  ConfigNode(String path, Node node, List<Fault> faults) {
    this.path = path;
    this.node = node;
    this.faults = List.copyOf(faults);
  }

  /** Reads YAML text. What is wrong with it is reported by {@link #bind}. */
  public static ConfigNode parse(String yaml) {
    return parse(yaml, Map.of());
  }

  /**
   * Reads YAML text and lays variables over it: {@code HILO__HTTP__PUBLIC_URL} sets {@code
   * http.public-url}, {@code HILO__INBOXES__0__NAME} the name of the first inbox. What is wrong is
   * reported by {@link #bind}, a variable that names no key too.
   *
   * @param environment all variables; only those that begin with {@code HILO__} are looked at
   */
  public static ConfigNode parse(String yaml, Map<String, String> environment) {
    var faults = new ArrayList<Fault>();
    Node file = new YamlReader(faults).read(yaml);
    return new ConfigNode("", new Environment(faults).overlay(file, environment), faults);
  }

  /**
   * Reads a UTF-8 file as {@link #parse(String, Map)} does.
   *
   * @throws InvalidConfig if the file cannot be read
   */
  public static ConfigNode read(Path file, Map<String, String> environment) {
    try {
      return parse(Files.readString(file), environment);
    } catch (IOException e) {
      throw new InvalidConfig(
          List.of(new Fault(file.toString(), "", null, "cannot be read as a UTF-8 text file")));
    }
  }

  /** Settings that were not read from a file; values are texts, numbers, booleans, lists, maps. */
  public static ConfigNode of(Map<String, Object> tree) {
    return new ConfigNode("", Node.of(tree), List.of());
  }

  /** As it was written, secrets too: texts, lists and maps. Empty unless it is a block of keys. */
  public Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    if (node instanceof Node.Block(var entries, _)) {
      entries.forEach(
          (key, value) -> {
            Object plain = Node.plain(value);
            if (plain != null) {
              tree.put(key, plain);
            }
          });
    }
    return tree;
  }

  /** Where this part is, such as {@code channels[0]}; empty for the whole. */
  public String path() {
    return path;
  }

  /**
   * This part as a record.
   *
   * @throws InvalidConfig with everything that is wrong with it
   */
  public <T extends Record> T bind(Class<T> type) {
    var all = new ArrayList<>(faults);
    var bound = new Binder(all).record(node, path, type);
    if (bound == null || !all.isEmpty()) {
      throw new InvalidConfig(all);
    }
    return type.cast(bound);
  }

  @Override
  public String toString() {
    return "ConfigNode[" + path + "]";
  }
}
