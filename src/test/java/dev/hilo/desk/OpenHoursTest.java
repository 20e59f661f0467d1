package dev.hilo.desk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.workspace.Item;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenHoursTest {
  private static Item.Hours hours(String zone, List<Item.Opening> week, Item.Holiday... holidays) {
    return new Item.Hours("h", "H", zone, week, List.of(holidays));
  }

  private static Item.Opening on(int day, String from, String to) {
    return new Item.Opening(day, from, to);
  }

  private static OpenHours.Now at(Item.Hours hours, String local) {
    return OpenHours.at(hours, moment(hours, local));
  }

  private static Instant moment(Item.Hours hours, String local) {
    return LocalDateTime.parse(local).atZone(ZoneId.of(hours.zone())).toInstant();
  }

  private static OpenHours.Now open(Item.Hours hours, String until) {
    return new OpenHours.Now(true, moment(hours, until));
  }

  private static OpenHours.Now closed(Item.Hours hours, String until) {
    return new OpenHours.Now(false, moment(hours, until));
  }

  @Test
  void severalPeriodsADay() {
    // 2026-11-23 is a Monday
    Item.Hours shop =
        hours("Europe/Madrid", List.of(on(1, "09:00", "13:00"), on(1, "14:00", "18:00")));
    assertThat(at(shop, "2026-11-23T08:59")).isEqualTo(closed(shop, "2026-11-23T09:00"));
    assertThat(at(shop, "2026-11-23T09:00")).isEqualTo(open(shop, "2026-11-23T13:00"));
    assertThat(at(shop, "2026-11-23T13:00")).isEqualTo(closed(shop, "2026-11-23T14:00"));
    assertThat(at(shop, "2026-11-23T18:00")).isEqualTo(closed(shop, "2026-11-30T09:00"));
  }

  @Test
  void pastMidnightAndOnFromThere() {
    Item.Hours bar =
        hours("Europe/Madrid", List.of(on(5, "22:00", "02:00"), on(6, "02:00", "03:00")));
    assertThat(at(bar, "2026-11-28T01:00")).isEqualTo(open(bar, "2026-11-28T03:00"));
    Item.Hours always =
        hours(
            "UTC",
            List.of(1, 2, 3, 4, 5, 6, 7).stream().map(day -> on(day, "00:00", "24:00")).toList());
    assertThat(at(always, "2026-11-28T01:00")).isEqualTo(new OpenHours.Now(true, null));
    assertThat(at(hours("UTC", List.of()), "2026-11-28T01:00"))
        .isEqualTo(new OpenHours.Now(false, null));
  }

  @Test
  void aHolidayTakesThePlaceOfItsDayButNotOfTheNightBefore() {
    Item.Hours bar =
        hours(
            "UTC",
            List.of(on(4, "22:00", "02:00"), on(5, "09:00", "18:00")),
            new Item.Holiday("2026-12-25", "Christmas", List.of()));
    assertThat(at(bar, "2026-12-25T01:00")).isEqualTo(open(bar, "2026-12-25T02:00"));
    assertThat(at(bar, "2026-12-25T10:00")).isEqualTo(closed(bar, "2026-12-31T22:00"));
    Item.Hours half =
        hours(
            "UTC",
            List.of(on(5, "09:00", "18:00")),
            new Item.Holiday("2026-12-25", "Half", List.of(new Item.Period("10:00", "12:00"))));
    assertThat(at(half, "2026-12-25T09:30")).isEqualTo(closed(half, "2026-12-25T10:00"));
  }

  @Test
  void theClockIsChanged() {
    // Madrid: 2026-03-29 from 02:00 to 03:00, 2026-10-25 from 03:00 back to 02:00; both Sundays
    Item.Hours night = hours("Europe/Madrid", List.of(on(7, "02:30", "04:00")));
    assertThat(OpenHours.at(night, Instant.parse("2026-03-29T00:59:00Z")))
        .isEqualTo(new OpenHours.Now(false, Instant.parse("2026-03-29T01:00:00Z")));
    assertThat(OpenHours.at(night, Instant.parse("2026-10-25T00:30:00Z")))
        .isEqualTo(new OpenHours.Now(true, Instant.parse("2026-10-25T03:00:00Z")));
    Item.Hours early = hours("Europe/Madrid", List.of(on(7, "01:00", "02:30")));
    assertThat(OpenHours.at(early, Instant.parse("2026-10-25T00:45:00Z")))
        .isEqualTo(new OpenHours.Now(true, Instant.parse("2026-10-25T01:30:00Z")));
  }

  /** Whether one minute is open, asked in the simplest way there is. */
  private static boolean naive(Item.Hours hours, Instant minute) {
    ZoneId zone = ZoneId.of(hours.zone());
    LocalDate today = LocalDate.ofInstant(minute, zone);
    for (LocalDate date = today.minusDays(2); !date.isAfter(today); date = date.plusDays(1)) {
      LocalDate day = date;
      List<Item.Period> periods = new ArrayList<>();
      if (hours.holidays().stream().anyMatch(h -> h.date().equals(day.toString()))) {
        hours.holidays().stream()
            .filter(h -> h.date().equals(day.toString()))
            .forEach(h -> periods.addAll(h.periods()));
      } else {
        hours.week().stream()
            .filter(o -> o.day() == day.getDayOfWeek().getValue())
            .forEach(o -> periods.add(o.period()));
      }
      for (Item.Period period : periods) {
        boolean next = period.to().compareTo(period.from()) <= 0;
        Instant from = edge(day, period.from(), zone).withEarlierOffsetAtOverlap().toInstant();
        Instant to =
            edge(next ? day.plusDays(1) : day, period.to(), zone)
                .withLaterOffsetAtOverlap()
                .toInstant();
        if (!minute.isBefore(from) && minute.isBefore(to)) {
          return true;
        }
      }
    }
    return false;
  }

  private static ZonedDateTime edge(LocalDate date, String time, ZoneId zone) {
    LocalDateTime local =
        time.equals("24:00") ? date.plusDays(1).atStartOfDay() : date.atTime(LocalTime.parse(time));
    // step over what a change of the clock leaves out, minute by minute
    while (zone.getRules().getValidOffsets(local).isEmpty()) {
      local = local.plusMinutes(1);
    }
    return local.atZone(zone);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UTC",
        "Europe/Madrid",
        "America/Montevideo",
        "America/Santiago",
        "Australia/Lord_Howe",
        "Africa/Cairo",
        "Asia/Kathmandu",
        "America/St_Johns"
      })
  void agreesWithAskingEveryMinute(String zone) {
    for (int round = 0; round < 12; round++) {
      Random random = new Random(zone.hashCode() * 31L + round);
      LocalDate around =
          List.of(
                  LocalDate.of(2026, 3, 28),
                  LocalDate.of(2026, 4, 4),
                  LocalDate.of(2026, 4, 23),
                  LocalDate.of(2026, 10, 24),
                  LocalDate.of(2026, 10, 29),
                  LocalDate.of(2026, 9, 5))
              .get(round % 6);
      Item.Hours hours = some(random, zone, around);
      Instant start = around.atStartOfDay(ZoneId.of(zone)).toInstant();
      Instant minute = start.plus(random.nextInt(24 * 60), ChronoUnit.MINUTES);
      OpenHours.Now now = OpenHours.at(hours, minute);
      assertThat(now.open()).as("%s at %s", hours, minute).isEqualTo(naive(hours, minute));
      Instant end = minute.plus(9, ChronoUnit.DAYS);
      Instant changes = null;
      for (Instant m = minute; m.isBefore(end); m = m.plus(1, ChronoUnit.MINUTES)) {
        if (naive(hours, m) != now.open()) {
          changes = m;
          break;
        }
      }
      if (changes != null) {
        assertThat(now.changes()).as("%s at %s", hours, minute).isEqualTo(changes);
      } else if (now.changes() != null) {
        assertThat(now.changes()).as("%s at %s", hours, minute).isAfterOrEqualTo(end);
      }
    }
  }

  private static Item.Hours some(Random random, String zone, LocalDate around) {
    List<Item.Opening> week = new ArrayList<>();
    for (int i = random.nextInt(14); i > 0; i--) {
      week.add(new Item.Opening(1 + random.nextInt(7), time(random), time(random)));
    }
    List<Item.Holiday> holidays = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      List<Item.Period> periods =
          random.nextBoolean() ? List.of() : List.of(new Item.Period(time(random), time(random)));
      holidays.add(
          new Item.Holiday(around.plusDays(random.nextInt(9) - 1).toString(), "H", periods));
    }
    return new Item.Hours("h", "H", zone, week, holidays);
  }

  private static String time(Random random) {
    return "%02d:%02d"
        .formatted(
            random.nextInt(5) == 0 ? random.nextInt(4) : random.nextInt(24),
            15 * random.nextInt(4));
  }
}
