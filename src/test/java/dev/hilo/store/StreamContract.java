package dev.hilo.store;

import static dev.hilo.store.Some.answered;
import static dev.hilo.store.Some.append;
import static dev.hilo.store.Some.folded;
import static dev.hilo.store.Some.heard;
import static dev.hilo.store.Some.noted;
import static dev.hilo.store.Some.redirected;
import static dev.hilo.store.Some.start;
import static dev.hilo.store.Some.waking;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.codec.EntryCodec;
import dev.hilo.codec.SnapshotCodec;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.store.Streams.Append;
import dev.hilo.store.Streams.Outcome;
import dev.hilo.testing.TestNode;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the functions on streams promise, whatever kind of Redis they run on. */
abstract class StreamContract {
  TestNode node;
  CustomerId c;

  abstract TestNode node();

  @BeforeEach
  void newCustomer() {
    node = node();
    c = CustomerId.fresh(node.workspace);
  }

  Outcome write(Append a) {
    return node.await(() -> node.streams.append(a));
  }

  Outcome.Appended appended(Append a) {
    return (Outcome.Appended) write(a);
  }

  Response send(Command command, Object... words) {
    Request request = Request.cmd(command);
    for (Object word : words) {
      request.arg(word.toString());
    }
    return node.await(() -> node.link.send(request));
  }

  List<String> texts(CustomerId of) {
    return node.await(() -> node.streams.after(of, Position.START, 1000)).stream()
        .map(Some::text)
        .toList();
  }

  String own() {
    return node.await(() -> node.work.own(Keys.partition(c), node.workspace));
  }

  Long due(CustomerId of) {
    Response score = send(Command.ZSCORE, Keys.work(Keys.partition(of)), of);
    return score == null ? null : (long) Double.parseDouble(score.toString());
  }

  @Test
  void appendNumbersWithoutHolesAndStartsOnlyAnEmptyStream() {
    Outcome.Appended first = appended(append(c, null, Position.START, start(c), heard(c, "a")));
    assertThat(first.from().seq()).isEqualTo(1);
    assertThat(first.to().seq()).isEqualTo(2);
    assertThat(first.q()).isEqualTo(first.to());
    assertThat(first.before()).isEqualTo(Position.START);
    Outcome.Appended second =
        appended(append(c, null, null, start(c), heard(c, "b"), heard(c, "c")));
    assertThat(second.from().follows(first.to())).isTrue();
    assertThat(second.to().seq()).isEqualTo(4);
    assertThat(texts(c)).containsExactly("CustomerStarted", "a", "b", "c");
  }

  @Test
  void appendOfSomethingWrittenBeforeIsADuplicateAtItsPlace() {
    String src = Some.src();
    Outcome.Appended first = appended(append(c, src, null, heard(c, "a"), heard(c, "b")));
    assertThat(write(append(c, src, null, heard(c, "a"), heard(c, "b"))))
        .isEqualTo(new Outcome.Duplicate(first.from()));
    assertThat(texts(c)).containsExactly("a", "b");
  }

  /** An append as of a dedupe generation of the test's choice, by the words of library 1 or 2. */
  private String asOf(int library, long generation, String src, String text) {
    int p = Keys.partition(c);
    Draft draft = heard(c, text);
    byte[] header = EntryCodec.header(draft.header());
    byte[] body = EntryCodec.body(draft.event());
    List<Object> words =
        library == 1
            ? List.of(
                c,
                7,
                src,
                "",
                0,
                "",
                "",
                Keys.channel(c),
                Keys.doorbell(p),
                generation,
                "F",
                header,
                body)
            : List.of(c, Keys.channel(c), src, "", 0, "", "", generation, "F", header, body);
    Request call =
        Link.call(
            "hilo" + library + "_append",
            List.of(
                Keys.epoch(p),
                Keys.meta(c),
                Keys.stream(c),
                Keys.dedupe(c, generation),
                Keys.dedupe(c, generation - 1),
                Keys.journal(p),
                Keys.work(p)),
            words);
    return node.await(() -> node.link.send(call)).get(0).toString();
  }

  private String asOf(long generation, String src, String text) {
    return asOf(2, generation, src, text);
  }

