package dev.hilo.channel.line;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static dev.hilo.channel.PlatformServer.onVirtualThread;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.GivenBlobs;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LineSendTest {
  private static final Address LINA = new Address("line", "", "Ulina");
  private static final Address GROUP = new Address("line", "", "Cgroup");
  private static final Content TEXT = new Content.Text("Hello <b> 👋");
  private static final String TAKEN = "{\"sentMessages\":[{\"id\":\"461\",\"quoteToken\":\"qt\"}]}";

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = open();

  private Channel open() {
    var settings =
        ConfigNode.parse(
            """
            channel-secret: secret
            base-url: %s
            data-url: %s/data
            sticker-url: %s
            accounts:
              - {id: Ubot, name: Shop, token: line-token}
            """
                .formatted(server.url(), server.url(), server.url()));
    return new LineChannelType()
        .open(settings.bind(LineSettings.class), GivenBlobs.in(server.ports()));
  }

  private SendResult send(Content content) throws Exception {
    return PlatformServer.send(channel, message("Ubot", LINA, content));
  }

  private JsonNode sent(Outbound message) throws Exception {
    server.answers(200, TAKEN);
    assertThat(PlatformServer.send(channel, message)).isEqualTo(new SendResult.Accepted("461"));
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/v2/bot/message/push");
    assertThat(request.headers().get("authorization")).isEqualTo("Bearer line-token");
    assertThat(request.headers().get("content-type")).isEqualTo("application/json");
    assertThat(request.headers().get("x-line-retry-key"))
        .matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
        .isEqualTo(LineChannel.retryKey(message.id()));
    assertThat(request.json().path("to").asText()).isEqualTo(message.to().id());
    return request.json().path("messages");
  }

  private JsonNode sent(Content content) throws Exception {
    return sent(message("Ubot", LINA, content));
  }

  @Test
  void text() throws Exception {
    assertThat(sent(TEXT)).isEqualTo(json("[{\"type\":\"text\",\"text\":\"Hello <b> 👋\"}]"));
    assertThat(sent(message("Ubot", GROUP, TEXT))).hasSize(1);
  }

  @Test
  void theNewestMessageCanBeQuoted() throws Exception {
    var context = Map.of("quote-token", "q", "quote-id", "9");
    assertThat(sent(message("Ubot", LINA, TEXT, "9", context)).at("/0/quoteToken").asText())
        .isEqualTo("q");
    assertThat(sent(message("Ubot", LINA, TEXT, "8", context)).at("/0").has("quoteToken"))
        .isFalse();
  }

  @Test
  void choicesAreQuickReplies() throws Exception {
    assertThat(sent(choices(13, "Yes")).at("/0/quickReply/items"))
        .hasSize(13)
        .first()
        .isEqualTo(
            json(
                """
                {"type":"action","action":
                 {"type":"postback","label":"Yes","data":"c0","displayText":"Yes"}}\
                """));
    assertThat(sent(choices(1, "x".repeat(21))))
        .isEqualTo(json("[{\"type\":\"text\",\"text\":\"Well?\\n1. " + "x".repeat(21) + "\"}]"));
  }

  @Test
  void picturesAreShownOtherFilesAreLinked() throws Exception {
    assertThat(sent(file("image/png", "a.png", 900, "Look")))
        .isEqualTo(
            json(
                """
                [{"type":"image","originalContentUrl":"https://gw.example.test/files/b1?d=1",
                  "previewImageUrl":"https://gw.example.test/files/b1?d=1"},
                 {"type":"text","text":"Look"}]\
                """));
    assertThat(sent(file("application/pdf", "a.pdf", 900, null)))
        .isEqualTo(
            json(
                """
                [{"type":"text","text":"a.pdf\\nhttps://gw.example.test/files/b1?d=30"}]\
                """));
    assertThat(sent(file("image/png", "a.png", 11 << 20, null)).at("/0/type").asText())
        .isEqualTo("text");
  }

  @Test
  void place() throws Exception {
    assertThat(sent(new Content.Location(35.5, 139.25, "Shop", null, null)))
        .isEqualTo(
            json(
                """
                [{"type":"location","title":"Shop","address":"35.5, 139.25",
                  "latitude":35.5,"longitude":139.25}]\
                """));
  }

  static Stream<Content> unsendable() {
    return Stream.of(
        new Content.Text(" "),
        new Content.Text("x".repeat(5001)),
        new Content.Media(Content.Media.Kind.FILE, null, null, 1, "a", null, "r", null),
        new Content.Template("t", "en", List.of()),
        new Content.Unsupported("k", "{}"));
  }

  @ParameterizedTest
  @MethodSource("unsendable")
  void whatLineCannotCarryIsRefusedWithoutACall(Content content) throws Exception {
    assertThat(send(content)).isInstanceOf(SendResult.Refused.class);
    assertThat(PlatformServer.send(channel, message("Uother", LINA, TEXT)))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "400, The property is invalid, 400, false",
    "401, Authentication failed, 401, true",
    "403, Access denied, 403, true",
    "404, Not found, 404, false",
    "413, Too large, 413, false",
    "429, You have reached your monthly limit., quota, false"
  })
  void refusals(int status, String words, String code, boolean credentials) throws Exception {
    server.answers(status, "{\"message\":\"" + words + "\"}");
    assertThat(send(TEXT))
        .isEqualTo(new SendResult.Refused(code, status + ": " + words, credentials));
  }

  @ParameterizedTest
  @CsvSource({"429", "500", "503"})
  void whatMayBeTriedAgain(int status) throws Exception {
    server.answers(status, "{\"message\":\"number 0123456789\"}", "retry-after", "7");
    assertThat(send(TEXT))
        .isInstanceOfSatisfying(
            SendResult.Retry.class,
            retry -> {
              assertThat(retry.after()).hasSeconds(7);
              assertThat(retry.why()).doesNotContain("0123456789");
            });
  }

  @Test
  void aRepeatIsTaken() throws Exception {
    server.answers(409, TAKEN, "x-line-accepted-request-id", "r");
    assertThat(send(TEXT)).isEqualTo(new SendResult.Accepted("461"));
    server.answers(409, "{\"message\":\"accepted before\"}");
    assertThat(send(TEXT)).isEqualTo(new SendResult.Accepted("01JD0000000000000000000001"));
  }

  @Test
  void aLostAnswerIsUnknownAndMayBeRepeated() throws Exception {
    server.hangsUp();
    assertThat(send(TEXT)).isInstanceOf(SendResult.Unknown.class);
    assertThat(channel.capabilities().can(Feature.REPEATABLE)).isTrue();
  }

  @Test
  void typingAndReading() throws Exception {
    server.answers(202, "{}").answers(200, "{}");
    assertThat(perform(new Gesture.Typing("Ubot", LINA, Map.of(), true)))
        .isInstanceOf(SendResult.Accepted.class);
    var typing = server.asked();
    assertThat(typing.uri()).isEqualTo("/v2/bot/chat/loading/start");
    assertThat(typing.json()).isEqualTo(json("{\"chatId\":\"Ulina\",\"loadingSeconds\":20}"));
    assertThat(perform(new Gesture.Read("Ubot", LINA, Map.of("read-token", "r"), "9")))
        .isInstanceOf(SendResult.Accepted.class);
    var read = server.asked();
    assertThat(read.uri()).isEqualTo("/v2/bot/chat/markAsRead");
    assertThat(read.json()).isEqualTo(json("{\"markAsReadToken\":\"r\"}"));
    for (Gesture gesture :
        List.of(
            new Gesture.Typing("Ubot", GROUP, Map.of(), true),
            new Gesture.Read("Ubot", LINA, Map.of(), "9"),
            new Gesture.React("Ubot", LINA, Map.of(), "9", "👍", true),
            new Gesture.Remove("Ubot", LINA, Map.of(), "9"))) {
      assertThat(perform(gesture)).isInstanceOf(SendResult.Refused.class);
    }
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void whereFilesAre() throws Exception {
    var bearer = Map.of("authorization", "Bearer line-token");
    assertThat(locate(Content.Media.Kind.IMAGE, "9/.."))
        .isEqualTo(
            new MediaSource.Link(
                URI.create(server.url() + "/data/v2/bot/message/9%2F../content"), bearer, true));
    assertThat(locate(Content.Media.Kind.VIDEO, "https://a.test/f"))
        .isEqualTo(new MediaSource.Link(URI.create("https://a.test/f"), Map.of(), false));
    assertThat(locate(Content.Media.Kind.VIDEO, "https://a b"))
        .isInstanceOf(MediaSource.Gone.class);
    assertThat(locate(Content.Media.Kind.STICKER, "52"))
        .isEqualTo(
            new MediaSource.Link(
                URI.create(server.url() + "/stickershop/v1/sticker/52/android/sticker.png"),
                Map.of(),
                true));
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void filmsArePreparedFirst() throws Exception {
    server
        .answers(200, "{\"status\":\"processing\"}")
        .answers(200, "{\"status\":\"failed\"}")
        .answers(200, "{\"status\":\"succeeded\"}")
        .answers(404, "{}");
    assertThat(locate(Content.Media.Kind.VIDEO, "9")).isInstanceOf(MediaSource.Later.class);
    var asked = server.asked();
    assertThat(asked.uri()).isEqualTo("/data/v2/bot/message/9/content/transcoding");
    assertThat(asked.headers().get("authorization")).isEqualTo("Bearer line-token");
    assertThat(locate(Content.Media.Kind.AUDIO, "9")).isInstanceOf(MediaSource.Gone.class);
    assertThat(locate(Content.Media.Kind.AUDIO, "9")).isInstanceOf(MediaSource.Link.class);
    assertThat(locate(Content.Media.Kind.AUDIO, "9")).isInstanceOf(MediaSource.Link.class);
  }

  private SendResult perform(Gesture gesture) throws Exception {
    return onVirtualThread(() -> channel.perform(gesture));
  }

  private MediaSource locate(Content.Media.Kind kind, String ref) throws Exception {
    var media = new Content.Media(kind, null, null, -1, null, null, ref, null);
    return onVirtualThread(() -> channel.locate("Ubot", media, Map.of()));
  }

  private static Content file(String mime, String name, long size, String caption) {
    return new Content.Media(Content.Media.Kind.FILE, "b1", mime, size, name, caption, null, null);
  }

  private static Content choices(int count, String title) {
    return new Content.Choices(
        "Well?",
        IntStream.range(0, count)
            .mapToObj(i -> new Content.Choices.Option("c" + i, title))
            .toList());
  }
}
