package dev.hilo.channel.kakao;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.channel.Channel;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Strength;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What the recorded case does not show, in and out. */
class KakaoTest {
  private static final Address MIN = new Address("kakao", "bot:b1", "key1");
  private static final String SKILL =
      """
      {"userRequest":{"utterance":"안녕\\n","lang":"ko","user":{"id":"key1","type":"botUserKey",
       "properties":{"plusfriendUserKey":"p1","appUserId":"31"}}%s},"bot":{"id":"b1"},
       "intent":{"id":"i"},"action":{"params":{}}}\
      """;

  @AutoClose private final PlatformServer server = new PlatformServer();

  private Channel open(String further) {
    var settings =
        ConfigNode.parse(
            """
            {%s, admin-key: k, reply: Soon., callback-url: '%s',
             accounts: [{id: _AcMeXj, name: Acme}]}
            """
                .formatted(further, server.url()));
    return new KakaoChannelType().open(settings.bind(KakaoSettings.class), server.ports());
  }

  private final Channel channel = open("experimental: true");

  private static Webhook.Received call(
      Channel channel, String body, long now, Map<String, List<String>> headers) {
    return Objects.requireNonNull(channel.webhook())
        .receive(
            new WebhookRequest(
                "POST", "", Map.of(), headers, body.getBytes(UTF_8), Instant.ofEpochSecond(now)));
  }

  private Webhook.Received.Accepted skill(String further, long now) {
    return (Webhook.Received.Accepted) call(channel, SKILL.formatted(further), now, Map.of());
  }

  @Test
  void itMustBeAskedFor() {
    assertThatThrownBy(() -> open("experimental: false"))
        .hasMessageContaining("kakao is experimental: say experimental: true to use it");
  }

  @Test
  void friendsComeAndGo() {
    String body =
        "{\"event\":\"%s\",\"id\":\"31\",\"id_type\":\"app_user_id\",\"channel_public_id\":\"_x\"}";
    var headers =
        Map.of("authorization", List.of("KakaoAK k"), "x-kakao-resource-id", List.of("r"));
    var added = (Webhook.Received.Accepted) call(channel, body.formatted("added"), 1, headers);
    assertThat(added.items().getFirst())
        .isInstanceOfSatisfying(
            Inbound.Notice.class, n -> assertThat(n.kind()).isEqualTo("follow"));
    assertThat(added.items().getFirst().origin().account()).isEqualTo("_x");
    assertThat(added.items().getFirst().origin().dedupeKey()).isEqualTo("r");
    assertThat(call(channel, body.formatted("added"), 1, Map.of()))
        .isInstanceOfSatisfying(
            Webhook.Received.Refused.class, r -> assertThat(r.status()).isEqualTo(401));
    assertThat(call(channel, "{", 1, headers))
        .isInstanceOfSatisfying(
            Webhook.Received.Refused.class, r -> assertThat(r.status()).isEqualTo(400));
    var other = (Webhook.Received.Accepted) call(channel, body.formatted("new"), 1, headers);
    assertThat(((Inbound.Message) other.items().getFirst()).content())
        .isInstanceOf(Content.Unsupported.class);
  }

  @Test
  void anUtteranceIsAnsweredAtOnce() {
    var accepted = skill("", 100);
    assertThat(json(accepted.reply().body()))
        .isEqualTo(
            json(
                "{\"version\":\"2.0\",\"template\":{\"outputs\":[{\"simpleText\":{\"text\":\"Soon.\"}}]}}"));
    var message = (Inbound.Message) accepted.items().getFirst();
    assertThat(message.content()).isEqualTo(new Content.Text("안녕"));
    assertThat(message.origin().address()).isEqualTo(MIN);
    assertThat(message.origin().trust()).isEqualTo(Strength.CLAIM);
    assertThat(message.origin().aliases()).isEmpty();
    assertThat(message.origin().attributes()).containsEntry("language", "ko");
  }

  @Test
  void theSameWordsLaterAreNewOnes() {
    assertThat(skill("", 100).items()).isEqualTo(skill("", 100).items());
    assertThat(skill("", 100).items().getFirst().origin().dedupeKey())
        .isNotEqualTo(skill("", 101).items().getFirst().origin().dedupeKey());
  }

  @Test
  void aKeyProvesTheBot() {
    var keyed = open("experimental: true, skill-key: s");
    assertThat(call(keyed, SKILL.formatted(""), 1, Map.of()))
        .isInstanceOfSatisfying(
            Webhook.Received.Refused.class, r -> assertThat(r.status()).isEqualTo(401));
    var accepted =
        (Webhook.Received.Accepted)
            call(keyed, SKILL.formatted(""), 1, Map.of("x-skill-key", List.of("s")));
    assertThat(accepted.items().getFirst().origin().trust()).isEqualTo(Strength.PLATFORM);
    assertThat(accepted.items().getFirst().origin().aliases())
        .containsExactly(new Address("kakao", "app_user_id", "31"));
  }

  @Test
  void filesAndNothing() {
    var picture =
        skill(",\"params\":{\"media\":{\"type\":\"image\",\"url\":\"https://k.test/i\"}}", 1);
    assertThat(((Content.Media) ((Inbound.Message) picture.items().getFirst()).content()).ref())
        .isEqualTo("https://k.test/i");
    assertThat(
            ((Webhook.Received.Accepted) call(channel, "{\"userRequest\":{}}", 1, Map.of()))
                .items())
        .isEmpty();
  }

  @Test
  void withACallbackThereIsAMinute() throws Exception {
    long now = Instant.now().getEpochSecond();
    var accepted = skill(",\"callbackUrl\":\"" + server.url() + "/cb?x=1\"", now);
    assertThat(json(accepted.reply().body()))
        .isEqualTo(json("{\"version\":\"2.0\",\"useCallback\":true}"));
    var context = ((Inbound.Message) accepted.items().getFirst()).context();
    server.answers(200, "{\"status\":\"SUCCESS\"}").answers(400, "{}").answers(500, "").hangsUp();
    assertThat(send(new Content.Text("Hi"), context))
        .isEqualTo(new SendResult.Accepted("01JD0000000000000000000001"));
    var request = server.asked();
    assertThat(request.uri()).isEqualTo("/cb?x=1");
    assertThat(request.json())
        .isEqualTo(
            json(
                "{\"version\":\"2.0\",\"template\":{\"outputs\":[{\"simpleText\":{\"text\":\"Hi\"}}]}}"));
    assertThat(send(new Content.Text("Hi"), context)).isInstanceOf(SendResult.WindowClosed.class);
    assertThat(send(new Content.Text("Hi"), context)).isInstanceOf(SendResult.Unknown.class);
    assertThat(send(new Content.Text("Hi"), context)).isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void noOtherAnswerIsSent() throws Exception {
    String soon = String.valueOf(Instant.now().getEpochSecond() + 60);
    var text = new Content.Text("Hi");
    for (var context :
        List.of(
            Map.<String, String>of(),
            Map.of("callback-url", server.url() + "/cb", "callback-until", "1"),
            Map.of("callback-url", server.url() + "/cb"),
            Map.of("callback-url", "http://127.0.0.1:1/cb", "callback-until", soon),
            Map.of("callback-url", "file:///etc/passwd", "callback-until", soon))) {
      assertThat(send(text, context)).isInstanceOf(SendResult.WindowClosed.class);
    }
    assertThat(send(new Content.Text("x".repeat(1001)), Map.of()))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
  }

  private SendResult send(Content content, Map<String, String> context) throws Exception {
    return PlatformServer.send(channel, message("_AcMeXj", MIN, content, null, context));
  }
}
