package dev.hilo.channel.x;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.channel.Channel;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.Webhook.Received;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.InvalidConfig;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XWebhookTest {
  private static final String SECRET = "consumer-secret-1";
  private static final String DM =
      """
      {"type":"message_create","id":"5","created_timestamp":"1772530000000","message_create":
       {"target":{"recipient_id":"%s"},"sender_id":"%s","message_data":%s}}\
      """;

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Webhook webhook = open(server).webhook();

  static Channel open(PlatformServer server) {
    var settings =
        ConfigNode.parse(
            "{experimental: true, consumer-secret: %s, base-url: '%s', accounts: [{id: '1', name: Shop, token: tok}]}"
                .formatted(SECRET, server.url()));
    return new XChannelType().open(settings.bind(XSettings.class), server.ports());
  }

  private Received receive(String body) {
    byte[] mac = Signature.hmacSha256(SECRET.getBytes(UTF_8), body.getBytes(UTF_8));
    return receive("sha256=" + Signature.base64(mac), body);
  }

  private Received receive(String signature, String body) {
    return webhook.receive(
        new WebhookRequest(
            "POST",
            "",
            Map.of(),
            Map.of("x-twitter-webhooks-signature", List.of(signature)),
            body.getBytes(UTF_8),
            Instant.EPOCH));
  }

  private List<Inbound> items(String body) {
    var received = receive(body);
    assertThat(received).isInstanceOf(Received.Accepted.class);
    return ((Received.Accepted) received).items();
  }

  private Inbound.Message dm(String from, String data) {
    return (Inbound.Message)
        items(
                "{\"for_user_id\":\"1\",\"direct_message_events\":["
                    + DM.formatted("1".equals(from) ? "2" : "1", from, data)
                    + "]}")
            .getFirst();
  }

  @Test
  void knownAnswers() {
    assertThat(
            receive(
                "sha256=z40jK3BTOITHdCvFe+FSI64Lm0Anlfqs8XQfV1aVo5E=", "{\"for_user_id\":\"1\"}"))
        .isInstanceOf(Received.Accepted.class);
    assertThat(
            receive(
                "sha256=z40jK3BTOITHdCvFe+FSI64Lm0Anlfqs8XQfV1aVo5E=", "{\"for_user_id\":\"2\"}"))
        .isInstanceOf(Received.Refused.class);
    var challenge =
        new WebhookRequest(
            "GET",
            "",
            Map.of("crc_token", List.of("challenge_token")),
            Map.of(),
            new byte[0],
            Instant.EPOCH);
    assertThat(((Received.Answered) webhook.receive(challenge)).reply().body())
        .isEqualTo("{\"response_token\":\"sha256=CjlWXgmNYIGGQrdosyS6xc05G6/cPuz/B5IhpFP5M0I=\"}");
  }

  @Test
  void theLinkOfAFileIsNotSaid() {
    var said =
        dm(
            "2",
            """
            {"text":"📦 look https://t.co/x","attachment":{"type":"media","media":{"id_str":"9",
             "type":"photo","media_url_https":"https://ton.twitter.com/1.1/ton/data/dm/5/9/a.jpg",
             "indices":[7,21]}}}\
            """);
    assertThat(said.content()).isEqualTo(new Content.Text("📦 look"));
    assertThat(said.attachments()).hasSize(1);
    var bare =
        dm(
            "2",
            """
            {"text":"https://t.co/x","attachment":{"type":"media","media":{"id_str":"9",
             "type":"video","media_url_https":"https://ton/a/b/c","indices":[0,14]}}}\
            """);
    assertThat(bare.content()).isInstanceOf(Content.Media.class);
    assertThat(bare.attachments()).isEmpty();
  }

  @Test
  void whatWeWroteIsAnEcho() {
    var said = dm("1", "{\"text\":\"Hi\"}");
    assertThat(said.echo()).isTrue();
    assertThat(said.origin().address().id()).isEqualTo("2");
    assertThat(said.origin().account()).isEqualTo("1");
  }

  @Test
  void aQuickReplyIsAChoice() {
    var said =
        dm(
            "2",
            "{\"text\":\"Track\",\"quick_reply_response\":{\"type\":\"options\",\"metadata\":\"T\"}}");
    assertThat(said.content()).isEqualTo(new Content.Choice("options", "T", "Track", null, "T"));
  }

  @Test
  void bothFormsAreTheSameMessage() {
    String events =
        "\"direct_message_events\":[" + DM.formatted("1", "2", "{\"text\":\"a\"}") + "]";
    var old =
        items(
            "{\"for_user_id\":\"1\","
                + events
                + ",\"users\":{\"2\":{\"name\":\"Nadia\",\"screen_name\":\"n\"}}}");
    var fresh =
        items(
            "{\"data\":{\"event_uuid\":\"-5\",\"event_type\":\"dm.received\",\"filter\":{\"user_id\":\"1\"},"
                + "\"payload\":{"
                + events
                + ",\"users\":{\"2\":{\"data\":{\"name\":\"Nadia\",\"username\":\"n\"}}}}}}");
    assertThat(fresh).isEqualTo(old);
    assertThat(old.getFirst().origin().attributes())
        .isEqualTo(Map.of("name", "Nadia", "username", "n"));
  }

  @Test
  void everyListInOneCallAndOneBrokenItem() {
    var items =
        items(
            """
            {"for_user_id":"1","direct_message_events":[7,{"id":"6"},%s],
             "direct_message_indicate_typing_events":[{"sender_id":"2","created_timestamp":"1"}],
             "direct_message_mark_read_events":[{"sender_id":"2","last_read_event_id":"5"}],
             "follow_events":[{"type":"unfollow","source":{"id":"2"},"created_timestamp":"1"}],
             "tweet_create_events":[{"id_str":"8","text":"@shop hey","user":{"id_str":"2"}}]}\
            """
                .formatted(DM.formatted("1", "2", "{\"text\":\"a\"}")));
    assertThat(items).hasSize(5);
    assertThat(items.get(1)).isInstanceOf(Inbound.Typing.class);
    assertThat(((Inbound.Watermark) items.get(2)).state()).isEqualTo(Event.Delivery.READ);
    assertThat(((Inbound.Watermark) items.get(2)).target()).isEqualTo("5");
    assertThat(((Inbound.Notice) items.get(3)).kind()).isEqualTo("unfollow");
    assertThat(((Inbound.Notice) items.get(4)).details()).containsEntry("text", "@shop hey");
  }

  @Test
  void encryptedChatsAreToldOf() {
    var items =
        items(
            "{\"data\":{\"event_uuid\":\"-7\",\"event_type\":\"chat.received\",\"filter\":{\"user_id\":\"1\"},"
                + "\"payload\":{\"conversation_id\":\"1-2\",\"encoded_event\":\"x\"}}}");
    var told = (Inbound.Message) items.getFirst();
    assertThat(told.origin().address().id()).isEqualTo("2");
    assertThat(told.content())
        .isEqualTo(new Content.Unsupported("end-to-end-encrypted", "chat.received"));
  }

  @Test
  void anotherAccountKeepsItsOwn() {
    var items =
        items(
            "{\"for_user_id\":\"99\",\"direct_message_events\":["
                + DM.formatted("99", "2", "{\"text\":\"a\"}")
                + "]}");
    assertThat(items.getFirst().origin().account()).isEqualTo("99");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"replay_job_status\":{}}", "{\"for_user_id\":\"1\",\"new_events\":[1]}"})
  void whatIsNotKnownIsAcknowledged(String body) {
    assertThat(items(body)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[]", "x"})
  void garbage(String body) {
    assertThat(((Received.Refused) receive(body)).status()).isEqualTo(400);
  }

  @Test
  void itMustBeWanted() {
    assertThatThrownBy(
            () ->
                ConfigNode.parse("{consumer-secret: s, accounts: [{id: '1', name: A, token: t}]}")
                    .bind(XSettings.class))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("say experimental: true");
  }
}
