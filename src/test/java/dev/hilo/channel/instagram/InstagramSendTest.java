package dev.hilo.channel.instagram;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static dev.hilo.channel.PlatformServer.onVirtualThread;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.OneBlob;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media.Kind;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstagramSendTest {
  private static final Address PERSON = new Address("instagram", "17", "7412009933551188");
  private static final Address COMMENT = new Address("instagram", "comments:17", "66");
  private static final Content TEXT = new Content.Text("Hello 👋");
  private static final String TAKEN =
      "{\"recipient_id\":\"7412009933551188\",\"message_id\":\"aWdOut\"}";

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = open();

  private Channel open() {
    var settings =
        ConfigNode.parse(
            """
            app-secrets: [app]
            verify-token: verify
            base-url: %s
            accounts: [{id: "17", name: Shop, token: ig-token}]
            """
                .formatted(server.url()));
    return new InstagramChannelType()
        .open(settings.bind(InstagramSettings.class), OneBlob.in(server.ports()));
  }

  private SendResult send(Outbound message) throws Exception {
    return PlatformServer.send(channel, message);
  }

  private JsonNode asked(String path) throws Exception {
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/v26.0/" + path);
    assertThat(request.headers().get("authorization")).isEqualTo("Bearer ig-token");
    return request.json();
  }

  /** Whom the newest answer proves to be the same person. */
  private @Nullable Address same;

  private JsonNode sent(Outbound message) throws Exception {
    server.answers(200, TAKEN);
    assertThat(send(message))
        .isInstanceOfSatisfying(
            SendResult.Accepted.class,
            accepted -> {
              assertThat(accepted.externalId()).isEqualTo("aWdOut");
              same = accepted.same();
            });
    return asked("me/messages");
  }

  @Test
  void text() throws Exception {
    assertThat(sent(message("17", PERSON, TEXT)))
        .isEqualTo(
            json(
                """
                {"recipient":{"id":"7412009933551188"},"message":{"text":"Hello 👋"}}\
                """));
  }

  @Test
  void lengthIsCountedInBytes() throws Exception {
    sent(message("17", PERSON, new Content.Text("é".repeat(500))));
    assertThat(send(message("17", PERSON, new Content.Text("é".repeat(501)))))
        .isEqualTo(new SendResult.Refused("too-long", "a text may have 1000 bytes, not 1002"));
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void choicesAreQuickRepliesAndFilesLinks() throws Exception {
    var choices = new Content.Choices("Well?", List.of(new Content.Choices.Option("y", "Yes")));
    assertThat(sent(message("17", PERSON, choices)).path("message"))
        .isEqualTo(
            json(
                """
                {"text":"Well?","quick_replies":[
                 {"content_type":"text","title":"Yes","payload":"y"}]}\
                """));
    var media = OneBlob.media(Kind.VOICE, "audio/mp4", 5, "a", "");
    assertThat(sent(message("17", PERSON, media)).path("message"))
        .isEqualTo(
            json(
                """
                {"attachment":{"type":"audio","payload":{
                 "url":"https://gw.example.test/files/b?for=24"}}}\
                """));
  }

  @ParameterizedTest
  @CsvSource({
    "400,10,2534022,WindowClosed,false",
    "400,613,2534040,Retry,false",
    "400,100,2534014,Refused,false",
    "400,100,2534029,Refused,false",
    "400,551,0,Refused,false",
    "403,200,2534041,Refused,false",
    "401,190,0,Refused,true"
  })
  void errorsHaveTheirClass(int status, int code, int detail, String kind, boolean locked)
      throws Exception {
    server.answers(
        status,
        "{\"error\":{\"message\":\"m\",\"code\":%d,\"error_subcode\":%d}}".formatted(code, detail));
    SendResult result = send(message("17", PERSON, TEXT));
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(result instanceof SendResult.Refused r && r.credentials()).isEqualTo(locked);
  }

  @Test
  void commentsAreAnsweredInBothWays() throws Exception {
    var context = Map.of("comment_id", "9001");
    assertThat(sent(message("17", COMMENT, TEXT, null, context)))
        .isEqualTo(
            json(
                """
                {"recipient":{"comment_id":"9001"},"message":{"text":"Hello 👋"}}\
                """));
    assertThat(same).isEqualTo(new Address("instagram", "17", "7412009933551188"));
    server.answers(200, "{\"id\":\"9002\"}");
    assertThat(send(message("17", COMMENT, TEXT, "9001", context)))
        .isEqualTo(new SendResult.Accepted("9002"));
    assertThat(asked("9001/replies")).isEqualTo(json("{\"message\":\"Hello 👋\"}"));
  }

  @Test
  void reactionsGoByTheirWord() throws Exception {
    assertThat(performed(new Gesture.React("17", PERSON, Map.of(), "aWd1", "❤️", true)))
        .isEqualTo(
            json(
                """
                {"recipient":{"id":"7412009933551188"},"sender_action":"react",
                 "payload":{"message_id":"aWd1","reaction":"love"}}\
                """));
    assertThat(performed(new Gesture.React("17", PERSON, Map.of(), "aWd1", "❤️", false)))
        .isEqualTo(
            json(
                """
                {"recipient":{"id":"7412009933551188"},"sender_action":"unreact",
                 "payload":{"message_id":"aWd1"}}\
                """));
    assertThat(
            onVirtualThread(
                () ->
                    channel.perform(new Gesture.React("17", PERSON, Map.of(), "aWd1", "🦆", true))))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
    assertThat(channel.capabilities().can(Feature.REACTIONS)).isTrue();
  }

  private JsonNode performed(Gesture gesture) throws Exception {
    server.answers(200, TAKEN);
    assertThat(onVirtualThread(() -> channel.perform(gesture)))
        .isEqualTo(new SendResult.Accepted("aWd1"));
    return asked("me/messages");
  }
}
