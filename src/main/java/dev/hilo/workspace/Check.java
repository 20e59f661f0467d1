package dev.hilo.workspace;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the first thing that is wrong. */
final class Check {
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,32}");

  private @Nullable String fault;

  Check hold(boolean right, String otherwise) {
    if (!right && fault == null) {
      fault = otherwise;
    }
    return this;
  }

  Check name(String field, String value) {
    return hold(NAME.matcher(value).matches(), field + " must be 1 to 32 of a-z, 0-9 and -");
  }

  Check text(String field, String value, int longest) {
    return hold(
        !value.isBlank() && value.length() <= longest,
        field + " must be a text of 1 to " + longest + " letters");
  }

  Check texts(String field, List<String> values, int most, int longest) {
    return hold(
        values.size() <= most
            && values.stream().allMatch(v -> !v.isBlank() && v.length() <= longest),
        field + " must be at most " + most + " texts of 1 to " + longest + " letters");
  }

  /** Name of the first component that holds nothing and may not. */
  static @Nullable String missing(Record of) {
    for (RecordComponent component : of.getClass().getRecordComponents()) {
      AnnotatedType type = component.getAnnotatedType();
      try {
        if (!type.isAnnotationPresent(Nullable.class)
            && component.getAccessor().invoke(of) == null) {
          return component.getName();
        }
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return null;
  }

  @Nullable String fault() {
    return fault;
  }
}