  @Test
  void dedupeRemembersTheWholeGenerationBefore() {
    assertThat(asOf(100, "one", "1")).isEqualTo("A");
    assertThat(asOf(100, "one", "1")).isEqualTo("D");
    assertThat(asOf(101, "one", "1")).isEqualTo("D");
    assertThat(asOf(101, "two", "2")).isEqualTo("A");
    assertThat(asOf(101, "one", "1")).isEqualTo("D");
    assertThat(asOf(102, "two", "2")).isEqualTo("D");
    assertThat(asOf(102, "three", "3")).isEqualTo("A");
    assertThat(asOf(102, "two", "2")).isEqualTo("D");
    assertThat(asOf(102, "one", "1")).as("forgotten after two generations").isEqualTo("A");
    Response ttl = send(Command.TTL, Keys.dedupe(c, 101));
    assertThat(Reply.number(ttl)).isBetween(16 * 86_400L, 24 * 86_400L);
  }

  @Test
  void anOlderNodeBesideANewerSharesTheDedupeIds() {
    for (int i = 0; i < 12; i++) {
      assertThat(asOf(1 + i % 2, 100 + i / 4, "id" + i, "text " + i)).isEqualTo("A");
      for (int j = Math.max(0, i - 3); j <= i; j++) {
        assertThat(asOf(2 - i % 2, 100 + i / 4, "id" + j, "again"))
            .as("%d of %d", j, i)
            .isEqualTo("D");
      }
    }
    assertThat(texts(c)).hasSize(12);
  }

  @Test
  void whatLibrary1WroteIsRememberedAndItsJoinsStand() {
    CustomerId child = CustomerId.fresh(node.workspace);
    appended(append(c, null, null, heard(c, "0")));
    // as library 1 left it, in the generation before and in this one
    send(Command.HSET, Keys.meta(c), "g", 100, "a:" + child, "M");
    send(Command.HSET, Keys.dedupe(c, 99), "old", "5-1");
    send(Command.HSET, Keys.dedupe(c, 100), "new", "5-2");
    assertThat(asOf(100, "old", "x")).isEqualTo("D");
    assertThat(asOf(100, "new", "x")).isEqualTo("D");
    assertThat(asOf(100, "newer", "1")).isEqualTo("A");
    assertThat(asOf(101, "newest", "2")).isEqualTo("A");
    for (String src : List.of("new", "newer", "newest")) {
      assertThat(asOf(101, src, "x")).as(src).isEqualTo("D");
    }
    assertThat(asOf(101, "old", "3")).as("forgotten after two generations").isEqualTo("A");
    assertThat(asOf(102, "last", "4")).isEqualTo("A");
    assertThat(asOf(102, "newest", "x")).isEqualTo("D");
    assertThat(asOf(103, "end", "5")).isEqualTo("A");
    Append b = redirected(append(c, Some.src(), null, heard(c, "b")), child, "M");
    assertThat(write(b)).isInstanceOf(Outcome.Appended.class);
    assertThat(texts(c)).containsExactly("0", "1", "2", "3", "4", "5", "b");
  }

  @Test
  void aNodeWhoseClockIsAGenerationBehindMakesNothingForgotten() {
    assertThat(asOf(101, "two", "2")).isEqualTo("A");
    assertThat(asOf(102, "three", "3")).isEqualTo("A");
    assertThat(asOf(101, "late", "4")).isEqualTo("A");
    for (long generation : new long[] {101, 102}) {
      for (String src : List.of("two", "three", "late")) {
        assertThat(asOf(generation, src, "again")).as(src).isEqualTo("D");
      }
    }
    assertThat(texts(c)).containsExactly("2", "3", "4");
  }

  @Test
  void aConflictKeepsFactsRefusesDecisionsAndTellsWhatWasMissed() {
    Outcome.Appended first = appended(append(c, null, Position.START, start(c)));
    appended(append(c, null, null, heard(c, "missed")));
    Append late =
        waking(append(c, Some.src(), first.q(), heard(c, "fact"), answered(c, "decision")), -1L);
    Outcome.Conflict conflict = (Outcome.Conflict) write(folded(late, 1));
    assertThat(conflict.missed()).extracting(Some::text).containsExactly("missed", "fact");
    assertThat(conflict.top()).isEqualTo(3);
    assertThat(conflict.q()).isEqualTo(conflict.missed().getLast().position());
    assertThat(texts(c)).containsExactly("CustomerStarted", "missed", "fact");
    assertThat(due(c)).as("undecided facts are due at once").isZero();
    assertThat(write(late)).as("the fact was kept").isInstanceOf(Outcome.Duplicate.class);
    appended(append(c, null, conflict.q(), answered(c, "decision")));
  }

  @Test
  void refusedDecisionsAloneLeaveNoTrace() {
    Outcome.Appended first = appended(append(c, null, Position.START, start(c)));
    appended(append(c, null, null, heard(c, "missed")));
    String src = Some.src();
    Outcome.Conflict no = (Outcome.Conflict) write(append(c, src, first.q(), answered(c, "x")));
    assertThat(texts(c)).containsExactly("CustomerStarted", "missed");
    assertThat(due(c)).isNull();
    assertThat(write(append(c, src, no.q(), answered(c, "x"))))
        .isInstanceOf(Outcome.Appended.class);
  }

