package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.hilo.channel.bird.BirdChannelType;
import dev.hilo.channel.contract.Rcs;
import dev.hilo.channel.contract.Teams;
import dev.hilo.channel.discord.DiscordChannelType;
import dev.hilo.channel.instagram.InstagramChannelType;
import dev.hilo.channel.line.LineChannelType;
import dev.hilo.channel.messagebird.MessageBirdChannelType;
import dev.hilo.channel.messenger.MessengerChannelType;
import dev.hilo.channel.rcs.RcsChannelType;
import dev.hilo.channel.slack.SlackChannelType;
import dev.hilo.channel.teams.TeamsChannelType;
import dev.hilo.channel.telegram.TelegramChannelType;
import dev.hilo.channel.twilio.TwilioSmsChannelType;
import dev.hilo.channel.twilio.TwilioVoiceChannelType;
import dev.hilo.channel.twilio.TwilioWhatsAppChannelType;
import dev.hilo.channel.viber.ViberChannelType;
import dev.hilo.channel.vonage.VonageChannelType;
import dev.hilo.channel.webhook.WebhookChannelType;
import dev.hilo.channel.whatsapp.WhatsAppChannelType;
import dev.hilo.channel.x.XChannelType;
import dev.hilo.channel.zalo.ZaloChannelType;
import dev.hilo.config.ConfigNode;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Authentic calls of which one part is not what the platform promises: every part of every recorded
 * call is put to another kind in turn. Nothing may throw, and whatever comes of it can be stored.
 */
class HostileInputTest {
  private static final ObjectMapper JSON = new ObjectMapper().registerModule(new JavaTimeModule());
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final byte[] KEY = "0123456789abcdef".getBytes(UTF_8);
  private static final List<JsonNode> JUNK =
      List.of(
          NODES.nullNode(),
          NODES.booleanNode(true),
          NODES.numberNode(-1),
          NODES.numberNode(1e308),
          NODES.textNode(""),
          NODES.textNode("x".repeat(600)),
          NODES.textNode("\ud83d"),
          NODES.arrayNode().add(NODES.nullNode()).add("x"),
          NODES.objectNode().put("x", 1));

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void whatsapp() throws Exception {
    var webhook =
        open(
            new WhatsAppChannelType(),
            "{app-secret: 0123456789abcdef, verify-token: v,"
                + " accounts: [{id: a, name: A, token: t}]}");
    attack(webhook, "whatsapp", HostileInputTest::meta);
  }

  @Test
  void messenger() throws Exception {
    var webhook =
        open(
            new MessengerChannelType(),
            "{app-secret: 0123456789abcdef, verify-token: v,"
                + " accounts: [{id: a, name: A, token: t}]}");
    attack(webhook, "messenger", HostileInputTest::meta);
    attack(webhook, "meta-comments", HostileInputTest::meta);
  }

  @Test
  void instagram() throws Exception {
    var webhook =
        open(
            new InstagramChannelType(),
            "{app-secrets: [0123456789abcdef], verify-token: v,"
                + " accounts: [{id: a, name: A, token: t}]}");
    attack(webhook, "instagram", HostileInputTest::meta);
    attack(webhook, "meta-comments", HostileInputTest::meta);
  }

  private static Map<String, List<String>> meta(byte[] body) {
    String mac = HexFormat.of().formatHex(Signature.hmacSha256(KEY, body));
    return Map.of("x-hub-signature-256", List.of("sha256=" + mac));
  }

  @Test
  void telegram() throws Exception {
    var webhook =
        open(
            new TelegramChannelType(),
            "{secret-token: s, accounts: [{id: '7', name: A, token: t}]}");
    attack(webhook, "telegram", _ -> Map.of("x-telegram-bot-api-secret-token", List.of("s")));
  }

  @Test
  void line() throws Exception {
    var webhook =
        open(
            new LineChannelType(),
            "{channel-secret: 0123456789abcdef, accounts: [{id: a, name: A, token: t}]}");
    attack(
        webhook,
        "line",
        body ->
            Map.of("x-line-signature", List.of(Signature.base64(Signature.hmacSha256(KEY, body)))));
  }

  @Test
  void slack() throws Exception {
    var webhook =
        open(
            new SlackChannelType(),
            "{signing-secret: 0123456789abcdef, accounts: [{id: a, name: A, token: t}]}");
    attack(
        webhook,
        "slack",
        body ->
            Map.of(
                "x-slack-request-timestamp", List.of("0"),
                "x-slack-signature",
                    List.of(
                        "v0="
                            + Signature.hex(
                                Signature.hmacSha256(KEY, "v0:0:".getBytes(UTF_8), body)))));
  }

