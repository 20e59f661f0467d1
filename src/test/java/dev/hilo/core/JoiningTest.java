package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Inbound;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Strength;
import dev.hilo.conversation.Ulid;
import dev.hilo.store.Streams.Loaded;
import dev.hilo.testing.Cut;
import dev.hilo.testing.PaperChannel;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.Seeds;
import dev.hilo.testing.TestNode;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class JoiningTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static final Author ANA = new Author(Author.Kind.AGENT, "ana");
  private static TestNode a;
  private static TestNode b;

  private final String prefix = Ulid.next();

  @BeforeAll
  static void start() {
    a = redis.node();
    b = redis.node();
  }

  private Future<Void> letter(TestNode node, int person, int number) {
    Inbound item = PaperChannel.letter(prefix + person, prefix + "k" + number, "text " + number);
    return node.run(() -> node.receive(PaperChannel.TYPE, "endpoint", List.of(item)));
  }

  private CustomerId home(int person) {
    String via = a.keys.via(PaperChannel.address(prefix + person));
    return Objects.requireNonNull(a.await(() -> a.directory.find(a.workspace, via)));
  }

  private static Future<CustomerId> merge(TestNode node, CustomerId x, CustomerId y) {
    return node.run(
        () ->
            node.joining
                .merge(x, y, Strength.AGENT, List.of(x, y), null, ANA)
                .map(Joining.Merged::root));
  }

  /** The first half of a merge; whoever made it died before the second. */
  private static Future<Void> halfMerge(TestNode node, CustomerId x, CustomerId y) {
    return node.run(
        () ->
            node.roots
                .root(x)
                .map(StreamState::customer)
                .compose(
                    rx ->
                        node.roots
                            .root(y)
                            .compose(
                                ry -> {
                                  CustomerId other = ry.customer();
                                  if (rx.equals(other)) {
                                    return Future.<Void>succeededFuture();
                                  }
                                  CustomerId older = rx.olderThan(other) ? rx : other;
                                  CustomerId younger = rx.olderThan(other) ? other : rx;
                                  return node.streams
                                      .load(younger)
                                      .compose(loaded -> seal(node, loaded.state(), older));
                                })));
  }

  private static Future<Void> seal(TestNode node, StreamState younger, CustomerId older) {
    String merge = Ulid.next();
    List<String> homes = List.of(older.toString(), younger.customer().toString());
    Draft seal =
        Drafts.now(ANA, null)
            .of(younger, new Event.Sealed(merge, older.toString(), Strength.AGENT, homes, null));
    return node.streams.seal(younger.customer(), older, merge, younger.q(), seal).mapEmpty();
  }

  private static List<Entry> entries(CustomerId c) {
    return a.await(() -> a.streams.after(c, Position.START, 5000));
  }

  /**
   * All entries a thread shows: those of its stream and of the streams joined to it, to their
   * seals.
   */
  private static void timeline(CustomerId root, Set<CustomerId> streams, List<Entry> into) {
    assertThat(streams.add(root)).as("%s is shown once", root).isTrue();
    List<Entry> own = entries(root);
    for (int i = 0; i < own.size(); i++) {
      assertThat(own.get(i).position().seq()).isEqualTo(i + 1);
    }
    into.addAll(own);
    for (Entry entry : own) {
      if (entry.event() instanceof Event.CustomersMerged m) {
        timeline(CustomerId.of(m.from()), streams, into);
      }
    }
  }

  private static CustomerId root(TestNode node, CustomerId of) {
    Set<CustomerId> way = new HashSet<>();
    CustomerId at = of;
    while (true) {
      assertThat(way.add(at)).as("a cycle at %s", at).isTrue();
      CustomerId here = at;
      Loaded loaded = node.await(() -> node.streams.load(here));
      if (loaded.into() == null) {
        return at;
      }
      assertThat(loaded.into().olderThan(at)).isTrue();
      at = loaded.into();
    }
  }

  @Seeds(15)
  void whateverIsMergedAndWhoeverDiesNothingIsLostOrDoubled(Random random) {
    int people = 2 + random.nextInt(5);
    int letters = 0;
    List<int[]> sent = new ArrayList<>();
    for (int i = 0; i < people; i++) {
      sent.add(new int[] {i, letters});
      TestNode.result(letter(random.nextBoolean() ? a : b, i, letters++));
    }
    List<CustomerId> homes = IntStream.range(0, people).mapToObj(this::home).toList();
    for (int round = 0; round < 12; round++) {
      List<Future<?>> together = new ArrayList<>();
      for (int i = random.nextInt(5); i >= 0; i--) {
        TestNode node = random.nextBoolean() ? a : b;
        CustomerId x = homes.get(random.nextInt(people));
        CustomerId y = homes.get(random.nextInt(people));
        switch (random.nextInt(8)) {
          case 0 -> together.add(merge(node, x, y));
          case 1 -> together.add(halfMerge(node, x, y));
          case 2, 3 -> {
            int[] old = sent.get(random.nextInt(sent.size()));
            together.add(letter(node, old[0], old[1]));
          }
          default -> {
            int[] next = {random.nextInt(people), letters++};
            sent.add(next);
            together.add(letter(node, next[0], next[1]));
          }
        }
      }
      together.forEach(TestNode::result);
    }
    homes.forEach(home -> finish(home));
    check(homes, letters);
    for (int[] old : sent) {
      TestNode.result(letter(random.nextBoolean() ? a : b, old[0], old[1]));
    }
    check(homes, letters);
  }

  /** As the keepers of sealed streams do. */
  private static void finish(CustomerId home) {
    for (CustomerId at = home; at != null; ) {
      CustomerId here = at;
      b.await(() -> b.joining.finish(here));
      at = b.await(() -> b.streams.load(here)).into();
    }
  }

  private static void check(List<CustomerId> homes, int letters) {
    Set<CustomerId> roots = new HashSet<>();
    for (CustomerId home : homes) {
      CustomerId root = root(a, home);
      assertThat(b.await(() -> b.roots.root(home).map(StreamState::customer))).isEqualTo(root);
      roots.add(root);
    }
    List<Entry> all = new ArrayList<>();
    Set<CustomerId> streams = new HashSet<>();
    roots.forEach(root -> timeline(root, streams, all));
    assertThat(streams).as("every stream is shown somewhere").containsAll(homes);
    assertThat(all).extracting(e -> e.header().id()).doesNotHaveDuplicates();
    assertThat(
            all.stream()
                .filter(e -> e.event() instanceof Event.MessageAdded)
                .map(e -> ((Event.MessageAdded) e.event()).content().preview(100)))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, letters).mapToObj(i -> "text " + i).toList());
  }

  @Test
  void aMessageFinishesTheMergeOfAGatewayThatDied() {
    TestNode.result(letter(a, 0, 0));
    TestNode.result(letter(a, 1, 1));
    CustomerId older = home(0).olderThan(home(1)) ? home(0) : home(1);
    int younger = older.equals(home(0)) ? 1 : 0;
    TestNode.result(halfMerge(a, home(0), home(1)));
    assertThat(entries(older)).noneMatch(e -> e.event() instanceof Event.CustomersMerged);
    TestNode.result(letter(b, younger, 2));
    assertThat(entries(older))
        .filteredOn(e -> e.event() instanceof Event.CustomersMerged)
        .singleElement()
        .satisfies(
            e -> {
              Event.CustomersMerged m = (Event.CustomersMerged) e.event();
              assertThat(m.from()).isEqualTo(home(younger).toString());
              assertThat(m.addresses()).hasSize(1);
            });
    CustomerId child = home(younger);
    StreamState root = a.await(() -> a.roots.root(child));
    assertThat(root.customer()).isEqualTo(older);
    assertThat(root.routes()).hasSize(2);
    assertThat(root.scopes().of(home(0).toString())).as("an agent's word").hasSize(1);
  }

  @Test
  void aMergeWhoseSealWasDoneAndNotAnsweredIsFinishedAtOnce() {
    try (Cut wire = new Cut(redis.uri())) {
      TestNode cut = redis.node(wire.uri());
      TestNode.result(letter(a, 0, 0));
      TestNode.result(letter(a, 1, 1));
      List<CustomerId> homes = List.of(home(0), home(1));
      cut.await(() -> cut.streams.load(homes.get(0)));
      wire.loseReplyTo("hilo1_seal");
      CustomerId root = TestNode.result(merge(cut, homes.get(0), homes.get(1)));
      assertThat(wire.armed()).isFalse();
      assertThat(entries(root)).anyMatch(e -> e.event() instanceof Event.CustomersMerged);
      cut.close();
    }
  }

  @Test
  void mergingTwiceOrOneselfChangesNothing() {
    TestNode.result(letter(a, 0, 0));
    TestNode.result(letter(a, 1, 1));
    CustomerId root = TestNode.result(merge(a, home(0), home(1)));
    List<Entry> before = entries(root);
    assertThat(TestNode.result(merge(b, home(1), home(0)))).isEqualTo(root);
    assertThat(TestNode.result(merge(b, home(1), home(1)))).isEqualTo(root);
    assertThat(entries(root)).isEqualTo(before);
  }

  @Test
  void bothSidesMergingAtTheSameInstantMakeOne() {
    for (int i = 0; i < 20; i++) {
      TestNode.result(letter(a, 2 * i, 2 * i));
      TestNode.result(letter(a, 2 * i + 1, 2 * i + 1));
      CustomerId x = home(2 * i);
      CustomerId y = home(2 * i + 1);
      Future<CustomerId> one = merge(a, x, y);
      Future<CustomerId> two = merge(b, y, x);
      assertThat(TestNode.result(one)).isEqualTo(TestNode.result(two));
      finish(x);
      finish(y);
      check(List.of(x, y), TestNode.result(one), i);
    }
  }

  private static void check(List<CustomerId> homes, CustomerId root, int pair) {
    assertThat(homes).allSatisfy(home -> assertThat(root(b, home)).isEqualTo(root));
    assertThat(entries(root))
        .as("pair %d", pair)
        .filteredOn(e -> e.event() instanceof Event.CustomersMerged)
        .hasSize(1);
  }
}