  @Test
  void quietEntriesDoNotDisturbDecisionsAndASameNumberOfAnotherEpochDoes() {
    Outcome.Appended first = appended(append(c, null, Position.START, start(c)));
    Outcome.Appended quiet = appended(append(c, null, null, noted(c, "psst")));
    assertThat(quiet.q()).isEqualTo(first.q());
    Position other = new Position(first.q().epoch() - 1024, first.q().seq());
    assertThat(write(append(c, null, other, answered(c, "x"))))
        .isInstanceOf(Outcome.Conflict.class);
    appended(append(c, null, first.q(), answered(c, "x")));
  }

  @Test
  void whoIsFarBehindIsToldTheNewest() {
    for (int i = 0; i < 10; i++) {
      Draft[] ten =
          IntStream.range(10 * i, 10 * i + 10)
              .mapToObj(n -> heard(c, "t" + n))
              .toArray(Draft[]::new);
      appended(append(c, null, null, ten));
    }
    Outcome.Conflict far =
        (Outcome.Conflict) write(append(c, null, Position.START, answered(c, "x")));
    assertThat(far.missed()).hasSize(64);
    assertThat(Some.text(far.missed().getLast())).isEqualTo("t99");
    assertThat(far.top()).isEqualTo(100);
  }

  @Test
  void aRefusedEntryRaisesNoCounter() {
    send(Command.XADD, Keys.stream(c), "9007199254740991-9", "h", "{}", "b", "{}");
    assertThatThrownBy(() -> write(append(c, Some.src(), null, heard(c, "a"))))
        .isInstanceOf(StoreUnavailable.class);
    assertThat(send(Command.EXISTS, Keys.meta(c)).toInteger()).isZero();
    assertThat(changed()).isFalse();
    send(Command.DEL, Keys.stream(c));
    assertThat(appended(append(c, null, null, heard(c, "a"))).from().seq()).isEqualTo(1);
  }

  private boolean changed() {
    return node.await(() -> node.work.changes(Keys.partition(c), "", 100_000))
        .customers()
        .contains(c);
  }

  @Test
  void theJournalNamesWhoChanged() {
    int p = Keys.partition(c);
    appended(append(c, null, null, heard(c, "a")));
    Work.Changes changes = node.await(() -> node.work.changes(p, "", 100_000));
    assertThat(changes.customers()).contains(c);
    assertThat(node.await(() -> node.work.changes(p, changes.cursor(), 10)).customers())
        .doesNotContain(c);
    appended(append(c, null, null, heard(c, "b")));
    assertThat(node.await(() -> node.work.changes(p, changes.cursor(), 10)).customers())
        .contains(c);
  }

  @Test
  void theKeeperIsToldWhenAndOnlyWhereItMatters() {
    Heard bell = new Heard(node, Keys.doorbell(Keys.partition(c)), c + "bell");
    try (bell) {
      appended(waking(append(c, null, null, heard(c, "a")), null));
      assertThat(due(c)).isNull();
      appended(waking(append(c, null, null, heard(c, "b")), -1L));
      assertThat(due(c)).isNull();
      appended(waking(append(c, null, null, heard(c, "c")), 5000L));
      assertThat(due(c)).isEqualTo(5000);
      appended(waking(append(c, null, null, heard(c, "d")), 9000L));
      assertThat(due(c)).as("the earlier time stands").isEqualTo(5000);
      appended(waking(append(c, null, null, heard(c, "e")), 0L));
      assertThat(due(c)).isZero();
      assertThat(bell.next(1)).containsExactly(c.toString());
      load();
      appended(waking(append(c, null, null, heard(c, "f")), -1L));
      assertThat(bell.next(1)).as("once for each look").containsExactly(c.toString());
    }
  }

  @Test
  void whatIsWrittenIsPublishedInOrder() {
    try (Heard channel = new Heard(node, Keys.channel(c), c + "live")) {
      appended(append(c, null, Position.START, start(c), heard(c, "a ñ")));
      appended(append(c, null, null, noted(c, "n")));
      List<Entry> live = channel.payloads(3).stream().map(Streams::published).toList();
      assertThat(live).isEqualTo(node.await(() -> node.streams.after(c, Position.START, 10)));
    }
  }

  StreamState load() {
    return node.await(() -> node.streams.load(c)).state();
  }

