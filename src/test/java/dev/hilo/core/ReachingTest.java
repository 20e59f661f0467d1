package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hilo.access.Principal;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.SendResult;
import dev.hilo.codec.Json;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Strength;
import dev.hilo.store.Keys;
import dev.hilo.store.Pacing;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A customer with two addresses: {@code daily} takes free messages for a day after the customer's
 * last one, {@code plain} takes text and nothing else.
 */
class ReachingTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static TestNode node;

  /** A platform that takes everything and remembers it. */
  private static final class Platform implements Channel {
    final ConcurrentLinkedQueue<Outbound> sent = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<Gesture> shown = new ConcurrentLinkedQueue<>();
    private final Capabilities capabilities;

    Platform(Capabilities capabilities) {
      this.capabilities = capabilities;
    }

    @Override
    public List<Account> accounts() {
      return List.of(new Account("shop", "Shop"));
    }

    @Override
    public Capabilities capabilities() {
      return capabilities;
    }

    @Override
    public SendResult send(Outbound message) {
      sent.add(message);
      return new SendResult.Accepted("ext-" + message.id());
    }

    @Override
    public SendResult perform(Gesture gesture) {
      shown.add(gesture);
      return new SendResult.Accepted("");
    }
  }

  private final Platform daily =
      new Platform(
          Capabilities.text(4096)
              .choices(3)
              .with(
                  Feature.REACTIONS,
                  Feature.EDITS,
                  Feature.REMOVALS,
                  Feature.REPLIES,
                  Feature.QUOTES,
                  Feature.TYPING,
                  Feature.READS)
              .within(Duration.ofHours(24)));
  private final Platform plain = new Platform(Capabilities.text(160).costs(Capabilities.Cost.PAID));
  private final Accounts.Opened dailyOpened = opened("daily", daily);
  private final Accounts accounts = new Accounts(List.of(dailyOpened, opened("plain", plain)));
  private final Ways ways = new Ways(accounts);
  private final Principal ana =
      new Principal.Agent(redis.workspace(), "ana", "Ana", Principal.Seat.UNKNOWN);
  private final String person = UUID.randomUUID().toString();
  private Reception reception;
  private Saying saying;
  private Actions actions;
  private CustomerId customer;
  private int said;

  private static Accounts.Opened opened(String type, Channel channel) {
    return new Accounts.Opened(redis.workspace(), type, type, channel);
  }

  @BeforeAll
  static void start() {
    node = redis.node();
  }

  @BeforeEach
  void aCustomerWhoWroteOnBoth() {
    reception = node.reception(accounts);
    saying = node.saying(accounts);
    actions =
        new Actions(
            node.threads,
            node.roots,
            node.joining,
            node.proofs,
            node.keys,
            node.tokens,
            node.rosters(),
            ways,
            new Gestures(ways, new SimpleMeterRegistry()),
            URI.create("http://127.0.0.1"));
    writes("plain", List.of(address("daily")));
    writes("daily", List.of());
    customer =
        Objects.requireNonNull(node.await(() -> node.directory.find(node.workspace, via("plain"))));
  }

  private Address address(String type) {
    return new Address(type, "", person);
  }

  private String via(String type) {
    return node.keys.via(address(type));
  }

  private Inbound.Origin origin(String type, List<Address> aliases) {
    return new Inbound.Origin(
        "shop",
        address(type),
        aliases,
        Strength.PLATFORM,
        Map.of(),
        null,
        null,
        "k" + said++,
        null);
  }

  private void reports(String type, Inbound... items) {
    node.await(() -> reception.receive(node.workspace, type, type, List.of(items)));
  }

  private void writes(String type, List<Address> aliases) {
    writes(type, aliases, "hello");
  }

  private void writes(String type, List<Address> aliases, String text) {
    String id = "in-" + person + said;
    reports(
        type,
        new Inbound.Message(
            origin(type, aliases),
            id,
            false,
            false,
            new Content.Text(text),
            List.of(),
            null,
            Map.of(),
            Map.of("k", "v")));
  }

  private StreamState state() {
    return node.await(() -> node.streams.load(customer)).state();
  }

  private String says(String route, Content content, String despite) {
    String id = "say" + said++;
    node.await(
        () -> saying.say(ana, customer, new Say(id, content, route, null, null, true, despite)));
    return state().pending().getLast().id();
  }

  private String says(String text) {
    return says("auto", new Content.Text(text), null);
  }

  /** Sends what is unsent. */
  private void deliver() {
    String token = node.await(() -> node.work.own(Keys.partition(customer), "n" + said++));
    try (Lanes lanes = node.lanes(accounts)) {
      long now = System.currentTimeMillis();
      Thread.ofVirtual().start(() -> lanes.run(state(), new LaneStep.Tenure(token, 0, now)));
      await().until(() -> state().pending().isEmpty());
    }
  }

  private static String obstacle(Throwable e) {
    return Objects.requireNonNull(((Problem) e).detail()).path("obstacle").asText();
  }

  @Test
  void theAnswerGoesWhereTheCustomerWroteLast() {
    says("hi");
    deliver();
    assertThat(daily.sent)
        .hasSize(1)
        .first()
        .extracting(Outbound::context)
        .isEqualTo(Map.of("k", "v"));
    assertThat(plain.sent).isEmpty();
  }

  @Test
  void whatWasSaidBeforeGoesAlongWhereAnAnswerRepeatsIt() {
    says("hi");
    writes("daily", List.of(), "and another thing");
    says(via("plain"), new Content.Text("hi there"), null);
    deliver();
    assertThat(daily.sent)
        .singleElement()
        .extracting(Outbound::quoted)
        .isNotNull()
        .satisfies(
            quote -> {
              assertThat(quote.text()).isEqualTo("hello");
              assertThat(quote.author()).isEqualTo(person);
            });
    assertThat(plain.sent).singleElement().extracting(Outbound::quoted).isNull();
  }

  @Test
  void whoOptedOutIsReachedElsewhereAndThereOnlyByName() {
    reports("daily", new Inbound.Consent(origin("daily", List.of()), false, "STOP"));
    says("hi");
    deliver();
    assertThat(plain.sent).hasSize(1);
    assertThatThrownBy(() -> says(via("daily"), new Content.Text("hi"), null))
        .isInstanceOfSatisfying(
            Problem.class,
            p -> {
              assertThat(p.code()).isEqualTo(Problem.Code.REFUSED);
              assertThat(obstacle(p)).isEqualTo("opt-out");
              assertThat(p.detail().path("routes").path(0).path("channel").asText())
                  .isEqualTo("plain");
            });
    says(via("daily"), new Content.Text("your parcel is lost"), "opt-out");
    deliver();
    assertThat(daily.sent).hasSize(1);
  }

  @Test
  void whatFitsNowhereIsRefusedBeforeItIsQueued() {
    assertThatThrownBy(() -> says(via("plain"), new Content.Text("x".repeat(161)), null))
        .isInstanceOfSatisfying(
            Problem.class, p -> assertThat(p.code()).isEqualTo(Problem.Code.TOO_LARGE));
    assertThatThrownBy(() -> says(via("plain"), new Content.Template("t", "en", List.of()), null))
        .isInstanceOfSatisfying(
            Problem.class, p -> assertThat(p.code()).isEqualTo(Problem.Code.UNSUITABLE));
    assertThat(state().pending()).isEmpty();
  }

  @Test
  void anAccountThatIsShutOutIsPassedOverUntilItIsLetInAgain() {
    reports(
        "daily", new Inbound.AccountChanged(origin("daily", List.of()), false, "token revoked"));
    assertThat(dailyOpened.health().now().ok()).isFalse();
    says("hi");
    deliver();
    assertThat(plain.sent).hasSize(1);
    reports("daily", new Inbound.AccountChanged(origin("daily", List.of()), true, "back"));
    assertThat(dailyOpened.health().now().ok()).isTrue();
    says("hi again");
    deliver();
    assertThat(daily.sent).hasSize(1);
  }

  @Test
  void choicesBeyondWhatTheChannelShowsAreANumberedList() {
    List<Content.Choices.Option> four =
        List.of("a", "b", "c", "d").stream()
            .map(t -> new Content.Choices.Option(t, t.toUpperCase(java.util.Locale.ROOT)))
            .toList();
    says("auto", new Content.Choices("Which?", four), null);
    says("auto", new Content.Choices("Which?", four.subList(0, 3)), null);
    deliver();
    assertThat(daily.sent)
        .extracting(Outbound::content)
        .containsExactly(
            new Content.Text("Which?\n1. A\n2. B\n3. C\n4. D"),
            new Content.Choices("Which?", four.subList(0, 3)));
  }

  @Test
  void aReplyNamesThePlatformsIdOfTheMessage() {
    StreamState.Message theirs = Objects.requireNonNull(state().newestOn(via("daily")));
    Say say = new Say("r", new Content.Text("yes"), "auto", theirs.id(), null, true, null);
    node.await(() -> saying.say(ana, customer, say));
    deliver();
    assertThat(daily.sent).extracting(Outbound::replyTo).containsExactly(theirs.externalId());
  }

  @Test
  void reactionsEditsAndRemovalsReachThePlatformInOrder() throws Exception {
    String id = says("helo");
    deliver();
    act("edit", "{\"message\":\"" + id + "\",\"content\":{\"type\":\"text\",\"text\":\"hello\"}}");
    act("react", "{\"message\":\"" + id + "\",\"emoji\":\"👍\"}");
    act("remove", "{\"message\":\"" + id + "\"}");
    assertThat(state().pending()).hasSize(3);
    deliver();
    String target = "ext-" + id;
    Address to = address("daily");
    Map<String, String> context = Map.of("k", "v");
    assertThat(daily.shown)
        .containsExactly(
            new Gesture.Edit("shop", to, context, target, new Content.Text("hello")),
            new Gesture.React("shop", to, context, target, "👍", true),
            new Gesture.Remove("shop", to, context, target));
  }

  @Test
  void nodesTakeTurnsOfOneAccount() {
    Pacing here = new Pacing(node.link);
    Pacing there = new Pacing(redis.node().link);
    String account = "account " + person;
    Duration hour = Duration.ofHours(1);
    assertThat(turn(here, account, hour)).isZero();
    Duration wait = turn(there, account, hour);
    assertThat(wait).isBetween(Duration.ofMinutes(59), hour);
    assertThat(turn(here, account, hour)).isBetween(Duration.ofMinutes(59), hour);
    assertThat(turn(here, account + "2", hour)).isZero();
  }

  /** One message in an hour, and nobody waits for a turn. */
  private static Duration turn(Pacing pacing, String account, Duration hour) {
    return node.await(() -> pacing.turn(account, 1, hour, Duration.ZERO));
  }

  @Test
  void whatAChannelCannotShowIsRefused() {
    String id = says(via("plain"), new Content.Text("hi"), null);
    deliver();
    assertThatThrownBy(() -> act("react", "{\"message\":\"" + id + "\",\"emoji\":\"👍\"}"))
        .isInstanceOfSatisfying(
            Problem.class, p -> assertThat(p.code()).isEqualTo(Problem.Code.UNSUITABLE));
  }

  private void act(String action, String json) throws Exception {
    var body = Json.parse(json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    node.await(() -> actions.act(ana, customer, action, body));
  }

  @Test
  void typingAndReadingAreShownOnTheAddressUsedLast() {
    StreamState.Message newest = Objects.requireNonNull(state().newestOn(via("daily")));
    actions.typing(ana, customer, true);
    actions.typing(ana, customer, true);
    Position seen = state().last();
    node.await(() -> actions.read(ana, customer, seen));
    Address to = address("daily");
    await().until(() -> daily.shown.size() == 2);
    assertThat(daily.shown)
        .containsExactlyInAnyOrder(
            new Gesture.Typing("shop", to, Map.of("k", "v"), true),
            new Gesture.Read(
                "shop", to, Map.of("k", "v"), Objects.requireNonNull(newest.externalId())));
  }

  @Test
  void receiptsOfOneDeliveryAreOneEntryAndOnlyMoveForward() {
    String one = says("one");
    String two = says("two");
    deliver();
    Position before = state().last();
    reports("daily", receipt(one, Event.Delivery.READ), receipt(two, Event.Delivery.READ));
    assertThat(state().last().seq()).isEqualTo(before.seq() + 1);
    reports(
        "daily", receipt(one, Event.Delivery.DELIVERED), receipt(two, Event.Delivery.DELIVERED));
    assertThat(state().last().seq()).isEqualTo(before.seq() + 1);
    assertThat(Objects.requireNonNull(state().message(two)).delivery())
        .isEqualTo(Event.Delivery.READ);
  }

  @Test
  void receiptsForAnAccountThatNobodyKnowsAreAllKept() {
    CustomerId unrouted = CustomerId.unrouted(node.workspace);
    Inbound.Origin known = origin("daily", List.of());
    List<Inbound> two = new ArrayList<>();
    for (String key : List.of("a" + person, "b" + person)) {
      Inbound.Origin origin =
          new Inbound.Origin(
              "elsewhere",
              known.address(),
              List.of(),
              known.trust(),
              Map.of(),
              null,
              null,
              key,
              null);
      two.add(new Inbound.Receipt(origin, key, Event.Delivery.READ, null, null));
    }
    reports("daily", two.toArray(Inbound[]::new));
    assertThat(node.await(() -> node.streams.after(unrouted, Position.START, 1000)))
        .filteredOn(e -> e.event() instanceof Event.Unrouted u && u.raw().contains(person))
        .hasSize(2);
  }

  private Inbound receipt(String message, Event.Delivery to) {
    return new Inbound.Receipt(origin("daily", List.of()), "ext-" + message, to, null, null);
  }

  @Test
  void aWatermarkIsTrueOfWhatWasSentBefore() {
    String one = says("one");
    deliver();
    reports("daily", receipt(one, Event.Delivery.DELIVERED));
    Instant said = Instant.ofEpochMilli(Objects.requireNonNull(state().message(one)).saidAt());
    reports(
        "daily",
        new Inbound.Watermark(
            origin("daily", List.of()), Event.Delivery.READ, null, said.minusSeconds(60)));
    assertThat(Objects.requireNonNull(state().message(one)).delivery())
        .isEqualTo(Event.Delivery.DELIVERED);
    reports(
        "daily",
        new Inbound.Watermark(origin("daily", List.of()), Event.Delivery.READ, null, said));
    assertThat(Objects.requireNonNull(state().message(one)).delivery())
        .isEqualTo(Event.Delivery.READ);
  }
}
