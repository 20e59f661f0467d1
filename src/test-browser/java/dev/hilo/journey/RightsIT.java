package dev.hilo.journey;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An invited agent works with what the workspace keeps, until the rights are taken away. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RightsIT {
  private static final String PASSWORD = "tres tristes tigres";
  private static final String QUESTION = "Where is my coffee?";
  private static final String CALL =
      """
      async ([method, path, body]) => {
        const answer = await fetch("/api/v1/" + path, {
          method,
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        });
        if (!answer.ok) throw new Error(await answer.text());
        return answer.json();
      }
      """;

  @Test
  void whatOneMayNotDoIsNotThere() throws Exception {
    GatewayProcess gateway = GatewayProcess.empty();
    try (Chromium browser = new Chromium()) {
      Screen admin = new Screen(browser.person(1280, 800, "en-US"), "admin");
      becomesAdministrator(admin, gateway);
      keep(admin, "label/refund", Map.of("name", "Refund", "colour", "red"));
      keep(admin, "canned/hi", Map.of("shortcut", "hi", "text", "Hello, this is {{agent}}."));
      keep(admin, "role/reader", Map.of("name", "Reader", "acts", List.of("inbox", "watch")));

      Screen agent = new Screen(browser.person(1280, 800, "en-US"), "agent");
      agent.page.navigate(invites(admin));
      agent.page.fill("#password", PASSWORD);
      agent.id("door-go").click();
      assertThat(agent.page.locator("hilo-inbox")).isVisible();

      Screen shop = new Screen(browser.person(1280, 800, "en-US"), "shop");
      shop.page.navigate(gateway.url("/demo"));
      shop.id("launcher").click();
      shop.write(QUESTION);
      answersWithWhatIsKept(agent);
      shop.sees("Hello, this is Marco.");
      looksThroughAView(admin, agent);

      gives(admin, List.of("reader"));
      assertThat(agent.page.locator(".read-only")).isVisible();
      assertThat(agent.id("composer")).hasCount(0);
      assertThat(agent.id("resolve")).hasCount(0);
      assertThat(agent.id("join-open")).hasCount(0);
      agent.accessible("rights-reader");

      gives(admin, List.of());
      assertThat(agent.id("no-inbox")).isVisible();
      assertThat(agent.page.locator("hilo-inbox")).hasCount(0);
      assertThat(agent.everything()).doesNotContain(QUESTION);
      agent.accessible("rights-none");

      gives(admin, List.of("agent"));
      assertThat(agent.id("row", "Marco")).isVisible();
      List.of(admin, agent, shop).forEach(Screen::withoutFaults);
    } finally {
      gateway.remove();
    }
  }

  private static void becomesAdministrator(Screen admin, GatewayProcess gateway) throws Exception {
    admin.page.navigate(gateway.setupLink());
    admin.page.fill("#name", "Lucía Prado");
    admin.page.fill("#email", "lucia@alma.example");
    admin.page.fill("#password", PASSWORD);
    admin.id("door-go").click();
    assertThat(admin.page.locator("hilo-inbox")).isVisible();
  }

  private static void keep(Screen admin, String what, Map<String, ?> item) {
    admin.page.evaluate(CALL, List.of("PUT", "desk/" + what, item));
  }

  /** The gateway has no mail here, so the link is answered. */
  private static String invites(Screen admin) {
    Map<String, ?> wish =
        Map.of(
            "email",
            "marco@alma.example",
            "name",
            "Marco",
            "roles",
            List.of("agent"),
            "teams",
            List.of());
    var answer = (Map<?, ?>) admin.page.evaluate(CALL, List.of("POST", "invitations", wish));
    return String.valueOf(answer.get("link"));
  }

  private static void gives(Screen admin, List<String> roles) {
    String list = "async () => (await (await fetch('/api/v1/desk/user')).json()).items";
    Map<?, ?> marco =
        ((List<?>) admin.page.evaluate(list))
            .stream()
                .map(each -> (Map<?, ?>) each)
                .filter(each -> "Marco".equals(each.get("name")))
                .findFirst()
                .orElseThrow();
    keep(
        admin,
        "user/" + marco.get("id"),
        Map.of("name", "Marco", "email", "marco@alma.example", "roles", roles));
  }

  private static void answersWithWhatIsKept(Screen agent) {
    agent.id("row", QUESTION).click();
    agent.sees(QUESTION);
    Locator label = agent.page.locator("#label");
    label.fill("ref");
    assertThat(agent.id("known-label")).hasText("Refund");
    label.press("ArrowDown");
    label.press("Enter");
    assertThat(agent.id("label")).hasText("Refund");
    assertThat(agent.id("label")).hasAttribute("data-colour", "red");
    assertThat(agent.page.locator("#assignee option").getByText("Lucía Prado")).hasCount(1);
    Locator composer = agent.id("composer");
    composer.pressSequentially("/h");
    assertThat(agent.id("canned")).hasCount(1);
    agent.accessible("rights-canned");
    composer.press("Enter");
    assertThat(composer).hasValue("Hello, this is Marco.");
    composer.press("Enter");
    agent.sees("Hello, this is Marco.");
  }

  private static void looksThroughAView(Screen admin, Screen agent) {
    keep(
        admin,
        "view/refunds",
        Map.of("name", "Refunds", "filter", "open", "labels", List.of("refund")));
    Locator view = agent.id("view", "Refunds");
    view.click();
    assertThat(view).hasAttribute("aria-current", "page");
    assertThat(agent.id("row")).hasCount(1);
    agent.accessible("rights-view");
    agent.page.locator(".filters a[href='#/open']").click();
  }
}
