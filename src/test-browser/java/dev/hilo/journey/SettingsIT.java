package dev.hilo.journey;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Keyboard;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The pages of the workspace: what one administrator saves, another one sees at once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class SettingsIT {
  private static final String PEOPLE =
      """
      {id: lucia, name: Lucía, roles: [administrator, agent, auditor]},
      {id: marco, name: Marco, roles: [administrator, agent]},
      {id: ana, name: Ana}
      """
          .replace("\n", " ");

  private static final List<String> PAGES =
      List.of(
          "users",
          "teams",
          "roles",
          "labels",
          "canned",
          "views",
          "rules",
          "hours",
          "inboxes",
          "endpoints",
          "mailboxes",
          "keys",
          "policy",
          "audit");

  private GatewayProcess gateway;
  private Chromium browser;
  private String session;
  private BrowserContext second;

  @BeforeAll
  void start() throws Exception {
    gateway = GatewayProcess.of(PEOPLE);
    browser = new Chromium();
    Screen lucia = new Screen(browser.person(1280, 800, "en-US"), "lucia");
    lucia.page.navigate(gateway.signInLink("Lucía"));
    assertThat(lucia.page.locator("hilo-inbox")).isVisible();
    session = lucia.page.context().storageState();
    second = browser.person(1280, 800, "en-US");
    Screen marco = new Screen(second, "marco");
    marco.page.navigate(gateway.signInLink("Marco"));
    assertThat(marco.page.locator("hilo-inbox")).isVisible();
  }

  @AfterAll
  void end() throws Exception {
    try {
      if (browser != null) {
        browser.close();
      }
    } finally {
      if (gateway != null) {
        gateway.remove();
      }
    }
  }

  /** Lucía's browser, somewhere. */
  private BrowserContext lucia(int width, int height, String locale, ColorScheme scheme) {
    return browser.person(
        new Browser.NewContextOptions()
            .setViewportSize(width, height)
            .setLocale(locale)
            .setColorScheme(scheme)
            .setStorageState(session));
  }

  private void open(Screen screen, String page) {
    screen.page.navigate(gateway.url("/agent#/settings/" + page));
    String element = page.equals("keys") ? "hilo-apikeys" : "hilo-" + page;
    assertThat(screen.page.locator(element + " h1")).isVisible();
    assertThat(screen.page.locator(".settings-page .skeletons")).hasCount(0);
  }

  private static Locator item(Screen screen, String text) {
    return screen.id("item", text);
  }

  private static void save(Screen screen) {
    screen.id("save").click();
    assertThat(screen.id("form")).hasCount(0);
  }

  private static void fill(Screen screen, String field, String text) {
    screen.page.fill("#" + field, text);
  }

  private static Locator choice(Screen screen, String name) {
    return screen
        .page
        .locator(".choice, .pick")
        .filter(new Locator.FilterOptions().setHasText(name));
  }

  @Test
  void whatOneSavesTheOtherSees() throws Exception {
    Screen lucia = new Screen(lucia(1280, 800, "en-US", ColorScheme.LIGHT), "lucia");
    Screen marco = new Screen(second, "marco");

    both(lucia, marco, "users");
    item(lucia, "Ana").getByTestId("edit").click();
    fill(lucia, "user-name", "Ana Beltrán");
    choice(lucia, "Supervisor").click();
    save(lucia);
    assertThat(item(marco, "Ana Beltrán")).containsText("Supervisor");

    make(lucia);
    fill(lucia, "user-email", "nora@alma.example");
    fill(lucia, "user-name", "Nora");
    lucia.id("save").click();
    assertThat(lucia.page.locator("dialog[open] .copyable code")).containsText("#invitation=");
    lucia.accessible("settings-invited");
    lucia.page.locator("dialog[open] .button.primary").click();
    assertThat(item(lucia, "Nora")).containsText("Invited");
    assertThat(item(marco, "Nora")).containsText("nora@alma.example");

    both(lucia, marco, "labels");
    make(lucia);
    fill(lucia, "label-name", "Refund");
    save(lucia);
    assertThat(item(marco, "Refund")).isVisible();

    both(lucia, marco, "teams");
    make(lucia);
    fill(lucia, "team-name", "Support");
    choice(lucia, "Only these").click();
    choice(lucia, "Alma Café").click();
    save(lucia);
    assertThat(item(marco, "Support")).containsText("Alma Café");

    both(lucia, marco, "roles");
    make(lucia);
    fill(lucia, "role-name", "Night shift");
    choice(lucia, "Answer customers").click();
    save(lucia);
    assertThat(item(marco, "Night shift")).containsText("5 rights");

    both(lucia, marco, "canned");
    make(lucia);
    fill(lucia, "canned-shortcut", "/hi");
    fill(lucia, "canned-text", "Hello {{name}}, {{agent}} here.");
    assertThat(lucia.page.locator(".said p")).hasText("Hello Ana, Lucía here.");
    save(lucia);
    assertThat(item(marco, "/hi")).containsText("{{agent}}");

    both(lucia, marco, "views");
    make(lucia);
    fill(lucia, "view-name", "Open refunds");
    choice(lucia, "Refund").click();
    save(lucia);
    assertThat(item(marco, "Open refunds")).containsText("Refund");

    both(lucia, marco, "rules");
    make(lucia);
    fill(lucia, "rule-name", "Refunds go to Marco");
    fill(lucia, "rule-words", "refund, money back");
    choice(lucia, "Refund").click();
    lucia.page.selectOption("#rule-assignee", "marco");
    save(lucia);
    assertThat(item(marco, "Refunds go to Marco"))
        .containsText(
            "By any inbox, with “refund” or “money back”: add Refund and assign to Marco.");

    both(lucia, marco, "hours");
    make(lucia);
    fill(lucia, "hours-name", "Bar");
    fill(lucia, "hours-zone", "America/Montevideo");
    Locator friday = lucia.page.locator("[data-day='5']");
    friday.getByLabel("From").fill("20:00");
    friday.getByLabel("Until").fill("02:00");
    assertThat(friday.locator(".next-day")).hasText(Pattern.compile("until 2:00\\sAM next day"));
    lucia.id("add-holiday").click();
    lucia.page.getByLabel("Date").fill("2030-12-25");
    save(lucia);
    assertThat(item(marco, "Bar")).containsText("1 holiday");

    both(lucia, marco, "inboxes");
    item(lucia, "Alma Café").getByTestId("edit").click();
    fill(lucia, "inbox-origins", "https://www.alma.example/shop");
    assertThat(lucia.id("reach")).containsText("Opens on https://www.alma.example,");
    lucia.page.selectOption("#inbox-hours", "bar");
    save(lucia);
    assertThat(item(marco, "Alma Café")).containsText("https://www.alma.example,");

    both(lucia, marco, "endpoints");
    make(lucia);
    lucia.page.locator(".type[data-type=webhook]").click();
    fill(lucia, "endpoint-name", "Our CRM");
    fill(lucia, "set-account", "crm");
    fill(lucia, "set-name", "CRM");
    lucia.accessible("settings-endpoint-fields");
    fill(lucia, "set-signing-secrets-0", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    save(lucia);
    assertThat(item(marco, "Our CRM")).containsText("/webhooks/");

    both(lucia, marco, "keys");
    make(lucia);
    fill(lucia, "key-name", "Shop robot");
    lucia.id("save").click();
    Locator key = lucia.id("made").locator("code").first();
    assertThat(key).containsText(Pattern.compile("hilo_[\\w-]{16,}"));
    lucia.accessible("settings-key-made");
    assertThat(marco.page.locator("body")).not().containsText(key.innerText());
    lucia.id("kept").click();
    assertThat(item(marco, "Shop robot")).containsText("Integration");

    both(lucia, marco, "policy");
    fill(lucia, "session-days", "30");
    lucia.id("save").click();
    assertThat(marco.page.locator("#session-days")).hasValue("30");

    open(lucia, "audit");
    assertThat(lucia.id("audit-entry", "Lucía changed the team Support")).isVisible();
    Download trail =
        lucia.page.waitForDownload(
            () ->
                lucia
                    .page
                    .getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("CSV"))
                    .click());
    assertThat(Files.readString(trail.path())).contains("PUT /desk/team/support");
    List.of(lucia, marco).forEach(Screen::withoutFaults);
  }

  private void both(Screen one, Screen other, String page) {
    open(one, page);
    open(other, page);
  }

  private static void make(Screen screen) {
    screen.id("new").click();
    assertThat(screen.id("form")).isVisible();
  }

  @Test
  void nothingTypedIsLostWhenSomebodyElseWasFaster() {
    Screen lucia = new Screen(lucia(1280, 800, "en-US", ColorScheme.LIGHT), "lucia");
    Screen marco = new Screen(second, "marco");
    both(lucia, marco, "labels");
    make(lucia);
    fill(lucia, "label-name", "Shared");
    save(lucia);
    item(marco, "Shared").getByTestId("edit").click();
    fill(marco, "label-name", "Shared by Marco");
    item(lucia, "Shared").getByTestId("edit").click();
    lucia.page.locator("input[value=blue]").check();
    save(lucia);
    assertThat(marco.id("overtaken")).containsText("Lucía changed this meanwhile");
    assertThat(marco.page.locator("#label-name")).hasValue("Shared by Marco");
    marco.accessible("settings-overtaken");
    marco.id("keep-mine").click();
    assertThat(marco.page.locator("input[value=blue]")).isChecked();
    save(marco);
    assertThat(item(lucia, "Shared by Marco").locator("[data-colour=blue]")).isVisible();
  }

  @Test
  void theKeyboardAloneEditsALabel() {
    Screen lucia = new Screen(lucia(1280, 800, "en-US", ColorScheme.LIGHT), "lucia");
    open(lucia, "labels");
    Keyboard keys = lucia.page.keyboard();
    lucia.id("new").focus();
    keys.press("Enter");
    assertThat(lucia.page.locator("#label-name")).isFocused();
    keys.type("By hand");
    keys.press("Escape");
    assertThat(lucia.id("discard")).isVisible();
    keys.press("Enter");
    assertThat(item(lucia, "By hand")).isVisible();
    assertThat(lucia.id("new")).isFocused();
    item(lucia, "By hand").getByTestId("edit").focus();
    keys.press("Enter");
    assertThat(lucia.page.locator("#label-name")).isFocused();
    keys.press("Escape");
    assertThat(item(lucia, "By hand").getByTestId("edit")).isFocused();
  }

  @Test
  void aRefusalIsShownWhereItBelongs() {
    Screen lucia = new Screen(lucia(1280, 800, "en-US", ColorScheme.LIGHT), "lucia");
    open(lucia, "teams");
    make(lucia);
    fill(lucia, "team-name", "Gone soon");
    save(lucia);
    item(lucia, "Gone soon").getByTestId("edit").click();
    lucia.id("remove").click();
    lucia.accessible("settings-remove");
    lucia.id("confirm").click();
    assertThat(item(lucia, "Gone soon")).hasCount(0);
    assertThat(lucia.page.locator("dialog[open]")).hasCount(0);
    lucia.withoutFaults();

    open(lucia, "hours");
    make(lucia);
    fill(lucia, "hours-name", "   ");
    lucia.id("save").click();
    assertThat(lucia.id("refusal")).containsText("Name must be a text of 1 to 100 letters");
    assertThat(lucia.page.locator("#hours-name")).hasValue("   ");
  }

  @Test
  void everyPageInEveryLanguageLightAndDarkOnDesktopAndPhone() {
    Set<String> titles = new HashSet<>();
    looks(lucia(1280, 800, "en-US", ColorScheme.LIGHT), "en", true, titles);
    looks(lucia(1280, 800, "es-ES", ColorScheme.DARK), "es-dark", false, titles);
    looks(lucia(390, 844, "pt-BR", ColorScheme.LIGHT), "pt-phone", false, titles);
    looks(lucia(390, 844, "en-US", ColorScheme.DARK), "en-phone-dark", true, new HashSet<>());
    assertThat(titles.size()).isGreaterThan(2 * PAGES.size());
  }

  private void looks(BrowserContext context, String name, boolean forms, Set<String> titles) {
    Screen screen = new Screen(context, name);
    for (String page : PAGES) {
      open(screen, page);
      titles.add(screen.page.locator(".settings-page h1").innerText());
      screen.accessible("settings-" + page);
      fits(screen, page);
      Locator make = screen.id("new");
      if (forms && make.count() > 0) {
        make.click();
        screen.accessible("settings-" + page + "-new");
        fits(screen, page + " form");
        screen.page.keyboard().press("Escape");
      }
    }
    screen.withoutFaults();
  }

  private static void fits(Screen screen, String what) {
    Object wide =
        screen.page.evaluate(
            """
            () => [...document.querySelectorAll("html, .settings-page, dialog[open] .dialog-body")]
                .filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.tagName + e.className)
            """);
    assertThat((List<?>) wide).describedAs("wider than the window: %s", what).isEmpty();
  }

  @Test
  void pagesOfWhatOneMayNotDoAreNotThere() {
    Screen ana = new Screen(browser.person(1280, 800, "en-US"), "ana");
    ana.page.navigate(gateway.signInLink("Ana"));
    ana.id("settings").click();
    assertThat(
            ana.page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Your account")))
        .isVisible();
    assertThat(ana.id("settings-users")).hasCount(0);
    assertThat(ana.id("settings-audit")).hasCount(0);
    ana.page.navigate(gateway.url("/agent#/settings/users"));
    assertThat(ana.page.locator(".settings-page .empty")).isVisible();
    assertThat(ana.page.locator("hilo-users")).hasCount(0);
    ana.withoutFaults();
  }
}