  @Test
  void aStreamIsLoadedFromItsSnapshotAndItsTail() {
    appended(append(c, null, Position.START, start(c), heard(c, "a")));
    StreamState early = load();
    String token = own();
    Work.Tended snapshot = new Work.Tended(c, 2, null, null, early);
    assertThat(node.await(() -> node.work.tended(token, snapshot))).isEqualTo(Work.Verdict.DONE);
    appended(append(c, null, null, heard(c, "b"), answered(c, "d")));
    StreamState late = load();
    assertThat(late.last().seq()).isEqualTo(4);
    send(Command.DEL, Keys.snapshot(c));
    assertThat(SnapshotCodec.fingerprint(load())).isEqualTo(SnapshotCodec.fingerprint(late));
  }

  @Test
  void aDamagedOrForeignSnapshotIsNotBelieved() {
    appended(append(c, null, Position.START, start(c), heard(c, "a")));
    StreamState told = load();
    Position last = told.last();
    for (String bad :
        List.of(
            "",
            "x",
            "1|" + last + "|",
            "1|" + last + "|{\"a",
            "77|" + last + "|{}",
            "1|5-2|{}",
            "1|0|{}",
            "1|zz|{}")) {
      send(Command.SET, Keys.snapshot(c), bad);
      assertThat(SnapshotCodec.fingerprint(load()))
          .as(bad)
          .isEqualTo(SnapshotCodec.fingerprint(told));
    }
  }

  @Test
  void aKnownStateIsBroughtUpToDateOrThrownAwayWithItsHistory() {
    appended(append(c, null, Position.START, start(c), heard(c, "a")));
    StreamState known = load();
    appended(append(c, null, null, heard(c, "b")));
    StreamState now = node.await(() -> node.streams.load(c, known)).state();
    assertThat(now.last().seq()).isEqualTo(3);
    // the store comes back without the last entry, and goes on differently
    send(Command.XDEL, Keys.stream(c), now.last());
    send(Command.HSET, Keys.meta(c), "n", 2);
    send(Command.SET, Keys.epoch(Keys.partition(c)), now.last().epoch() + 1024);
    appended(append(c, null, null, heard(c, "other")));
    StreamState rewound = node.await(() -> node.streams.load(c, now)).state();
    assertThat(rewound.snippet()).isEqualTo("other");
    assertThat(SnapshotCodec.fingerprint(rewound)).isEqualTo(SnapshotCodec.fingerprint(load()));
  }

  @Test
  void aKnownStateOfAStreamThatIsGoneIsThrownAway() {
    appended(append(c, null, Position.START, start(c), heard(c, "a")));
    StreamState known = load();
    send(Command.DEL, Keys.stream(c), Keys.meta(c));
    StreamState now = node.await(() -> node.streams.load(c, known)).state();
    assertThat(now.last()).isEqualTo(Position.START);
  }

  @Test
  void aLongStreamIsLoadedInPages() {
    for (int i = 0; i < 41; i++) {
      Draft[] hundred =
          IntStream.range(0, 100).mapToObj(n -> heard(c, "t" + n)).toArray(Draft[]::new);
      appended(append(c, null, null, hundred));
    }
    assertThat(load().last().seq()).isEqualTo(4100);
  }

  @Test
  void positionsTellsWhoHasMovedOn() {
    List<CustomerId> same = new ArrayList<>();
    while (same.size() < 3) {
      CustomerId other = CustomerId.fresh(node.workspace);
      if (Keys.partition(other) == Keys.partition(c)) {
        same.add(other);
      }
    }
    Position a = appended(append(same.get(0), null, null, heard(c, "a"))).to();
    appended(append(same.get(1), null, null, heard(c, "b")));
    Position stale = new Position(a.epoch(), 77);
    List<CustomerId> all = List.of(c, same.get(0), same.get(1), same.get(2));
    assertThat(node.await(() -> node.streams.behind(all, List.of(Position.START, a, stale, stale))))
        .as("moved on, and lost its position")
        .containsExactly(same.get(1), same.get(2));
  }

  private List<Outcome> gather(Append... all) {
    return node.await(() -> node.streams.gather(List.of(all)));
  }

  private static Position next(Position before) {
    return new Position(before.epoch(), before.seq() + 1);
  }

