package dev.hilo.channel.teams;

import static dev.hilo.channel.teams.Signer.claims;
import static dev.hilo.channel.teams.Signer.request;
import static dev.hilo.channel.teams.Signer.token;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.Webhook.Received;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TeamsWebhookTest {
  private static final String SERVER = "https://smba.example/emea/";
  private static final String PERSONAL = "{\"id\":\"a:1\",\"conversationType\":\"personal\"}";
  private static final String THREAD =
      """
      {"id":"19:abc@thread.tacv2;messageid=1772800002000","conversationType":"channel",
       "name":"Help","tenantId":"t1"}\
      """;

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Webhook webhook = Signer.open(Signer.serve(server, "k1")).webhook();

  private static String activity(String type, String conversation, String more) {
    return """
    {"type":"%s","id":"m1","timestamp":"2026-03-06T12:26:41.000Z","serviceUrl":"%s",
     "channelId":"msteams","from":{"id":"29:ines","name":"Ines","aadObjectId":"o1"},
     "conversation":%s,"recipient":{"id":"28:app-1"},"channelData":{"tenant":{"id":"t1"}}%s}\
    """
        .formatted(type, SERVER, conversation, more);
  }

  private List<Inbound> items(String type, String conversation, String more) {
    var received =
        Signer.receive(
            webhook, request(token("k1", claims(SERVER)), activity(type, conversation, more)));
    assertThat(received).isInstanceOf(Received.Accepted.class);
    return ((Received.Accepted) received).items();
  }

  private Inbound item(String type, String conversation, String more) {
    var items = items(type, conversation, more);
    assertThat(items).hasSize(1);
    return items.getFirst();
  }

  @Test
  void aPersonIsKnownByTheDirectoryToo() {
    var said = (Inbound.Message) item("message", PERSONAL, ",\"text\":\"Hello\"");
    assertThat(said.content()).isEqualTo(new Content.Text("Hello"));
    assertThat(said.origin().account()).isEqualTo("28:app-1");
    assertThat(said.origin().address()).isEqualTo(new Address("teams", "app-1", "29:ines"));
    assertThat(said.origin().aliases()).containsExactly(new Address("teams", "t1", "o1"));
    assertThat(said.origin().sender()).isNull();
    assertThat(said.context()).isEqualTo(Map.of("serviceUrl", SERVER, "conversation", "a:1"));
  }

  @Test
  void aThreadOfAChannelIsARoom() {
    var said =
        (Inbound.Message)
            item(
                "message",
                THREAD,
                """
                ,"text":"<at>Shop</at> ask <at>Bob</at>\\n","entities":[
                 {"type":"mention","mentioned":{"id":"28:app-1"},"text":"<at>Shop</at>"},
                 {"type":"mention","mentioned":{"id":"29:bob"},"text":"<at>Bob</at>"}]\
                """);
    assertThat(said.content()).isEqualTo(new Content.Text("ask @Bob"));
    assertThat(said.origin().address().id())
        .isEqualTo("19:abc@thread.tacv2;messageid=1772800002000");
    assertThat(said.origin().aliases()).isEmpty();
    assertThat(said.origin().sender()).isEqualTo(new Event.Participant("29:ines", "Ines"));
    assertThat(said.origin().room())
        .isEqualTo(
            new Inbound.Room(
                "19:abc@thread.tacv2;messageid=1772800002000", "channel", "Help", "1772800002000"));
  }

  @Test
  void filesStandBesideTheText() {
    var said =
        (Inbound.Message)
            item(
                "message",
                PERSONAL,
                """
                ,"text":"see","attachments":[{"contentType":"text/html","content":"<p>see</p>"},
                 {"contentType":"application/vnd.microsoft.teams.file.download.info","name":"a.pdf",
                  "content":{"downloadUrl":"https://files.example/a?permit=1"}},
                 {"contentType":"image/png","contentUrl":"https://smba.example/emea/v3/a"}]\
                """);
    assertThat(said.content()).isEqualTo(new Content.Text("see"));
    assertThat(said.attachments())
        .extracting(Content.Media::kind, Content.Media::name, Content.Media::ref)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                Content.Media.Kind.FILE, "a.pdf", "https://files.example/a?permit=1"),
            org.assertj.core.groups.Tuple.tuple(
                Content.Media.Kind.IMAGE, null, "https://smba.example/emea/v3/a"));
  }

  @Test
  void ourOwnButtonIsAChoice() {
    var pressed =
        (Inbound.Message)
            item(
                "message",
                PERSONAL,
                ",\"replyToId\":\"out1\",\"value\":{\"id\":\"y\",\"title\":\"Yes\"}");
    assertThat(pressed.content()).isInstanceOf(Content.Choice.class);
    assertThat(((Content.Choice) pressed.content()).id()).isEqualTo("y");
    assertThat(((Content.Choice) pressed.content()).title()).isEqualTo("Yes");
    assertThat(pressed.replyTo()).isEqualTo("out1");
  }

  @Test
  void editsAndDeletionsHaveKeysOfTheirOwn() {
    var said = item("message", PERSONAL, ",\"text\":\"a\"");
    var edit = item("messageUpdate", PERSONAL, ",\"text\":\"b\"");
    var gone = item("messageDelete", PERSONAL, "");
    assertThat(((Inbound.Edit) edit).content()).isEqualTo(new Content.Text("b"));
    assertThat(((Inbound.Removal) gone).target()).isEqualTo("m1");
    assertThat(List.of(said, edit, gone))
        .extracting(i -> i.origin().dedupeKey())
        .doesNotHaveDuplicates();
    assertThat(item("message", PERSONAL, ",\"text\":\"a\"").origin().dedupeKey())
        .isEqualTo(said.origin().dedupeKey());
  }

  @Test
  void readUpToHere() {
    var read =
        (Inbound.Watermark)
            item(
                "event",
                PERSONAL,
                ",\"name\":\"application/vnd.microsoft.readReceipt\",\"value\":{\"lastReadMessageId\":\"out1\"}");
    assertThat(read.state()).isEqualTo(Event.Delivery.READ);
    assertThat(read.target()).isEqualTo("out1");
  }

  @Test
  void whoCameAndWent() {
    var items =
        items(
            "conversationUpdate",
            THREAD,
            """
            ,"membersAdded":[{"id":"28:app-1"},{"id":"29:bob","name":"Bob"}],
             "membersRemoved":[{"id":"29:eva"}]\
            """);
    assertThat(items)
        .extracting(i -> ((Inbound.Notice) i).kind())
        .containsExactly("join", "member-joined", "leave");
    assertThat(items).extracting(i -> i.origin().dedupeKey()).doesNotHaveDuplicates();
  }

  @Test
  void addingTheAppIsConsent() {
    assertThat(
            ((Inbound.Consent) item("installationUpdate", PERSONAL, ",\"action\":\"add\""))
                .granted())
        .isTrue();
    assertThat(
            ((Inbound.Consent) item("installationUpdate", PERSONAL, ",\"action\":\"remove\""))
                .granted())
        .isFalse();
    assertThat(
            ((Inbound.Notice) item("installationUpdate", THREAD, ",\"action\":\"remove\"")).kind())
        .isEqualTo("leave");
    assertThat(item("typing", PERSONAL, "")).isInstanceOf(Inbound.Typing.class);
  }

  @Test
  void whatIsNotKnownIsKept() {
    var kept = (Inbound.Message) item("handoff", PERSONAL, "");
    assertThat(kept.content()).isInstanceOf(Content.Unsupported.class);
    assertThat(items("message", PERSONAL, ",\"from\":null")).isEmpty();
  }

  @Test
  void anInvokeIsAnsweredAtOnce() {
    String body = activity("invoke", PERSONAL, ",\"name\":\"task/fetch\",\"value\":{}");
    var received =
        (Received.Accepted) Signer.receive(webhook, request(token("k1", claims(SERVER)), body));
    assertThat(received.reply()).isEqualTo(new Webhook.Reply(200, "application/json", "{}"));
  }

  @ParameterizedTest
  @CsvSource({
    "aud, app-1, app-2",
    "iss, api.botframework, evil",
    "exp, 1772803300, 1772799600",
    "nbf, 1772799700, 1772800400",
    "serviceUrl, smba.example, evil.example"
  })
  void everyClaimIsChecked(String what, String right, String wrong) {
    String claims = claims(SERVER).replace(right, wrong);
    var received =
        Signer.receive(
            webhook,
            request(token("k1", claims), activity("message", PERSONAL, ",\"text\":\"a\"")));
    assertThat(received).isInstanceOf(Received.Refused.class);
    assertThat(((Received.Refused) received).status()).isEqualTo(403);
    assertThat(((Received.Refused) received).why()).contains(what);
  }

  @Test
  void fiveMinutesBetweenTheClocksAreAllowed() {
    String claims = claims(SERVER).replace("1772803300", "1772799701");
    assertThat(
            Signer.receive(webhook, request(token("k1", claims), activity("typing", PERSONAL, ""))))
        .isInstanceOf(Received.Accepted.class);
  }

  @Test
  void aKeyForOtherChannelsDoesNotCount() {
    String body = activity("typing", PERSONAL, "").replace("msteams", "webchat");
    assertThat(Signer.receive(webhook, request(token("k1", claims(SERVER)), body)))
        .isEqualTo(new Received.Refused(403, "the token's key does not speak for this channelId"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 40, 200, -5})
  void atamperedTokenIsRefused(int at) {
    var token = new StringBuilder(token("k1", claims(SERVER)));
    int where = at < 0 ? token.length() + at : at;
    token.setCharAt(where, token.charAt(where) == 'A' ? 'B' : 'A');
    var received =
        Signer.receive(webhook, request(token.toString(), activity("typing", PERSONAL, "")));
    assertThat(received).isInstanceOf(Received.Refused.class);
    assertThat(((Received.Refused) received).status()).isIn(401, 403);
  }

  @Test
  void garbageIsMalformed() {
    var received =
        (Received.Refused) Signer.receive(webhook, request(token("k1", claims(SERVER)), "{"));
    assertThat(received.status()).isEqualTo(400);
  }

  /** Nobody is called a forger for want of keys: Microsoft shall try again. */
  @Test
  void withoutKeysNobodyIsJudged() {
    try (var down = new PlatformServer()) {
      var call = request(token("k1", claims(SERVER)), activity("typing", PERSONAL, ""));
      var judged = Signer.open(down.answers(500, "")).webhook();
      judged.prepared(call).otherwiseEmpty().await();
      assertThat(((Received.Refused) judged.receive(call)).status()).isEqualTo(503);
    }
  }

  /** Two calls in a row fetch the keys once; a name nobody knows does not fetch them again. */
  @Test
  void keysAreFetchedOnce() throws Exception {
    item("typing", PERSONAL, "");
    item("typing", PERSONAL, "");
    var unknown = request(token("k2", claims(SERVER)), activity("typing", PERSONAL, ""));
    assertThat(Signer.receive(webhook, unknown)).isInstanceOf(Received.Refused.class);
    assertThat(server.asked().uri()).isEqualTo("/openid");
    assertThat(server.asked().uri()).isEqualTo("/keys");
    assertThat(server.isIdle()).isTrue();
  }
}
