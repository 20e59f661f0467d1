package dev.hilo.channel.email;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The time zone that a calendar describes itself (RFC 5545, VTIMEZONE), as far as years repeat. */
final class TimeZoneRules {
  private static final Pattern OFFSET = Pattern.compile("([+-])(\\d\\d)(\\d\\d)(?:\\d\\d)?");
  private static final Pattern MONTH = Pattern.compile("BYMONTH=(\\d{1,2})(?:;|$)");
  private static final Pattern WEEKDAY =
      Pattern.compile("BYDAY=([+-]?\\d)(MO|TU|WE|TH|FR|SA|SU)(?:;|$)");
  private static final List<String> DAYS = List.of("MO", "TU", "WE", "TH", "FR", "SA", "SU");
  private static final int MAX_RULES = 50;

  /** From when on, every year or once, the offset is another. */
  private static final class Rule {
    private @Nullable LocalDateTime start;
    private @Nullable ZoneOffset offset;
    private String repeats = "";

    /** The last time before this one when the rule began to hold. */
    private @Nullable LocalDateTime onset(LocalDateTime time) {
      if (start == null || start.isAfter(time)) {
        return null;
      }
      if (repeats.isEmpty()) {
        return start;
      }
      for (int year = time.getYear(); year >= time.getYear() - 1; year--) {
        LocalDateTime onset = day(year, start).atTime(start.toLocalTime());
        if (!onset.isAfter(time)) {
          return onset;
        }
      }
      return start;
    }

    private LocalDate day(int year, LocalDateTime first) {
      var month = MONTH.matcher(repeats);
      var weekday = WEEKDAY.matcher(repeats);
      try {
        LocalDate day = first.toLocalDate().withYear(year).withDayOfMonth(1);
        day = month.find() ? day.withMonth(Integer.parseInt(month.group(1))) : day;
        if (weekday.find()) {
          return day.with(
              TemporalAdjusters.dayOfWeekInMonth(
                  Integer.parseInt(weekday.group(1)),
                  DayOfWeek.of(1 + DAYS.indexOf(weekday.group(2)))));
        }
        return day.withDayOfMonth(Math.min(first.getDayOfMonth(), day.lengthOfMonth()));
      } catch (DateTimeException e) {
        return first.toLocalDate();
      }
    }
  }

  private final List<Rule> rules = new ArrayList<>();

  /** What is added from now on belongs to another rule. */
  void begin() {
    if (rules.size() < MAX_RULES) {
      rules.add(new Rule());
    }
  }

  void add(CalendarReader.Property property) {
    if (rules.isEmpty()) {
      return;
    }
    Rule rule = rules.getLast();
    switch (property.name()) {
      case "DTSTART" -> rule.start = CalendarReader.time(property.value());
      case "RRULE" -> rule.repeats = property.value();
      case "TZOFFSETTO" -> {
        var offset = OFFSET.matcher(property.value());
        if (offset.matches()) {
          int minutes = 60 * Integer.parseInt(offset.group(2)) + Integer.parseInt(offset.group(3));
          if (minutes <= 18 * 60) {
            rule.offset =
                ZoneOffset.ofTotalSeconds((offset.group(1).equals("-") ? -60 : 60) * minutes);
          }
        }
      }
      default -> {}
    }
  }

  @Nullable ZoneOffset at(LocalDateTime time) {
    ZoneOffset found = null;
    LocalDateTime latest = null;
    for (Rule rule : rules) {
      LocalDateTime onset = rule.onset(time);
      if (rule.offset != null && onset != null && (latest == null || onset.isAfter(latest))) {
        latest = onset;
        found = rule.offset;
      }
    }
    return found == null && !rules.isEmpty() ? rules.getFirst().offset : found;
  }
}
