package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Inbound;
import dev.hilo.codec.EntryCodec;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.testing.PaperChannel;
import dev.hilo.testing.RedisFork;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.Seeds;
import dev.hilo.testing.TestNode;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReceptionTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static TestNode a;
  private static TestNode b;

  @BeforeAll
  static void start() {
    a = redis.node();
    b = redis.node();
  }

  private static Future<Void> receive(TestNode node, Inbound item) {
    return node.run(() -> node.receive(PaperChannel.TYPE, "endpoint", List.of(item)));
  }

  private static CustomerId home(TestNode node, String person) {
    String via = node.keys.via(PaperChannel.address(person));
    return Objects.requireNonNull(node.await(() -> node.directory.find(node.workspace, via)));
  }

  private static List<Entry> entries(TestNode node, CustomerId c) {
    return node.await(() -> node.streams.after(c, Position.START, 2000));
  }

  private static List<String> said(List<Entry> entries) {
    return entries.stream()
        .filter(e -> e.event() instanceof Event.MessageAdded)
        .map(e -> ((Event.MessageAdded) e.event()).content().preview(200))
        .toList();
  }

  private static long calls(RedisFork fork) {
    Matcher m =
        Pattern.compile("cmdstat_fcall:calls=(\\d+)").matcher(fork.command("INFO", "commandstats"));
    return m.find() ? Long.parseLong(m.group(1)) : 0;
  }

  @Test
  void fiftyFirstMessagesOfOnePersonOnTwoNodesAreOneCustomerWithOneConversation() {
    try (RedisFork fork = RedisFork.start(redis.binary())) {
      TestNode one = redis.node(fork.uri());
      TestNode two = redis.node(fork.uri());
      for (TestNode node : List.of(one, two)) {
        node.await(() -> node.streams.load(CustomerId.fresh(node.workspace)));
      }
      long before = calls(fork);
      List<Future<Void>> all =
          IntStream.range(0, 50)
              .mapToObj(
                  i ->
                      receive(
                          i % 2 == 0 ? one : two, PaperChannel.letter("eva", "k" + i, "text " + i)))
              .toList();
      all.forEach(TestNode::result);
      long calls = calls(fork) - before;
      List<Entry> entries = entries(one, home(one, "eva"));
      assertThat(entries).hasSize(52);
      assertThat(entries.getFirst().event()).isInstanceOf(Event.CustomerStarted.class);
      assertThat(entries).filteredOn(e -> e.event() instanceof Event.ConversationOpened).hasSize(1);
      assertThat(said(entries)).hasSize(50).doesNotHaveDuplicates();
      assertThat(calls).as("appends and loads").isBetween(50L, 110L);
      one.close();
      two.close();
    }
  }

  @Seeds(10)
  void redeliveriesOnTwoNodesAtOnceAreOneCopyEach(Random random) {
    String person = "p" + random.nextLong();
    List<Inbound> items = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Inbound item = PaperChannel.letter(person, "k" + i, "text " + i);
      items.addAll(List.of(item, item, item));
    }
    for (int i = 0; i < 4; i++) {
      Inbound call =
          new Inbound.Call(
              PaperChannel.origin(person, "k" + i, List.of()),
              "call" + i,
              "in",
              "answered",
              60 + i,
              null,
              null,
              Map.of());
      items.addAll(List.of(call, call, call));
    }
    Collections.shuffle(items, random);
    items.stream()
        .map(item -> receive(random.nextBoolean() ? a : b, item))
        .toList()
        .forEach(TestNode::result);
    List<Entry> entries = entries(a, home(b, person));
    assertThat(said(entries)).hasSize(12).doesNotHaveDuplicates();
    assertThat(entries).filteredOn(e -> e.event() instanceof Event.CallLogged).hasSize(4);
    assertThat(entries).filteredOn(e -> e.event() instanceof Event.CustomerStarted).hasSize(1);
    assertThat(entries).filteredOn(e -> e.event() instanceof Event.ConversationOpened).hasSize(1);
    assertThat(entries).extracting(e -> e.header().id()).doesNotHaveDuplicates();
  }

  @Test
  void whatNamesOnlyItsCallIsFoundWithWhoCalledInWhateverOrder() {
    for (String person : List.of("ring", "rec")) {
      var call = PaperChannel.address("call-" + person);
      Inbound rings = call(PaperChannel.origin(person, person + 1, List.of(call)), "ringing");
      Inbound records =
          call(PaperChannel.origin("call-" + person, person + 2, List.of()), "recording");
      boolean first = person.equals("ring");
      TestNode.result(receive(a, first ? rings : records));
      TestNode.result(receive(b, first ? records : rings));
      assertThat(home(a, person)).isEqualTo(home(b, "call-" + person));
      assertThat(entries(a, home(a, person)))
          .filteredOn(e -> e.event() instanceof Event.CallLogged)
          .hasSize(2);
    }
  }

  private static Inbound call(Inbound.Origin origin, String outcome) {
    return new Inbound.Call(origin, "c", "in", outcome, 0, null, null, Map.of());
  }

  @Test
  void itemsOfOneDeliveryStayInOrder() {
    List<Inbound> items =
        IntStream.range(0, 30)
            .mapToObj(i -> PaperChannel.letter("ord", "k" + i, "text " + i))
            .toList();
    a.await(() -> a.receive(PaperChannel.TYPE, "endpoint", items));
    assertThat(said(entries(a, home(a, "ord"))))
        .containsExactlyElementsOf(IntStream.range(0, 30).mapToObj(i -> "text " + i).toList());
  }

  @Test
  void aPlatformsProofMakesTwoPeopleOneAndOpensTheirHistories() {
    TestNode.result(receive(a, PaperChannel.letter("old", "k1", "from old")));
    TestNode.result(receive(b, PaperChannel.letter("new", "k1", "from new")));
    CustomerId old = home(a, "old");
    CustomerId fresh = home(a, "new");
    Inbound proof = PaperChannel.letter("new", "k2", "both", List.of(PaperChannel.address("old")));
    TestNode.result(receive(a, proof));
    TestNode.result(receive(b, proof));
    var root = a.await(() -> a.roots.root(fresh).map(s -> s));
    assertThat(root.customer()).isEqualTo(old.olderThan(fresh) ? old : fresh);
    assertThat(root.scopes().of(old.toString())).contains(fresh.toString());
    assertThat(home(b, "new")).as("the directory is never changed by a merge").isEqualTo(fresh);
    TestNode.result(receive(b, PaperChannel.letter("old", "k3", "and on")));
    assertThat(said(entries(a, root.customer()))).contains("and on");
  }

  @Test
  void anAddressThatIsNewTakesTheHomeOfAProvedAlias() {
    TestNode.result(receive(a, PaperChannel.letter("phone", "k1", "hello")));
    TestNode.result(
        receive(
            b,
            PaperChannel.letter("app", "k1", "it is me", List.of(PaperChannel.address("phone")))));
    assertThat(home(a, "app")).isEqualTo(home(a, "phone"));
  }

  @Test
  void whatIsTooLargeForAnEntryIsKeptAsAFile() throws Exception {
    String text = "long ñ ".repeat(5000);
    TestNode.result(receive(a, PaperChannel.letter("talker", "k1", text)));
    Event.MessageAdded kept =
        entries(a, home(a, "talker")).stream()
            .filter(e -> e.event() instanceof Event.MessageAdded)
            .map(e -> (Event.MessageAdded) e.event())
            .findFirst()
            .orElseThrow();
    Content.Media file = kept.attachments().getFirst();
    assertThat(
            new String(
                a.blobs.open(Objects.requireNonNull(file.blob())).readAllBytes(),
                StandardCharsets.UTF_8))
        .isEqualTo(text);
    assertThat(((Content.Text) kept.content()).text()).hasSizeBetween(1000, 2001);
  }

  @Test
  void anEditThatIsTooLargeForAnEntryIsKeptAsAFileToo() throws Exception {
    TestNode.result(receive(a, PaperChannel.letter("editor", "k1", "short")));
    String text = "long ñ ".repeat(5000);
    Inbound.Origin origin = PaperChannel.origin("editor", "k2", List.of());
    TestNode.result(receive(a, new Inbound.Edit(origin, "k1", new Content.Text(text))));
    Entry entry = entries(a, home(a, "editor")).getLast();
    assertThat(EntryCodec.body(entry.event())).hasSizeLessThan(8000);
    Content.Media file = (Content.Media) ((Event.MessageEdited) entry.event()).content();
    assertThat(
            new String(
                a.blobs.open(Objects.requireNonNull(file.blob())).readAllBytes(),
                StandardCharsets.UTF_8))
        .isEqualTo(text);
    assertThat(file.caption()).hasSizeBetween(1000, 2001).startsWith("long ñ long");
  }

  @Test
  void whatAPlatformSaysOnTheSideNeverMakesAnEntryTooLarge() {
    String much = "x".repeat(30_000);
    Inbound.Origin origin = PaperChannel.origin("wordy", "k1", List.of());
    for (Inbound item :
        List.of(
            new Inbound.Removal(origin, much),
            new Inbound.Reaction(origin, much, much, true),
            new Inbound.Consent(origin, false, much),
            new Inbound.Call(origin, much, much, much, 1, much, null, Map.of()),
            new Inbound.Notice(origin, "referral", Map.of("referral.ref", much)))) {
      TestNode.result(receive(a, item));
    }
    assertThat(entries(a, home(a, "wordy")))
        .hasSizeGreaterThan(4)
        .allSatisfy(e -> assertThat(EntryCodec.body(e.event())).hasSizeLessThan(8000));
  }

  @Test
  void whoFollowsAgainMayBeWrittenTo() {
    for (int i = 0; i < 2; i++) {
      var left = PaperChannel.origin("fan", "left" + i, List.of());
      TestNode.result(receive(a, new Inbound.Consent(left, false, "blocked")));
      var back = PaperChannel.origin("fan", "back" + i, List.of());
      TestNode.result(receive(b, new Inbound.Notice(back, "follow", Map.of())));
    }
    assertThat(entries(a, home(a, "fan")))
        .extracting(Entry::event)
        .filteredOn(Event.ConsentChanged.class::isInstance)
        .extracting(e -> ((Event.ConsentChanged) e).granted())
        .containsExactly(false, true, false, true);
  }

  @Test
  void anEchoOfWhatIsThereIsNoSecondMessage() {
    TestNode.result(receive(a, echo("echoed", "first", "m1")));
    TestNode.result(receive(b, echo("echoed", "again", "m1")));
    TestNode.result(receive(b, echo("echoed", "other", "m2")));
    assertThat(said(entries(a, home(a, "echoed")))).containsExactly("first", "other");
  }

  private static Inbound echo(String person, String text, String externalId) {
    return new Inbound.Message(
        PaperChannel.origin(person, text, List.of()),
        externalId,
        true,
        false,
        new Content.Text(text),
        List.of(),
        null,
        Map.of(),
        Map.of());
  }

  @Test
  void aRoomThatIsJoinedBeforeAnybodySpeaksIsARoom() {
    var origin = PaperChannel.origin("hall", "joined", List.of());
    var room = new Inbound.Room(origin.address().id(), "group", "Hall", null);
    TestNode.result(
        receive(
            a,
            new Inbound.Notice(
                new Inbound.Origin(
                    origin.account(),
                    origin.address(),
                    List.of(),
                    origin.trust(),
                    Map.of(),
                    null,
                    room,
                    origin.dedupeKey(),
                    null),
                "join",
                Map.of())));
    assertThat(entries(a, home(a, "hall")).getFirst().event())
        .isEqualTo(new Event.CustomerStarted(Event.CustomerKind.ROOM, "Hall"));
  }

  @Test
  void itemsForAnAccountNobodyConfiguredAreKept() {
    Inbound item = PaperChannel.letter("lost", "k1", "hello?");
    a.await(() -> a.receive("nobody", "endpoint", List.of(item, item)));
    assertThat(entries(a, CustomerId.unrouted(a.workspace)))
        .filteredOn(e -> e.event() instanceof Event.Unrouted u && u.raw().contains("hello?"))
        .hasSize(1);
  }
}
