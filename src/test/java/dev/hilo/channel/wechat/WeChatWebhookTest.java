package dev.hilo.channel.wechat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the recorded cases do not show. */
class WeChatWebhookTest {
  private static final String KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
  private static final String SEALED =
      "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==";
  private static final Map<String, String> SIGNED =
      Map.of(
          "signature", "ac05878ac3ca1cc01e81c7763e835ee6d8ab525b",
          "timestamp", "1772600000",
          "nonce", "99");
  private static final String SAID =
      "<MsgId>7</MsgId><Content>x</Content><MediaId>m1</MediaId><CreateTime>1772600000</CreateTime>";

  private static Webhook webhook(String appId, String further) {
    return new WeChatWebhook(
        ConfigNode.parse(
                "{token: tok2026, encoding-aes-key: %s, app-id: %s,%s accounts: [{id: gh_1, name: A, token: s}]}"
                    .formatted(KEY, appId, further))
            .bind(WeChatSettings.class));
  }

  private static final Webhook WEBHOOK = webhook("wxb11529c136998cb6", "");

  private static Webhook.Received call(
      Webhook webhook, String method, Map<String, String> query, String body) {
    var values = new HashMap<String, List<String>>();
    query.forEach((name, value) -> values.put(name, List.of(value)));
    return webhook.receive(
        new WebhookRequest(method, "", values, Map.of(), body.getBytes(UTF_8), Instant.EPOCH));
  }

  private static List<Inbound> items(String fields) {
    var received =
        call(
            WEBHOOK,
            "POST",
            SIGNED,
            "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName>"
                + fields
                + "</xml>");
    assertThat(received).isInstanceOf(Webhook.Received.Accepted.class);
    assertThat(((Webhook.Received.Accepted) received).reply().body()).isEqualTo("success");
    return ((Webhook.Received.Accepted) received).items();
  }

  private static Inbound.Message said(String type, String fields) {
    return (Inbound.Message) items("<MsgType>" + type + "</MsgType>" + SAID + fields).getFirst();
  }

  private static Inbound event(String event, String fields) {
    return items(
            "<MsgType>event</MsgType><CreateTime>1772600000</CreateTime><Event>%s</Event>%s"
                .formatted(event, fields))
        .getFirst();
  }

  private static int status(Webhook.Received received) {
    return received instanceof Webhook.Received.Refused refused ? refused.status() : 200;
  }

  @Test
  void publishedVectors() {
    byte[] opened = new WeChatCipher(KEY, "wxb11529c136998cb6").opened(SEALED);
    assertThat(opened).isEqualTo("我是中文abcd123".getBytes(UTF_8));
    assertThat(new WeChatCipher(KEY, "wxother").opened(SEALED)).isNull();
    assertThat(new WeChatCipher(KEY.replace('a', 'b'), "wxb11529c136998cb6").opened(SEALED))
        .isNull();
    assertThat(new WeChatCipher(KEY, "wxb11529c136998cb6").opened("AAAA")).isNull();
  }

  @Test
  void theHandshakeIsSigned() {
    var query = new HashMap<>(SIGNED);
    query.put("echostr", "60273");
    assertThat(call(WEBHOOK, "GET", query, ""))
        .isEqualTo(new Webhook.Received.Answered(new Webhook.Reply(200, "text/plain", "60273")));
    query.put("nonce", "98");
    assertThat(status(call(WEBHOOK, "GET", query, ""))).isEqualTo(401);
    assertThat(status(call(WEBHOOK, "GET", SIGNED, ""))).isEqualTo(400);
  }

  @Test
  void safeModeCoversTheBody() {
    var query = new HashMap<>(SIGNED);
    query.put("encrypt_type", "aes");
    query.put("msg_signature", "712554fe179ff2b11d9bc5cb1e84c5be175fa6b3");
    String body = "<xml><ToUserName>gh_1</ToUserName><Encrypt>%s</Encrypt></xml>";
    // the vector's message is no XML
    assertThat(status(call(WEBHOOK, "POST", query, body.formatted(SEALED)))).isEqualTo(400);
    assertThat(status(call(WEBHOOK, "POST", query, body.formatted(SEALED.replace('j', 'k')))))
        .isEqualTo(401);
    assertThat(status(call(WEBHOOK, "POST", query, "<xml/>"))).isEqualTo(401);
    assertThat(status(call(webhook("wxother", ""), "POST", query, body.formatted(SEALED))))
        .isEqualTo(403);
  }

  @Test
  void plainModeCanBeRefused() {
    assertThat(status(call(webhook("wx1", " require-encryption: true,"), "POST", SIGNED, "<xml/>")))
        .isEqualTo(403);
    assertThatThrownBy(
            () ->
                ConfigNode.parse(
                        "{token: t, app-id: wx1, require-encryption: true, accounts: [{id: g, name:"
                            + " A, token: s}]}")
                    .bind(WeChatSettings.class))
        .hasMessageContaining("encoding-aes-key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "<xml>",
        "<xml></xml><xml/>",
        "<!DOCTYPE xml><xml><MsgType>text</MsgType></xml>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><MsgType>&e;</MsgType></xml>",
        "<xml><MsgType>&e;</MsgType></xml>"
      })
  void whatIsNoSafeXmlIsRefused(String body) {
    assertThat(status(call(WEBHOOK, "POST", SIGNED, body))).isEqualTo(400);
  }

