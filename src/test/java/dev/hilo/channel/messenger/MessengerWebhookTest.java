package dev.hilo.channel.messenger;

import static dev.hilo.channel.meta.MetaDelivery.deliver;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.hilo.channel.Channel;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.meta.MetaDelivery;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media.Kind;
import dev.hilo.conversation.Event.Delivery;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the recorded cases do not show. */
class MessengerWebhookTest {
  private static final Address PERSON = new Address("messenger", "1001", "77");
  private static final String TEXT = item("\"message\":{\"mid\":\"m_1\",\"text\":\"hi\"}");

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = open();
  private final Webhook webhook = requireNonNull(channel.webhook());

  private Channel open() {
    var settings =
        ConfigNode.parse(
            "{app-secret: app, verify-token: v, accounts: [{id: '1001', name: P, token: t}]}");
    return new MessengerChannelType().open(settings.bind(MessengerSettings.class), server.ports());
  }

  private static String item(String kind) {
    return """
    {"sender":{"id":"77"},"recipient":{"id":"1001"},"timestamp":1772618405123,%s}\
    """
        .formatted(kind);
  }

  private static String page(String id, String list, String items) {
    return """
    {"id":"%s","time":1772618405523,"%s":[%s]}\
    """
        .formatted(id, list, items);
  }

  private static String body(String entries) {
    return "{\"object\":\"page\",\"entry\":[" + entries + "]}";
  }

  private List<Inbound> items(String items) {
    return MetaDelivery.items(webhook, body(page("1001", "messaging", items)));
  }

  private Inbound one(String kind) {
    var items = items(item(kind));
    assertThat(items).hasSize(1);
    return items.getFirst();
  }

  private Inbound.Message message(String fields) {
    return (Inbound.Message) one("\"message\":{\"mid\":\"m_1\"," + fields + "}");
  }

  @Test
  void aPersonIsKnownToOnePageOnly() {
    var item = one("\"message\":{\"mid\":\"m_1\",\"text\":\"hi\"}");
    assertThat(item.origin().address()).isEqualTo(PERSON);
    assertThat(item.origin().account()).isEqualTo("1001");
    assertThat(item.origin().at()).isEqualTo(Instant.ofEpochMilli(1772618405123L));
    assertThat(item.origin().attributes()).isEmpty();
  }

  @Test
  void aRedeliveryHasTheSameKeyAndAnEditAnother() {
    String edit = "\"message_edit\":{\"mid\":\"m_1\",\"text\":\"ho\",\"num_edit\":\"2\"}";
    var first = items(TEXT + "," + item(edit));
    assertThat(items(TEXT + "," + item(edit)))
        .extracting(i -> i.origin().dedupeKey())
        .isEqualTo(first.stream().map(i -> i.origin().dedupeKey()).toList())
        .doesNotHaveDuplicates();
  }

  @Test
  void filesComeByTheirAddress() {
    var message =
        message(
            """
            "text":"see","attachments":[
             {"type":"image","payload":{"url":"https:\\/\\/cdn.test\\/a.jpg"}},
             {"type":"video","payload":{"url":"https:\\/\\/cdn.test\\/b.mp4"}},
             {"type":"file","payload":null}]\
            """);
    assertThat(message.content()).isEqualTo(new Content.Text("see"));
    assertThat(message.attachments())
        .extracting(Content.Media::kind)
        .containsExactly(Kind.IMAGE, Kind.VIDEO, Kind.FILE);
    assertThat(message.attachments().getFirst().ref()).isEqualTo("https://cdn.test/a.jpg");
    assertThat(message.attachments().getLast().failed()).isNotNull();
  }

  @Test
  void withoutTextTheFirstPartIsTheMessage() {
    assertThat(
            message(
                    """
                    "attachments":[{"type":"location","title":"Here","payload":{
                     "coordinates":{"lat":48.1,"long":17.1}}}]\
                    """)
                .content())
        .isEqualTo(new Content.Location(48.1, 17.1, "Here", null, null));
    assertThat(
            message(
                    """
                    "attachments":[{"type":"fallback","title":"A shop","url":"https://x.test/",
                     "payload":null}]\
                    """)
                .content())
        .isEqualTo(new Content.Card("A shop", null, "https://x.test/", null));
    var reel =
        message(
            """
            "attachments":[{"type":"reel","payload":{"url":"https://cdn.test/r","title":"T"}}]\
            """);
    assertThat(((Content.Media) reel.content()).kind()).isEqualTo(Kind.VIDEO);
    assertThat(reel.details()).containsEntry("media.type", "reel");
  }

