package dev.hilo.channel.whatsapp;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static dev.hilo.channel.PlatformServer.onVirtualThread;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.OneBlob;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Files, places, gestures and where a customer's file is. */
class WhatsAppMediaTest {
  private static final Address PHONE = new Address("whatsapp", "", "15550142233");
  private static final String TAKEN = "{\"messages\":[{\"id\":\"wamid.OUT1\"}]}";

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = open();

  private Channel open() {
    var settings =
        ConfigNode.parse(
            """
            app-secret: app
            verify-token: verify
            base-url: %s
            accounts: [{id: "311", name: Shop, token: wa-token}]
            """
                .formatted(server.url()));
    return new WhatsAppChannelType()
        .open(settings.bind(WhatsAppSettings.class), OneBlob.in(server.ports()));
  }

  private SendResult send(Content content) throws Exception {
    return PlatformServer.send(channel, message("311", PHONE, content));
  }

  private PlatformServer.Request asked(String method, String path) throws Exception {
    var request = server.asked();
    assertThat(request.method()).isEqualTo(method);
    assertThat(request.uri()).isEqualTo("/v26.0/" + path);
    assertThat(request.headers().get("authorization")).isEqualTo("Bearer wa-token");
    return request;
  }

  private JsonNode sent(Content content) throws Exception {
    server.answers(200, TAKEN);
    assertThat(send(content)).isEqualTo(new SendResult.Accepted("wamid.OUT1"));
    return asked("POST", "311/messages").json();
  }

  @Test
  void aFileIsUploadedAndThenNamed() throws Exception {
    server.answers(200, "{\"id\":\"m-1\"}").answers(200, TAKEN);
    assertThat(send(OneBlob.media(Kind.FILE, "application/pdf", 5, "a \"1\".pdf", "Yours")))
        .isEqualTo(new SendResult.Accepted("wamid.OUT1"));
    var upload = asked("POST", "311/media");
    String form = new String(upload.bytes(), UTF_8);
    String boundary = form.substring(2, form.indexOf("\r\n"));
    assertThat(upload.headers().get("content-type"))
        .isEqualTo("multipart/form-data; boundary=" + boundary);
    assertThat(form.replace(boundary, "B"))
        .isEqualTo(
            """
            --B
            Content-Disposition: form-data; name="messaging_product"

            whatsapp
            --B
            Content-Disposition: form-data; name="type"

            application/pdf
            --B
            Content-Disposition: form-data; name="file"; filename="a %221%22.pdf"
            Content-Type: application/pdf

            bytes
            --B--
            """
                .replace("\n", "\r\n"));
    assertThat(asked("POST", "311/messages").json())
        .isEqualTo(
            json(
                """
                {"messaging_product":"whatsapp","recipient_type":"individual","to":"+15550142233",
                 "biz_opaque_callback_data":"01JD0000000000000000000001","type":"document",
                 "document":{"caption":"Yours","filename":"a \\"1\\".pdf","id":"m-1"}}\
                """));
  }

  @ParameterizedTest
  @CsvSource({
    "IMAGE,image/jpeg,5,,image",
    "IMAGE,image/png,5,Look,image",
    "IMAGE,image/png,6000000,,document",
    "IMAGE,image/gif,5,,document",
    "VIDEO,video/mp4,5,Look,video",
    "VIDEO,video/webm,5,,document",
    "VOICE,audio/ogg; codecs=opus,5,,audio",
    "AUDIO,audio/mpeg,5,Listen,document",
    "AUDIO,audio/webm,5,,document",
    "STICKER,image/webp,5,,sticker",
    "FILE,image/png,5,,document"
  })
  void aFileGoesInAFormInWhichItFits(Kind kind, String mime, long size, String caption, String type)
      throws Exception {
    server.answers(200, "{\"id\":\"m-1\"}").answers(200, TAKEN);
    send(OneBlob.media(kind, mime, size, "a", caption == null ? "" : caption));
    asked("POST", "311/media");
    var body = asked("POST", "311/messages").json();
    assertThat(body.path("type").asText()).isEqualTo(type);
    assertThat(body.path(type).path("id").asText()).isEqualTo("m-1");
    assertThat(body.path(type).path("caption").asText(null)).isEqualTo(caption);
  }

  @Test
  void aLargeFileIsFetchedByMeta() throws Exception {
    var body = sent(OneBlob.media(Kind.VIDEO, "video/mp4", 20 << 20, "film.mp4", ""));
    assertThat(body.path("document"))
        .isEqualTo(
            json(
                """
                {"filename":"film.mp4","link":"https://gw.example.test/files/b?for=24"}\
                """));
  }

  @ParameterizedTest
  @CsvSource({"500,Retry", "504,Retry", "401,Refused", "400,Refused"})
  void aFailedUploadSentNothing(int status, String kind) throws Exception {
    server.answers(status, status == 400 ? "{\"error\":{\"code\":131053}}" : "");
    assertThat(send(OneBlob.media(Kind.IMAGE, "image/png", 5, "a", "")).getClass().getSimpleName())
        .isEqualTo(kind);
    asked("POST", "311/media");
    assertThat(server.isIdle()).isTrue();
  }

  static Stream<Content> unsendable() {
    return Stream.of(
        new Content.Media(Kind.IMAGE, null, "image/png", 5, null, null, "ref", null),
        OneBlob.media(Kind.FILE, "x/y", (100 << 20) + 1, "a", ""),
        OneBlob.media(Kind.IMAGE, "image/png", 5, "a", "x".repeat(1025)));
  }

