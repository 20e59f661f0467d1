package dev.hilo.channel.telegram;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Inbound;
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

/** What the recorded cases do not show. */
class TelegramWebhookTest {
  private static final String LINA =
      "\"from\":{\"id\":51,\"is_bot\":false,\"first_name\":\"Lina\"},"
          + "\"chat\":{\"id\":51,\"type\":\"private\"},\"date\":1772618405,";
  private static final String GROUP =
      "\"chat\":{\"id\":-100,\"type\":\"supergroup\",\"title\":\"G\"},\"date\":1772618405,";

  private final Webhook webhook =
      new TelegramWebhook(
          ConfigNode.parse(
                  "{secret-token: hook, accounts: [{id: '7011', name: Bot, token: '7011:t'}]}")
              .bind(TelegramSettings.class));

  @Test
  void editsKeepTheMessageAndHaveAKeyOfTheirOwn() {
    var edit =
        (Inbound.Edit)
            one(
                "edited_message",
                "{" + LINA + "\"message_id\":9,\"edit_date\":1772618465,\"text\":\"better\"}");
    assertThat(edit.target()).isEqualTo("51:9");
    assertThat(edit.origin().dedupeKey()).isEqualTo("51:9|edit|1772618465");
    assertThat(edit.origin().at()).isEqualTo(Instant.parse("2026-03-04T10:01:05Z"));
  }

