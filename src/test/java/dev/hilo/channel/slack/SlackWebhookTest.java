package dev.hilo.channel.slack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the recorded cases do not show. */
class SlackWebhookTest {
  private static final String SAID =
      "\"type\":\"message\",\"user\":\"U1\",\"channel\":\"C1\",\"ts\":\"1772700000.000100\",";
  private static final String BOT =
      "\"type\":\"message\",\"user\":\"U0BOT\",\"bot_id\":\"B1\",\"app_id\":\"A1\","
          + "\"channel\":\"C1\",\"ts\":\"1772700000.000200\",";

  private final Webhook webhook =
      new SlackWebhook(
          ConfigNode.parse(
                  "{signing-secret: s, accounts: [{id: T1, name: One, token: x},"
                      + " {id: T2, name: Two, token: y}]}")
              .bind(SlackSettings.class));

  private Webhook.Received call(String body, long at, long now) {
    byte[] bytes = body.getBytes(UTF_8);
    byte[] mac =
        Signature.hmacSha256("s".getBytes(UTF_8), ("v0:" + at + ":").getBytes(UTF_8), bytes);
    var headers =
        Map.of(
            "x-slack-request-timestamp", List.of(String.valueOf(at)),
            "x-slack-signature", List.of("v0=" + Signature.hex(mac)));
    return webhook.receive(
        new WebhookRequest("POST", "", Map.of(), headers, bytes, Instant.ofEpochSecond(now)));
  }

  private List<Inbound> items(String body) {
    var received = call(body, 1000, 1000);
    assertThat(received).isInstanceOf(Webhook.Received.Accepted.class);
    assertThat(((Webhook.Received.Accepted) received).reply()).isEqualTo(Webhook.Reply.OK);
    return ((Webhook.Received.Accepted) received).items();
  }

  private List<Inbound> event(String event) {
    return event("T1", event);
  }

  private List<Inbound> event(String team, String event) {
    return items(
        """
        {"type":"event_callback","team_id":"%s","api_app_id":"A1","event_id":"Ev1","event":{%s},
         "authorizations":[{"team_id":"%s","user_id":"U0BOT","is_bot":true}]}\
        """
            .formatted(team, event, team));
  }

  private Inbound.Message said(String rest) {
    return (Inbound.Message) event(SAID + rest).getFirst();
  }

  @Test
  void aCallIsGoodForFiveMinutesBothWays() {
    assertThat(call("{}", 1000, 1300)).isInstanceOf(Webhook.Received.Accepted.class);
    for (long now : new long[] {1301, 699}) {
      assertThat(call("{}", 1000, now))
          .isInstanceOfSatisfying(
              Webhook.Received.Refused.class, r -> assertThat(r.status()).isEqualTo(401));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"type\":", "a=1", "payload=%7B", "payload=%ZZ", "[]"})
  void garbageIsRefused(String body) {
    assertThat(call(body, 1, 1))
        .isInstanceOfSatisfying(
            Webhook.Received.Refused.class, r -> assertThat(r.status()).isEqualTo(400));
  }

  @Test
  void aChannelIsARoomAndItsThreadsAreItsOwn() {
    var message = said("\"text\":\"hi\",\"thread_ts\":\"1772690000.000100\"");
    assertThat(message.origin().address()).isEqualTo(new Address("slack", "T1", "C1"));
    assertThat(message.origin().sender()).isEqualTo(new Event.Participant("U1", null));
    assertThat(message.origin().room())
        .isEqualTo(new Inbound.Room("C1", "channel", null, "1772690000.000100"));
    assertThat(message.context())
        .containsOnly(
            Map.entry("channel", "C1"),
            Map.entry("ts", "1772700000.000100"),
            Map.entry("thread", "1772690000.000100"));
    assertThat(said("\"text\":\"hi\"").context()).containsEntry("thread", "1772700000.000100");
  }

  @Test
  void aDirectMessageIsThePersons() {
    var message =
        (Inbound.Message) event((SAID + "\"text\":\"hi\"").replace("C1", "D1")).getFirst();
    assertThat(message.origin().address()).isEqualTo(new Address("slack", "T1", "U1"));
    assertThat(message.origin().sender()).isNull();
    assertThat(message.origin().room()).isNull();
    assertThat(message.context()).containsEntry("channel", "D1").doesNotContainKey("thread");
  }

