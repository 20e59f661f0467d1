package dev.hilo.config;

import java.util.StringJoiner;

/**
 * Collects what a record's constructor finds wrong, so that all of it is reported at once:
 *
 * <pre>{@code
 * new Rules()
 *     .within("port", port, 0, 65535)
 *     .hold(uri.getPath().isEmpty(), "public-url must have no path")
 *     .check();
 * }</pre>
 */
public final class Rules {
  private final StringJoiner broken = new StringJoiner("\n");

  /**
   * Something must be true.
   *
   * @param rule one line to be shown when the rule does not hold; no secrets in it
   */
  public Rules hold(boolean holds, String rule) {
    if (!holds) {
      broken.add(rule);
    }
    return this;
  }

  /** A number must lie between two others, which are both allowed. */
  public Rules within(String key, long value, long least, long most) {
    return hold(value >= least && value <= most, key + " must be from " + least + " to " + most);
  }

  /**
   * Ends the list.
   *
   * @throws IllegalArgumentException with every broken rule on a line of its own, if there is one
   */
  public void check() {
    if (broken.length() > 0) {
      throw new IllegalArgumentException(broken.toString());
    }
  }
}
