package dev.hilo.journey;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.FilePayload;
import dev.hilo.testing.FileServer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent sends a picture and a document to a visitor's chat. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FilesIT {
  private static final FilePayload PICTURE =
      new FilePayload("dot.png", "image/png", FileServer.PNG);
  private static final FilePayload PAPER =
      new FilePayload("terms.txt", "text/plain", "Read me".getBytes(StandardCharsets.UTF_8));

  @Test
  void filesReachTheVisitor() throws Exception {
    GatewayProcess gateway = GatewayProcess.start();
    try (Chromium browser = new Chromium()) {
      Screen shop = new Screen(browser.person(1280, 800, "en-US"), "files-shop");
      shop.page.navigate(gateway.url("/demo"));
      shop.id("launcher").click();
      shop.write("Can you show me?");
      shop.sees("Can you show me?", "sent");

      Screen desk = new Screen(browser.person(1280, 800, "en-US"), "files-agent");
      desk.page.navigate(gateway.signInLink("Marco"));
      desk.id("row", "Can you show me?").click();
      desk.sees("Can you show me?");
      desk.id("attach").setInputFiles(new FilePayload[] {PICTURE, PAPER});
      Locator ready = desk.page.locator("[data-testid=attached][data-state=ready]");
      assertThat(ready).hasCount(2);
      desk.accessible("files to send");
      ready.nth(1).getByRole(com.microsoft.playwright.options.AriaRole.BUTTON).click();
      assertThat(desk.id("attached")).hasCount(1);
      desk.id("attach").setInputFiles(PAPER);
      assertThat(ready).hasCount(2);
      desk.id("composer").fill("Here it is.");
      desk.id("send").click();
      assertThat(desk.id("attached")).hasCount(0);
      desk.sees("Here it is.");

      desk.id("picture").first().click();
      assertThat(desk.page.locator("dialog[open] img")).isVisible();
      desk.page.keyboard().press("Escape");
      assertThat(desk.page.locator("dialog[open]")).hasCount(0);
      desk.sees("Here it is.");
      assertThat(desk.id("file")).containsText("terms.txt");
      desk.accessible("a thread with files");

      desk.id("answer-this").first().focus();
      desk.page.keyboard().press("Enter");
      assertThat(desk.id("answering")).containsText("Can you show me?");
      desk.accessible("answering");
      desk.id("composer").fill("As you asked.");
      desk.id("send").click();
      assertThat(desk.message("As you asked.").locator(".answered")).hasText("Can you show me?");
      assertThat(desk.id("answering")).hasCount(0);

      shop.sees("Here it is.");
      assertThat(shop.message("Here it is.").locator("img")).isVisible();
      assertThat(shop.message("terms.txt")).isVisible();
      shop.accessible("a chat with files");
      desk.withoutFaults();
      shop.withoutFaults();
    } finally {
      gateway.remove();
    }
  }
}
