package dev.hilo.conversation;

import org.jspecify.annotations.Nullable;

/**
 * A place in one stream. {@code seq} counts from 1 without holes; {@code epoch} rises whenever the
 * store's history may have been rewound, so a position is never issued for two different entries.
 */
public record Position(long epoch, long seq) implements Comparable<Position> {
  /** Before the first entry. */
  public static final Position START = new Position(0, 0);

  public Position {
    if (epoch < 0 || seq < 0) {
      throw new IllegalArgumentException("not a position: " + epoch + "-" + seq);
    }
  }

  /**
   * Parses {@code epoch-seq}; {@code "0"} is {@link #START}. Throws {@link
   * IllegalArgumentException} otherwise.
   */
  public static Position of(String value) {
    if (value.equals("0")) {
      return START;
    }
    int dash = value.indexOf('-');
    if (dash <= 0 || value.length() > 40) {
      throw new IllegalArgumentException("not a position: " + value);
    }
    try {
      return new Position(
          Long.parseLong(value, 0, dash, 10), Long.parseLong(value, dash + 1, value.length(), 10));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a position: " + value, e);
    }
  }

  public static @Nullable Position ofNullable(@Nullable String value) {
    return value == null ? null : of(value);
  }

  /**
   * True if {@code this} is the entry right after {@code previous} in a history that was not
   * rewound in between.
   */
  public boolean follows(Position previous) {
    return epoch == previous.epoch && seq == previous.seq + 1;
  }

  public boolean after(Position other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(Position other) {
    int byEpoch = Long.compare(epoch, other.epoch);
    return byEpoch != 0 ? byEpoch : Long.compare(seq, other.seq);
  }

  @Override
  public String toString() {
    return seq == 0 && epoch == 0 ? "0" : epoch + "-" + seq;
  }
}
