package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnownAnswersTest {
  @ParameterizedTest
  @ValueSource(strings = {"x-hub-signature-256", "meta-unicode-raw-bytes"})
  void hubSignature(String id) throws IOException {
    JsonNode vector = vector(id);
    byte[] mac = Signature.hmacSha256(bytes(vector, "secret"), bytes(vector, "body"));
    assertThat("sha256=" + HexFormat.of().formatHex(mac))
        .isEqualTo(vector.path("expected").asText());
  }

  private static byte[] bytes(JsonNode vector, String field) {
    return vector.path(field).asText().getBytes(UTF_8);
  }

  private static JsonNode vector(String id) throws IOException {
    try (var file =
        KnownAnswersTest.class.getResourceAsStream("/fixtures/known-answer-vectors.json")) {
      for (JsonNode vector : new ObjectMapper().readTree(file).path("vectors")) {
        if (vector.path("id").asText().equals(id)) {
          return vector;
        }
      }
    }
    throw new AssertionError("no vector " + id);
  }
}
