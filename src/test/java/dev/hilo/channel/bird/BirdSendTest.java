package dev.hilo.channel.bird;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Channel;
import dev.hilo.channel.LinkedBlobs;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Outbound;
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

class BirdSendTest {
  private static final Address WHATSAPP = new Address("bird", "whatsapp", "+15550142233");
  private static final Address SMS = new Address("bird", "sms", "+15550142233");
  private static final Content TEXT = new Content.Text("Tere");
  private static final String HEAD =
      "{\"receiver\":{\"contacts\":[{\"identifierKey\":\"phonenumber\","
          + "\"identifierValue\":\"+15550142233\"}]},"
          + "\"reference\":\"01JD0000000000000000000001\",\"body\":";

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel =
      new BirdChannel(
          ConfigNode.parse(
                  "{signing-keys: [x], workspace: w1, access-key: key, base-url: '%s',"
                          .formatted(server.url())
                      + " media-url: 'https://media.test', accounts: [{id: ch, name: N}]}")
              .bind(BirdSettings.class),
          server.portsWithBlobs());

  private JsonNode sent(Outbound message) throws Exception {
    server.answers(202, "{\"id\":\"m9\",\"status\":\"accepted\"}");
    assertThat(PlatformServer.send(channel, message)).isEqualTo(new SendResult.Accepted("m9"));
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/workspaces/w1/channels/ch/messages");
    assertThat(request.headers().get("authorization")).isEqualTo("AccessKey key");
    return request.json();
  }

  @Test
  void whatBirdCarries() throws Exception {
    assertThat(sent(message("ch", SMS, TEXT)))
        .isEqualTo(json(HEAD + "{\"type\":\"text\",\"text\":{\"text\":\"Tere\"}}}"));
    assertThat(sent(message("ch", SMS, LinkedBlobs.media(Kind.IMAGE, "image/png", "look"))))
        .isEqualTo(
            json(
                HEAD
                    + "{\"type\":\"image\",\"image\":{\"images\":[{\"mediaUrl\":\""
                    + LinkedBlobs.LINK
                    + "\"}],\"text\":\"look\"}}}"));
    assertThat(sent(message("ch", SMS, LinkedBlobs.media(Kind.VOICE, "audio/ogg", null))))
        .isEqualTo(
            json(
                HEAD
                    + "{\"type\":\"file\",\"file\":{\"files\":[{\"mediaUrl\":\""
                    + LinkedBlobs.LINK
                    + "\",\"contentType\":\"audio/ogg\",\"filename\":\"a b.bin\"}]}}}"));
  }

  @Test
  void anAnswerToAPersonKnownOtherwise() throws Exception {
    var to = new Address("bird", "instagram:ch", "77");
    var sent = sent(message("ch", to, TEXT, "m0", Map.of("key", "instagramid")));
    assertThat(sent.at("/receiver/contacts/0/identifierKey").asText()).isEqualTo("instagramid");
    assertThat(sent.at("/replyTo/id").asText()).isEqualTo("m0");
  }

  @Test
  void choicesAreButtonsWhereTheyFit() throws Exception {
    var choices = new Content.Choices("Well?", List.of(new Content.Choices.Option("y", "Yes")));
    assertThat(sent(message("ch", WHATSAPP, choices)))
        .isEqualTo(
            json(
                HEAD
                    + "{\"type\":\"text\",\"text\":{\"text\":\"Well?\",\"actions\":[{\"type\":"
                    + "\"postback\",\"postback\":{\"text\":\"Yes\",\"payload\":\"y\"}}]}}}"));
    assertThat(sent(message("ch", SMS, choices)).at("/body/text/text").asText())
        .isEqualTo("Well?\n1. Yes");
  }

  @Test
  void whatItCannotCarryIsRefusedWithoutACall() throws Exception {
    for (var message :
        List.of(
            message("ch", SMS, new Content.Text("")),
            message("ch", SMS, new Content.Text("x".repeat(1601))),
            message("ch", SMS, new Content.Location(1, 2, null, null, null)),
            message("ch", SMS, LinkedBlobs.media(Kind.STICKER, "image/webp", null)),
            message("other", SMS, TEXT))) {
      assertThat(PlatformServer.send(channel, message)).isInstanceOf(SendResult.Refused.class);
    }
    assertThat(server.isIdle()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "401,Refused,true",
    "403,Refused,true",
    "422,Refused,false",
    "429,Retry,",
    "500,Unknown,",
    "200,Unknown,"
  })
  void errorsHaveTheirClass(int status, String kind, Boolean credentials) throws Exception {
    server.answers(status, "{\"code\":\"Nope\",\"message\":\"to 15550142233\"}");
    SendResult result = PlatformServer.send(channel, message("ch", SMS, TEXT));
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(result.toString()).doesNotContain("15550142233");
    if (result instanceof SendResult.Refused refused) {
      assertThat(refused.credentials()).isEqualTo(credentials);
    }
  }

  @Test
  void noAnswerIsUnknown() throws Exception {
    server.hangsUp();
    assertThat(PlatformServer.send(channel, message("ch", SMS, TEXT)))
        .isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void onlyBirdsOwnAddressesGetTheKey() throws Exception {
    var own = (MediaSource.Link) channel.locate("ch", media("https://media.test/1"), Map.of());
    assertThat(own.headers()).isEqualTo(Map.of("authorization", "AccessKey key"));
    var other = (MediaSource.Link) channel.locate("ch", media("https://media.test.evil"), Map.of());
    assertThat(other.headers()).isEmpty();
    assertThat(channel.locate("ch", media("x"), Map.of())).isInstanceOf(MediaSource.Gone.class);
  }

  private static Content.Media media(String ref) {
    return new Content.Media(Kind.IMAGE, null, null, -1, null, null, ref, null);
  }
}
