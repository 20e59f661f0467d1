package dev.hilo.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PasswordsTest {
  private static Vertx vertx;
  private static Passwords passwords;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    passwords = new Passwords(vertx);
  }

  @AfterAll
  static void stop() {
    passwords.close();
    vertx.close().await();
  }

  private static boolean check(String hash, String password) {
    return TestNode.result(passwords.check(hash, password));
  }

  private static String hash(String password) {
    return TestNode.result(passwords.hash(password));
  }

  @Test
  void aHashFitsItsPasswordOnly() {
    String hash = hash("wind and weather");
    assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$").doesNotContain("wind");
    assertThat(hash("wind and weather")).as("salted").isNotEqualTo(hash);
    assertThat(check(hash, "wind and weather")).isTrue();
    assertThat(check(hash, "Wind and weather")).isFalse();
    assertThat(check(hash, "")).isFalse();
    assertThat(check(hash, "x".repeat(100_000))).isFalse();
    assertThat(check(null, "wind and weather")).isFalse();
    assertThat(check(null, "")).isFalse();
  }

  @Test
  void aHashMadeElsewhereIsKnown() {
    // argon2 of the reference implementation: echo -n "correct horse" | argon2 saltsaltsalt -id -k
    // 4096 -t 3
    String other = REFERENCE;
    assertThat(check(other, "password")).isTrue();
    assertThat(check(other, "passwort")).isFalse();
    assertThat(Passwords.dated(other)).isTrue();
    assertThat(Passwords.dated(hash("wind and weather"))).isFalse();
  }

  /** Test vector of the reference implementation: m = 2^16, t = 2, p = 1, salt "somesalt". */
  private static final String REFERENCE =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

  @Test
  void itDoesNotMatterHowALetterWasTyped() {
    assertThat(check(hash("el niño pequeño"), "el nin\u0303o pequen\u0303o")).isTrue();
    assertThat(check(hash("\uFB01sh and chips"), "fish and chips")).isTrue();
  }

  @Test
  void tooManyAtOnceAreRefusedAndTheOthersAreServed() {
    try (Passwords few = new Passwords(vertx, 3)) {
      List<Future<Boolean>> all =
          IntStream.range(0, 20).mapToObj(_ -> few.check(null, "x")).toList();
      TestNode.result(Future.join(all).otherwiseEmpty());
      List<Throwable> refused = all.stream().filter(Future::failed).map(Future::cause).toList();
      assertThat(refused).hasSizeBetween(1, 17);
      assertThat(refused).allMatch(e -> e instanceof Problem p && p.code() == Code.OVERLOADED);
      assertThat(TestNode.result(few.check(hash("wind and weather"), "wind and weather"))).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "short, short",
    "ninesigns, short",
    "password123, common",
    "PASSWORD123, common",
    "aaaaaaaaaaaa, common",
    "121212121212, common",
    "ana@shop.example, own",
    "ana.perez@shop.example1, own",
    "AnaPerez2026, own",
    "perez-ana-1, own"
  })
  void aWeakOneIsRefusedWithWhy(String password, String why) {
    assertThatThrownBy(
            () -> NewPassword.check(password, "Ana Pérez", "Ana Perez", "ana.perez@shop.example"))
        .isInstanceOfSatisfying(
            Problem.class,
            p -> {
              assertThat(p.code()).isEqualTo(Code.WEAK_PASSWORD);
              assertThat(p.detail().path("why").asText()).isEqualTo(why);
              assertThat(p.title()).doesNotContain(password);
            });
  }

  @Test
  void aLongOneIsRefusedByItsLetters() {
    String letters = "🙂wörd".repeat(40);
    NewPassword.check(letters, "Ana");
    assertThatThrownBy(() -> NewPassword.check(letters + "x", "Ana"))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("at most 200");
  }

  @ParameterizedTest
  @CsvSource({
    "wind and weather",
    "tenletters",
    "Mañana será otro día",
    "正しい馬の電池ホチキス八",
    "perezoso gato gris"
  })
  void anythingElseMayBeOne(String password) {
    NewPassword.check(password, "Ana Perez", "ana.perez@shop.example");
  }
}
