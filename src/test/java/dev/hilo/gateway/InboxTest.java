package dev.hilo.gateway;

import static dev.hilo.gateway.Rest.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.Gateway;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Website inboxes that are changed on one node act on the other. */
class InboxTest extends OnTwoNodes {
  private static Rest boss;

  @BeforeAll
  static void anAdministrator() throws Exception {
    boss = Rest.agent(a, "Boss");
  }

  private static void put(String path, Object... fields) throws Exception {
    Rest.Answer answer = boss.put("/api/v1/desk/" + path, object(fields));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  /** What a page of this origin gets at once: a welcome or a problem's code. */
  private static String enters(Gateway node, String inbox, String origin) {
    try (SocketClient page = SocketClient.connect(nodes, node, origin)) {
      page.tell("hello", "inbox", inbox);
      JsonNode answer =
          page.await(
              f -> List.of("welcome", "problem").contains(f.path("type").asText()), "an answer");
      return answer.path("code").asText("welcome");
    } catch (RuntimeException e) {
      return "forbidden-origin"; // turned away with its upgrade already
    }
  }

  @Test
  void aPageThatIsTakenOffTheListDoesNotGetInAnyMore() throws Exception {
    put(
        "inbox/list",
        "name",
        "L",
        "origins",
        List.of("https://one.example", "https://two.example"));
    for (Gateway node : List.of(a, b)) {
      await()
          .atMost(Nodes.PATIENCE)
          .until(() -> enters(node, "list", "https://two.example").equals("welcome"));
    }
    put("inbox/list", "name", "L", "origins", List.of("https://one.example"));
    assertThat(enters(a, "list", "https://two.example")).isEqualTo("forbidden-origin");
    await()
        .atMost(Nodes.PATIENCE)
        .until(() -> enters(b, "list", "https://two.example").equals("forbidden-origin"));
    assertThat(enters(a, "list", "https://one.example")).isEqualTo("welcome");
    assertThat(enters(b, "list", "https://one.example")).isEqualTo("welcome");
  }

  @Test
  void theWelcomeSaysWhetherSomebodyIsHere() throws Exception {
    var always =
        IntStream.rangeClosed(1, 7)
            .mapToObj(day -> object("day", day, "from", "00:00", "to", "24:00"))
            .toList();
    put("hours/always", "name", "Always", "zone", "UTC", "week", always);
    put(
        "hours/never",
        "name",
        "Once",
        "zone",
        "UTC",
        "week",
        List.of(),
        "holidays",
        List.of(
            object(
                "date",
                LocalDate.now(ZoneOffset.UTC).plusDays(3).toString(),
                "name",
                "Then",
                "periods",
                List.of(object("from", "09:00", "to", "10:00")))));
    put("inbox/day", "name", "D", "hours", "always");
    put("inbox/night", "name", "N", "hours", "never");
    try (var day = SocketClient.hello(nodes, a, "inbox", "day");
        var night = SocketClient.hello(nodes, a, "inbox", "night");
        var shop = SocketClient.visitor(nodes, a)) {
      assertThat(day.welcome().at("/inbox/open").asBoolean()).isTrue();
      assertThat(day.welcome().at("/inbox").has("opens")).isFalse();
      assertThat(night.welcome().at("/inbox/open").asBoolean(true)).isFalse();
      assertThat(night.welcome().at("/inbox/opens").asLong())
          .isGreaterThan(System.currentTimeMillis());
      assertThat(shop.welcome().at("/inbox").has("open")).isFalse();
    }
  }
}
