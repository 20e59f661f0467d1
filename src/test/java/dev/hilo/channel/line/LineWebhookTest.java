package dev.hilo.channel.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the recorded cases do not show. */
class LineWebhookTest {
  private static final String SECRET = "8c570fa6dd201bb328f1c1eac23a96d8";
  private static final String COMMON =
      "\"webhookEventId\":\"01E\",\"timestamp\":1767250815000,\"mode\":\"active\","
          + "\"source\":{\"type\":\"user\",\"userId\":\"Ulina\"}";

  private final Webhook webhook = webhook(SECRET);

  private static Webhook webhook(String secret) {
    return new LineWebhook(
        ConfigNode.parse(
                "{channel-secret: %s, accounts: [{id: Ubot, name: Bot, token: t}]}"
                    .formatted(secret))
            .bind(LineSettings.class));
  }

  private static Webhook.Received call(Webhook webhook, String body, String signature) {
    var headers = Map.of("x-line-signature", List.of(signature));
    return webhook.receive(
        new WebhookRequest("POST", "", Map.of(), headers, body.getBytes(UTF_8), Instant.EPOCH));
  }

  private List<Inbound> items(String account, String... events) {
    String body =
        "{\"destination\":\"%s\",\"events\":[%s]}".formatted(account, String.join(",", events));
    byte[] mac = Signature.hmacSha256(SECRET.getBytes(UTF_8), body.getBytes(UTF_8));
    assertThat(call(webhook, body, Signature.base64(mac)))
        .isInstanceOf(Webhook.Received.Accepted.class);
    return ((Webhook.Received.Accepted) call(webhook, body, Signature.base64(mac))).items();
  }

  private Inbound one(String event) {
    return items("Ubot", event).getFirst();
  }

  private Inbound.Message said(String message) {
    return (Inbound.Message)
        one("{\"type\":\"message\"," + COMMON + ",\"message\":" + message + "}");
  }

  @Test
  void publishedSignatures() {
    String empty = "{\"destination\":\"U8e742f61d673b39c7fff3cecb7536ef0\",\"events\":[]}";
    assertThat(call(webhook, empty, "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="))
        .isEqualTo(new Webhook.Received.Accepted(List.of(), Webhook.Reply.OK));
    assertThat(call(webhook, empty + " ", "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="))
        .isInstanceOfSatisfying(
            Webhook.Received.Refused.class, r -> assertThat(r.status()).isEqualTo(401));
    assertThat(call(webhook("SECRET"), "{}", "3q8QXTAGaey18yL8FWTqdVlbMr6hcuNvM4tefa0o9nA="))
        .isInstanceOfSatisfying(
            Webhook.Received.Refused.class, r -> assertThat(r.status()).isEqualTo(400));
  }

  @Test
  void whatTheAnswerNeedsIsKept() {
    var message =
        said(
            "{\"id\":\"9\",\"type\":\"text\",\"text\":\"hi\",\"quoteToken\":\"q\","
                + "\"markAsReadToken\":\"r\",\"mention\":{\"mentionees\":["
                + "{\"type\":\"user\",\"userId\":\"Ubot\"},{\"type\":\"all\"}]}}");
    assertThat(message.context())
        .containsOnly(
            Map.entry("quote-token", "q"),
            Map.entry("quote-id", "9"),
            Map.entry("read-token", "r"));
    assertThat(message.details()).containsEntry("mentions", "Ubot");
  }

  @Test
  void inAGroupTheRoomIsTheAddress() {
    String event =
        "{\"type\":\"message\",\"webhookEventId\":\"01E\",\"source\":{\"type\":\"%s\",\"%s\":\"Croom\"%s},"
            + "\"message\":{\"id\":\"9\",\"type\":\"text\",\"text\":\"hi\"}}";
    var origin = one(event.formatted("group", "groupId", ",\"userId\":\"Ulina\"")).origin();
    assertThat(origin.address()).isEqualTo(new Address("line", "", "Croom"));
    assertThat(origin.sender()).isEqualTo(new Event.Participant("Ulina", null));
    assertThat(origin.room()).isEqualTo(new Inbound.Room("Croom", "group", null, null));
    assertThat(origin.at()).isNull();
    assertThat(one(event.formatted("room", "roomId", "")).origin().sender()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"image, 9, IMAGE", "video, 9, VIDEO", "audio, 9, AUDIO", "file, 9, FILE"})
  void filesLieAtLine(String type, String ref, Content.Media.Kind kind) {
    assertThat(said("{\"id\":\"9\",\"type\":\"%s\",\"duration\":5120}".formatted(type)))
        .satisfies(m -> assertThat(m.details()).containsEntry("media.ms", "5120"))
        .extracting(Inbound.Message::content)
        .isEqualTo(new Content.Media(kind, null, null, -1, null, null, ref, null));
  }