  @Test
  void zalo() throws Exception {
    var webhook =
        open(
            new ZaloChannelType(),
            "{experimental: true, app-id: '1', oa-secret-key: s,"
                + " accounts: [{id: a, name: A, token: t}]}");
    attack(
        webhook,
        "zalo",
        body -> {
          String time = Payload.embedded(new String(body, UTF_8)).text("timestamp");
          byte[] digest =
              Signature.digest("SHA-256", "1".getBytes(UTF_8), body, (time + "s").getBytes(UTF_8));
          return Map.of("x-zevent-signature", List.of(Signature.hex(digest)));
        });
  }

  @Test
  void standardWebhooks() throws Exception {
    var webhook =
        open(
            new WebhookChannelType(),
            "{account: a, name: A, signing-secrets: ['whsec_"
                + Base64.getEncoder().encodeToString(KEY)
                + "']}");
    attack(
        webhook,
        "standard-webhooks",
        body ->
            Map.of(
                "webhook-id", List.of("m"),
                "webhook-timestamp", List.of("0"),
                "webhook-signature",
                    List.of(
                        "v1,"
                            + Base64.getEncoder()
                                .encodeToString(
                                    Signature.hmacSha256(KEY, "m.0.".getBytes(UTF_8), body)))));
  }

  @Test
  void cloudEvents() throws Exception {
    var webhook =
        open(
            new WebhookChannelType(),
            "{account: a, name: A, signing-secrets: [], bearer-tokens: [0123456789abcdef]}");
    for (String type : List.of("application/cloudevents+json", "application/json")) {
      int calls =
          attack(
              webhook,
              bodies("cloudevents"),
              _ ->
                  Map.of(
                      "authorization", List.of("Bearer 0123456789abcdef"),
                      "content-type", List.of(type),
                      "ce-specversion", List.of("1.0"),
                      "ce-id", List.of("1"),
                      "ce-source", List.of("/s"),
                      "ce-type", List.of("t")));
      assertThat(calls).isGreaterThan(200);
    }
  }

  @Test
  void x() throws Exception {
    var webhook =
        open(
            new XChannelType(),
            "{experimental: true, consumer-secret: 0123456789abcdef,"
                + " accounts: [{id: a, name: A, token: t}]}");
    attack(
        webhook,
        "x",
        body ->
            Map.of(
                "x-twitter-webhooks-signature",
                List.of("sha256=" + Signature.base64(Signature.hmacSha256(KEY, body)))));
  }

  /** What is heard on the websocket, and what is in the place of a dispatch. */
  @Test
  void discord() throws Exception {
    var webhook =
        open(
            new DiscordChannelType(),
            "{experimental: true, application-id: '7', name: A, relay-token: 0123456789abcdef,"
                + " public-key: '"
                + "0".repeat(64)
                + "'}");
    var interactions = new ArrayList<JsonNode>();
    for (JsonNode body : bodies("discord")) {
      interactions.add(
          body.has("t") ? body : NODES.objectNode().put("t", "INTERACTION_CREATE").set("d", body));
    }
    int calls =
        attack(
            webhook,
            interactions,
            _ -> Map.of("authorization", List.of("Bearer 0123456789abcdef")));
    assertThat(calls).isGreaterThan(500);
  }

  @Test
  void rcs() throws Exception {
    var webhook =
        open(
            new RcsChannelType(),
            JSON.writeValueAsString(
                Map.of(
                    "client-token",
                    "0123456789abcdef",
                    "service-account",
                    "a@b",
                    "private-key",
                    Rcs.pem(),
                    "accounts",
                    List.of(Map.of("id", "a", "name", "A")))));
    var events = new ArrayList<JsonNode>();
    for (JsonNode body : bodies("rcs")) {
      String data = body.path("message").path("data").asText();
      events.add(JSON.readTree(Base64.getDecoder().decode(data.isEmpty() ? "e30=" : data)));
    }
    var sign =
        new Sign() {
          @Override
          public Map<String, List<String>> headers(byte[] body) {
            byte[] mac = Signature.hmac("HmacSHA512", KEY, body);
            return Map.of("x-goog-signature", List.of(Signature.base64(mac)));
          }

          @Override
          public byte[] sent(byte[] body) {
            var envelope = NODES.objectNode();
            envelope.putObject("message").put("data", Signature.base64(body));
            return envelope.toString().getBytes(UTF_8);
          }
        };
    assertThat(attack(webhook, events, sign)).isGreaterThan(300);
  }

