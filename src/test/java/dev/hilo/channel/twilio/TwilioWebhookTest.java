package dev.hilo.channel.twilio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hilo.channel.FormBody;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.PlatformCall;
import dev.hilo.channel.SendResult;
import dev.hilo.channel.Signature;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.Secret;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Strength;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the recorded cases do not show. */
class TwilioWebhookTest {
  private static final String URL = "https://gw.example.test/webhooks/e";
  private static final String AC = "AC7d7d7d7d7d7d7d7d7d7d7d7d7d7d7d7d";

  private static Webhook messages(String type) {
    return new TwilioWebhook(
        new TwilioSignature(List.of(new Secret("old"), new Secret("new"))),
        new TwilioMessages(type, "p1"));
  }

  private static Webhook calls() {
    return new TwilioWebhook(
        new TwilioSignature(List.of(new Secret("new"))),
        new TwilioCalls(List.of("+15550190100"), "<Response><Say>Hi</Say></Response>"));
  }

  private static String sign(String url, Map<String, String> fields) {
    String all =
        new TreeMap<>(fields)
            .entrySet().stream().map(e -> e.getKey() + e.getValue()).collect(joining());
    return Signature.base64(
        Signature.hmac("HmacSHA1", "new".getBytes(UTF_8), (url + all).getBytes(UTF_8)));
  }

  private static WebhookRequest request(
      String method, String url, Map<String, List<String>> query, String signature, byte[] body) {
    return new WebhookRequest(
        method, url, query, Map.of("x-twilio-signature", List.of(signature)), body, Instant.EPOCH);
  }

