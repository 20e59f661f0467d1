package dev.hilo.channel.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.channel.meta.MetaDelivery;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the recorded cases do not show. */
class WhatsAppWebhookTest {
  private static final Address PHONE = new Address("whatsapp", "", "15550142233");
  private static final Address USER = new Address("whatsapp", "pf-1", "US.4812");

  private final Webhook webhook =
      new WhatsAppWebhook(
          ConfigNode.parse(
                  """
                  app-secret: app
                  verify-token: verify
                  portfolio: pf-1
                  accounts: [{id: "1", name: Shop, token: t}]
                  """)
              .bind(WhatsAppSettings.class));

  @Test
  void bothIdsInOneMessageAreOnePerson() {
    var item =
        one(
            "messages",
            """
            {"from":"15550142233","from_user_id":"US.4812","id":"w1","timestamp":"1772618405",
             "type":"text","text":{"body":"hi"}}\
            """);
    assertThat(item.origin().address()).isEqualTo(PHONE);
    assertThat(item.origin().aliases()).containsExactly(USER);
    assertThat(item.origin().attributes()).containsEntry("phone", "+15550142233");
  }

  @Test
  void aGroupIsTheAddressAndTheWriterAParticipant() {
    var item =
        (Inbound.Message)
            one(
                "messages",
                """
                {"from":"15550142233","from_user_id":"US.4812","group_id":"g-1","id":"w1",
                 "timestamp":"1772618405","type":"text","text":{"body":"hi"}}\
                """);
    assertThat(item.origin().address()).isEqualTo(new Address("whatsapp", "", "g-1"));
    assertThat(item.origin().aliases()).isEmpty();
    assertThat(item.origin().sender()).isEqualTo(new Event.Participant("15550142233", "Marta"));
    assertThat(item.origin().room()).isEqualTo(new Inbound.Room("g-1", "group", null, null));
    assertThat(item.context()).containsEntry("recipient_type", "group");
  }

  @Test
  void anEditPointsToItsOriginal() {
    assertThat(
            one(
                "messages",
                """
                {"from":"15550142233","id":"w2","timestamp":"1772618405","type":"edit",
                 "edit":{"original_message_id":"w1","message":{"type":"image",
                  "image":{"id":"m1","mime_type":"image/png","caption":"new"}}}}\
                """))
        .isInstanceOfSatisfying(
            Inbound.Edit.class,
            edit -> {
              assertThat(edit.target()).isEqualTo("w1");
              assertThat(edit.origin().dedupeKey()).isEqualTo("w2");
              assertThat(edit.content().preview(10)).isEqualTo("new");
            });
  }

  @Test
  void aNewNumberBringsANewUserIdToo() {
    assertThat(
            one(
                "messages",
                """
                {"from":"15550142233","id":"w3","timestamp":"1772618405","type":"system",
                 "system":{"body":"changed","wa_id":"15550142299","user_id":"US.99",
                  "previous_user_id":"US.4812","type":"user_changed_number"}}\
                """))
        .isInstanceOfSatisfying(
            Inbound.IdentityChange.class,
            change -> {
              assertThat(change.previous()).containsExactly(PHONE, USER);
              assertThat(change.current())
                  .containsExactly(
                      new Address("whatsapp", "", "15550142299"),
                      new Address("whatsapp", "pf-1", "US.99"));
            });
  }

  @Test
  void beforeAugust2026ThePreviousUserIdIsInTheTextOnly() {
    assertThat(
            one(
                "messages",
                """
                {"id":"w3","timestamp":"1772618405","type":"system","system":{
                 "body":"User Ann from Rome changed from US.4812 to US.99","user_id":"US.99",
                 "type":"user_changed_user_id"}}\
                """))
        .isInstanceOfSatisfying(
            Inbound.IdentityChange.class, c -> assertThat(c.previous()).containsExactly(USER));
  }

  @Test
  void ownNumberGivenOnRequestIsProvedAnotherCardIsNot() {
    String card =
        """
        {"from_user_id":"US.4812","id":"w4","timestamp":"1772618405","type":"contacts",
         "contacts":[{"name":{"formatted_name":"Ivo"},"origin":"%s",
          "phones":[{"phone":"+1 555","wa_id":"15550142233"}],"emails":[{"email":"i@x.test"}]}]}\
        """;
    var own = one("messages", card.formatted("contact_request"));
    assertThat(own.origin().aliases()).containsExactly(PHONE);
    assertThat(own.origin().attributes()).containsEntry("phone", "+15550142233");
    var other = (Inbound.Message) one("messages", card.formatted("other"));
    assertThat(other.origin().aliases()).isEmpty();
    assertThat(other.origin().attributes()).doesNotContainKey("phone");
    assertThat(other.content())
        .isEqualTo(new Content.Contact("Ivo", List.of("+1 555"), List.of("i@x.test")));
  }

  @ParameterizedTest
  @CsvSource({"order,order", "request_welcome,request_welcome", "hologram,hologram"})
  void typesWithoutAFormOfOursAreKept(String type, String kind) {
    var item =
        (Inbound.Message)
            one(
                "messages",
                "{\"from\":\"15550142233\",\"id\":\"w5\",\"type\":\"%s\",\"%s\":{\"x\":1}}"
                    .formatted(type, type));
    assertThat(item.content())
        .isInstanceOfSatisfying(
            Content.Unsupported.class,
            kept -> {
              assertThat(kept.kind()).isEqualTo(kind);
              assertThat(kept.raw()).contains("{\"x\":1}");
            });
  }

