package dev.hilo.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns a single value into a string, number, enum, URI, path, duration or a type that parses. */
final class Scalars {
  /** How one type is written; {@code read} throws IllegalArgumentException on anything else. */
  private record Form(String expected, Function<String, Object> read) {}

  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s?(ms|s|m|h|d)");
  private static final Pattern USER_INFO = Pattern.compile("//.*@");
  private static final int MAX_SHOWN = 60;
  private static final Map<Class<?>, Form> FORMS = forms();

  private final List<Fault> faults;

  Scalars(List<Fault> faults) {
    this.faults = faults;
  }

  /** Whether the type is written as one value, which a record is only if it parses. */
  static boolean takes(Class<?> type) {
    return !type.isRecord() || parser(type) != null;
  }

  /** What a value of the type looks like, for a message. */
  static String expected(Class<?> type) {
    return form(type).expected;
  }

  @Nullable Object bind(Node node, String path, Class<?> type) {
    Form form = form(type);
    if (!(node instanceof Node.Scalar(String text, String origin))) {
      faults.add(new Fault(path, node.origin(), node.kind(), form.expected));
      return null;
    }
    try {
      return form.read.apply(text);
    } catch (IllegalArgumentException e) {
      String said = e.getMessage();
      String expected =
          (FORMS.containsKey(type) && type != Secret.class) || said == null ? form.expected : said;
      faults.add(
          new Fault(
              path,
              origin,
              type == Secret.class ? "a secret that cannot be used" : shown(text),
              expected));
      return null;
    }
  }

  private static Map<Class<?>, Form> forms() {
    var forms = new HashMap<Class<?>, Form>();
    forms.put(String.class, new Form("a text", text -> text));
    forms.put(boolean.class, new Form("true or false", Scalars::truth));
    forms.put(int.class, new Form("a whole number", Integer::valueOf));
    forms.put(long.class, new Form("a whole number", Long::valueOf));
    forms.put(double.class, new Form("a number", Scalars::number));
    forms.put(URI.class, new Form("a URI such as https://host/path", Scalars::uri));
    forms.put(Path.class, new Form("a file path", Scalars::path));
    forms.put(
        Duration.class, new Form("a duration such as 500ms, 30s, 5m, 2h or 7d", Scalars::duration));
    forms.put(ByteSize.class, new Form("a size such as 64KB or 3MB", ByteSize::parse));
    forms.put(Secret.class, new Form("a secret, or file:/path of one", Secret::parse));
    forms.put(Boolean.class, form(forms, boolean.class));
    forms.put(Integer.class, form(forms, int.class));
    forms.put(Long.class, form(forms, long.class));
    forms.put(Double.class, form(forms, double.class));
    return Map.copyOf(forms);
  }

  private static Form form(Class<?> type) {
    return form(FORMS, type);
  }

  private static Form form(Map<Class<?>, Form> forms, Class<?> type) {
    Form known = forms.get(type);
    if (known != null) {
      return known;
    }
    if (type.isEnum()) {
      return new Form("one of " + String.join(", ", names(type)), text -> constant(text, type));
    }
    Method parser = parser(type);
    if (parser == null) {
      throw new IllegalStateException(type.getName() + " has no static parse(String) of its type");
    }
    return new Form("a value", text -> parse(parser, text));
  }

  private static Object truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException();
    };
  }

  private static Object number(String text) {
    double value = Double.parseDouble(text);
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException();
    }
    return value;
  }

  private static Object uri(String text) {
    try {
      URI uri = new URI(text);
      if (uri.getScheme() == null) {
        throw new IllegalArgumentException();
      }
      return uri;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Object path(String text) {
    if (text.isEmpty()) {
      throw new InvalidPathException(text, "empty");
    }
    return Path.of(text);
  }

  private static Object duration(String text) {
    var form = DURATION.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException();
    }
    long count = Long.parseLong(form.group(1));
    return switch (form.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  private static Object constant(String text, Class<?> type) {
    int index = names(type).indexOf(text);
    if (index < 0) {
      String near = Spelling.nearest(text, names(type));
      throw new IllegalArgumentException(
          form(type).expected + (near == null ? "" : " (did you mean " + near + "?)"));
    }
    return type.getEnumConstants()[index];
  }

  /** The constants of an enum as they are written. */
  static List<String> names(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .toList();
  }

  private static @Nullable Method parser(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(m -> m.getName().equals("parse") && Modifier.isStatic(m.getModifiers()))
        .filter(m -> Arrays.equals(m.getParameterTypes(), new Class<?>[] {String.class}))
        .filter(m -> m.getReturnType() == type)
        .findAny()
        .orElse(null);
  }

  private static Object parse(Method parser, String text) {
    try {
      parser.setAccessible(true);
      return parser.invoke(null, text);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException wrong) {
        throw wrong;
      }
      throw new IllegalStateException(parser + " failed", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(parser + " cannot be called", e);
    }
  }

  private static String shown(String text) {
    String safe = USER_INFO.matcher(text).replaceAll("//***@").replaceAll("\\p{Cntrl}", " ");
    return '"' + (safe.length() > MAX_SHOWN ? safe.substring(0, MAX_SHOWN) + "..." : safe) + '"';
  }
}
