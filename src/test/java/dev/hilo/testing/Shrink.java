package dev.hilo.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Finds a small history that breaks a property, by leaving out ever smaller parts of one that does.
 */
public final class Shrink {
  private Shrink() {}

  /** Checks the property; if it does not hold, fails with the smallest history found. */
  public static <T> void check(List<T> history, Consumer<List<T>> property) {
    Throwable failure = failure(history, property);
    if (failure == null) {
      return;
    }
    List<T> least = history;
    for (int part = least.size() / 2; part > 0; part /= 2) {
      for (int from = 0; from + part <= least.size(); ) {
        List<T> fewer = new ArrayList<>(least.subList(0, from));
        fewer.addAll(least.subList(from + part, least.size()));
        Throwable still = failure(fewer, property);
        if (still != null) {
          least = fewer;
          failure = still;
        } else {
          from += part;
        }
      }
    }
    StringBuilder text =
        new StringBuilder("broken by " + least.size() + " of " + history.size() + ":");
    least.forEach(item -> text.append("\n  ").append(item));
    throw new AssertionError(text.append("\n").append(failure.getMessage()).toString(), failure);
  }

  private static <T> Throwable failure(List<T> history, Consumer<List<T>> property) {
    try {
      property.accept(history);
      return null;
    } catch (RuntimeException | AssertionError e) {
      return e;
    }
  }
}
