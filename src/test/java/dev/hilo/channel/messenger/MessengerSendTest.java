package dev.hilo.channel.messenger;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static dev.hilo.channel.PlatformServer.onVirtualThread;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Capabilities;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.OneBlob;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MessengerSendTest {
  private static final Address PERSON = new Address("messenger", "1001", "7412009933551188");
  private static final Address COMMENT = new Address("messenger", "comments:1001", "66");
  private static final Content TEXT = new Content.Text("Hello <b> 👋");
  private static final String TAKEN =
      "{\"recipient_id\":\"7412009933551188\",\"message_id\":\"m_out\"}";

  @AutoClose private final PlatformServer server = new PlatformServer();

  private Channel open(String further) {
    var settings =
        ConfigNode.parse(
            """
            app-secret: app
            verify-token: verify
            base-url: %s
            version: v25.0
            %s
            accounts: [{id: "1001", name: Shop, token: page-token}]
            """
                .formatted(server.url(), further));
    return new MessengerChannelType()
        .open(settings.bind(MessengerSettings.class), OneBlob.in(server.ports()));
  }

  private SendResult send(Outbound message) throws Exception {
    return PlatformServer.send(open(""), message);
  }

  private JsonNode asked(String path) throws Exception {
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/v25.0/" + path);
    assertThat(request.headers().get("authorization")).isEqualTo("Bearer page-token");
    assertThat(request.headers().get("content-type")).isEqualTo("application/json");
    return request.json();
  }

  /** Whom the newest answer proves to be the same person. */
  private @Nullable Address same;

  private JsonNode sent(Outbound message) throws Exception {
    server.answers(200, TAKEN);
    assertThat(send(message))
        .isInstanceOfSatisfying(
            SendResult.Accepted.class,
            accepted -> {
              assertThat(accepted.externalId()).isEqualTo("m_out");
              same = accepted.same();
            });
    return asked("1001/messages");
  }

  private static Outbound to(Content content) {
    return message("1001", PERSON, content);
  }

  @Test
  void textThatAnswersAMessage() throws Exception {
    assertThat(sent(message("1001", PERSON, TEXT, "m_in", Map.of())))
        .isEqualTo(
            json(
                """
                {"recipient":{"id":"7412009933551188"},"messaging_type":"RESPONSE",
                 "message":{"text":"Hello <b> 👋","metadata":"hilo:01JD0000000000000000000001"},
                 "reply_to":{"mid":"m_in"}}\
                """));
  }

  @Test
  void aButtonWithoutAnIdCannotBeQuoted() throws Exception {
    assertThat(sent(message("1001", PERSON, TEXT, "77|postback|1", Map.of())).has("reply_to"))
        .isFalse();
  }

  @Test
  void whoeverTickedABoxIsNamedByIt() throws Exception {
    var box = new Address("messenger", "1001", "user_ref:box-1");
    assertThat(sent(message("1001", box, TEXT)).path("recipient"))
        .isEqualTo(json("{\"user_ref\":\"box-1\"}"));
  }

  @Test
  void fewChoicesAreButtons() throws Exception {
    assertThat(sent(to(choices(2, "Yes"))).path("message").path("attachment"))
        .isEqualTo(
            json(
                """
                {"type":"template","payload":{"template_type":"button","text":"Well?","buttons":[
                 {"type":"postback","title":"Yes","payload":"c0"},
                 {"type":"postback","title":"Yes","payload":"c1"}]}}\
                """));
  }

  @Test
  void moreChoicesAreQuickReplies() throws Exception {
    var message = sent(to(choices(13, "Yes"))).path("message");
    assertThat(message.path("text").asText()).isEqualTo("Well?");
    assertThat(message.path("quick_replies")).hasSize(13);
    assertThat(message.path("quick_replies").path(12))
        .isEqualTo(json("{\"content_type\":\"text\",\"title\":\"Yes\",\"payload\":\"c12\"}"));
  }

  @Test
  void longChoicesAreAList() throws Exception {
    assertThat(sent(to(choices(2, "x".repeat(21)))).path("message").path("text").asText())
        .isEqualTo("Well?\n1. %1$s\n2. %1$s".formatted("x".repeat(21)));
  }

  @ParameterizedTest
  @CsvSource({"IMAGE,image", "VIDEO,video", "AUDIO,audio", "VOICE,audio", "FILE,file"})
  void filesAreFetchedByMeta(Kind kind, String type) throws Exception {
    var media = OneBlob.media(kind, "x/y", 5, "a", "");
    assertThat(sent(to(media)).path("message").path("attachment"))
        .isEqualTo(
            json(
                "{\"type\":\"%s\",\"payload\":{\"url\":\"https://gw.example.test/files/b?for=24\"}}"
                    .formatted(type)));
  }

  static Stream<Content> unsendable() {
    return Stream.of(
        new Content.Text(" "),
        new Content.Text("x".repeat(2001)),
        choices(0, "Yes"),
        choices(14, "Yes"),
        choices(13, "x".repeat(200)),
        OneBlob.media(Kind.IMAGE, "image/png", (8 << 20) + 1, "a", ""),
        OneBlob.media(Kind.FILE, "x/y", (25 << 20) + 1, "a", ""),
        OneBlob.media(Kind.FILE, "x/y", 5, "a", "with a caption"),
        OneBlob.media(Kind.STICKER, "image/webp", 5, "a", ""),
        new Content.Media(Kind.IMAGE, null, null, -1, null, null, "ref", null),
        new Content.Location(1, 2, null, null, null),
        new Content.Template("t", "en", List.of()),
        new Content.Unsupported("k", "{}"));
  }

  @ParameterizedTest
  @MethodSource("unsendable")
  void whatMessengerCannotCarryIsRefusedWithoutACall(Content content) throws Exception {
    assertThat(send(to(content))).isInstanceOf(SendResult.Refused.class);
    assertThat(send(message("1", PERSON, TEXT))).isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "400,10,2018278,WindowClosed,false",
    "400,10,2534022,WindowClosed,false",
    "500,1,1357046,Unknown,false",
    "500,1,0,Retry,false",
    "500,2,0,Retry,false",
    "400,4,0,Retry,false",
    "400,17,0,Retry,false",
    "400,613,0,Retry,false",
    "400,1200,0,Retry,false",
    "400,100,2018001,Refused,false",
    "400,551,1545041,Refused,false",
    "400,10,1893063,Refused,false",
    "400,368,0,Refused,false",
    "400,190,460,Refused,true",
    "403,200,1545041,Refused,true",
    "403,230,0,Refused,true",
    "400,999,0,Refused,false"
  })
  void errorsHaveTheirClass(int status, int code, int detail, String kind, boolean locked)
      throws Exception {
    server.answers(status, error(code, detail));
    SendResult result = send(to(TEXT));
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    if (result instanceof SendResult.Refused refused) {
      assertThat(refused.code()).isEqualTo(Integer.toString(code));
      assertThat(refused.credentials()).isEqualTo(locked);
    }
    assertThat(result.toString()).doesNotContain("7412009933551188").doesNotContain("page-token");
  }

  @ParameterizedTest
  @CsvSource({"200,{},Unknown", "500,,Unknown", "503,<html>,Unknown", "404,,Refused", "429,,Retry"})
  void answersThatAreNotMetas(int status, String body, String kind) throws Exception {
    server.answers(status, body == null ? "" : body);
    assertThat(send(to(TEXT)).getClass().getSimpleName()).isEqualTo(kind);
  }

  @Test
  void aLostAnswerIsNotAFailure() throws Exception {
    server.hangsUp();
    assertThat(send(to(TEXT))).isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void afterTheWindowAPersonMayAnswerWhereMetaAllowsIt() throws Exception {
    server.answers(400, error(10, 2018278)).answers(200, TAKEN);
    assertThat(PlatformServer.send(open("human-agent: true"), to(TEXT)))
        .isEqualTo(new SendResult.Accepted("m_out"));
    assertThat(asked("1001/messages").has("tag")).isFalse();
    var tagged = asked("1001/messages");
    assertThat(tagged.path("messaging_type").asText()).isEqualTo("MESSAGE_TAG");
    assertThat(tagged.path("tag").asText()).isEqualTo("HUMAN_AGENT");
    assertThat(tagged.path("message").path("text").asText()).isEqualTo("Hello <b> 👋");
  }

  @Test
  void aCommentIsAnsweredPrivatelyUnlessItIsNamed() throws Exception {
    var context = Map.of("comment_id", "90_80", "private_until", "2999-01-01T00:00:00Z");
    assertThat(sent(message("1001", COMMENT, TEXT, null, context)))
        .isEqualTo(
            json(
                """
                {"recipient":{"comment_id":"90_80"},"message":{"text":"Hello <b> 👋"}}\
                """));
    assertThat(same).isEqualTo(new Address("messenger", "1001", "7412009933551188"));
    server.answers(200, "{\"id\":\"90_81\"}");
    assertThat(send(message("1001", COMMENT, TEXT, "90_80", context)))
        .isEqualTo(new SendResult.Accepted("90_81"));
    assertThat(asked("90_80/comments")).isEqualTo(json("{\"message\":\"Hello <b> 👋\"}"));
  }

  @Test
  void aCommentIsAnsweredPrivatelyOnceAndForAWeek() throws Exception {
    var over = Map.of("comment_id", "90_80", "private_until", Instant.EPOCH.toString());
    assertThat(send(message("1001", COMMENT, TEXT, null, over)))
        .isInstanceOf(SendResult.WindowClosed.class);
    assertThat(send(message("1001", COMMENT, TEXT)))
        .isInstanceOfSatisfying(
            SendResult.Refused.class, r -> assertThat(r.code()).isEqualTo("no-comment"));
    assertThat(server.isIdle()).isTrue();
    var context = Map.of("comment_id", "90_80");
    server.answers(400, error(10900, 0)).answers(400, error(10903, 0));
    assertThat(send(message("1001", COMMENT, TEXT, null, context)))
        .isInstanceOfSatisfying(
            SendResult.WindowClosed.class, w -> assertThat(w.why()).contains("one private reply"));
    assertThat(send(message("1001", COMMENT, TEXT, null, context)))
        .isInstanceOf(SendResult.Refused.class);
  }

  @Test
  void onlyWordsAnswerAComment() throws Exception {
    var context = Map.of("comment_id", "90_80");
    var media = OneBlob.media(Kind.IMAGE, "image/png", 5, "a", "");
    assertThat(send(message("1001", COMMENT, media, null, context)))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
    assertThat(
            sent(message("1001", COMMENT, choices(2, "Yes"), null, context))
                .path("message")
                .path("text")
                .asText())
        .isEqualTo("Well?\n1. Yes\n2. Yes");
  }

  @Test
  void gestures() throws Exception {
    assertThat(performed(new Gesture.Typing("1001", PERSON, Map.of(), true)))
        .isEqualTo("typing_on");
    assertThat(performed(new Gesture.Typing("1001", PERSON, Map.of(), false)))
        .isEqualTo("typing_off");
    assertThat(performed(new Gesture.Read("1001", PERSON, Map.of(), "m_1"))).isEqualTo("mark_seen");
  }

  private String performed(Gesture gesture) throws Exception {
    server.answers(200, "{\"recipient_id\":\"7412009933551188\"}");
    assertThat(onVirtualThread(() -> open("").perform(gesture)))
        .isInstanceOf(SendResult.Accepted.class);
    var body = asked("1001/messages");
    assertThat(body.path("recipient")).isEqualTo(json("{\"id\":\"7412009933551188\"}"));
    assertThat(body.size()).isEqualTo(2);
    return body.path("sender_action").asText();
  }

  @Test
  void whatMessengerCannotShowIsRefused() throws Exception {
    for (Gesture gesture :
        List.of(
            new Gesture.React("1001", PERSON, Map.of(), "m_1", "❤", true),
            new Gesture.Remove("1001", PERSON, Map.of(), "m_1"),
            new Gesture.Edit("1001", PERSON, Map.of(), "m_1", TEXT),
            new Gesture.Read("1001", COMMENT, Map.of(), "90_80"),
            new Gesture.Read("1", PERSON, Map.of(), "m_1"))) {
      assertThat(onVirtualThread(() -> open("").perform(gesture)))
          .isInstanceOf(SendResult.Refused.class);
    }
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void capabilitiesAreWhatIsBuilt() {
    Capabilities can = open("").capabilities();
    assertThat(can.features())
        .containsExactlyInAnyOrder(
            Feature.RECEIPTS, Feature.REPLIES, Feature.TYPING, Feature.READS);
    assertThat(can.choices()).isEqualTo(13);
    assertThat(can.window()).isEqualTo(Duration.ofHours(24));
    assertThat(open("human-agent: true").capabilities().window()).isEqualTo(Duration.ofDays(7));
  }

  private static Content.Choices choices(int count, String title) {
    return new Content.Choices(
        "Well?",
        IntStream.range(0, count)
            .mapToObj(i -> new Content.Choices.Option("c" + i, title))
            .toList());
  }

  private static String error(int code, int detail) {
    return """
    {"error":{"message":"(#%d) Not to 7412009933551188","type":"OAuthException","code":%d,
     "error_subcode":%d,"fbtrace_id":"A"}}\
    """
        .formatted(code, code, detail);
  }
}