  @Test
  void teams() throws Exception {
    String token =
        JSON.readTree(
                HostileInputTest.class.getResource("/fixtures/teams/message-personal.headers.json"))
            .at("/headers/authorization")
            .asText();
    var sign =
        new Sign() {
          @Override
          public Map<String, List<String>> headers(byte[] body) {
            return Map.of("authorization", List.of(token));
          }

          @Override
          public Instant now() {
            return Instant.ofEpochSecond(1_772_800_000);
          }
        };
    try (var keys = Teams.keys()) {
      var webhook =
          open(
              new TeamsChannelType(),
              "{app-id: 7d2c1a90-5b6e-4f3a-8c9d-0e1f2a3b4c5d, name: A, tenant: t, client-secret: s,"
                  + " keys-url: '"
                  + keys.url()
                  + "/openid'}");
      webhook
          .prepared(
              new WebhookRequest("POST", "", Map.of(), sign.headers(KEY), new byte[0], sign.now()))
          .await();
      attack(webhook, "teams", sign);
    }
  }

  @Test
  void viber() throws Exception {
    var webhook =
        open(new ViberChannelType(), "{accounts: [{id: a, name: A, token: 0123456789abcdef}]}");
    attack(
        webhook,
        "viber",
        body ->
            Map.of(
                "x-viber-content-signature",
                List.of(HexFormat.of().formatHex(Signature.hmacSha256(KEY, body)))));
  }

  @Test
  void vonage() throws Exception {
    var webhook =
        open(
            new VonageChannelType(),
            "{signature-secrets: [k], api-key: a, api-secret: s, accounts: [{id: '1', name: A}]}");
    attack(
        webhook,
        "vonage",
        body ->
            Map.of(
                "authorization",
                List.of(
                    "Bearer "
                        + HmacJwtTest.token(
                            "HS256",
                            "{\"iat\":1,\"payload_hash\":\"" + digest(body) + "\"}",
                            "k"))));
  }

  @Test
  void bird() throws Exception {
    var webhook =
        open(
            new BirdChannelType(),
            "{signing-keys: [0123456789abcdef], workspace: w, access-key: k,"
                + " accounts: [{id: a, name: A}]}");
    attack(
        webhook,
        "bird",
        body ->
            Map.of(
                "messagebird-request-timestamp", List.of("0"),
                "messagebird-signature",
                    List.of(
                        Signature.base64(
                            Signature.hmacSha256(
                                KEY,
                                "0\n\n".getBytes(UTF_8),
                                Signature.digest("SHA-256", body))))));
  }

  @Test
  void messageBird() throws Exception {
    var webhook =
        open(
            new MessageBirdChannelType(),
            "{signing-keys: [k], access-key: k, accounts: [{id: a, name: A}]}");
    String claims =
        "{\"iss\":\"MessageBird\",\"nbf\":1,\"exp\":60,\"url_hash\":\"%s\",\"payload_hash\":\"%s\"}";
    attack(
        webhook,
        "messagebird-legacy",
        body ->
            Map.of(
                "messagebird-signature-jwt",
                List.of(
                    HmacJwtTest.token(
                        "HS256", claims.formatted(digest(new byte[0]), digest(body)), "k"))));
  }

  private static String digest(byte[] bytes) {
    return Signature.hex(Signature.digest("SHA-256", bytes));
  }

  @Test
  void twilio() throws Exception {
    for (ChannelType<?> type :
        List.of(
            new TwilioSmsChannelType(),
            new TwilioWhatsAppChannelType(),
            new TwilioVoiceChannelType())) {
      var webhook =
          open(
              type,
              "{account-sid: AC00000000000000000000000000000000, auth-tokens: [0123456789abcdef],"
                  + " accounts: [{id: '+15550190100', name: A}]}");
      attackForms(webhook, type.name());
    }
  }

