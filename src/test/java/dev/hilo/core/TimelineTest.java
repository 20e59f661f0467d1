package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.channel.Inbound;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import dev.hilo.conversation.Ulid;
import dev.hilo.testing.PaperChannel;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TimelineTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  /**
   * The exact second of the first letter, and the whole second a platform tells for the second one.
   */
  @Test
  void wholeSecondsOfAPlatformDoNotTurnTheOrderAround() {
    TestNode node = redis.node();
    while (System.currentTimeMillis() % 1000 > 500) {
      Thread.onSpinWait(); // both letters come within one second
    }
    Instant exact = Instant.ofEpochMilli(System.currentTimeMillis() / 1000 * 1000 + 1);
    CustomerId first = letter(node, "first", exact);
    CustomerId second = letter(node, "second", exact.truncatedTo(ChronoUnit.SECONDS));
    CustomerId root =
        node.await(
                () ->
                    node.joining.merge(
                        first,
                        second,
                        Strength.AGENT,
                        List.of(first, second),
                        null,
                        new Author(Author.Kind.AGENT, "ana")))
            .root();
    Timeline timeline = new Timeline(node.streams, node.keys);

    Timeline.Page page =
        node.await(
            () -> timeline.page(root, null, 10, e -> e.event() instanceof Event.MessageAdded));

    assertThat(page.items())
        .extracting(i -> ((Event.MessageAdded) i.entry().event()).content().preview(20))
        .containsExactly("first", "second");
  }

  @Test
  void aCursorIsGoodForItsThreadOnlyAlsoWhereThatIsMergedMeanwhile() {
    TestNode node = redis.node();
    CustomerId one = letter(node, "one", Instant.now());
    CustomerId other = letter(node, "other", Instant.now());
    CustomerId third = letter(node, "third", Instant.now());
    Timeline timeline = new Timeline(node.streams, node.keys);
    Timeline.Page newest = node.await(() -> timeline.page(one, null, 1, _ -> true));
    String cursor = Objects.requireNonNull(newest.cursor());
    assertThat(node.await(() -> timeline.page(one, cursor, 10, _ -> true)).items()).isNotEmpty();
    assertThatThrownBy(() -> node.await(() -> timeline.page(other, cursor, 10, _ -> true)))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("of this thread");
    CustomerId root =
        node.await(
                () ->
                    node.joining.merge(
                        one,
                        other,
                        Strength.AGENT,
                        List.of(one, other),
                        null,
                        new Author(Author.Kind.AGENT, "ana")))
            .root();
    assertThat(node.await(() -> timeline.page(root, cursor, 10, _ -> true)).items()).isNotEmpty();
    assertThatThrownBy(() -> node.await(() -> timeline.page(third, cursor, 10, _ -> true)))
        .isInstanceOf(Problem.class);
  }

  private static CustomerId letter(TestNode node, String text, Instant at) {
    String person = Ulid.next();
    Inbound.Message m = (Inbound.Message) PaperChannel.letter(person, Ulid.next(), text);
    Inbound.Origin o = m.origin();
    Inbound.Origin dated =
        new Inbound.Origin(
            o.account(),
            o.address(),
            o.aliases(),
            o.trust(),
            o.attributes(),
            o.sender(),
            o.room(),
            o.dedupeKey(),
            at);
    Inbound item =
        new Inbound.Message(
            dated,
            m.externalId(),
            false,
            false,
            m.content(),
            List.of(),
            null,
            m.details(),
            m.context());
    node.await(() -> node.receive(PaperChannel.TYPE, "endpoint", List.of(item)));
    String via = node.keys.via(o.address());
    return Objects.requireNonNull(node.await(() -> node.directory.find(node.workspace, via)));
  }
}
