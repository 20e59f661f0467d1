package dev.hilo.channel.messagebird;

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
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageBirdSendTest {
  private static final Address ANA = new Address("messagebird", "sms", "+15550142233");
  private static final Content TEXT = new Content.Text("Hallo");
  private static final String HEAD = "{\"to\":\"+15550142233\",\"from\":\"ch\",";

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel =
      new MessageBirdChannel(
          ConfigNode.parse(
                  "{signing-keys: [x], access-key: key, base-url: '%s', media-url: '%s',"
                          .formatted(server.url(), server.url())
                      + " accounts: [{id: ch, name: N}]}")
              .bind(MessageBirdSettings.class),
          server.portsWithBlobs());

  private JsonNode sent(Content content) throws Exception {
    server.answers(202, "{\"id\":\"m9\",\"status\":\"accepted\"}");
    assertThat(PlatformServer.send(channel, message("ch", ANA, content)))
        .isEqualTo(new SendResult.Accepted("m9"));
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/v1/send");
    assertThat(request.headers().get("authorization")).isEqualTo("AccessKey key");
    return request.json();
  }

  @Test
  void whatItCarries() throws Exception {
    assertThat(sent(TEXT))
        .isEqualTo(json(HEAD + "\"type\":\"text\",\"content\":{\"text\":\"Hallo\"}}"));
    assertThat(sent(LinkedBlobs.media(Kind.IMAGE, "image/png", "look")))
        .isEqualTo(
            json(
                HEAD
                    + "\"type\":\"image\",\"content\":{\"image\":{\"url\":\""
                    + LinkedBlobs.LINK
                    + "\",\"caption\":\"look\"}}}"));
    assertThat(sent(new Content.Location(1.5, 2.5, null, null, null)))
        .isEqualTo(
            json(
                HEAD
                    + "\"type\":\"location\",\"content\":{\"location\":{\"latitude\":1.5,"
                    + "\"longitude\":2.5}}}"));
    var choices = new Content.Choices("Well?", List.of(new Content.Choices.Option("y", "Yes")));
    assertThat(sent(choices).at("/content/text").asText()).isEqualTo("Well?\n1. Yes");
  }

  @Test
  void whatItCannotCarryIsRefusedWithoutACall() throws Exception {
    for (Content content :
        List.of(
            new Content.Text(" "),
            new Content.Text("x".repeat(1601)),
            LinkedBlobs.media(Kind.VOICE, "audio/ogg", "said"),
            new Content.Template("t", "en", List.of()))) {
      assertThat(PlatformServer.send(channel, message("ch", ANA, content)))
          .isInstanceOf(SendResult.Refused.class);
    }
    assertThat(PlatformServer.send(channel, message("other", ANA, TEXT)))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "401,Refused,true",
    "422,Refused,false",
    "429,Retry,",
    "500,Unknown,",
    "202,Unknown,"
  })
  void errorsHaveTheirClass(int status, String kind, Boolean credentials) throws Exception {
    server.answers(status, "{\"errors\":[{\"code\":21,\"description\":\"to 15550142233\"}]}");
    SendResult result = PlatformServer.send(channel, message("ch", ANA, TEXT));
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(result.toString()).doesNotContain("15550142233");
    if (result instanceof SendResult.Refused refused) {
      assertThat(refused.credentials()).isEqualTo(credentials);
      assertThat(refused.code()).isEqualTo("21");
    }
  }

  @Test
  void onlyItsOwnAddressesGetTheKey() throws Exception {
    var own =
        (MediaSource.Link) channel.locate("ch", media(server.url() + "/v1/media/1"), Map.of());
    assertThat(own.headers()).isEqualTo(Map.of("authorization", "AccessKey key"));
    var other = (MediaSource.Link) channel.locate("ch", media("https://evil.test/1"), Map.of());
    assertThat(other.headers()).isEmpty();
  }

  private static Content.Media media(String ref) {
    return new Content.Media(Kind.IMAGE, null, null, -1, null, null, ref, null);
  }
}
