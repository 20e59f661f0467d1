package dev.hilo.faults;

import dev.hilo.conversation.Position;
import dev.hilo.faults.History.Fate;
import dev.hilo.faults.History.Item;
import dev.hilo.faults.History.Log;
import dev.hilo.faults.History.Recorded;
import dev.hilo.faults.History.Said;
import dev.hilo.faults.History.Shown;
import dev.hilo.faults.History.Taken;
import dev.hilo.faults.History.View;
import dev.hilo.faults.Verdict.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges a history by itself: it knows what was promised, not how it is done, and uses none of the
 * gateway's own code for who may see what.
 */
final class Checker {
  private static final String MESSAGE = "MessageAdded";

  private final Recorded h;
  private final Verdict verdict = new Verdict();
  private final Map<String, Log> logs = new LinkedHashMap<>();
  private final Map<String, Item> byId = new HashMap<>();
  private final Map<String, Item> byText = new HashMap<>();

  private Checker(Recorded h) {
    this.h = h;
  }

  static Verdict check(Recorded h) {
    return new Checker(h).check();
  }

  private Verdict check() {
    verdict.said = h.said().size();
    verdict.screens = h.views().size();
    verdict.rollbacks = h.rollbacks();
    verdict.gaps = h.gaps();
    verdict.recovered = h.saidAgain();
    if (h.rollbacks() > 0 && !h.mayLose()) {
      verdict.breaks(Kind.ROLLBACK, h.rollbacks() + " times, with faults that lose nothing");
    }
    h.twoHistories().forEach(w -> verdict.breaks(Kind.FORKED, w));
    h.doubled().forEach(w -> verdict.breaks(Kind.DOUBLED, w));
    h.reordered().forEach(w -> verdict.breaks(Kind.REORDERED, w));
    h.logs().forEach(this::log);
    h.said().forEach(this::said);
    h.views().forEach(this::view);
    platforms();
    return verdict;
  }

  private void log(Log log) {
    logs.put(log.customer(), log);
    Position before = Position.START;
    for (Item item : log.items()) {
      verdict.entries++;
      if (item.position().seq() != before.seq() + 1 || item.position().epoch() < before.epoch()) {
        verdict.breaks(
            Kind.REORDERED, log.customer() + ": " + item.position() + " stands after " + before);
      }
      before = item.position();
      if (byId.put(item.id(), item) != null) {
        verdict.breaks(Kind.DOUBLED, "event " + item.id() + " is kept twice");
      }
      if (item.text() != null && byText.put(item.text(), item) != null) {
        verdict.breaks(Kind.DOUBLED, item.text() + " is kept twice");
      }
    }
  }

  private void said(Said s) {
    boolean kept = byText.containsKey(s.text());
    boolean goneThread = h.mayLose() && s.answer().contains("unknown-topic");
    if (s.fate() == Fate.REFUSED && !goneThread) {
      verdict.breaks(Kind.REFUSED, s.text() + " of " + s.by() + ": " + s.answer());
    }
    if (s.fate() != Fate.ACKED) {
      return;
    }
    verdict.acked++;
    if (!kept && !s.told()) {
      verdict.breaks(Kind.LOST, s.text() + " of " + s.by() + ", acked at " + s.answer());
    } else if (!kept) {
      verdict.lostAndTold++;
    } else if (s.told()) {
      verdict.recovered++;
    }
  }

  private void view(View view) {
    view.threads()
        .forEach(
            (customer, shown) -> {
              String where = view.device() + " in " + customer;
              Log log = logs.get(customer);
              if (log == null) {
                if (!shown.isEmpty()) {
                  verdict.breaks(Kind.DIVERGED, where + " shows a thread that is not kept");
                }
                return;
              }
              if (log.sealedInto() != null) {
                verdict.breaks(Kind.DIVERGED, where + " did not follow to " + log.sealedInto());
                return;
              }
              thread(where, view.home(), log, shown);
            });
  }

  private void thread(String where, @Nullable String home, Log log, List<Shown> shown) {
    Set<String> ids = new HashSet<>();
    Set<String> texts = new HashSet<>();
    Set<String> here = new HashSet<>();
    segments(log).forEach(segment -> segment.items().forEach(item -> here.add(item.id())));
    for (Shown s : shown) {
      if (!ids.add(s.id()) || s.text() != null && !texts.add(s.text())) {
        verdict.breaks(Kind.DOUBLED, where + " shows " + s + " twice");
      }
      Item item = byId.get(s.id());
      if (item == null) {
        verdict.breaks(Kind.DIVERGED, where + " shows " + s + ", which is not kept");
      } else if (!here.contains(s.id())) {
        verdict.breaks(Kind.DIVERGED, where + " shows " + s + " of another thread");
      } else if (home != null && !visible(item, home)) {
        verdict.breaks(Kind.LEAKED, where + " shows " + item);
      }
    }
    ordered(where, log, shown);
    for (Log segment : segments(log)) {
      for (Item item : segment.items()) {
        boolean must =
            home == null
                ? !item.type().equals("Sealed")
                : item.type().equals(MESSAGE) && visible(item, home);
        if (must && !ids.contains(item.id())) {
          verdict.breaks(
              Kind.DIVERGED,
              where + " lacks " + item.type() + " " + item.text() + " at " + item.position());
        }
      }
    }
  }

  /** What stands in the thread's own log comes in its order, at its positions. */
  private void ordered(String where, Log log, List<Shown> shown) {
    Map<String, Integer> places = new HashMap<>();
    for (int i = 0; i < log.items().size(); i++) {
      places.put(log.items().get(i).id(), i);
    }
    int last = -1;
    for (Shown s : shown) {
      Integer place = places.get(s.id());
      if (place == null) {
        continue;
      }
      if (place < last) {
        verdict.breaks(Kind.REORDERED, where + " shows " + s + " too late");
      }
      last = Math.max(last, place);
      if (s.position() != null && !s.position().equals(log.items().get(place).position())) {
        verdict.breaks(
            Kind.DIVERGED, where + " has " + s + ", kept at " + log.items().get(place).position());
      }
    }
  }

  private static boolean visible(Item item, String home) {
    return !item.staff() && item.home().equals(home);
  }

  /** The log itself and all that ended in it. */
  private List<Log> segments(Log root) {
    List<Log> all = new ArrayList<>(List.of(root));
    for (int i = 0; i < all.size(); i++) {
      for (Log log : logs.values()) {
        if (all.get(i).customer().equals(log.sealedInto())) {
          all.add(log);
        }
      }
    }
    return all;
  }

  private void platforms() {
    Map<String, Taken> first = new HashMap<>();
    Set<String> had = new HashSet<>();
    for (Taken t : h.taken()) {
      Taken before = first.putIfAbsent(t.text(), t);
      if (before != null && (t.key() == null || !t.key().equals(before.key()))) {
        verdict.breaks(Kind.RESENT, t.platform() + " got " + t.text() + " again");
      }
      had.add(t.text());
    }
    for (Item item : byId.values()) {
      if (item.outcome() != null && item.outcome().state().equals("sent")) {
        for (String message : item.outcome().messages()) {
          Item sent = byId.get(message);
          if (sent != null && sent.text() != null && !had.contains(sent.text())) {
            verdict.breaks(Kind.CLAIMED, sent.text() + " is called sent and never was");
          }
        }
      }
    }
  }
}
