package dev.hilo.store;

import static dev.hilo.store.Some.append;
import static dev.hilo.store.Some.heard;
import static dev.hilo.store.Some.noted;
import static dev.hilo.store.Some.redirected;
import static dev.hilo.store.Some.seal;
import static dev.hilo.store.Some.start;
import static dev.hilo.store.Some.waking;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.codec.Json;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.Row;
import dev.hilo.conversation.StreamState;
import dev.hilo.store.SharedObjects.Written;
import dev.hilo.store.Streams.Append;
import dev.hilo.store.Streams.Outcome;
import dev.hilo.store.Work.Claim;
import dev.hilo.store.Work.Due;
import dev.hilo.store.Work.Found;
import dev.hilo.store.Work.Kept;
import dev.hilo.store.Work.Shown;
import dev.hilo.store.Work.Tended;
import dev.hilo.store.Work.Verdict;
import io.vertx.redis.client.Command;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What the functions of merges, keepers, objects and leases promise, whatever kind of Redis they
 * run on.
 */
abstract class FunctionContract extends StreamContract {
  @Test
  void aSealEndsAStreamAndSendsOn() {
    CustomerId root = CustomerId.fresh(node.workspace);
    String src = Some.src();
    Outcome.Appended first = appended(append(c, src, null, heard(c, "a")));
    assertThat(
            node.await(() -> node.streams.seal(c, root, "M", Position.START, seal(c, root, "M"))))
        .as("q moved")
        .isInstanceOf(Outcome.Conflict.class);
    assertThat(texts(c)).containsExactly("a");
    assertThat(node.await(() -> node.streams.seal(c, root, "M", first.q(), seal(c, root, "M"))))
        .isInstanceOf(Outcome.Appended.class);
    assertThat(due(c)).as("somebody must finish it").isZero();
    assertThat(node.await(() -> node.streams.seal(c, root, "N", first.q(), seal(c, root, "N"))))
        .isEqualTo(new Outcome.SealedInto(root, "M"));
    assertThat(write(append(c, null, null, heard(c, "b"))))
        .isEqualTo(new Outcome.SealedInto(root, "M"));
    assertThat(write(append(c, src, null, heard(c, "a"))))
        .as("what was written before the seal is a duplicate here")
        .isEqualTo(new Outcome.Duplicate(first.from()));
    assertThat(texts(c)).containsExactly("a", "Sealed");
  }

  @Test
  void aRedirectedAppendWaitsForTheJoin() {
    CustomerId child = CustomerId.fresh(node.workspace);
    Append b = redirected(append(c, Some.src(), null, heard(c, "b")), child, "M");
    assertThat(write(b)).isEqualTo(new Outcome.Again());
    assertThat(texts(c)).isEmpty();
    Append join = append(c, Some.src(), null, noted(c, "join"));
    assertThat(node.await(() -> node.streams.join(child, "M", join)))
        .isInstanceOf(Outcome.Appended.class);
    assertThat(node.await(() -> node.streams.join(child, "M", join)))
        .as("repeated")
        .isInstanceOf(Outcome.Duplicate.class);
    assertThat(write(redirected(b, child, "other"))).isEqualTo(new Outcome.Again());
    assertThat(write(b)).isInstanceOf(Outcome.Appended.class);
    assertThat(write(b)).isInstanceOf(Outcome.Duplicate.class);
    assertThat(texts(c)).containsExactly("join", "b");
  }

  @Test
  void aJoinIntoASealedStreamIsSentOnAndSetsNothing() {
    CustomerId root = CustomerId.fresh(node.workspace);
    CustomerId child = CustomerId.fresh(node.workspace);
    Outcome.Appended first = appended(append(c, null, null, heard(c, "a")));
    node.await(() -> node.streams.seal(c, root, "M", first.q(), seal(c, root, "M")));
    assertThat(
            node.await(
                () -> node.streams.join(child, "K", append(c, Some.src(), null, noted(c, "j")))))
        .isEqualTo(new Outcome.SealedInto(root, "M"));
    assertThat(send(Command.HGET, Keys.meta(c), "a:" + child)).isNull();
  }

  @Test
  void aPartitionsTokenRisesWithEveryChangeOfHands() {
    int p = Keys.partition(c);
    send(Command.DEL, Keys.own(p));
    assertThat(node.await(() -> node.work.own(p, "n1"))).isEqualTo("n1#1");
    assertThat(node.await(() -> node.work.own(p, "n1"))).isEqualTo("n1#1");
    assertThat(node.await(() -> node.work.own(p, "n2"))).isEqualTo("n2#2");
    assertThat(node.await(() -> node.work.own(p, "n1"))).isEqualTo("n1#3");
  }

  private Claim claim(String token, String expected, String value) {
    return node.await(() -> node.work.claim(token, c, "m", expected, value));
  }