  @Test
  void aLinkUnderATextIsADetail() {
    var message =
        message(
            """
            "text":"look https://x.test/","attachments":[{"type":"fallback","title":"A shop",
             "url":"https://x.test/","payload":null}]\
            """);
    assertThat(message.content()).isEqualTo(new Content.Text("look https://x.test/"));
    assertThat(message.details()).containsEntry("links", "https://x.test/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"is_unsupported\":true",
        "\"attachments\":[{\"type\":\"hologram\",\"payload\":{}}]",
        "\"attachments\":[{\"type\":\"template\",\"payload\":{\"template_type\":\"generic\"}}]",
        "\"text\":\"\"",
        "\"text\":{\"a\":1}"
      })
  void whatHasNoFormOfOursIsKept(String fields) {
    assertThat(message(fields).content()).isInstanceOf(Content.Unsupported.class);
  }

  @Test
  void quickRepliesAndQuotes() {
    var message =
        message(
            """
            "text":"Red","quick_reply":{"payload":"RED"},"reply_to":{"mid":"m_0"}\
            """);
    assertThat(message.content())
        .isEqualTo(new Content.Choice("quick_reply", "RED", "Red", null, null));
    assertThat(message.replyTo()).isEqualTo("m_0");
  }

  @Test
  void aButtonWithoutAnIdIsTheSameOneEachTime() {
    var pressed = (Inbound.Message) one("\"postback\":{\"title\":\"Start\",\"payload\":\"START\"}");
    assertThat(pressed.externalId()).isEqualTo("77|postback|1772618405123");
    assertThat(pressed.origin().dedupeKey()).isEqualTo(pressed.externalId());
  }

  @Test
  void anAdvertisementIsADetailOfTheMessageOrANotice() {
    String ad =
        """
        "referral":{"ref":"r","source":"ADS","type":"OPEN_THREAD","ad_id":"6",
         "ads_context_data":{"ad_title":"Sale","post_id":"p"}}\
        """;
    assertThat(message("\"text\":\"hi\"," + ad).details())
        .containsEntry("referral.sourceId", "6")
        .containsEntry("referral.headline", "Sale");
    assertThat(one(ad))
        .isInstanceOfSatisfying(
            Inbound.Notice.class,
            n -> {
              assertThat(n.kind()).isEqualTo("referral");
              assertThat(n.details()).containsEntry("referral.source", "ADS");
            });
  }

  @Test
  void deliveriesNameTheirMessagesOrATime() {
    var upTo = Instant.ofEpochMilli(1772618405000L);
    assertThat(items(item("\"delivery\":{\"mids\":[\"m_1\",\"m_2\"],\"watermark\":1772618405000}")))
        .extracting(i -> ((Inbound.Watermark) i).target())
        .containsExactly("m_1", "m_2");
    assertThat(one("\"delivery\":{\"watermark\":1772618405000}"))
        .isInstanceOfSatisfying(
            Inbound.Watermark.class,
            w -> {
              assertThat(w.state()).isEqualTo(Delivery.DELIVERED);
              assertThat(w.target()).isNull();
              assertThat(w.upTo()).isEqualTo(upTo);
            });
  }

  @Test
  void ourOwnEchoIsTheReceiptOfOurMessage() {
    String echo =
        """
        {"sender":{"id":"1001"},"recipient":{"id":"77"},"timestamp":1772618405123,"message":{
         "mid":"m_9","text":"hi","is_echo":true,"app_id":5,"metadata":"%s"}}\
        """;
    assertThat(items(echo.formatted("hilo:01JD")).getFirst())
        .isInstanceOfSatisfying(
            Inbound.Receipt.class,
            r -> {
              assertThat(r.target()).isEqualTo("m_9");
              assertThat(r.correlation()).isEqualTo("01JD");
              assertThat(r.state()).isEqualTo(Delivery.SENT);
              assertThat(r.origin().address()).isEqualTo(PERSON);
            });
    assertThat(items(echo.formatted("other")).getFirst())
        .isInstanceOfSatisfying(
            Inbound.Message.class,
            m -> {
              assertThat(m.echo()).isTrue();
              assertThat(m.origin().address()).isEqualTo(PERSON);
            });
  }

  @Test
  void theSamePersonBeforeAndAfterTheFirstMessage() {
    var ticked =
        items(
                """
                {"recipient":{"id":"1001"},"sender":{"user_ref":"box-1"},"timestamp":1772618405123,
                 "optin":{"ref":"cart","user_ref":"box-1"}}\
                """)
            .getFirst();
    assertThat(ticked).isInstanceOf(Inbound.Consent.class);
    var first =
        one(
            """
            "prior_message":{"source":"checkbox_plugin","identifier":"box-1"},
            "message":{"mid":"m_1","text":"hi"}\
            """);
    assertThat(first.origin().address()).isEqualTo(PERSON);
    assertThat(first.origin().aliases()).containsExactly(ticked.origin().address());
    assertThat(
            one("""
            "prior_message":{"source":"customer_matching","identifier":"+1 555 0142233"},
            "message":{"mid":"m_1","text":"hi"}\
            """)
                .origin()
                .attributes())
        .containsEntry("phone", "+15550142233");
  }

