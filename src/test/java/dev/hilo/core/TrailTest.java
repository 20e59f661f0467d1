package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hilo.access.Principal;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Event;
import dev.hilo.core.TrailReader.Line;
import dev.hilo.core.TrailReader.Page;
import dev.hilo.core.TrailReader.Wanted;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is written down is found again day by day, and goes when it is old enough. */
class TrailTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static final LocalDate FIRST = LocalDate.parse("2027-02-27");

  private final Hand clock = new Hand(FIRST);
  private TestNode node;
  private Trail trail;
  private TrailReader reader;
  private Principal ana;
  private Principal ben;
  private CustomerId eva;

  /** A clock that is set by hand. */
  private static final class Hand extends Clock {
    private Instant now;

    Hand(LocalDate day) {
      this.now = day.atTime(10, 0).toInstant(ZoneOffset.UTC);
    }

    void on(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @BeforeEach
  void start() {
    node = redis.node();
    trail = new Trail(node.streams, node.roots, clock);
    reader = new TrailReader(node.streams);
    ana = new Principal.Agent(node.workspace, "ana", "Ana", new Principal.Seat("192.0.2.1", "s1"));
    ben = new Principal.Agent(node.workspace, "ben", "Ben", Principal.Seat.UNKNOWN);
    eva = CustomerId.fresh(node.workspace);
    clearAway();
  }

  /** Tests of one class share a workspace. */
  private void clearAway() {
    for (int i = -10; i < 900; i++) {
      CustomerId day = CustomerId.audit(node.workspace, FIRST.plusDays(i).toString());
      node.await(() -> node.streams.drop(day));
    }
    node.await(() -> node.lease.saveCursor("trail", "none"));
  }

  private void did(Principal who, String act, String what) {
    node.await(() -> trail.did(who, act, eva, what));
  }

  private Wanted all() {
    return new Wanted(FIRST.minusDays(5), Trail.day(clock.millis()), null, null, null);
  }

  private List<String> pages(Wanted wanted, int limit) {
    List<String> found = new ArrayList<>();
    String cursor = null;
    do {
      String from = cursor;
      Page page = node.await(() -> reader.page(node.workspace, wanted, from, limit));
      assertThat(page.lines()).hasSizeLessThanOrEqualTo(limit);
      page.lines().forEach(line -> found.add(line.event().what()));
      cursor = page.cursor();
    } while (cursor != null);
    return found;
  }

  private List<Line> exported(Wanted wanted) {
    List<Line> found = new ArrayList<>();
    node.await(
        () ->
            reader.all(
                node.workspace,
                wanted,
                lines -> {
                  found.addAll(lines);
                  return Future.succeededFuture();
                }));
    return found;
  }

  @Test
  void pagesHoldEveryLineOnceNewestFirstOverDays() {
    List<String> written = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      did(i % 2 == 0 ? ana : ben, i % 3 == 0 ? "say" : "note", "w" + i);
      written.addFirst("w" + i);
      clock.on(Duration.ofHours(i == 4 ? 60 : 9));
    }
    for (int limit : new int[] {1, 2, 3, 100}) {
      assertThat(pages(all(), limit)).isEqualTo(written);
    }
    assertThat(exported(all()).stream().map(l -> l.event().what()))
        .containsExactlyElementsOf(written.reversed());
    Wanted bens = new Wanted(FIRST, Trail.day(clock.millis()), "ben", null, null);
    assertThat(pages(bens, 2)).containsExactly("w7", "w5", "w3", "w1");
    Wanted said = new Wanted(FIRST, Trail.day(clock.millis()), "agent:ana", "say", eva.toString());
    assertThat(pages(said, 2)).containsExactly("w6", "w0");
    Wanted first = new Wanted(FIRST, FIRST, null, null, null);
    assertThat(pages(first, 5)).containsExactly("w1", "w0");
    Wanted nobodys = new Wanted(FIRST, FIRST, null, null, CustomerId.fresh("main").toString());
    assertThat(pages(nobodys, 5)).isEmpty();
  }

  @Test
  void aLineSaysWhoFromWhereAndWhen() {
    did(ana, "say", null);
    node.await(
        () ->
            trail.signed(
                node.workspace,
                null,
                "sign-in",
                null,
                false,
                new Principal.Seat("192.0.2.9", null)));
    node.await(
        () ->
            trail.signed(
                node.workspace,
                "ben",
                "sign-in",
                null,
                true,
                new Principal.Seat("192.0.2.8", "s2")));
    List<Line> lines = exported(all());
    assertThat(lines.stream().map(l -> l.who().toString()))
        .containsExactly("agent:ana", "gateway:door", "agent:ben");
    assertThat(lines).extracting(Line::at).containsOnly(clock.millis());
    assertThat(lines)
        .extracting(Line::event)
        .containsExactly(
            new Event.Audited("say", eva.toString(), null, true, "192.0.2.1", "s1"),
            new Event.Audited("sign-in", null, null, false, "192.0.2.9", null),
            new Event.Audited("sign-in", null, null, true, "192.0.2.8", "s2"));
  }

  @Test
  void lookingAgainIsNotNewsForAWhileButTryingIs() {
    for (int i = 0; i < 3; i++) {
      node.await(() -> trail.saw(ana, "watch", eva, null));
    }
    node.await(() -> trail.saw(ben, "watch", eva, null));
    clock.on(Duration.ofMinutes(6));
    node.await(() -> trail.saw(ana, "watch", eva, null));
    assertThat(exported(all()).stream().map(l -> l.who().id()))
        .containsExactly("ana", "ben", "ana");
  }

  @Test
  void cursorsThatNoPageGaveAreRefused() {
    for (String cursor : List.of("x", "2027-13-01", "2027-02-27@", "2027-02-27@1", "@1-1")) {
      assertThatThrownBy(() -> node.await(() -> reader.page(node.workspace, all(), cursor, 10)))
          .as(cursor)
          .isInstanceOf(Problem.class);
    }
  }

  @Test
  void daysOlderThanThePolicyKeepsGoWithAllTheirKeys() {
    did(ana, "say", "first");
    clock.on(Duration.ofDays(1));
    did(ana, "say", "second");
    TrailSweep sweep = new TrailSweep("n1", node.rosters(), node.streams, node.lease, clock);
    TrailSweep other = new TrailSweep("n2", node.rosters(), node.streams, node.lease, clock);
    clock.on(Duration.ofDays(364));
    did(ana, "say", "third");
    assertThat(node.await(sweep::sweep)).as("the policy keeps 365 days").isZero();
    assertThat(node.await(other::sweep)).as("another node holds the lease").isZero();
    clock.on(Duration.ofDays(1));
    assertThat(node.await(sweep::sweep)).isEqualTo(1);
    assertThat(node.await(sweep::sweep)).as("done for today").isZero();
    CustomerId gone = CustomerId.audit(node.workspace, FIRST.toString());
    assertThat(node.await(() -> node.streams.exists(gone))).isFalse();
    assertThat(node.await(() -> node.streams.drop(gone))).as("not one key is left").isFalse();
    assertThat(pages(all(), 10)).containsExactly("third", "second");
  }
}