  @Test
  void whatIsGatheredStandsAsIfEachCameAlone() {
    Outcome.Appended start = appended(append(c, null, Position.START, start(c), heard(c, "a")));
    String b = Some.src();
    String d = Some.src();
    Position first = next(start.to());
    Position fourth = new Position(first.epoch(), first.seq() + 3);
    Append again = append(c, b, start.q(), heard(c, "b"));
    List<Outcome> outcomes =
        gather(
            again,
            append(c, Some.src(), start.q(), heard(c, "c1"), noted(c, "c2")),
            append(c, b, start.q(), heard(c, "b")),
            append(c, d, start.q(), heard(c, "d")));
    assertThat(outcomes)
        .containsExactly(
            new Outcome.Appended(first, first, first, start.q()),
            new Outcome.Appended(next(first), next(next(first)), next(first), first),
            new Outcome.Duplicate(first),
            new Outcome.Appended(fourth, fourth, fourth, next(first)));
    assertThat(texts(c)).containsExactly("CustomerStarted", "a", "b", "c1", "c2", "d");
    assertThat(write(again)).isEqualTo(new Outcome.Duplicate(first));
    assertThat(write(append(c, d, null, heard(c, "d")))).isEqualTo(new Outcome.Duplicate(fourth));
    assertThat(gather(again, append(c, d, start.q(), heard(c, "d"))))
        .as("another q: nothing is written")
        .isEmpty();
    Outcome.Appended last =
        (Outcome.Appended)
            gather(
                    append(c, b, fourth, heard(c, "b")),
                    append(c, Some.src(), fourth, heard(c, "e")))
                .getLast();
    assertThat(last.from()).isEqualTo(next(fourth));
    assertThat(last.before()).isEqualTo(fourth);
    assertThat(appended(append(c, null, last.q(), answered(c, "f"))).from())
        .as("q is the newest loud one")
        .isEqualTo(next(next(fourth)));
    assertThat(texts(c)).endsWith("d", "e", "f");
  }

  @Test
  void nothingIsGatheredIntoASealedStream() {
    CustomerId root = CustomerId.fresh(node.workspace);
    Outcome.Appended a = appended(append(c, null, null, heard(c, "a")));
    Outcome sealed =
        node.await(() -> node.streams.seal(c, root, "M", a.q(), Some.seal(c, root, "M")));
    Position q = ((Outcome.Appended) sealed).q();
    assertThat(gather(append(c, Some.src(), q, heard(c, "b")))).isEmpty();
    assertThat(texts(c)).containsExactly("a", "Sealed");
  }

  @Test
  void whatIsGatheredIsPublishedTogetherAndRingsOnce() {
    Outcome.Appended a = appended(append(c, null, null, heard(c, "a")));
    try (Heard channel = new Heard(node, Keys.channel(c), c + "live");
        Heard bell = new Heard(node, Keys.doorbell(Keys.partition(c)), c + "bell")) {
      Append[] three =
          IntStream.range(0, 3)
              .mapToObj(i -> waking(append(c, Some.src(), a.q(), heard(c, "ñ" + i)), -1L))
              .toArray(Append[]::new);
      Position q = ((Outcome.Appended) gather(three).getLast()).q();
      gather(append(c, Some.src(), q, heard(c, "alone")));
      List<byte[]> payloads = channel.payloads(2);
      assertThat(Streams.apart(payloads.getFirst()))
          .extracting(payload -> Some.text(Streams.published(payload)))
          .containsExactly("ñ0", "ñ1", "ñ2");
      assertThat(Streams.apart(payloads.getFirst()))
          .extracting(Streams::positionOf)
          .containsExactlyElementsOf(
              node.await(() -> node.streams.after(c, a.to(), 3)).stream()
                  .map(Entry::position)
                  .toList());
      assertThat(Some.text(Streams.published(payloads.getLast()))).isEqualTo("alone");
      assertThat(bell.payloads(1)).hasSize(1);
    }
  }

  @Test
  void gatheredDedupeIdsOutliveTheirGeneration() {
    Outcome.Appended a = appended(append(c, null, null, heard(c, "a")));
    String b = Some.src();
    Outcome.Appended first =
        (Outcome.Appended) gather(append(c, b, a.q(), heard(c, "b"))).getFirst();
    long generation = Long.parseLong(send(Command.HGET, Keys.meta(c), "i").toString());
    send(Command.HSET, Keys.meta(c), "i", generation - 1); // as if time had passed
    List<Outcome> outcomes =
        gather(
            append(c, b, first.q(), heard(c, "b")),
            append(c, Some.src(), first.q(), heard(c, "d")));
    assertThat(outcomes.getFirst()).isEqualTo(new Outcome.Duplicate(first.from()));
    assertThat(outcomes.getLast()).isInstanceOf(Outcome.Appended.class);
    assertThat(write(append(c, b, null, heard(c, "b"))))
        .isEqualTo(new Outcome.Duplicate(first.from()));
    assertThat(texts(c)).containsExactly("a", "b", "d");
  }
}
