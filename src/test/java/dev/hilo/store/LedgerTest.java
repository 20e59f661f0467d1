package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.hilo.store.Ledger.Parked;
import dev.hilo.store.Ledger.Standing;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The accounts of a source in the store. */
class LedgerTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static TestNode node;
  private static Ledger ledger;

  private final String source = "email/" + UUID.randomUUID();

  @BeforeAll
  static void start() {
    node = redis.node();
    ledger = new Ledger(node.link);
  }

  @BeforeEach
  void nothingIsKnown() {
    assertThat(standing()).isEqualTo(new Standing(null, null, null, Map.of(), 0, null));
  }

  private Standing standing() {
    return node.await(() -> ledger.standing(source));
  }

  private long explain(String outcome, @Nullable String blob, String... keys) {
    return node.await(
        () -> ledger.explain(source, List.of(keys), outcome, blob, 1_700_000_000_000L));
  }

  private List<String> keys(String word) {
    var keys = new ArrayList<String>();
    String after = null;
    do {
      String from = after;
      Ledger.Page page = node.await(() -> ledger.entries(source, word, from));
      page.entries().forEach(e -> keys.add(e.key()));
      after = page.next();
    } while (after != null);
    return keys;
  }

  @Test
  void eachItemIsCountedOnceWhateverIsSaidOfIt() {
    assertThat(explain("skipped: before the first connect", null, "1|1", "1|2", "1|3"))
        .isEqualTo(3);
    assertThat(explain("skipped: before the first connect", null, "1|1")).isZero();
    assertThat(explain("ingested", null, "1|1", "content|a")).isEqualTo(1);
    assertThat(explain("duplicate", null, "1|1")).as("a copy of itself").isZero();
    assertThat(explain("duplicate: taken for i…@shop.example", null, "1|4")).isEqualTo(1);
    assertThat(standing().counts())
        .containsOnly(entry("skipped", 2L), entry("ingested", 1L), entry("duplicate", 1L));
    assertThat(node.await(() -> ledger.outcomes(source, List.of("1|1", "1|9", "1|4", "content|a"))))
        .containsOnly(
            entry("1|1", "ingested"),
            entry("1|4", "duplicate: taken for i…@shop.example"),
            entry("content|a", "ingested"));
  }

  @Test
  void whatIsParkedStaysSoUntilItIsExplainedOtherwise() {
    explain("parked: it could not be parsed", "main/~new/" + "a".repeat(64), "1|1");
    explain("parked: it is larger than 40MB", null, "1|2");
    assertThat(node.await(() -> ledger.parked(source, "1|1")))
        .isEqualTo(
            new Parked(
                "it could not be parsed", "main/~new/" + "a".repeat(64), 1_700_000_000_000L));
    assertThat(keys("parked")).containsExactlyInAnyOrder("1|1", "1|2");
    explain("ingested", null, "1|1");
    assertThat(node.await(() -> ledger.parked(source, "1|1"))).isNull();
    assertThat(keys("parked")).containsExactly("1|2");
    assertThat(keys("ingested")).containsExactly("1|1");
    assertThat(standing().counts().get("parked")).isEqualTo(1);
  }

  @Test
  void manyItemsArePagedWithoutLosingOne() {
    List<String> many = IntStream.range(0, 3000).mapToObj(i -> "1|" + i).toList();
    for (int i = 0; i < 3000; i += 500) {
      String[] some = many.subList(i, i + 500).toArray(String[]::new);
      explain(i % 1000 == 0 ? "skipped: draft" : "ingested", null, some);
    }
    assertThat(keys("skipped")).hasSizeGreaterThanOrEqualTo(1500).contains("1|0", "1|2499");
    Ledger.Page first = node.await(() -> ledger.entries(source, "ingested", null));
    assertThat(first.entries()).hasSizeLessThan(1100);
    assertThat(first.next()).isNotNull();
    assertThat(first.entries().getFirst().at()).isEqualTo(1_700_000_000_000L);
  }

  @Test
  void aWishWaitsUntilItIsGranted() {
    node.await(() -> ledger.wish(source, "again 1|1"));
    node.await(() -> ledger.wish(source, "again 1|1"));
    node.await(() -> ledger.wish(source, "since 2026-10-01T00:00:00Z"));
    assertThat(node.await(() -> ledger.wishes(source)))
        .containsExactlyInAnyOrder("again 1|1", "since 2026-10-01T00:00:00Z");
    node.await(() -> ledger.granted(source, "again 1|1"));
    assertThat(node.await(() -> ledger.wishes(source)))
        .containsExactly("since 2026-10-01T00:00:00Z");
  }

  @Test
  void whatASourceSaysOfItselfIsToldToAllNodes() {
    node.await(() -> ledger.say(source, "n1", "the mail server cannot be reached"));
    node.await(() -> ledger.missing(source, 3, 5000));
    node.await(() -> node.lease.saveCursor(source, "17:4:0"));
    Standing standing = standing();
    assertThat(standing.node()).isEqualTo("n1");
    assertThat(standing.why()).isEqualTo("the mail server cannot be reached");
    assertThat(standing.missing()).isEqualTo(3);
    assertThat(standing.checkedAt()).isEqualTo(5000);
    assertThat(standing.cursor()).isEqualTo("17:4:0");
    node.await(() -> ledger.say(source, "n1", null));
    assertThat(standing().why()).isNull();
  }
}
