package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hilo.access.Principal;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Channel;
import dev.hilo.channel.ChannelTypes;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.MapMemory;
import dev.hilo.channel.NoBlobs;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.Ports;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Strength;
import dev.hilo.store.Keys;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A node died between the claim and the result of a send. Its heir knows only the claim, wherever
 * the node stopped: before the call, during it, or with the answer in hand. On every channel the
 * platform is asked again only if it collapses repeats; else the outcome is unknown.
 */
class CrashedSendTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static TestNode node;

  @AutoClose private final PlatformServer platform = new PlatformServer();

  /** An answer that every platform's success can be read from. */
  private static final String TAKEN =
      """
      {"ok":true,"id":"m1","ts":"1772700000.000100","channel":"C1","status":0,"message_token":7,
       "messages":[{"id":"m1"}],"sentMessages":[{"id":"m1"}],"result":{"message_id":1,"chat":{"id":1}},
       "sid":"SM1","message_uuid":"m1","message_id":"m1","recipient_id":"eva","errcode":0,"error":0,
       "data":{"message_id":"m1","dm_event_id":"m1","dm_conversation_id":"c1"},
       "access_token":"lent","expires_in":7200,"token_type":"Bearer"}\
      """;

  private static final String RSA = rsa();

  /** Settings by channel type, with URL for the platform, and the context of a message. */
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("bird", "{signing-keys: [k], workspace: w, access-key: a, ACCOUNTS}"),
          Map.entry(
              "discord",
              "{experimental: true, application-id: '1', name: D, public-key:"
                  + " 03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8, bot-token:"
                  + " t, base-url: URL}"),
          Map.entry("instagram", "{app-secrets: [s], verify-token: v, base-url: URL, TOKENS}"),
          Map.entry("line", "{channel-secret: s, base-url: URL, data-url: URL, TOKENS}"),
          Map.entry("messagebird", "{signing-keys: [k], access-key: a, base-url: URL, ACCOUNTS}"),
          Map.entry("messenger", "{app-secret: s, verify-token: v, base-url: URL, TOKENS}"),
          Map.entry(
              "rcs",
              "{client-token: t, service-account: a@b.c, private-key: RSA, base-url: URL, "
                  + "token-url: URL, accounts: [{id: acc, name: N}]}"),
          Map.entry("slack", "{signing-secret: s, base-url: URL, TOKENS}"),
          Map.entry("teams", "{app-id: acc, name: N, tenant: t, client-secret: s, login-url: URL}"),
          Map.entry("telegram", "{secret-token: s, base-url: URL, TOKENS}"),
          Map.entry("twilio-sms", "{account-sid: SID, auth-tokens: [t], base-url: URL, ACCOUNTS}"),
          Map.entry(
              "twilio-whatsapp", "{account-sid: SID, auth-tokens: [t], base-url: URL, ACCOUNTS}"),
          Map.entry("viber", "{base-url: URL, TOKENS}"),
          Map.entry(
              "vonage",
              "{signature-secrets: [s], api-key: k, api-secret: s, base-url: URL, ACCOUNTS}"),
          Map.entry(
              "webhook",
              "{account: acc, name: N, signing-secrets: [whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw],"
                  + " outgoing-url: URL, outgoing-secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}"),
          Map.entry("wechat", "{token: tok2026, app-id: wx1, base-url: URL, TOKENS}"),
          Map.entry("whatsapp", "{app-secret: s, verify-token: v, base-url: URL, TOKENS}"),
          Map.entry("x", "{experimental: true, consumer-secret: s, base-url: URL, TOKENS}"),
          Map.entry(
              "zalo",
              "{experimental: true, app-id: '1', oa-secret-key: s, base-url: URL, TOKENS}"));

  /** Channels that send nothing, or not over HTTP. */
  private static final List<String> WITHOUT = List.of("email", "kakao", "twilio-voice");

  @BeforeAll
  static void start() {
    node = redis.node();
  }

  static Stream<String> types() {
    return SETTINGS.keySet().stream().filter(CrashedSendTest::known);
  }

  private static boolean known(String type) {
    return new ChannelTypes().find(type) != null;
  }

  @Test
  void everyChannelThatSendsIsTried() {
    for (ChannelTypes.Kind type : new ChannelTypes().all()) {
      assertThat(SETTINGS.containsKey(type.name()) || WITHOUT.contains(type.name()))
          .as(type.name())
          .isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void anHeirRepeatsOnlyWhatThePlatformCollapses(String type) throws Exception {
    platform.always(200, TAKEN);
    try (Desk desk = new Desk(type)) {
      StreamState.Pending said = desk.says("first");
      Event.Delivery outcome = desk.outcome(said, false);
      assertThat(outcome).as(desk.why()).isEqualTo(Event.Delivery.SENT);
      int once = desk.calls("first");
      assertThat(once).as("calls for one message").isEqualTo(1);

      StreamState.Pending crashed = desk.says("second");
      boolean collapses = desk.channel.capabilities().can(Capabilities.Feature.REPEATABLE);
      assertThat(desk.outcome(crashed, true))
          .isEqualTo(collapses ? Event.Delivery.SENT : Event.Delivery.UNKNOWN);
      assertThat(desk.calls("second")).isEqualTo(collapses ? 1 : 0);
    }
  }

  /** A customer who wrote on a channel, and those who answer. */
  private final class Desk implements AutoCloseable {
    final Channel channel;
    private final Accounts accounts;
    private final Saying saying;
    private final CustomerId customer;
    private final List<PlatformServer.Request> asked = new ArrayList<>();

    Desk(String type) {
      String url = platform.url().toString();
      String settings =
          SETTINGS
              .get(type)
              .replace("ACCOUNTS", "accounts: [{id: ACC, name: N}]")
              .replace("TOKENS", "accounts: [{id: ACC, name: N, token: t}]")
              .replace("ACC", account(type))
              .replace("RSA", '"' + RSA + '"')
              .replace("SID", "AC7d7d7d7d7d7d7d7d7d7d7d7d7d7d7d7d")
              .replace("URL", url);
      if (type.equals("bird")) {
        settings = settings.replace("{signing", "{base-url: '" + url + "', signing");
      }
      Ports ports =
          new Ports(
              node.vertx,
              platform.ports().http(),
              new NoBlobs(),
              new MapMemory(),
              URI.create("https://gw.example.test"),
              node.workspace);
      channel =
          Objects.requireNonNull(new ChannelTypes().find(type))
              .open(ConfigNode.parse(settings), ports);
      accounts =
          new Accounts(List.of(new Accounts.Opened(node.workspace, type, "endpoint", channel)));
      String account = channel.accounts().getFirst().id();
      Address address = new Address(type, scope(type), person(type));
      Reception reception = node.reception(accounts);
      Inbound hello =
          new Inbound.Message(
              new Inbound.Origin(
                  account,
                  address,
                  List.of(),
                  Strength.PLATFORM,
                  Map.of(),
                  null,
                  null,
                  "hello",
                  null),
              "hello",
              false,
              false,
              new Content.Text("hello"),
              List.of(),
              null,
              Map.of(),
              Map.of("serviceUrl", url + "/", "conversation", "a:1", "channel", "123456"));
      node.await(() -> reception.receive(node.workspace, type, "endpoint", List.of(hello)));
      saying = node.saying(accounts);
      customer =
          Objects.requireNonNull(
              node.await(() -> node.directory.find(node.workspace, node.keys.via(address))));
    }

    StreamState.Pending says(String text) {
      Say say = new Say(text, new Content.Text(text), "auto", null, true);
      node.await(
          () ->
              saying.say(
                  new Principal.Agent(node.workspace, "ana", "Ana", Principal.Seat.UNKNOWN),
                  customer,
                  say));
      return state().pending().getLast();
    }

    private StreamState state() {
      return node.await(() -> node.streams.load(customer)).state();
    }

    /** What became of a message; {@code claimed}: by a node that died. */
    Event.@Nullable Delivery outcome(StreamState.Pending said, boolean claimed) {
      int partition = Keys.partition(customer);
      if (claimed) {
        String dead = node.await(() -> node.work.own(partition, "dead"));
        String claim = Attempt.called(1, System.currentTimeMillis(), dead);
        node.await(() -> node.work.claim(dead, customer, said.id(), "", claim));
      }
      String token = node.await(() -> node.work.own(partition, "heir" + said.id()));
      try (Lanes lanes = node.lanes(accounts)) {
        long epoch = said.position().epoch();
        Thread.ofVirtual()
            .start(
                () ->
                    lanes.run(
                        state(), new LaneStep.Tenure(token, epoch, System.currentTimeMillis())));
        await().until(() -> Objects.requireNonNull(state().message(said.id())).delivery() != null);
        return Objects.requireNonNull(state().message(said.id())).delivery();
      }
    }

    /** What the newest outcome says. */
    String why() {
      return node.await(() -> node.streams.after(customer, Position.START, 100))
          .getLast()
          .event()
          .toString();
    }

    /** How often the platform was asked to send this text. */
    int calls(String text) throws InterruptedException {
      while (!platform.isIdle()) {
        asked.add(platform.asked());
      }
      return (int)
          asked.stream()
              .filter(r -> URLDecoder.decode(r.text(), StandardCharsets.UTF_8).contains(text))
              .count();
    }

    @Override
    public void close() {
      channel.close();
    }
  }

  private static String account(String type) {
    return switch (type) {
      case "telegram" -> "'7011223344'";
      case "slack" -> "T1";
      case "twilio-sms", "twilio-whatsapp" -> "'+15550190100'";
      default -> "acc";
    };
  }

  private static String scope(String type) {
    return switch (type) {
      case "vonage" -> "sms";
      case "slack" -> "T1";
      default -> "";
    };
  }

  private static String person(String type) {
    return switch (type) {
      case "telegram" -> "4242";
      case "twilio-sms", "twilio-whatsapp", "rcs", "vonage", "bird" -> "+15550142233";
      case "slack" -> "D024BE91L";
      case "x", "discord" -> "1234567";
      default -> "eva";
    };
  }

  private static String rsa() {
    try {
      var keys = KeyPairGenerator.getInstance("RSA");
      keys.initialize(2048);
      return "-----BEGIN PRIVATE KEY-----\\n"
          + Base64.getEncoder().encodeToString(keys.generateKeyPair().getPrivate().getEncoded())
          + "\\n-----END PRIVATE KEY-----";
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
