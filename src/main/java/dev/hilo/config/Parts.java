package dev.hilo.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one record taken apart: what may be read, and the secrets by where they stand, such
 * as {@code accounts.0.token}. Never prints a secret.
 *
 * @param open texts, numbers, booleans, lists and maps
 */
public record Parts(Map<String, Object> open, Map<String, String> secrets) {
  private static final Comparator<String> ORDER = Comparator.comparing(Parts::padded);
  private static final Set<String> PLACES = Set.of("host", "port", "security");

  public Parts {
    Map<String, String> sorted = new TreeMap<>(ORDER);
    sorted.putAll(secrets);
    secrets = sorted;
  }

  /** The path with its numbers at equal length, so that 2 comes before 10. */
  private static String padded(String path) {
    StringBuilder padded = new StringBuilder();
    for (String part : path.split("\\.", -1)) {
      padded.append('.').append(isIndex(part) ? "0".repeat(4 - part.length()) + part : part);
    }
    return padded.toString();
  }

  private static boolean isIndex(String part) {
    return part.matches("\\d{1,4}");
  }

  /** Takes settings apart. What the fields do not name stays in what may be read. */
  public static Parts of(List<Field> fields, Map<String, Object> whole) {
    Map<String, String> secrets = new LinkedHashMap<>();
    return new Parts(record(fields, whole, "", secrets), secrets);
  }

  private static Map<String, Object> record(
      List<Field> fields, Map<?, ?> whole, String path, Map<String, String> secrets) {
    Map<String, Object> open = new LinkedHashMap<>();
    whole.forEach(
        (name, value) -> {
          String key = String.valueOf(name);
          Field field = find(fields, key);
          Object kept =
              field == null || value == null ? value : value(field, value, path + key, secrets);
          if (kept != null) {
            open.put(key, kept);
          }
        });
    return open;
  }

  private static @Nullable Object value(
      Field field, Object value, String path, Map<String, String> secrets) {
    return switch (field.kind()) {
      case SECRET -> secret(value, path, secrets);
      case SECRETS -> {
        List<Object> bad = new ArrayList<>();
        List<?> items = value instanceof List<?> list ? list : List.of(value);
        for (int i = 0; i < items.size(); i++) {
          Object left = items.get(i) == null ? null : secret(items.get(i), path + "." + i, secrets);
          if (left != null) {
            bad.add(left);
          }
        }
        yield bad.isEmpty() ? null : bad;
      }
      case RECORD ->
          value instanceof Map<?, ?> map ? record(field.fields(), map, path + ".", secrets) : value;
      case RECORDS -> {
        if (!(value instanceof List<?> list)) {
          yield value;
        }
        List<Object> records = new ArrayList<>();
        for (Object item : list) {
          records.add(
              item instanceof Map<?, ?> map
                  ? record(field.fields(), map, path + "." + records.size() + ".", secrets)
                  : String.valueOf(item));
        }
        yield records;
      }
      case NUMBER ->
          value instanceof String text && text.matches("-?\\d{1,18}") ? Long.valueOf(text) : value;
      case BOOLEAN ->
          "true".equals(value) ? (Object) true : "false".equals(value) ? (Object) false : value;
      case TEXT, DURATION, SIZE, URL, LIST, CHOICE -> value;
    };
  }

  private static @Nullable Object secret(Object value, String path, Map<String, String> secrets) {
    if (value instanceof Map || value instanceof List) {
      return Map.of(); // wrong, and to be told without what is in it
    }
    String text = String.valueOf(value);
    if (!text.isEmpty()) {
      secrets.put(path, text);
    }
    return null;
  }

  private static @Nullable Field find(List<Field> fields, String name) {
    return fields.stream().filter(f -> f.name().equals(name)).findFirst().orElse(null);
  }

  /** All in one piece again. */
  public Map<String, Object> whole() {
    Map<String, Object> whole = copy(open);
    secrets.forEach((path, text) -> put(whole, path, text));
    return whole;
  }

  private static Map<String, Object> copy(Map<?, ?> map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((k, v) -> copy.put(String.valueOf(k), deep(v)));
    return copy;
  }

  private static Object deep(Object value) {
    return switch (value) {
      case Map<?, ?> map -> copy(map);
      case List<?> list -> {
        List<Object> items = new ArrayList<>();
        list.forEach(item -> items.add(deep(item)));
        yield items;
      }
      default -> value;
    };
  }

