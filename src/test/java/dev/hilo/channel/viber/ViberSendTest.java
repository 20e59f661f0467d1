package dev.hilo.channel.viber;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Channel;
import dev.hilo.channel.LinkedBlobs;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media.Kind;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ViberSendTest {
  private static final Address ANA = new Address("viber", "shop", "u=");
  private static final Content TEXT = new Content.Text("Привіт");
  private static final String HEAD =
      "{\"receiver\":\"u=\",\"sender\":{\"name\":\"Luis\"},"
          + "\"tracking_data\":\"01JD0000000000000000000001\",";

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel =
      new ViberChannel(
          ConfigNode.parse(
                  "{base-url: '%s', accounts: [{id: shop, name: Shop, token: key}]}"
                      .formatted(server.url()))
              .bind(ViberSettings.class),
          server.portsWithBlobs());

  private JsonNode sent(Content content) throws Exception {
    server.answers(
        200, "{\"status\":0,\"status_message\":\"ok\",\"message_token\":5741311803571721090}");
    assertThat(PlatformServer.send(channel, message("shop", ANA, content)))
        .isEqualTo(new SendResult.Accepted("5741311803571721090"));
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/pa/send_message");
    assertThat(request.headers().get("x-viber-auth-token")).isEqualTo("key");
    assertThat(request.headers().get("content-type")).isEqualTo("application/json");
    return request.json();
  }

  @Test
  void whatViberCarries() throws Exception {
    assertThat(sent(TEXT)).isEqualTo(json(HEAD + "\"type\":\"text\",\"text\":\"Привіт\"}"));
    assertThat(sent(new Content.Location(1.5, 2.5, "Home", null, null)))
        .isEqualTo(json(HEAD + "\"type\":\"location\",\"location\":{\"lat\":1.5,\"lon\":2.5}}"));
    var choices = new Content.Choices("Well?", List.of(new Content.Choices.Option("y", "Yes")));
    assertThat(sent(choices))
        .isEqualTo(
            json(
                HEAD
                    + """
                    "type":"text","text":"Well?","keyboard":{"Type":"keyboard","Buttons":[
                     {"ActionType":"reply","ActionBody":"Yes","Text":"Yes"}]}}\
                    """));
  }

  @Test
  void files() throws Exception {
    String media = "\"media\":\"" + LinkedBlobs.LINK + "\",";
    assertThat(sent(LinkedBlobs.media(Kind.IMAGE, "image/jpeg", "look")))
        .isEqualTo(json(HEAD + media + "\"type\":\"picture\",\"text\":\"look\"}"));
    assertThat(sent(LinkedBlobs.media(Kind.VIDEO, "video/mp4", null)))
        .isEqualTo(json(HEAD + media + "\"type\":\"video\",\"size\":5}"));
    assertThat(sent(LinkedBlobs.media(Kind.IMAGE, "image/webp", null)))
        .isEqualTo(json(HEAD + media + "\"type\":\"file\",\"size\":5,\"file_name\":\"a b.bin\"}"));
  }

  static Stream<Content> unsendable() {
    return Stream.of(
        new Content.Text(""),
        new Content.Text("x".repeat(7001)),
        LinkedBlobs.media(Kind.FILE, "application/pdf", "a caption"),
        LinkedBlobs.media(Kind.IMAGE, "image/png", "x".repeat(769)),
        new Content.Template("t", "en", List.of()));
  }

  @ParameterizedTest
  @MethodSource("unsendable")
  void whatViberCannotCarryIsRefusedWithoutACall(Content content) throws Exception {
    assertThat(PlatformServer.send(channel, message("shop", ANA, content)))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "200,6,Refused,opt-out,false",
    "200,3,Refused,3,false",
    "200,21,Refused,21,false",
    "200,2,Refused,2,true",
    "200,23,Refused,23,true",
    "200,12,Retry,,",
    "429,,Retry,,",
    "404,,Refused,404,false",
    "200,,Unknown,,",
    "503,,Unknown,,"
  })
  void errorsHaveTheirClass(int http, Integer status, String kind, String code, Boolean credentials)
      throws Exception {
    server.answers(
        http,
        status == null ? "" : "{\"status\":" + status + ",\"status_message\":\"15550142233\"}");
    SendResult result = PlatformServer.send(channel, message("shop", ANA, TEXT));
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(result.toString()).doesNotContain("15550142233");
    if (result instanceof SendResult.Refused refused) {
      assertThat(refused.code()).isEqualTo(code);
      assertThat(refused.credentials()).isEqualTo(credentials);
    }
  }

  @Test
  void noAnswerIsUnknownAndOtherBotsAreNot() throws Exception {
    server.hangsUp();
    assertThat(PlatformServer.send(channel, message("shop", ANA, TEXT)))
        .isInstanceOf(SendResult.Unknown.class);
    assertThat(PlatformServer.send(channel, message("other", ANA, TEXT)))
        .isInstanceOf(SendResult.Refused.class);
  }

  @Test
  void filesOfCustomersLieAnywhere() throws Exception {
    var file = new Content.Media(Kind.FILE, null, null, 1, null, null, "https://dl.test/1", null);
    assertThat(channel.locate("shop", file, Map.of()))
        .isEqualTo(new MediaSource.Link(java.net.URI.create("https://dl.test/1"), Map.of(), false));
    var sticker = new Content.Media(Kind.STICKER, null, null, -1, null, null, "46105", null);
    assertThat(channel.locate("shop", sticker, Map.of())).isInstanceOf(MediaSource.Gone.class);
  }
}