  @ParameterizedTest
  @MethodSource("unsendable")
  void whatWhatsAppCannotCarryIsRefusedWithoutACall(Content content) throws Exception {
    assertThat(send(content)).isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void aPlace() throws Exception {
    assertThat(sent(new Content.Location(58.4, 26.7, "Bus station", null, null)).path("location"))
        .isEqualTo(json("{\"latitude\":58.4,\"longitude\":26.7,\"name\":\"Bus station\"}"));
  }

  @Test
  void aTemplateWithButtons() throws Exception {
    var template =
        new Content.Template("ready", "en_US", List.of("17", "button:0:yes", "url:1:orders/17"));
    assertThat(sent(template).path("template").path("components"))
        .isEqualTo(
            json(
                """
                [{"type":"body","parameters":[{"type":"text","text":"17"}]},
                 {"type":"button","sub_type":"quick_reply","index":"0",
                  "parameters":[{"type":"payload","payload":"yes"}]},
                 {"type":"button","sub_type":"url","index":"1",
                  "parameters":[{"type":"text","text":"orders/17"}]}]\
                """));
  }

  @Test
  void readAndTypingNameTheNewestMessage() throws Exception {
    server.answers(200, "{\"success\":true}").answers(200, "{\"success\":true}");
    perform(new Gesture.Read("311", PHONE, Map.of(), "wamid.IN1"));
    assertThat(asked("POST", "311/messages").json())
        .isEqualTo(
            json(
                """
                {"messaging_product":"whatsapp","status":"read","message_id":"wamid.IN1"}\
                """));
    perform(new Gesture.Typing("311", PHONE, Map.of("message_id", "wamid.IN1"), true));
    assertThat(asked("POST", "311/messages").json())
        .isEqualTo(
            json(
                """
                {"messaging_product":"whatsapp","status":"read","message_id":"wamid.IN1",
                 "typing_indicator":{"type":"text"}}\
                """));
  }

  @Test
  void typingEndsByItself() throws Exception {
    perform(new Gesture.Typing("311", PHONE, Map.of("message_id", "wamid.IN1"), false));
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void reactionsArePutAndTaken() throws Exception {
    server.answers(200, TAKEN).answers(200, TAKEN);
    perform(new Gesture.React("311", PHONE, Map.of(), "wamid.IN1", "👍", true));
    assertThat(asked("POST", "311/messages").json())
        .isEqualTo(
            json(
                """
                {"messaging_product":"whatsapp","recipient_type":"individual","to":"+15550142233",
                 "type":"reaction","reaction":{"message_id":"wamid.IN1","emoji":"👍"}}\
                """));
    perform(new Gesture.React("311", PHONE, Map.of(), "wamid.IN1", "👍", false));
    assertThat(asked("POST", "311/messages").json().path("reaction").path("emoji").asText("-"))
        .isEmpty();
  }

  private void perform(Gesture gesture) throws Exception {
    assertThat(onVirtualThread(() -> channel.perform(gesture)))
        .isInstanceOf(SendResult.Accepted.class);
  }

  @Test
  void whatWhatsAppCannotShowIsRefused() throws Exception {
    for (Gesture gesture :
        List.of(
            new Gesture.Typing("311", PHONE, Map.of(), true),
            new Gesture.Edit("311", PHONE, Map.of(), "w", new Content.Text("x")),
            new Gesture.Remove("311", PHONE, Map.of(), "w"),
            new Gesture.Read("1", PHONE, Map.of(), "w"))) {
      assertThat(onVirtualThread(() -> channel.perform(gesture)))
          .isInstanceOf(SendResult.Refused.class);
    }
    assertThat(server.isIdle()).isTrue();
  }

  private MediaSource located(int status, String body) throws Exception {
    server.answers(status, body);
    var media = new Content.Media(Kind.IMAGE, null, "image/png", -1, null, null, "12/9", null);
    var source = onVirtualThread(() -> channel.locate("311", media, Map.of()));
    asked("GET", "12%2F9?phone_number_id=311");
    return source;
  }

  @Test
  void aCustomersFileIsAskedForByItsId() throws Exception {
    assertThat(located(200, "{\"url\":\"https://lookaside.test/?a=1\",\"id\":\"12\"}"))
        .isEqualTo(
            new MediaSource.Link(
                URI.create("https://lookaside.test/?a=1"),
                Map.of("authorization", "Bearer wa-token"),
                true));
    assertThat(located(200, "{}")).isInstanceOf(MediaSource.Gone.class);
    assertThat(located(400, "{\"error\":{\"code\":100,\"message\":\"no such\"}}"))
        .isInstanceOf(MediaSource.Gone.class);
    assertThat(located(429, "{\"error\":{\"code\":4}}")).isInstanceOf(MediaSource.Later.class);
    assertThat(located(503, "")).isInstanceOf(MediaSource.Later.class);
    assertThat(located(401, "{\"error\":{\"code\":190,\"message\":\"wa-token?\"}}"))
        .isInstanceOfSatisfying(
            MediaSource.Later.class,
            later -> assertThat(later.after()).isEqualTo(Duration.ofMinutes(10)));
  }

  @Test
  void capabilitiesAreWhatIsBuilt() {
    assertThat(channel.capabilities().features())
        .containsExactlyInAnyOrder(
            Feature.RECEIPTS,
            Feature.REPLIES,
            Feature.TEMPLATES,
            Feature.REACTIONS,
            Feature.LOCATIONS,
            Feature.TYPING,
            Feature.READS);
    assertThat(channel.capabilities().media()).containsExactlyInAnyOrder(Kind.values());
  }
}
