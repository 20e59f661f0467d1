package dev.hilo.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Lays environment variables over the file: {@code HILO__REDIS__URI} is {@code redis.uri}. A double
 * underscore goes one level down, a single one is a dash, a number is an index.
 */
final class Environment {
  private static final String PREFIX = "HILO__";
  private static final Pattern INDEX = Pattern.compile("(?<=__)\\d{1,4}(?=__|$)");

  private final List<Fault> faults;

  Environment(List<Fault> faults) {
    this.faults = faults;
  }

  Node overlay(Node root, Map<String, String> environment) {
    Node result = root;
    var names =
        environment.keySet().stream()
            .filter(name -> name.startsWith(PREFIX))
            .sorted(Comparator.comparing(Environment::padded))
            .toList();
    for (String name : names) {
      var keys =
          List.of(
              name.substring(PREFIX.length())
                  .toLowerCase(Locale.ROOT)
                  .replace("__", "\0")
                  .replace('_', '-')
                  .split("\0", -1));
      if (keys.contains("")) {
        faults.add(new Fault("", name, null, "a key between the underscores is empty"));
      } else {
        var value = new Node.Scalar(environment.getOrDefault(name, ""), name);
        result = set(result, keys, value, "");
      }
    }
    return result;
  }

  /** The name with its indexes at equal length, so that 2 comes before 10. */
  private static String padded(String name) {
    return INDEX.matcher(name).replaceAll(m -> "0".repeat(4 - m.group().length()) + m.group());
  }

  /** The node with the value set below it; changes the node in place where it can. */
  private Node set(Node node, List<String> keys, Node.Scalar value, String path) {
    if (keys.isEmpty()) {
      return value;
    }
    String key = keys.getFirst();
    var rest = keys.subList(1, keys.size());
    boolean index = key.matches("\\d{1,4}");
    switch (node) {
      case Node.Items(var items, _) when index -> {
        int i = Integer.parseInt(key);
        if (i > items.size()) {
          faults.add(
              new Fault(
                  path,
                  value.origin(),
                  "index " + i,
                  "at most " + items.size() + ", the next one"));
        } else if (i == items.size()) {
          items.add(set(new Node.Nothing(value.origin()), rest, value, path + "[" + i + "]"));
        } else {
          items.set(i, set(items.get(i), rest, value, path + "[" + i + "]"));
        }
        return node;
      }
      case Node.Block(var entries, _) -> {
        Node below = entries.getOrDefault(key, new Node.Nothing(value.origin()));
        entries.put(key, set(below, rest, value, path.isEmpty() ? key : path + "." + key));
        return node;
      }
      case Node.Nothing _ -> {
        return set(
            index
                ? new Node.Items(new ArrayList<>(), value.origin())
                : new Node.Block(new LinkedHashMap<>(), value.origin()),
            keys,
            value,
            path);
      }
      case Node.Items _, Node.Scalar _ -> {
        faults.add(
            new Fault(path, value.origin(), "the key " + key, "no key below " + node.kind()));
        return node;
      }
    }
  }
}
