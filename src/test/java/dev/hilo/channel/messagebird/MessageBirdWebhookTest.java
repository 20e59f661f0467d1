package dev.hilo.channel.messagebird;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.HmacJwtTest;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.Secret;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the recorded cases do not show. */
class MessageBirdWebhookTest {
  private static final String URL = "https://gw.test/e";

  private final Webhook webhook =
      new MessageBirdWebhook(
          ConfigNode.parse(
                  "{signing-keys: [old, new], access-key: k, accounts: [{id: ch, name: N}]}")
              .bind(MessageBirdSettings.class));

  private Webhook.Received receive(
      String method, String url, Map<String, List<String>> query, String claims, String body) {
    return webhook.receive(
        new WebhookRequest(
            method,
            url,
            query,
            Map.of("messagebird-signature-jwt", List.of(HmacJwtTest.token("HS512", claims, "new"))),
            body.getBytes(UTF_8),
            Instant.ofEpochSecond(1000)));
  }

  private static String claims(String iss, long from, long until, String url, String body) {
    String all = "{\"iss\":\"%s\",\"nbf\":%d,\"exp\":%d,\"url_hash\":\"%s\"%s}";
    String hash = body.isEmpty() ? "" : ",\"payload_hash\":\"" + digest(body) + "\"";
    return all.formatted(iss, from, until, digest(url), hash);
  }

  private static String digest(String text) {
    return Signature.hex(Signature.digest("SHA-256", text.getBytes(UTF_8)));
  }

  private List<Inbound> items(String body) {
    String claims = claims("MessageBird", 990, 1050, URL, body);
    return ((Webhook.Received.Accepted) receive("POST", URL, Map.of(), claims, body)).items();
  }

  private static String message(String more) {
    return "{\"type\":\"message.created\",\"contact\":{\"id\":\"c\",\"msisdn\":15550142233},"
               + "\"message\":{\"id\":\"m1\",\"channelId\":\"ch\",\"platform\":\"sms\",\"to\":\"+15550142233\","
        + more
        + "}}";
  }

  @ParameterizedTest
  @CsvSource({
    "MessageBird,990,1050,https://gw.test/e,{},true",
    "MessageBird,1001,1050,https://gw.test/e,{},true",
    "MessageBird,990,999,https://gw.test/e,{},true",
    "MessageBird,1002,1050,https://gw.test/e,{},false",
    "MessageBird,990,998,https://gw.test/e,{},false",
    "Somebody,990,1050,https://gw.test/e,{},false",
    "MessageBird,990,1050,https://gw.test/x,{},false",
    "MessageBird,990,1050,https://gw.test/e,{ },false",
    "MessageBird,990,1050,https://gw.test/e,'',false"
  })
  void whatATokenMustSay(
      String iss, long from, long until, String url, String body, boolean taken) {
    var received = receive("POST", URL, Map.of(), claims(iss, from, until, url, body), "{}");
    assertThat(received instanceof Webhook.Received.Accepted).isEqualTo(taken);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "secret;1544544948;;{\"a key\":\"some"
            + " value\"};p2e20OtAg39DEmz1ORHpjQ556U4o1ZaH4NWbM9Q8Qjk=",
        "Wb3N9gKeFf8ZoCzlOb5lJSic7bHLUcSu;1547036603;id=57db52e04e2f4001b555f79813a0f503&mccmnc=20409"
            + "&ported=0&recipient=31667788880&reference=curl&status=delivered"
            + "&statusDatetime=2019-01-09T12%3A23%3A23%2B00%3A00;;"
            + "5Jha9Yyhwgc1nTsgJ9WyzeHilsuUumydICdf4LuIZE8="
      })
  void theSignatureFromBefore(String key, String at, String query, String body, String right) {
    byte[] bytes = body == null ? new byte[0] : body.getBytes(UTF_8);
    String url = query == null ? URL : URL + "?" + query;
    assertThat(MessageBirdWebhook.signature(new Secret(key), at, url, bytes)).isEqualTo(right);
  }

  @Test
  void theOldSignatureHasAnAge() {
    String right = MessageBirdWebhook.signature(new Secret("new"), "1000", URL, new byte[0]);
    for (long now : List.of(1200L, 2000L)) {
      var request =
          new WebhookRequest(
              "GET",
              URL,
              Map.of(),
              Map.of(
                  "messagebird-request-timestamp", List.of("1000"),
                  "messagebird-signature", List.of(right)),
              new byte[0],
              Instant.ofEpochSecond(now));
      assertThat(webhook.receive(request) instanceof Webhook.Received.Accepted)
          .isEqualTo(now == 1200);
    }
  }

  @Test
  void statusesOfPlainSmsComeInTheUrl() {
    String url = URL + "?id=57&recipient=31667788880&reference=01J&status=delivered";
    Map<String, List<String>> query = new HashMap<>();
    query.put("id", List.of("57"));
    query.put("recipient", List.of("31667788880"));
    query.put("reference", List.of("01J"));
    query.put("status", List.of("delivered"));
    query.put("statusDatetime", List.of("2019-01-09T12:23:23+00:00"));
    String claims = claims("MessageBird", 990, 1050, url, "");
    var accepted = (Webhook.Received.Accepted) receive("GET", url, query, claims, "");
    var receipt = (Inbound.Receipt) accepted.items().getFirst();
    assertThat(receipt.state()).isEqualTo(Event.Delivery.DELIVERED);
    assertThat(receipt.correlation()).isEqualTo("01J");
    assertThat(receipt.origin().address())
        .isEqualTo(new Address("messagebird", "sms", "+31667788880"));
    assertThat(receipt.origin().at()).isEqualTo(Instant.parse("2019-01-09T12:23:23Z"));
  }

  @Test
  void whatWeSentComesBackAsAMessageAndIsNone() {
    assertThat(items(message("\"direction\":\"sent\",\"status\":\"pending\""))).isEmpty();
    var failed =
        (Inbound.Receipt)
            items(
                    message(
                        "\"direction\":\"sent\",\"status\":\"failed\","
                            + "\"error\":{\"code\":301,\"description\":\"no 15550142233\"}"))
                .getFirst();
    assertThat(failed.failure()).isEqualTo(new SendResult.Refused("301", "no …"));
    assertThat(items("{\"type\":\"conversation.created\"}")).isEmpty();
  }

  @Test
  void kindsOfMessages() {
    String in = "\"direction\":\"received\",\"from\":\"+15550142233\",";
    assertThat(
            content(
                in
                    + "\"type\":\"interactive\",\"content\":{\"interactive\":{\"type\":"
                    + "\"button_reply\",\"reply\":{\"id\":\"y\",\"text\":\"Yes\"}}}"))
        .isEqualTo(new Content.Choice("button", "y", "Yes", null, null));
    assertThat(
            content(in + "\"type\":\"file\",\"content\":{\"file\":{\"url\":\"https://m.test/1\"}}"))
        .isInstanceOfSatisfying(
            Content.Media.class,
            file -> assertThat(file.kind()).isEqualTo(Content.Media.Kind.FILE));
    assertThat(content(in + "\"type\":\"email\",\"content\":{}"))
        .isInstanceOf(Content.Unsupported.class);
    assertThat(
            items(message("\"direction\":\"received\",\"type\":\"text\""))
                .getFirst()
                .origin()
                .address()
                .id())
        .isEqualTo("+15550142233");
  }

  private Content content(String more) {
    return ((Inbound.Message) items(message(more)).getFirst()).content();
  }
}