  @Test
  void oneBadItemDoesNotSpoilTheOthers() {
    var items =
        items(
            "messages",
            """
            "text", null, {"id":"w6"}, {"from":"1","type":"text"},
            {"from":"15550142233","id":"w7","timestamp":"x","type":"text","text":"no object"},
            {"from":"15550142233","id":"w8","timestamp":"1772618405","type":"reaction"},
            {"from":"15550142233","id":"w9","type":"text","text":{"body":"good"}}\
            """);
    assertThat(items).extracting(i -> i.origin().dedupeKey()).containsExactly("w7", "w8", "w9");
    assertThat(items.getFirst())
        .isInstanceOfSatisfying(
            Inbound.Message.class,
            m -> assertThat(m.content()).isInstanceOf(Content.Unsupported.class));
  }

  @Test
  void aPlayedVoiceNoteIsReadAndAnUnknownStateIsLeftOut() {
    var items =
        items(
            "statuses",
            """
            {"id":"o1","status":"played","timestamp":"1772618405","recipient_id":"15550142233"},
            {"id":"o1","status":"dreamt","timestamp":"1772618405","recipient_id":"15550142233"}\
            """);
    assertThat(items).hasSize(1);
    assertThat(((Inbound.Receipt) items.getFirst()).state()).isEqualTo(Event.Delivery.READ);
  }

  @Test
  void marketingWishesAndCalls() {
    assertThat(
            (Inbound.Consent)
                change(
                        "user_preferences",
                        "user_preferences",
                        """
                        {"wa_id":"15550142233","category":"marketing_messages","value":"stop",
                         "timestamp":1772618405}\
                        """)
                    .getFirst())
        .satisfies(c -> assertThat(c.granted()).isFalse());
    assertThat(
            (Inbound.Call)
                change(
                        "calls",
                        "calls",
                        """
                        {"id":"wacid.1","from":"15550142233","to":"1555","event":"terminate",
                         "direction":"USER_INITIATED","status":"COMPLETED","duration":61,
                         "timestamp":"1772618405"}\
                        """)
                    .getFirst())
        .satisfies(
            c -> {
              assertThat(c.seconds()).isEqualTo(61);
              assertThat(c.origin().dedupeKey()).isEqualTo("wacid.1|terminate");
            });
  }

  @Test
  void howACallOfOursIsTaken() {
    assertThat(
            (Inbound.Call)
                change(
                        "calls",
                        "statuses",
                        """
                        {"id":"wacid.2","type":"call","status":"RINGING",
                         "recipient_id":"15550142233","timestamp":"1772618405"}\
                        """)
                    .getFirst())
        .satisfies(
            c -> {
              assertThat(c.direction()).isEqualTo("out");
              assertThat(c.outcome()).isEqualTo("ringing");
              assertThat(c.origin().address()).isEqualTo(PHONE);
              assertThat(c.origin().dedupeKey()).isEqualTo("wacid.2|RINGING");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "ACCOUNT_DELETED,,false",
    "PARTNER_REMOVED,,false",
    "DISABLED_UPDATE,DISABLE,false",
    "DISABLED_UPDATE,REINSTATE,true",
    "DISABLED_UPDATE,SCHEDULE_FOR_DISABLE,",
    "VERIFIED_ACCOUNT,,"
  })
  void accessEndsAndComesBack(String event, @Nullable String ban, @Nullable Boolean connected) {
    var items =
        delivered(
            """
            {"field":"account_update","value":{"event":"%s","ban_info":{"waba_ban_state":"%s"}}}\
            """
                .formatted(event, ban));
    if (connected == null) {
      assertThat(items).isEmpty();
    } else {
      assertThat(items).hasSize(1);
      assertThat(((Inbound.AccountChanged) items.getFirst()).connected()).isEqualTo(connected);
      assertThat(items.getFirst().origin().account()).isEqualTo("1");
    }
  }

  @ParameterizedTest
  @CsvSource({"message_template_status_update", "phone_number_quality_update", "something_new"})
  void otherNewsOfTheAccountSaysNothing(String field) {
    assertThat(delivered("{\"field\":\"%s\",\"value\":{\"event\":\"FLAGGED\"}}".formatted(field)))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"PUT,400", "POST,401"})
  void otherCallsAreRefused(String method, int status) {
    var request = new WebhookRequest(method, "", Map.of(), Map.of(), new byte[0], Instant.EPOCH);
    assertThat(webhook.receive(request))
        .isInstanceOfSatisfying(
            Webhook.Received.Refused.class, r -> assertThat(r.status()).isEqualTo(status));
  }

  private Inbound one(String list, String item) {
    var items = items(list, item);
    assertThat(items).hasSize(1);
    return items.getFirst();
  }

  private List<Inbound> items(String list, String items) {
    return change("messages", list, items);
  }

  private List<Inbound> change(String field, String list, String items) {
    return delivered(
        """
        {"field":"%s","value":{"messaging_product":"whatsapp","metadata":{"phone_number_id":"1"},
         "contacts":[{"profile":{"name":"Marta"},"user_id":"US.4812"}],"%s":[%s]}}\
        """
            .formatted(field, list, items));
  }

  private List<Inbound> delivered(String change) {
    return MetaDelivery.items(
        webhook,
        """
        {"object":"whatsapp_business_account","entry":[{"id":"w","time":1,"changes":[%s]}]}\
        """
            .formatted(change));
  }
}