  @Test
  void filesMayLieElsewhereAndStickersAreNamed() {
    var film =
        said(
            "{\"id\":\"9\",\"type\":\"video\",\"contentProvider\":{\"type\":\"external\","
                + "\"originalContentUrl\":\"https://a.test/f\",\"previewImageUrl\":\"https://a.test/p\"}}");
    assertThat(((Content.Media) film.content()).ref()).isEqualTo("https://a.test/f");
    assertThat(film.details()).containsEntry("media.thumb", "https://a.test/p");
    var sticker =
        said(
            "{\"id\":\"9\",\"type\":\"sticker\",\"packageId\":\"1\",\"stickerId\":\"52\","
                + "\"stickerResourceType\":\"STATIC\",\"keywords\":[\"cat\",\"hi\"],\"text\":\"yo\"}");
    assertThat(((Content.Media) sticker.content()).ref()).isEqualTo("52");
    assertThat(((Content.Media) sticker.content()).caption()).isEqualTo("yo");
    assertThat(sticker.details()).containsEntry("media.keywords", "cat,hi");
  }

  @Test
  void unsentMessagesAreTakenBackAndLeaversRefuse() {
    assertThat(one("{\"type\":\"unsend\"," + COMMON + ",\"unsend\":{\"messageId\":\"9\"}}"))
        .isInstanceOfSatisfying(
            Inbound.Removal.class, removal -> assertThat(removal.target()).isEqualTo("9"));
    assertThat(one("{\"type\":\"unfollow\"," + COMMON + "}"))
        .isInstanceOfSatisfying(
            Inbound.Consent.class, consent -> assertThat(consent.granted()).isFalse());
  }

  @ParameterizedTest
  @CsvSource({
    "join, join",
    "leave, leave",
    "memberJoined, member-joined",
    "memberLeft, member-left"
  })
  void comingAndGoing(String type, String kind) {
    var notice =
        (Inbound.Notice)
            one(
                "{\"type\":\"%s\",%s,\"joined\":{\"members\":[{\"type\":\"user\",\"userId\":\"U1\"}]}}"
                    .formatted(type, COMMON));
    assertThat(notice.kind()).isEqualTo(kind);
    assertThat(notice.details()).containsEntry("members", "U1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"beacon", "accountLink", "videoPlayComplete", "newInTheYear3000"})
  void unknownKindsAreKeptAsTheyCame(String type) {
    assertThat(one("{\"type\":\"%s\",%s}".formatted(type, COMMON)))
        .isInstanceOfSatisfying(
            Inbound.Message.class,
            m -> {
              assertThat(m.content()).isInstanceOf(Content.Unsupported.class);
              assertThat(m.automatic()).isTrue();
            });
    assertThat(said("{\"id\":\"9\",\"type\":\"hologram\"}").content())
        .isInstanceOfSatisfying(
            Content.Unsupported.class, u -> assertThat(u.kind()).isEqualTo("hologram"));
  }

  @Test
  void aSuspendedBotIsSaid() {
    assertThat(one("{\"type\":\"botSuspended\",\"webhookEventId\":\"01E\"}"))
        .isInstanceOfSatisfying(
            Inbound.AccountChanged.class, change -> assertThat(change.connected()).isFalse());
  }

  @Test
  void whatAnotherModuleHasIsNobodysToAnswer() {
    var message =
        (Inbound.Message)
            one(
                ("{\"type\":\"message\","
                        + COMMON
                        + ",\"message\":{\"id\":\"9\",\"type\":\"text\","
                        + "\"text\":\"hi\"}}")
                    .replace("active", "standby"));
    assertThat(message.automatic()).isTrue();
    assertThat(message.details()).containsEntry("mode", "standby");
  }

  @Test
  void oneBrokenEventSpoilsNoOtherAndAnUnknownBotKeepsItsName() {
    String good =
        "{\"type\":\"message\","
            + COMMON
            + ",\"message\":{\"id\":\"9\",\"type\":\"text\",\"text\":\"a\"}}";
    var items = items("Uother", "{\"type\":\"message\"}", "7", good, good.replace("01E", "01F"));
    assertThat(items).extracting(i -> i.origin().dedupeKey()).containsExactly("01E", "01F");
    assertThat(items).allSatisfy(i -> assertThat(i.origin().account()).isEqualTo("Uother"));
  }
}
