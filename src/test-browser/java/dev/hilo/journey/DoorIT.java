package dev.hilo.journey;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Keyboard;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From the link of the first start to one's own account with a second step, in a browser. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DoorIT {
  private static final String MAIL = "lucia@alma.example";
  private static final String FIRST = "tres tristes tigres";
  private static final String SECOND = "tragaban trigo en un trigal";
  private static final List<String> LANGUAGES = List.of("en-US", "es-ES", "pt-BR");

  @Test
  void onesOwnDoor() throws Exception {
    GatewayProcess gateway = GatewayProcess.empty();
    try (Chromium browser = new Chromium()) {
      Screen desk = new Screen(browser.person(1280, 800, "en-US"), "desk");
      becomesAdministrator(desk, gateway);
      leavesAndComesBack(desk);
      String secret = addsASecondStep(desk);

      Screen phone = new Screen(phone(browser), "phone");
      comesInByKeyboard(phone, gateway, secret);
      List<String> recovery = takesNewRecoveryCodes(desk, FIRST);
      isSignedOutFromElsewhere(desk, phone);
      comesInWith(phone, FIRST, recovery.getFirst());
      assertThat(phone.page.locator("hilo-inbox")).isVisible();
      changesThePassword(desk, phone);
      comesInWith(phone, SECOND, recovery.getFirst());
      assertThat(phone.id("door-notice")).containsText("ya se usó");

      everyLanguageAtTheDoor(browser, gateway);
      isSlowedDown(new Screen(browser.person(1280, 800, "en-US"), "stranger"), gateway);
      List.of(desk, phone).forEach(Screen::withoutFaults);
    } finally {
      gateway.remove();
    }
  }

  private static BrowserContext phone(Chromium browser) {
    return browser.person(
        new Browser.NewContextOptions()
            .setViewportSize(390, 844)
            .setLocale("es-ES")
            .setColorScheme(ColorScheme.DARK));
  }

  private static Locator button(Screen screen, String name) {
    return screen.page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
  }

  private static void becomesAdministrator(Screen desk, GatewayProcess gateway) throws Exception {
    desk.page.navigate(gateway.url("/agent"));
    assertThat(desk.page.locator("h1")).hasText("Almost there");
    desk.accessible("door-before-setup");
    desk.page.navigate(gateway.setupLink());
    assertThat(desk.page.locator("#name")).isVisible();
    assertThat(desk.page.url()).doesNotContain("#");
    desk.page.fill("#name", "Lucía Prado");
    desk.page.fill("#email", MAIL);
    desk.page.fill("#password", "1234567890");
    desk.accessible("door-setup");
    desk.id("door-go").click();
    assertThat(desk.page.locator("#password-fault")).containsText("tried first");
    desk.refused(400);
    desk.page.fill("#password", FIRST);
    desk.id("door-go").click();
    assertThat(desk.page.locator("hilo-inbox")).isVisible();
  }

  private static void leavesAndComesBack(Screen desk) {
    desk.page.locator(".rail-item.me").click();
    desk.id("sign-out").click();
    assertThat(desk.id("door-notice")).containsText("signed out");
    assertThat(desk.page.locator("hilo-inbox")).hasCount(0);
    signIn(desk, "not the password");
    assertThat(desk.id("door-notice")).containsText("E-mail or password is not right");
    desk.accessible("door-wrong");
    signIn(desk, FIRST);
    assertThat(desk.page.locator("hilo-inbox")).isVisible();
  }

  private static void signIn(Screen screen, String password) {
    screen.page.fill("#email", MAIL);
    screen.page.fill("#password", password);
    screen.id("door-go").click();
  }

  /** Gives the secret that the authenticator app would keep. */
  private static String addsASecondStep(Screen desk) throws Exception {
    desk.id("settings").click();
    assertThat(desk.id("session")).hasCount(1);
    assertThat(desk.id("second-state")).hasText("Off");
    desk.accessible("account");
    desk.id("second-begin").click();
    assertThat(desk.page.locator(".qr svg")).isVisible();
    String uri = desk.id("totp-secret").getAttribute("data-uri");
    String secret = uri.replaceAll(".*secret=(\\w+).*", "$1");
    assertThat(desk.id("totp-secret")).hasText(secret.replaceAll("(.{4})(?=.)", "$1 "));
    desk.accessible("account-second");
    desk.page.fill("#totp", Authenticator.code(secret, 0));
    assertThat(desk.id("recovery-code")).hasCount(10);
    desk.accessible("account-codes");
    desk.id("codes-kept").click();
    assertThat(desk.id("second-state")).hasText("On");
    return secret;
  }

  /** Each code is good once, so the app's next one is used. */
  private static void comesInByKeyboard(Screen phone, GatewayProcess gateway, String secret)
      throws Exception {
    phone.page.navigate(gateway.url("/agent"));
    assertThat(phone.page.locator("#email")).isFocused();
    Keyboard keys = phone.page.keyboard();
    keys.type(MAIL);
    keys.press("Tab");
    keys.type(FIRST);
    phone.accessible("door-phone");
    keys.press("Enter");
    assertThat(phone.page.locator("#code")).isFocused();
    phone.accessible("door-second");
    keys.type(Authenticator.code(secret, 1));
    assertThat(phone.page.locator("hilo-inbox")).isVisible();
  }

  private static List<String> takesNewRecoveryCodes(Screen desk, String password) {
    desk.id("second-renew").click();
    desk.page.fill("#confirm", password);
    desk.id("second-prove").click();
    assertThat(desk.id("recovery-code")).hasCount(10);
    List<String> codes = desk.id("recovery-code").allInnerTexts();
    desk.id("codes-kept").click();
    return codes;
  }

  private static void isSignedOutFromElsewhere(Screen desk, Screen phone) {
    desk.page.reload();
    assertThat(desk.id("session")).hasCount(2);
    desk.id("end-session").click();
    assertThat(phone.id("door-notice")).containsText("Esta sesión la cerró");
    assertThat(phone.page.locator("hilo-inbox")).hasCount(0);
    phone.accessible("door-revoked");
    assertThat(desk.id("session")).hasCount(1);
  }

  private static void comesInWith(Screen phone, String password, String recoveryCode) {
    signIn(phone, password);
    button(phone, "Usar un código de recuperación").click();
    phone.page.fill("#code", recoveryCode);
    phone.id("door-go").click();
  }

  /** Which ends the other sessions too. */
  private static void changesThePassword(Screen desk, Screen phone) {
    desk.id("change-password").click();
    desk.page.fill("#current", "not the password");
    desk.page.fill("#password", SECOND);
    desk.id("save-password").click();
    assertThat(desk.page.locator("#current-fault")).isVisible();
    desk.refused(403);
    desk.page.fill("#current", FIRST);
    desk.accessible("account-password");
    desk.id("save-password").click();
    assertThat(desk.page.locator("#current")).hasCount(0);
    assertThat(phone.id("door-notice")).isVisible();
  }

  private static void everyLanguageAtTheDoor(Chromium browser, GatewayProcess gateway) {
    Set<String> said = new HashSet<>();
    for (String language : LANGUAGES) {
      Screen door = new Screen(browser.person(390, 844, language), "door-" + language);
      door.page.navigate(gateway.url("/agent"));
      assertThat(door.page.locator("#email")).isVisible();
      said.add(door.page.locator("h1").innerText());
      door.page.locator(".beside button").click();
      assertThat(door.page.locator("h1")).not().hasText(said.iterator().next());
      said.add(door.page.locator("h1").innerText());
      door.accessible("door-forgot");
      door.page.navigate("about:blank");
      door.page.navigate(gateway.url("/agent#invitation=no-such-code"));
      door.page.fill("#password", SECOND);
      said.add(door.page.locator("h1").innerText());
      door.accessible("door-invitation");
      door.id("door-go").click();
      assertThat(door.page.locator("#password")).hasCount(0);
      said.add(door.page.locator("h1").innerText());
      door.withoutFaults();
    }
    assertThat(said).hasSize(4 * LANGUAGES.size());
  }

  private static void isSlowedDown(Screen stranger, GatewayProcess gateway) {
    stranger.page.navigate(gateway.url("/agent"));
    Locator countdown = stranger.id("door-countdown");
    for (int i = 0; i < 12 && countdown.count() == 0; i++) {
      stranger.page.fill("#email", "nobody@alma.example");
      stranger.page.fill("#password", "guess number " + i);
      stranger.id("door-go").click();
      assertThat(stranger.page.locator(".door-card[aria-busy=false]")).isVisible();
    }
    assertThat(countdown).hasText(Pattern.compile("Try again in \\d+:\\d\\d\\."));
  }
}
