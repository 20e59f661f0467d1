package dev.hilo.channel.telegram;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.LinkedBlobs;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TelegramSendTest {
  private static final Address LINA = new Address("telegram", "", "5120443377");
  private static final Address GROUP = new Address("telegram", "", "-4001122");
  private static final Content TEXT = new Content.Text("Hello <b> *you*");

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = open();

  private Channel open() {
    var settings =
        ConfigNode.parse(
            """
            secret-token: hook
            base-url: %s
            accounts:
              - {id: "7011", name: Bot, token: "7011:bot-token"}
            """
                .formatted(server.url()));
    return new TelegramChannelType()
        .open(settings.bind(TelegramSettings.class), server.portsWithBlobs());
  }

  private SendResult send(Outbound message) throws Exception {
    return PlatformServer.send(channel, message);
  }

  private JsonNode sent(Outbound message) throws Exception {
    server.answers(200, taken(message.to().id()));
    assertThat(send(message)).isEqualTo(new SendResult.Accepted(message.to().id() + ":501"));
    return asked();
  }

  private JsonNode asked() throws InterruptedException {
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/bot7011:bot-token/sendMessage");
    assertThat(request.headers().get("content-type")).isEqualTo("application/json");
    return request.json();
  }

  @Test
  void plainText() throws Exception {
    assertThat(sent(message("7011", LINA, TEXT)))
        .isEqualTo(json("{\"chat_id\":5120443377,\"text\":\"Hello <b> *you*\"}"));
  }

  @Test
  void answerInATopicForTheOwnerOfABusinessAccount() throws Exception {
    var context = Map.of("business_connection_id", "bc-1", "message_thread_id", "77");
    assertThat(sent(message("7011", LINA, TEXT, "5120443377:40", context)))
        .isEqualTo(
            json(
                """
                {"chat_id":5120443377,"text":"Hello <b> *you*","business_connection_id":"bc-1",
                 "message_thread_id":77,
                 "reply_parameters":{"message_id":40,"allow_sending_without_reply":true}}\
                """));
  }

  @Test
  void answerToAPressedButtonQuotesNothing() throws Exception {
    assertThat(sent(message("7011", LINA, TEXT, "cb:1", Map.of())).has("reply_parameters"))
        .isFalse();
  }

  @Test
  void choicesAreButtons() throws Exception {
    var choices =
        new Content.Choices(
            "Well?",
            List.of(new Content.Choices.Option("y", "Yes"), new Content.Choices.Option("n", "No")));
    assertThat(sent(message("7011", LINA, choices)))
        .isEqualTo(
            json(
                """
                {"chat_id":5120443377,"text":"Well?","reply_markup":{"inline_keyboard":[
                 [{"text":"Yes","callback_data":"y"}],[{"text":"No","callback_data":"n"}]]}}\
                """));
  }

  static Stream<Content> unsendable() {
    return Stream.of(
        new Content.Text(""),
        new Content.Text("x".repeat(4097)),
        new Content.Choices("Well?", List.of()),
        new Content.Choices("Well?", List.of(new Content.Choices.Option("é".repeat(33), "Yes"))),
        new Content.Template("t", "en", List.of()));
  }

  @ParameterizedTest
  @MethodSource("unsendable")
  void whatTelegramCannotCarryIsRefusedWithoutACall(Content content) throws Exception {
    assertThat(send(message("7011", LINA, content))).isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void aMovedGroupIsFollowedOnce() throws Exception {
    String moved =
        """
        {"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded",
         "parameters":{"migrate_to_chat_id":-1002233445566}}\
        """;
    server.answers(400, moved).answers(200, taken("-1002233445566"));
    assertThat(send(message("7011", GROUP, TEXT)))
        .isEqualTo(new SendResult.Accepted("-1002233445566:501"));
    assertThat(asked().path("chat_id").asLong()).isEqualTo(-4001122);
    assertThat(asked().path("chat_id").asLong()).isEqualTo(-1002233445566L);

    server.answers(400, moved).answers(400, moved);
    assertThat(send(message("7011", GROUP, TEXT))).isInstanceOf(SendResult.Refused.class);
  }

  @ParameterizedTest
  @CsvSource({
    "429,Too Many Requests: retry after 9,Retry",
    "500,Internal Server Error,Retry",
    "502,Bad Gateway,Retry",
    "403,Forbidden: bot was blocked by the user,Refused",
    "403,Forbidden: user is deactivated,Refused",
    "403,Forbidden: bot was kicked from the group chat,Refused",
    "400,Bad Request: chat not found,Refused",
    "401,Unauthorized,Refused",
    "404,Not Found,Refused"
  })
  void errorsHaveTheirClass(int code, String description, String kind) throws Exception {
    server.answers(
        code, "{\"ok\":false,\"error_code\":" + code + ",\"description\":\"" + description + "\"}");
    SendResult result = send(message("7011", LINA, TEXT));
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    if (result instanceof SendResult.Refused refused) {
      assertThat(refused)
          .isEqualTo(
              code == 403
                  ? new SendResult.Refused("opt-out", description)
                  : new SendResult.Refused(Integer.toString(code), description, code != 400));
    }
    assertThat(result.toString()).doesNotContain("bot-token");
  }

  @Test
  void whatTelegramAsksToWaitIsWaited() throws Exception {
    server.answers(
        429,
        """
        {"ok":false,"error_code":429,"description":"Too Many Requests: retry after 9",
         "parameters":{"retry_after":9}}\
        """);
    assertThat(send(message("7011", LINA, TEXT)))
        .isInstanceOfSatisfying(
            SendResult.Retry.class,
            retry -> assertThat(retry.after()).isEqualTo(Duration.ofSeconds(9)));
  }

  @ParameterizedTest
  @CsvSource({"200,{},Unknown", "200,<html>,Unknown", "504,,Unknown", "502,<html>,Unknown"})
  void answersThatAreNotTelegrams(int status, String body, String kind) throws Exception {
    server.answers(status, body == null ? "" : body);
    assertThat(send(message("7011", LINA, TEXT)).getClass().getSimpleName()).isEqualTo(kind);
  }

  @Test
  void theTokenIsInNoErrorText() throws Exception {
    server.hangsUp();
    assertThat(send(message("7011", LINA, TEXT)))
        .isInstanceOf(SendResult.Unknown.class)
        .asString()
        .doesNotContain("bot-token");
  }

  private String uploaded(Content.Media media, String method) throws Exception {
    server.answers(200, taken("5120443377"));
    assertThat(send(message("7011", LINA, media, "5120443377:40", Map.of())))
        .isEqualTo(new SendResult.Accepted("5120443377:501"));
    var request = server.asked();
    assertThat(request.uri()).isEqualTo("/bot7011:bot-token/" + method);
    String type = request.headers().get("content-type");
    assertThat(type).startsWith("multipart/form-data; boundary=");
    return request.text().replace(type.substring(type.indexOf('=') + 1), "B");
  }

  @ParameterizedTest
  @CsvSource({
    "IMAGE,image/png,sendPhoto,photo",
    "IMAGE,image/gif,sendDocument,document",
    "VIDEO,video/mp4,sendVideo,video",
    "VOICE,audio/ogg,sendVoice,voice",
    "AUDIO,audio/mpeg,sendAudio,audio",
    "AUDIO,audio/wav,sendDocument,document",
    "FILE,application/pdf,sendDocument,document",
    "STICKER,image/webp,sendSticker,sticker"
  })
  void filesAreUploaded(Content.Media.Kind kind, String mime, String method, String field)
      throws Exception {
    String caption = kind == Content.Media.Kind.STICKER ? null : "look";
    assertThat(uploaded(LinkedBlobs.media(kind, mime, caption), method))
        .isEqualTo(
            (caption == null ? "" : part("caption", "look"))
                + part(
                    "reply_parameters", "{\"message_id\":40,\"allow_sending_without_reply\":true}")
                + part("chat_id", "5120443377")
                + "--B\r\nContent-Disposition: form-data; name=\""
                + field
                + "\"; filename=\"a b.bin\"\r\nContent-Type: "
                + mime
                + "\r\n\r\nbytes\r\n--B--\r\n");
  }

  private static String part(String name, String value) {
    return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }

  @Test
  void filesThatDoNotFitAreRefusedWithoutACall() throws Exception {
    var tooLarge =
        new Content.Media(
            Content.Media.Kind.FILE, "main/b/1", null, (50 << 20) + 1, null, null, null, null);
    var longCaption = LinkedBlobs.media(Content.Media.Kind.IMAGE, "image/png", "x".repeat(1025));
    for (Content content : List.of(tooLarge, longCaption)) {
      assertThat(send(message("7011", LINA, content))).isInstanceOf(SendResult.Refused.class);
    }
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void places() throws Exception {
    server.answers(200, taken("5120443377")).answers(200, taken("5120443377"));
    send(message("7011", LINA, new Content.Location(1.5, 2.5, null, null, null)));
    var plain = server.asked();
    assertThat(plain.uri()).isEqualTo("/bot7011:bot-token/sendLocation");
    assertThat(plain.json())
        .isEqualTo(json("{\"chat_id\":5120443377,\"latitude\":1.5,\"longitude\":2.5}"));
    send(message("7011", LINA, new Content.Location(1.5, 2.5, "Home", "Street 1", null)));
    var venue = server.asked();
    assertThat(venue.uri()).isEqualTo("/bot7011:bot-token/sendVenue");
    assertThat(venue.json().path("title").asText()).isEqualTo("Home");
  }

  private static final Map<String, String> BUSINESS = Map.of("business_connection_id", "bc");

  static Stream<Arguments> gestures() {
    String business = "\"business_connection_id\":\"bc\"";
    String chat = "\"chat_id\":5120443377";
    return Stream.of(
        Arguments.of(
            new Gesture.Typing("7011", LINA, Map.of("message_thread_id", "7"), true),
            "sendChatAction",
            "{" + chat + ",\"action\":\"typing\",\"message_thread_id\":7}"),
        Arguments.of(
            new Gesture.Read("7011", LINA, BUSINESS, "5120443377:40"),
            "readBusinessMessage",
            "{" + chat + ",\"message_id\":40," + business + "}"),
        Arguments.of(
            new Gesture.React("7011", LINA, Map.of(), "5120443377:40", "👍", true),
            "setMessageReaction",
            "{"
                + chat
                + ",\"message_id\":40,\"reaction\":[{\"type\":\"emoji\",\"emoji\":\"👍\"}]}"),
        Arguments.of(
            new Gesture.React("7011", LINA, Map.of(), "5120443377:40", "👍", false),
            "setMessageReaction",
            "{" + chat + ",\"message_id\":40,\"reaction\":[]}"),
        Arguments.of(
            new Gesture.Edit("7011", LINA, BUSINESS, "5120443377:40", new Content.Text("better")),
            "editMessageText",
            "{" + chat + ",\"message_id\":40,\"text\":\"better\"," + business + "}"),
        Arguments.of(
            new Gesture.Remove("7011", LINA, Map.of(), "5120443377:40"),
            "deleteMessage",
            "{" + chat + ",\"message_id\":40}"),
        Arguments.of(
            new Gesture.Remove("7011", LINA, BUSINESS, "5120443377:40"),
            "deleteBusinessMessages",
            "{\"message_ids\":[40]," + business + "}"));
  }

  @ParameterizedTest
  @MethodSource("gestures")
  void gesturesAreCalls(Gesture gesture, String method, String body) throws Exception {
    server.answers(200, "{\"ok\":true,\"result\":true}");
    assertThat(PlatformServer.onVirtualThread(() -> channel.perform(gesture)))
        .isInstanceOf(SendResult.Accepted.class);
    var request = server.asked();
    assertThat(request.uri()).isEqualTo("/bot7011:bot-token/" + method);
    assertThat(request.json()).isEqualTo(json(body));
  }

  @Test
  void gesturesThatTelegramDoesNotHave() throws Exception {
    for (Gesture gesture :
        List.of(
            new Gesture.Read("7011", LINA, Map.of(), "5120443377:40"),
            new Gesture.React("7011", LINA, Map.of(), "cb:1", "👍", true),
            new Gesture.Edit("7011", LINA, Map.of(), "5:40", new Content.Text("")),
            new Gesture.Remove("other", LINA, Map.of(), "5120443377:40"))) {
      assertThat(PlatformServer.onVirtualThread(() -> channel.perform(gesture)))
          .isInstanceOf(SendResult.Refused.class);
    }
    var quiet = new Gesture.Typing("7011", LINA, Map.of(), false);
    assertThat(PlatformServer.onVirtualThread(() -> channel.perform(quiet)))
        .isEqualTo(new SendResult.Accepted(""));
    assertThat(server.isIdle()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "400,Bad Request: message is not modified,Accepted",
    "400,Bad Request: message to delete not found,Accepted",
    "400,Bad Request: message can't be edited,Refused",
    "429,Too Many Requests,Retry"
  })
  void whatWasDoneBeforeIsDone(int code, String description, String kind) throws Exception {
    server.answers(
        code, "{\"ok\":false,\"error_code\":" + code + ",\"description\":\"" + description + "\"}");
    var remove = new Gesture.Remove("7011", LINA, Map.of(), "5120443377:40");
    SendResult result = PlatformServer.onVirtualThread(() -> channel.perform(remove));
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
  }

  private MediaSource located(int status, String answer) throws Exception {
    server.answers(status, answer);
    var media =
        new Content.Media(Content.Media.Kind.VOICE, null, null, 1, null, null, "AwAC/x", null);
    var source = PlatformServer.onVirtualThread(() -> channel.locate("7011", media, Map.of()));
    var request = server.asked();
    assertThat(request.method()).isEqualTo("GET");
    assertThat(request.uri()).isEqualTo("/bot7011:bot-token/getFile?file_id=AwAC%2Fx");
    return source;
  }

  @Test
  void whereAFileIs() throws Exception {
    assertThat(located(200, "{\"ok\":true,\"result\":{\"file_path\":\"voice/file_1.oga\"}}"))
        .isEqualTo(
            new MediaSource.Link(
                URI.create(server.url() + "/file/bot7011:bot-token/voice/file_1.oga"),
                Map.of(),
                true));
    assertThat(
            located(
                400,
                "{\"ok\":false,\"error_code\":400,"
                    + "\"description\":\"Bad Request: file is too big\"}"))
        .isEqualTo(new MediaSource.Gone("Bad Request: file is too big"));
    assertThat(
            located(
                429,
                "{\"ok\":false,\"error_code\":429,\"description\":\"wait\","
                    + "\"parameters\":{\"retry_after\":9}}"))
        .isEqualTo(new MediaSource.Later(Duration.ofSeconds(9), "wait"));
    assertThat(located(502, "")).isInstanceOf(MediaSource.Later.class);
    assertThat(located(200, "{\"ok\":true,\"result\":{\"file_path\":\"/var/x\"}}"))
        .isInstanceOf(MediaSource.Gone.class);
  }

  private static String taken(String chat) {
    return "{\"ok\":true,\"result\":{\"message_id\":501,\"chat\":{\"id\":" + chat + "}}}";
  }
}
