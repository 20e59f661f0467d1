package dev.hilo.channel.vonage;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.LinkedBlobs;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media.Kind;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VonageSendTest {
  private static final String OURS = "15550190100";
  private static final Address SMS = new Address("vonage", "sms", "+15550142233");
  private static final Address WHATSAPP = new Address("vonage", "whatsapp", "+15550142233");
  private static final Content TEXT = new Content.Text("Hi ñ");

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = open("api-key: k, api-secret: s, channels: [sms, whatsapp]");

  private Channel open(String more) {
    String settings =
        "{signature-secrets: [x], base-url: '%s', media-urls: ['%s'], %s,"
            + " accounts: [{id: '%s', name: Shop}]}";
    return new VonageChannel(
        ConfigNode.parse(settings.formatted(server.url(), server.url(), more, OURS))
            .bind(VonageSettings.class),
        server.portsWithBlobs());
  }

  private JsonNode sent(Address to, Content content) throws Exception {
    server.answers(202, "{\"message_uuid\":\"u9\"}");
    assertThat(PlatformServer.send(channel, message(OURS, to, content)))
        .isEqualTo(new SendResult.Accepted("u9"));
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/v1/messages");
    assertThat(request.headers().get("authorization")).isEqualTo("Basic azpz");
    return request.json();
  }

  private static String head(String channel) {
    return "{\"channel\":\""
        + channel
        + "\",\"to\":\"15550142233\",\"from\":\"15550190100\","
        + "\"client_ref\":\"01JD0000000000000000000001\",";
  }

  @Test
  void whatEachCarries() throws Exception {
    assertThat(sent(SMS, TEXT))
        .isEqualTo(json(head("sms") + "\"message_type\":\"text\",\"text\":\"Hi ñ\"}"));
    assertThat(sent(SMS, LinkedBlobs.media(Kind.IMAGE, "image/png", "look")))
        .isEqualTo(
            json(
                head("mms")
                    + "\"message_type\":\"image\",\"image\":{\"url\":\""
                    + LinkedBlobs.LINK
                    + "\",\"caption\":\"look\"}}"));
    assertThat(sent(WHATSAPP, LinkedBlobs.media(Kind.FILE, "application/pdf", null)))
        .isEqualTo(
            json(
                head("whatsapp")
                    + "\"message_type\":\"file\",\"file\":{\"url\":\""
                    + LinkedBlobs.LINK
                    + "\",\"name\":\"a b.bin\"}}"));
    assertThat(sent(WHATSAPP, new Content.Template("ns:welcome", "es", List.of("Ana"))))
        .isEqualTo(
            json(
                head("whatsapp")
                    + "\"message_type\":\"template\",\"template\":{\"name\":\"ns:welcome\","
                    + "\"parameters\":[\"Ana\"]},"
                    + "\"whatsapp\":{\"policy\":\"deterministic\",\"locale\":\"es\"}}"));
  }

  @Test
  void whatOneCannotCarryIsRefusedWithoutACall() throws Exception {
    for (var message :
        List.of(
            message(OURS, SMS, new Content.Text("x".repeat(1001))),
            message(OURS, SMS, new Content.Text(" ")),
            message(OURS, SMS, LinkedBlobs.media(Kind.FILE, "application/pdf", null)),
            message(OURS, SMS, new Content.Template("t", "en", List.of())),
            message(OURS, WHATSAPP, LinkedBlobs.media(Kind.VOICE, "audio/ogg", "said")),
            message(OURS, new Address("vonage", "fax", "+1"), TEXT),
            message("other", SMS, TEXT))) {
      assertThat(PlatformServer.send(channel, message)).isInstanceOf(SendResult.Refused.class);
    }
    assertThat(server.isIdle()).isTrue();
    assertThat(channel.capabilities().textLimit()).isEqualTo(1000);
    assertThat(channel.capabilities().window()).isNull();
    assertThat(open("api-key: k, api-secret: s, channels: [whatsapp]").capabilities().window())
        .isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "422,1340,WindowClosed,,",
    "403,1210,Refused,opt-out,false",
    "422,1120,Refused,1120,false",
    "401,,Refused,401,true",
    "402,,Refused,402,true",
    "429,1010,Retry,,",
    "500,1000,Retry,,",
    "503,x,Retry,,",
    "503,-,Unknown,,"
  })
  void errorsHaveTheirClass(int status, String code, String kind, String name, Boolean auth)
      throws Exception {
    String type = "https://developer.vonage.com/api-errors/messages#" + code;
    server.answers(
        status,
        "-".equals(code)
            ? ""
            : "{\"type\":\"" + type + "\",\"title\":\"No\",\"detail\":\"to 15550142233\"}");
    SendResult result = PlatformServer.send(channel, message(OURS, SMS, TEXT));
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(result.toString()).doesNotContain("15550142233");
    if (result instanceof SendResult.Refused refused) {
      assertThat(refused.code()).isEqualTo(name);
      assertThat(refused.credentials()).isEqualTo(auth);
    }
  }

  @Test
  void noAnswerIsUnknown() throws Exception {
    server.hangsUp();
    assertThat(PlatformServer.send(channel, message(OURS, SMS, TEXT)))
        .isInstanceOf(SendResult.Unknown.class);
    server.answers(202, "{}");
    assertThat(PlatformServer.send(channel, message(OURS, SMS, TEXT)))
        .isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void anApplicationSignsItsOwnToken() throws Exception {
    var keys = KeyPairGenerator.getInstance("RSA");
    keys.initialize(2048);
    var pair = keys.generateKeyPair();
    String pem =
        "-----BEGIN PRIVATE KEY-----\\n"
            + Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded())
            + "\\n-----END PRIVATE KEY-----";
    var application = open("application-id: app, private-key: \"" + pem + "\"");
    server.answers(202, "{\"message_uuid\":\"u9\"}");
    PlatformServer.send(application, message(OURS, SMS, TEXT));
    String header = server.asked().headers().get("authorization");
    assertThat(header).startsWith("Bearer ");
    String[] parts = header.substring(7).split("\\.", -1);
    var signature = Signature.getInstance("SHA256withRSA");
    signature.initVerify(pair.getPublic());
    signature.update((parts[0] + "." + parts[1]).getBytes(UTF_8));
    assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    var claims = json(new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8));
    assertThat(claims.path("application_id").asText()).isEqualTo("app");
    assertThat(claims.path("exp").asLong()).isGreaterThan(claims.path("iat").asLong());
    assertThat(claims.path("jti").asText()).isNotEmpty();
  }

  @Test
  void typingAndReading() throws Exception {
    var typing = new Gesture.Typing(OURS, WHATSAPP, Map.of("message", "u1"), true);
    server.answers(200, "{}").answers(200, "{}");
    assertThat(PlatformServer.onVirtualThread(() -> channel.perform(typing)))
        .isInstanceOf(SendResult.Accepted.class);
    var request = server.asked();
    assertThat(request.method()).isEqualTo("PATCH");
    assertThat(request.uri()).isEqualTo("/v1/messages/u1");
    assertThat(request.json())
        .isEqualTo(
            json("{\"status\":\"read\",\"replying_indicator\":{\"show\":true,\"type\":\"text\"}}"));
    var read = new Gesture.Read(OURS, WHATSAPP, Map.of(), "u2");
    assertThat(PlatformServer.onVirtualThread(() -> channel.perform(read)))
        .isInstanceOf(SendResult.Accepted.class);
    assertThat(server.asked().json()).isEqualTo(json("{\"status\":\"read\"}"));
    var bySms = new Gesture.Read(OURS, SMS, Map.of(), "u2");
    assertThat(PlatformServer.onVirtualThread(() -> channel.perform(bySms)))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(channel.capabilities().can(Feature.TYPING)).isTrue();
  }

  @Test
  void onlyVonagesOwnAddressesGetTheCredentials() throws Exception {
    var own =
        (MediaSource.Link) channel.locate(OURS, media(server.url() + "/v3/media/1"), Map.of());
    assertThat(own.headers()).isEqualTo(Map.of("authorization", "Basic azpz"));
    assertThat(own.trusted()).isTrue();
    var other = (MediaSource.Link) channel.locate(OURS, media("https://evil.test/1"), Map.of());
    assertThat(other.headers()).isEmpty();
    assertThat(other.trusted()).isFalse();
  }

  private static Content.Media media(String ref) {
    return new Content.Media(Kind.IMAGE, null, null, -1, null, null, ref, null);
  }
}