  @SuppressWarnings("unchecked")
  private static void put(Object at, String path, String text) {
    int dot = path.indexOf('.');
    String head = dot < 0 ? path : path.substring(0, dot);
    String rest = dot < 0 ? null : path.substring(dot + 1);
    if (at instanceof Map<?, ?> map) {
      Map<String, Object> block = (Map<String, Object>) map;
      if (rest == null) {
        block.put(head, text);
      } else {
        Object below = block.computeIfAbsent(head, _ -> empty(rest));
        put(below, rest, text);
      }
    } else if (at instanceof List<?> list && isIndex(head)) {
      List<Object> items = (List<Object>) list;
      int index = Integer.parseInt(head);
      if (rest == null) {
        items.add(text);
      } else {
        if (index >= items.size()) {
          items.add(empty(rest));
        }
        put(items.get(Math.min(index, items.size() - 1)), rest, text);
      }
    }
  }

  private static Object empty(String rest) {
    return isIndex(rest.split("\\.", 2)[0]) ? new ArrayList<>() : new LinkedHashMap<>();
  }

  /**
   * The secrets of {@code before} that go on to hold in settings which are otherwise {@code open},
   * where they stand there: in a list of records they follow their record's {@code id}.
   *
   * @param dropped takes those that do not hold, because what they would be sent to changed; with
   *     the name of that setting
   */
  public static Map<String, String> kept(
      List<Field> fields, Parts before, Map<String, Object> open, Map<String, String> dropped) {
    Map<String, String> kept = new LinkedHashMap<>();
    before.secrets.forEach(
        (path, text) -> follow(fields, before.open, open, path, "", "", text, kept, dropped));
    return kept;
  }

  private static void follow(
      List<Field> fields,
      Map<?, ?> old,
      Map<?, ?> now,
      String rest,
      String at,
      String moved,
      String text,
      Map<String, String> kept,
      Map<String, String> dropped) {
    String other = moved.isEmpty() ? moved(fields, old, now) : moved;
    String[] parts = rest.split("\\.", 3);
    Field field = find(fields, parts[0]);
    if (field == null) {
      return;
    }
    switch (field.kind()) {
      case RECORD ->
          follow(
              field.fields(),
              block(old.get(parts[0])),
              block(now.get(parts[0])),
              rest.substring(parts[0].length() + 1),
              at + parts[0] + ".",
              other,
              text,
              kept,
              dropped);
      case RECORDS -> {
        List<?> olds = old.get(parts[0]) instanceof List<?> l ? l : List.of();
        List<?> nows = now.get(parts[0]) instanceof List<?> l ? l : List.of();
        int index = Integer.parseInt(parts[1]);
        int there = place(olds, index, nows);
        if (there >= 0) {
          follow(
              field.fields(),
              block(olds.get(index)),
              block(nows.get(there)),
              parts[2],
              at + parts[0] + "." + there + ".",
              other,
              text,
              kept,
              dropped);
        }
      }
      case TEXT, SECRET, NUMBER, BOOLEAN, DURATION, SIZE, URL, LIST, SECRETS, CHOICE -> {
        if (other.isEmpty()) {
          kept.put(at + rest, text);
        } else {
          dropped.put(at + rest, other);
        }
      }
    }
  }

  private static Map<?, ?> block(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static int place(List<?> olds, int index, List<?> nows) {
    Object id = index < olds.size() ? block(olds.get(index)).get("id") : null;
    if (id == null) {
      return index < Math.min(olds.size(), nows.size()) ? index : -1;
    }
    for (int i = 0; i < nows.size(); i++) {
      if (id.equals(block(nows.get(i)).get("id"))) {
        return i;
      }
    }
    return -1;
  }

  /** Name of the first setting that says where things are sent and is another now, or empty. */
  private static String moved(List<Field> fields, Map<?, ?> old, Map<?, ?> now) {
    for (Field field : fields) {
      boolean place = field.kind() == Field.Kind.URL || PLACES.contains(field.name());
      if (place && !Objects.equals(said(field, old), said(field, now))) {
        return field.name();
      }
    }
    return "";
  }

  private static @Nullable String said(Field field, Map<?, ?> in) {
    Object value = in.get(field.name());
    value = value == null ? field.otherwise() : value;
    return value == null ? null : value.toString();
  }

  /** Whether a secret may stand there. */
  public static boolean takes(List<Field> fields, String path) {
    String[] parts = path.split("\\.", 3);
    Field field = find(fields, parts[0]);
    return field != null
        && switch (field.kind()) {
          case SECRET -> parts.length == 1;
          case SECRETS -> parts.length == 2 && isIndex(parts[1]);
          case RECORD ->
              parts.length > 1 && takes(field.fields(), path.substring(parts[0].length() + 1));
          case RECORDS -> parts.length == 3 && isIndex(parts[1]) && takes(field.fields(), parts[2]);
          case TEXT, NUMBER, BOOLEAN, DURATION, SIZE, URL, LIST, CHOICE -> false;
        };
  }

  /** Names of the secrets, in order. */
  public List<String> names() {
    return new ArrayList<>(secrets.keySet());
  }

  @Override
  public String toString() {
    return "Parts[" + secrets.keySet() + "]";
  }
}
