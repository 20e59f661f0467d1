package dev.hilo.channel.wechat;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static dev.hilo.channel.PlatformServer.onVirtualThread;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.GivenBlobs;
import dev.hilo.channel.MediaSource;
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

class WeChatSendTest {
  private static final Address LI = new Address("wechat", "gh_1", "o1");
  private static final Content TEXT = new Content.Text("你好 <b> 😀");
  private static final String TOKEN = "{\"access_token\":\"t/1\",\"expires_in\":7200}";
  private static final String OK = "{\"errcode\":0,\"errmsg\":\"ok\"}";
  private static final SendResult TAKEN = new SendResult.Accepted("01JD0000000000000000000001");

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = open();

  private Channel open() {
    var settings =
        ConfigNode.parse(
            """
            token: tok
            app-id: wx1
            base-url: %s
            accounts: [{id: gh_1, name: Acme, token: app-secret}]
            """
                .formatted(server.url()));
    return new WeChatChannelType()
        .open(settings.bind(WeChatSettings.class), GivenBlobs.in(server.ports()));
  }

  private SendResult send(Content content) throws Exception {
    return PlatformServer.send(channel, message("gh_1", LI, content));
  }

  private void tokenWasAsked(boolean force) throws Exception {
    var request = server.asked();
    assertThat(request.uri()).isEqualTo("/cgi-bin/stable_token");
    assertThat(request.json())
        .isEqualTo(
            json(
                """
                {"grant_type":"client_credential","appid":"wx1","secret":"app-secret",
                 "force_refresh":%b}\
                """
                    .formatted(force)));
  }

  private JsonNode said() throws Exception {
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/cgi-bin/message/custom/send?access_token=t%2F1");
    assertThat(request.headers().get("content-type")).startsWith("application/json");
    assertThat(new String(request.bytes(), UTF_8)).doesNotContain("\\u");
    assertThat(request.json().path("touser").asText()).isEqualTo("o1");
    return request.json();
  }

  private JsonNode sent(Content content) throws Exception {
    server.answers(200, TOKEN).answers(200, OK);
    assertThat(send(content)).isEqualTo(TAKEN);
    tokenWasAsked(false);
    return said();
  }

  @Test
  void textWithoutEscapes() throws Exception {
    assertThat(sent(TEXT))
        .isEqualTo(
            json("{\"touser\":\"o1\",\"msgtype\":\"text\",\"text\":{\"content\":\"你好 <b> 😀\"}}"));
    server.answers(200, OK);
    assertThat(send(TEXT)).isEqualTo(TAKEN);
    said(); // with the same token
  }

  @Test
  void choicesAreAMenu() throws Exception {
    assertThat(sent(choices(2)).path("msgmenu"))
        .isEqualTo(
            json(
                """
                {"head_content":"Well?","tail_content":"",
                 "list":[{"id":"c0","content":"Yes"},{"id":"c1","content":"Yes"}]}\
                """));
  }

  @Test
  void tooManyChoicesAreListed() throws Exception {
    assertThat(sent(choices(11)).at("/text/content").asText()).startsWith("Well?\n1. Yes\n2. ");
  }

  @Test
  void picturesAreUploaded() throws Exception {
    server
        .answers(200, TOKEN)
        .answers(200, "{\"type\":\"image\",\"media_id\":\"m1\",\"created_at\":1}")
        .answers(200, OK);
    assertThat(send(file("image/png", null))).isEqualTo(TAKEN);
    tokenWasAsked(false);
    var upload = server.asked();
    assertThat(upload.uri()).isEqualTo("/cgi-bin/media/upload?access_token=t%2F1&type=image");
    assertThat(new String(upload.bytes(), UTF_8))
        .contains("name=\"media\"; filename=\"a.x\"", "\r\n\r\nbytes\r\n");
    assertThat(said())
        .isEqualTo(
            json("{\"touser\":\"o1\",\"msgtype\":\"image\",\"image\":{\"media_id\":\"m1\"}}"));
  }