  /** Each field of each recorded form is left out, and put to something else. */
  private static void attackForms(Webhook webhook, String folder)
      throws IOException, URISyntaxException, Payload.Malformed {
    Path path = Path.of(HostileInputTest.class.getResource("/fixtures/" + folder).toURI());
    int calls = 0;
    try (var files = Files.list(path)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".form")).toList()) {
        var form = new TreeMap<>(FormBody.of(Files.readAllBytes(file)).fields());
        for (String name : List.copyOf(form.keySet())) {
          List<String> was = form.get(name);
          for (String junk :
              List.of("", "x".repeat(600), "-1", "whatsapp:", "\ufffd\u0000 1e999")) {
            form.put(name, List.of(junk));
            receive(webhook, form);
            calls++;
          }
          form.remove(name);
          receive(webhook, form);
          form.put(name, was);
        }
      }
    }
    assertThat(calls).isGreaterThan(500);
  }

  private static void receive(Webhook webhook, TreeMap<String, List<String>> form) {
    var signed = new StringBuilder();
    form.forEach((name, values) -> signed.append(name).append(values.getFirst()));
    byte[] mac = Signature.hmac("HmacSHA1", KEY, signed.toString().getBytes(UTF_8));
    byte[] body =
        form.entrySet().stream()
            .map(e -> e.getKey() + "=" + PlatformCall.encoded(e.getValue().getFirst()))
            .collect(Collectors.joining("&"))
            .getBytes(UTF_8);
    receive(
        webhook,
        body,
        _ -> Map.of("x-twilio-signature", List.of(Base64.getEncoder().encodeToString(mac))));
  }

  private interface Sign {
    Map<String, List<String>> headers(byte[] body);

    /** What is sent of it. */
    default byte[] sent(byte[] body) {
      return body;
    }

    default Instant now() {
      return Instant.EPOCH;
    }
  }

  private static void attack(Webhook webhook, String folder, Sign sign)
      throws IOException, URISyntaxException {
    assertThat(attack(webhook, bodies(folder), sign)).isGreaterThan(500);
  }

  private static int attack(Webhook webhook, List<JsonNode> bodies, Sign sign) throws IOException {
    int calls = 0;
    for (JsonNode body : bodies) {
      for (Consumer<JsonNode> place : places(body)) {
        for (JsonNode junk : JUNK) {
          place.accept(junk);
          byte[] bytes = JSON.writeValueAsString(body).getBytes(UTF_8);
          receive(webhook, escaped(bytes), sign);
          calls++;
        }
        place.accept(null);
      }
    }
    return calls;
  }

  private static void receive(Webhook webhook, byte[] bytes, Sign sign) {
    var request =
        new WebhookRequest("POST", "", Map.of(), sign.headers(bytes), sign.sent(bytes), sign.now());
    switch (webhook.receive(request)) {
      case Webhook.Received.Accepted accepted ->
          assertThat(accepted.items())
              .allSatisfy(item -> assertThat(JSON.writeValueAsBytes(item)).isNotEmpty());
      case Webhook.Received.Refused refused -> assertThat(refused.status()).isIn(400, 403);
      case Webhook.Received.Answered answered ->
          assertThat(answered.reply().status()).isEqualTo(200);
    }
  }

  /** Half a character arrives as an escape; in UTF-8 there is none. */
  private static byte[] escaped(byte[] bytes) {
    return new String(bytes, UTF_8).replace("\"?\"", "\"\\ud83d\"").getBytes(UTF_8);
  }

  /** One for each part: puts something in its place, or with null what was there. */
  private static List<Consumer<JsonNode>> places(JsonNode node) {
    var places = new ArrayList<Consumer<JsonNode>>();
    switch (node) {
      case ObjectNode object ->
          object
              .properties()
              .forEach(
                  field -> {
                    JsonNode was = field.getValue();
                    places.addAll(places(was));
                    places.add(junk -> object.set(field.getKey(), junk == null ? was : junk));
                  });
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          int at = i;
          JsonNode was = array.get(i);
          places.addAll(places(was));
          places.add(junk -> array.set(at, junk == null ? was : junk));
        }
      }
      default -> {}
    }
    return places;
  }

  private static List<JsonNode> bodies(String folder) throws IOException, URISyntaxException {
    var bodies = new ArrayList<JsonNode>();
    Path path = Path.of(HostileInputTest.class.getResource("/fixtures/" + folder).toURI());
    try (var files = Files.list(path)) {
      for (Path file : files.filter(f -> f.toString().matches(".*/[^./]+\\.json")).toList()) {
        bodies.add(JSON.readTree(file.toFile()));
      }
    }
    return bodies;
  }

  private <S extends Record> Webhook open(ChannelType<S> type, String settings) {
    var ports =
        new Ports(
            vertx,
            WebClient.create(vertx),
            new NoBlobs(),
            new MapMemory(),
            URI.create("https://x.test"),
            "main");
    var webhook = type.open(ConfigNode.parse(settings).bind(type.settings()), ports).webhook();
    assertThat(webhook).isNotNull();
    return webhook;
  }
}
