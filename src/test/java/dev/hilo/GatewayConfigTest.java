package dev.hilo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.channel.ChannelTypes;
import dev.hilo.config.ByteSize;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.InvalidConfig;
import dev.hilo.ops.Fsync;
import dev.hilo.people.Letters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GatewayConfigTest {
  private static final Path CONFIG = Path.of("config");

  private static GatewayConfig parse(String yaml) {
    return ConfigNode.parse(yaml).bind(GatewayConfig.class);
  }

  @Test
  void anEmptyFileGivesSafeDefaults() {
    var config = parse("");
    assertThat(config.workspace()).isEqualTo("main");
    assertThat(config.http().host()).isEqualTo("127.0.0.1");
    assertThat(config.redis().uri()).isNull();
    assertThat(config.redis().fsync()).isEqualTo(Fsync.EVERYSEC);
    assertThat(config.users()).isEmpty();
    assertThat(config.limits().frame()).isEqualTo(new ByteSize(65_536));
    assertThat(config.limits().beat()).isEqualTo(Duration.ofSeconds(25));
    assertThat(config.demo().enabled()).isFalse();
  }

  @Test
  void theReferenceFileSaysTheDefaults() {
    var reference = GatewayConfig.read(CONFIG.resolve("gateway.yaml"), Map.of());
    var defaults = parse("");
    assertThat(reference.http()).isEqualTo(defaults.http());
    assertThat(reference.management()).isEqualTo(defaults.management());
    assertThat(reference.redis()).isEqualTo(defaults.redis());
    assertThat(reference.users()).isEqualTo(defaults.users());
    assertThat(reference.limits()).isEqualTo(defaults.limits());
    assertThat(reference.channels()).isEmpty();
    assertThat(reference.demo()).isEqualTo(defaults.demo());
  }

  @Test
  void theDemoFileLoads() {
    var demo = GatewayConfig.read(CONFIG.resolve("demo.yaml"), Map.of());
    assertThat(demo.demo().enabled()).isTrue();
    assertThat(demo.inboxes()).extracting(GatewayConfig.Inbox::key).contains("shop");
  }

  @Test
  void theChannelExamplesOfTheReferenceAreValidBlocks() throws IOException {
    String examples =
        Files.readString(CONFIG.resolve("gateway.yaml"))
            .lines()
            .dropWhile(line -> !line.startsWith("channels:"))
            .takeWhile(line -> !line.startsWith("# The demo"))
            .filter(line -> line.startsWith("#  "))
            .map(line -> line.substring(1))
            .collect(Collectors.joining("\n", "channels:\n", "\n"));
    ChannelTypes types = new ChannelTypes();
    Set<String> shown = new HashSet<>();
    String withSecrets =
        Pattern.compile("file:/run/secrets/([\\w-]+)")
            .matcher(examples)
            .replaceAll(file -> secret(file.group(1)));
    for (GatewayConfig.ChannelBlock block : parse(withSecrets).channels()) {
      requireNonNull(types.find(block.type())).check(block.settings());
      shown.add(block.type());
    }
    shown.add("twilio-whatsapp"); // has the keys of twilio-sms, as it says there
    assertThat(types.all()).allMatch(type -> shown.contains(type.name()));
  }

  /** Something of the form that the setting asks for. */
  private static String secret(String name) {
    return name.endsWith("private-key")
        ? '"' + PEM + '"'
        : name.startsWith("webhook-") && !name.endsWith("bearer")
            ? "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
            : name.equals("wechat-aes-key")
                ? "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
                : name.equals("wechat-token") ? "tok2026" : "secret-token_1234567890";
  }

  private static final String PEM = pem();

  private static String pem() {
    try {
      KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
      keys.initialize(2048);
      String key =
          Base64.getEncoder().encodeToString(keys.generateKeyPair().getPrivate().getEncoded());
      return "-----BEGIN PRIVATE KEY-----\\\\n" + key + "\\\\n-----END PRIVATE KEY-----";
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void everyBadValueIsNamed() {
    assertThatThrownBy(
            () ->
                parse(
                    """
                    workspace: My Shop
                    http: {port: 70000, public-url: https://example.com/chat}
                    redis: {uri: "redis//:hidden1@host"}
                    inboxes:
                      - {key: shop, name: ' ', origins: [example.com]}
                    api-keys: [{name: crm, key: short}]
                    limits: {beat: 0s}
                    channels: [{endpoint: a/b}]
                    """))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("got 70000, expected from 0 to 65535")
        .hasMessageContaining("expected like https://chat.example.com")
        .hasMessageContaining("redis (line 3): uri must be like redis://")
        .hasMessageContaining("inboxes[0].name")
        .hasMessageContaining("inboxes[0] (line 5): origins must")
        .hasMessageContaining("api-keys[0] (line 6): key's length")
        .hasMessageContaining("limits (line 7): beat")
        .hasMessageContaining("channels[0].type: got nothing")
        .message()
        .doesNotContain("hidden1", "short");
  }

  @Test
  void howPeopleSignInIsChecked() {
    var config =
        parse(
            """
            http: {trusted-proxies: [10.0.0.0/8, '::1']}
            mail: {from: 'Shop <chat@shop.example>', host: smtp.example.com}
            oidc: {name: SSO, issuer: https://login.example.com, client-id: hilo, client-secret: hidden1}
            """);
    assertThat(config.mail().port()).isEqualTo(587);
    assertThat(config.mail().security()).isEqualTo(Letters.Security.STARTTLS);
    assertThat(config.oidc().workspace()).isNull();
    assertThat(config.toString()).doesNotContain("hidden1");
    assertThat(parse("").mail()).isNull();
    assertThatThrownBy(
            () ->
                parse(
                    """
                    oidc: {name: S, issuer: https://l.example, client-id: h, client-secret: s, workspace: x}
                    """))
        .hasMessageContaining("oidc.workspace must be one of the workspaces");
    assertThatThrownBy(
            () ->
                parse(
                    """
                    http: {trusted-proxies: [proxy.example]}
                    mail: {from: nobody, host: smtp.example.com, security: none, user: u, password: hidden1}
                    oidc: {name: SSO, issuer: 'http://login.example.com', client-id: hilo, client-secret: hidden1}
                    """))
        .hasMessageContainingAll(
            "trusted-proxies must", "mail.from (", "tls or starttls where", "oidc.issuer (")
        .message()
        .doesNotContain("hidden1");
  }

  @Test
  void namesAreUniqueInTheirList() {
    assertThatThrownBy(
            () ->
                parse(
                    """
                    inboxes: [{key: a, name: A}, {key: a, name: B}]
                    users: [{id: a, name: A}, {id: a, name: B}]
                    channels: [{type: x, endpoint: e}, {type: y, endpoint: e}, {type: y}, {type: y}]
                    """))
        .hasMessageContainingAll("inboxes must", "users must", "channels must");
  }

  @Test
  void nothingSecretIsPrinted() {
    var config =
        parse(
            """
            installation-key: hidden1hidden1hidden1hidden1hidden1
            redis: {uri: 'redis://:hidden1@host:1'}
            api-keys: [{name: crm, key: hidden1hidden1hidden1}]
            channels: [{type: x, token: hidden1}]
            """);
    assertThat(config.toString()).doesNotContain("hidden1");
  }
}
