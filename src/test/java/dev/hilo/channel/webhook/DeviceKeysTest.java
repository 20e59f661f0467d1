package dev.hilo.channel.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.channel.GivenBlobs;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.Webhook.Received;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.InvalidConfig;
import dev.hilo.config.Secret;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Senders that are not the program itself: devices with keys, and whoever has a bearer token. */
class DeviceKeysTest {
  private static final String KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String SETTINGS =
      """
      account: plant
      name: Plant
      signing-secrets: []
      bearer-tokens: [program-token-0001]
      devices:
        - {id: thermo-1, name: Thermometer, key: thermo-token-0001}
        - {id: door-1, name: Door, key: %s}
      """
          .formatted(KEY);
  private static final String ALERT =
      "{\"type\":\"device.alert\",\"data\":{\"deviceId\":\"%s\",\"message\":\"Hot\"}}";

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Webhook webhook = open(SETTINGS);

  private Webhook open(String settings) {
    return new WebhookChannelType()
        .open(ConfigNode.parse(settings).bind(WebhookSettings.class), GivenBlobs.in(server.ports()))
        .webhook();
  }

  private Received bearer(String token, String body, String... headers) {
    var all = new java.util.HashMap<String, List<String>>();
    all.put("authorization", List.of("Bearer " + token));
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], List.of(headers[i + 1]));
    }
    return webhook.receive(
        new WebhookRequest("POST", "", Map.of(), all, body.getBytes(UTF_8), Instant.EPOCH));
  }

  private static Inbound.Message said(Received received) {
    assertThat(received).isInstanceOf(Received.Accepted.class);
    return (Inbound.Message) ((Received.Accepted) received).items().getFirst();
  }

  private static int status(Received received) {
    assertThat(received).isInstanceOf(Received.Refused.class);
    return ((Received.Refused) received).status();
  }

  @Test
  void aDeviceIsKnownByItsKeyAlone() {
    var said = said(bearer("thermo-token-0001", ALERT.formatted("thermo-1")));
    assertThat(said.origin().address())
        .isEqualTo(new Address("webhook", "plant", "device:thermo-1"));
    assertThat(said.origin().attributes()).containsEntry("name", "Thermometer");
    var silent =
        said(
            bearer(
                "thermo-token-0001", "{\"type\":\"message.created\",\"data\":{\"text\":\"Hi\"}}"));
    assertThat(silent.origin().address().id()).isEqualTo("device:thermo-1");
    assertThat(silent.content()).isEqualTo(new Content.Text("Hi"));
  }

  @Test
  void aDeviceSpeaksForItselfOnly() {
    assertThat(status(bearer("thermo-token-0001", ALERT.formatted("door-1")))).isEqualTo(403);
    assertThat(
            status(
                bearer(
                    "thermo-token-0001",
                    "{\"type\":\"message.created\",\"data\":{\"sender\":{\"id\":\"u1\"},\"text\":\"Hi\"}}")))
        .isEqualTo(403);
    var event =
        said(
            bearer(
                "thermo-token-0001",
                "Hot",
                "content-type",
                "text/plain",
                "ce-specversion",
                "1.0",
                "ce-id",
                "1",
                "ce-source",
                "/doors",
                "ce-type",
                "t",
                "ce-subject",
                "door-1"));
    assertThat(event.origin().address().id()).isEqualTo("device:thermo-1");
  }

  @Test
  void aDeviceThatSignsNamesItselfInTheAddress() {
    byte[] body = ALERT.formatted("door-1").getBytes(UTF_8);
    var key = (SigningKey.Shared) SigningKey.of(new Secret(KEY));
    var headers =
        Map.of(
            "webhook-id", List.of("m1"),
            "webhook-timestamp", List.of("0"),
            "webhook-signature", List.of(key.sign("m1", "0", body)));
    var right =
        new WebhookRequest(
            "POST", "", Map.of("device", List.of("door-1")), headers, body, Instant.EPOCH);
    assertThat(said(webhook.receive(right)).origin().address().id()).isEqualTo("device:door-1");
    var other =
        new WebhookRequest(
            "POST", "", Map.of("device", List.of("thermo-1")), headers, body, Instant.EPOCH);
    assertThat(status(webhook.receive(other))).isEqualTo(401);
    var nobody = new WebhookRequest("POST", "", Map.of(), headers, body, Instant.EPOCH);
    assertThat(status(webhook.receive(nobody))).isEqualTo(401);
  }

  @Test
  void theProgramsTokenSpeaksForEverybody() {
    assertThat(said(bearer("program-token-0001", ALERT.formatted("any"))).origin().address().id())
        .isEqualTo("device:any");
    assertThat(status(bearer("program-token-0002", ALERT.formatted("any")))).isEqualTo(401);
    assertThat(status(bearer("", ALERT.formatted("any")))).isEqualTo(401);
  }

  /** Without an id of the call a repeat is known by its time; without that every call counts. */
  @Test
  void repeatsAreRecognised() {
    String timed = ALERT.replaceFirst("\\{", "{\"timestamp\":\"2026-03-08T20:03:00Z\",");
    assertThat(key(timed.formatted("a"))).isEqualTo(key(timed.formatted("a")));
    assertThat(key(timed.formatted("a"))).isNotEqualTo(key(timed.formatted("b")));
    assertThat(key(ALERT.formatted("a"))).isNotEqualTo(key(ALERT.formatted("a")));
    assertThat(key(ALERT.formatted("a"), "webhook-id", "m2")).isEqualTo("webhook-id:m2");
  }

  private String key(String body, String... headers) {
    return said(bearer("program-token-0001", body, headers)).origin().dedupeKey();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{account: a, name: A, signing-secrets: []}",
        "{account: a, name: A, signing-secrets: [], bearer-tokens: [short]}",
        "{account: a, name: A, signing-secrets: [], devices: [{id: 'a b', name: A, key:"
            + " 0123456789abcdef}]}",
        "{account: a, name: A, signing-secrets: [], devices: [{id: a, name: A, key:"
            + " whpk_0123456789abcdef}]}",
        "{account: a, name: A, signing-secrets: [], devices: [{id: a, name: A, key:"
            + " 0123456789abcdef}, {id: b, name: A, key: 0123456789abcdef}]}"
      })
  void settingsAreChecked(String settings) {
    assertThatThrownBy(() -> open(settings)).isInstanceOf(InvalidConfig.class);
  }
}
