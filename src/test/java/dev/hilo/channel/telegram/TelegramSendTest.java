package dev.hilo.channel.telegram;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
    return new TelegramChannelType().open(settings.bind(TelegramSettings.class), server.ports());
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
          .isEqualTo(new SendResult.Refused(Integer.toString(code), description, code == 401));
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

  private static String taken(String chat) {
    return "{\"ok\":true,\"result\":{\"message_id\":501,\"chat\":{\"id\":" + chat + "}}}";
  }
}
