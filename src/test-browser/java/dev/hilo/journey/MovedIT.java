package dev.hilo.journey;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import dev.hilo.testing.Cut;
import dev.hilo.testing.RedisServer;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node is drained while people talk: their pages change to another one, and nobody notices. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MovedIT {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private static final int AT_LEAST = 6;

  /** Notes when sockets open and end, and whether the page ever said that it has no connection. */
  private static final String WATCH =
      """
      window.sockets = [];
      window.alarmed = 0;
      const Real = window.WebSocket;
      window.WebSocket = class extends Real {
        constructor(...all) {
          super(...all);
          const life = { opened: 0, ended: 0 };
          window.sockets.push(life);
          this.addEventListener("open", () => (life.opened = performance.now()));
          this.addEventListener("close", () => (life.ended = performance.now()));
        }
      };
      const all = (node) => [...node.querySelectorAll("*")].flatMap((e) =>
        e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e]);
      setInterval(() => {
        if (all(document).some((e) => e.matches(".bar[role=status], .banner"))) window.alarmed++;
      }, 20);
      """;

  private static Screen screen(Chromium browser, String name) {
    BrowserContext person = browser.person(1280, 900, "en-US");
    person.addInitScript(WATCH);
    return new Screen(person, name);
  }

  /** The next socket was open before the first one ended, and there was no third. */
  private static void madeBeforeBroken(Screen screen) {
    screen.page.waitForFunction("() => window.sockets.some((each) => each.ended > 0)");
    assertThat((Boolean) screen.page.evaluate("() => window.alarmed === 0"))
        .as("no word about the connection")
        .isTrue();
    assertThat(
            (Boolean)
                screen.page.evaluate(
                    """
                    () => window.sockets.length === 2
                      && window.sockets[1].opened > 0
                      && window.sockets[1].opened < window.sockets[0].ended
                      && window.sockets[1].ended === 0
                    """))
        .as("sockets: %s", screen.page.evaluate("() => JSON.stringify(window.sockets)"))
        .isTrue();
  }

  @Test
  void pagesMoveToAnotherNodeUnnoticed() throws Exception {
    try (Cut front = new Cut(URI.create("http://127.0.0.1:1"))) {
      URI url = front.uri();
      GatewayProcess leaving = GatewayProcess.node("leaving", redis.uri(), url);
      GatewayProcess staying = GatewayProcess.node("staying", redis.uri(), url);
      front.leadTo(URI.create(leaving.url("")));
      try (Chromium browser = new Chromium()) {
        Screen shop = screen(browser, "moved-shop");
        Screen desk = screen(browser, "moved-desk");
        shop.page.navigate(url + "/demo");
        shop.id("launcher").click();
        shop.write("This is the first.");
        shop.sees("This is the first.", "sent");
        desk.page.navigate(leaving.signInLink("Marco"));
        desk.id("row", "This is the first.").click();
        desk.sees("This is the first.");

        List<String> said = new ArrayList<>(List.of("This is the first."));
        front.leadTo(URI.create(staying.url("")));
        FutureTask<Void> end =
            new FutureTask<>(
                () -> {
                  leaving.stop();
                  return null;
                });
        Thread.ofVirtual().start(end);
        for (int i = 1; i <= AT_LEAST || !end.isDone(); i++) {
          String asked = "Question no. %03d.".formatted(i);
          String answered = "Answer no. %03d.".formatted(i);
          shop.write(asked);
          desk.sees(asked);
          desk.write(answered);
          shop.sees(answered);
          said.addAll(List.of(asked, answered));
        }
        end.get();
        assertThat(shop.shown("message", said)).containsExactlyElementsOf(said);
        assertThat(desk.shown("message", said)).containsExactlyElementsOf(said);
        madeBeforeBroken(shop);
        madeBeforeBroken(desk);
        assertThat(shop.id("composer")).isVisible();
        List.of(shop, desk).forEach(Screen::withoutFaults);
      } finally {
        leaving.remove();
        staying.remove();
      }
    }
  }
}
