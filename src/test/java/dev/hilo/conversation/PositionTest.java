package dev.hilo.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "1",
        "1-",
        "-1",
        "1--1",
        "1-1-1",
        "a-1",
        "1- 1",
        "99999999999999999999-1"
      })
  void whatIsNoPositionIsRefused(String text) {
    assertThatThrownBy(() -> Position.of(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void positionsOfALaterEpochAreLaterWhateverTheirNumber() {
    assertThat(Position.of("8-1").after(Position.of("7-900"))).isTrue();
    assertThat(Position.of("7-10").after(Position.of("7-9"))).isTrue();
    assertThat(Position.of("8-3").follows(Position.of("7-2"))).isFalse();
    assertThat(Position.of("7-3").follows(Position.of("7-2"))).isTrue();
    assertThat(Position.of(new Position(7, 2).toString())).isEqualTo(new Position(7, 2));
    assertThat(Position.of("0")).isEqualTo(Position.START);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "main",
        "main.",
        ".01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "Main.01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "main.01ARZ3NDEKTSV4RRFFQ69G5FA",
        "main.01ARZ3NDEKTSV4RRFFQ69G5FAI",
        "main.~",
        "main.a}b"
      })
  void whatIsNoCustomerIsRefused(String text) {
    assertThatThrownBy(() -> CustomerId.of(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