  @Test
  void mentionedAndSaidIsTheSame() {
    var mention = event((SAID + "\"text\":\"hi\"").replace("\"message\"", "\"app_mention\""));
    assertThat(mention.getFirst()).isEqualTo(said("\"text\":\"hi\""));
  }

  @ParameterizedTest
  @CsvSource({
    "a <@U1|lina> b, a @lina b",
    "<#C1|general>, #general",
    "<!here> <!subteam^S1|@team> <!subteam^S2>, @here @team @S2",
    "<https://a.test/x|https://a.test/x>, https://a.test/x (https://a.test/x)",
    "<http://a.test|a.test> <mailto:a@b.c|a@b.c>, a.test a@b.c",
    "&lt;@U1&gt; &amp;lt; <, <@U1> &lt; <"
  })
  void brackets(String marked, String plain) {
    assertThat(SlackText.plain(marked)).isEqualTo(plain);
  }

  @Test
  void whatWeEscapeComesBackAsItWas() {
    for (String text : List.of("a <b> & &lt; <https://x|y>", "<<>>", "$1 \\")) {
      assertThat(SlackText.plain(SlackText.escaped(text))).isEqualTo(text);
    }
  }

  @Test
  void files() {
    String file = "{\"id\":\"F1\",\"name\":\"a.png\",\"mimetype\":\"image/png\",\"size\":9%s}";
    var alone =
        said(
            "\"subtype\":\"file_share\",\"text\":\"\",\"files\":[%s]"
                .formatted(file.formatted("")));
    assertThat(alone.content())
        .isEqualTo(
            new Content.Media(
                Content.Media.Kind.IMAGE, null, "image/png", 9, "a.png", null, "F1", null));
    var gone =
        said(
            "\"subtype\":\"file_share\",\"text\":\"see\",\"files\":[%s,7,%s]"
                .formatted(file.formatted(""), file.formatted(",\"mode\":\"tombstone\"")));
    assertThat(gone.content()).isEqualTo(new Content.Text("see"));
    assertThat(gone.attachments()).hasSize(2);
    assertThat(gone.attachments().getLast().failed()).contains("tombstone");
  }

  @Test
  void whatWeSentIsLeftOutWhatElseTheAppWroteIsAnEcho() {
    assertThat(event(BOT + "\"text\":\"x\",\"blocks\":[{\"block_id\":\"hilo:01\"}]")).isEmpty();
    assertThat(event(BOT + "\"subtype\":\"file_share\",\"files\":[{\"id\":\"F1\"}]")).isEmpty();
    assertThat(event((BOT + "\"text\":\"x\"").replace("C1", "D1"))).isEmpty();
    var echo = (Inbound.Message) event(BOT + "\"text\":\"x\"").getFirst();
    assertThat(echo.echo()).isTrue();
    assertThat(echo.details()).containsEntry("from", "U0BOT");
    var other =
        (Inbound.Message)
            event(BOT.replace("A1", "A2").replace("U0BOT", "U2") + "\"text\":\"x\"").getFirst();
    assertThat(other.echo()).isFalse();
    assertThat(other.automatic()).isTrue();
  }

  @Test
  void aPreviewOfALinkIsNoEditAndOurOwnChangesAreNone() {
    String changed =
        "\"type\":\"message\",\"subtype\":\"message_changed\",\"channel\":\"C1\","
            + "\"ts\":\"1772700001.000100\",\"message\":{\"user\":\"%s\",\"ts\":\"1.1\",\"text\":\"%s\"%s},"
            + "\"previous_message\":{\"user\":\"U1\",\"ts\":\"1.1\",\"text\":\"a\"}";
    assertThat(event(changed.formatted("U1", "a", ""))).isEmpty();
    assertThat(event(changed.formatted("U0BOT", "b", ""))).isEmpty();
    var edit = event(changed.formatted("U1", "b", ",\"edited\":{\"ts\":\"2.0\"}")).getFirst();
    assertThat(((Inbound.Edit) edit).target()).isEqualTo("1.1");
    assertThat(edit.origin().dedupeKey()).isEqualTo("C1:1.1|edit|1772700001.000100");
  }