  @Test
  void notificationsCanBeStopped() {
    assertThat(
            one(
                """
                "optin":{"type":"notification_messages","notification_messages_token":"n",
                 "notification_messages_status":"STOP_NOTIFICATIONS"}\
                """))
        .isInstanceOfSatisfying(Inbound.Consent.class, c -> assertThat(c.granted()).isFalse());
  }

  @Test
  void whatAnotherAppIsToldIsKeptToo() {
    var items = MetaDelivery.items(webhook, body(page("1001", "standby", TEXT)));
    assertThat(items).hasSize(1);
    assertThat(((Inbound.Message) items.getFirst()).details()).containsEntry("standby", "true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pass_thread_control", "account_linking", "something_new"})
  void otherThingsThatHappenToAPersonAreNotices(String kind) {
    assertThat(one("\"" + kind + "\":{\"new_owner_app_id\":\"1\"}"))
        .isInstanceOfSatisfying(
            Inbound.Notice.class,
            n -> {
              assertThat(n.kind()).isEqualTo("system");
              assertThat(n.details()).containsEntry("name", kind);
            });
  }

  @Test
  void metaMayForbidThePageToSend() {
    var items =
        items(
            """
            {"recipient":{"id":"1001"},"timestamp":1772618405123,
             "policy-enforcement":{"action":"block","reason":"spam"}}\
            """);
    assertThat(items.getFirst())
        .isInstanceOfSatisfying(
            Inbound.AccountChanged.class,
            a -> {
              assertThat(a.connected()).isFalse();
              assertThat(a.why()).isEqualTo("spam");
              assertThat(a.origin().account()).isEqualTo("1001");
            });
  }

  @Test
  void oneBadItemDoesNotSpoilTheOthersAndAnUnknownPageKeepsItsName() {
    String broken =
        """
        "x",null,{},{"sender":{"id":"77"}},{"sender":{"id":"77"},"recipient":{"id":"1001"}},
        {"sender":{"id":"77"},"recipient":{"id":"1001"},"message":{"text":"no id"}},
        {"recipient":{"id":"1001"},"message":{"mid":"m_3","text":"from nobody"}},
        """;
    String other = TEXT.replace("1001", "2002").replace("m_1", "m_2");
    var items =
        MetaDelivery.items(
            webhook,
            body(
                page("1001", "messaging", broken + TEXT)
                    + ","
                    + page("2002", "messaging", other)
                    + ","
                    + page("1001", "changes", "{\"field\":\"about\",\"value\":\"x\"}")));
    assertThat(items)
        .extracting(i -> i.origin().account(), i -> i.origin().dedupeKey())
        .containsExactly(tuple("1001", "m_1"), tuple("2002", "m_2"));
  }

  @Test
  void whatIsNotSignedByTheAppIsRefused() {
    String body = body(page("1001", "messaging", TEXT));
    assertThat(refused(deliver(webhook, body, "sha256=" + "0".repeat(64)))).isEqualTo(401);
    assertThat(refused(deliver(webhook, body, "sha1=x"))).isEqualTo(401);
    assertThat(refused(deliver(webhook, "[]"))).isEqualTo(400);
    assertThat(refused(deliver(webhook, "{\"entry\":1}"))).isEqualTo(400);
    assertThat(refused(deliver(webhook, "{"))).isEqualTo(400);
  }

  private static int refused(Webhook.Received received) {
    return ((Webhook.Received.Refused) received).status();
  }

  @Test
  void onePublishedSignature() {
    var settings =
        ConfigNode.parse(
            """
            app-secret: "It's a Secret to Everybody"
            verify-token: v
            accounts: [{id: "1", name: P, token: t}]
            """);
    var other =
        requireNonNull(
            new MessengerChannelType()
                .open(settings.bind(MessengerSettings.class), server.ports())
                .webhook());
    String mac = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assertThat(refused(deliver(other, "Hello, World!", "sha256=" + mac))).isEqualTo(400);
    assertThat(refused(deliver(other, "Hello, World?", "sha256=" + mac))).isEqualTo(401);
  }

  @Test
  void filesNeedNoCredentials() throws Exception {
    var media =
        (Content.Media)
            message(
                    """
                    "attachments":[{"type":"audio","payload":{
                     "url":"https://cdn.test/a?x=1&y=%2F"}}]\
                    """)
                .content();
    assertThat(channel.locate("1001", media, Map.of()))
        .isEqualTo(
            new MediaSource.Link(URI.create("https://cdn.test/a?x=1&y=%2F"), Map.of(), false));
  }
}
