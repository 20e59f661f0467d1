package dev.hilo.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One setting as a form may ask for it, found in the record that it is bound to.
 *
 * @param name as in the configuration
 * @param required whether it must be given
 * @param otherwise what it is when it is not given: a text or a list of texts; null = nothing
 * @param choices of a {@link Kind#CHOICE}
 * @param fields of a {@link Kind#RECORD} and of each of {@link Kind#RECORDS}
 */
public record Field(
    String name,
    Kind kind,
    boolean required,
    @Nullable Object otherwise,
    List<String> choices,
    List<Field> fields) {

  /** What is written. */
  public enum Kind {
    TEXT,
    SECRET,
    NUMBER,
    BOOLEAN,
    DURATION,
    SIZE,
    URL,
    /** Texts. */
    LIST,
    /** Secrets. */
    SECRETS,
    RECORD,
    RECORDS,
    CHOICE;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** All settings of a record, in its order. */
  public static List<Field> of(Class<? extends Record> type) {
    return fields(type);
  }

  private static List<Field> fields(Class<?> type) {
    List<Field> fields = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      if (!component.isAnnotationPresent(Remaining.class)) {
        fields.add(field(component));
      }
    }
    return List.copyOf(fields);
  }

  private static Field field(RecordComponent component) {
    Type whole = component.getGenericType();
    Default fallback = component.getAnnotation(Default.class);
    boolean many = component.getType() == List.class;
    Class<?> type =
        many && whole instanceof ParameterizedType list
            ? (Class<?>) list.getActualTypeArguments()[0]
            : component.getType();
    Kind kind = kind(type, many);
    boolean nested = kind == Kind.RECORD || kind == Kind.RECORDS;
    List<Field> fields = nested ? fields(type) : List.of();
    boolean required =
        fallback == null
            && !component.getAnnotatedType().isAnnotationPresent(Nullable.class)
            && (kind != Kind.RECORD || fields.stream().anyMatch(Field::required));
    return new Field(
        Binder.key(component),
        kind,
        required,
        fallback == null ? null : ConfigNode.parse("x: " + fallback.value()).tree().get("x"),
        type.isEnum() ? Scalars.names(type) : List.of(),
        fields);
  }

  private static Kind kind(Class<?> type, boolean many) {
    if (!Scalars.takes(type)) {
      return many ? Kind.RECORDS : Kind.RECORD;
    } else if (many) {
      return type == Secret.class ? Kind.SECRETS : Kind.LIST;
    } else if (type.isEnum()) {
      return Kind.CHOICE;
    }
    return KINDS.getOrDefault(type, Kind.TEXT);
  }

  private static final Map<Class<?>, Kind> KINDS =
      Map.ofEntries(
          Map.entry(Secret.class, Kind.SECRET),
          Map.entry(int.class, Kind.NUMBER),
          Map.entry(Integer.class, Kind.NUMBER),
          Map.entry(long.class, Kind.NUMBER),
          Map.entry(Long.class, Kind.NUMBER),
          Map.entry(double.class, Kind.NUMBER),
          Map.entry(Double.class, Kind.NUMBER),
          Map.entry(boolean.class, Kind.BOOLEAN),
          Map.entry(Boolean.class, Kind.BOOLEAN),
          Map.entry(Duration.class, Kind.DURATION),
          Map.entry(ByteSize.class, Kind.SIZE),
          Map.entry(URI.class, Kind.URL));
}
