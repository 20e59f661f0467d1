package dev.hilo.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.conversation.Position;
import dev.hilo.faults.History.Fate;
import dev.hilo.faults.History.Item;
import dev.hilo.faults.History.Log;
import dev.hilo.faults.History.Outcome;
import dev.hilo.faults.History.Recorded;
import dev.hilo.faults.History.Said;
import dev.hilo.faults.History.Shown;
import dev.hilo.faults.History.Taken;
import dev.hilo.faults.History.View;
import dev.hilo.faults.Verdict.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A checker that cannot fail is worthless: each promise is broken by hand once. */
class CheckerTest {
  private static final String HOME = "main.home";
  private static final String CHILD = "main.child";

  /** A good history, to be spoilt. */
  private static final class Draft {
    final List<Said> said = new ArrayList<>();
    final List<Item> root = new ArrayList<>();
    final List<Item> child = new ArrayList<>();
    final List<Shown> visitor = new ArrayList<>();
    final List<Shown> agent = new ArrayList<>();
    final List<Taken> taken = new ArrayList<>();
    final List<String> forks = new ArrayList<>();
    String childInto = HOME;
    boolean mayLose;
    int rollbacks;

    Draft() {
      child.add(item(1, "c1", "MessageAdded", CHILD, "other"));
      child.add(item(2, "c2", "Sealed", CHILD, null));
      root.add(item(1, "e1", "MessageAdded", HOME, "hello"));
      root.add(item(2, "e2", "NoteAdded", HOME, "rude"));
      root.add(item(3, "e3", "CustomersMerged", HOME, null));
      root.add(item(4, "e4", "MessageAdded", HOME, "answer"));
      root.add(item(5, "e5", "MessageAdded", CHILD, "theirs"));
      for (String text : List.of("hello", "rude", "answer", "theirs", "other")) {
        said.add(new Said(text, "somebody", Fate.ACKED, "7-1", false));
      }
      visitor.add(shown(1, "e1", "hello"));
      visitor.add(shown(4, "e4", "answer"));
      agent.add(new Shown(null, "c1", "other"));
      root.forEach(i -> agent.add(new Shown(i.position(), i.id(), i.text())));
      taken.add(new Taken("telegram", "answer", null));
      taken.add(new Taken("webhook", "theirs", "k1"));
      taken.add(new Taken("webhook", "theirs", "k1"));
    }

    Recorded recorded() {
      return new Recorded(
          said,
          List.of(new Log(CHILD, childInto, child), new Log(HOME, null, root)),
          List.of(
              new View("phone", HOME, Map.of(HOME, visitor)),
              new View("desk", null, Map.of(HOME, agent))),
          taken,
          forks,
          List.of(),
          List.of(),
          rollbacks,
          0,
          0,
          mayLose);
    }
  }

  private static Item item(int seq, String id, String type, String home, String text) {
    return new Item(
        new Position(7, seq), id, type, !type.equals("MessageAdded"), home, text, null, false);
  }

  private static Shown shown(int seq, String id, String text) {
    return new Shown(new Position(7, seq), id, text);
  }

  private static Verdict after(Consumer<Draft> change) {
    Draft draft = new Draft();
    change.accept(draft);
    return Checker.check(draft.recorded());
  }

  private static void breaks(Kind kind, Consumer<Draft> change) {
    Verdict verdict = after(change);
    assertThat(verdict.count(kind)).as(verdict.details().toString()).isPositive();
  }

  private static Said told(String text, boolean told) {
    return new Said(text, "somebody", Fate.ACKED, "7-9", told);
  }

  @Test
  void aGoodHistoryBreaksNothing() {
    Verdict verdict = after(_ -> {});
    assertThat(verdict.details()).isEmpty();
    assertThat(verdict.holds()).isTrue();
    assertThat(verdict.line())
        .contains("acked 5", "lost 0", "doubled 0", "reordered 0", "leaked 0");
  }

  @Test
  void whatWasAckedAndIsNotKeptIsLostUnlessSomebodyWasTold() {
    breaks(Kind.LOST, d -> d.said.add(told("gone", false)));
    Verdict told =
        after(
            d -> {
              d.said.add(told("gone", true));
              d.mayLose = true;
            });
    assertThat(told.holds()).isTrue();
    assertThat(told.lostAndTold).isEqualTo(1);
    breaks(Kind.ROLLBACK, d -> d.rollbacks = 1);
  }

