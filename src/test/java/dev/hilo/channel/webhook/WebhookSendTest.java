package dev.hilo.channel.webhook;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.GivenBlobs;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhookSendTest {
  private static final String KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final Address INES = new Address("webhook", "crm", "crm-user-9");
  private static final Content TEXT = new Content.Text("Hello");

  @AutoClose private final PlatformServer server = new PlatformServer();

  private Channel open(String outgoing) {
    var settings =
        ConfigNode.parse("account: crm\nname: CRM\nsigning-secrets: [" + KEY + "]\n" + outgoing);
    return new WebhookChannelType()
        .open(settings.bind(WebhookSettings.class), GivenBlobs.in(server.ports()));
  }

  private Channel open() {
    return open("outgoing-url: " + server.url() + "/hooks/hilo\noutgoing-secret: " + KEY);
  }

  @Test
  void answersAreSignedEvents() throws Exception {
    server.answers(202, "");
    var answer = message("crm", INES, TEXT, "m-1001", Map.of("conversation", "c-77"));
    assertThat(PlatformServer.send(open(), answer)).isEqualTo(new SendResult.Accepted(answer.id()));

    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/hooks/hilo");
    assertThat(request.headers().get("webhook-id")).isEqualTo(answer.id());
    var body = (ObjectNode) request.json();
    assertThat(Instant.parse(body.remove("timestamp").asText())).isNotNull();
    assertThat(body)
        .isEqualTo(
            json(
                """
                {"type":"message.created","data":{"id":"01JD0000000000000000000001","text":"Hello",
                 "recipient":{"id":"crm-user-9"},"sender":{"role":"agent","name":"Luis"},
                 "replyTo":"m-1001","conversation":"c-77"}}\
                """));

    var headers = new LinkedHashMap<String, List<String>>();
    request.headers().forEach((name, value) -> headers.put(name.toLowerCase(), List.of(value)));
    var back = new WebhookRequest("POST", "", Map.of(), headers, request.bytes(), Instant.now());
    assertThat(open().webhook().receive(back)).isInstanceOf(Webhook.Received.Accepted.class);
  }

  @Test
  void theReceiversOwnIdIsKept() throws Exception {
    server.answers(200, "{\"id\":\"theirs-1\"}");
    assertThat(PlatformServer.send(open(), message("crm", INES, TEXT)))
        .isEqualTo(new SendResult.Accepted("theirs-1"));
  }

  @Test
  void choicesAreOptions() throws Exception {
    server.answers(200, "");
    var choices = new Content.Choices("Well?", List.of(new Content.Choices.Option("y", "Yes")));
    PlatformServer.send(open(), message("crm", INES, choices));
    assertThat(server.asked().json().at("/data/options"))
        .isEqualTo(json("[{\"id\":\"y\",\"title\":\"Yes\"}]"));
  }

  @ParameterizedTest
  @CsvSource({
    "400,Refused",
    "404,Refused",
    "410,Refused",
    "301,Refused",
    "429,Retry",
    "500,Retry",
    "502,Retry",
    "503,Retry",
    "504,Retry"
  })
  void answersHaveTheirClass(int status, String kind) throws Exception {
    server.answers(status, "");
    SendResult result = PlatformServer.send(open(), message("crm", INES, TEXT));
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
  }

  @Test
  void withoutAnAddressNothingIsSent() throws Exception {
    assertThat(PlatformServer.send(open(""), message("crm", INES, TEXT)))
        .isInstanceOf(SendResult.Refused.class);
  }

  @Test
  void goneMeansNeverAgain() throws Exception {
    server.answers(410, "");
    assertThat(PlatformServer.send(open(), message("crm", INES, TEXT)))
        .isEqualTo(new SendResult.Refused("410", "HTTP 410", true));
  }

  @Test
  void filesGoByLinkAndPlacesAsTheyAre() throws Exception {
    server.answers(200, "").answers(200, "");
    var picture =
        new Content.Media(
            Content.Media.Kind.IMAGE, "b1", "image/png", 9, "a.png", "Look", null, null);
    PlatformServer.send(open(), message("crm", INES, picture));
    var data = server.asked().json().path("data");
    assertThat(data.path("text").asText()).isEqualTo("Look");
    assertThat(data.path("attachments"))
        .isEqualTo(
            json(
                """
                [{"kind":"image","url":"https://gw.example.test/files/b1?d=1","mime":"image/png",
                  "name":"a.png","size":9}]\
                """));
    PlatformServer.send(
        open(), message("crm", INES, new Content.Location(1.5, 2.5, "Shop", null, null)));
    assertThat(server.asked().json().at("/data/location"))
        .isEqualTo(json("{\"latitude\":1.5,\"longitude\":2.5,\"name\":\"Shop\"}"));
  }

  @Test
  void gesturesAreEventsOfTheirOwn() throws Exception {
    assertThat(asked(new Gesture.Typing("crm", INES, Map.of("conversation", "c-77"), true)))
        .isEqualTo(
            json(
                """
                {"type":"message.typing","data":{"recipient":{"id":"crm-user-9"},
                 "conversation":"c-77","on":true}}\
                """));
    assertThat(asked(new Gesture.Edit("crm", INES, Map.of(), "out1", new Content.Text("Hi"))))
        .isEqualTo(
            json(
                """
                {"type":"message.updated","data":{"id":"out1","recipient":{"id":"crm-user-9"},
                 "text":"Hi"}}\
                """));
    assertThat(asked(new Gesture.Remove("crm", INES, Map.of(), "out1")).path("type").asText())
        .isEqualTo("message.deleted");
    assertThat(asked(new Gesture.Read("crm", INES, Map.of(), "m1")).path("type").asText())
        .isEqualTo("message.read");
    assertThat(asked(new Gesture.React("crm", INES, Map.of(), "m1", "👍", false)).path("data"))
        .isEqualTo(
            json(
                """
                {"id":"m1","recipient":{"id":"crm-user-9"},"emoji":"👍","action":"remove"}\
                """));
  }

  private com.fasterxml.jackson.databind.JsonNode asked(Gesture gesture) throws Exception {
    server.answers(200, "");
    var channel = open();
    assertThat(PlatformServer.onVirtualThread(() -> channel.perform(gesture)))
        .isInstanceOf(SendResult.Accepted.class);
    var body = (ObjectNode) server.asked().json();
    body.remove("timestamp");
    return body;
  }
}
