package dev.hilo.desk;

import dev.hilo.workspace.Item;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When somebody answers. A period belongs to the day it begins on, also past midnight; a holiday
 * takes the place of the periods that begin on its date. A time that a change of the clock leaves
 * out counts as the moment of that change; one that comes twice is the first where a period begins,
 * and the second where it ends.
 */
public final class OpenHours {
  /** How far ahead is looked, days; further only where nothing changes before. */
  private static final int[] AHEAD = {3, 10, 400};

  private OpenHours() {}

  /** From a moment on, until before another. */
  private record Span(Instant from, Instant to) {}

  /**
   * Whether it is open.
   *
   * @param changes when that ends; null = not within 400 days
   */
  public record Now(boolean open, @Nullable Instant changes) {}

  public static Now at(Item.Hours hours, Instant now) {
    ZoneId zone = ZoneId.of(hours.zone());
    LocalDate today = LocalDate.ofInstant(now, zone);
    Map<String, List<Item.Period>> holidays = new HashMap<>();
    for (Item.Holiday each : hours.holidays()) {
      holidays.computeIfAbsent(each.date(), _ -> new ArrayList<>()).addAll(each.periods());
    }
    Now found = new Now(false, null);
    for (int ahead : AHEAD) {
      List<Span> spans = new ArrayList<>();
      for (int day = -2; day <= ahead; day++) {
        add(spans, hours, holidays, today.plusDays(day), zone);
      }
      found = within(spans, now);
      Instant end = today.plusDays(ahead).atStartOfDay(zone).toInstant();
      if (found.changes != null && found.changes.isBefore(end)) {
        return found;
      }
    }
    return new Now(found.open, null);
  }

  private static Now within(List<Span> spans, Instant now) {
    spans.sort(Comparator.comparing(Span::from));
    Instant until = null;
    for (Span span : spans) {
      if (!span.to.isAfter(now)) {
        continue;
      }
      if (until == null) {
        if (span.from.isAfter(now)) {
          return new Now(false, span.from);
        }
        until = span.to;
      } else if (span.from.isAfter(until)) {
        break;
      } else if (span.to.isAfter(until)) {
        until = span.to;
      }
    }
    return new Now(until != null, until);
  }

  /** The periods that begin on a date. */
  private static void add(
      List<Span> spans,
      Item.Hours hours,
      Map<String, List<Item.Period>> holidays,
      LocalDate date,
      ZoneId zone) {
    List<Item.Period> periods = holidays.get(date.toString());
    if (periods == null) {
      int weekday = date.getDayOfWeek().getValue();
      periods =
          hours.week().stream()
              .filter(each -> each.day() == weekday)
              .map(Item.Opening::period)
              .toList();
    }
    for (Item.Period period : periods) {
      boolean over = period.to().compareTo(period.from()) <= 0;
      Instant from = moment(date, period.from(), zone, false);
      Instant to = moment(over ? date.plusDays(1) : date, period.to(), zone, true);
      if (to.isAfter(from)) {
        spans.add(new Span(from, to));
      }
    }
  }

  private static Instant moment(LocalDate date, String time, ZoneId zone, boolean end) {
    LocalDateTime local =
        time.equals("24:00")
            ? date.plusDays(1).atStartOfDay()
            : LocalDateTime.of(date, LocalTime.parse(time));
    ZoneRules rules = zone.getRules();
    ZoneOffsetTransition change = rules.getTransition(local);
    if (change == null) {
      return local.toInstant(rules.getOffset(local));
    } else if (change.isGap()) {
      return change.getInstant();
    }
    return local.toInstant(end ? change.getOffsetAfter() : change.getOffsetBefore());
  }
}
