package dev.hilo.faults;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a history broke, and how much of what there was in it. */
final class Verdict {
  /** The promises, by what it is called when one is broken. */
  enum Kind {
    /** Acked, not kept, and nobody was told. */
    LOST,
    /** The same thing twice in a log, on a screen, or told to a device twice. */
    DOUBLED,
    /** A log with a hole, or a screen in another order than the log. */
    REORDERED,
    /** A visitor was shown what is for staff or of another home. */
    LEAKED,
    /** A screen is not the log. */
    DIVERGED,
    /** The store lost something although it may not, with these faults. */
    ROLLBACK,
    /** A platform was given the same message twice, with nothing to tell it by. */
    RESENT,
    /** The log says that a platform has it, and it has not. */
    CLAIMED,
    /** One position, two events. */
    FORKED,
    /** Folding the same entries again gave another state. */
    UNSTABLE,
    /** A definite refusal of what was right. */
    REFUSED,
    /** Something did not come to an end. */
    WEDGED
  }

  private final Map<Kind, Integer> broken = new EnumMap<>(Kind.class);
  private final List<String> details = new ArrayList<>();
  int said;
  int acked;
  int entries;
  int screens;
  int rollbacks;
  int lostAndTold;
  int recovered;
  int gaps;

  void breaks(Kind kind, String how) {
    broken.merge(kind, 1, Integer::sum);
    details.add(kind.name().toLowerCase(Locale.ROOT) + ": " + how);
  }

  int count(Kind kind) {
    return broken.getOrDefault(kind, 0);
  }

  boolean holds() {
    return broken.isEmpty();
  }

  List<String> details() {
    return List.copyOf(details);
  }

  /** All counts in one line. */
  String line() {
    StringBuilder line =
        new StringBuilder(
            "said %d acked %d entries %d screens %d gaps %d rollbacks %d (of acked: gone %d, kept %d) |"
                .formatted(said, acked, entries, screens, gaps, rollbacks, lostAndTold, recovered));
    for (Kind kind : Kind.values()) {
      if (kind.ordinal() <= Kind.LEAKED.ordinal() || count(kind) > 0) {
        line.append(' ').append(kind.name().toLowerCase(Locale.ROOT)).append(' ');
        line.append(count(kind));
      }
    }
    return line.toString();
  }
}
