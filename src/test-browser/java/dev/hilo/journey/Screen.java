package dev.hilo.journey;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/** One page somebody looks at: what it shows, what its sockets were told, what went wrong in it. */
final class Screen {
  private static final Path PICTURES = Path.of("target", "journey");
  private static final List<String> RULES =
      List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

  /** What a browser itself logs while the gateway is away, or answers 401 or 503 as it should. */
  private static final Pattern EXPECTED =
      Pattern.compile("net::ERR_|WebSocket connection to|status of (401|503)");

  private static final long SCROLL_NS = 45_000_000_000L;

  final Page page;
  private final String name;
  private final List<String> frames = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();

  Screen(BrowserContext person, String name) {
    this.page = person.newPage();
    this.name = name;
    page.onWebSocket(socket -> socket.onFrameReceived(frame -> frames.add(frame.text())));
    page.onPageError(faults::add);
    page.onConsoleMessage(this::logged);
  }

  private void logged(ConsoleMessage line) {
    if (line.type().equals("error") && !EXPECTED.matcher(line.text()).find()) {
      faults.add(line.text());
    }
  }

  Locator id(String testId) {
    return page.getByTestId(testId);
  }

  /** A message, note or row by a text in it. */
  Locator id(String testId, String text) {
    return id(testId).filter(new Locator.FilterOptions().setHasText(text));
  }

  Locator message(String text) {
    return id("message", text);
  }

  /** Waits until the message is there in this state. */
  void sees(String text, String state) {
    assertThat(message(text)).hasAttribute("data-state", state);
  }

  void sees(String text) {
    assertThat(message(text)).hasCount(1);
  }

  void write(String text) {
    id("composer").fill(text);
    id("send").click();
  }

  /** Scrolls up, page by page, until the thread's first message is there. */
  void scrollTo(String first) {
    Locator log = page.locator("section.log");
    long end = System.nanoTime() + SCROLL_NS;
    while (message(first).count() == 0 && System.nanoTime() < end) {
      log.evaluate(
          """
          (log) => new Promise((seen) => {
            log.scrollTop = log.scrollTop > 0 ? 0 : 1;
            requestAnimationFrame(() => requestAnimationFrame(seen));
          })
          """);
    }
    sees(first);
  }

  /** Which of the texts are shown, in the order and as often as they are shown. */
  List<String> shown(String testId, Collection<String> texts) {
    List<String> found = new ArrayList<>();
    for (var said : id(testId).all()) {
      // what a message answers is quoted in it, and said elsewhere
      String content =
          (String)
              said.evaluate(
                  """
                  (e) => {
                    const own = e.cloneNode(true);
                    own.querySelectorAll(".answered, .quoted").forEach((q) => q.remove());
                    return own.textContent;
                  }\
                  """);
      texts.stream().filter(content::contains).forEach(found::add);
    }
    return found;
  }

  /** Everything the page was told over its sockets so far, one frame a line. */
  String told() {
    return String.join("\n", frames);
  }

  /** The page with all its shadow trees, as text. */
  String everything() {
    return (String)
        page.evaluate(
            """
            () => {
              const all = (node) => (node.outerHTML ?? node.innerHTML) +
                [...node.querySelectorAll("*")].filter((e) => e.shadowRoot)
                  .map((e) => all(e.shadowRoot)).join("");
              return all(document.documentElement);
            }
            """);
  }

  void picture(String what) {
    page.screenshot(
        new Page.ScreenshotOptions().setPath(PICTURES.resolve(what + "-" + name + ".png")));
  }

  /** No rule of accessibility is broken; a picture is taken for people to look at. */
  void accessible(String what) {
    picture(what);
    var broken = new AxeBuilder(page).withTags(RULES).analyze().getViolations();
    assertThat(broken)
        .describedAs("%s: %s", name, what)
        .extracting(rule -> rule.getId() + " " + rule.getNodes())
        .isEmpty();
  }

  /** The gateway refuses something in this test, with this status, which the browser logs. */
  void refused(int status) {
    faults.removeIf(fault -> fault.contains("status of " + status));
  }

  void withoutFaults() {
    assertThat(faults).describedAs("console of %s", name).isEmpty();
  }
}
