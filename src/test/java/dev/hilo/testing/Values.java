package dev.hilo.testing;

import dev.hilo.conversation.Author;
import dev.hilo.conversation.Position;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Makes values of any type of the domain by looking at its components: what is added to the domain
 * is generated too. Texts come from {@link Texts}, so that a test decides what refers to what.
 */
public final class Values {
  /** Chooses the text of a component, for example {@code message} of {@code MessageRemoved}. */
  public interface Texts {
    String text(Class<?> of, String component);
  }

  private final Random random;
  private final Texts texts;

  public Values(Random random, Texts texts) {
    this.random = random;
    this.texts = texts;
  }

  /** Any text: also none, quotes, line ends, what lies beyond the first plane of Unicode. */
  public static String anyText(Random random) {
    String[] some = {
      "",
      "a",
      "ñandú",
      "\"quoted\\\"",
      "two\nlines",
      "\u0000\u001f",
      "👩🏽‍🚀",
      "a|b=c#d",
      "x".repeat(300)
    };
    return some[random.nextInt(some.length)] + random.nextInt(100);
  }

  public <T> T one(Class<T> type) {
    return type.cast(value(type, "", null));
  }

  private Object value(Class<?> owner, String name, @Nullable AnnotatedType as) {
    Type type = as == null ? owner : as.getType();
    if (as instanceof AnnotatedParameterizedType many && type instanceof ParameterizedType p) {
      AnnotatedType[] items = many.getAnnotatedActualTypeArguments();
      int size = random.nextInt(3) + (name.equals("homes") || name.equals("vias") ? 2 : 0);
      if (p.getRawType() == Map.class) {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
          map.put(value(owner, name + ".key", items[0]), value(owner, name, items[1]));
        }
        return map;
      }
      List<Object> list = new ArrayList<>();
      for (int i = 0; i < (name.equals("homes") || name.equals("vias") ? 2 : size); i++) {
        list.add(value(owner, name, items[0]));
      }
      return list;
    }
    Class<?> plain = (Class<?>) type;
    if (plain == String.class || plain == Object.class) {
      return texts.text(owner, name);
    } else if (plain == long.class || plain == Long.class) {
      return random.nextLong(2_000_000_000_000L);
    } else if (plain == int.class) {
      return random.nextInt(1000);
    } else if (plain == double.class) {
      return random.nextDouble() * 180 - 90;
    } else if (plain == boolean.class) {
      return random.nextBoolean();
    } else if (plain == Position.class) {
      return position();
    } else if (plain == Author.class) {
      return new Author(of(Author.Kind.class), texts.text(Author.class, "id"));
    } else if (plain.isEnum()) {
      return of(plain);
    } else if (plain.isSealed()) {
      Class<?>[] kinds = plain.getPermittedSubclasses();
      return value(kinds[random.nextInt(kinds.length)], "", null);
    }
    return record(plain);
  }

  private Position position() {
    return random.nextInt(10) == 0
        ? Position.START
        : new Position(1000 + random.nextInt(3), 1 + random.nextInt(200));
  }

  private <E> E of(Class<E> type) {
    E[] all = type.getEnumConstants();
    return all[random.nextInt(all.length)];
  }

  private Object record(Class<?> type) {
    RecordComponent[] parts = type.getRecordComponents();
    Object[] values = new Object[parts.length];
    for (int i = 0; i < parts.length; i++) {
      AnnotatedType as = parts[i].getAnnotatedType();
      boolean absent = as.isAnnotationPresent(Nullable.class) && random.nextInt(3) == 0;
      values[i] = absent ? null : value(type, parts[i].getName(), as);
    }
    try {
      var make =
          type.getDeclaredConstructor(
              Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new));
      make.setAccessible(true);
      return make.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(type + " of " + Arrays.toString(values), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
