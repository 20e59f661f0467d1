package dev.hilo.channel.discord;

import static dev.hilo.channel.PlatformServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiscordSendTest {
  private static final Address NADIA = new Address("discord", "", "42");
  private static final Content TEXT = new Content.Text("Hi");
  private static final Map<String, String> CHANNEL = Map.of("channel", "5");

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = DiscordWebhookTest.open(server);

  private SendResult send(Map<String, String> context) throws Exception {
    return PlatformServer.send(channel, PlatformServer.message("7", NADIA, TEXT, "8", context));
  }

  private static String snowflake(Instant at) {
    return Long.toString((at.toEpochMilli() - 1_420_070_400_000L) << 22);
  }

  @Test
  void textToAKnownChannel() throws Exception {
    server.answers(200, "{\"id\":\"9\"}");
    assertThat(send(CHANNEL)).isEqualTo(new SendResult.Accepted("9"));
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/channels/5/messages");
    assertThat(request.headers().get("authorization")).isEqualTo("Bot bot");
    assertThat(request.json())
        .isEqualTo(
            json(
                """
                {"content":"Hi","allowed_mentions":{"parse":[]},"nonce":"1JD0000000000000000000001",
                 "enforce_nonce":true,"message_reference":{"message_id":"8","fail_if_not_exists":false}}\
                """));
  }

  @Test
  void aFreshInteractionIsAnsweredItself() throws Exception {
    server.answers(200, "{\"id\":\"9\"}");
    send(Map.of("channel", "5", "interaction", snowflake(Instant.now()), "token", "t/1"));
    var request = server.asked();
    assertThat(request.uri()).isEqualTo("/webhooks/7/t%2F1?wait=true");
    assertThat(request.headers().get("authorization")).isNull();
    assertThat(request.json())
        .isEqualTo(json("{\"content\":\"Hi\",\"allowed_mentions\":{\"parse\":[]}}"));
  }

  @Test
  void anOldInteractionIsNot() throws Exception {
    server.answers(200, "{\"id\":\"9\"}");
    String old = snowflake(Instant.now().minus(Duration.ofHours(1)));
    send(Map.of("channel", "5", "interaction", old, "token", "t"));
    assertThat(server.asked().uri()).isEqualTo("/channels/5/messages");
  }

  @ParameterizedTest
  @CsvSource({
    "400, '{\"code\":50035}', 'Refused[code=50035, why=HTTP 400, credentials=false]'",
    "401, '{}', 'Refused[code=401, why=HTTP 401, credentials=true]'",
    "403, '{\"code\":50007,\"message\":\"Cannot send to 801000000000000042\"}',"
        + " 'Refused[code=50007, why=HTTP 403: Cannot send to …, credentials=false]'",
    "429, '{\"retry_after\":1.5}', 'Retry[after=PT1.501S, why=HTTP 429]'",
    "502, '{}', 'Unknown[why=HTTP 502]'"
  })
  void answersAreJudged(int status, String body, String expected) throws Exception {
    server.answers(status, body);
    assertThat(send(CHANNEL)).hasToString(expected);
  }

  @Test
  void aLostAnswerIsUnknown() throws Exception {
    server.hangsUp();
    assertThat(send(CHANNEL)).isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void whoIsNotReached() throws Exception {
    assertThat(send(Map.of()))
        .isEqualTo(new SendResult.Refused("not-reachable", "no channel of theirs is known"));
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void typing() throws Exception {
    server.answers(204, "");
    var gesture = new Gesture.Typing("7", NADIA, CHANNEL, true);
    assertThat(PlatformServer.onVirtualThread(() -> channel.perform(gesture)))
        .isInstanceOf(SendResult.Accepted.class);
    assertThat(server.asked().uri()).isEqualTo("/channels/5/typing");
  }
}
