package dev.hilo.gateway;

import static dev.hilo.gateway.Company.PASSWORD;
import static dev.hilo.gateway.Company.cookie;
import static dev.hilo.gateway.Company.session;
import static dev.hilo.gateway.Company.signIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.Gateway;
import dev.hilo.live.CloseCode;
import dev.hilo.people.Totp;
import dev.hilo.testing.RedisServer;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** People come in, stay in, and are put out, over HTTP on a real gateway. */
class PeopleTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static Company company;

  @BeforeAll
  static void start() throws Exception {
    company = new Company(redis.uri(), redis.workspace());
  }

  @AfterAll
  static void stop() throws Exception {
    company.close();
  }

  private static void assertRefused(Rest.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.headers().firstValue("set-cookie")).isEmpty();
  }

  // ---- the first one

  @Test
  void theFirstIsAdministratorAndTheLinkIsGoodOnce() throws Exception {
    JsonNode session = session(company.ada);
    assertThat(session.path("roles").toString()).isEqualTo("[\"administrator\",\"agent\"]");
    assertThat(session.path("email").asText()).isEqualTo("ada@shop.example");
    assertThat(session.path("password").asBoolean()).isTrue();
    assertThat(session.path("secondFactor").asBoolean()).isFalse();
    String second = company.a.setupLink(redis.workspace());
    assertRefused(
        company
            .somebody()
            .post(
                "/api/v1/setup",
                Rest.object(
                    "code",
                    Company.code(second),
                    "name",
                    "Eve",
                    "email",
                    "eve@shop.example",
                    "password",
                    PASSWORD)),
        401,
        "bad-link");
  }

  @Test
  void theDoorSaysWhatThereIs() throws Exception {
    JsonNode door = company.somebody().get("/api/v1/door").json();
    assertThat(door.path("workspace").asText()).isEqualTo(redis.workspace());
    assertThat(door.path("mail").asBoolean()).isTrue();
    assertThat(door.path("setup").asBoolean()).isFalse();
    assertThat(door.path("oidc").path("name").asText()).isEqualTo("Shop");
  }

  // ---- passwords

  @Test
  void aRightPasswordOpensASessionOnEveryNode() throws Exception {
    company.invited("bea");
    Rest bea = company.in("bea");
    assertThat(session(bea).path("agent").path("name").asText()).isEqualTo("bea");
    String cookie = cookieOf(bea);
    assertThat(session(Rest.nobody(company.b).with("Cookie", cookie)).path("agent").path("id"))
        .hasToString("\"bea\"");
  }

  private static String cookieOf(Rest rest) {
    return rest.header("Cookie");
  }

  @Test
  void theCookieIsForThisSiteOnly() throws Exception {
    company.invited("cleo");
    Rest.Answer in = signIn(company.somebody(), "CLEO", PASSWORD);
    assertThat(in.headers().firstValue("set-cookie").orElseThrow())
        .startsWith("hilo=")
        .contains("HTTPOnly", "SameSite=Strict", "Path=/", "Max-Age=1209600")
        .doesNotContain("Domain");
    assertThat(in.headers().firstValue("cache-control")).contains("no-store");
    assertThat(in.body()).isEqualTo("{\"signedIn\":true}");
  }

  @Test
  void overHttpsTheCookiesAreForThisHostOnly() throws Exception {
    String site = "https://chat.shop.example";
    String more =
        """
        limits: {drain: 1s}
        http: {public-url: '%s'}
        oidc: {name: Shop, issuer: '%s', client-id: hilo-client, client-secret: secret}
        """
            .formatted(site, company.provider.issuer());
    Gateway c = company.nodes.start("c", redis.uri(), more);
    Rest rest = Rest.at(company.nodes.at(c)).with("Origin", site);
    company.invited("sid");
    Rest.Answer in = signIn(rest, "sid", PASSWORD);
    assertThat(in.headers().firstValue("set-cookie").orElseThrow())
        .startsWith("__Host-hilo=")
        .contains("Secure", "HTTPOnly", "SameSite=Strict", "Path=/")
        .doesNotContain("Domain");
    session(rest.with("Cookie", cookie(in)));
    Rest.Answer away = rest.get("/api/v1/session/oidc");
    assertThat(away.headers().firstValue("set-cookie").orElseThrow())
        .startsWith("__Host-hilo-oidc=")
        .contains("Secure", "HTTPOnly", "SameSite=Lax", "Path=/");
    assertThat(away.headers().firstValue("location").orElseThrow())
        .contains("redirect_uri=https%3A%2F%2Fchat.shop.example%2Fapi%2Fv1%2Fsession%2Foidc");
    company.nodes.stop(c);
  }

  @Test
  void aFurtherSignInInTheSameBrowserEndsTheOneBefore() throws Exception {
    Rest tom = company.invited("tom");
    assertThat(signIn(tom, "tom", PASSWORD).status()).isEqualTo(200);
    await().until(() -> tom.get("/api/v1/session").status() == 401);
  }

  @Test
  void unknownWrongAndSuspendedGetTheSameAnswer() throws Exception {
    company.invited("dan");
    company.invited("sus");
    Rest.Answer stood = company.ada.get("/api/v1/desk/user/sus");
    var suspended = (ObjectNode) stood.json();
    assertThat(company.ada.put("/api/v1/desk/user/sus", suspended.put("suspended", true)).status())
        .isEqualTo(200);
    Set<String> answers = new TreeSet<>();
    for (String[] attempt :
        new String[][] {
          {"nobody", PASSWORD}, {"dan", "wrong password"}, {"sus", PASSWORD}, {"luis", PASSWORD}
        }) {
      Rest.Answer answer = signIn(company.somebody(), attempt[0], attempt[1]);
      assertRefused(answer, 401, "bad-credentials");
      answers.add(answer.body());
    }
    assertThat(answers).as("not to be told apart").hasSize(1);
    assertThat(
            company
                .somebody()
                .post(
                    "/api/v1/session",
                    Rest.object(
                        "workspace", "no-such",
                        "email", "dan@shop.example",
                        "password", PASSWORD))
                .body())
        .isEqualTo(answers.iterator().next());
  }

  /** Guesses until the door is shut for so many seconds, whatever the machine takes for a guess. */
  private static Rest.Answer guessed(String name, int seconds) {
    AtomicReference<Rest.Answer> last = new AtomicReference<>();
    await()
        .atMost(Nodes.PATIENCE)
        .until(
            () -> {
              Rest.Answer answer = signIn(company.somebody(), name, "guess");
              last.set(answer);
              return answer.status() == 429
                  && answer.json().path("detail").path("retryAfter").asInt() >= seconds;
            });
    return last.get();
  }

  @Test
  void whoGuessesIsSlowedDownOnAllNodesAndOthersAreNot() throws Exception {
    company.invited("eve");
    Rest.Answer locked = guessed("eve", 8);
    assertRefused(signIn(company.somebody(), "eve", PASSWORD), 429, "locked");
    assertThat(
            Rest.nobody(company.b)
                .post(
                    "/api/v1/session",
                    Rest.object("email", "eve@shop.example", "password", PASSWORD))
                .code())
        .isEqualTo("locked");
    assertRefused(locked, 429, "locked");
    assertThat(locked.headers().firstValue("retry-after"))
        .contains(locked.json().path("detail").path("retryAfter").asText());
    assertRefused(signIn(company.somebody(), "nobody-else", "guess"), 401, "bad-credentials");
    assertThat(guessed("nobody-at-all", 1).body().replaceAll("\\d", ""))
        .as("whether there is such an account does not show")
        .isEqualTo(locked.body().replaceAll("\\d", ""));
  }

  @Test
  void whoTriesManyAccountsFromOnePlaceIsSlowedDown() throws Exception {
    Rest one = company.somebody();
    Rest.Answer answer = signIn(one, "x", "y");
    for (int i = 0; i < 40 && answer.status() == 401; i++) {
      answer = signIn(one, "nobody-" + i, "guess");
    }
    assertRefused(answer, 429, "locked");
    company.in("ada");
  }

  @ParameterizedTest
  @CsvSource({
    "{}, mail address is missing",
    "{\"email\":\"ada@shop.example\"}, password is missing",
    "[], a JSON object is wanted",
    "{\"email\":{}}, email"
  })
  void aCallThatSaysNothingIsToldSo(String body, String why) throws Exception {
    Rest.Answer answer = company.somebody().post("/api/v1/session", body);
    assertRefused(answer, 400, "bad-request");
    assertThat(answer.json().path("title").asText()).contains(why);
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /session",
    "POST, /session/second",
    "POST, /setup",
    "POST, /invitation",
    "POST, /reset",
    "POST, /reset/accept",
    "POST, /invitations",
    "PUT, /me/password",
    "POST, /me/totp",
    "DELETE, /me/sessions",
    "DELETE, /session"
  })
  void anotherSitesPageCanDoNothing(String method, String path) throws Exception {
    for (Rest rest :
        List.of(
            company.ada.with("Origin", "https://evil.example"), company.ada.without("Origin"))) {
      assertRefused(rest.call(method, "/api/v1" + path, "{}"), 403, "forbidden-origin");
    }
    session(company.ada);
  }

  // ---- second factor

  private static long step() {
    return System.currentTimeMillis() / 30_000;
  }

  /** Turns it on with the code of the step before, so that those of now and later are unused. */
  private static JsonNode secondFactor(Rest rest, String[] secret) throws Exception {
    Rest.Answer offer = rest.post("/api/v1/me/totp", "{}");
    assertThat(offer.status()).as(offer.body()).isEqualTo(200);
    secret[0] = offer.json().path("secret").asText();
    assertThat(offer.json().path("uri").asText()).startsWith("otpauth://totp/").contains(secret[0]);
    assertThat(session(rest).path("secondFactor").asBoolean()).as("not yet").isFalse();
    assertRefused(rest.put("/api/v1/me/totp", Rest.object("code", "000000x")), 401, "wrong-code");
    Rest.Answer on =
        rest.put("/api/v1/me/totp", Rest.object("code", Totp.code(secret[0], step() - 1)));
    assertThat(on.status()).as(on.body()).isEqualTo(200);
    assertThat(on.json().path("recovery")).hasSize(10);
    return on.json().path("recovery");
  }

  private static Rest.Answer second(Rest rest, String challenge, String code) throws Exception {
    return rest.post("/api/v1/session/second", Rest.object("challenge", challenge, "code", code));
  }

  private static String challenge(Rest rest, String name) throws Exception {
    Rest.Answer answer = signIn(rest, name, PASSWORD);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("set-cookie")).isEmpty();
    return answer.json().path("challenge").asText();
  }

  @Test
  void aSecondFactorIsAskedForAndEachCodeIsGoodOnce() throws Exception {
    String[] secret = new String[1];
    JsonNode recovery = secondFactor(company.invited("fay"), secret);
    await().until(() -> company.letter("fay@shop.example").contains("authenticator app"));
    Rest rest = company.somebody();
    String first = challenge(rest, "fay");
    assertRefused(second(rest, first, "123"), 401, "wrong-code");
    String code = Totp.code(secret[0], step());
    Rest.Answer in = second(rest, first, code);
    assertThat(in.status()).as(in.body()).isEqualTo(204);
    Rest fay = rest.with("Cookie", cookie(in));
    assertThat(session(fay).path("secondFactor").asBoolean()).isTrue();
    assertThat(session(fay).path("recoveryLeft").asInt()).isEqualTo(10);
    assertRefused(second(rest, first, code), 401, "bad-link");
    String again = challenge(rest, "fay");
    assertRefused(second(rest, again, code), 401, "wrong-code");
    Rest.Answer recovered = second(rest, again, recovery.get(3).asText().toUpperCase());
    assertThat(recovered.status()).as(recovered.body()).isEqualTo(204);
    assertThat(session(fay).path("recoveryLeft").asInt()).isEqualTo(9);
    String third = challenge(rest, "fay");
    assertRefused(second(rest, third, recovery.get(3).asText()), 401, "wrong-code");
  }

  @Test
  void aChallengeEndsAfterFiveTriesAndNewOnesDoNotHelp() throws Exception {
    String[] secret = new String[1];
    secondFactor(company.invited("gil"), secret);
    Rest rest = company.somebody();
    String challenge = challenge(rest, "gil");
    for (int i = 0; i < 5; i++) {
      assertThat(second(rest, challenge, "wrong").code()).isEqualTo("wrong-code");
    }
    assertRefused(second(rest, challenge, Totp.code(secret[0], step())), 401, "bad-link");
    Rest.Answer answer = second(rest, challenge(rest, "gil"), "wrong");
    for (int i = 0; i < 20 && answer.status() == 401; i++) {
      answer = second(rest, challenge(rest, "gil"), "wrong");
    }
    assertRefused(answer, 429, "locked");
    assertRefused(second(rest, "no such challenge", "123456"), 401, "bad-link");
  }

  @Test
  void turningItOffTakesThePassword() throws Exception {
    Rest hal = company.invited("hal");
    JsonNode before = secondFactor(hal, new String[1]);
    assertRefused(hal.post("/api/v1/me/totp", "{}"), 409, "refused");
    assertRefused(
        hal.post("/api/v1/me/recovery", Rest.object("password", "guess")), 403, "wrong-password");
    JsonNode codes =
        hal.post("/api/v1/me/recovery", Rest.object("password", PASSWORD)).json().path("recovery");
    assertThat(codes).hasSize(10).doesNotContain(before.get(0));
    assertRefused(
        hal.delete("/api/v1/me/totp", Rest.object("password", "guess")), 403, "wrong-password");
    assertThat(hal.delete("/api/v1/me/totp", Rest.object("password", PASSWORD)).status())
        .isEqualTo(204);
    assertThat(session(hal).path("recoveryLeft").asInt()).isZero();
    company.in("hal");
  }

  @Test
  void anAdministratorTakesItAwayFromWhoLostEverything() throws Exception {
    secondFactor(company.invited("ida"), new String[1]);
    await().until(() -> company.letters("ida@shop.example") == 2); // letters may overtake
    assertThat(company.ada.delete("/api/v1/users/ida/second-factor").status()).isEqualTo(204);
    await().until(() -> company.letter("ida@shop.example").contains("no longer asks"));
    company.in("ida");
  }

  // ---- sessions

  @Test
  void sessionsAreListedAndEnded() throws Exception {
    Rest first = company.invited("jon");
    Rest second = company.in("jon").with("User-Agent", "Firefox");
    Rest third = company.in("jon");
    JsonNode all = second.get("/api/v1/me/sessions").json().path("sessions");
    assertThat(all).hasSize(3);
    assertThat(all.findValuesAsText("how"))
        .containsExactlyInAnyOrder("invitation", "password", "password");
    JsonNode own = null;
    for (JsonNode session : all) {
      if (session.path("this").asBoolean()) {
        own = session;
      }
      assertThat(session.path("from").asText()).startsWith("198.51.");
    }
    assertThat(own.path("id").asText()).isEqualTo(session(second).path("session").asText());
    String other = session(third).path("session").asText();
    assertRefused(company.ada.delete("/api/v1/me/sessions/" + other), 404, "unknown-topic");
    session(third);
    assertThat(second.delete("/api/v1/me/sessions/" + other).status()).isEqualTo(204);
    assertRefused(third.get("/api/v1/session"), 401, "unauthorized");
    assertThat(second.delete("/api/v1/me/sessions").status()).isEqualTo(204);
    assertRefused(first.get("/api/v1/session"), 401, "unauthorized");
    assertThat(second.delete("/api/v1/session").status()).isEqualTo(204);
    assertThat(second.get("/api/v1/session").status()).isEqualTo(401);
  }

  @Test
  void anAdministratorSeesAndEndsOthersSessions() throws Exception {
    Rest kim = company.invited("kim");
    Rest again = company.in("kim");
    JsonNode all = company.ada.get("/api/v1/users/kim/sessions").json().path("sessions");
    assertThat(all).hasSize(2);
    assertRefused(kim.get("/api/v1/users/ada/sessions"), 403, "forbidden");
    String one = session(kim).path("session").asText();
    assertThat(company.ada.delete("/api/v1/users/kim/sessions/" + one).status()).isEqualTo(204);
    assertThat(kim.get("/api/v1/session").status()).isEqualTo(401);
    session(again);
    assertThat(company.ada.delete("/api/v1/users/kim/sessions").status()).isEqualTo(204);
    assertThat(again.get("/api/v1/session").status()).isEqualTo(401);
    assertRefused(company.ada.get("/api/v1/users/no-such/sessions"), 404, "unknown-topic");
  }

  @Test
  void socketsOfASessionThatIsEndedAreClosedOnEveryNode() throws Exception {
    Rest lea = company.invited("lea");
    try (SocketClient socket = SocketClient.agent(company.nodes, company.b, lea)) {
      assertThat(company.in("lea").delete("/api/v1/me/sessions").status()).isEqualTo(204);
      assertThat(socket.awaitClose()).isEqualTo(CloseCode.REVOKED.code());
    }
  }

  // ---- passwords change

  @Test
  void anotherPasswordSignsOutAllOthers() throws Exception {
    Rest max = company.invited("max");
    Rest other = company.in("max");
    assertRefused(
        max.put("/api/v1/me/password", Rest.object("password", "another password")),
        403,
        "wrong-password");
    assertRefused(
        max.put(
            "/api/v1/me/password",
            Rest.object("current", PASSWORD, "password", "max@shop.example")),
        400,
        "weak-password");
    assertThat(
            max.put(
                    "/api/v1/me/password",
                    Rest.object("current", PASSWORD, "password", "another password"))
                .status())
        .isEqualTo(204);
    session(max);
    assertThat(other.get("/api/v1/session").status()).isEqualTo(401);
    assertThat(signIn(company.somebody(), "max", PASSWORD).status()).isEqualTo(401);
    assertThat(signIn(company.somebody(), "max", "another password").status()).isEqualTo(200);
    await().until(() -> company.letter("max@shop.example").contains("was just changed"));
  }

  // ---- invitations

  @Test
  void anInvitationIsGoodOnceAndForAGoodPassword() throws Exception {
    company.invited("nia");
    assertThat(company.ada.post("/api/v1/invitations/nia", "{}").status()).isEqualTo(201);
    String letter = company.letter("nia@shop.example");
    assertRefused(Company.accept(company.somebody(), letter, "short"), 400, "weak-password");
    Rest.Answer weak = Company.accept(company.somebody(), letter, "password1234");
    assertThat(weak.json().path("detail").path("why").asText()).isEqualTo("common");
    assertThat(Company.accept(company.somebody(), letter, "another password").status())
        .as("it is still good")
        .isEqualTo(204);
    assertRefused(Company.accept(company.somebody(), letter, "third password"), 401, "bad-link");
    assertRefused(
        company
            .somebody()
            .post("/api/v1/invitation", Rest.object("code", "x", "password", PASSWORD)),
        401,
        "bad-link");
  }

  @Test
  void aLinkIsVoidOnceThePasswordWasChangedAnotherWay() throws Exception {
    Rest ola = company.invited("ola");
    company.ada.post("/api/v1/invitations/ola", "{}");
    String letter = company.letter("ola@shop.example");
    ola.put(
        "/api/v1/me/password", Rest.object("current", PASSWORD, "password", "another password"));
    assertRefused(Company.accept(company.somebody(), letter, "third password"), 401, "bad-link");
  }

  @Test
  void onlyWhoMayInvitesAndOnlyWhatIsSound() throws Exception {
    Rest pam = company.invited("pam");
    assertRefused(
        pam.post("/api/v1/invitations", Rest.object("email", "q@shop.example", "name", "Q")),
        403,
        "forbidden");
    for (JsonNode wrong :
        List.of(
            Rest.object("email", "no address", "name", "Q"),
            Rest.object("email", "q@shop.example"),
            Rest.object("email", "pam@shop.example", "name", "Q"),
            Rest.object("email", "q@shop.example", "name", "Q", "roles", List.of("king")))) {
      assertRefused(company.ada.post("/api/v1/invitations", wrong), 400, "bad-request");
    }
    assertThat(company.letters("q@shop.example")).isZero();
  }

  @Test
  void whoWasInvitedAndHasNotComeYetIsKnown() throws Exception {
    Rest val = company.invited("val");
    company.ada.post("/api/v1/invitations", Rest.object("email", "w@shop.example", "name", "Wil"));
    JsonNode users = company.ada.get("/api/v1/users").json().path("users");
    assertThat((Iterable<JsonNode>) users)
        .extracting(u -> u.path("id").asText() + " " + u.path("password").asText())
        .contains("ada true", "val true", "w false");
    assertRefused(val.get("/api/v1/users"), 403, "forbidden");
  }

  // ---- resets

  @Test
  void aForgottenPasswordIsReplacedByALinkThatIsGoodOnce() throws Exception {
    Rest quin = company.invited("quin");
    Rest.Answer asked = reset("quin");
    assertThat(asked.status()).isEqualTo(202);
    await().until(() -> company.letter("quin@shop.example").contains("#reset="));
    String code = Company.code(company.letter("quin@shop.example"));
    assertRefused(accept(code, "short"), 400, "weak-password");
    assertThat(accept(code, "another password").status()).isEqualTo(204);
    assertThat(quin.get("/api/v1/session").status()).as("signed out").isEqualTo(401);
    assertRefused(accept(code, "third password"), 401, "bad-link");
    assertThat(signIn(company.somebody(), "quin", "another password").status()).isEqualTo(200);
  }

  private static Rest.Answer reset(String name) throws Exception {
    return company.somebody().post("/api/v1/reset", Rest.object("email", name + "@shop.example"));
  }

  private static Rest.Answer accept(String code, String password) throws Exception {
    return company
        .somebody()
        .post("/api/v1/reset/accept", Rest.object("code", code, "password", password));
  }

  @Test
  void whetherThereIsSuchAnAccountDoesNotShow() throws Exception {
    company.invited("rex");
    Rest.Answer known = reset("rex");
    Rest.Answer unknown = reset("nobody");
    assertThat(unknown.status()).isEqualTo(known.status()).isEqualTo(202);
    assertThat(unknown.body()).isEqualTo(known.body());
    await().until(() -> company.letter("rex@shop.example").contains("#reset="));
    assertThat(company.letters("nobody@shop.example")).isZero();
  }

  @Test
  void nobodyIsFloodedWithLetters() throws Exception {
    company.invited("sam");
    for (int i = 0; i < 8; i++) {
      assertThat(reset("sam").status()).isEqualTo(202);
    }
    company.invited("sue"); // by now earlier letters are there
    assertThat(company.letters("sam@shop.example")).isLessThanOrEqualTo(4);
  }

  // ---- the provider

  /** A browser that goes to the provider: what it was sent to, and its cookie. */
  private record Trip(Rest rest, URI location) {
    static Trip begin() throws Exception {
      Rest rest = company.somebody();
      Rest.Answer away = rest.without("Origin").get("/api/v1/session/oidc");
      assertThat(away.status()).as(away.body()).isEqualTo(302);
      String cookie = away.headers().firstValue("set-cookie").orElseThrow();
      assertThat(cookie)
          .startsWith("hilo-oidc=")
          .contains("HTTPOnly", "SameSite=Lax", "Max-Age=600");
      return new Trip(
          rest.without("Origin").with("Cookie", cookie(away)),
          URI.create(away.headers().firstValue("location").orElseThrow()));
    }

    Rest.Answer end(String name) throws Exception {
      URI back = company.provider.signIn(location, name + "@shop.example");
      return rest.get(back.getRawPath() + "?" + back.getRawQuery());
    }
  }

  private static void assertProblem(Rest.Answer answer, String code) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(302);
    assertThat(answer.headers().firstValue("location")).contains("/agent#problem=" + code);
    assertThat(answer.headers().allValues("set-cookie")).noneMatch(c -> c.startsWith("hilo=ey"));
    assertThat(answer.headers().allValues("set-cookie"))
        .noneMatch(c -> c.matches("hilo=[\\w-]{20,};.*"));
  }

  @Test
  void whoTheProviderKnowsComesIn() throws Exception {
    company.invited("tia");
    Rest.Answer back = Trip.begin().end("tia");
    assertThat(back.status()).isEqualTo(302);
    assertThat(back.headers().firstValue("location")).contains("/agent");
    String cookie =
        back.headers().allValues("set-cookie").stream()
            .filter(c -> c.startsWith("hilo="))
            .findFirst()
            .orElseThrow();
    Rest tia = Rest.nobody(company.a).with("Cookie", cookie.substring(0, cookie.indexOf(';')));
    assertThat(session(tia).path("agent").path("id").asText()).isEqualTo("tia");
    assertThat(tia.get("/api/v1/me/sessions").json().findValuesAsText("how")).contains("oidc");
    company.provider.claims = c -> c.claim("email", "elsewhere@shop.example");
    assertThat(Trip.begin().end("tia").headers().firstValue("location"))
        .as("known by what the provider calls her from now on")
        .contains("/agent");
    company.provider.claims = c -> c.subject("an impostor").claim("email", "tia@shop.example");
    assertProblem(Trip.begin().end("tia"), "oidc-unknown");
    company.provider.reset();
  }

  @Test
  void whoIsNotInvitedOrNotVerifiedDoesNotComeIn() throws Exception {
    assertProblem(Trip.begin().end("stranger"), "oidc-unknown");
    company.invited("una");
    company.provider.claims = c -> c.claim("email_verified", false);
    assertProblem(Trip.begin().end("una"), "oidc-unknown");
    company.provider.reset();
    company.provider.claims = c -> c.claim("nonce", "of another trip");
    assertProblem(Trip.begin().end("una"), "oidc-failed");
    company.provider.reset();
  }

  @Test
  void aCallbackIsOfUseInTheBrowserThatBeganOnly() throws Exception {
    company.invited("vic");
    Trip trip = Trip.begin();
    URI back = company.provider.signIn(trip.location, "vic@shop.example");
    String callback = back.getRawPath() + "?" + back.getRawQuery();
    assertProblem(company.somebody().without("Origin").get(callback), "bad-link");
    assertProblem(trip.rest.get(callback), "bad-link");
    Trip other = Trip.begin();
    Trip third = Trip.begin();
    URI theirs = company.provider.signIn(other.location, "vic@shop.example");
    assertProblem(third.rest.get(theirs.getRawPath() + "?" + theirs.getRawQuery()), "bad-link");
    assertProblem(
        Trip.begin().rest.get("/api/v1/session/oidc/callback?error=access_denied&state=x"),
        "oidc-failed");
    assertProblem(
        Trip.begin().rest.get("/api/v1/session/oidc/callback?code=x&state=x"), "bad-link");
  }

  // ---- what is told elsewhere

  @Test
  void whatFailsIsCounted() throws Exception {
    signIn(company.somebody(), "nobody", "guess");
    String metrics = Rest.at(company.a.managementUrl()).get("/metrics").body();
    assertThat(metrics).contains("hilo_signin_failures_total{why=\"password\"}");
  }

  @Test
  void nothingThatOpensADoorIsStored() throws Exception {
    Rest wes = company.invited("wes");
    String letter = company.letter("wes@shop.example");
    String[] secret = new String[1];
    JsonNode codes = secondFactor(wes, secret);
    StringBuilder all = new StringBuilder();
    var names = company.nodes.store.ask("KEYS", "*");
    for (var name : names) {
      var dump = company.nodes.store.ask("DUMP", name.toString());
      all.append(name).append(dump == null ? "" : dump.toString());
    }
    assertThat(all.toString())
        .doesNotContain(
            PASSWORD,
            Company.code(letter),
            secret[0],
            codes.get(0).asText(),
            cookieOf(wes).substring("hilo=".length()));
  }
}