  @Test
  void aRollbackOfWhatIsKeptAfterAllIsRecovered() {
    Verdict verdict =
        after(
            d -> {
              d.said.set(0, told("hello", true));
              d.mayLose = true;
            });
    assertThat(verdict.holds()).isTrue();
    assertThat(verdict.recovered).isEqualTo(1);
  }

  @Test
  void whatWasNeverAnsweredMayBeGone() {
    Said unknown = new Said("maybe", "somebody", Fate.UNKNOWN, "", false);
    assertThat(after(d -> d.said.add(unknown)).holds()).isTrue();
    breaks(Kind.REFUSED, d -> d.said.add(new Said("no", "x", Fate.REFUSED, "bad", false)));
  }

  @Test
  void doublesAreSeenInLogsAndOnScreens() {
    breaks(Kind.DOUBLED, d -> d.root.add(item(6, "e6", "MessageAdded", HOME, "hello")));
    breaks(Kind.DOUBLED, d -> d.root.add(item(6, "e1", "MessageAdded", HOME, "again")));
    breaks(Kind.DOUBLED, d -> d.visitor.add(shown(1, "e1", "hello")));
    breaks(Kind.DOUBLED, d -> d.visitor.add(shown(9, "e9", "hello")));
  }

  @Test
  void orderIsThatOfTheLogAndALogHasNoHole() {
    breaks(Kind.REORDERED, d -> d.visitor.addFirst(d.visitor.removeLast()));
    breaks(Kind.REORDERED, d -> d.root.add(item(7, "e7", "MessageAdded", HOME, "far")));
    breaks(Kind.REORDERED, d -> d.root.add(item(5, "e7", "MessageAdded", HOME, "same place")));
  }

  @Test
  void staffOnlyAndOutOfScopeAreLeaks() {
    breaks(Kind.LEAKED, d -> d.visitor.add(1, shown(2, "e2", "rude")));
    breaks(Kind.LEAKED, d -> d.visitor.add(shown(5, "e5", "theirs")));
    breaks(Kind.LEAKED, d -> d.visitor.add(new Shown(null, "c1", "other")));
  }

  @Test
  void aScreenIsTheLog() {
    breaks(Kind.DIVERGED, d -> d.visitor.removeFirst());
    breaks(Kind.DIVERGED, d -> d.agent.removeLast());
    breaks(Kind.DIVERGED, d -> d.agent.removeFirst());
    breaks(Kind.DIVERGED, d -> d.visitor.add(shown(8, "e8", "phantom")));
    breaks(Kind.DIVERGED, d -> d.visitor.set(1, shown(5, "e4", "answer")));
    breaks(Kind.DIVERGED, d -> d.root.clear());
    breaks(
        Kind.DIVERGED,
        d -> {
          d.childInto = null;
          d.child.removeLast();
        });
  }

  @Test
  void aPlatformThatCannotTellARepeatIsNotSentOne() {
    breaks(Kind.RESENT, d -> d.taken.add(new Taken("telegram", "answer", null)));
    breaks(Kind.RESENT, d -> d.taken.add(new Taken("webhook", "theirs", "k2")));
    breaks(
        Kind.CLAIMED,
        d -> {
          d.root.add(
              new Item(
                  new Position(7, 6),
                  "e6",
                  "DeliveryChanged",
                  false,
                  HOME,
                  null,
                  new Outcome(List.of("e4"), "sent"),
                  false));
          d.taken.removeFirst();
        });
  }

  @Test
  void onePositionNeverNamesTwoEvents() {
    breaks(Kind.FORKED, d -> d.forks.add("main.home 7-4 is e4 and e9"));
    History history = new History();
    history.sighted(HOME, new Position(7, 4), "e4");
    history.sighted(HOME, new Position(7, 4), "e4");
    assertThat(history.with(List.of(), List.of(), false).twoHistories()).isEmpty();
    history.sighted(HOME, new Position(7, 4), "e9");
    assertThat(history.with(List.of(), List.of(), false).twoHistories()).hasSize(1);
  }
}