  @Test
  void aPictureWithWordsIsAnArticle() throws Exception {
    assertThat(sent(file("image/png", "Look")).at("/news/articles/0"))
        .isEqualTo(
            json(
                """
                {"title":"Look","description":"",
                 "url":"https://gw.example.test/files/bytes?d=30",
                 "picurl":"https://gw.example.test/files/bytes?d=30"}\
                """));
  }

  @Test
  void otherFilesAreLinks() throws Exception {
    assertThat(sent(file("application/pdf", "Look")).at("/text/content").asText())
        .isEqualTo("Look\na.x\nhttps://gw.example.test/files/bytes?d=30");
  }

  @Test
  void aFailedUploadIsSeenByNobody() throws Exception {
    server.answers(200, TOKEN).hangsUp();
    assertThat(send(file("image/png", null))).isInstanceOf(SendResult.Retry.class);
    server.answers(200, "{\"errcode\":40007,\"errmsg\":\"invalid media\"}");
    assertThat(send(file("image/png", null)))
        .isEqualTo(new SendResult.Refused("40007", "40007: invalid media"));
    server.answers(200, "{\"type\":\"image\"}");
    assertThat(send(file("image/png", null))).isInstanceOf(SendResult.Refused.class);
  }

  @Test
  void aStaleTokenIsFetchedAnewOnce() throws Exception {
    server
        .answers(200, TOKEN)
        .answers(200, "{\"errcode\":42001,\"errmsg\":\"expired\"}")
        .answers(200, TOKEN)
        .answers(200, OK);
    assertThat(send(TEXT)).isEqualTo(TAKEN);
    tokenWasAsked(false);
    said();
    tokenWasAsked(true);
    said();
    server
        .answers(200, "{\"errcode\":40001,\"errmsg\":\"invalid\"}")
        .answers(200, TOKEN)
        .answers(200, "{\"errcode\":40001,\"errmsg\":\"invalid\"}");
    assertThat(send(TEXT)).isEqualTo(new SendResult.Refused("40001", "40001: invalid", true));
  }

  @ParameterizedTest
  @CsvSource({"40164, Refused, true", "40013, Refused, true", "-1, Retry, false"})
  void withoutATokenNothingIsSent(int code, String kind, boolean credentials) throws Exception {
    server.answers(200, "{\"errcode\":%d,\"errmsg\":\"from 10.1.2.3\"}".formatted(code));
    var result = send(TEXT);
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    if (result instanceof SendResult.Refused refused) {
      assertThat(refused.credentials()).isEqualTo(credentials);
    }
    server.hangsUp();
    assertThat(send(TEXT)).isInstanceOf(SendResult.Retry.class);
  }

  @ParameterizedTest
  @CsvSource({
    "-1, Retry, false",
    "45009, Retry, false",
    "45011, Retry, false",
    "45015, WindowClosed, false",
    "45047, WindowClosed, false",
    "40164, Refused, true",
    "40003, Refused, false",
    "43004, Refused, false",
    "50005, Refused, false",
    "45002, Refused, false",
    "40007, Refused, false",
    "40008, Refused, false",
    "48001, Refused, false",
    "48002, Refused, false",
    "99999, Refused, false"
  })
  void errorsHaveTheirClass(int code, String kind, boolean credentials) throws Exception {
    server
        .answers(200, TOKEN)
        .answers(200, "{\"errcode\":%d,\"errmsg\":\"no 0123456789 rid: a-b\"}".formatted(code));
    var result = send(TEXT);
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(result.toString()).doesNotContain("0123456789", "rid");
    if (result instanceof SendResult.Refused refused) {
      assertThat(refused.credentials()).isEqualTo(credentials);
      assertThat(refused.code()).isEqualTo(code == 48002 ? "opt-out" : String.valueOf(code));
    }
  }

