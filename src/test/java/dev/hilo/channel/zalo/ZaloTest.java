package dev.hilo.channel.zalo;

import static dev.hilo.channel.PlatformServer.json;
import static dev.hilo.channel.PlatformServer.message;
import static dev.hilo.channel.PlatformServer.onVirtualThread;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.channel.Channel;
import dev.hilo.channel.GivenBlobs;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the recorded cases do not show, in and out. */
class ZaloTest {
  private static final Address AN = new Address("zalo", "88", "u1");
  private static final Content TEXT = new Content.Text("Chào");

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel channel = open("experimental: true");

  private Channel open(String first) {
    var settings =
        ConfigNode.parse(
            """
            %s
            app-id: '123'
            oa-secret-key: secret
            base-url: %s
            accounts: [{id: '88', name: A, token: t8}, {id: '99', name: B, token: t9}]
            """
                .formatted(first, server.url()));
    return new ZaloChannelType()
        .open(settings.bind(ZaloSettings.class), GivenBlobs.in(server.ports()));
  }

  private Webhook.Received call(String body, String signature) {
    var headers = Map.of("x-zevent-signature", List.of(signature));
    return Objects.requireNonNull(channel.webhook())
        .receive(
            new WebhookRequest("POST", "", Map.of(), headers, body.getBytes(UTF_8), Instant.EPOCH));
  }

  private List<Inbound> items(String name, String sides, String rest) {
    String body =
        "{\"app_id\":\"123\",\"user_id_by_app\":\"x7\",\"event_name\":\"%s\",\"timestamp\":\"1700000000000\",%s%s}"
            .formatted(name, sides, rest);
    byte[] digest =
        Signature.digest("SHA-256", ("123" + body + "1700000000000secret").getBytes(UTF_8));
    return ((Webhook.Received.Accepted) call(body, "mac=" + Signature.hex(digest))).items();
  }

  private Inbound one(String name, String rest) {
    return items(name, "\"sender\":{\"id\":\"u1\"},\"recipient\":{\"id\":\"88\"}", rest).getFirst();
  }

  private Content content(String name, String message) {
    return ((Inbound.Message) one(name, ",\"message\":{\"msg_id\":\"m1\"," + message + "}"))
        .content();
  }

  @Test
  void itMustBeAskedFor() {
    assertThatThrownBy(() -> open("experimental: false"))
        .hasMessageContaining("zalo is experimental: say experimental: true to use it");
  }

  @Test
  void theDigestWithItsNameAndWithout() {
    String body = "{\"timestamp\":\"1700000000000\"}";
    String right = "f4fc7f2e1ef2ade334c3d49f33b8872603ceabdb4e6101d41cf5faf4e94fd669";
    for (String signature : List.of(right, "mac=" + right)) {
      assertThat(call(body, signature))
          .isEqualTo(new Webhook.Received.Accepted(List.of(), Webhook.Reply.OK));
    }
    assertThat(call(body + " ", right)).isInstanceOf(Webhook.Received.Refused.class);
    assertThat(call("{", right)).isInstanceOf(Webhook.Received.Refused.class);
  }

  @Test
  void aPersonIsKnownToAllAccountsOfTheApp() {
    var origin = one("user_send_text", ",\"message\":{\"msg_id\":\"m1\",\"text\":\"a\"}").origin();
    assertThat(origin.address()).isEqualTo(AN);
    assertThat(origin.aliases()).containsExactly(new Address("zalo", "app:123", "x7"));
    assertThat(origin.at()).isEqualTo(Instant.ofEpochMilli(1700000000000L));
  }

  @Test
  void filesPlacesAndLinks() {
    String file =
        "\"text\":\"see\",\"attachments\":[{\"type\":\"%s\",\"payload\":{\"url\":\"https://a.test/f\"}}]";
    assertThat(content("user_send_image", file.formatted("image")))
        .isEqualTo(
            new Content.Media(
                Content.Media.Kind.IMAGE, null, null, -1, null, "see", "https://a.test/f", null));
    assertThat(content("user_send_sticker", file.formatted("sticker")))
        .isInstanceOf(Content.Media.class);
    assertThat(content("user_send_link", file.formatted("link")))
        .isEqualTo(new Content.Card("see", null, "https://a.test/f", null));
    assertThat(
            content("user_send_location", "\"location\":{\"latitude\":\"1.5\",\"longitude\":2.5}"))
        .isEqualTo(new Content.Location(1.5, 2.5, null, null, null));
    assertThat(content("user_send_business_card", file.formatted("link2")))
        .isInstanceOf(Content.Unsupported.class);
    assertThat(content("user_send_hologram", "\"x\":1")).isInstanceOf(Content.Unsupported.class);
  }

  @Test
  void ourOwnAreEchoes() {
    var echo =
        (Inbound.Message)
            items(
                    "oa_send_text",
                    "\"sender\":{\"id\":\"99\"},\"recipient\":{\"id\":\"u1\"}",
                    ",\"message\":{\"msg_id\":\"m2\",\"text\":\"b\"}")
                .getFirst();
    assertThat(echo.echo()).isTrue();
    assertThat(echo.origin().account()).isEqualTo("99");
    assertThat(echo.origin().address()).isEqualTo(new Address("zalo", "99", "u1"));
  }

