package dev.hilo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import dev.hilo.http.ClientAddress;
import dev.hilo.testing.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a call comes from is believed from trusted proxies only. */
class ClientAddressTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static Nodes nodes;
  private static Gateway behind;
  private static Gateway bare;

  @BeforeAll
  static void start() throws Exception {
    nodes = new Nodes(redis.uri(), redis.workspace());
    behind =
        nodes.start(
            "a",
            redis.uri(),
            "http: {trusted-proxies: [127.0.0.0/8, '2001:db8::/32']}\nlimits: {drain: 1s}");
    bare = nodes.start("b", redis.uri(), "limits: {drain: 1s}");
  }

  @AfterAll
  static void stop() throws Exception {
    nodes.close();
  }

  private static String from(Gateway node, String forwarded) throws Exception {
    Rest nobody = Rest.nobody(node).with("X-Forwarded-For", forwarded);
    Rest.Answer in =
        nobody.post(
            "/api/v1/session", Rest.object("code", Company.code(node.signInLinks().get("Ana"))));
    assertThat(in.status()).as(in.body()).isEqualTo(204);
    JsonNode sessions =
        nobody
            .with("Cookie", Company.cookie(in))
            .get("/api/v1/me/sessions")
            .json()
            .path("sessions");
    for (JsonNode session : sessions) {
      if (session.path("this").asBoolean()) {
        return session.path("from").asText();
      }
    }
    throw new AssertionError(sessions.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "'203.0.113.9', 203.0.113.9",
    "'10.9.9.9, 203.0.113.9', 203.0.113.9",
    "'203.0.113.9, 127.0.0.2', 203.0.113.9",
    "'1.1.1.1, 203.0.113.9, 2001:db8::7', 203.0.113.9",
    "'127.0.0.3', 127.0.0.3",
    "'nonsense', 127.0.0.1",
    "'203.0.113.9, <script>', 127.0.0.1"
  })
  void aTrustedProxySaysIt(String forwarded, String address) throws Exception {
    assertThat(from(behind, forwarded)).isEqualTo(address);
  }

  @Test
  void nobodyElseDoes() throws Exception {
    assertThat(from(bare, "203.0.113.9")).isEqualTo("127.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/33", "10.0.0", "a.example", "10.0.0.0/x", "", "::1/129"})
  void whatIsNoNetworkIsNone(String text) {
    assertThat(ClientAddress.isNetwork(text)).isFalse();
  }
}
