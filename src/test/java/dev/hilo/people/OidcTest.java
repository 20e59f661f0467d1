package dev.hilo.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.hilo.config.Secret;
import dev.hilo.people.OpenIdProvider.Signing;
import dev.hilo.store.Tokens;
import dev.hilo.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider says is believed only where all of it is right. */
class OidcTest {
  private static final URI SITE = URI.create("https://chat.shop.example");
  private static OpenIdProvider provider;
  private static Vertx vertx;

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private Oidc oidc;

  @BeforeAll
  static void start() {
    provider = new OpenIdProvider();
    provider.redirect = SITE + "/api/v1/session/oidc/callback";
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    provider.close();
    vertx.close().await();
  }

  @BeforeEach
  void fresh() {
    provider.reset();
    oidc = oidc(OpenIdProvider.SECRET);
  }

  private Oidc oidc(String secret) {
    return new Oidc(
        vertx,
        new Oidc.Settings(
            "Shop", provider.issuer(), OpenIdProvider.CLIENT, new Secret(secret), null),
        SITE,
        now::get);
  }

  private static String verifier() {
    return Tokens.random() + Tokens.random();
  }

  private String code(String nonce, String verifier) {
    URI to = URI.create(TestNode.result(oidc.location(Tokens.random(), nonce, verifier)));
    return OpenIdProvider.form(provider.signIn(to, "ana@shop.example").getRawQuery()).get("code");
  }

  private Oidc.Subject signIn() {
    String nonce = Tokens.random();
    String verifier = verifier();
    String code = code(nonce, verifier);
    return TestNode.result(oidc.subject(code, null, nonce, verifier));
  }

  private void assertRefused(String why) {
    assertThatThrownBy(this::signIn).isInstanceOf(Oidc.Failed.class).hasMessageContaining(why);
  }

  @ParameterizedTest
  @EnumSource(names = {"RS256", "ES256"})
  void whoIsSignedInThereIsKnownHere(Signing signing) {
    provider.signing = signing;
    assertThat(signIn())
        .isEqualTo(
            new Oidc.Subject(
                provider.issuer().toString(), "sub-of-ana@shop.example", "ana@shop.example"));
    assertThat(provider.refusals()).isEmpty();
  }

  @Test
  void aProviderMayWantTheSecretInTheForm() {
    provider.metadata =
        m ->
            m.put(
                "token_endpoint_auth_methods_supported", new JsonArray().add("client_secret_post"));
    assertThat(signIn().sub()).isEqualTo("sub-of-ana@shop.example");
  }

  @ParameterizedTest
  @EnumSource(names = {"CONFUSED", "FORGED", "STRANGER"})
  void aTokenThatTheProviderDidNotSignIsRefused(Signing signing) {
    provider.signing = signing;
    assertRefused("not signed with a key of its own");
  }

  @Test
  void aTokenThatNobodySignedIsRefused() {
    provider.signing = Signing.NONE;
    assertRefused("no ID token that can be read");
  }

  private static Date in(long seconds) {
    return Date.from(Instant.now().plusSeconds(seconds));
  }

  @Test
  void aTokenForAnotherOccasionIsRefused() {
    Map<UnaryOperator<JWTClaimsSet.Builder>, String> wrong =
        Map.of(
            c -> c.issuer("https://evil.example"), "iss",
            c -> c.issuer(null), "iss",
            c -> c.audience("another"), "aud",
            c -> c.audience(List.of(OpenIdProvider.CLIENT, "another")), "azp",
            c -> c.claim("azp", "another"), "azp",
            c -> c.expirationTime(in(-120)), "exp",
            c -> c.expirationTime(null), "exp",
            c -> c.issueTime(in(3600)), "iat",
            c -> c.issueTime(in(-3600)), "iat",
            c -> c.claim("nonce", "another"), "nonce");
    wrong.forEach(
        (change, claim) -> {
          provider.claims = change;
          assertRefused("the " + claim + " of its ID token");
        });
    provider.claims = c -> c.claim("nonce", null);
    assertRefused("nonce");
    provider.claims = c -> c.subject("");
    assertRefused("sub");
    provider.claims = c -> c.notBeforeTime(in(600));
    assertRefused("nbf");
    provider.claims =
        c ->
            c.audience(List.of(OpenIdProvider.CLIENT, "another"))
                .claim("azp", OpenIdProvider.CLIENT);
    assertThat(signIn().sub()).isNotEmpty();
  }

