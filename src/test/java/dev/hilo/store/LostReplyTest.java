package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Position;
import dev.hilo.store.Streams.Append;
import dev.hilo.store.Streams.Outcome;
import dev.hilo.store.Work.Claim;
import dev.hilo.testing.Cut;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import io.vertx.core.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A command that was done and whose reply got lost is sent again: it must not be done twice, nor
 * fail.
 */
class LostReplyTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static Cut wire;
  private static TestNode node;

  private final CustomerId c = CustomerId.fresh(redis.workspace());
  private final int p = Keys.partition(c);

  @BeforeAll
  static void start() {
    wire = new Cut(redis.uri());
    node = redis.node(wire.uri());
    node.await(
        () -> node.streams.load(CustomerId.fresh(redis.workspace()))); // library and all stand
  }

  @AfterAll
  static void stop() {
    wire.close();
  }

  private static <T> T losing(String word, Supplier<Future<T>> work) {
    wire.loseReplyTo(word);
    T result = node.await(work);
    assertThat(wire.armed()).as("the reply was lost").isFalse();
    return result;
  }

  private long entries() {
    return node.await(() -> node.streams.after(c, Position.START, 100)).size();
  }

  @Test
  void append() {
    Append a = Some.append(c, Some.src(), null, Some.heard(c, "a"), Some.heard(c, "b"));
    Outcome.Duplicate again =
        (Outcome.Duplicate) losing("hilo2_append", () -> node.streams.append(a));
    assertThat(again.position().seq()).isEqualTo(1);
    assertThat(entries()).isEqualTo(2);
  }

  @Test
  void joinAndSeal() {
    CustomerId child = CustomerId.fresh(redis.workspace());
    Append join = Some.append(c, Some.src(), null, Some.heard(c, "joined"));
    assertThat(losing("hilo2_join", () -> node.streams.join(child, "M", join)))
        .isInstanceOf(Outcome.Duplicate.class);
    assertThat(entries()).isEqualTo(1);
    CustomerId root = CustomerId.fresh(redis.workspace());
    Position q = node.await(() -> node.streams.load(c)).state().q();
    assertThat(
            losing("hilo1_seal", () -> node.streams.seal(c, root, "N", q, Some.seal(c, root, "N"))))
        .isEqualTo(new Outcome.SealedInto(root, "N"));
    assertThat(entries()).isEqualTo(2);
  }

  @Test
  void theKeepersCalls() {
    String token = losing("hilo1_own", () -> node.work.own(p, "keeper of " + c));
    assertThat(node.await(() -> node.work.own(p, "keeper of " + c))).isEqualTo(token);
    assertThat(losing("hilo1_claim", () -> node.work.claim(token, c, "m", "", "sending")))
        .isEqualTo(new Claim.Held());
    Append result = Some.append(c, Some.src(), null, Some.noted(c, "sent"));
    assertThat(losing("hilo2_done", () -> node.streams.done(token, "m", result)))
        .isInstanceOf(Outcome.Duplicate.class);
    assertThat(node.await(() -> node.work.claims(c))).isEmpty();
    assertThat(entries()).isEqualTo(1);
    var state = losing("hilo2_look", () -> node.streams.look(c, null)).loaded().state();
    Work.Tended tended = new Work.Tended(c, 1, new Work.Due(null), new Work.Shown(null), state);
    assertThat(losing("hilo2_tended", () -> node.work.tended(token, tended)))
        .isEqualTo(Work.Verdict.DONE);
    assertThat(losing("hilo1_load", () -> node.streams.load(c)).state().last())
        .isEqualTo(state.last());
  }

  @Test
  void objectsLeasesAndHomes() {
    assertThat(losing("hilo1_put", () -> node.objects.put(c, "k", 0, "1")))
        .isEqualTo(new SharedObjects.Written.Stored(1));
    assertThat(losing("hilo1_lease", () -> node.lease.source("s" + c, "n1", 600_000))).isEqualTo(1);
    assertThat(losing("NX", () -> node.directory.home(c.workspace(), "via" + c, c)))
        .isEqualTo(new Directory.Home(c, true));
  }

  @Test
  void commandsOfAConnectionThatEndsAreAllDoneOnce() {
    for (int round = 0; round < 5; round++) {
      int from = round * 200;
      var all =
          java.util.stream.IntStream.range(from, from + 200)
              .mapToObj(
                  i ->
                      node.run(
                          () ->
                              node.streams.append(
                                  Some.append(c, Some.src(), null, Some.heard(c, "t" + i)))))
              .toList();
      wire.cut();
      all.forEach(TestNode::result);
    }
    assertThat(node.await(() -> node.streams.after(c, Position.START, 2000)))
        .hasSize(1000)
        .extracting(e -> e.position().seq())
        .doesNotHaveDuplicates();
  }
}
