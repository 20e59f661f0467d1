package dev.hilo.channel.teams;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.onVirtualThread;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TeamsSendTest {
  private static final Address INES = new Address("teams", "app-1", "29:ines");
  private static final Content TEXT = new Content.Text("Hello <b>");
  private static final String TOKEN = "{\"access_token\":\"tok\",\"expires_in\":3599}";
  private static final String PATH =
      "/emea/v3/conversations/19%3Aa%40thread%3Bmessageid%3D1/activities";

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = Signer.open(server);
  private final Map<String, String> context =
      Map.of("serviceUrl", server.url() + "/emea/", "conversation", "19:a@thread;messageid=1");

  private Outbound message(Content content, String replyTo) {
    return PlatformServer.message("28:app-1", INES, content, replyTo, context);
  }

  private JsonNode sent(Content content) throws Exception {
    server.answers(200, TOKEN).answers(201, "{\"id\":\"out1\"}");
    assertThat(PlatformServer.send(channel, message(content, null)))
        .isEqualTo(new SendResult.Accepted("out1"));
    token();
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo(PATH);
    assertThat(request.headers().get("authorization")).isEqualTo("Bearer tok");
    assertThat(request.headers().get("content-type")).isEqualTo("application/json");
    return request.json();
  }

  private void token() throws Exception {
    var asked = server.asked();
    assertThat(asked.method()).isEqualTo("POST");
    assertThat(asked.uri()).isEqualTo("/t.example/oauth2/v2.0/token");
    assertThat(asked.headers().get("content-type")).isEqualTo("application/x-www-form-urlencoded");
    assertThat(new String(asked.bytes(), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo(
            "grant_type=client_credentials&client_id=app-1&client_secret=s3cret"
                + "&scope=https%3A%2F%2Fapi.botframework.com%2F.default");
  }

  @Test
  void text() throws Exception {
    assertThat(sent(TEXT))
        .isEqualTo(json("{\"type\":\"message\",\"text\":\"Hello <b>\",\"textFormat\":\"plain\"}"));
  }

  @Test
  void theTokenIsUsedAgain() throws Exception {
    sent(TEXT);
    server.answers(201, "{\"id\":\"out2\"}");
    assertThat(PlatformServer.send(channel, message(TEXT, "m 1")))
        .isEqualTo(new SendResult.Accepted("out2"));
    var request = server.asked();
    assertThat(request.uri()).isEqualTo(PATH + "/m%201");
    assertThat(request.json().path("replyToId").asText()).isEqualTo("m 1");
  }

  @Test
  void sixChoicesAreACard() throws Exception {
    assertThat(sent(choices(1)).at("/attachments/0"))
        .isEqualTo(
            json(
                """
                {"contentType":"application/vnd.microsoft.card.adaptive","content":
                 {"type":"AdaptiveCard","version":"1.3",
                  "body":[{"type":"TextBlock","text":"Well?","wrap":true}],
                  "actions":[{"type":"Action.Submit","title":"T0","data":{"id":"c0","title":"T0"}}]}}\
                """));
  }

  @Test
  void picturesGoByLink() throws Exception {
    assertThat(sent(picture(null, 9)).path("attachments"))
        .isEqualTo(
            json(
                """
                [{"contentType":"image/png","contentUrl":"https://gw.example.test/files/b1?d=1",
                  "name":"a.png"}]\
                """));
  }

  @Test
  void aPictureWithWordsIsOneCard() throws Exception {
    assertThat(sent(picture("Look", 9)).at("/attachments/0/content/body"))
        .isEqualTo(
            json(
                """
                [{"type":"Image","url":"https://gw.example.test/files/b1?d=1"},
                 {"type":"TextBlock","text":"Look","wrap":true}]\
                """));
    assertThat(PlatformServer.send(channel, message(picture(null, 2 << 20), null)))
        .isInstanceOf(SendResult.Refused.class);
  }

  private static Content picture(String caption, long size) {
    return new Content.Media(
        Content.Media.Kind.IMAGE, "b1", "image/png", size, "a.png", caption, null, null);
  }

  @Test
  void moreAreAList() throws Exception {
    assertThat(sent(choices(7)).path("text").asText()).startsWith("Well?\n1. T0\n");
  }

  private static Content choices(int count) {
    return new Content.Choices(
        "Well?",
        IntStream.range(0, count)
            .mapToObj(i -> new Content.Choices.Option("c" + i, "T" + i))
            .toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   "})
  void emptyTextIsRefused(String text) throws Exception {
    assertThat(PlatformServer.send(channel, message(new Content.Text(text), null)))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void nobodyIsReachedWhoNeverWrote() throws Exception {
    var first = PlatformServer.message("28:app-1", INES, TEXT);
    assertThat(PlatformServer.send(channel, first))
        .isEqualTo(
            new SendResult.Refused("not-reachable", "they have not written to this bot yet"));
    assertThat(server.isIdle()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | {\"error\":{\"code\":\"BadArgument\",\"message\":\"no 1234567\"}} |"
            + " Refused[code=BadArgument, why=HTTP 400: no …, credentials=false]",
        "403 | {\"error\":{\"code\":\"BotDisabledByAdmin\"}} | Refused[code=BotDisabledByAdmin,"
            + " why=HTTP 403, credentials=false]",
        "403 | {\"error\":{\"code\":\"ConversationBlockedByUser\"}} | Refused[code=opt-out,"
            + " why=HTTP 403, credentials=false]",
        "404 | {} | Refused[code=404, why=HTTP 404, credentials=false]",
        "413 | {} | Refused[code=413, why=HTTP 413, credentials=false]",
        "412 | {} | Unknown[why=HTTP 412]",
        "500 | {} | Unknown[why=HTTP 500]",
        "502 | {} | Unknown[why=HTTP 502]",
        "503 | {} | Unknown[why=HTTP 503]",
        "200 | {} | Unknown[why=taken, but the answer names no message]"
      })
  void answersAreJudged(int status, String body, String expected) throws Exception {
    server.answers(200, TOKEN).answers(status, body);
    assertThat(PlatformServer.send(channel, message(TEXT, null))).hasToString(expected);
  }

  @Test
  void tooManyIsForLater() throws Exception {
    server.answers(200, TOKEN).answers(429, "{}", "retry-after", "7");
    assertThat(PlatformServer.send(channel, message(TEXT, null)))
        .isEqualTo(new SendResult.Retry(Duration.ofSeconds(7), "HTTP 429"));
  }

  @Test
  void aLostAnswerIsUnknown() throws Exception {
    server.answers(200, TOKEN).hangsUp();
    assertThat(PlatformServer.send(channel, message(TEXT, null)))
        .isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void aRefusedTokenIsReplacedOnce() throws Exception {
    server.answers(200, TOKEN).answers(401, "{}").answers(200, TOKEN).answers(401, "{}");
    assertThat(PlatformServer.send(channel, message(TEXT, null)))
        .isInstanceOf(SendResult.Retry.class);
    var m = message(TEXT, null);
    var again =
        new Outbound(
            m.id(),
            m.account(),
            m.to(),
            m.content(),
            List.of(),
            null,
            context,
            m.agentName(),
            null,
            null,
            2);
    assertThat(PlatformServer.send(channel, again))
        .isEqualTo(new SendResult.Refused("401", "HTTP 401", true));
  }

  @Test
  void wrongCredentialsSendNothing() throws Exception {
    server.answers(401, "{\"error\":\"invalid_client\"}");
    assertThat(PlatformServer.send(channel, message(TEXT, null)))
        .isEqualTo(
            new SendResult.Refused("token", "no access token: HTTP 401, invalid_client", true));
    server.answers(503, "");
    assertThat(PlatformServer.send(channel, message(TEXT, null)))
        .isInstanceOf(SendResult.Retry.class);
  }

  @Test
  void gestures() throws Exception {
    server.answers(200, TOKEN).answers(200, "{\"id\":\"t\"}").answers(200, "{}").answers(200, "");
    perform(new Gesture.Typing("28:app-1", INES, context, true));
    token();
    assertThat(server.asked().json()).isEqualTo(json("{\"type\":\"typing\"}"));
    perform(new Gesture.Edit("28:app-1", INES, context, "out1", new Content.Text("Hi")));
    var edit = server.asked();
    assertThat(edit.method()).isEqualTo("PUT");
    assertThat(edit.uri()).isEqualTo(PATH + "/out1");
    assertThat(edit.json().path("text").asText()).isEqualTo("Hi");
    perform(new Gesture.Remove("28:app-1", INES, context, "out1"));
    var removal = server.asked();
    assertThat(removal.method()).isEqualTo("DELETE");
    assertThat(removal.uri()).isEqualTo(PATH + "/out1");
    assertThat(removal.bytes()).isEmpty();
  }

  private void perform(Gesture gesture) throws Exception {
    assertThat(onVirtualThread(() -> channel.perform(gesture)))
        .isInstanceOf(SendResult.Accepted.class);
  }

  /** Our token goes to the conversation's own server and nowhere else. */
  @Test
  void wherePicturesAre() throws Exception {
    server.answers(200, TOKEN);
    URI own = URI.create(server.url() + "/emea/v3/a");
    assertThat(locate(own))
        .isEqualTo(new MediaSource.Link(own, Map.of("authorization", "Bearer tok"), true));
    URI other = URI.create("https://files.example/a?permit=1");
    assertThat(locate(other)).isEqualTo(new MediaSource.Link(other, Map.of(), false));
  }

  private MediaSource locate(URI url) throws Exception {
    var media =
        new Content.Media(
            Content.Media.Kind.IMAGE, null, "image/png", -1, null, null, url.toString(), null);
    return onVirtualThread(() -> channel.locate("28:app-1", media, context));
  }
}