  @Test
  void whatNobodyKnows() throws Exception {
    server.answers(200, TOKEN).hangsUp();
    assertThat(send(TEXT)).isInstanceOf(SendResult.Unknown.class);
    server.answers(502, "bad gateway");
    assertThat(send(TEXT)).isInstanceOf(SendResult.Unknown.class);
    server.answers(200, "<html>");
    assertThat(send(TEXT)).isInstanceOf(SendResult.Unknown.class);
  }

  static Stream<Content> unsendable() {
    return Stream.of(
        new Content.Text(" "),
        new Content.Text("好".repeat(683)),
        new Content.Location(1, 2, null, null, null),
        new Content.Media(Content.Media.Kind.FILE, null, null, 1, "a", null, "r", null),
        new Content.Template("t", "zh", List.of()));
  }

  @ParameterizedTest
  @MethodSource("unsendable")
  void whatWeChatCannotCarryIsRefusedWithoutACall(Content content) throws Exception {
    assertThat(send(content)).isInstanceOf(SendResult.Refused.class);
    assertThat(PlatformServer.send(channel, message("gh_2", LI, TEXT)))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void typing() throws Exception {
    server.answers(200, TOKEN).answers(200, OK).answers(200, OK);
    for (boolean on : new boolean[] {true, false}) {
      assertThat(perform(new Gesture.Typing("gh_1", LI, Map.of(), on)))
          .isInstanceOf(SendResult.Accepted.class);
    }
    tokenWasAsked(false);
    var typing = server.asked();
    assertThat(typing.uri()).isEqualTo("/cgi-bin/message/custom/typing?access_token=t%2F1");
    assertThat(typing.json()).isEqualTo(json("{\"touser\":\"o1\",\"command\":\"Typing\"}"));
    assertThat(server.asked().json().path("command").asText()).isEqualTo("CancelTyping");
    assertThat(perform(new Gesture.Read("gh_1", LI, Map.of(), "7")))
        .isInstanceOf(SendResult.Refused.class);
  }

  @Test
  void whereFilesAre() throws Exception {
    server.answers(200, TOKEN);
    String url = server.url() + "/cgi-bin/media/get?access_token=t%2F1&media_id=m%261";
    assertThat(locate(Content.Media.Kind.IMAGE))
        .isEqualTo(new MediaSource.Link(URI.create(url), Map.of(), true));
    tokenWasAsked(false);
    server.answers(200, "{\"video_url\":\"http://v.test/f\"}");
    assertThat(locate(Content.Media.Kind.VIDEO))
        .isEqualTo(new MediaSource.Link(URI.create("http://v.test/f"), Map.of(), true));
    assertThat(server.asked().uri()).startsWith("/cgi-bin/media/get?");
    server.answers(200, "{\"errcode\":40007,\"errmsg\":\"invalid media_id\"}");
    assertThat(locate(Content.Media.Kind.VIDEO))
        .isEqualTo(new MediaSource.Gone("WeChat says 40007"));
    server.answers(200, "bytes");
    assertThat(locate(Content.Media.Kind.VIDEO))
        .isEqualTo(new MediaSource.Link(URI.create(url), Map.of(), true));
  }

  private SendResult perform(Gesture gesture) throws Exception {
    return onVirtualThread(() -> channel.perform(gesture));
  }

  private MediaSource locate(Content.Media.Kind kind) throws Exception {
    var media = new Content.Media(kind, null, null, -1, null, null, "m&1", null);
    return onVirtualThread(() -> channel.locate("gh_1", media, Map.of()));
  }

  private static Content file(String mime, String caption) {
    return new Content.Media(Content.Media.Kind.FILE, "bytes", mime, 5, "a.x", caption, null, null);
  }

  private static Content choices(int count) {
    return new Content.Choices(
        "Well?",
        IntStream.range(0, count)
            .mapToObj(i -> new Content.Choices.Option("c" + i, "Yes"))
            .toList());
  }
}
