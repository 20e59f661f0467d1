package dev.hilo.channel.rcs;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.onVirtualThread;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.contract.Rcs;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.net.URI;
import java.net.URLDecoder;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RcsSendTest {
  private static final Address PHONE = new Address("rcs", "", "+351912000111");
  private static final Content TEXT = new Content.Text("Olá");
  private static final String TOKEN = "{\"access_token\":\"tok\",\"expires_in\":3599}";
  private static final String ID = RcsChannel.id("01JD0000000000000000000001");

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = RcsWebhookTest.open(server, "c");

  private SendResult send(Content content) throws Exception {
    return PlatformServer.send(channel, PlatformServer.message("a@rbm.goog", PHONE, content));
  }

  private JsonNode sent(Content content) throws Exception {
    server.answers(200, TOKEN).answers(200, "{\"name\":\"phones/x/agentMessages/" + ID + "\"}");
    assertThat(send(content)).isEqualTo(new SendResult.Accepted(ID));
    server.asked();
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri())
        .isEqualTo(
            "/v1/phones/%2B351912000111/agentMessages?messageId=" + ID + "&agentId=a%40rbm.goog");
    assertThat(request.headers().get("authorization")).isEqualTo("Bearer tok");
    return request.json().path("contentMessage");
  }

  @Test
  void text() throws Exception {
    assertThat(sent(TEXT)).isEqualTo(json("{\"text\":\"Olá\"}"));
  }

  @Test
  void shortChoicesAreSuggestions() throws Exception {
    var option = new Content.Choices.Option("y", "Yes");
    assertThat(sent(new Content.Choices("Well?", List.of(option))))
        .isEqualTo(
            json(
                """
                {"text":"Well?","suggestions":[{"reply":{"text":"Yes","postbackData":"y"}}]}\
                """));
  }

  @Test
  void longChoicesAreAList() throws Exception {
    var option = new Content.Choices.Option("y", "x".repeat(26));
    assertThat(sent(new Content.Choices("Well?", List.of(option))))
        .isEqualTo(json("{\"text\":\"Well?\\n1. " + "x".repeat(26) + "\"}"));
  }

  @Test
  void filesGoByLink() throws Exception {
    assertThat(sent(file(Content.Media.Kind.FILE, null)))
        .isEqualTo(
            json("{\"contentInfo\":{\"fileUrl\":\"https://gw.example.test/files/b1?d=1\"}}"));
  }

  @Test
  void picturesWithWordsAreCards() throws Exception {
    assertThat(sent(file(Content.Media.Kind.IMAGE, "Look")))
        .isEqualTo(
            json(
                """
                {"richCard":{"standaloneCard":{"cardOrientation":"VERTICAL","cardContent":
                 {"description":"Look","media":{"height":"MEDIUM",
                  "contentInfo":{"fileUrl":"https://gw.example.test/files/b1?d=1"}}}}}}\
                """));
    assertThat(send(file(Content.Media.Kind.FILE, "Look"))).isInstanceOf(SendResult.Refused.class);
  }

  private static Content file(Content.Media.Kind kind, String caption) {
    return new Content.Media(kind, "b1", "image/png", 9, "a.png", caption, null, null);
  }

  /** The key's owner asks for a token, for this scope and a while. */
  @Test
  void theAssertionIsSigned() throws Exception {
    server.answers(200, TOKEN).answers(200, "{}");
    send(TEXT);
    var request = server.asked();
    assertThat(request.uri()).isEqualTo("/token");
    String form = URLDecoder.decode(new String(request.bytes(), UTF_8), UTF_8);
    assertThat(form)
        .startsWith("grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=");
    String jwt = form.substring(form.lastIndexOf('=') + 1);
    var decoder = Base64.getUrlDecoder();
    JsonNode claims = json(new String(decoder.decode(jwt.split("\\.")[1]), UTF_8));
    assertThat(claims.path("iss").asText()).isEqualTo("gw@project.iam.example");
    assertThat(claims.path("aud").asText()).isEqualTo(server.url() + "/token");
    assertThat(claims.path("scope").asText())
        .isEqualTo("https://www.googleapis.com/auth/rcsbusinessmessaging");
    assertThat(claims.path("exp").asLong() - claims.path("iat").asLong()).isEqualTo(3600);
    var check = Signature.getInstance("SHA256withRSA");
    check.initVerify(Rcs.KEYS.getPublic());
    check.update(jwt.substring(0, jwt.lastIndexOf('.')).getBytes(UTF_8));
    assertThat(check.verify(decoder.decode(jwt.split("\\.")[2]))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "400, Refused, 400",
    "404, Refused, not-reachable",
    "429, Retry, 429",
    "500, Retry, 500",
    "503, Retry, 503"
  })
  void answersAreJudged(int status, String kind, String what) throws Exception {
    server.answers(200, TOKEN).answers(status, "{\"error\":{\"message\":\"no +351912000111\"}}");
    var result = send(TEXT);
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(result.toString()).contains(what).doesNotContain("351912000111");
  }

  @Test
  void wrongCredentials() throws Exception {
    server.answers(400, "{\"error\":\"invalid_grant\"}");
    assertThat(send(TEXT))
        .isEqualTo(
            new SendResult.Refused("token", "no access token: HTTP 400, invalid_grant", true));
  }

  @Test
  void aLostAnswerIsUnknownAndMayBeRepeated() throws Exception {
    server.answers(200, TOKEN).hangsUp();
    assertThat(send(TEXT)).isInstanceOf(SendResult.Unknown.class);
    assertThat(channel.capabilities().can(dev.hilo.channel.Capabilities.Feature.REPEATABLE))
        .isTrue();
  }

  @Test
  void tooLongAndForeign() throws Exception {
    assertThat(send(new Content.Text("x".repeat(3073)))).isInstanceOf(SendResult.Refused.class);
    assertThat(PlatformServer.send(channel, PlatformServer.message("b", PHONE, TEXT)))
        .isEqualTo(new SendResult.Refused("unknown-account", "no such agent is configured"));
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void gestures() throws Exception {
    server.answers(200, TOKEN).answers(200, "{}").answers(200, "{}").answers(200, "{}");
    perform(new Gesture.Typing("a@rbm.goog", PHONE, Map.of(), true));
    server.asked();
    var typing = server.asked();
    assertThat(typing.uri())
        .matches(
            "/v1/phones/%2B351912000111/agentEvents\\?eventId=[0-9a-f-]{36}&agentId=a%40rbm.goog");
    assertThat(typing.json()).isEqualTo(json("{\"eventType\":\"IS_TYPING\"}"));
    perform(new Gesture.Read("a@rbm.goog", PHONE, Map.of(), "Mx1"));
    assertThat(server.asked().json())
        .isEqualTo(json("{\"eventType\":\"READ\",\"messageId\":\"Mx1\"}"));
    perform(new Gesture.Remove("a@rbm.goog", PHONE, Map.of(), "u1"));
    var removal = server.asked();
    assertThat(removal.method()).isEqualTo("DELETE");
    assertThat(removal.uri())
        .isEqualTo("/v1/phones/%2B351912000111/agentMessages/u1?agentId=a%40rbm.goog");
  }

  private void perform(Gesture gesture) throws Exception {
    assertThat(onVirtualThread(() -> channel.perform(gesture)))
        .isInstanceOf(SendResult.Accepted.class);
  }

  @Test
  void filesAreBehindPublicLinks() throws Exception {
    var media =
        new Content.Media(
            Content.Media.Kind.IMAGE, null, null, -1, null, null, "https://rcs.example/1", null);
    assertThat(channel.locate("a@rbm.goog", media, Map.of()))
        .isEqualTo(new MediaSource.Link(URI.create("https://rcs.example/1"), Map.of(), false));
  }
}