  @Test
  void aChangedReactionIsOneTakenBackAndOneGiven() {
    var items =
        items(
            "message_reaction",
            """
            {"chat":{"id":51,"type":"private"},"message_id":9,"user":{"id":51,"first_name":"Lina"},
             "date":1772618405,"old_reaction":[{"type":"emoji","emoji":"👍"}],
             "new_reaction":[{"type":"emoji","emoji":"❤"}]}\
            """);
    assertThat(items)
        .extracting(i -> ((Inbound.Reaction) i).emoji(), i -> ((Inbound.Reaction) i).on())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("👍", false),
            org.assertj.core.groups.Tuple.tuple("❤", true));
    assertThat(items).extracting(i -> i.origin().dedupeKey()).doesNotHaveDuplicates();
  }

  @Test
  void theOwnNumberIsVerifiedAnothersIsNot() {
    String card =
        "{"
            + LINA
            + "\"message_id\":9,\"contact\":{\"phone_number\":\"385915550\","
            + "\"first_name\":\"Lina\",\"user_id\":%d}}";
    assertThat(one("message", card.formatted(51)).origin().attributes())
        .containsEntry("phone", "+385915550")
        .containsEntry("phone_verified", "true");
    assertThat(one("message", card.formatted(52)).origin().attributes())
        .doesNotContainKeys("phone", "phone_verified");
  }

  @Test
  void filesOfAllKinds() {
    assertThat(media("\"voice\":{\"file_id\":\"f\",\"duration\":3}").kind())
        .isEqualTo(Content.Media.Kind.VOICE);
    assertThat(
            media(
                    "\"document\":{\"file_id\":\"d\"},\"animation\":{\"file_id\":\"a\","
                        + "\"mime_type\":\"video/mp4\"}")
                .ref())
        .isEqualTo("a");
    assertThat(media("\"sticker\":{\"file_id\":\"s\",\"is_animated\":true}").mime())
        .isEqualTo("application/x-tgsticker");
    assertThat(media("\"document\":{\"file_id\":\"d\",\"file_name\":\"a.pdf\"}").name())
        .isEqualTo("a.pdf");
  }

  @Test
  void anAlbumIsSeveralMessagesOfOneName() {
    var message =
        (Inbound.Message)
            one("message", "{" + LINA + "\"message_id\":9,\"media_group_id\":\"77\",\"photo\":[]}");
    assertThat(message.details()).containsEntry("album", "77");
  }

  @Test
  void channelPostsAndAnonymousAdminsSpeakAsTheirChat() {
    var post =
        one(
            "channel_post",
            """
            {"message_id":3,"sender_chat":{"id":-200,"type":"channel","title":"News"},
             "chat":{"id":-200,"type":"channel","title":"News"},"date":1772618405,"text":"t"}\
            """);
    assertThat(post.origin().sender()).isEqualTo(new Event.Participant("-200", "News"));
    assertThat(post.origin().room()).isEqualTo(new Inbound.Room("-200", "channel", "News", null));
  }

  @Test
  void theOwnersWordsInABusinessChatAreAnEchoAndOurOwnAreLeftOut() {
    String message =
        """
        {"message_id":3,"from":{"id":99,"first_name":"Owner"},"chat":{"id":51,"type":"private"},
         "business_connection_id":"bc","date":1772618405,"text":"t"%s}\
        """;
    var echo = (Inbound.Message) one("business_message", message.formatted(""));
    assertThat(echo.echo()).isTrue();
    assertThat(echo.origin().address()).isEqualTo(new Address("telegram", "", "51"));
    assertThat(echo.origin().attributes()).isEmpty();
    assertThat(
            items(
                "business_message",
                message.formatted(",\"sender_business_bot\":{\"id\":7011,\"is_bot\":true}")))
        .isEmpty();
  }

  @Test
  void aMovedGroupToldInItsNewPlaceIsTheSameChange() {
    assertThat(one("message", "{" + GROUP + "\"message_id\":1,\"migrate_from_chat_id\":-40}"))
        .isInstanceOfSatisfying(
            Inbound.IdentityChange.class,
            change -> {
              assertThat(change.origin().address().id()).isEqualTo("-40");
              assertThat(change.previous()).extracting(Address::id).containsExactly("-40");
              assertThat(change.current()).extracting(Address::id).containsExactly("-100");
            });
  }

  @Test
  void blockingTheBotIsAnOptOut() {
    String member =
        "{"
            + LINA
            + "\"old_chat_member\":{\"status\":\"member\"},"
            + "\"new_chat_member\":{\"status\":\"%s\"}}";
    assertThat(((Inbound.Consent) one("my_chat_member", member.formatted("kicked"))).granted())
        .isFalse();
    assertThat(((Inbound.Consent) one("my_chat_member", member.formatted("member"))).granted())
        .isTrue();
  }

  @Test
  void whatWeDoNotKnowIsKeptWhereItNamesSomebody() {
    var kept = (Inbound.Message) one("poll_answer", "{\"poll_id\":\"p\",\"user\":{\"id\":51}}");
    assertThat(kept.content())
        .isInstanceOfSatisfying(
            Content.Unsupported.class, u -> assertThat(u.kind()).isEqualTo("poll_answer"));
    assertThat(kept.automatic()).isTrue();
    var service = (Inbound.Message) one("message", "{" + GROUP + "\"message_id\":1,\"pinned\":{}}");
    assertThat(service.content())
        .isInstanceOfSatisfying(
            Content.Unsupported.class, u -> assertThat(u.kind()).isEqualTo("pinned"));
  }

  @Test
  void theFirstMessageOfATopicIsNotQuoted() {
    var message =
        (Inbound.Message)
            one(
                "message",
                "{"
                    + GROUP
                    + "\"message_id\":5,\"message_thread_id\":2,\"text\":\"t\","
                    + "\"reply_to_message\":{\"message_id\":2,\"chat\":{\"id\":-100},"
                    + "\"forum_topic_created\":{\"name\":\"Topic\"}}}");
    assertThat(message.replyTo()).isNull();
    assertThat(message.context()).containsEntry("message_thread_id", "2");
  }

  @Test
  void aPressedButtonIsNamedByItsLabel() {
    var message =
        (Inbound.Message)
            one(
                "callback_query",
                """
                {"id":"1","from":{"id":51},"data":"y","message":{"message_id":2,"date":1,
                 "chat":{"id":51,"type":"private"},"reply_markup":{"inline_keyboard":[
                  [{"text":"No","callback_data":"n"}],[{"text":"Yes","callback_data":"y"}]]}}}\
                """);
    assertThat(message.content()).isEqualTo(new Content.Choice("button", "y", "Yes", null, null));
  }

  private Content.Media media(String fields) {
    return (Content.Media)
        ((Inbound.Message) one("message", "{" + LINA + "\"message_id\":9," + fields + "}"))
            .content();
  }

  private Inbound one(String kind, String body) {
    var items = items(kind, body);
    assertThat(items).hasSize(1);
    return items.getFirst();
  }

  private List<Inbound> items(String kind, String body) {
    byte[] update = "{\"update_id\":5,\"%s\":%s}".formatted(kind, body).getBytes(UTF_8);
    var headers = Map.of("x-telegram-bot-api-secret-token", List.of("hook"));
    var request = new WebhookRequest("POST", "", Map.of(), headers, update, Instant.EPOCH);
    return ((Webhook.Received.Accepted) webhook.receive(request)).items();
  }
}