  @Test
  void anOpenIdIsTheAccounts() {
    var origin = said("text", "").origin();
    assertThat(origin.account()).isEqualTo("gh_1");
    assertThat(origin.address()).isEqualTo(new Address("wechat", "gh_1", "o1"));
    assertThat(origin.at()).isEqualTo(Instant.ofEpochSecond(1772600000));
    assertThat(origin.dedupeKey()).isEqualTo("7");
  }

  @Test
  void aChosenOptionIsAChoice() {
    assertThat(said("text", "<bizmsgmenuid>101</bizmsgmenuid>").content())
        .isEqualTo(new Content.Choice("msgmenu", "101", "x", null, null));
  }

  @Test
  void voicesSayWhatWasHeard() {
    var message = said("voice", "<Format>speex</Format><Recognition>hello</Recognition>");
    assertThat(message.content())
        .isEqualTo(
            new Content.Media(
                Content.Media.Kind.VOICE, null, "audio/speex", -1, null, "hello", "m1", null));
    assertThat(said("shortvideo", "").content())
        .isInstanceOfSatisfying(
            Content.Media.class, m -> assertThat(m.kind()).isEqualTo(Content.Media.Kind.VIDEO));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hologram", "location", "miniprogrampage"})
  void whatIsNotUnderstoodIsKept(String type) {
    assertThat(said(type, "").content())
        .isInstanceOfSatisfying(
            Content.Unsupported.class, u -> assertThat(u.kind()).isEqualTo(type));
  }

  @Test
  void followersAndWhereTheyCameFrom() {
    assertThat(event("subscribe", "<EventKey>qrscene_12</EventKey><Ticket>t</Ticket>"))
        .isInstanceOfSatisfying(
            Inbound.Notice.class,
            n -> {
              assertThat(n.kind()).isEqualTo("follow");
              assertThat(n.details()).containsEntry("referral.ref", "12");
            });
    assertThat(event("SCAN", "<EventKey>12</EventKey>"))
        .isInstanceOfSatisfying(
            Inbound.Notice.class, n -> assertThat(n.details()).containsEntry("referral.ref", "12"));
    assertThat(event("unsubscribe", ""))
        .isInstanceOfSatisfying(Inbound.Consent.class, c -> assertThat(c.granted()).isFalse());
  }

  @ParameterizedTest
  @CsvSource({
    "success, DELIVERED, ",
    "failed:user block, FAILED, opt-out",
    "failed: system failed, FAILED, template"
  })
  void templatesHaveReceipts(String status, Event.Delivery state, String code) {
    var receipt =
        (Inbound.Receipt)
            event("TEMPLATESENDJOBFINISH", "<MsgID>9</MsgID><Status>" + status + "</Status>");
    assertThat(receipt.state()).isEqualTo(state);
    assertThat(receipt.target()).isEqualTo("9");
    assertThat(receipt.failure())
        .isEqualTo(code == null ? null : new SendResult.Refused(code, status));
  }

  @Test
  void eventsDifferByWhatTheyAreAbout() {
    assertThat(event("CLICK", "<EventKey>A</EventKey>").origin().dedupeKey())
        .isNotEqualTo(event("CLICK", "<EventKey>B</EventKey>").origin().dedupeKey())
        .isEqualTo(event("CLICK", "<EventKey>A</EventKey>").origin().dedupeKey());
  }

  @Test
  void otherEventsAreKeptAndThoseOfNobodyAreNot() {
    assertThat(event("scancode_push", ""))
        .isInstanceOfSatisfying(Inbound.Message.class, m -> assertThat(m.automatic()).isTrue());
    assertThat(event("kf_create_session", "")).isInstanceOf(Inbound.Notice.class);
    assertThat(items("<MsgType>event</MsgType><Event>MASSSENDJOBFINISH</Event>")).isEmpty();
    assertThat(items("<MsgType>text</MsgType>")).isEmpty();
    assertThat(items("<MsgType>event</MsgType><Event>CLICK</Event>")).isEmpty();
  }

  @Test
  void junkInEachField() {
    for (String field :
        List.of("MsgType", "Event", "MsgId", "CreateTime", "Location_X", "Format")) {
      for (String junk : List.of("", "x".repeat(600), "-1", "1e308", "<a>b</a>", "😀")) {
        String rest = SAID.replaceAll("<" + field + ">.*</" + field + ">", "");
        assertThat(items(rest + "<" + field + ">" + junk + "</" + field + ">"))
            .allSatisfy(item -> assertThat(item.origin().dedupeKey()).hasSizeBetween(1, 512));
      }
    }
  }

  @Test
  void signaturesSortLetters() {
    assertThat(Signature.hex(Signature.digest("SHA-1", "177260000099tok2026".getBytes(UTF_8))))
        .isEqualTo("ac05878ac3ca1cc01e81c7763e835ee6d8ab525b");
  }
}
