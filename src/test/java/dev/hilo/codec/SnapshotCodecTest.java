package dev.hilo.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.conversation.StreamState;
import dev.hilo.testing.Histories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotCodecTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1|",
        "1|5-5",
        "1|5-5|",
        "1|5-5|{",
        "1|5-5|[]",
        "1|5-5|null",
        "1|5-5|{}",
        "99|5-5|{}",
        "1|5-5|{\"last\":\"x\"}"
      })
  void anythingElseIsNoSnapshot(String bytes) {
    assertThat(SnapshotCodec.state(bytes.getBytes(UTF_8))).isNull();
  }

  @Test
  void itNamesItsFoldAndItsPosition() {
    byte[] bytes = SnapshotCodec.bytes(StreamState.empty(Histories.CUSTOMER));
    assertThat(new String(bytes, UTF_8)).startsWith(StreamState.FOLD_VERSION + "|0|{");
  }
}
