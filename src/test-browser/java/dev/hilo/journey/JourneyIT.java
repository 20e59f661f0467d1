package dev.hilo.journey;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * One customer, one thread, from three channels to two devices, live: a real gateway with its own
 * Redis, the platforms' simulators and a real browser, through every kill and cut.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class JourneyIT {
  private static final String HELLO = "Is the Huila roast in stock?";
  private static final String BY_WHATSAPP = "Ana here, where is my parcel?";
  private static final String BY_MAIL = "I need an invoice, please.";
  private static final String ON_WEB = "Yes, roasted on Thursday.";
  private static final String ON_WHATSAPP = "It is with the courier.";
  private static final String ON_MAIL = "The invoice is on its way.";
  private static final String THANKS = "The invoice came, thank you.";
  private static final String NOTE = "Wholesale customer, be generous.";
  private static final String FROM_PHONE = "Now from my other device.";
  private static final String BADGE = "One more thing for you.";
  private static final String OFFLINE = "Written in a tunnel.";
  private static final String MEANWHILE = "Said while you were in the tunnel.";
  private static final String GATEWAY_DOWN = "Written while the gateway was dead.";
  private static final String REDIS_DOWN = "Written while the store was dead.";
  private static final String PLATFORM_TRIES = "Ana again, on WhatsApp.";
  private static final String LAST = "Everything arrived.";

  /** Everything said, in the order in which it must stand in the thread. */
  private static final List<String> ALL =
      List.of(
          HELLO,
          BY_WHATSAPP,
          BY_MAIL,
          ON_WEB,
          ON_WHATSAPP,
          ON_MAIL,
          NOTE,
          THANKS,
          FROM_PHONE,
          BADGE,
          MEANWHILE,
          OFFLINE,
          GATEWAY_DOWN,
          REDIS_DOWN,
          PLATFORM_TRIES,
          LAST);

  /** What is none of the visitor's business, ever: the mail address is never proven. */
  private static final List<String> HIDDEN = List.of(BY_MAIL, ON_MAIL, THANKS, NOTE);

  private GatewayProcess gateway;
  private Chromium browser;
  private BrowserContext visitor;
  private Screen shop;
  private Screen phone;
  private Screen mail;
  private Screen agent;
  private Screen device;
  private String code;

  @BeforeAll
  void start() throws Exception {
    gateway = GatewayProcess.start();
    browser = new Chromium();
    visitor = browser.person(1280, 900, "en-US");
    shop = new Screen(visitor, "shop");
    phone = new Screen(visitor, "phone");
    mail = new Screen(visitor, "mail");
    agent = new Screen(browser.person(1440, 900, "en-US"), "agent");
    device =
        new Screen(
            browser.person(
                new Browser.NewContextOptions()
                    .setViewportSize(390, 844)
                    .setHasTouch(true)
                    .setIsMobile(true)
                    .setLocale("en-US")),
            "device");
  }

  @AfterAll
  void end() throws Exception {
    try {
      if (device != null) {
        List.of(shop, phone, mail, agent, device).forEach(screen -> screen.picture("end"));
      }
    } finally {
      if (browser != null) {
        browser.close();
      }
      if (gateway != null) {
        gateway.remove();
      }
    }
  }

  @Test
  void oneCustomerOneThread() throws Exception {
    threeChannelsArrive();
    joinedWithoutLeaking();
    provenByCode();
    answeredOnEachChannel();
    continuedOnAnotherDevice();
    nothingIsLostOffline();
    gatewayKilled();
    redisKilled();
    onceInOrderEverywhere();
    nothingOfTheStaffWasTold();
    accessible();
    List.of(shop, phone, mail, agent, device).forEach(Screen::withoutFaults);
    endsWithoutOrphan();
  }

  private void threeChannelsArrive() {
    shop.page.navigate(gateway.url("/demo"));
    shop.id("launcher").click();
    shop.write(HELLO);
    shop.sees(HELLO, "sent");

    agent.page.navigate(gateway.signInLink("Lucía"));
    assertThat(agent.id("row", HELLO)).isVisible();
    assertThat(agent.page.url()).doesNotContain("enter=");

    phone.page.navigate(gateway.url("/demo/phone"));
    phone.id("wa-input").fill(BY_WHATSAPP);
    phone.id("wa-send").click();
    assertThat(agent.id("row", BY_WHATSAPP)).isVisible();

    mail.page.navigate(gateway.url("/demo/mail"));
    mail.id("mail-new").click();
    mail.id("mail-subject").fill("Invoice");
    mail.id("mail-body").fill(BY_MAIL);
    mail.id("mail-send").click();
    assertThat(agent.id("row", BY_MAIL)).isVisible();
    assertThat(agent.id("row")).hasCount(3);
    agent.picture("1-three-rows");
    shop.picture("1-three-rows");
  }

  private void joinedWithoutLeaking() {
    agent.id("row", HELLO).click();
    agent.sees(HELLO);
    join(BY_WHATSAPP);
    join(BY_MAIL);
    assertThat(agent.id("row")).hasCount(1);
    // What the visitor gets next proves that the thread reached the widget after the joins.
    reply("Web", ON_WEB);
    shop.sees(ON_WEB);
    assertThat(shop.shown("message", ALL)).containsExactly(HELLO, ON_WEB);
    assertThat(shop.told()).doesNotContain(BY_WHATSAPP).doesNotContain(BY_MAIL);
    shop.picture("2-joined");
    agent.picture("2-joined");
  }

  private void join(String other) {
    agent.id("join-open").click();
    agent.id("join-pick", other).click();
    agent.id("join-confirm").click();
    agent.sees(other);
  }

  private void reply(String channel, String text) {
    agent.id("tab-reply").click();
    Locator routes = agent.id("route").locator("option");
    Locator route = routes.filter(new Locator.FilterOptions().setHasText(channel)).last();
    agent.id("route").selectOption(route.getAttribute("value"));
    agent.write(text);
  }

  private void provenByCode() {
    agent
        .page
        .locator(".identities li")
        .filter(new Locator.FilterOptions().setHasText("WhatsApp"))
        .getByTestId("ask-proof")
        .click();
    Locator sent = phone.id("wa-message", "Your code is");
    assertThat(sent).hasCount(1);
    Matcher digits = Pattern.compile("\\d{3} \\d{3}").matcher(sent.textContent());
    assertThat(digits.find()).isTrue();
    code = digits.group();
    phone.picture("3-code");
    assertThat(shop.id("code-input")).isVisible();
    shop.id("code-input").fill(code.equals("123 456") ? "123 457" : "123 456");
    shop.id("code-submit").click();
    assertThat(shop.id("code-input")).hasAttribute("aria-invalid", "true");
    assertThat(shop.shown("message", ALL)).containsExactly(HELLO, ON_WEB);
    shop.picture("3-wrong-code");
    shop.id("code-input").fill(code);
    shop.id("code-submit").click();
    shop.sees(BY_WHATSAPP);
    assertThat(shop.shown("message", ALL)).containsExactly(HELLO, BY_WHATSAPP, ON_WEB);
    shop.picture("3-proven");
    agent.picture("3-proven");
  }

  private void answeredOnEachChannel() {
    reply("WhatsApp", ON_WHATSAPP);
    assertThat(phone.id("wa-message", ON_WHATSAPP)).hasCount(1);
    agent.sees(ON_WHATSAPP, "read");
    shop.sees(ON_WHATSAPP);
    phone.picture("4-answered");

    reply("E-mail", ON_MAIL);
    mail.id("mail-item", ON_MAIL).click();
    assertThat(mail.id("mail-headers")).hasCount(2);
    String question = mail.id("mail-headers").first().textContent();
    String answer = mail.id("mail-headers").last().textContent();
    Matcher id = Pattern.compile("(?i)Message-ID: *(<[^>]+>)").matcher(question);
    assertThat(id.find()).isTrue();
    assertThat(answer)
        .containsPattern("In-Reply-To:\\s*" + Pattern.quote(id.group(1)))
        .containsPattern("References:(?:\\s*<[^>]+>)*?\\s*" + Pattern.quote(id.group(1)));
    agent.sees(ON_MAIL, "sent");
    mail.picture("4-answered");

    agent.id("tab-note").click();
    agent.write(NOTE);
    agent.sees(NOTE, "note");

    mail.id("mail-reply").click();
    mail.id("mail-body").fill(THANKS);
    mail.id("mail-send").click();
    agent.sees(THANKS);
    agent.picture("4-answered");
  }

  private void continuedOnAnotherDevice() {
    shop.id("menu").click();
    shop.id("continue").click();
    Locator link = shop.id("continue-link");
    assertThat(link).isVisible();
    shop.picture("5-link");
    device.page.navigate(link.getAttribute("href"));
    assertThat(device.page.url()).isEqualTo(gateway.url("/c"));
    device.picture("5-link");
    device.id("continue-here").click();
    device.sees(ON_WHATSAPP);
    device.sees(HELLO, "read");
    device.write(FROM_PHONE);
    agent.sees(FROM_PHONE);
    shop.page.keyboard().press("Escape");
    shop.sees(FROM_PHONE);

    // Read on one device is read on the other.
    shop.page.keyboard().press("Escape");
    device.page.context().setOffline(true);
    assertThat(device.page.locator(".bar")).isVisible();
    reply("Web", BADGE);
    assertThat(shop.id("launcher").locator(".badge")).hasText("1");
    device.page.context().setOffline(false);
    device.sees(BADGE);
    assertThat(shop.id("launcher").locator(".badge")).hasCount(0);
    agent.sees(BADGE, "read");
    shop.id("launcher").click();
    shop.sees(BADGE);
    device.picture("5-continued");
    shop.page.reload();
    device.page.reload();
    shop.sees(BADGE);
    device.sees(BADGE);
    shop.picture("5-reloaded");
  }

  private void nothingIsLostOffline() {
    visitor.setOffline(true);
    shop.write(OFFLINE);
    shop.sees(OFFLINE, "queued");
    shop.picture("6-offline");
    reply("Web", MEANWHILE);
    device.sees(MEANWHILE);
    visitor.setOffline(false);
    shop.sees(MEANWHILE);
    agent.sees(OFFLINE);
    device.sees(OFFLINE);
  }

  private void gatewayKilled() throws Exception {
    ProcessHandle redis = gateway.kill();
    shop.write(GATEWAY_DOWN);
    shop.sees(GATEWAY_DOWN, "queued");
    shop.picture("7-gateway-killed");
    agent.picture("7-gateway-killed");
    redis.onExit().get(30, TimeUnit.SECONDS);
    gateway.launch();
    agent.sees(GATEWAY_DOWN);
    device.sees(GATEWAY_DOWN);
    shop.sees(GATEWAY_DOWN, "read");
  }

  private void redisKilled() throws Exception {
    gateway.killRedis();
    shop.write(REDIS_DOWN);
    agent.sees(REDIS_DOWN);
    phone.id("wa-input").fill(PLATFORM_TRIES);
    phone.id("wa-send").click();
    agent.sees(PLATFORM_TRIES);
    reply("WhatsApp", LAST);
    shop.sees(LAST);
    device.sees(LAST);
    agent.sees(LAST, "read");
  }

  private void onceInOrderEverywhere() {
    agent.page.reload();
    shop.page.reload();
    device.page.reload();
    for (Screen screen : List.of(agent, shop, device)) {
      screen.sees(LAST);
      screen.scrollTo(HELLO);
    }
    List<String> visible = ALL.stream().filter(text -> !HIDDEN.contains(text)).toList();
    assertThat(agent.shown("message", ALL)).containsExactlyElementsOf(ALL);
    assertThat(shop.shown("message", ALL)).containsExactlyElementsOf(visible);
    assertThat(device.shown("message", ALL)).containsExactlyElementsOf(visible);
    List<String> ofWhatsApp = List.of(BY_WHATSAPP, code, ON_WHATSAPP, PLATFORM_TRIES, LAST);
    assertThat(phone.shown("wa-message", ofWhatsApp)).containsExactlyElementsOf(ofWhatsApp);
    List<String> ofMail = List.of(BY_MAIL, ON_MAIL, THANKS);
    assertThat(mail.shown("mail-text", ofMail)).containsExactlyElementsOf(ofMail);
    agent.picture("8-end");
    shop.picture("8-end");
    device.picture("8-end");
    phone.picture("8-end");
    mail.picture("8-end");
  }

  private void nothingOfTheStaffWasTold() {
    for (Screen screen : List.of(shop, device)) {
      assertThat(screen.told())
          .contains(LAST)
          .doesNotContain(HIDDEN)
          .doesNotContain("34600000001", "ana@example.com", "\"lucia\"")
          .doesNotContain("NoteAdded", "CustomersMerged", "IdentityObserved", "Sealed", "\"aud\"");
    }
    assertThat(device.everything()).contains(LAST).doesNotContain(HIDDEN);
    String widget =
        (String) shop.page.locator("hilo-widget").evaluate("e => e.shadowRoot.innerHTML");
    assertThat(widget).contains(LAST).doesNotContain(HIDDEN);
    assertThat(agent.everything()).doesNotContain(code);
  }

  private void accessible() {
    BrowserContext stranger = browser.person(1440, 900, "en-US");
    Screen fresh = new Screen(stranger, "stranger");
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      for (int width : List.of(1440, 390)) {
        String look = scheme.name().toLowerCase(java.util.Locale.ROOT) + "-" + width;
        for (Screen screen : List.of(agent, shop, phone, mail, fresh)) {
          screen.page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
          screen.page.setViewportSize(width, 900);
        }
        agent.page.navigate(gateway.url("/agent"));
        assertThat(agent.id("row")).hasCount(1);
        agent.accessible("9-inbox-" + look);
        agent.id("row").click();
        agent.sees(LAST);
        agent.accessible("9-thread-" + look);
        assertThat(shop.message(LAST)).isVisible();
        shop.accessible("9-widget-" + look);
        phone.accessible("9-phone-" + look);
        mail.accessible("9-mail-" + look);
        fresh.page.navigate(gateway.url("/demo"));
        assertThat(fresh.id("launcher")).isVisible();
        fresh.accessible("9-shop-" + look);
      }
    }
    fresh.withoutFaults();
    stranger.close();
  }

  private void endsWithoutOrphan() throws Exception {
    ProcessHandle redis = gateway.redis();
    gateway.stop();
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !redis.isAlive());
  }
}
