package dev.hilo.channel.instagram;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.meta.MetaDelivery;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event.Delivery;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the recorded cases do not show, of messages and of comments. */
class InstagramWebhookTest {
  private static final Address PERSON = new Address("instagram", "17", "77");

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Webhook webhook = webhook();

  private Webhook webhook() {
    var settings =
        ConfigNode.parse(
            """
            app-secrets: [other, app]
            verify-token: v
            accounts: [{id: "17", name: A, token: t}]
            """);
    var channel =
        new InstagramChannelType().open(settings.bind(InstagramSettings.class), server.ports());
    return requireNonNull(channel.webhook());
  }

  private List<Inbound> entry(String fields) {
    return MetaDelivery.items(
        webhook,
        "{\"object\":\"instagram\",\"entry\":[{\"id\":\"17\",\"time\":1772981000,"
            + fields
            + "}]}");
  }

  private Inbound one(String kind) {
    var items =
        entry(
            """
            "messaging":[{"sender":{"id":"77"},"recipient":{"id":"17"},"timestamp":1772618405123,
             %s}]\
            """
                .formatted(kind));
    assertThat(items).hasSize(1);
    return items.getFirst();
  }

  private Inbound comment(String field, String value) {
    var items = entry("\"changes\":[{\"field\":\"%s\",\"value\":%s}]".formatted(field, value));
    assertThat(items).hasSize(1);
    return items.getFirst();
  }

  @Test
  void seenNamesTheMessage() {
    assertThat(one("\"read\":{\"mid\":\"aWd9\"}"))
        .isInstanceOfSatisfying(
            Inbound.Watermark.class,
            w -> {
              assertThat(w.target()).isEqualTo("aWd9");
              assertThat(w.state()).isEqualTo(Delivery.READ);
              assertThat(w.upTo()).isNull();
            });
  }

  @Test
  void echoesGoToTheirReceiver() {
    var items =
        entry(
            """
            "messaging":[{"sender":{"id":"17"},"recipient":{"id":"77"},"timestamp":1772618405123,
             "message":{"mid":"aWd1","text":"hi","is_echo":true}}]\
            """);
    assertThat(items.getFirst())
        .isInstanceOfSatisfying(
            Inbound.Message.class,
            m -> {
              assertThat(m.echo()).isTrue();
              assertThat(m.origin().address()).isEqualTo(PERSON);
              assertThat(m.origin().account()).isEqualTo("17");
            });
  }

  @Test
  void ourOwnReactionIsNotTheCustomers() {
    var items =
        entry(
            """
            "messaging":[{"sender":{"id":"17"},"recipient":{"id":"77"},"timestamp":1772618405123,
             "reaction":{"mid":"aWd1","action":"react","emoji":"x"}}]\
            """);
    assertThat(items.getFirst()).isInstanceOf(Inbound.Notice.class);
    assertThat(items.getFirst().origin().address()).isEqualTo(PERSON);
  }

  @Test
  void takingBackAReactionNamesNoEmoji() {
    assertThat(one("\"reaction\":{\"mid\":\"aWd1\",\"action\":\"unreact\"}"))
        .isInstanceOfSatisfying(
            Inbound.Reaction.class,
            r -> {
              assertThat(r.on()).isFalse();
              assertThat(r.emoji()).isNull();
              assertThat(r.origin().dedupeKey()).isEqualTo("aWd1|77|unreact|1772618405123");
            });
  }

  @ParameterizedTest
  @CsvSource({"share", "ig_post", "ig_reel", "story_mention"})
  void sharedThingsAreFilesOfTheirType(String type) {
    var message =
        (Inbound.Message)
            one(
                """
                "message":{"mid":"aWd1","attachments":[{"type":"%s","payload":{
                 "url":"https://lookaside.test/x"}}]}\
                """
                    .formatted(type));
    assertThat(message.content())
        .isInstanceOfSatisfying(
            Content.Media.class, m -> assertThat(m.ref()).isEqualTo("https://lookaside.test/x"));
    assertThat(message.details()).containsEntry("media.type", type);
  }

  @Test
  void anAdvertisementIsADetail() {
    var message =
        (Inbound.Message)
            one(
                """
                "message":{"mid":"aWd1","text":"hi","referral":{"ref":"r","ad_id":"6",
                 "source":"ADS","type":"OPEN_THREAD","ads_context_data":{"ad_title":"Sale"}}}\
                """);
    assertThat(message.details()).containsEntry("referral.sourceId", "6");
  }

  @Test
  void aMessageInAChangeIsReadAsAnyOther() {
    assertThat(
            comment(
                    "messaging_seen",
                    """
                    {"sender":{"id":"77"},"recipient":{"id":"17"},"timestamp":"1772618405",
                     "read":{"mid":"aWd1"}}\
                    """)
                .origin()
                .at())
        .isEqualTo(Instant.ofEpochSecond(1772618405));
  }

  @Test
  void theAuthorOfACommentIsThePersonOfTheMessages() {
    var comment =
        comment(
            "comments",
            """
            {"id":"9001","text":"Price?","parent_id":"9000","from":{"id":"77","username":"nadia"},
             "media":{"id":"5","media_product_type":"AD","ad_id":"6","ad_title":"Sale"}}\
            """);
    assertThat(comment)
        .isInstanceOfSatisfying(
            Inbound.Message.class,
            m -> {
              assertThat(m.origin().address()).isEqualTo(commenter("77"));
              assertThat(m.origin().aliases()).containsExactly(commenter("comment:9001"), PERSON);
              assertThat(m.origin().attributes()).containsEntry("username", "nadia");
              assertThat(m.origin().room()).isEqualTo(new Inbound.Room("5", "comment", null, null));
              assertThat(m.replyTo()).isEqualTo("9000");
              assertThat(m.details()).containsEntry("referral.sourceId", "6");
              assertThat(m.context())
                  .containsEntry("comment_id", "9001")
                  .containsEntry("private_until", "2026-03-15T14:43:20Z");
            });
  }

  @Test
  void anAdvertisedPostTellsTwice() {
    String value = "{\"id\":\"9001\",\"text\":\"x\",\"from\":{\"id\":\"77\"}}";
    assertThat(comment("comments", value).origin().dedupeKey())
        .isEqualTo(
            MetaDelivery.items(
                    webhook,
                    """
                    {"object":"instagram","entry":[{"id":"17","time":1772981999,
                     "field":"comments","value":%s}]}\
                    """
                        .formatted(value))
                .getFirst()
                .origin()
                .dedupeKey());
  }

  @Test
  void ourAnswerGoesToTheAuthorOfTheCommentAbove() {
    var echo =
        comment(
            "comments",
            """
            {"id":"9002","text":"10","parent_id":"9001","from":{"id":"17","username":"shop"}}\
            """);
    assertThat(((Inbound.Message) echo).echo()).isTrue();
    assertThat(echo.origin().address()).isEqualTo(commenter("comment:9001"));
    assertThat(entry("\"field\":\"comments\",\"value\":{\"id\":\"1\",\"from\":{\"id\":\"17\"}}"))
        .isEmpty();
  }

  @Test
  void aLiveCommentHasNoKnownEnd() {
    var live =
        (Inbound.Message)
            comment("live_comments", "{\"id\":\"9001\",\"text\":\"x\",\"from\":{\"id\":\"77\"}}");
    assertThat(live.context()).doesNotContainKey("private_until");
    assertThat(live.details()).containsEntry("live", "true");
  }

  private static Address commenter(String id) {
    return new Address("instagram", "comments:17", id);
  }
}
