package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hilo.config.Secret;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

public class HmacJwtTest {
  /** A token of these claims; for tests of channels. */
  public static String token(String algorithm, String claims, String secret) {
    String signed = part("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}") + "." + part(claims);
    byte[] mac =
        Signature.hmac(
            "HmacSHA" + algorithm.substring(2), secret.getBytes(UTF_8), signed.getBytes(UTF_8));
    return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(mac);
  }

  private static String part(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"messagebird-jwt", "vonage-jwt"})
  void publishedTokens(String id) throws Exception {
    try (var file = getClass().getResourceAsStream("/fixtures/known-answer-vectors.json")) {
      for (JsonNode vector : new ObjectMapper().readTree(file).path("vectors")) {
        if (vector.path("id").asText().equals(id)) {
          var keys = List.of(new Secret("x"), new Secret(vector.path("secret").asText()));
          assertThat(HmacJwt.claims(vector.path("token").asText(), keys)).isNotNull();
          assertThat(HmacJwt.claims(vector.path("token").asText(), List.of(new Secret("x"))))
              .isNull();
          return;
        }
      }
    }
    throw new AssertionError("no vector " + id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"HS256", "HS384", "HS512"})
  void allThreeDigests(String algorithm) {
    var claims = HmacJwt.claims(token(algorithm, "{\"a\":1}", "k"), List.of(new Secret("k")));
    assertThat(claims).isNotNull();
    assertThat(claims.number("a", 0)).isEqualTo(1);
  }

  @Test
  void whatNobodySignedIsNothing() {
    var keys = List.of(new Secret("k"));
    String unsigned = part("{\"alg\":\"none\"}") + "." + part("{}") + ".";
    for (String token : new String[] {null, "", "a.b", "a.b.c", "..", unsigned, "x".repeat(9000)}) {
      assertThat(HmacJwt.claims(token, keys)).isNull();
    }
    String good = token("HS256", "{}", "k");
    assertThat(HmacJwt.claims(good.substring(0, good.length() - 2), keys)).isNull();
  }
}
