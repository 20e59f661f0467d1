package dev.hilo.desk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.conversation.Address;
import dev.hilo.conversation.Audience;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.conversation.Ulid;
import dev.hilo.desk.RoutePlanner.Need;
import dev.hilo.desk.RoutePlanner.Obstacle;
import dev.hilo.desk.RoutePlanner.Plan;
import dev.hilo.desk.RoutePlanner.Reason;
import dev.hilo.desk.RoutePlanner.Terms;
import dev.hilo.desk.RoutePlanner.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutePlannerTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final long HOUR = 3_600_000;
  private static final CustomerId EVA = CustomerId.fresh("main");

  private static final Terms WHATSAPP =
      new Terms(
          true,
          4096,
          Set.of(Content.Media.Kind.IMAGE),
          1000,
          true,
          Duration.ofHours(24),
          false,
          true);
  private static final Terms SMS = new Terms(true, 160, Set.of(), 0, false, null, true, true);
  private static final Terms WEB =
      new Terms(
          true, 10_000, Set.of(Content.Media.Kind.values()), 1 << 20, false, null, false, false);

  private final Map<String, Terms> terms =
      new HashMap<>(Map.of("whatsapp", WHATSAPP, "sms", SMS, "web", WEB));
  private final StreamState state = StreamState.empty(EVA);

  @Test
  void theAddressUsedLastIsTaken() {
    wrote("sms", NOW - 3 * HOUR);
    wrote("whatsapp", NOW - HOUR);
    Plan plan = plan(Need.ANY);
    assertThat(chosen(plan)).isEqualTo("whatsapp");
    assertThat(plan.reason()).isEqualTo(Reason.LAST_USED);
    assertThat(plan.passedOver()).isNull();
    assertThat(plan.by("whatsapp")).extracting(Way::openUntil).isEqualTo(NOW + 23 * HOUR);
  }

  @Test
  void aClosedWindowLeadsToTheNextBestAndSaysWhy() {
    wrote("sms", NOW - 30 * HOUR);
    wrote("web", NOW - 29 * HOUR);
    wrote("whatsapp", NOW - 25 * HOUR);
    Plan plan = plan(Need.ANY);
    assertThat(chosen(plan)).isEqualTo("web");
    assertThat(plan.reason()).isEqualTo(Reason.NEXT_BEST);
    assertThat(plan.passedOver()).isEqualTo(Obstacle.WINDOW_CLOSED);
  }

  @Test
  void aTemplatePassesTheClosedWindowAndCosts() {
    wrote("whatsapp", NOW - 25 * HOUR);
    Plan plan = plan(new Need(0, null, 0, true));
    assertThat(chosen(plan)).isEqualTo("whatsapp");
    assertThat(plan.ways().getFirst().paid()).isTrue();
    assertThat(chosen(plan(Need.ANY))).isNull();
  }

  @Test
  void whatDoesNotFitIsNamed() {
    wrote("whatsapp", NOW - HOUR);
    wrote("sms", NOW - 2 * HOUR);
    assertThat(obstacle(new Need(0, null, 0, true), "sms")).isEqualTo(Obstacle.NO_TEMPLATES);
    assertThat(obstacle(new Need(161, null, 0, false), "sms")).isEqualTo(Obstacle.TOO_LONG);
    assertThat(obstacle(new Need(160, null, 0, false), "sms")).isNull();
    var image = Content.Media.Kind.IMAGE;
    assertThat(obstacle(new Need(0, image, 9, false), "sms")).isEqualTo(Obstacle.NO_SUCH_MEDIA);
    assertThat(obstacle(new Need(0, image, 1001, false), "whatsapp"))
        .isEqualTo(Obstacle.MEDIA_TOO_LARGE);
    assertThat(obstacle(new Need(0, image, 1000, false), "whatsapp")).isNull();
    terms.remove("sms");
    assertThat(obstacle(Need.ANY, "sms")).isEqualTo(Obstacle.NO_ACCOUNT);
    terms.put("whatsapp", new Terms(false, 10, Set.of(), 0, false, null, false, false));
    assertThat(obstacle(Need.ANY, "whatsapp")).isEqualTo(Obstacle.CREDENTIALS);
  }

  @Test
  void whoAskedNotToBeWrittenToIsNot() {
    wrote("sms", NOW - 2 * HOUR);
    wrote("whatsapp", NOW - HOUR);
    says(new Event.ConsentChanged("whatsapp", false, "STOP"), "whatsapp", NOW);
    Plan plan = plan(Need.ANY);
    assertThat(plan.by("whatsapp")).extracting(Way::obstacle).isEqualTo(Obstacle.OPT_OUT);
    assertThat(chosen(plan)).isEqualTo("sms");
    says(new Event.ConsentChanged("whatsapp", true, "START"), "whatsapp", NOW);
    assertThat(chosen(plan(Need.ANY))).isEqualTo("whatsapp");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whateverIsChosenCanBeUsedAndNothingBetterIsPassedOver(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      StreamState one = StreamState.empty(CustomerId.fresh("main"));
      Map<String, Terms> offered = new HashMap<>();
      List<Entry> entries = new ArrayList<>();
      for (int i = 0; i < random.nextInt(6); i++) {
        String channel = "c" + i;
        if (random.nextInt(5) > 0) {
          offered.put(channel, terms(random));
        }
        long at = NOW - random.nextInt(60) * HOUR;
        entries.add(entry(one, entries.size(), message(channel), channel, at));
        if (random.nextInt(4) == 0) {
          Event no = new Event.ConsentChanged(channel, false, null);
          entries.add(entry(one, entries.size(), no, channel, NOW));
        }
      }
      one.advance(entries);
      Need need = new Need(random.nextInt(300), null, 0, random.nextInt(4) == 0);
      Plan plan = RoutePlanner.plan(one, need, r -> offered.get(r.address().channel()), NOW);
      assertThat(plan.ways()).hasSize(one.routes().size());
      Way chosen = plan.chosen();
      if (chosen == null) {
        assertThat(plan.ways()).noneMatch(Way::open);
      } else {
        assertThat(chosen.open()).isTrue();
        if (plan.reason() == Reason.NEXT_BEST) {
          assertThat(plan.ways())
              .filteredOn(w -> w.open() && !w.paid())
              .hasSizeLessThanOrEqualTo(chosen.paid() ? 0 : 6);
          assertThat(plan.passedOver()).isNotNull();
        } else {
          assertThat(chosen.route()).isEqualTo(one.lastRoute());
        }
      }
    }
  }

  private static Terms terms(Random random) {
    return new Terms(
        random.nextInt(6) > 0,
        random.nextInt(300),
        Set.of(),
        0,
        random.nextBoolean(),
        random.nextBoolean() ? null : Duration.ofHours(random.nextInt(48)),
        random.nextBoolean(),
        random.nextBoolean());
  }

  private Plan plan(Need need) {
    return RoutePlanner.plan(state, need, r -> terms.get(r.address().channel()), NOW);
  }

  private @Nullable Obstacle obstacle(Need need, String via) {
    Way way = plan(need).by(via);
    assertThat(way).isNotNull();
    return way.obstacle();
  }

  private static @Nullable String chosen(Plan plan) {
    return plan.chosen() == null ? null : plan.chosen().route().via();
  }

  private void wrote(String channel, long at) {
    says(message(channel), channel, at);
  }

  private void says(Event event, String via, long at) {
    assertThat(state.advance(List.of(entry(state, (int) state.last().seq(), event, via, at))))
        .isTrue();
  }

  private static Event message(String channel) {
    return new Event.MessageAdded(
        new Address(channel, "", "eva"),
        "shop",
        new Content.Text("hi"),
        List.of(),
        "x",
        null,
        null,
        false,
        Map.of());
  }

  private static Entry entry(StreamState state, int before, Event event, String via, long at) {
    Author by = Author.customer(state.customer());
    Header header =
        new Header(
            Header.SCHEMA,
            EntryClass.of(event, by),
            event.type(),
            Ulid.next(),
            state.customer().toString(),
            via,
            by,
            Audience.of(event),
            null,
            at,
            at,
            null,
            List.of(),
            0);
    return new Entry(new Position(1, before + 1L), header, event);
  }
}
