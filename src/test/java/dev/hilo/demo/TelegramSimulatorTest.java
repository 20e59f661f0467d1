package dev.hilo.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TelegramSimulatorTest {
  @TempDir Path folder;

  private final ObjectMapper json = new ObjectMapper();
  private final DemoSecrets secrets = DemoSecrets.generate();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Feed feed = new Feed();
  private ListeningGateway gateway;
  private TelegramSimulator telegram;

  @BeforeEach
  void start() throws IOException {
    gateway = new ListeningGateway();
    telegram =
        new TelegramSimulator(
            secrets,
            gateway.uri(),
            new JsonFile<>(folder.resolve("telegram.json"), TelegramSimulator.Kept.class, json),
            ListeningGateway.QUICK,
            Clock.systemUTC(),
            feed);
    telegram.start();
  }

  @AfterEach
  void stop() {
    telegram.close();
    gateway.close();
    http.close();
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "sendMessage | {'text':'x'} | 400 | Bad Request: chat_id is empty",
        "sendMessage | {'chat_id':1,'text':'x'} | 400 | Bad Request: chat not found",
        "sendMessage | {'chat_id':5200600001} | 400 | Bad Request: message text is empty",
        "sendMessage | {'chat_id':5200600001,'text':'{4097}'} | 400 | Bad Request: message is too"
            + " long",
        "sendMessage | {'chat_id':5200600001,'text':'x','parse_mode':'rtf'} | 400 | Bad Request:"
            + " unsupported parse_mode",
        "sendMessage | {'chat_id':5200600001,'text':'x','reply_parameters':{'message_id':99}} | 400"
            + " | Bad Request: message to be replied not found",
        "sendMessage | {'chat_id':5200600001,'text':'x','message_thread_id':7} | 400 | Bad Request:"
            + " message thread not found",
        "sendMessage | {'chat_id':5200600001,'text':'x','business_connection_id':'b'} | 400 | Bad"
            + " Request: business connection not found",
        "sendMessage |"
            + " {'chat_id':5200600001,'text':'x','reply_markup':{'inline_keyboard':[[{'text':'a','callback_data':'{65}'}]]}}"
            + " | 400 | Bad Request: BUTTON_DATA_INVALID",
        "sendMessage | hello | 400 | Bad Request: can't parse JSON object",
        "editMessageText | {'chat_id':5200600001,'message_id':1,'text':'x'} | 400 | Bad Request:"
            + " message to edit not found",
        "sendFax | {} | 404 | Not Found",
      })
  void refuses(String method, String body, int status, String description) throws Exception {
    telegram.startBot();
    String expanded =
        body.replace("'", "\"").replace("{4097}", "x".repeat(4097)).replace("{65}", "x".repeat(65));

    HttpResponse<String> answer = call(method, expanded);

    assertThat(answer.statusCode()).isEqualTo(status);
    JsonNode error = json.readTree(answer.body());
    assertThat(error.path("ok").asBoolean(true)).isFalse();
    assertThat(error.path("error_code").asInt()).isEqualTo(status);
    assertThat(error.path("description").asText()).isEqualTo(description);
  }

  @Test
  void refusesOtherTokens() throws Exception {
    assertThat(post("/bot1:wrong/getMe", "{}").statusCode()).isEqualTo(401);
    assertThat(post("/botnonsense/getMe", "{}").statusCode()).isEqualTo(404);
  }

  @Test
  void writesOnlyToWhoStartedTheBotAndDoesNotBlockIt() throws Exception {
    assertThat(said("hi").statusCode()).isEqualTo(403);

    telegram.startBot();
    JsonNode message = json.readTree(said("hi").body()).path("result");
    assertThat(message.path("message_id").asLong()).isPositive();
    assertThat(message.at("/chat/type").asText()).isEqualTo("private");

    telegram.block(true);
    HttpResponse<String> blocked = said("hi");
    assertThat(blocked.statusCode()).isEqualTo(403);
    assertThat(blocked.body()).contains("Forbidden: bot was blocked by the user");
    assertThat(telegram.write("hello", null)).isNull();
  }

  @Test
  void aBurstIsSlowedDown() throws Exception {
    telegram.startBot();
    HttpResponse<String> answer = said("hi");
    for (int i = 0; i < 200 && answer.statusCode() == 200; i++) {
      answer = said("hi");
    }

    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(json.readTree(answer.body()).at("/parameters/retry_after").asInt()).isEqualTo(1);
  }

  @Test
  void updatesCarryTheSecretAndRise() throws Exception {
    gateway.answers(503);
    telegram.startBot();
    telegram.write("¿Hola?", null);

    ListeningGateway.Call refused = gateway.next();
    ListeningGateway.Call start = gateway.next();
    ListeningGateway.Call written = gateway.next();

    assertThat(refused.text()).isEqualTo(start.text());
    assertThat(start.path()).isEqualTo("/webhooks/" + secrets.telegramEndpoint());
    assertThat(start.secretToken()).isEqualTo(secrets.telegramSecretToken());
    JsonNode first = json.readTree(start.body());
    JsonNode second = json.readTree(written.body());
    assertThat(first.at("/message/text").asText()).isEqualTo("/start");
    assertThat(second.at("/message/text").asText()).isEqualTo("¿Hola?");
    assertThat(second.at("/message/from/username").asText()).isEqualTo("ana");
    assertThat(second.path("update_id").asLong()).isEqualTo(first.path("update_id").asLong() + 1);
  }

  @Test
  void aPressedButtonIsAnsweredByTheWebhooksReply() throws Exception {
    telegram.startBot();
    gateway.next();
    HttpResponse<String> asked =
        call(
            "sendMessage",
            "{\"chat_id\":5200600001,\"text\":\"Now?\",\"reply_markup\":{\"inline_keyboard\":"
                + "[[{\"text\":\"Yes\",\"callback_data\":\"y\"}]]}}");
    String id = json.readTree(asked.body()).at("/result/message_id").asText();
    var answered = new LinkedBlockingQueue<Object>();
    feed.listen(
        change -> {
          if (change.kind().equals("answered")) {
            answered.add(change.value());
          }
        });
    gateway.answersWith(
        "{\"method\":\"answerCallbackQuery\",\"callback_query_id\":\"1\",\"text\":\"ok\"}");

    assertThat(telegram.press(id, "y")).isTrue();

    JsonNode query = json.readTree(gateway.next().body()).path("callback_query");
    assertThat(query.path("data").asText()).isEqualTo("y");
    assertThat(query.at("/message/message_id").asText()).isEqualTo(id);
    assertThat(Objects.requireNonNull(answered.poll(20, TimeUnit.SECONDS))).isEqualTo("ok");
    assertThat(telegram.press(id, "no such button")).isFalse();
  }

  @Test
  void takesFormsToo() throws Exception {
    telegram.startBot();
    var request =
        HttpRequest.newBuilder(
                URI.create(telegram.url() + "/bot" + secrets.telegramBotToken() + "/sendMessage"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("chat_id=5200600001&text=a%26b"));

    String body = http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();

    assertThat(json.readTree(body).at("/result/text").asText()).isEqualTo("a&b");
  }

  private HttpResponse<String> said(String text) throws Exception {
    return call("sendMessage", "{\"chat_id\":5200600001,\"text\":\"" + text + "\"}");
  }

  private HttpResponse<String> call(String method, String body) throws Exception {
    return post("/bot" + secrets.telegramBotToken() + "/" + method, body);
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(telegram.url() + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
