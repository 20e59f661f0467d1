package dev.hilo.journey;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.FrameLocator;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
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
    tracker.at("/beans.png", 200, "image/png", picture());
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
    assertThat(frame(desk).locator("a[data-host]")).hasAttribute("data-host", "evil.example");
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

  @Test
  void whoeverIsNotWhoTheMailSaysIsTold() throws Exception {
    String plain = "Content-Type: text/plain; charset=utf-8\r\n";
    mailbox.receives(
        "The bank <boss@example.com>",
        "fail",
        "Urgent",
        "Reply-To: thief@evil.example\r\n" + plain,
        "Please pay at once, says the boss.");
    mailbox.receives(
        "=?utf-8?B?2YXZhtmJ?= <mona@example.com>",
        "none",
        "=?utf-8?B?"
            + Base64.getEncoder().encodeToString("سؤال عن الطلب رقم 4821".getBytes(UTF_8))
            + "?=",
        "Cc: Karim <karim@example.com>, Noor <noor@example.com>\r\n" + plain,
        "مرحبا، وصل الطلب متأخرا.\n\nOn Monday, Alma <help@alma.example> wrote:\n> السلام عليكم\n");
    mailbox.receives("Dora <dora@example.com>", "pass", "Tea", plain, "Do you have tea?");
    mailbox.receives(
        "Dora <dora@example.com>",
        "pass",
        "Automatic reply: A subject that is so long that it needs a second line on every screen"
            + " there is, because somebody put the whole question into it",
        "Auto-Submitted: auto-replied\r\n" + plain,
        "I am out of the office until Monday.");
    Screen desk = open(lucia(1280, 800, "en-US", ColorScheme.LIGHT), "forged", "Please pay");
    Locator forged = desk.message("Please pay");
    assertThat(forged.locator(".mail-verified")).hasCount(0);
    assertThat(forged.locator("[data-level=failed]")).containsText("boss@example.com");
    assertThat(forged.locator("[data-level=reply-to]")).containsText("thief@evil.example");
    desk.accessible("mail-forged");

    desk.id("row", "مرحبا").click();
    Locator arabic = desk.message("مرحبا");
    assertThat(arabic.locator("[data-level=unverified]")).isVisible();
    assertThat(arabic.locator(".mail-who")).containsText("karim@example.com, noor@example.com");
    assertThat(arabic.getByText("السلام عليكم")).isHidden();
    arabic.getByTestId("quoted").focus();
    desk.page.keyboard().press("Enter");
    assertThat(arabic.getByText("السلام عليكم")).isVisible();
    assertThat(
            (String)
                arabic.locator(".text").first().evaluate("(e) => getComputedStyle(e).direction"))
        .isEqualTo("rtl");
    desk.accessible("mail-rtl");

    desk.id("row", "Dora").click();
    Locator automatic = desk.message("out of the office");
    assertThat(automatic.getByTestId("mail-kind")).hasText("Automatic reply");
    desk.accessible("mail-automatic");
    desk.withoutFaults();
  }

  @Test
  void aFileThatMayHarmIsNotSavedByMistake() throws Exception {
    String part =
        "--mix\r\n"
            + "Content-Type: %s\r\n"
            + "Content-Disposition: attachment; filename=\"%s\"\r\n\r\n"
            + "%s\r\n";
    mailbox.receives(
        "Cleo <cleo@example.com>",
        "pass",
        "Your invoice",
        MIXED,
        "--mix\r\nContent-Type: text/plain\r\n\r\nThe invoice you asked for.\r\n"
            + part.formatted("application/pdf", "invoice.pdf.exe", "MZ")
            + part.formatted("application/msword", "order.docm", "PK")
            + part.formatted("application/pdf", "terms.pdf", "%PDF-1.4")
            + "--mix--\r\n");
    Screen desk = open(lucia(1280, 800, "en-US", ColorScheme.LIGHT), "risky", "The invoice");
    Locator files = desk.message("The invoice").getByTestId("file");
    assertThat(files).hasCount(3);
    assertThat(desk.page.locator("[data-risk=disguised]")).containsText("May be harmful");
    assertThat(desk.page.locator("[data-risk=macros]")).containsText("order.docm");
    assertThat(desk.id("file", "terms.pdf")).not().hasAttribute("data-risk", Pattern.compile(".*"));
    desk.accessible("mail-files");
    desk.page.locator("[data-risk=disguised]").click();
    assertThat(desk.page.locator("dialog[open]")).containsText("invoice.pdf.exe");
    assertThat(desk.page.locator("dialog[open] button")).isFocused();
    desk.accessible("mail-file-question");
    Download saved = desk.page.waitForDownload(() -> desk.id("download-anyway").click());
    assertThat(saved.suggestedFilename()).isEqualTo("invoice.pdf.exe");
    assertThat(desk.page.locator("dialog[open]")).hasCount(0);
    desk.withoutFaults();
  }

  @Test
  void aMeetingIsACard() throws Exception {
    String event =
        """
        BEGIN:VCALENDAR
        VERSION:2.0
        METHOD:REQUEST
        BEGIN:VEVENT
        UID:m1@example.com
        DTSTAMP:20261101T100000Z
        DTSTART:20261203T150000Z
        DTEND:20261203T160000Z
        SUMMARY:Tasting of the new beans
        LOCATION:Calle Mayor 8
        ORGANIZER;CN=Eva:mailto:eva@example.com
        ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:help@alma.example
        END:VEVENT
        END:VCALENDAR
        """;
    mailbox.receives(
        "Eva <eva@example.com>",
        "pass",
        "Invitation: Tasting",
        "Content-Type: multipart/alternative; boundary=\"mix\"\r\n",
        "--mix\nContent-Type: text/plain\n\nCome and taste with us.\n"
            + "--mix\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\n\n"
            + event
            + "--mix--\n");
    Screen desk = open(lucia(1280, 800, "en-US", ColorScheme.LIGHT), "meeting", "taste with us");
    Locator card = desk.id("invitation");
    assertThat(card).containsText("Tasting of the new beans");
    assertThat(card.locator("time")).containsText("December 3, 2026");
    assertThat(card).containsText("Calle Mayor 8");
    assertThat(card).containsText("eva@example.com");
    desk.accessible("mail-meeting");
    desk.withoutFaults();
  }

  @Test
  void aNewsletterInEveryLanguageLightAndDarkOnDesktopAndPhone() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (String cup : List.of("Espresso", "Cortado", "Flat white")) {
      rows.append("<tr><td><img src=\"")
          .append(tracker.url("/beans.png"))
          .append("\" width=120 height=80 alt=\"")
          .append(cup)
          .append("\"></td><td style=\"padding: 12px\"><b>")
          .append(cup)
          .append("</b><br>Now with oat milk.</td></tr>");
    }
    mailbox.receives(
        "Beans Weekly <news@example.com>",
        "pass",
        "This week's beans",
        "List-Unsubscribe: <https://example.com/u>\r\nContent-Type: text/html; charset=utf-8\r\n",
        "<table width=600 bgcolor=\"#f4ecc8\" cellpadding=16><tr><td colspan=2><h2>This week's"
            + " beans</h2></td></tr>"
            + rows
            + "</table>");
    looks(lucia(1280, 800, "es-ES", ColorScheme.DARK), "es-dark");
    looks(lucia(390, 844, "pt-BR", ColorScheme.LIGHT), "pt-phone");
    looks(lucia(390, 844, "en-US", ColorScheme.DARK), "en-phone-dark");
  }

  private void looks(BrowserContext context, String name) {
    Screen desk = open(context, name, "Espresso");
    desk.accessible("newsletter-text");
    desk.id("as-sent").click();
    assertThat(frame(desk).locator("h2")).isVisible();
    desk.picture("newsletter-as-sent");
    desk.id("load-pictures").click();
    assertThat(frame(desk).locator("img")).hasCount(3);
    desk.page.waitForCondition(
        () ->
            frame(desk)
                .locator("img")
                .first()
                .evaluate("(i) => i.complete && i.naturalWidth")
                .equals(8));
    desk.picture("newsletter-pictures");
    assertThat(
            (Boolean)
                desk.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))
        .isTrue();
    desk.withoutFaults();
  }

  /** Answers for the mailboxes' calls. */
  private static void mailboxes(Page page, List<String> asked) {
    page.route(
        Pattern.compile(".*/api/v1/mailboxes.*"),
        route -> {
          String url = route.request().url();
          asked.add(route.request().method() + url.replaceFirst(".*/mailboxes", " "));
          long now = System.currentTimeMillis();
          String body =
              !url.contains("/entries")
                  ? """
                  {"mailboxes":[
                   {"id":"a","account":"help@alma.example","kind":"imap","folder":"INBOX","state":"connected","cursor":{"validity":1732,"last":4021},"counts":{"ingested":3984,"duplicate":12,"skipped":21,"parked":2},"missing":1,"checkedAt":%1$d},
                   {"id":"b","account":"help@alma.example","kind":"imap","folder":"Junk","state":"trouble","why":"the password was refused","counts":{"ingested":18,"duplicate":0,"skipped":0,"parked":0},"missing":0,"checkedAt":%1$d},
                   {"id":"c","account":"orders@alma.example","kind":"pop3","folder":"","state":"unknown","counts":{}}]}
                  """
                      .formatted(now - 90_000)
                  : url.contains("outcome=parked")
                      ? """
                      {"entries":[
                       {"key":"1732/4020","outcome":"parked: more than 30 parts inside each other","why":"more than 30 parts inside each other","at":%d,"blob":"main/%s/%s","size":2400000},
                       {"key":"1732/3811","outcome":"parked: header too large","why":"header too large","at":%d,"blob":"main/~new/%s","size":310000}],"next":null}
                      """
                          .formatted(
                              now - 3_600_000,
                              "0".repeat(26),
                              "a".repeat(64),
                              now - 86_400_000,
                              "b".repeat(64))
                      : "{\"entries\":[],\"next\":null}";
          route.fulfill(
              new Route.FulfillOptions()
                  .setStatus(route.request().method().equals("POST") ? 202 : 200)
                  .setContentType("application/json")
                  .setBody(route.request().method().equals("POST") ? "" : body));
        });
  }

  @Test
  void everyMailOfAMailboxIsExplained() {
    List<String> asked = new CopyOnWriteArrayList<>();
    Screen desk = mailboxes(lucia(1280, 800, "en-US", ColorScheme.LIGHT), "mailboxes", asked);
    assertThat(desk.id("item")).hasCount(3);
    assertThat(desk.id("item").first()).containsText("3,984 mails taken in");
    assertThat(desk.id("item").nth(1)).containsText("the password was refused");
    desk.accessible("mailboxes");
    desk.id("open-mailbox").first().focus();
    desk.page.keyboard().press("Enter");
    assertThat(desk.id("all-mailboxes")).isFocused();
    assertThat(desk.id("mail")).hasCount(2);
    assertThat(desk.id("open-thread")).hasCount(1);
    assertThat(desk.id("raw").first())
        .hasAttribute("href", "/api/v1/mailboxes/a/raw?key=1732%2F4020");
    desk.accessible("mailbox");
    desk.id("again").first().click();
    desk.page.waitForCondition(() -> asked.contains("POST /a/entries/again"));
    desk.id("outcome-parked").focus();
    desk.page.keyboard().press("ArrowRight");
    assertThat(desk.id("outcome-skipped")).isFocused();
    assertThat(desk.page.locator(".empty.boxed")).containsText("Nothing was left out");
    desk.id("backfill").click();
    desk.page.fill("#fill-since", "2026-10-01");
    desk.accessible("mailbox-backfill");
    desk.id("confirm").click();
    desk.page.waitForCondition(() -> asked.contains("POST /a/backfill"));
    assertThat(desk.page.locator("dialog[open]")).hasCount(0);
    desk.id("all-mailboxes").click();
    assertThat(desk.id("open-mailbox").first()).isFocused();
    desk.withoutFaults();
    for (Screen other :
        List.of(
            mailboxes(lucia(1280, 800, "es-ES", ColorScheme.DARK), "mailboxes-es-dark", asked),
            mailboxes(lucia(390, 844, "pt-BR", ColorScheme.LIGHT), "mailboxes-pt-phone", asked))) {
      other.accessible("mailboxes");
      other.id("open-mailbox").first().click();
      assertThat(other.id("mail")).hasCount(2);
      other.accessible("mailbox");
      assertThat(
              (Boolean)
                  other.page.evaluate(
                      "() => document.querySelector('.settings-page').scrollWidth <= innerWidth"))
          .isTrue();
      other.withoutFaults();
    }
  }

  @Test
  void theGatewayExplainsWhatItRead() throws Exception {
    String plain = "Content-Type: text/plain; charset=utf-8\r\n";
    mailbox.receives("Finn <finn@example.com>", "pass", "Spoons", plain, "Do you sell spoons?");
    Screen desk = open(lucia(1280, 800, "en-US", ColorScheme.LIGHT), "explained", "sell spoons");
    desk.page.navigate(gateway.url("/agent#/settings/mailboxes"));
    Locator box = desk.id("item", "help@alma.example");
    assertThat(box).containsText("Connected");
    assertThat(box).containsText("IMAP · INBOX");
    box.getByTestId("open-mailbox").click();
    assertThat(desk.id("outcome-parked")).isVisible();
    desk.id("outcome-ingested").click();
    assertThat(desk.id("mail").first()).containsText("Taken in");
    desk.accessible("mailbox-real");
    desk.withoutFaults();
  }

  private Screen mailboxes(BrowserContext context, String name, List<String> asked) {
    Screen screen = new Screen(context, name);
    mailboxes(screen.page, asked);
    screen.page.navigate(gateway.url("/agent#/settings/mailboxes"));
    assertThat(screen.page.locator("hilo-mailboxes .listing .entry").first()).isVisible();
    return screen;
  }
}
