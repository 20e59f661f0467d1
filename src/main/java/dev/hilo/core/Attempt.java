package dev.hilo.core;

import dev.hilo.store.Streams;
import org.jspecify.annotations.Nullable;

/**
 * What was done with a message before, as its claim says it.
 *
 * @param number of calls until now
 * @param at when the platform was called, or when to try again, ms
 * @param restored written when the message was written again: nobody knows what was done
 */
record Attempt(Kind kind, int number, long at, boolean restored) {
  /** By the first letter of a claim. */
  enum Kind {
    /** The platform was called, and its answer is not known. */
    CALLED,
    /** It did not take the message and may be asked again. */
    RETRY,
    /** The outcome stands in another stream. */
    DONE
  }

  /** The claim of a message whose outcome stands in the stream this one was merged into. */
  static final String DONE = "D 0 0";

  static @Nullable Attempt of(@Nullable String claim) {
    if (claim == null || claim.isEmpty()) {
      return null;
    }
    String[] parts = claim.split(" ", 4);
    Kind kind =
        switch (parts[0].charAt(0)) {
          case 'R' -> Kind.RETRY;
          case 'D' -> Kind.DONE;
          default -> Kind.CALLED;
        };
    return new Attempt(
        kind, Integer.parseInt(parts[1]), Long.parseLong(parts[2]), claim.equals(Streams.RESTORED));
  }

  static String called(int number, long now, String token) {
    return "C " + number + " " + now + " " + token;
  }

  static String retry(int number, long due) {
    return "R " + number + " " + due;
  }

  /** True if the outcome stands elsewhere. */
  static boolean done(@Nullable String claim) {
    Attempt attempt = of(claim);
    return attempt != null && attempt.is(Kind.DONE);
  }

  boolean is(Kind kind) {
    return this.kind == kind;
  }

  /** True while the message must wait to be tried again. */
  boolean waits(long now) {
    return is(Kind.RETRY) && at > now;
  }
}
