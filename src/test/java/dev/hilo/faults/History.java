package dev.hilo.faults;

import dev.hilo.conversation.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What everybody did and was told during one seed: each thing that was said, what became of it as
 * far as its author knows, and which event was ever shown at which position. Thread-safe.
 */
final class History {
  /** What the author of something knows of it. */
  enum Fate {
    /** Sent, no answer, or one that says "later": it may or may not be kept. */
    UNKNOWN,
    ACKED,
    REFUSED
  }

  /**
   * Something that was said; its text is unique.
   *
   * @param by the device or platform
   * @param told that the store lost it, by a {@code rollback} to any device that had it or its ack,
   *     since it was last acked
   */
  record Said(String text, String by, Fate fate, String answer, boolean told) {}

  /** A stored stream, as it is at the end. */
  record Log(String customer, @Nullable String sealedInto, List<Item> items) {}

  /**
   * An entry of it; {@code text} of messages and notes, {@code outcome} of deliveries; outbound: to
   * a platform.
   */
  record Item(
      Position position,
      String id,
      String type,
      boolean staff,
      String home,
      @Nullable String text,
      @Nullable Outcome outcome,
      boolean outbound) {}

  /** What is told of messages to platforms. */
  record Outcome(List<String> messages, String state) {}

  /**
   * What one device shows at the end.
   *
   * @param home of a visitor; null = an agent
   */
  record View(String device, @Nullable String home, Map<String, List<Shown>> threads) {}

  /** One entry on a screen; without a position where it is of a joined thread. */
  record Shown(@Nullable Position position, String id, @Nullable String text) {}

  /**
   * A message that a platform took.
   *
   * @param key by which the platform recognises a repeat, or null if it cannot
   */
  record Taken(String platform, String text, @Nullable String key) {}

  private final Map<String, Said> said = new LinkedHashMap<>();
  private final Map<String, String> sightings = new HashMap<>();
  private final List<Taken> taken = new ArrayList<>();
  private final List<String> twoHistories = new ArrayList<>();
  private final List<String> doubled = new ArrayList<>();
  private final List<String> reordered = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final long begun = System.nanoTime();
  private int rollbacks;
  private int gaps;
  private int saidAgain;

  synchronized void invoked(String text, String by) {
    said.putIfAbsent(text, new Said(text, by, Fate.UNKNOWN, "", false));
  }

  synchronized void acked(String text, String position) {
    said.computeIfPresent(
        text,
        (_, s) -> {
          saidAgain += s.told ? 1 : 0;
          return new Said(text, s.by, Fate.ACKED, position, false);
        });
  }

  synchronized void refused(String text, String why) {
    said.computeIfPresent(text, (_, s) -> new Said(text, s.by, Fate.REFUSED, why, s.told));
  }

  /** A device was told that the store lost this. */
  synchronized void rolledBack(String text) {
    said.computeIfPresent(text, (_, s) -> new Said(text, s.by, s.fate, s.answer, true));
  }

  /** A device was told that everything after a position is void. */
  synchronized void rollback() {
    rollbacks++;
  }

  synchronized void gap() {
    gaps++;
  }

  /** An entry was shown at a position of a customer's stream. */
  synchronized void sighted(String customer, Position position, String id) {
    String before = sightings.putIfAbsent(customer + " " + position, id);
    if (before != null && !before.equals(id)) {
      twoHistories.add(customer + " " + position + " is " + before + " and " + id);
    }
  }

  synchronized void doubled(String what) {
    doubled.add(what);
  }

  synchronized void reordered(String what) {
    reordered.add(what);
  }

  synchronized void taken(String platform, String text, @Nullable String key) {
    taken.add(new Taken(platform, text, key));
  }

  /** For whoever reads a failure: what happened when. */
  synchronized void note(String what) {
    notes.add("%6d ms  %s".formatted((System.nanoTime() - begun) / 1_000_000, what));
  }

  synchronized List<String> notes() {
    return List.copyOf(notes);
  }

  /** What has no answer yet. */
  synchronized List<String> unanswered() {
    return said.values().stream()
        .filter(s -> s.fate == Fate.UNKNOWN)
        .map(s -> s.by + " waits to hear of " + s.text)
        .toList();
  }

  /** Everything, with what lies in the store and stands on the screens. */
  synchronized Recorded with(List<Log> logs, List<View> views, boolean mayLose) {
    return new Recorded(
        List.copyOf(said.values()),
        logs,
        views,
        List.copyOf(taken),
        List.copyOf(twoHistories),
        List.copyOf(doubled),
        List.copyOf(reordered),
        rollbacks,
        gaps,
        saidAgain,
        mayLose);
  }

  /**
   * A whole history, ready to be judged.
   *
   * @param twoHistories positions that named two events, doubled and reordered: as devices saw it
   *     at once
   * @param gaps how often a device saw that it missed something and asked for it
   * @param saidAgain what was rolled back, said again by its author and acked again
   * @param mayLose whether the durability setting and the faults allow that the newest appends go
   */
  record Recorded(
      List<Said> said,
      List<Log> logs,
      List<View> views,
      List<Taken> taken,
      List<String> twoHistories,
      List<String> doubled,
      List<String> reordered,
      int rollbacks,
      int gaps,
      int saidAgain,
      boolean mayLose) {}
}
