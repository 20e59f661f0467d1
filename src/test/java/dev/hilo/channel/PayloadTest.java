package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {
  @Test
  void longNumbersStayWhole() throws Payload.Malformed {
    assertThat(read("{\"id\":12345678901234567890123}").id("id"))
        .isEqualTo("12345678901234567890123");
  }

  @Test
  void timesAreSecondsAsNumberOrString() throws Payload.Malformed {
    var times =
        read("{\"a\":1772618405,\"b\":\"1772618405\",\"zero\":0,\"far\":1e300,\"bad\":\"x\"}");
    assertThat(times.seconds("a")).isEqualTo(Instant.parse("2026-03-04T10:00:05Z"));
    assertThat(times.seconds("b")).isEqualTo(times.seconds("a"));
    assertThat(times.seconds("zero")).isNull();
    assertThat(times.seconds("far")).isNull();
    assertThat(times.seconds("bad")).isNull();
  }

  @Test
  void halfACharacterCannotReachTheStore() throws Payload.Malformed {
    assertThat(read("{\"t\":\"a\\ud83d\"}").text("t")).isEqualTo("a?");
    assertThat(Payload.cut("a👋", 2)).isEqualTo("a");
  }

  @Test
  void fieldsWithUnusableNamesAreNotSeen() throws Payload.Malformed {
    assertThat(read("{\"a\":1,\"\":2,\"\\ud83d\":3,\"" + "x".repeat(600) + "\":4}").fields())
        .containsExactly("a");
  }

  @Test
  void aRequiredFieldIsNamedWhenItIsAbsent() throws Payload.Malformed {
    var payload = read("{\"id\":\"\"}");
    assertThatThrownBy(() -> payload.required("id"))
        .isInstanceOf(Payload.Missing.class)
        .hasMessage("id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "[]", "\"x\"", "1", "{", "{}{}", "{\"a\":secret}", "{\"a\":1,}"})
  void whatIsNoJsonObjectIsMalformed(String body) {
    assertThatThrownBy(() -> read(body))
        .isInstanceOf(Payload.Malformed.class)
        .hasMessageStartingWith("the body is no JSON")
        .hasMessageNotContaining("secret");
  }

  @Test
  void deepNestingAndBrokenBytesAreMalformed() {
    assertThatThrownBy(() -> read("{\"a\":" + "[".repeat(100_000)))
        .isInstanceOf(Payload.Malformed.class);
    assertThatThrownBy(() -> Payload.object(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}))
        .isInstanceOf(Payload.Malformed.class);
  }

  private static Payload read(String json) throws Payload.Malformed {
    return Payload.object(json.getBytes(UTF_8));
  }
}
