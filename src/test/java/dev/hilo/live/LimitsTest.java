package dev.hilo.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a peer may be silent. */
class LimitsTest {
  @ParameterizedTest(name = "a beat of {0} s: {1} s")
  @CsvSource({"1, 3", "10, 30", "20, 60", "25, 60", "29, 60", "60, 121", "600, 1201"})
  void aMinuteUnlessTheBeatsAreShorterOrLonger(int beat, int silence) {
    assertThat(new Limits(1024, 1, 1, 1, 1, beat, 1).silenceSeconds()).isEqualTo(silence);
  }
}