  private static Webhook.Received.Accepted post(Webhook webhook, String... pairs) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      fields.put(pairs[i], pairs[i + 1]);
    }
    byte[] body =
        fields.entrySet().stream()
            .map(e -> PlatformCall.encoded(e.getKey()) + "=" + PlatformCall.encoded(e.getValue()))
            .collect(joining("&"))
            .getBytes(UTF_8);
    var received = webhook.receive(request("POST", URL, Map.of(), sign(URL, fields), body));
    assertThat(received).isInstanceOf(Webhook.Received.Accepted.class);
    return (Webhook.Received.Accepted) received;
  }

  private static Inbound.Message message(String type, String... pairs) {
    var all = new ArrayList<>(List.of("MessageSid", "SM1", "AccountSid", AC));
    all.addAll(List.of("To", "+15550190100", "From", "+15550142233"));
    all.addAll(List.of(pairs));
    return (Inbound.Message) post(messages(type), all.toArray(String[]::new)).items().getFirst();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "twilio-form",
        "twilio-form-unicode",
        "twilio-empty-params",
        "twilio-port-443",
        "twilio-json-body",
        "twilio-repeated-key"
      })
  void knownAnswers(String id) throws Exception {
    JsonNode vector = vector(id);
    var form = new LinkedHashMap<String, List<String>>();
    vector
        .path("params")
        .properties()
        .forEach(e -> form.put(e.getKey(), List.of(e.getValue().asText())));
    vector
        .path("paramList")
        .forEach(
            pair ->
                form.computeIfAbsent(pair.path(0).asText(), _ -> new ArrayList<>())
                    .add(pair.path(1).asText()));
    var signature =
        new TwilioSignature(List.of(new Secret("x"), new Secret(vector.path("secret").asText())));
    String url = vector.path("url").asText();
    String right = vector.path("expected").asText();
    byte[] body = vector.path("body").asText().getBytes(UTF_8);
    assertThat(signature.fits(request("POST", url, Map.of(), right, body), new FormBody(form)))
        .isTrue();
    String otherPort = url.replace(":443", "");
    assertThat(
            signature.fits(request("POST", otherPort, Map.of(), right, body), new FormBody(form)))
        .isTrue();
    assertThat(
            signature.fits(request("POST", url + "0", Map.of(), right, body), new FormBody(form)))
        .isFalse();
  }

  private static JsonNode vector(String id) throws Exception {
    try (var file =
        TwilioWebhookTest.class.getResourceAsStream("/fixtures/known-answer-vectors.json")) {
      for (JsonNode vector : new ObjectMapper().readTree(file).path("vectors")) {
        if (vector.path("id").asText().equals(id)) {
          return vector;
        }
      }
    }
    throw new AssertionError("no vector " + id);
  }

  @Test
  void aUrlAloneIsSignedWhereNothingWasPosted() {
    String url = URL + "?MessageSid=SM1&To=%2B1555&From=%2B1556&Body=hi";
    Map<String, List<String>> query =
        Map.of(
            "MessageSid", List.of("SM1"),
            "To", List.of("+1555"),
            "From", List.of("+1556"),
            "Body", List.of("hi"));
    var request = request("GET", url, query, sign(url, Map.of()), new byte[0]);
    var accepted = (Webhook.Received.Accepted) messages("twilio-sms").receive(request);
    assertThat(((Inbound.Message) accepted.items().getFirst()).content())
        .isEqualTo(new Content.Text("hi"));
  }

  @Test
  void jsonIsTakenOnlyWithItsDigest() {
    byte[] body = "{}".getBytes(UTF_8);
    String digest = Signature.hex(Signature.digest("SHA-256", body));
    String url = URL + "?bodySHA256=" + digest;
    for (byte[] sent : List.of(body, "[]".getBytes(UTF_8))) {
      var request =
          new WebhookRequest(
              "POST",
              url,
              Map.of("bodySHA256", List.of(digest)),
              Map.of(
                  "x-twilio-signature", List.of(sign(url, Map.of())),
                  "content-type", List.of("application/json")),
              sent,
              Instant.EPOCH);
      assertThat(messages("twilio-sms").receive(request))
          .isInstanceOf(
              sent == body ? Webhook.Received.Accepted.class : Webhook.Received.Refused.class);
    }
  }

  @Test
  void whatIsNoFormIsRefused() {
    var broken = request("POST", URL, Map.of(), "x", "a=%zz".getBytes(UTF_8));
    assertThat(messages("twilio-sms").receive(broken)).isInstanceOf(Webhook.Received.Refused.class);
  }

  @Test
  void anMmsHasATextAndFilesAWhatsAppAFileWithACaption() {
    String[] picture = {
      "Body",
      "look",
      "NumMedia",
      "1",
      "MediaUrl0",
      "https://x.test/1",
      "MediaContentType0",
      "image/png"
    };
    var mms = message("twilio-sms", picture);
    assertThat(mms.content()).isEqualTo(new Content.Text("look"));
    assertThat(mms.attachments()).extracting(Content.Media::caption).containsOnlyNulls();
    var whatsapp = message("twilio-whatsapp", picture);
    assertThat(whatsapp.content())
        .isInstanceOfSatisfying(
            Content.Media.class, media -> assertThat(media.caption()).isEqualTo("look"));
    assertThat(whatsapp.attachments()).isEmpty();
  }

  @Test
  void rowsOfAListAndKindsThatNobodyKnows() {
    assertThat(
            message("twilio-whatsapp", "Body", "Two", "ListId", "2", "ListTitle", "Two").content())
        .isEqualTo(new Content.Choice("list", "2", "Two", null, null));
    assertThat(message("twilio-whatsapp", "Body", "", "MessageType", "hologram").content())
        .isInstanceOfSatisfying(
            Content.Unsupported.class,
            kept -> {
              assertThat(kept.kind()).isEqualTo("hologram");
              assertThat(kept.raw()).contains("SM1");
            });
  }

  @Test
  void aUserIdIsUniqueInItsPortfolio() {
    var both = message("twilio-whatsapp", "Body", "x", "ExternalUserId", "whatsapp:US.12").origin();
    assertThat(both.address()).isEqualTo(new Address("twilio-whatsapp", "", "+15550142233"));
    assertThat(both.aliases()).containsExactly(new Address("twilio-whatsapp", "p1", "US.12"));
  }

  @Test
  void statusesOnTheWayAreNoReceiptsAndOursNamesTheMessage() {
    assertThat(
            post(
                    messages("twilio-sms"),
                    "MessageSid",
                    "SM1",
                    "MessageStatus",
                    "queued",
                    "To",
                    "+1",
                    "From",
                    "+2")
                .items())
        .isEmpty();
    String url = URL + "?message=01J";
    byte[] body =
        "MessageSid=SM1&MessageStatus=failed&To=%2B1&From=%2B2&ErrorCode=20003".getBytes(UTF_8);
    var fields =
        Map.of(
            "MessageSid",
            "SM1",
            "MessageStatus",
            "failed",
            "To",
            "+1",
            "From",
            "+2",
            "ErrorCode",
            "20003");
    var request = request("POST", url, Map.of("message", List.of("01J")), sign(url, fields), body);
    var accepted = (Webhook.Received.Accepted) messages("twilio-sms").receive(request);
    var receipt = (Inbound.Receipt) accepted.items().getFirst();
    assertThat(receipt.correlation()).isEqualTo("01J");
    assertThat(receipt.failure()).isEqualTo(new SendResult.Refused("20003", "20003: failed", true));
  }

  @Test
  void onlyACallThatRingsIsToldWhatItHears() {
    String[] ringing = {
      "CallSid",
      "CA1",
      "From",
      "+15550142233",
      "To",
      "+15550190100",
      "CallStatus",
      "ringing",
      "Direction",
      "inbound"
    };
    var rings = post(calls(), ringing);
    assertThat(rings.reply().body()).contains("<Say>Hi</Say>");
    var origin = rings.items().getFirst().origin();
    assertThat(origin.trust()).isEqualTo(Strength.CLAIM);
    assertThat(origin.aliases()).containsExactly(new Address("twilio-voice", "call", "CA1"));
    ringing[7] = "completed";
    assertThat(post(calls(), ringing).reply().body()).isEqualTo("<Response/>");
  }

  @Test
  void whatEndsARecordingIsNoInput() {
    var items =
        post(
                calls(),
                "CallSid",
                "CA1",
                "From",
                "+15550142233",
                "To",
                "+15550190100",
                "CallStatus",
                "completed",
                "Direction",
                "inbound",
                "Digits",
                "hangup",
                "RecordingUrl",
                "https://api.twilio.com/x/RE1",
                "RecordingDuration",
                "7")
            .items();
    assertThat(items).hasSize(1);
    var call = (Inbound.Call) items.getFirst();
    assertThat(call.outcome()).isEqualTo("recording");
    assertThat(call.seconds()).isEqualTo(7);
    assertThat(call.origin().dedupeKey()).isEqualTo("RE1");
    assertThat(call.origin().address().id()).isEqualTo("+15550142233");
  }

  @Test
  void twoAnswersToOneMenuAreTwo() {
    var keys = new ArrayList<String>();
    for (String digit : List.of("1", "2")) {
      keys.add(
          post(
                  calls(),
                  "CallSid",
                  "CA1",
                  "From",
                  "+1555014",
                  "To",
                  "+15550190100",
                  "Direction",
                  "inbound",
                  "Digits",
                  digit)
              .items()
              .getFirst()
              .origin()
              .dedupeKey());
    }
    assertThat(keys).doesNotHaveDuplicates();
  }

  @Test
  void settingsSayWhatIsWrong() {
    var settings =
        ConfigNode.parse("{account-sid: x, auth-tokens: [t], accounts: [{id: '+1555', name: N}]}");
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> settings.bind(TwilioSettings.class))
        .hasMessageContaining("expected AC and 32 hex digits");
    var voice =
        ConfigNode.parse(
            "{account-sid: " + AC + ", auth-tokens: [t], accounts: [{id: '+1555', name: N}]}");
    assertThat(voice.bind(TwilioVoiceSettings.class).twiml()).startsWith("<Response><Say>");
  }
}
