package dev.hilo.channel.x;

import static dev.hilo.channel.PlatformServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Channel;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XSendTest {
  private static final Address NADIA = new Address("x", "", "2");
  private static final Content TEXT = new Content.Text("Hi");

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = XWebhookTest.open(server);

  private SendResult send(Content content) throws Exception {
    return PlatformServer.send(channel, PlatformServer.message("1", NADIA, content));
  }

  @Test
  void text() throws Exception {
    server.answers(201, "{\"data\":{\"dm_conversation_id\":\"1-2\",\"dm_event_id\":\"77\"}}");
    assertThat(send(TEXT)).isEqualTo(new SendResult.Accepted("77"));
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/2/dm_conversations/with/2/messages");
    assertThat(request.headers().get("authorization")).isEqualTo("Bearer tok");
    assertThat(request.headers().get("content-type")).isEqualTo("application/json");
    assertThat(request.json()).isEqualTo(json("{\"text\":\"Hi\"}"));
  }

  @Test
  void choicesAreAList() throws Exception {
    server.answers(201, "{\"data\":{\"dm_event_id\":\"77\"}}");
    send(new Content.Choices("Well?", List.of(new Content.Choices.Option("y", "Yes"))));
    assertThat(server.asked().json()).isEqualTo(json("{\"text\":\"Well?\\n1. Yes\"}"));
  }

  @ParameterizedTest
  @CsvSource({
    "400, 'Refused[code=400, why=HTTP 400: no …, credentials=false]'",
    "401, 'Refused[code=401, why=HTTP 401: no …, credentials=true]'",
    "403, 'Refused[code=403, why=HTTP 403: no …, credentials=false]'",
    "500, 'Unknown[why=HTTP 500: no …]'",
    "503, 'Unknown[why=HTTP 503: no …]'"
  })
  void answersAreJudged(int status, String expected) throws Exception {
    server.answers(status, "{\"detail\":\"no 1480033377712345088\"}");
    assertThat(send(TEXT)).hasToString(expected);
  }

  @Test
  void tooManyWaitUntilXSays() throws Exception {
    server.answers(429, "{}", "x-rate-limit-reset", "1");
    assertThat(send(TEXT)).isEqualTo(new SendResult.Retry(Duration.ofSeconds(1), "HTTP 429"));
    server.answers(429, "{}", "x-rate-limit-reset", "99999999999");
    assertThat(send(TEXT)).isEqualTo(new SendResult.Retry(Duration.ofHours(24), "HTTP 429"));
  }

  @Test
  void aLostAnswerIsUnknown() throws Exception {
    server.hangsUp();
    assertThat(send(TEXT)).isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void whatCannotBeSent() throws Exception {
    assertThat(send(new Content.Text("x".repeat(10_001)))).isInstanceOf(SendResult.Refused.class);
    assertThat(send(new Content.Location(1, 2, null, null, null)))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(PlatformServer.send(channel, PlatformServer.message("9", NADIA, TEXT)))
        .isEqualTo(new SendResult.Refused("unknown-account", "no such user id is configured"));
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void filesAreFetchedByTheNewAddress() throws Exception {
    assertThat(locate("https://ton.twitter.com/1.1/ton/data/dm/5/9/a.jpg"))
        .isEqualTo(
            new MediaSource.Link(
                URI.create(server.url() + "/2/dm_conversations/media/5/9/a.jpg"),
                Map.of("authorization", "Bearer tok"),
                true));
    assertThat(locate("https://ton.twitter.com/dm/../9/a.jpg"))
        .isInstanceOf(MediaSource.Gone.class);
    assertThat(locate("a")).isInstanceOf(MediaSource.Gone.class);
  }

  private MediaSource locate(String ref) throws InterruptedException {
    var media = new Content.Media(Content.Media.Kind.IMAGE, null, null, -1, null, null, ref, null);
    return channel.locate("1", media, Map.of());
  }
}
