package dev.hilo.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** A piece of configuration as it was written, not yet of any type. */
sealed interface Node {
  /** Where it was set: {@code line 12}, an environment variable, or empty. */
  String origin();

  /** What it is, for a message; never its content. */
  String kind();

  /** What somebody gave as texts, numbers, booleans, lists and maps. */
  static Node of(@Nullable Object value) {
    return switch (value) {
      case null -> new Nothing("");
      case Map<?, ?> map -> {
        SequencedMap<String, Node> entries = new LinkedHashMap<>();
        map.forEach((key, each) -> entries.put(String.valueOf(key), of(each)));
        yield new Block(entries, "");
      }
      case List<?> list -> {
        List<Node> items = new ArrayList<>();
        list.forEach(each -> items.add(of(each)));
        yield new Items(items, "");
      }
      default -> new Scalar(value.toString(), "");
    };
  }

  /** Texts, lists and maps; null for nothing. */
  static @Nullable Object plain(Node node) {
    return switch (node) {
      case Nothing _ -> null;
      case Scalar(var text, _) -> text;
      case Items(var items, _) -> {
        List<Object> list = new ArrayList<>();
        for (Node item : items) {
          Object plain = plain(item);
          if (plain != null) {
            list.add(plain);
          }
        }
        yield list;
      }
      case Block(var entries, _) -> {
        Map<String, Object> map = new LinkedHashMap<>();
        entries.forEach(
            (key, value) -> {
              Object plain = plain(value);
              if (plain != null) {
                map.put(key, plain);
              }
            });
        yield map;
      }
    };
  }

  record Scalar(String text, String origin) implements Node {
    @Override
    public String kind() {
      return "a single value";
    }

    @Override
    public String toString() {
      return kind();
    }
  }

  record Items(List<Node> items, String origin) implements Node {
    @Override
    public String kind() {
      return "a list";
    }
  }

  record Block(SequencedMap<String, Node> entries, String origin) implements Node {
    @Override
    public String kind() {
      return "a block of keys";
    }
  }

  /** A key with nothing after it: as good as not written. */
  record Nothing(String origin) implements Node {
    @Override
    public String kind() {
      return "nothing";
    }
  }
}