  @Test
  void anAddressThatIsNotVerifiedIsNone() {
    for (Object said : new Object[] {false, "false", "no", 1}) {
      provider.claims = c -> c.claim("email_verified", said);
      assertThat(signIn().email()).isNull();
    }
    provider.claims = c -> c.claim("email_verified", null);
    assertThat(signIn().email()).isNull();
    provider.claims = c -> c.claim("email_verified", "true");
    assertThat(signIn().email()).isEqualTo("ana@shop.example");
  }

  @Test
  void aCodeIsGoodOnceAndWithItsVerifierOnly() {
    String nonce = Tokens.random();
    String verifier = verifier();
    String code = code(nonce, verifier);
    assertThat(TestNode.result(oidc.subject(code, null, nonce, verifier)).sub()).isNotEmpty();
    assertThatThrownBy(() -> TestNode.result(oidc.subject(code, null, nonce, verifier)))
        .isInstanceOf(Oidc.Failed.class);
    String stolen = code(nonce, verifier);
    assertThatThrownBy(() -> TestNode.result(oidc.subject(stolen, null, nonce, verifier())))
        .isInstanceOf(Oidc.Failed.class);
    assertThat(provider.refusals()).containsExactly("code", "verifier");
  }

  @Test
  void whoDoesNotKnowTheSecretGetsNothing() {
    oidc = oidc("wrong");
    assertRefused("it answers 400");
    assertThat(provider.refusals()).containsExactly("client");
  }

  @Test
  void anAnswerOfAnotherProviderIsRefused() {
    assertThatThrownBy(
            () -> TestNode.result(oidc.subject("code", "https://evil.example", "n", "v")))
        .isInstanceOf(Oidc.Failed.class)
        .hasMessageContaining("another provider");
    provider.metadata = m -> m.put("authorization_response_iss_parameter_supported", true);
    oidc = oidc(OpenIdProvider.SECRET);
    assertRefused("another provider");
  }

  @Test
  void itsKeysAreReadAgainWhenItHasNewOnesAndNotForEveryForgery() {
    signIn();
    int read = provider.keysRead.get();
    signIn();
    assertThat(provider.keysRead).as("known keys are not read again").hasValue(read);
    provider.turnKeys("rsa-new");
    assertThat(signIn().sub()).isNotEmpty();
    assertThat(provider.keysRead).hasValue(read + 1);
    provider.turnKeys("rsa-newer");
    assertRefused("not signed with a key of its own");
    assertThat(provider.keysRead).hasValue(read + 1);
    now.updateAndGet(n -> n.plus(Duration.ofSeconds(61)));
    assertThat(signIn().sub()).isNotEmpty();
    read = provider.keysRead.get();
    provider.signing = Signing.STRANGER;
    for (int i = 0; i < 5; i++) {
      assertRefused("not signed");
    }
    assertThat(provider.keysRead).hasValue(read);
    provider.turnKeys("rsa-1");
  }

  @Test
  void aProviderThatCallsItselfOtherwiseIsRefused() {
    provider.metadata = m -> m.put("issuer", "https://evil.example");
    assertRefused("by another name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"authorization_endpoint", "token_endpoint", "jwks_uri"})
  void aPlaceThatIsNotSafeIsRefused(String name) {
    for (String place : List.of("http://evil.example/x", "javascript:alert(1)", "no uri", "")) {
      provider.metadata = m -> m.put(name, place);
      assertRefused("its " + name + " is not an https address");
    }
  }
}
