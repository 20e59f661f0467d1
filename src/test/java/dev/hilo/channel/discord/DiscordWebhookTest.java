package dev.hilo.channel.discord;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.Channel;
import dev.hilo.channel.Inbound;
import dev.hilo.channel.PlatformServer;
import dev.hilo.channel.Webhook;
import dev.hilo.channel.Webhook.Received;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.config.ConfigNode;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Event;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiscordWebhookTest {
  private static final String KEY =
      "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
  private static final String PING =
      "ca166620e24e49926a59a83388f55ffb92ae642aecca52213ff642b4064921ed81d86453497051012e6197778dd40c09f721f662963a8a9909991e72b6b7ae06";
  private static final String USER =
      "\"user\":{\"id\":\"42\",\"username\":\"nadia\",\"global_name\":\"Nadia\"}";

  @AutoClose private final PlatformServer server = new PlatformServer();
  private final Webhook webhook = open(server).webhook();

  static Channel open(PlatformServer server) {
    var settings =
        ConfigNode.parse(
            """
            experimental: true
            application-id: '7'
            name: Bot
            public-key: %s
            bot-token: bot
            relay-token: 0123456789abcdef
            base-url: %s
            """
                .formatted(KEY, server.url()));
    return new DiscordChannelType().open(settings.bind(DiscordSettings.class), server.ports());
  }

  private Received call(Map<String, List<String>> headers, String body) {
    return webhook.receive(
        new WebhookRequest("POST", "", Map.of(), headers, body.getBytes(UTF_8), Instant.EPOCH));
  }

  private Received signed(String signature, String timestamp, String body) {
    return call(
        Map.of(
            "x-signature-ed25519", List.of(signature), "x-signature-timestamp", List.of(timestamp)),
        body);
  }

  private Received signed(String body) {
    return signed(sign("1" + body), "1", body);
  }

  private static String sign(String text) {
    try {
      byte[] seed =
          HexFormat.of()
              .parseHex(
                  "302e020100300506032b657004220420000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
      PrivateKey key =
          KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(seed));
      var signature = Signature.getInstance("Ed25519");
      signature.initSign(key);
      signature.update(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private List<Inbound> relayed(String kind, String data) {
    var received =
        call(
            Map.of("authorization", List.of("Bearer 0123456789abcdef")),
            "{\"op\":0,\"s\":1,\"t\":\"" + kind + "\",\"d\":" + data + "}");
    assertThat(received).isInstanceOf(Received.Accepted.class);
    return ((Received.Accepted) received).items();
  }

  private static Inbound only(Received received) {
    assertThat(received).isInstanceOf(Received.Accepted.class);
    var items = ((Received.Accepted) received).items();
    assertThat(items).hasSize(1);
    return items.getFirst();
  }

  @Test
  void knownAnswer() {
    assertThat(((Received.Answered) signed(PING, "1772900000", "{\"type\":1}")).reply().body())
        .isEqualTo("{\"type\":1}");
    assertThat(signed(PING, "1772900001", "{\"type\":1}"))
        .isEqualTo(new Received.Refused(401, "header x-signature-ed25519 does not fit the body"));
    assertThat(signed(PING, "1772900000", "{\"type\":0}")).isInstanceOf(Received.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "zz", "00", "ca16"})
  void signaturesOfAnotherForm(String signature) {
    assertThat(((Received.Refused) signed(signature, "1", "{}")).status()).isEqualTo(401);
  }

  @Test
  void aButtonIsAChoiceWithItsLabel() {
    var pressed =
        (Inbound.Message)
            only(
                signed(
                    """
                    {"id":"1300000000000000101","type":3,"token":"t","channel_id":"5",%s,
                     "message":{"id":"6","components":[{"type":1,"components":[
                      {"type":2,"custom_id":"y","label":"Yes"}]}]},"data":{"custom_id":"y","component_type":2}}\
                    """
                        .formatted(USER)));
    assertThat(pressed.content()).isEqualTo(new Content.Choice("button", "y", "Yes", null, null));
    assertThat(pressed.replyTo()).isEqualTo("6");
    assertThat(pressed.origin().address()).isEqualTo(new Address("discord", "", "42"));
    assertThat(pressed.origin().aliases()).containsExactly(new Address("discord", "dm", "5"));
    assertThat(pressed.context()).containsEntry("token", "t").containsEntry("channel", "5");
  }

  @Test
  void inAServerTheChannelIsARoom() {
    var said =
        (Inbound.Message)
            only(
                signed(
                    """
                    {"id":"1300000000000000101","type":2,"channel_id":"5","guild_id":"9","member":{%s},
                     "data":{"name":"support","options":[{"name":"in","options":[
                      {"name":"a","value":"x"},{"name":"b","value":3}]}]}}\
                    """
                        .formatted(USER)));
    assertThat(said.origin().address()).isEqualTo(new Address("discord", "", "5"));
    assertThat(said.origin().sender()).isEqualTo(new Event.Participant("42", "Nadia"));
    assertThat(said.content())
        .isEqualTo(new Content.Choice("command", "support", "x 3", null, null));
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"type\":0}', 204, ''",
    "'{\"type\":4}', 200, '{\"type\":8,\"data\":{\"choices\":[]}}'"
  })
  void whatIsOnlyAnswered(String body, int status, String answer) {
    var reply = ((Received.Answered) signed(body)).reply();
    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.body()).isEqualTo(answer);
  }

  @Test
  void webhookEvents() {
    String event =
        "{\"version\":1,\"type\":1,\"event\":{\"type\":\"%s\",\"timestamp\":\"2026-03-07T11:00:00.123456\",\"data\":%s}}";
    var received =
        (Received.Accepted) signed(event.formatted("APPLICATION_DEAUTHORIZED", "{" + USER + "}"));
    assertThat(received.reply().status()).isEqualTo(204);
    var consent = (Inbound.Consent) received.items().getFirst();
    assertThat(consent.granted()).isFalse();
    assertThat(consent.origin().at()).isEqualTo(Instant.parse("2026-03-07T11:00:00.123456Z"));
    var other = only(signed(event.formatted("ENTITLEMENT_CREATE", "{\"user_id\":\"42\"}")));
    assertThat(((Inbound.Notice) other).kind()).isEqualTo("system");
    var direct =
        only(
            signed(
                event.formatted(
                    "GAME_DIRECT_MESSAGE_CREATE",
                    "{\"id\":\"8\",\"channel_id\":\"5\",\"content\":\"hi\",\"author\":{\"id\":\"42\"}}")));
    assertThat(((Inbound.Message) direct).content()).isEqualTo(new Content.Text("hi"));
  }

  @Test
  void whatARelayHears() {
    var edit =
        relayed(
            "MESSAGE_UPDATE",
            "{\"id\":\"8\",\"channel_id\":\"5\",\"content\":\"<:wave:12>"
                + " b\",\"edited_timestamp\":\"2026-03-07T11:00:00+00:00\",\"author\":{\"id\":\"42\"}}");
    assertThat(((Inbound.Edit) edit.getFirst()).content()).isEqualTo(new Content.Text(":wave: b"));
    var added =
        relayed(
            "MESSAGE_REACTION_ADD",
            "{\"user_id\":\"42\",\"channel_id\":\"5\",\"message_id\":\"8\",\"emoji\":{\"id\":null,\"name\":\"👍\"}}");
    assertThat(((Inbound.Reaction) added.getFirst()).emoji()).isEqualTo("👍");
    assertThat(added.getFirst().origin().address().id()).isEqualTo("42");
    var typing =
        relayed(
            "TYPING_START", "{\"user_id\":\"42\",\"channel_id\":\"5\",\"timestamp\":1772900000}");
    assertThat(typing.getFirst()).isInstanceOf(Inbound.Typing.class);
    var gone =
        relayed(
            "MESSAGE_DELETE_BULK",
            "{\"ids\":[\"8\",\"9\"],\"channel_id\":\"5\",\"guild_id\":\"1\"}");
    assertThat(gone).hasSize(2);
    assertThat(relayed("READY", "{}")).isEmpty();
    assertThat(relayed("MESSAGE_CREATE", "{\"id\":\"8\"}")).isEmpty();
  }

  @Test
  void ourOwnWordsAreAnEcho() {
    var said =
        (Inbound.Message)
            relayed(
                    "MESSAGE_CREATE",
                    "{\"id\":\"8\",\"channel_id\":\"5\",\"content\":\"hi\",\"author\":{\"id\":\"7\",\"bot\":true}}")
                .getFirst();
    assertThat(said.echo()).isTrue();
    assertThat(said.origin().address()).isEqualTo(new Address("discord", "dm", "5"));
  }

  @Test
  void aRelayNeedsItsToken() {
    assertThat(
            call(Map.of("authorization", List.of("Bearer 0123456789abcdeg")), "{\"t\":\"READY\"}"))
        .isInstanceOf(Received.Refused.class);
    assertThat(call(Map.of(), "{\"t\":\"READY\"}")).isInstanceOf(Received.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[]", "{}"})
  void garbage(String body) {
    assertThat(((Received.Refused) signed(body)).status()).isEqualTo(400);
  }
}
