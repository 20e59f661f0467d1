package dev.hilo.journey;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Keyboard;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Visitor and agent get through their work with the keyboard alone, in every language. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class KeyboardIT {
  private static final int MOST_TABS = 60;

  private final Set<String> words = new HashSet<>();

  @Test
  void threeLanguagesByKeyboardAlone() throws Exception {
    GatewayProcess gateway = GatewayProcess.start();
    try (Chromium browser = new Chromium()) {
      BrowserContext first = browser.person(1280, 800, "en-US");
      Screen signIn = new Screen(first, "sign-in");
      signIn.page.navigate(gateway.signInLink("Marco"));
      assertThat(signIn.page.locator("hilo-inbox")).isVisible();
      String session = first.storageState();
      List<String> languages = List.of("en-US", "es-ES", "pt-BR");
      for (String language : languages) {
        String question = "Question in " + language;
        Screen shop = new Screen(browser.person(1280, 800, language), "shop-" + language);
        visitorAsks(shop, gateway, question);
        BrowserContext agent =
            browser.person(
                new Browser.NewContextOptions()
                    .setViewportSize(1280, 800)
                    .setLocale(language)
                    .setStorageState(session));
        Screen desk = new Screen(agent, "agent-" + language);
        agentAnswers(desk, gateway, question);
        shop.sees("Answer to: " + question);
        assertThat(shop.told()).doesNotContain("Note on: ");
        List.of(shop, desk).forEach(Screen::withoutFaults);
      }
      assertThat(words).hasSize(4 * languages.size());
    } finally {
      gateway.remove();
    }
  }

  private void visitorAsks(Screen shop, GatewayProcess gateway, String question) {
    shop.page.navigate(gateway.url("/demo"));
    assertThat(shop.id("launcher")).isVisible();
    shop.accessible("keyboard");
    words.add(shop.page.locator("h1").innerText());
    tabTo(shop, "launcher");
    Keyboard keys = shop.page.keyboard();
    keys.press("Enter");
    assertThat(shop.id("composer")).isFocused();
    words.add(shop.id("composer").getAttribute("placeholder"));
    keys.type(question);
    keys.press("Enter");
    shop.sees(question, "sent");
    shop.accessible("keyboard-open");
    keys.press("Escape");
    assertThat(shop.id("panel")).isHidden();
    assertThat(shop.id("launcher")).isFocused();
    keys.press("Enter");
    assertThat(shop.id("panel")).isVisible();
  }

  private void agentAnswers(Screen desk, GatewayProcess gateway, String question) {
    desk.page.navigate(gateway.url("/agent"));
    assertThat(desk.id("row", question)).isVisible();
    words.add(desk.page.locator("h1").first().innerText());
    Keyboard keys = desk.page.keyboard();
    keys.press("/");
    keys.type(question);
    assertThat(desk.id("row")).hasCount(1);
    tabTo(desk, "row");
    keys.press("Enter");
    desk.sees(question);
    words.add(desk.id("assign-me").getAttribute("aria-label"));

    keys.press("r");
    assertThat(desk.id("composer")).isFocused();
    keys.type("Answer to: " + question);
    keys.press("Enter");
    desk.sees("Answer to: " + question, "read");
    keys.press("Escape");
    keys.press("n");
    assertThat(desk.id("composer")).isFocused();
    keys.type("Note on: " + question);
    keys.press("Enter");
    desk.sees("Note on: " + question, "note");
    desk.accessible("keyboard-note");
    keys.press("Escape");
    keys.press("e");
    assertThat(desk.id("row")).hasCount(0);
    keys.press("?");
    assertThat(desk.page.locator("dialog[open]")).isVisible();
    desk.accessible("keyboard-help");
  }

  /** Presses Tab until the element has the focus, as somebody without a mouse would. */
  private static void tabTo(Screen screen, String testId) {
    for (int i = 0; i < MOST_TABS; i++) {
      screen.page.keyboard().press("Tab");
      Object focused =
          screen.page.evaluate(
              """
              () => {
                let at = document.activeElement;
                while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
                return at?.dataset?.testid ?? "";
              }
              """);
      if (testId.equals(focused)) {
        return;
      }
    }
    throw new AssertionError("Tab does not get to " + testId);
  }
}