  @Test
  void aClaimIsTakenOnceAndOnlyByTheKeeper() {
    String token = own();
    assertThat(claim("old#1", "", "sending 1")).isEqualTo(new Claim.Lost());
    assertThat(claim(token, "", "sending 1")).isEqualTo(new Claim.Held());
    assertThat(claim(token, "", "sending 1")).as("repeated").isEqualTo(new Claim.Held());
    assertThat(claim(token, "", "sending 2")).isEqualTo(new Claim.Taken("sending 1"));
    assertThat(claim(token, "sending 1", "retry")).isEqualTo(new Claim.Held());
    assertThat(claim("old#1", "retry", "")).isEqualTo(new Claim.Lost());
    assertThat(node.await(() -> node.work.claims(c))).isEqualTo(Map.of("m", "retry"));
    assertThat(claim(token, "retry", "")).isEqualTo(new Claim.Held());
    assertThat(claim(token, "retry", "")).as("repeated").isEqualTo(new Claim.Held());
    assertThat(node.await(() -> node.work.claims(c))).isEmpty();
  }

  @Test
  void aResultEndsItsClaimInTheSameCall() {
    String token = own();
    claim(token, "", "sending 1");
    Append result = append(c, Some.src(), null, noted(c, "sent"));
    assertThat(node.await(() -> node.streams.done("old#1", "m", result)))
        .isEqualTo(new Outcome.LostToken());
    assertThat(texts(c)).isEmpty();
    assertThat(node.await(() -> node.work.claims(c))).containsKey("m");
    assertThat(node.await(() -> node.streams.done(token, "m", result)))
        .isInstanceOf(Outcome.Appended.class);
    assertThat(node.await(() -> node.work.claims(c))).isEmpty();
    claim(token, "", "sending 1");
    assertThat(node.await(() -> node.streams.done(token, "m", result)))
        .isInstanceOf(Outcome.Duplicate.class);
    assertThat(node.await(() -> node.work.claims(c))).as("repeated").isEmpty();
    assertThat(texts(c)).containsExactly("sent");
  }

  private Verdict tended(String token, long seq, @Nullable Due due, @Nullable Shown row) {
    return node.await(() -> node.work.tended(token, new Tended(c, seq, due, row, null)));
  }

  @Test
  void aCustomerIsSettledOnlyIfNothingCameIn() {
    String token = own();
    appended(waking(append(c, null, null, heard(c, "a")), 0L));
    Due never = new Due(null);
    assertThat(tended("old#1", 1, never, null)).isEqualTo(Verdict.LOST_TOKEN);
    assertThat(tended(token, 0, never, null)).isEqualTo(Verdict.MOVED_ON);
    assertThat(due(c)).isZero();
    assertThat(tended(token, 1, null, null)).isEqualTo(Verdict.DONE);
    assertThat(due(c)).as("left as it is").isZero();
    assertThat(tended(token, 1, new Due(7000L), null)).isEqualTo(Verdict.DONE);
    assertThat(due(c)).isEqualTo(7000);
    assertThat(tended(token, 1, never, null)).isEqualTo(Verdict.DONE);
    assertThat(tended(token, 1, never, null)).as("repeated").isEqualTo(Verdict.DONE);
    assertThat(due(c)).isNull();
  }

  @Test
  void snapshotsAndRowsAreWrittenByTheKeeperOnly() {
    String token = own();
    appended(append(c, null, Position.START, start(c)));
    StreamState state = load();
    Tended snapshot = new Tended(c, 1, null, null, state);
    assertThat(node.await(() -> node.work.tended("old#1", snapshot))).isEqualTo(Verdict.LOST_TOKEN);
    assertThat(send(Command.EXISTS, Keys.snapshot(c)).toInteger()).isZero();
    assertThat(node.await(() -> node.work.tended(token, snapshot))).isEqualTo(Verdict.DONE);
    assertThat(send(Command.EXISTS, Keys.snapshot(c)).toInteger()).isEqualTo(1);
    Row row = Some.row(c, "hello", 1, 1);
    String json = Json.text(row);
    int p = Keys.partition(c);
    try (Heard rows = new Heard(node, Keys.rows(p, c.workspace()), c + "rows")) {
      assertThat(tended("old#1", 1, null, new Shown(row))).isEqualTo(Verdict.LOST_TOKEN);
      assertThat(rows(p)).doesNotContainKey(c);
      assertThat(tended(token, 0, new Due(null), new Shown(row)))
          .as("a row is written also when more came in")
          .isEqualTo(Verdict.MOVED_ON);
      assertThat(rows(p).get(c)).asString().isEqualTo(json);
      assertThat(node.await(() -> node.streams.look(c, null)).row()).isEqualTo(row);
      assertThat(tended(token, 1, null, new Shown(null))).isEqualTo(Verdict.DONE);
      assertThat(rows(p)).doesNotContainKey(c);
      assertThat(rows.next(2)).containsExactly(c + "\0" + json, c + "\0");
    }
  }