  @Test
  void receiptsWhicheverSideIsNamedFirst() {
    for (String sides :
        List.of(
            "\"sender\":{\"id\":\"u1\"},\"recipient\":{\"id\":\"88\"}",
            "\"sender\":{\"id\":\"88\"},\"recipient\":{\"id\":\"u1\"}")) {
      var items =
          items("user_seen_message", sides, ",\"message\":{\"msg_ids\":[\"a\",\"b\",\"a\"]}");
      assertThat(items).extracting(i -> ((Inbound.Receipt) i).target()).containsExactly("a", "b");
      assertThat(items)
          .allSatisfy(i -> assertThat(((Inbound.Receipt) i).state()).isEqualTo(Event.Delivery.READ))
          .allSatisfy(i -> assertThat(i.origin().address()).isEqualTo(AN));
    }
    assertThat(one("user_received_message", ",\"message\":{\"msg_id\":\"a\"}"))
        .isInstanceOfSatisfying(
            Inbound.Receipt.class, r -> assertThat(r.state()).isEqualTo(Event.Delivery.DELIVERED));
  }

  @Test
  void followersFormsAndReactions() {
    String sides = "\"oa_id\":\"88\",\"follower\":{\"id\":\"u1\"}";
    assertThat(items("follow", sides, "").getFirst()).isInstanceOf(Inbound.Notice.class);
    assertThat(items("unfollow", sides, "").getFirst())
        .isInstanceOfSatisfying(Inbound.Consent.class, c -> assertThat(c.granted()).isFalse());
    var form = one("user_submit_info", ",\"info\":{\"name\":\"An\",\"phone\":84900000001}");
    assertThat(form.origin().attributes())
        .containsOnly(Map.entry("name", "An"), Map.entry("phone", "84900000001"));
    assertThat(
            one(
                "user_reacted_message",
                ",\"message\":{\"msg_id\":\"a\",\"react_icon\":\"/-heart\"}"))
        .isInstanceOfSatisfying(
            Inbound.Reaction.class, r -> assertThat(r.emoji()).isEqualTo("/-heart"));
    assertThat(items("something_new", "\"x\":1", "")).isEmpty();
    assertThat(one("something_new", "")).isInstanceOf(Inbound.Message.class);
  }

  @Test
  void text() throws Exception {
    server.answers(200, "{\"error\":0,\"data\":{\"message_id\":\"z1\"}}");
    assertThat(PlatformServer.send(channel, message("88", AN, TEXT, "m1", Map.of())))
        .isEqualTo(new SendResult.Accepted("z1"));
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/v3.0/oa/message/cs");
    assertThat(request.headers().get("access_token")).isEqualTo("t8");
    assertThat(request.json())
        .isEqualTo(
            json(
                """
                {"recipient":{"user_id":"u1"},
                 "message":{"text":"Chào","quote_message_id":"m1"}}\
                """));
  }

  @Test
  void choicesAreListedFilesAreLinks() throws Exception {
    server.answers(200, "{\"error\":0,\"data\":{\"message_id\":\"z1\"}}");
    var options = List.of(new Content.Choices.Option("a", "Yes"));
    PlatformServer.send(channel, message("88", AN, new Content.Choices("Well?", options)));
    assertThat(server.asked().json().at("/message/text").asText()).isEqualTo("Well?\n1. Yes");
    server.answers(200, "{\"error\":0,\"data\":{\"message_id\":\"z1\"}}");
    var file =
        new Content.Media(
            Content.Media.Kind.FILE, "b", "application/pdf", 1, "a.pdf", null, null, null);
    PlatformServer.send(channel, message("88", AN, file));
    assertThat(server.asked().json().at("/message/text").asText())
        .isEqualTo("a.pdf\nhttps://gw.example.test/files/b?d=30");
  }

  @ParameterizedTest
  @CsvSource({
    "-32, Retry",
    "-230, WindowClosed",
    "-213, WindowClosed",
    "-216, Refused",
    "-201, Refused",
    "-999, Refused"
  })
  void errorsHaveTheirClass(int code, String kind) throws Exception {
    server.answers(200, "{\"error\":%d,\"message\":\"user 0123456789\"}".formatted(code));
    var result = PlatformServer.send(channel, message("88", AN, TEXT));
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(result.toString()).doesNotContain("0123456789");
    if (result instanceof SendResult.Refused refused) {
      assertThat(refused.credentials()).isEqualTo(code > -220);
    }
  }

  @Test
  void whatNobodyKnowsAndWhatCannotBeSent() throws Exception {
    server.hangsUp();
    assertThat(PlatformServer.send(channel, message("88", AN, TEXT)))
        .isInstanceOf(SendResult.Unknown.class);
    server.answers(500, "");
    assertThat(PlatformServer.send(channel, message("88", AN, TEXT)))
        .isInstanceOf(SendResult.Unknown.class);
    server.asked();
    server.asked();
    assertThat(PlatformServer.send(channel, message("7", AN, TEXT)))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(PlatformServer.send(channel, message("88", AN, new Content.Text("x".repeat(2001)))))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void filesLieWhereTheMessageSays() throws Exception {
    var media =
        new Content.Media(
            Content.Media.Kind.FILE, null, null, -1, null, null, "https://a.test/f", null);
    assertThat(onVirtualThread(() -> channel.locate("88", media, Map.of())))
        .isEqualTo(new MediaSource.Link(URI.create("https://a.test/f"), Map.of(), false));
  }
}
