package dev.hilo.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Binds nodes to types, noting every fault; what has one is null. */
final class Binder {
  private static final int LONGEST_VALUE = 80;

  private final List<Fault> faults;
  private final Scalars scalars;

  Binder(List<Fault> faults) {
    this.faults = faults;
    this.scalars = new Scalars(faults);
  }

  @Nullable Object record(Node node, String path, Class<?> type) {
    var entries = entries(node, path);
    if (entries == null) {
      return null;
    }
    RecordComponent[] components = type.getRecordComponents();
    var keys = Arrays.stream(components).filter(c -> !takesRemaining(c)).map(Binder::key).toList();
    var remaining = new LinkedHashMap<>(entries);
    keys.forEach(remaining::remove);
    if (Arrays.stream(components).noneMatch(Binder::takesRemaining)) {
      remaining.forEach((key, value) -> unknown(below(path, key), key, value, keys));
    }
    int before = faults.size();
    var arguments = new @Nullable Object[components.length];
    for (int i = 0; i < components.length; i++) {
      arguments[i] =
          takesRemaining(components[i])
              ? new ConfigNode(path, new Node.Block(remaining, node.origin()), List.of())
              : component(components[i], entries.get(key(components[i])), path);
    }
    return faults.size() > before ? null : construct(type, components, arguments, node, path);
  }

  private @Nullable Object component(RecordComponent component, @Nullable Node given, String path) {
    String at = below(path, key(component));
    if (given != null && !(given instanceof Node.Nothing)) {
      return value(given, at, component.getGenericType());
    }
    Default fallback = component.getAnnotation(Default.class);
    if (fallback != null) {
      return value(new YamlReader(faults).read(fallback.value()), at, component.getGenericType());
    }
    if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
      return null;
    }
    Class<?> type = component.getType();
    var nothing = new Node.Nothing(given == null ? "" : given.origin());
    if (!Scalars.takes(type)
        || type == List.class
        || type == Map.class
        || type == ConfigNode.class) {
      return value(nothing, at, component.getGenericType());
    }
    faults.add(new Fault(at, nothing.origin(), "nothing", Scalars.expected(type)));
    return null;
  }

  private @Nullable Object value(Node node, String path, Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] of = generic.getActualTypeArguments();
      return generic.getRawType() == Map.class
          ? map(node, path, of[of.length - 1])
          : list(node, path, of[0]);
    }
    var raw = (Class<?>) type;
    if (raw == ConfigNode.class) {
      return new ConfigNode(path, node, List.of());
    }
    return Scalars.takes(raw) ? scalars.bind(node, path, raw) : record(node, path, raw);
  }

  private @Nullable Object list(Node node, String path, Type of) {
    return switch (node) {
      case Node.Nothing _ -> List.of();
      case Node.Items(var items, _) -> {
        var bound = new ArrayList<@Nullable Object>();
        for (Node item : items) {
          bound.add(value(item, path + "[" + bound.size() + "]", of));
        }
        yield Collections.unmodifiableList(bound);
      }
      case Node.Block _, Node.Scalar _ -> {
        faults.add(new Fault(path, node.origin(), node.kind(), "a list"));
        yield null;
      }
    };
  }

  private @Nullable Object map(Node node, String path, Type of) {
    var entries = entries(node, path);
    if (entries == null) {
      return null;
    }
    var bound = new LinkedHashMap<String, @Nullable Object>();
    entries.forEach((key, value) -> bound.put(key, value(value, below(path, key), of)));
    return Collections.unmodifiableMap(bound);
  }

  private @Nullable SequencedMap<String, Node> entries(Node node, String path) {
    return switch (node) {
      case Node.Block(var entries, _) -> entries;
      case Node.Nothing _ -> new LinkedHashMap<>();
      case Node.Items _, Node.Scalar _ -> {
        faults.add(new Fault(path, node.origin(), node.kind(), "a block of keys"));
        yield null;
      }
    };
  }

  private void unknown(String path, String key, Node value, List<String> keys) {
    String near = Spelling.nearest(key, keys);
    faults.add(
        new Fault(
            path,
            value.origin(),
            "an unknown key",
            near == null
                ? "one of " + keys.stream().sorted().collect(Collectors.joining(", "))
                : near + " (did you mean that?)"));
  }

  private @Nullable Object construct(
      Class<?> type,
      RecordComponent[] components,
      @Nullable Object[] arguments,
      Node node,
      String path) {
    try {
      Constructor<?> constructor =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException wrong) {
        String.valueOf(wrong.getMessage())
            .lines()
            .forEach(rule -> faults.add(broken(rule, components, node, path)));
        return null;
      }
      throw new IllegalStateException(type.getName() + " cannot be made", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName() + " has no canonical constructor", e);
    }
  }

  /**
   * A broken rule as a fault: of the key it begins with, with what was written there, where that is
   * one plain value and no secret; else of the whole record.
   */
  private static Fault broken(String rule, RecordComponent[] components, Node node, String path) {
    for (RecordComponent component : components) {
      String key = key(component);
      if (rule.startsWith(key + " must ")
          && component.getType() != Secret.class
          && node instanceof Node.Block(var entries, _)
          && entries.get(key) instanceof Node.Scalar(var text, var origin)) {
        String expected = rule.substring(key.length() + " must ".length());
        String shown =
            text.length() > LONGEST_VALUE ? text.substring(0, LONGEST_VALUE) + "…" : text;
        return new Fault(
            below(path, key),
            origin,
            shown,
            expected.startsWith("be ") ? expected.substring(3) : "to " + expected);
      }
    }
    return new Fault(path, node.origin(), null, rule);
  }

  private static boolean takesRemaining(RecordComponent component) {
    return component.isAnnotationPresent(Remaining.class);
  }

  /** The name of a component in the configuration. */
  static String key(RecordComponent component) {
    return component.getName().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  private static String below(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
