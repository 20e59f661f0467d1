package dev.hilo.journey;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.FrameLocator;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import dev.hilo.testing.FileServer;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Mails as agents see them: safe to look at, whoever wrote them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class MailIT {
  private static final String PEOPLE =
      "{id: lucia, name: Lucía, roles: [administrator, agent]}, {id: marco, name: Marco}";

  private static final String MIXED = "Content-Type: multipart/mixed; boundary=\"mix\"\r\n";

  private final FileServer tracker = new FileServer();
  private Mailbox mailbox;
  private GatewayProcess gateway;
  private Chromium browser;
  private String session;

  @BeforeAll
  void start() throws Exception {
    tracker.at("/logo.png", 200, "image/png", picture());
    tracker.at("/track", 200, "image/png", FileServer.PNG);
    mailbox = new Mailbox();
    gateway =
        GatewayProcess.with(
            PEOPLE, "media: {allow-hosts: [\"127.0.0.1\"]}\nchannels:\n" + mailbox.channel());
    browser = new Chromium();
    Screen lucia = new Screen(browser.person(1280, 800, "en-US"), "mail");
    lucia.page.navigate(gateway.signInLink("Lucía"));
    assertThat(lucia.page.locator("hilo-inbox")).isVisible();
    session = lucia.page.context().storageState();
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
      mailbox.close();
      tracker.close();
    }
  }

  /** A picture that can be seen. */
  private static byte[] picture() {
    return Base64.getDecoder()
        .decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAE0lEQVR42mNwCr+PFTEMLQkAR5Z9Qdu0"
                + "oWQAAAAASUVORK5CYII=");
  }

  private BrowserContext lucia(int width, int height, String locale, ColorScheme scheme) {
    return browser.person(
        new Browser.NewContextOptions()
            .setViewportSize(width, height)
            .setLocale(locale)
            .setColorScheme(scheme)
            .setStorageState(session));
  }

  private Screen open(BrowserContext context, String name, String snippet) {
    Screen screen = new Screen(context, name);
    screen.page.navigate(gateway.url("/agent"));
    screen.id("row", snippet).click();
    assertThat(screen.page.locator(".thread-head")).isVisible();
    return screen;
  }

  private static FrameLocator frame(Screen screen) {
    return screen.page.frameLocator("[data-testid=mail-frame]");
  }

  private String hostile() {
    String far = tracker.url("/").toString();
    return """
    <html><head><style>@import '%1$strack?css';body{background:url(%1$strack?body)}</style>
    <base href="https://evil.example/"><link rel=stylesheet href="%1$strack?link">
    <meta http-equiv=refresh content="0;url=%1$strack?refresh"></head>
    <body background="%1$strack?background" onload="fetch('%1$strack?onload')">
    <script>parent.document.title = 'stolen'; fetch('%1$strack?script')</script>
    <p>Dear team, the <b>blue cup</b> broke.</p>
    <div style="background-image:url(%1$strack?style); color: #a51d24">Please help</div>
    <img src="%1$slogo.png" alt="Our logo" width=120 height=60>
    <img src="%1$strack?beacon" width=1 height=1>
    <img src="x" onerror="fetch('%1$strack?onerror')">
    <img srcset="%1$strack?srcset 2x"><video src="%1$strack?video" poster="%1$strack?poster"></video>
    <iframe src="%1$strack?iframe"></iframe><object data="%1$strack?object"></object>
    <svg><image href="%1$strack?svg" /><script>fetch('%1$strack?svgscript')</script></svg>
    <form action="%1$strack?form"><input name=password><button>Sign in</button></form>
    <p><a href="https://evil.example/login">www.bank.example</a>
       <a href="javascript:fetch('%1$strack?click')">click</a></p>
    <div class="gmail_quote">On Monday, Alma wrote:<blockquote>How can we help?</blockquote></div>
    </body></html>
    """
        .formatted(far);
  }

  @Test
  void whateverAMailIsMadeOfNothingRunsAndNobodyIsTold() throws Exception {
    mailbox.receives(
        "Ana Costa <ana@example.com>",
        "pass",
        "The cup",
        "Content-Type: text/html; charset=utf-8\r\n",
        hostile());
    Screen desk = open(lucia(1280, 800, "en-US", ColorScheme.LIGHT), "hostile", "blue cup");
    List<String> asked = new CopyOnWriteArrayList<>();
    desk.page.context().onRequest(request -> asked.add(request.url()));
    Locator mail = desk.message("The cup");
    assertThat(mail.locator(".mail-from")).hasText("ana@example.com");
    assertThat(mail.locator(".mail-verified")).isVisible();
    assertThat(mail.getByTestId("mail-warning")).hasCount(0);
    desk.accessible("mail-text");

    mail.getByTestId("as-sent").click();
    assertThat(frame(desk).locator("b")).hasText("blue cup");
    assertThat(mail.getByTestId("mail-frame"))
        .hasAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
    assertThat(frame(desk).locator("img")).hasCount(0);
    assertThat(frame(desk).locator(".blocked")).hasText("Our logo");
    assertThat(frame(desk).locator("script, iframe, object, form, svg, video, link")).hasCount(0);
    assertThat(mail.getByTestId("picture-bar")).containsText("A picture is not loaded");
    assertThat(frame(desk).getByText("How can we help?")).isHidden();
    desk.picture("mail-as-sent");
    frame(desk).locator("summary").click();
    assertThat(frame(desk).getByText("How can we help?")).isVisible();

    desk.page.waitForLoadState();
    assertThat(asked).isNotEmpty().allMatch(url -> url.startsWith(gateway.url("/")));
    assertThat(tracker.asked("/track")).isEmpty();
    assertThat(tracker.asked("/logo.png")).isEmpty();

    mail.getByTestId("load-pictures").click();
    assertThat(mail.getByTestId("picture-bar")).hasCount(0);
    Locator logo = frame(desk).locator("img");
    assertThat(logo).hasAttribute("src", Pattern.compile("^/pictures\\?u=.*&sig=.*"));
    desk.page.waitForCondition(
        () -> logo.evaluate("(i) => i.complete && i.naturalWidth").equals(8));
    desk.picture("mail-pictures");
    assertThat(asked).allMatch(url -> url.startsWith(gateway.url("/")));
    assertThat(tracker.asked("/track")).isEmpty();
    assertThat(tracker.asked("/logo.png")).hasSize(1);
    assertThat(tracker.asked("/logo.png").getFirst().headers())
        .doesNotContainKeys("Cookie", "Referer", "Origin", "User-agent");
    assertThat(desk.page.title()).doesNotContain("stolen");

    mail.getByTestId("mail-large").click();
    assertThat(desk.page.locator("dialog[open] h2")).hasText("The cup");
    assertThat(desk.page.locator("dialog[open] iframe")).isVisible();
    desk.picture("mail-large");
    desk.page.locator("dialog[open] .icon-button").click();
    assertThat(desk.page.locator("dialog[open]")).hasCount(0);
    mail.getByTestId("as-sent").click();
    assertThat(mail.getByTestId("mail-frame")).hasCount(0);
    assertThat(mail.locator(".text").first()).containsText("blue cup");
    desk.withoutFaults();
  }
}
