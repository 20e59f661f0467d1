package dev.hilo.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.store.AddressKeys;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TotpTest {
  private static final String SECRET =
      Totp.base32("12345678901234567890".getBytes(StandardCharsets.US_ASCII));

  /** RFC 6238, appendix B, the last six of eight digits. */
  @ParameterizedTest
  @CsvSource({
    "59, 287082",
    "1111111109, 081804",
    "1111111111, 050471",
    "1234567890, 005924",
    "2000000000, 279037",
    "20000000000, 353130"
  })
  void theCodesAreThoseOfTheStandard(long seconds, String code) {
    assertThat(SECRET).isEqualTo("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assertThat(Totp.code(SECRET, seconds / 30)).isEqualTo(code);
    assertThat(Totp.step(SECRET, code, seconds * 1000)).isEqualTo(seconds / 30);
  }

  @Test
  void aClockMayBeOneStepWrong() {
    long now = 1_700_000_010_000L;
    long step = now / 30_000;
    for (long other = step - 4; other <= step + 4; other++) {
      boolean near = Math.abs(other - step) <= 1;
      assertThat(Totp.step(SECRET, Totp.code(SECRET, other), now)).isEqualTo(near ? other : -1);
    }
    for (String wrong : new String[] {"", "12345", "1234567", "abcdef", "１２３４５６"}) {
      assertThat(Totp.step(SECRET, wrong, now)).isEqualTo(-1);
    }
  }

  @Test
  void everySecretIsNewAndAppsCanReadIt() {
    var secrets = new HashSet<String>();
    for (int i = 0; i < 100; i++) {
      secrets.add(Totp.secret());
    }
    assertThat(secrets).hasSize(100).allMatch(s -> s.matches("[A-Z2-7]{32}"));
    assertThat(Totp.uri("ABC", "Shop & Co", "ana+x@shop.example"))
        .isEqualTo(
            "otpauth://totp/Shop%20%26%20Co:ana%2Bx%40shop.example?secret=ABC&issuer=Shop%20%26%20Co&algorithm=SHA1&digits=6&period=30");
  }

  @Test
  void recoveryCodesAreKnownHoweverTheyAreTyped() {
    AddressKeys keys = new AddressKeys(new byte[32]);
    var codes = RecoveryCodes.fresh();
    assertThat(codes)
        .hasSize(10)
        .doesNotHaveDuplicates()
        .allMatch(c -> c.matches("[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}"));
    String hash = RecoveryCodes.hash(keys, "main", "ana", "7k0qf-9x1wh");
    assertThat(RecoveryCodes.hash(keys, "main", "ana", " 7KOQF 9xLwH")).isEqualTo(hash);
    assertThat(RecoveryCodes.hash(keys, "main", "ben", "7k0qf-9x1wh")).isNotEqualTo(hash);
    assertThat(RecoveryCodes.hash(keys, "other", "ana", "7k0qf-9x1wh")).isNotEqualTo(hash);
    assertThat(
            RecoveryCodes.hash(
                new AddressKeys("x".repeat(32).getBytes(StandardCharsets.US_ASCII)),
                "main",
                "ana",
                "7k0qf-9x1wh"))
        .isNotEqualTo(hash);
  }
}