  @Test
  void comingAndGoing() {
    String event = "\"type\":\"%s\",\"user\":\"%s\",\"channel\":\"C1\",\"event_ts\":\"1.000001\"";
    assertThat(event(event.formatted("member_joined_channel", "U1")))
        .first()
        .isInstanceOfSatisfying(
            Inbound.Notice.class, n -> assertThat(n.kind()).isEqualTo("member-joined"));
    assertThat(event(event.formatted("member_joined_channel", "U0BOT")))
        .first()
        .isInstanceOfSatisfying(Inbound.Notice.class, n -> assertThat(n.kind()).isEqualTo("join"));
    assertThat(event(event.formatted("member_left_channel", "U1")))
        .first()
        .isInstanceOfSatisfying(Inbound.Notice.class, n -> assertThat(n.kind()).isEqualTo("leave"));
  }

  @Test
  void theAppIsThrownOut() {
    assertThat(event("\"type\":\"app_uninstalled\"").getFirst())
        .isInstanceOfSatisfying(
            Inbound.AccountChanged.class, c -> assertThat(c.connected()).isFalse());
    assertThat(event("\"type\":\"tokens_revoked\",\"tokens\":{\"oauth\":[],\"bot\":[\"U0BOT\"]}"))
        .hasSize(1);
    assertThat(event("\"type\":\"tokens_revoked\",\"tokens\":{\"oauth\":[\"U1\"],\"bot\":[]}"))
        .isEmpty();
  }

  @Test
  void theOtherSidesWorkspaceIsNotTheAccountAnUnknownOneIs() {
    String shared =
        """
        {"type":"event_callback","team_id":"T9","api_app_id":"A1","event_id":"Ev1",
         "authorizations":[{"team_id":"T2"}],"event":{%s"text":"x"}}\
        """
            .formatted(SAID);
    assertThat(items(shared).getFirst().origin().account()).isEqualTo("T2");
    assertThat(event("T9", SAID + "\"text\":\"x\"").getFirst().origin().account()).isEqualTo("T9");
  }

  @Test
  void unknownKindsAreKeptAsTheyCameAndThoseWithoutAPersonAreNot() {
    var kept =
        (Inbound.Message)
            event("\"type\":\"pin_added\",\"user\":\"U1\",\"channel_id\":\"C1\"").getFirst();
    assertThat(((Content.Unsupported) kept.content()).kind()).isEqualTo("pin_added");
    assertThat(kept.automatic()).isTrue();
    assertThat(event("\"type\":\"channel_rename\",\"channel\":{\"id\":\"C1\"}")).isEmpty();
    assertThat(items("{\"type\":\"app_rate_limited\",\"team_id\":\"T1\"}")).isEmpty();
    assertThat(event(SAID + "\"subtype\":\"channel_topic\",\"text\":\"t\"").getFirst())
        .isInstanceOfSatisfying(
            Inbound.Notice.class, n -> assertThat(n.kind()).isEqualTo("system"));
  }

  @Test
  void selectionsAndOtherInteractions() {
    String pressed =
        """
        {"type":"block_actions","user":{"id":"U1","team_id":"T1"},"team":{"id":"T1"},"trigger_id":"1.2.x",
         "channel":{"id":"D1"},"container":{"message_ts":"9.000001"},"actions":[
          {"type":"static_select","action_id":"size","action_ts":"10.5",
           "selected_option":{"value":"xl","text":{"type":"plain_text","text":"XL"}}}]}\
        """;
    var choice = (Inbound.Message) items(form(pressed)).getFirst();
    assertThat(choice.content())
        .isEqualTo(new Content.Choice("static_select", "size", "XL", null, "xl"));
    assertThat(choice.replyTo()).isEqualTo("9.000001");
    assertThat(choice.origin().address()).isEqualTo(new Address("slack", "T1", "U1"));
    assertThat(choice.context()).containsEntry("channel", "D1").doesNotContainKey("thread");
    var submitted =
        (Inbound.Message)
            items(form(pressed.replace("block_actions", "view_submission"))).getFirst();
    assertThat(submitted.content()).isInstanceOf(Content.Unsupported.class);
  }

  private static String form(String payload) {
    return "payload=" + PlatformCall.encoded(payload);
  }
}
