package dev.hilo.channel.whatsapp;

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
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WhatsAppSendTest {
  private static final Address PHONE = new Address("whatsapp", "", "15550142233");
  private static final Content TEXT = new Content.Text("Hello <b> 👋 \"you\"");
  private static final String TAKEN =
      """
      {"messaging_product":"whatsapp","contacts":[{"input":"+15550142233","wa_id":"15550142233"}],
       "messages":[{"id":"wamid.OUT1","message_status":"accepted"}]}\
      """;

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = open();

  private Channel open() {
    var settings =
        ConfigNode.parse(
            """
            app-secret: app
            verify-token: verify
            base-url: %s
            version: v25.0
            accounts:
              - {id: "311902774455881", name: Shop, token: wa-token}
            """
                .formatted(server.url()));
    return new WhatsAppChannelType().open(settings.bind(WhatsAppSettings.class), server.ports());
  }

  private SendResult send(Outbound message) throws Exception {
    return PlatformServer.send(channel, message);
  }

  private JsonNode sent(Outbound message) throws Exception {
    server.answers(200, TAKEN);
    assertThat(send(message)).isEqualTo(new SendResult.Accepted("wamid.OUT1"));
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/v25.0/311902774455881/messages");
    assertThat(request.headers().get("authorization")).isEqualTo("Bearer wa-token");
    assertThat(request.headers().get("content-type")).isEqualTo("application/json");
    return request.json();
  }

  private static Outbound to(Address address, Content content) {
    return message("311902774455881", address, content);
  }

  @Test
  void textToAPhone() throws Exception {
    assertThat(sent(to(PHONE, TEXT)))
        .isEqualTo(
            json(
                """
                {"messaging_product":"whatsapp","recipient_type":"individual","to":"+15550142233",
                 "biz_opaque_callback_data":"01JD0000000000000000000001","type":"text",
                 "text":{"body":"Hello <b> 👋 \\"you\\"","preview_url":false}}\
                """));
  }

  @Test
  void answerToAUserIdWithoutPhone() throws Exception {
    var user = new Address("whatsapp", "", "US.48120033917765520481");
    var body = sent(message("311902774455881", user, TEXT, "wamid.IN1", Map.of()));
    assertThat(body.path("recipient").asText()).isEqualTo("US.48120033917765520481");
    assertThat(body.has("to")).isFalse();
    assertThat(body.path("context")).isEqualTo(json("{\"message_id\":\"wamid.IN1\"}"));
  }

  @Test
  void answerToAGroup() throws Exception {
    var group = new Address("whatsapp", "", "120363418770000111@g.us");
    var context = Map.of("recipient_type", "group");
    var body = sent(message("311902774455881", group, TEXT, null, context));
    assertThat(body.path("recipient_type").asText()).isEqualTo("group");
    assertThat(body.path("to").asText()).isEqualTo("120363418770000111@g.us");
  }

  @Test
  void fewShortChoicesAreButtons() throws Exception {
    assertThat(sent(to(PHONE, choices(2, "Yes"))).path("interactive"))
        .isEqualTo(
            json(
                """
                {"type":"button","body":{"text":"Well?"},"action":{"buttons":[
                 {"type":"reply","reply":{"id":"c0","title":"Yes"}},
                 {"type":"reply","reply":{"id":"c1","title":"Yes"}}]}}\
                """));
  }

  @Test
  void moreOrLongerChoicesAreAList() throws Exception {
    assertThat(sent(to(PHONE, choices(1, "x".repeat(30)))).path("interactive"))
        .isEqualTo(
            json(
                """
                {"type":"list","body":{"text":"Well?"},"action":{"button":"Choose","sections":[
                 {"rows":[{"id":"c0","title":"%s…","description":"%s"}]}]}}\
                """
                    .formatted("x".repeat(23), "x".repeat(30))));
    var rows = sent(to(PHONE, choices(10, "Yes"))).at("/interactive/action/sections/0/rows");
    assertThat(rows).hasSize(10);
    assertThat(rows.path(9)).isEqualTo(json("{\"id\":\"c9\",\"title\":\"Yes\"}"));
  }

  @Test
  void template() throws Exception {
    assertThat(
            sent(to(PHONE, new Content.Template("ready", "en_US", List.of("17")))).path("template"))
        .isEqualTo(
            json(
                """
                {"name":"ready","language":{"code":"en_US"},"components":[
                 {"type":"body","parameters":[{"type":"text","text":"17"}]}]}\
                """));
  }

  static Stream<Content> unsendable() {
    return Stream.of(
        new Content.Text(" "),
        new Content.Text("x".repeat(4097)),
        choices(0, "Yes"),
        choices(11, "Yes"),
        choices(1, "x".repeat(73)),
        new Content.Form("f", Map.of()),
        new Content.Unsupported("k", "{}"));
  }

  @ParameterizedTest
  @MethodSource("unsendable")
  void whatWhatsAppCannotCarryIsRefusedWithoutACall(Content content) throws Exception {
    assertThat(send(to(PHONE, content))).isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void anUnknownAccountIsRefusedWithoutACall() throws Exception {
    assertThat(send(message("1", PHONE, TEXT)))
        .isEqualTo(
            new SendResult.Refused("unknown-account", "no such phone number id is configured"));
    assertThat(server.isIdle()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "400,1,Retry",
    "400,2,Retry",
    "429,4,Retry",
    "400,80007,Retry",
    "429,130429,Retry",
    "400,131056,Retry",
    "500,131000,Retry",
    "400,131016,Retry",
    "400,133004,Retry",
    "400,131057,Retry",
    "400,131048,Retry",
    "400,131064,Retry",
    "503,999,Retry",
    "400,131047,WindowClosed",
    "429,17,Retry",
    "400,613,Retry",
    "400,131050,Refused",
    "400,131021,Refused",
    "400,131009,Refused",
    "400,131051,Refused",
    "400,132016,Refused",
    "400,131030,Refused",
    "400,131037,Refused",
    "400,368,Refused",
    "400,131031,Refused",
    "400,130497,Refused",
    "403,3,Refused",
    "403,200,Refused",
    "403,131005,Refused",
    "400,131045,Refused",
    "400,131049,Refused",
    "400,130472,Refused",
    "400,131026,Refused",
    "400,131008,Refused",
    "400,100,Refused",
    "400,131053,Refused",
    "400,132001,Refused",
    "400,131062,Refused",
    "401,190,Refused",
    "403,10,Refused",
    "401,0,Refused",
    "400,131042,Refused",
    "400,999,Refused"
  })
  void errorsHaveTheirClass(int status, int code, String kind) throws Exception {
    server.answers(status, error(code));
    SendResult result = send(to(PHONE, TEXT));
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    if (result instanceof SendResult.Refused refused) {
      assertThat(refused.code()).isEqualTo(code == 131050 ? "opt-out" : Integer.toString(code));
      assertThat(refused.why()).startsWith(code + ": ");
      boolean locked = Set.of(0, 3, 10, 190, 200, 131005, 131042, 131045).contains(code);
      assertThat(refused.credentials()).isEqualTo(locked || status == 401);
    }
    assertThat(result.toString()).doesNotContain("15550142233").doesNotContain("wa-token");
  }

  @Test
  void tooFastForOnePersonBacksOffByPowersOfFour() throws Exception {
    server.answers(400, error(131056));
    assertThat(send(to(PHONE, TEXT)))
        .isInstanceOfSatisfying(
            SendResult.Retry.class,
            retry -> assertThat(retry.after()).isEqualTo(Duration.ofSeconds(4)));
  }

  @Test
  void whatThePlatformAsksToWaitIsWaited() throws Exception {
    server.answers(429, error(130429), "Retry-After", "17");
    assertThat(send(to(PHONE, TEXT)))
        .isInstanceOfSatisfying(
            SendResult.Retry.class,
            retry -> assertThat(retry.after()).isEqualTo(Duration.ofSeconds(17)));
  }

  @ParameterizedTest
  @CsvSource({
    "200,{},Unknown",
    "200,<html>,Unknown",
    "504,,Unknown",
    "502,<html>,Unknown",
    "500,,Retry",
    "503,,Retry",
    "404,<html>,Refused"
  })
  void answersThatAreNotMetas(int status, String body, String kind) throws Exception {
    server.answers(status, body == null ? "" : body);
    assertThat(send(to(PHONE, TEXT)).getClass().getSimpleName()).isEqualTo(kind);
  }

  private static Content.Choices choices(int count, String title) {
    return new Content.Choices(
        "Well?",
        IntStream.range(0, count)
            .mapToObj(i -> new Content.Choices.Option("c" + i, title))
            .toList());
  }

  private static String error(int code) {
    return """
    {"error":{"message":"(#%d) Not to 15550142233","type":"OAuthException","code":%d,
     "error_data":{"messaging_product":"whatsapp","details":"d"},"fbtrace_id":"A"}}\
    """
        .formatted(code, code);
  }
}