  private Map<CustomerId, byte[]> rows(int p) {
    return node.await(() -> node.work.rows(p, c.workspace())).byCustomer();
  }

  @Test
  void aKeeperSeesInOneCallWhatItNeeds() {
    Position at = appended(waking(append(c, null, null, heard(c, "a")), 5000L)).to();
    Streams.Look look = node.await(() -> node.streams.look(c, null));
    assertThat(look.loaded().state().last()).isEqualTo(at);
    assertThat(look.due()).isEqualTo(5000);
    assertThat(look.epoch()).isEqualTo(at.epoch());
    assertThat(look.row()).isNull();
    appended(append(c, null, null, heard(c, "b")));
    Streams.Look next = node.await(() -> node.streams.look(c, look.loaded().state()));
    assertThat(next.loaded().tail()).isEqualTo(1);
    assertThat(next.loaded().state().snippet()).isEqualTo("b");
  }

  @Test
  void aSweepTellsOnlyWhereThereIsSomethingAndGoesBackWhenTheEpochIsAnother() {
    int p = Keys.partition(c);
    int other = (p + 1) % Keys.PARTITIONS;
    Position at = appended(waking(append(c, null, null, heard(c, "a")), 5L)).to();
    List<Kept> fresh = List.of(new Kept(p, 0, ""), new Kept(other, 0, ""));
    List<Found> first = sweep(fresh);
    assertThat(first).hasSize(2).allSatisfy(f -> assertThat(f.epoch()).isPositive());
    Found found = first.stream().filter(f -> f.partition() == p).findFirst().orElseThrow();
    assertThat(found.epoch()).isEqualTo(at.epoch());
    assertThat(found.due()).contains(c);
    assertThat(found.changed()).contains(c);
    tended(own(), 1, new Due(null), null);
    List<Kept> known =
        first.stream().map(f -> new Kept(f.partition(), f.epoch(), f.cursor())).toList();
    assertThat(sweep(known)).noneMatch(f -> f.due().contains(c) || f.changed().contains(c));
    node.await(() -> node.work.saveCursor(p, "test", found.cursor()));
    appended(append(c, null, null, heard(c, "b")));
    Kept surprised = new Kept(p, at.epoch() - 1024, (at.epoch() + 1) + "-0");
    assertThat(sweep(List.of(surprised)))
        .as("read after the stored cursor")
        .anyMatch(f -> f.changed().contains(c) && f.cursor().startsWith("" + at.epoch()));
  }

  private List<Found> sweep(List<Kept> kept) {
    return node.await(() -> node.work.sweep(kept, "test", 10, 100_000));
  }

  private Written put(String key, long rev, String json) {
    return node.await(() -> node.objects.put(c, key, rev, json));
  }

  @Test
  void whoWritesAnObjectSecondGetsTheOthersValue() {
    try (Heard channel = new Heard(node, Keys.channel(c), c + "objects")) {
      assertThat(put("draft", 0, "\"a|b\"")).isEqualTo(new Written.Stored(1));
      assertThat(put("draft", 0, "\"a|b\"")).as("repeated").isEqualTo(new Written.Stored(1));
      assertThat(put("draft", 0, "\"c\""))
          .isEqualTo(new Written.Conflict(new SharedObjects.Value(1, "\"a|b\"")));
      assertThat(put("draft", 1, "\"line\\nend\"\n")).isEqualTo(new Written.Stored(2));
      assertThat(put("other", 3, "1"))
          .isEqualTo(new Written.Conflict(new SharedObjects.Value(0, "")));
      assertThat(channel.payloads(2).stream().map(SharedObjects::published))
          .containsExactly(
              Map.entry("draft", new SharedObjects.Value(1, "\"a|b\"")),
              Map.entry("draft", new SharedObjects.Value(2, "\"line\\nend\"\n")));
    }
    for (int i = 1; i < SharedObjects.MOST; i++) {
      put("key" + i, 0, "1");
    }
    assertThat(put("one-too-many", 0, "1")).isEqualTo(new Written.Full());
    assertThat(put("draft", 2, "3")).isEqualTo(new Written.Stored(3));
    assertThat(node.await(() -> node.objects.all(c))).hasSize(SharedObjects.MOST);
  }

  @Test
  void aLeaseHasOneHolderAndARisingToken() {
    String source = "mail:" + c;
    assertThat(node.await(() -> node.lease.source(source, "n1", 600_000))).isEqualTo(1);
    assertThat(node.await(() -> node.lease.source(source, "n1", 600_000))).isEqualTo(1);
    assertThat(node.await(() -> node.lease.source(source, "n2", 600_000))).isZero();
    send(Command.DEL, Keys.source(source, "lease"));
    assertThat(node.await(() -> node.lease.source(source, "n2", 600_000))).isEqualTo(2);
    assertThat(node.await(() -> node.lease.source(source, "n1", 600_000))).isZero();
  }
}
