package dev.hilo.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.codec.SnapshotCodec;
import dev.hilo.testing.Histories;
import dev.hilo.testing.Seeds;
import dev.hilo.testing.Shrink;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamStateTest {
  private static StreamState folded(List<Entry> entries) {
    StreamState state = StreamState.empty(Histories.CUSTOMER);
    assertThat(state.advance(entries)).isTrue();
    return state;
  }

  /** A history with parts left out has holes: numbered anew it is a history again. */
  private static List<Entry> renumbered(List<Entry> entries) {
    return java.util.stream.IntStream.range(0, entries.size())
        .mapToObj(
            i ->
                new Entry(
                    new Position(entries.get(i).position().epoch(), i + 1),
                    entries.get(i).header(),
                    entries.get(i).event()))
        .toList();
  }

  @Seeds(200)
  void aReplayGivesTheSameStateWhateverThePagesAndSnapshots(Random random) {
    long how = random.nextLong();
    Shrink.check(
        Histories.of(random).entries(120),
        some -> {
          List<Entry> entries = renumbered(some);
          Random pages = new Random(how);
          StreamState state = StreamState.empty(Histories.CUSTOMER);
          int at = 0;
          while (at < entries.size()) {
            int from = Math.max(0, at - pages.nextInt(4));
            at = Math.min(entries.size(), at + 1 + pages.nextInt(20));
            assertThat(state.advance(entries.subList(from, at))).isTrue();
            if (pages.nextInt(3) == 0) {
              state = Objects.requireNonNull(SnapshotCodec.state(SnapshotCodec.bytes(state)));
            }
          }
          assertThat(SnapshotCodec.fingerprint(state))
              .isEqualTo(SnapshotCodec.fingerprint(folded(entries)));
        });
  }

  @Seeds(100)
  void aSnapshotTellsEverythingThatTheStateTells(Random random) {
    Shrink.check(
        Histories.of(random).entries(80),
        some -> {
          StreamState state = folded(renumbered(some));
          StreamState back = SnapshotCodec.state(SnapshotCodec.bytes(state));
          assertThat(back).usingRecursiveComparison().isEqualTo(state);
          assertThat(Row.of(Objects.requireNonNull(back), 7)).isEqualTo(Row.of(state, 7));
        });
  }

  @Seeds(50)
  void aHoleOrARewoundHistoryIsNoticed(Random random) {
    List<Entry> entries = Histories.of(random).entries(40);
    int cut = random.nextInt(entries.size());
    StreamState state = folded(entries.subList(0, cut));
    Position last = state.last();
    Entry later =
        new Entry(
            new Position(last.epoch() + 5000, last.seq() + 2),
            entries.getFirst().header(),
            entries.getFirst().event());
    assertThat(state.advance(List.of(later))).isFalse();
    assertThat(state.last()).isEqualTo(last);
    if (cut > 1) {
      Entry rewound =
          new Entry(new Position(last.epoch() + 5000, last.seq()), later.header(), later.event());
      assertThat(state.advance(List.of(rewound))).isFalse();
    }
  }

  @Test
  void quietEntriesDoNotMoveTheLastLoudPosition() {
    Histories histories = Histories.of(new Random(1));
    Entry note = histories.draft(new Event.NoteAdded("psst")).at(new Position(7, 2));
    Entry start =
        histories
            .draft(new Event.CustomerStarted(Event.CustomerKind.PERSON, "Eva"))
            .at(new Position(7, 1));
    StreamState state = folded(List.of(start, note));
    assertThat(state.last()).isEqualTo(new Position(7, 2));
    assertThat(state.q()).isEqualTo(new Position(7, 1));
  }

  @Test
  void memoryOfMessagesIsBounded() {
    Histories histories = Histories.of(new Random(2));
    StreamState state = StreamState.empty(Histories.CUSTOMER);
    Address address = new Address("paper", "", "p");
    for (int i = 1; i <= 2000; i++) {
      Event said =
          new Event.MessageAdded(
              address,
              "a",
              new Content.Text("t" + i),
              List.of(),
              "x" + i,
              null,
              null,
              false,
              java.util.Map.of());
      state.advance(List.of(histories.draft(said).at(new Position(1, i))));
    }
    assertThat(state.byExternalId("x2000")).isNotNull();
    assertThat(state.byExternalId("x1000")).isNull();
  }
}
