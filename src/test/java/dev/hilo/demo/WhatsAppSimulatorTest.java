package dev.hilo.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WhatsAppSimulatorTest {
  private static final String HEAD =
      "{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",\"to\":\"+34600000001\",";

  @TempDir Path folder;

  private final ObjectMapper json = new ObjectMapper();
  private final DemoSecrets secrets = DemoSecrets.generate();
  private final HttpClient http = HttpClient.newHttpClient();
  private ListeningGateway gateway;
  private WhatsAppSimulator whatsapp;

  @BeforeEach
  void start() throws IOException {
    gateway = new ListeningGateway();
    whatsapp = open(ListeningGateway.QUICK, Clock.systemUTC());
    whatsapp.start();
  }

  @AfterEach
  void stop() {
    whatsapp.close();
    gateway.close();
    http.close();
  }

  private WhatsAppSimulator open(WebhookQueue.Manner manner, Clock clock) {
    return new WhatsAppSimulator(
        secrets,
        gateway.uri(),
        new JsonFile<>(folder.resolve("whatsapp.json"), WhatsAppSimulator.Kept.class, json),
        manner,
        clock,
        new Feed());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "empty text | 131008 | {HEAD}'type':'text','text':{'body':''}}",
        "text of 4097 characters | 100 | {HEAD}'type':'text','text':{'body':'{4097}'}}",
        "text missing | 131008 | {HEAD}'type':'text'}",
        "other product | 100 | {'messaging_product':'sms','to':'34600000001','text':{'body':'x'}}",
        "no receiver | 100 | {'messaging_product':'whatsapp','text':{'body':'x'}}",
        "receiver is a name | 131009 |"
            + " {'messaging_product':'whatsapp','to':'ana','text':{'body':'x'}}",
        "receiver not on WhatsApp | 131026 |"
            + " {'messaging_product':'whatsapp','to':'34600000009','text':{'body':'x'}}",
        "unknown recipient type | 100 |"
            + " {'messaging_product':'whatsapp','recipient_type':'all','to':'34600000001','text':{'body':'x'}}",
        "unexpected key | 100 | {HEAD}'type':'text','text':{'body':'x','color':'red'}}",
        "unexpected key outside | 100 | {HEAD}'type':'text','text':{'body':'x'},'priority':1}",
        "unknown type | 100 | {HEAD}'type':'fax','fax':{}}",
        "opaque data of 513 bytes | 100 |"
            + " {HEAD}'text':{'body':'x'},'biz_opaque_callback_data':'{513}'}",
        "no buttons | 131009 |"
            + " {HEAD}'type':'interactive','interactive':{'type':'button','body':{'text':'?'},'action':{'buttons':[]}}}",
        "title of 21 characters | 100 |"
            + " {HEAD}'type':'interactive','interactive':{'type':'button','body':{'text':'?'},'action':{'buttons':[{'type':'reply','reply':{'id':'a','title':'{21}'}}]}}}",
        "same button twice | 131009 |"
            + " {HEAD}'type':'interactive','interactive':{'type':'button','body':{'text':'?'},'action':{'buttons':[{'type':'reply','reply':{'id':'a','title':'A'}},{'type':'reply','reply':{'id':'a','title':'B'}}]}}}",
        "list without rows | 131009 |"
            + " {HEAD}'type':'interactive','interactive':{'type':'list','body':{'text':'?'},'action':{'button':'Go','sections':[]}}}",
        "template without language | 131008 | {HEAD}'type':'template','template':{'name':'hello'}}",
        "reaction to nothing | 131008 | {HEAD}'type':'reaction','reaction':{'emoji':'x'}}",
        "unknown media id | 100 | {HEAD}'type':'image','image':{'id':'1'}}",
        "not JSON | 100 | hello",
        "not an object | 100 | []",
      })
  void refuses(String what, int code, String body) throws Exception {
    whatsapp.write("hello", null);

    HttpResponse<String> answer = post(expand(body));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(json.readTree(answer.body()).at("/error/code").asInt()).isEqualTo(code);
    assertThat(json.readTree(answer.body()).at("/error/fbtrace_id").asText()).isNotEmpty();
  }

  private static String expand(String body) {
    String expanded = body.replace("'", "\"").replace("{HEAD}", HEAD);
    for (int length : List.of(21, 513, 4097)) {
      expanded = expanded.replace("{" + length + "}", "x".repeat(length));
    }
    return expanded;
  }

  @Test
  void refusesWhoIsNotAllowedAndWhatIsNotThere() throws Exception {
    String text = expand("{HEAD}'text':{'body':'x'}}");
    String path = "/v26.0/" + WhatsAppEvents.PHONE_NUMBER_ID + "/messages";
    String token = secrets.whatsappAccessToken();

    assertThat(code(post(path, "Bearer wrong", "application/json", text), 401)).isEqualTo(190);
    assertThat(code(post("/v26.0/1/messages", "Bearer " + token, "application/json", text), 400))
        .isEqualTo(100);
    assertThat(code(post("/v26.0/x", "Bearer " + token, "application/json", text), 400))
        .isEqualTo(2500);
    assertThat(code(post(path, "Bearer " + token, "text/plain", text), 400)).isEqualTo(100);
  }

  @Test
  void takesOnlyTemplatesWhenTheCustomerHasNotWrittenFor24Hours() throws Exception {
    String text = expand("{HEAD}'type':'text','text':{'body':'x'}}");
    assertThat(code(post(text), 400)).isEqualTo(131047);

    whatsapp.write("hello", null);
    assertThat(post(text).statusCode()).isEqualTo(200);

    var tomorrow = Clock.fixed(Instant.now().plus(Duration.ofHours(25)), ZoneOffset.UTC);
    whatsapp.close();
    whatsapp = open(ListeningGateway.QUICK, tomorrow);
    assertThat(code(post(text), 400)).isEqualTo(131047);
    String template =
        "{HEAD}'type':'template','template':{'name':'order_update','language':{'code':'en'}}}";
    assertThat(post(expand(template)).statusCode()).isEqualTo(200);
  }

  @Test
  void tellsWhatTheCustomerWroteInMetasSignedForm() throws Exception {
    ChatMessage written = whatsapp.write("¿Aún está a/c? 👋", null);

    ListeningGateway.Call call = gateway.next();

    assertThat(call.path()).isEqualTo("/webhooks/" + secrets.whatsappEndpoint());
    assertThat(call.signature())
        .isEqualTo(MetaWire.signature(secrets.whatsappAppSecret(), call.body()));
    assertThat(call.text()).contains("\\u00bfA\\u00fan est\\u00e1 a\\/c? \\ud83d\\udc4b");
    assertThat(call.body()).asString(StandardCharsets.UTF_8).isASCII();
    JsonNode message = json.readTree(call.body()).at("/entry/0/changes/0/value/messages/0");
    assertThat(message.path("from").asText()).isEqualTo("34600000001");
    assertThat(message.path("id").asText()).isEqualTo(written.id());
    assertThat(message.at("/text/body").asText()).isEqualTo("¿Aún está a/c? 👋");
  }

  @Test
  void signsAsMetaDoes() {
    assertThat(
            MetaWire.signature(
                "It's a Secret to Everybody", "Hello, World!".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
  }

  @Test
  void reportsSentDeliveredAndReadOnceThePhoneShowsIt() throws Exception {
    whatsapp.write("hello", null);
    gateway.next();
    HttpResponse<String> answer =
        post(expand("{HEAD}'text':{'body':'Hi Ana'},'biz_opaque_callback_data':'m-1'}"));
    String id = json.readTree(answer.body()).at("/messages/0/id").asText();
    whatsapp.look();

    for (String status : List.of("sent", "delivered", "read")) {
      ListeningGateway.Call call = gateway.next();
      JsonNode update = json.readTree(call.body()).at("/entry/0/changes/0/value/statuses/0");
      assertThat(update.path("id").asText()).isEqualTo(id);
      assertThat(update.path("status").asText()).isEqualTo(status);
      assertThat(call.signature())
          .isEqualTo(MetaWire.signature(secrets.whatsappAppSecret(), call.body()));
    }
  }

  @Test
  void keepsTryingInOrderWhileTheGatewayIsDown() throws Exception {
    gateway.answers(503, 500, 503);
    for (int i = 1; i <= 3; i++) {
      whatsapp.write("message " + i, null);
    }

    List<String> heard = IntStream.range(0, 6).mapToObj(i -> text(nextCall())).toList();

    assertThat(heard)
        .containsExactly(
            "message 1", "message 1", "message 1", "message 1", "message 2", "message 3");
  }

  @Test
  void oneRefusedCallDoesNotHoldUpTheOthers() throws Exception {
    gateway.answers(404);
    whatsapp.write("message 1", null);
    whatsapp.write("message 2", null);

    List<String> heard = IntStream.range(0, 3).mapToObj(i -> text(nextCall())).toList();

    assertThat(heard).contains("message 2").filteredOn("message 1"::equals).hasSize(2);
  }

  @Test
  void repeatsCallsNowAndThen() {
    whatsapp.close();
    WebhookQueue.Manner quick = ListeningGateway.QUICK;
    whatsapp =
        open(
            new WebhookQueue.Manner(
                quick.taken(), quick.firstPause(), quick.lastPause(), quick.lifetime(), 2),
            Clock.systemUTC());
    whatsapp.start();
    whatsapp.write("message 1", null);
    whatsapp.write("message 2", null);

    List<String> heard = IntStream.range(0, 3).mapToObj(i -> text(nextCall())).toList();

    assertThat(heard).containsExactly("message 1", "message 2", "message 2");
  }

  @Test
  void aRestartForgetsNothing() {
    whatsapp.close();
    whatsapp = open(ListeningGateway.QUICK, Clock.systemUTC());
    whatsapp.write("said before the restart", null);
    whatsapp.close();

    whatsapp = open(ListeningGateway.QUICK, Clock.systemUTC());
    whatsapp.start();

    assertThat(text(nextCall())).isEqualTo("said before the restart");
    assertThat(whatsapp.picture().get("messages"))
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .hasSize(1);
  }

  @Test
  void aPressedButtonNamesItsQuestion() throws Exception {
    whatsapp.write("hello", null);
    gateway.next();
    String question =
        "{HEAD}'type':'interactive','interactive':{'type':'button','body':{'text':'Now?'},"
            + "'action':{'buttons':[{'type':'reply','reply':{'id':'y','title':'Yes'}}]}}}";
    String id = json.readTree(post(expand(question)).body()).at("/messages/0/id").asText();
    gateway.next();
    gateway.next();

    whatsapp.choose(id, "y");

    JsonNode message =
        json.readTree(gateway.next().body()).at("/entry/0/changes/0/value/messages/0");
    assertThat(message.at("/interactive/button_reply/id").asText()).isEqualTo("y");
    assertThat(message.at("/context/id").asText()).isEqualTo(id);
    assertThat(whatsapp.choose(id, "no such button")).isNull();
  }

  private ListeningGateway.Call nextCall() {
    try {
      return gateway.next();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String text(ListeningGateway.Call call) {
    try {
      return json.readTree(call.body())
          .at("/entry/0/changes/0/value/messages/0/text/body")
          .asText();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private int code(HttpResponse<String> answer, int status) throws IOException {
    assertThat(answer.statusCode()).isEqualTo(status);
    return json.readTree(answer.body()).at("/error/code").asInt();
  }

  private HttpResponse<String> post(String body) throws Exception {
    return post(
        "/v26.0/" + WhatsAppEvents.PHONE_NUMBER_ID + "/messages",
        "Bearer " + secrets.whatsappAccessToken(),
        "application/json",
        body);
  }

  private HttpResponse<String> post(String path, String token, String type, String body)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(whatsapp.url() + path))
            .header("Authorization", token)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
