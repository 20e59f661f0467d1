package dev.hilo.channel.twilio;

import static dev.hilo.channel.PlatformServer.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Capabilities.Feature;
import dev.hilo.channel.Channel;
import dev.hilo.channel.Gesture;
import dev.hilo.channel.LinkedBlobs;
import dev.hilo.channel.MediaSource;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.SendResult;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TwilioSendTest {
  private static final String AC = "AC7d7d7d7d7d7d7d7d7d7d7d7d7d7d7d7d";
  private static final String OURS = "+15550190100";
  private static final String THEIRS = "+15550142233";
  private static final Content TEXT = new Content.Text("Hi & bye + ñ");

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Channel sms = open("twilio-sms", "status-callback: https://gw.test/webhooks/e");
  private final Channel whatsapp = open("twilio-whatsapp", "portfolio: p1");

  private Channel open(String type, String more) {
    var settings =
        ConfigNode.parse(
            """
            account-sid: %s
            auth-tokens: [first, second]
            base-url: %s
            messaging-url: %s
            %s
            accounts: [{id: "%s", name: Shop}]
            """
                .formatted(AC, server.url(), server.url(), more, OURS));
    return new TwilioChannel(type, settings.bind(TwilioSettings.class), server.portsWithBlobs());
  }

  private Map<String, String> sent(Channel channel, Outbound message) throws Exception {
    server.answers(201, "{\"sid\":\"SM9\",\"status\":\"queued\",\"error_code\":null}");
    assertThat(PlatformServer.send(channel, message)).isEqualTo(new SendResult.Accepted("SM9"));
    var request = server.asked();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.uri()).isEqualTo("/2010-04-01/Accounts/" + AC + "/Messages.json");
    assertThat(request.headers().get("authorization")).isEqualTo(basic());
    return request.form();
  }

  private static String basic() {
    return "Basic "
        + java.util.Base64.getEncoder()
            .encodeToString((AC + ":first").getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static Address on(String type, String id) {
    return new Address(type, "", id);
  }

  @Test
  void aTextGoesWithTheAddressForItsStatus() throws Exception {
    assertThat(sent(sms, message(OURS, on("twilio-sms", THEIRS), TEXT)))
        .containsExactly(
            Map.entry("To", THEIRS),
            Map.entry("From", OURS),
            Map.entry("Body", "Hi & bye + ñ"),
            Map.entry(
                "StatusCallback", "https://gw.test/webhooks/e?message=01JD0000000000000000000001"));
    assertThat(sms.capabilities().can(Feature.RECEIPTS)).isTrue();
    assertThat(whatsapp.capabilities().can(Feature.RECEIPTS)).isFalse();
  }

  @Test
  void whatsAppIsAPrefixForNumbersAndUserIds() throws Exception {
    assertThat(sent(whatsapp, message(OURS, on("twilio-whatsapp", "US.12"), TEXT)))
        .containsEntry("To", "whatsapp:US.12")
        .containsEntry("From", "whatsapp:" + OURS)
        .doesNotContainKey("StatusCallback");
  }

  @Test
  void aFileIsALinkWithACaption() throws Exception {
    var media = LinkedBlobs.media(Content.Media.Kind.IMAGE, "image/png", "look");
    assertThat(sent(sms, message(OURS, on("twilio-sms", THEIRS), media)))
        .containsEntry("MediaUrl", LinkedBlobs.LINK)
        .containsEntry("Body", "look");
    assertThat(
            sent(
                sms,
                message(
                    OURS,
                    on("twilio-sms", THEIRS),
                    LinkedBlobs.media(Content.Media.Kind.VOICE, "audio/ogg", null))))
        .doesNotContainKey("Body");
  }

  @Test
  void choicesAreAList() throws Exception {
    var choices = new Content.Choices("Well?", List.of(new Content.Choices.Option("y", "Yes")));
    assertThat(sent(sms, message(OURS, on("twilio-sms", THEIRS), choices)))
        .containsEntry("Body", "Well?\n1. Yes");
  }

  @Test
  void aTemplateIsNamedByItsSid() throws Exception {
    String sid = "HX" + "0".repeat(32);
    var template = new Content.Template(sid, "en", List.of("Ana", "9"));
    assertThat(sent(whatsapp, message(OURS, on("twilio-whatsapp", THEIRS), template)))
        .containsEntry("ContentSid", sid)
        .containsEntry("ContentVariables", "{\"1\":\"Ana\",\"2\":\"9\"}")
        .doesNotContainKey("Body");
  }

  static Stream<Content> unsendable() {
    return Stream.of(
        new Content.Text(" "),
        new Content.Text("x".repeat(1601)),
        new Content.Template("HX" + "0".repeat(32), "en", List.of()),
        new Content.Media(Content.Media.Kind.FILE, null, null, -1, null, null, "r", null),
        new Content.Location(1, 2, null, null, null));
  }

  @ParameterizedTest
  @MethodSource("unsendable")
  void whatItCannotCarryIsRefusedWithoutACall(Content content) throws Exception {
    assertThat(PlatformServer.send(sms, message(OURS, on("twilio-sms", THEIRS), content)))
        .isInstanceOf(SendResult.Refused.class);
    assertThat(server.isIdle()).isTrue();
  }

  @Test
  void aSenderWithLettersCannotBeAnswered() throws Exception {
    assertThat(PlatformServer.send(sms, message(OURS, on("twilio-sms", "AcmeBank"), TEXT)))
        .isEqualTo(new SendResult.Refused("no-reply", "a sender with letters cannot be answered"));
    assertThat(PlatformServer.send(sms, message("+1999", on("twilio-sms", THEIRS), TEXT)))
        .isInstanceOf(SendResult.Refused.class);
  }

  @ParameterizedTest
  @CsvSource({
    "400,21610,Refused,opt-out,false",
    "400,21211,Refused,21211,false",
    "401,20003,Refused,20003,true",
    "404,20404,Refused,20404,true",
    "400,63007,Refused,63007,true",
    "429,20429,Retry,,",
    "503,20503,Retry,,",
    "400,63018,Retry,,",
    "400,63016,WindowClosed,,",
    "500,0,Unknown,,"
  })
  void errorsHaveTheirClass(int status, int code, String kind, String name, Boolean credentials)
      throws Exception {
    server.answers(
        status,
        code == 0 ? "" : "{\"code\":" + code + ",\"message\":\"no +15550142233\",\"status\":400}");
    SendResult result = PlatformServer.send(sms, message(OURS, on("twilio-sms", THEIRS), TEXT));
    assertThat(result.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(result.toString()).doesNotContain("15550142233");
    if (result instanceof SendResult.Refused refused) {
      assertThat(refused.code()).isEqualTo(name);
      assertThat(refused.credentials()).isEqualTo(credentials);
    }
  }

  @Test
  void noAnswerIsUnknown() throws Exception {
    server.hangsUp();
    assertThat(PlatformServer.send(sms, message(OURS, on("twilio-sms", THEIRS), TEXT)))
        .isInstanceOf(SendResult.Unknown.class);
    server.answers(201, "{}");
    assertThat(PlatformServer.send(sms, message(OURS, on("twilio-sms", THEIRS), TEXT)))
        .isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void typingNamesTheMessageThatIsAnswered() throws Exception {
    var typing =
        new Gesture.Typing(OURS, on("twilio-whatsapp", THEIRS), Map.of("message", "SM1"), true);
    server.answers(200, "{\"success\":true}");
    assertThat(PlatformServer.onVirtualThread(() -> whatsapp.perform(typing)))
        .isInstanceOf(SendResult.Accepted.class);
    var request = server.asked();
    assertThat(request.uri()).isEqualTo("/v2/Indicators/Typing.json");
    assertThat(request.headers().get("authorization")).isEqualTo(basic());
    assertThat(request.form()).isEqualTo(Map.of("messageId", "SM1", "channel", "whatsapp"));
    assertThat(PlatformServer.onVirtualThread(() -> sms.perform(typing)))
        .isInstanceOf(SendResult.Refused.class);
  }

  @Test
  void onlyTwiliosOwnAddressesGetTheCredentials() throws Exception {
    String own = server.url() + "/2010-04-01/Accounts/" + AC + "/Messages/MM1/Media/ME1";
    var link = (MediaSource.Link) sms.locate(OURS, media(own), Map.of());
    assertThat(link.url().toString()).isEqualTo(own);
    assertThat(link.headers()).isEqualTo(Map.of("authorization", basic()));
    assertThat(link.trusted()).isTrue();
    var other = (MediaSource.Link) sms.locate(OURS, media("https://evil.test/a"), Map.of());
    assertThat(other.headers()).isEmpty();
    assertThat(other.trusted()).isFalse();
    assertThat(sms.locate(OURS, media("file:///etc/passwd"), Map.of()))
        .isInstanceOf(MediaSource.Gone.class);
  }

  @Test
  void callsAreHeardNotWritten() throws Exception {
    var settings =
        ConfigNode.parse(
            "{account-sid: %s, auth-tokens: [first], base-url: '%s', accounts: [{id: '%s', name: N}]}"
                .formatted(AC, server.url(), OURS));
    var voice = new TwilioVoiceChannel(settings.bind(TwilioVoiceSettings.class));
    assertThat(voice.capabilities().textLimit()).isZero();
    assertThat(voice.send(message(OURS, on("twilio-voice", THEIRS), TEXT)))
        .isEqualTo(
            new SendResult.Refused("unsupported", "nothing can be written on a telephone call"));
    String recording = server.url() + "/2010-04-01/Accounts/" + AC + "/Recordings/RE1";
    var link = (MediaSource.Link) voice.locate(OURS, media(recording), Map.of());
    assertThat(link.url().toString()).isEqualTo(recording + ".mp3");
    assertThat(link.headers()).containsKey("authorization");
  }

  private static Content.Media media(String ref) {
    return new Content.Media(Content.Media.Kind.IMAGE, null, null, -1, null, null, ref, null);
  }
}
