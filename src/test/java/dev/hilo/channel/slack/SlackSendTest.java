package dev.hilo.channel.slack;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static dev.hilo.channel.PlatformServer.onVirtualThread;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.GivenBlobs;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlackSendTest {
  private static final Address ROOM = new Address("slack", "T1", "C1");
  private static final Address LINA = new Address("slack", "T1", "U1");
  private static final Content TEXT = new Content.Text("Hello <b> & 👋");
  private static final Map<String, String> NEWEST =
      Map.of("channel", "C1", "ts", "20.000001", "thread", "10.000001");
  private static final String TAKEN = "{\"ok\":true,\"channel\":\"C1\",\"ts\":\"30.000001\"}";
  private static final Content FILE =
      new Content.Media(
          Content.Media.Kind.FILE, "bytes", "application/pdf", 5, "a.pdf", "R&D", null, null);

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = open();

  private Channel open() {
    var settings =
        ConfigNode.parse(
            """
            signing-secret: s
            base-url: %s/api
            accounts: [{id: T1, name: One, token: xoxb-1}, {id: T2, name: Two, token: xoxb-2}]
            """
                .formatted(server.url()));
    return new SlackChannelType()
        .open(settings.bind(SlackSettings.class), GivenBlobs.in(server.ports()));
  }

  private SendResult send(Outbound message) throws Exception {
    return PlatformServer.send(channel, message);
  }

  private PlatformServer.Request asked(String method, String uri) throws Exception {
    var request = server.asked();
    assertThat(request.method()).isEqualTo(method);
    assertThat(request.uri()).isEqualTo(uri);
    assertThat(request.headers().get("authorization")).isEqualTo("Bearer xoxb-1");
    return request;
  }

  private JsonNode sent(Outbound message) throws Exception {
    server.answers(200, TAKEN);
    assertThat(send(message)).isEqualTo(new SendResult.Accepted("30.000001"));
    var request = asked("POST", "/api/chat.postMessage");
    assertThat(request.headers().get("content-type")).startsWith("application/json");
    return request.json();
  }

  @Test
  void textGoesIntoTheThreadOfTheNewestMessage() throws Exception {
    assertThat(sent(message("T1", ROOM, TEXT, null, NEWEST)))
        .isEqualTo(
            json(
                """
                {"text":"Hello &lt;b&gt; &amp; 👋","channel":"C1","thread_ts":"10.000001",
                 "blocks":[{"type":"section","block_id":"hilo:01JD0000000000000000000001",
                            "text":{"type":"mrkdwn","text":"Hello &lt;b&gt; &amp; 👋"}}],
                 "metadata":{"event_type":"hilo_message",
                             "event_payload":{"id":"01JD0000000000000000000001"}}}\
                """));
  }

  @Test
  void aPersonIsWrittenToWithoutAThread() throws Exception {
    var body = sent(message("T1", LINA, TEXT));
    assertThat(body.path("channel").asText()).isEqualTo("U1");
    assertThat(body.has("thread_ts")).isFalse();
    assertThat(
            sent(message("T1", LINA, TEXT, null, Map.of("channel", "D1"))).path("channel").asText())
        .isEqualTo("D1");
  }

  @Test
  void anOlderMessageIsAnsweredInItsOwnThread() throws Exception {
    server.answers(
        200, "{\"ok\":true,\"messages\":[{\"ts\":\"7.000001\",\"thread_ts\":\"5.000001\"}]}");
    server.answers(200, TAKEN);
    send(message("T1", ROOM, TEXT, "7.000001", NEWEST));
    asked("GET", "/api/conversations.replies?limit=1&channel=C1&ts=7.000001");
    assertThat(asked("POST", "/api/chat.postMessage").json().path("thread_ts").asText())
        .isEqualTo("5.000001");
    server.answers(200, "{\"ok\":false,\"error\":\"missing_scope\"}").answers(200, TAKEN);
    send(message("T1", ROOM, TEXT, "7.000001", NEWEST));
    server.asked();
    assertThat(server.asked().json().path("thread_ts").asText()).isEqualTo("7.000001");
    assertThat(sent(message("T1", ROOM, TEXT, "20.000001", NEWEST)).path("thread_ts").asText())
        .isEqualTo("10.000001");
  }

  @Test
  void choicesAreButtons() throws Exception {
    var blocks = sent(message("T1", ROOM, choices(25, "Yes"))).path("blocks");
    assertThat(blocks.at("/1/elements"))
        .hasSize(25)
        .first()
        .isEqualTo(
            json(
                """
                {"type":"button","action_id":"c0","value":"c0",
                 "text":{"type":"plain_text","text":"Yes"}}\
                """));
    var listed = sent(message("T1", ROOM, choices(1, "x".repeat(76))));
    assertThat(listed.path("blocks")).hasSize(1);
    assertThat(listed.path("text").asText()).isEqualTo("Well?\n1. " + "x".repeat(76));
  }

  static Stream<Content> unsendable() {
    return Stream.of(
        new Content.Text(" "),
        new Content.Text("x".repeat(3001)),
        new Content.Text("<".repeat(751)),
        new Content.Location(1, 2, null, null, null),
        new Content.Media(Content.Media.Kind.FILE, null, null, 1, "a", null, "r", null),
        new Content.Unsupported("k", "{}"));
  }

  @ParameterizedTest
  @MethodSource("unsendable")
  void whatSlackCannotCarryIsRefusedWithoutACall(Content content) throws Exception {
    assertThat(send(message("T1", ROOM, content))).isInstanceOf(SendResult.Refused.class);
    assertThat(send(message("T9", ROOM, TEXT))).isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "200, ratelimited, Retry",
    "200, rate_limited, Retry",
    "429, ratelimited, Retry",
    "200, internal_error, Unknown",
    "200, fatal_error, Unknown",
    "200, service_unavailable, Unknown",
    "200, request_timeout, Unknown",
    "503, whatever, Unknown",
    "200, channel_not_found, Refused",
    "200, not_in_channel, Refused",
    "200, is_archived, Refused",
    "200, restricted_action, Refused",
    "200, msg_too_long, Refused",
    "200, no_text, Refused",
    "200, invalid_blocks, Refused",
    "200, new_in_the_year_3000, Refused"
  })
  void errorsHaveTheirClass(int status, String error, String kind) throws Exception {
    server.answers(status, "{\"ok\":false,\"error\":\"" + error + "\"}", "retry-after", "7");
    var result = send(message("T1", ROOM, TEXT));
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    if (result instanceof SendResult.Refused refused) {
      assertThat(refused.credentials()).isFalse();
    } else if (result instanceof SendResult.Retry retry) {
      assertThat(retry.after()).hasSeconds(7);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "invalid_auth",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "not_authed",
        "missing_scope"
      })
  void aDoorThatIsClosed(String error) throws Exception {
    server.answers(200, "{\"ok\":false,\"error\":\"" + error + "\"}");
    assertThat(send(message("T1", ROOM, TEXT)))
        .isEqualTo(new SendResult.Refused(error, error, true));
  }

  @Test
  void whatNobodyKnows() throws Exception {
    server.hangsUp();
    assertThat(send(message("T1", ROOM, TEXT))).isInstanceOf(SendResult.Unknown.class);
    server.answers(200, "<html>");
    assertThat(send(message("T1", ROOM, TEXT))).isInstanceOf(SendResult.Unknown.class);
    server.answers(200, "{\"ok\":true}");
    assertThat(send(message("T1", ROOM, TEXT))).isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void aFileTakesThreeCalls() throws Exception {
    server
        .answers(
            200,
            "{\"ok\":true,\"file_id\":\"F1\",\"upload_url\":\"%s/up\"}".formatted(server.url()))
        .answers(200, "OK - 5")
        .answers(200, "{\"ok\":true,\"files\":[{\"id\":\"F1\"}]}");
    assertThat(send(message("T1", ROOM, FILE, null, NEWEST)))
        .isEqualTo(new SendResult.Accepted("F1"));
    var first = asked("POST", "/api/files.getUploadURLExternal");
    assertThat(new String(first.bytes(), UTF_8)).isEqualTo("filename=a.pdf&length=5");
    var bytes = server.asked();
    assertThat(bytes.uri()).isEqualTo("/up");
    assertThat(bytes.headers().contains("authorization")).isFalse();
    assertThat(bytes.bytes()).isEqualTo("bytes".getBytes(UTF_8));
    assertThat(asked("POST", "/api/files.completeUploadExternal").json())
        .isEqualTo(
            json(
                """
                {"channel_id":"C1","files":[{"id":"F1","title":"a.pdf"}],"thread_ts":"10.000001",
                 "initial_comment":"R&amp;D"}\
                """));
  }

  @Test
  void onlyTheLastCallOfAFileLeavesADoubt() throws Exception {
    String place =
        "{\"ok\":true,\"file_id\":\"F1\",\"upload_url\":\"%s/up\"}".formatted(server.url());
    server.hangsUp();
    assertThat(send(message("T1", ROOM, FILE))).isInstanceOf(SendResult.Retry.class);
    server.answers(200, place).answers(500, "");
    assertThat(send(message("T1", ROOM, FILE))).isInstanceOf(SendResult.Retry.class);
    server.answers(200, place).answers(200, "OK").hangsUp();
    assertThat(send(message("T1", ROOM, FILE))).isInstanceOf(SendResult.Unknown.class);
    server.answers(200, "{\"ok\":false,\"error\":\"missing_scope\"}");
    assertThat(send(message("T1", ROOM, FILE)))
        .isEqualTo(new SendResult.Refused("missing_scope", "missing_scope", true));
  }

  @Test
  void aFileForAPersonOpensTheDirectMessage() throws Exception {
    server
        .answers(
            200,
            "{\"ok\":true,\"file_id\":\"F1\",\"upload_url\":\"%s/up\"}".formatted(server.url()))
        .answers(200, "OK")
        .answers(200, "{\"ok\":true,\"channel\":{\"id\":\"D1\"}}")
        .answers(200, "{\"ok\":true}");
    assertThat(send(message("T1", LINA, FILE))).isEqualTo(new SendResult.Accepted("F1"));
    server.asked();
    server.asked();
    assertThat(new String(asked("POST", "/api/conversations.open").bytes(), UTF_8))
        .isEqualTo("users=U1");
    assertThat(server.asked().json().path("channel_id").asText()).isEqualTo("D1");
  }

  @Test
  void reactionsChangesAndRemovals() throws Exception {
    gesture(
        new Gesture.React("T1", ROOM, NEWEST, "20.1", "❤️", true),
        "reactions.add",
        "{\"channel\":\"C1\",\"timestamp\":\"20.1\",\"name\":\"heart\"}");
    gesture(
        new Gesture.React("T1", ROOM, NEWEST, "20.1", "thumbsup::skin-tone-3", false),
        "reactions.remove",
        "{\"channel\":\"C1\",\"timestamp\":\"20.1\",\"name\":\"thumbsup::skin-tone-3\"}");
    gesture(
        new Gesture.Remove("T1", ROOM, NEWEST, "30.1"),
        "chat.delete",
        "{\"channel\":\"C1\",\"ts\":\"30.1\"}");
    gesture(
        new Gesture.Edit("T1", ROOM, NEWEST, "30.1", new Content.Text("a<b")),
        "chat.update",
        """
        {"channel":"C1","ts":"30.1","text":"a&lt;b","blocks":[{"type":"section",
         "block_id":"hilo:30.1","text":{"type":"mrkdwn","text":"a&lt;b"}}]}\
        """);
    for (Gesture refused :
        List.of(
            new Gesture.Typing("T1", ROOM, NEWEST, true),
            new Gesture.Read("T1", ROOM, NEWEST, "20.1"),
            new Gesture.React("T1", ROOM, NEWEST, "20.1", "🦤", true))) {
      assertThat(onVirtualThread(() -> channel.perform(refused)))
          .isInstanceOf(SendResult.Refused.class);
    }
  }

  private void gesture(Gesture gesture, String method, String body) throws Exception {
    server.answers(200, "{\"ok\":true}");
    assertThat(onVirtualThread(() -> channel.perform(gesture)))
        .isEqualTo(new SendResult.Accepted(""));
    assertThat(asked("POST", "/api/" + method).json()).isEqualTo(json(body));
  }

  @Test
  void doingItTwiceIsHarmless() throws Exception {
    server.answers(200, "{\"ok\":false,\"error\":\"already_reacted\"}");
    assertThat(
            onVirtualThread(
                () -> channel.perform(new Gesture.React("T1", ROOM, NEWEST, "2.1", "👍", true))))
        .isInstanceOf(SendResult.Accepted.class);
    server.answers(200, "{\"ok\":false,\"error\":\"message_not_found\"}");
    assertThat(
            onVirtualThread(
                () -> channel.perform(new Gesture.Edit("T1", ROOM, NEWEST, "2.1", TEXT))))
        .isInstanceOf(SendResult.Refused.class);
  }

  @Test
  void whereFilesAre() throws Exception {
    var bearer = Map.of("authorization", "Bearer xoxb-1");
    assertThat(
            located(
                "{\"ok\":true,\"file\":{\"url_private_download\":\"%s/d\"}}"
                    .formatted(server.url())))
        .isEqualTo(new MediaSource.Link(URI.create(server.url() + "/d"), bearer, true));
    asked("GET", "/api/files.info?file=F1");
    assertThat(located("{\"ok\":true,\"file\":{\"url_private\":\"https://files.slack.com/p\"}}"))
        .isEqualTo(new MediaSource.Link(URI.create("https://files.slack.com/p"), bearer, true));
    assertThat(located("{\"ok\":true,\"file\":{\"url_private\":\"https://evil.test/.slack.com\"}}"))
        .isEqualTo(
            new MediaSource.Link(URI.create("https://evil.test/.slack.com"), Map.of(), false));
    assertThat(
            located(
                "{\"ok\":true,\"file\":{\"is_external\":true,\"url_private\":\"https://drive.slack.com/x\"}}"))
        .isEqualTo(new MediaSource.Link(URI.create("https://drive.slack.com/x"), Map.of(), false));
    assertThat(located("{\"ok\":false,\"error\":\"missing_scope\"}"))
        .isEqualTo(new MediaSource.Gone("Slack says missing_scope"));
    assertThat(located("{\"ok\":false,\"error\":\"ratelimited\"}"))
        .isInstanceOf(MediaSource.Later.class);
    assertThat(located("{\"ok\":true,\"file\":{}}")).isInstanceOf(MediaSource.Gone.class);
  }

  private MediaSource located(String answer) throws Exception {
    server.answers(200, answer);
    var media = new Content.Media(Content.Media.Kind.FILE, null, null, -1, null, null, "F1", null);
    return onVirtualThread(() -> channel.locate("T1", media, Map.of()));
  }

  private static Content choices(int count, String title) {
    return new Content.Choices(
        "Well?",
        IntStream.range(0, count)
            .mapToObj(i -> new Content.Choices.Option("c" + i, title))
            .toList());
  }
}
