package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.MediaSource;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.CustomerView;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Strength;
import dev.hilo.store.Feed;
import dev.hilo.testing.FileServer;
import dev.hilo.testing.PaperChannel;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Files that customers send are fetched while they can be had, and once. */
class MediaFetchTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static final Duration LONG = Duration.ofSeconds(60);

  private final FileServer server = new FileServer();
  private TestNode node;

  @BeforeEach
  void start() {
    node = redis.node();
    node.paper.files =
        ref ->
            ref.startsWith("/")
                ? new MediaSource.Link(server.url(ref), Map.of(), false)
                : new MediaSource.Gone("burnt");
  }

  @AfterEach
  void stop() {
    node.close();
    server.close();
  }

  /** Looks after everybody. */
  private final class Office implements AutoCloseable {
    private final Feed feed;
    private final Keeper keeper;

    Office(String name) {
      feed = node.feed(name);
      Accounts accounts =
          new Accounts(
              List.of(
                  new Accounts.Opened(node.workspace, PaperChannel.TYPE, "endpoint", node.paper)));
      keeper = node.keeper(name, feed, accounts);
      keeper.start();
    }

    @Override
    public void close() {
      keeper.close();
      TestNode.result(feed.close());
    }
  }

  private void receive(Inbound item) {
    node.await(() -> node.receive(PaperChannel.TYPE, "endpoint", List.of(item)));
  }

  private CustomerId home(String person) {
    String via = node.keys.via(PaperChannel.address(person));
    return node.await(() -> node.directory.find(node.workspace, via));
  }

  private StreamState state(CustomerId customer) {
    return node.await(() -> node.streams.load(customer)).state();
  }

  private List<Entry> entries(CustomerId customer) {
    return node.await(() -> node.streams.after(customer, Position.START, 500));
  }

  /** What became of the files of a stream. */
  private List<Event> outcomes(CustomerId customer) {
    return entries(customer).stream()
        .map(Entry::event)
        .filter(e -> e instanceof Event.MediaStored || e instanceof Event.MediaFailed)
        .toList();
  }

  private List<Event> awaitOutcomes(CustomerId customer, int count) {
    await().atMost(LONG).until(() -> outcomes(customer).size() >= count);
    await().atMost(LONG).until(() -> state(customer).unfetched().isEmpty());
    return outcomes(customer);
  }

  private byte[] bytes(String blob) throws IOException {
    try (InputStream in = node.blobs.open(blob)) {
      return in.readAllBytes();
    }
  }

  @Test
  void aFileIsHereSoonAndBelongsToWhoSentIt() throws IOException {
    server.at("/a.png", 200, "application/octet-stream", FileServer.PNG);
    try (Office _ = new Office("a")) {
      receive(PaperChannel.picture("ann", "1", "/a.png"));
      CustomerId ann = home("ann");
      List<Event> all = awaitOutcomes(ann, 1);
      assertThat(all)
          .singleElement()
          .isInstanceOfSatisfying(
              Event.MediaStored.class,
              stored -> {
                assertThat(stored.mime()).isEqualTo("image/png");
                assertThat(stored.size()).isEqualTo(FileServer.PNG.length);
                assertThat(stored.index()).isZero();
                assertThat(stored.blob()).startsWith(ann.workspace() + "/" + ann.local() + "/");
              });
      assertThat(bytes(((Event.MediaStored) all.getFirst()).blob())).isEqualTo(FileServer.PNG);
      assertThat(state(ann).due()).isNull();
    }
  }

  @Test
  void everyFileOfAMessageIsFetchedUnlessItIsHere() {
    server.at("/a.png", 200, "image/png", FileServer.PNG);
    Content.Media there =
        new Content.Media(
            Content.Media.Kind.FILE, "w/h/0", "text/plain", 3, "a.txt", null, "/a.png", null);
    Content.Media lost =
        new Content.Media(Content.Media.Kind.FILE, null, null, -1, null, null, "/a.png", "too old");
    Inbound.Message picture = (Inbound.Message) PaperChannel.picture("bob", "1", "/a.png");
    Content.Media away = (Content.Media) picture.content();
    receive(
        new Inbound.Message(
            picture.origin(),
            "1",
            false,
            false,
            new Content.Text("two of them"),
            List.of(there, away, lost, away),
            null,
            Map.of(),
            Map.of()));
    try (Office _ = new Office("a")) {
      assertThat(awaitOutcomes(home("bob"), 2))
          .extracting(e -> ((Event.MediaStored) e).index())
          .containsExactlyInAnyOrder(2, 4);
    }
  }

  @Test
  void whatCannotBeHadSaysWhy() {
    server
        .at("/login", 200, "text/html", "<html>".getBytes(StandardCharsets.UTF_8))
        .at("/huge", 200, "image/png", new byte[(1 << 20) + 1])
        .redirect("/inside", "http://localhost:" + server.port() + "/a.png");
    String[] refs = {"gone", "/login", "/huge", "/inside"};
    for (int i = 0; i < refs.length; i++) {
      receive(PaperChannel.picture("cid", "c" + i, refs[i]));
    }
    try (Office _ = new Office("a")) {
      assertThat(awaitOutcomes(home("cid"), 4))
          .extracting(e -> ((Event.MediaFailed) e).why())
          .containsExactlyInAnyOrder(
              "burnt",
              "a page came instead of the file",
              "it is larger than 1 MB",
              "its address is not https");
    }
  }

  @Test
  void whatIsNotReadyIsTriedAgainWithALinkThatStands() {
    AtomicInteger links = new AtomicInteger();
    node.paper.files =
        _ ->
            links.incrementAndGet() == 1
                ? new MediaSource.Later(Duration.ofMillis(10), "the platform still turns it")
                : new MediaSource.Link(server.url("/link" + links.get()), Map.of(), false);
    server
        .at("/link2", 202, "text/plain", new byte[0])
        .at("/link4", 200, "image/png", FileServer.PNG);
    try (Office _ = new Office("a")) {
      receive(PaperChannel.picture("dan", "1", "/x"));
      assertThat(awaitOutcomes(home("dan"), 1))
          .singleElement()
          .isInstanceOf(Event.MediaStored.class);
      assertThat(server.asked("/link3")).as("a link that was over").hasSize(1);
    }
  }

  @Test
  void aLinkThatIsAlwaysOverIsGivenUp() {
    try (Office _ = new Office("a")) {
      receive(PaperChannel.picture("eve", "1", "/none"));
      assertThat(awaitOutcomes(home("eve"), 1))
          .singleElement()
          .isEqualTo(
              new Event.MediaFailed(
                  entries(home("eve")).get(1).header().id(), 0, "the other side answered 404"));
    }
  }

  @Test
  void whatIsTakenBackIsNotFetched() {
    receive(PaperChannel.picture("fay", "1", "/a.png"));
    receive(new Inbound.Removal(PaperChannel.origin("fay", "1-removed", List.of()), "1"));
    receive(PaperChannel.picture("fay", "2", "gone"));
    try (Office _ = new Office("a")) {
      assertThat(awaitOutcomes(home("fay"), 1)).hasSize(1);
      assertThat(server.asked("/a.png")).isEmpty();
    }
  }

  @Test
  void aPictureInPlaceOfAnotherWins() throws IOException {
    CountDownLatch replaced = new CountDownLatch(1);
    byte[] second = FileServer.PNG.clone();
    second[second.length - 20]++;
    server
        .at(
            "/first",
            (request, _) -> {
              try {
                replaced.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              FileServer.answer(request, 200, "image/png", FileServer.PNG);
            })
        .at("/second", 200, "image/png", second);
    try (Office _ = new Office("a")) {
      receive(PaperChannel.picture("gus", "1", "/first"));
      await().atMost(LONG).until(() -> server.asked("/first").size() == 1);
      Inbound.Message other = (Inbound.Message) PaperChannel.picture("gus", "x", "/second");
      receive(
          new Inbound.Edit(
              PaperChannel.origin("gus", "1-edited", List.of()), "1", other.content()));
      replaced.countDown();
      List<Event> all = awaitOutcomes(home("gus"), 1);
      assertThat(bytes(((Event.MediaStored) all.getLast()).blob())).isEqualTo(second);
    }
  }

  @Test
  void twoKeepersAtOnceWriteItOnce() {
    CountDownLatch both = new CountDownLatch(2);
    server.at(
        "/a.png",
        (request, _) -> {
          both.countDown();
          try {
            both.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          FileServer.answer(request, 200, "image/png", FileServer.PNG);
        });
    receive(PaperChannel.picture("hal", "1", "/a.png"));
    CustomerId hal = home("hal");
    Accounts accounts =
        new Accounts(
            List.of(new Accounts.Opened(node.workspace, PaperChannel.TYPE, "e", node.paper)));
    List<MediaFetch> two = List.of(node.mediaFetch(accounts), node.mediaFetch(accounts));
    CountDownLatch done = new CountDownLatch(2);
    for (MediaFetch one : two) {
      one.tell(_ -> done.countDown());
      assertThat(one.run(state(hal))).isNotNull();
    }
    await().atMost(LONG).until(() -> done.getCount() == 0);
    assertThat(outcomes(hal)).hasSize(1);
    two.forEach(MediaFetch::close);
  }

  @Test
  void theRecordingOfACallIsForStaff() {
    server.at("/call.mp3", 200, "audio/mpeg", "ID3 and sound".getBytes(StandardCharsets.UTF_8));
    Content.Media recording =
        new Content.Media(Content.Media.Kind.AUDIO, null, null, -1, null, null, "/call.mp3", null);
    receive(
        new Inbound.Call(
            PaperChannel.origin("ida", "1", List.of()),
            "call1",
            "in",
            "recording",
            12,
            null,
            recording,
            Map.of()));
    CustomerId ida = home("ida");
    try (Office _ = new Office("a")) {
      assertThat(awaitOutcomes(ida, 1)).singleElement().isInstanceOf(Event.MediaStored.class);
      assertThat(entries(ida))
          .allSatisfy(
              e -> assertThat(CustomerView.of(e, Set.of(ida.toString()), _ -> null)).isNull());
    }
  }

  @Test
  void aMergeLosesNoFileAndFetchesNoneTwice() {
    CountDownLatch merged = new CountDownLatch(1);
    server.at(
        "/a.png",
        (request, _) -> {
          try {
            merged.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          FileServer.answer(request, 200, "image/png", FileServer.PNG);
        });
    receive(PaperChannel.letter("jan", "0", "I was here first"));
    CustomerId first = home("jan");
    try (Office _ = new Office("a")) {
      receive(PaperChannel.picture("jon", "1", "/a.png"));
      CustomerId second = home("jon");
      await().atMost(LONG).until(() -> server.asked("/a.png").size() == 1);
      node.await(
          () ->
              node.joining.observe(
                  new Joining.Evidence(
                      List.of(first, second),
                      List.of(
                          node.keys.via(PaperChannel.address("jan")),
                          node.keys.via(PaperChannel.address("jon"))),
                      Strength.PLATFORM,
                      "test",
                      Author.gateway("test"))));
      CustomerId root = node.await(() -> node.roots.root(second).map(StreamState::customer));
      merged.countDown();
      await().atMost(LONG).until(() -> !outcomes(root).isEmpty());
      List<Entry> stored = new ArrayList<>(entries(root));
      stored.removeIf(e -> !(e.event() instanceof Event.MediaStored));
      assertThat(stored)
          .singleElement()
          .satisfies(e -> assertThat(e.header().home()).isEqualTo(second.toString()));
      assertThat(server.asked("/a.png")).hasSize(1);
    }
  }
}
