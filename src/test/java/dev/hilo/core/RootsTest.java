package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.conversation.Address;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What whoever writes, and whoever listens, is told is what the store holds. */
class RootsTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private TestNode node;
  private CustomerId c;
  private final List<Entry> told = new ArrayList<>();

  @BeforeEach
  void start() {
    node = redis.node();
    c = CustomerId.fresh(node.workspace);
    node.await(
        () -> {
          node.roots.tell((_, _, _, entries) -> told.addAll(entries));
          return Future.succeededFuture(true);
        });
  }

  private List<Entry> stored() {
    return node.await(() -> node.streams.after(c, Position.START, 1000));
  }

  /** Begins the thread whatever is known of it, and says something. */
  private Roots.Change says(String text, boolean gathers) {
    return new Roots.Change() {
      @Override
      public List<Draft> facts(StreamState state) {
        Drafts drafts = Drafts.now(Author.customer(c), null);
        Event said =
            new Event.MessageAdded(
                new Address("paper", "", "p"),
                "desk",
                new Content.Text(text),
                List.of(),
                text,
                null,
                null,
                false,
                Map.of());
        Draft message = drafts.of(state, said, c.toString(), "via");
        return gathers
            ? List.of(message)
            : List.of(
                drafts.of(state, new Event.CustomerStarted(Event.CustomerKind.PERSON, null)),
                message);
      }

      @Override
      public boolean gathers() {
        return gathers;
      }
    };
  }

  @Test
  void aStartThatIsThereAlreadyMovesNothing() {
    node.await(() -> node.roots.write(c, Roots.src("1"), says("one", false)));
    Roots.Written two = node.await(() -> node.roots.write(c, Roots.src("2"), says("two", false)));
    List<Entry> stored = stored();
    assertThat(stored).hasSize(3);
    assertThat(two.entries()).containsExactly(stored.getLast());
    assertThat(two.position()).isEqualTo(stored.getLast().position());
    assertThat(told).isEqualTo(stored);
  }

  @Test
  void whatComesAtOnceIsWrittenInItsOrderAndTold() {
    node.await(() -> node.roots.write(c, Roots.src("0"), says("0", false)));
    List<Roots.Written> written =
        node.await(
            () -> {
              List<Future<Roots.Written>> all =
                  IntStream.rangeClosed(1, 100)
                      .mapToObj(
                          i -> node.roots.write(c, Roots.src("" + i % 90), says("" + i, true)))
                      .toList();
              return Future.all(all).map(_ -> all.stream().map(Future::result).toList());
            });
    List<Entry> stored = stored();
    assertThat(stored.stream().skip(2).map(e -> ((Event.MessageAdded) e.event()).externalId()))
        .as("0 and 90 have one dedupe id; so have 91 to 100 and 1 to 10")
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 89).mapToObj(String::valueOf).toList());
    assertThat(told).isEqualTo(stored);
    for (int i = 1; i <= 100; i++) {
      Roots.Written w = written.get(i - 1);
      assertThat(w.duplicate()).isEqualTo(i >= 90);
      Position at = stored.get(i % 90 == 0 ? 0 : i % 90 + 1).position();
      assertThat(w.position()).as("of " + i).isEqualTo(at);
    }
  }
}
