package dev.hilo.journey;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A visitor and an agent in a network that lets no WebSocket through. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BlockedIT {
  private static final String BLOCKED =
      """
      window.WebSocket = class extends EventTarget {
        static OPEN = 1;
        readyState = 0;
        constructor() {
          super();
          setTimeout(() => {
            this.readyState = 3;
            this.dispatchEvent(new Event("close"));
            this.onclose?.({ code: 1006 });
          }, 5);
        }
        send() {}
        close() {}
      };
      """;

  @Test
  void theyTalkAllTheSame() throws Exception {
    GatewayProcess gateway = GatewayProcess.start();
    try (Chromium browser = new Chromium()) {
      List<String> calls = new CopyOnWriteArrayList<>();
      Screen shop = blocked(browser, "blocked-shop", calls);
      shop.page.navigate(gateway.url("/demo"));
      shop.id("launcher").click();
      assertThat(shop.id("composer")).isVisible();
      shop.write("Is anybody there?");
      shop.sees("Is anybody there?", "sent");

      Screen desk = blocked(browser, "blocked-agent", calls);
      desk.page.navigate(gateway.signInLink("Marco"));
      desk.id("row", "Is anybody there?").click();
      desk.sees("Is anybody there?");
      desk.write("Yes, over another way.");
      shop.sees("Yes, over another way.");
      desk.sees("Yes, over another way.", "read");

      ProcessHandle redis = gateway.kill();
      shop.write("Written while nobody was there.");
      redis.onExit().get(30, TimeUnit.SECONDS);
      gateway.launch();
      desk.sees("Written while nobody was there.");
      shop.sees("Written while nobody was there.", "read");
      assertThat(calls).contains("/live/stream", "/live/frames");
    } finally {
      gateway.remove();
    }
  }

  private static Screen blocked(Chromium browser, String name, List<String> calls) {
    BrowserContext person = browser.person(1280, 800, "en-US");
    person.addInitScript(BLOCKED);
    person.onRequest(
        request -> {
          int live = request.url().indexOf("/live/");
          if (live > 0) {
            calls.add(request.url().substring(live));
          }
        });
    return new Screen(person, name);
  }
}
