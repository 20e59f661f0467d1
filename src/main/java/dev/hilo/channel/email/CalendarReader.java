package dev.hilo.channel.email;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the first event of a calendar (RFC 5545). What is not understood is passed over. */
final class CalendarReader {
  static final int MAX_TEXT = 1024 * 1024;
  private static final int MAX_COMPONENTS = 100;
  private static final int MAX_PEOPLE = 200;
  private static final int MAX_LINES = 20_000;
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuuMMdd");
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HHmmss");

  private CalendarReader() {}

  /** A line: {@code NAME;PARAMETER=VALUE:VALUE}; names are upper case. */
  record Property(String name, Map<String, String> parameters, String value) {

    static @Nullable Property of(String line) {
      int colon = -1;
      boolean quoted = false;
      var ends = new ArrayList<Integer>();
      for (int i = 0; i < line.length() && colon < 0; i++) {
        char c = line.charAt(i);
        quoted ^= c == '"';
        if (!quoted && c == ';') {
          ends.add(i);
        } else if (!quoted && c == ':') {
          colon = i;
        }
      }
      if (colon < 1) {
        return null;
      }
      ends.add(colon);
      var parameters = new HashMap<String, String>();
      for (int i = 0; i + 1 < ends.size(); i++) {
        String one = line.substring(ends.get(i) + 1, ends.get(i + 1));
        int equals = one.indexOf('=');
        if (equals > 0) {
          parameters.putIfAbsent(
              one.substring(0, equals).strip().toUpperCase(Locale.ROOT),
              one.substring(equals + 1).replace("\"", "").strip());
        }
      }
      String name = line.substring(0, ends.getFirst()).strip().toUpperCase(Locale.ROOT);
      return new Property(name, Map.copyOf(parameters), line.substring(colon + 1).strip());
    }

    String parameter(String of, String otherwise) {
      return parameters.getOrDefault(of, otherwise);
    }

    /** One line for people. */
    String text() {
      var out = new StringBuilder();
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c == '\\' && i + 1 < value.length()) {
          char next = value.charAt(++i);
          out.append(next == 'n' || next == 'N' ? ' ' : next);
        } else {
          out.append(c);
        }
      }
      return Text.head(Text.line(out.toString()), 500);
    }
  }

  /**
   * Reads it leniently.
   *
   * @param method what the mail says of it, null if nothing
   * @return null if there is no event in it
   */
  static @Nullable Invite read(String calendar, @Nullable String method) {
    var zones = new HashMap<String, TimeZoneRules>();
    var event = new HashMap<String, Property>();
    var people = new ArrayList<Invite.Person>();
    Invite.Method declared = method(method);
    Invite.Method inside = null;
    var open = new ArrayList<String>();
    TimeZoneRules zone = null;
    boolean found = false;
    int components = 0;
    for (String line : unfolded(calendar)) {
      Property property = Property.of(line);
      if (property == null) {
        continue;
      }
      String name = property.name;
      String value = property.value.toUpperCase(Locale.ROOT);
      String component = open.isEmpty() ? "" : open.getLast();
      if (name.equals("BEGIN")) {
        if (++components > MAX_COMPONENTS || (found && value.equals("VEVENT"))) {
          break;
        }
        open.add(value);
        if (value.equals("VTIMEZONE")) {
          zone = new TimeZoneRules();
        } else if (zone != null) {
          zone.begin();
        }
        found |= value.equals("VEVENT");
      } else if (name.equals("END")) {
        if (!open.isEmpty()) {
          open.removeLast();
        }
        zone = value.equals("VTIMEZONE") ? null : zone;
      } else if (zone != null) {
        if (component.equals("VTIMEZONE") && name.equals("TZID")) {
          zones.putIfAbsent(property.value, zone);
        }
        zone.add(property);
      } else if (component.equals("VCALENDAR") && name.equals("METHOD")) {
        inside = method(property.value);
      } else if (component.equals("VEVENT")) {
        if (name.equals("ATTENDEE") && people.size() < MAX_PEOPLE) {
          var one = person(property);
          if (one != null) {
            people.add(one);
          }
        } else {
          event.putIfAbsent(name, property);
        }
      }
    }
    if (!found) {
      return null;
    }
    Invite.Method wanted = inside != null ? inside : declared;
    return invite(wanted == null ? Invite.Method.PUBLISH : wanted, event, people, zones);
  }

  private static Invite invite(
      Invite.Method method,
      Map<String, Property> event,
      List<Invite.Person> people,
      Map<String, TimeZoneRules> zones) {
    Invite.When start = when(event.get("DTSTART"), zones);
    Invite.When end = when(event.get("DTEND"), zones);
    Property duration = event.get("DURATION");
    if (end == null && start != null && duration != null) {
      end = after(start, duration.value);
    }
    Property organizer = event.get("ORGANIZER");
    String summary = text(event, "SUMMARY");
    String uid = text(event, "UID");
    String status = text(event, "STATUS");
    return new Invite(
        method,
        uid == null ? "" : uid,
        number(event.get("SEQUENCE")),
        summary == null ? "" : summary,
        start,
        end,
        text(event, "RRULE"),
        text(event, "LOCATION"),
        organizer == null ? null : person(organizer),
        List.copyOf(people),
        status == null ? null : status.toUpperCase(Locale.ROOT));
  }

  private static @Nullable String text(Map<String, Property> event, String name) {
    Property property = event.get(name);
    String text = property == null ? "" : property.text();
    return text.isEmpty() ? null : text;
  }

  private static int number(@Nullable Property property) {
    try {
      return property == null ? 0 : Math.max(0, Integer.parseInt(property.value));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static Invite.@Nullable Method method(@Nullable String text) {
    for (Invite.Method one : Invite.Method.values()) {
      if (text != null && one.name().equalsIgnoreCase(text.strip())) {
        return one;
      }
    }
    return null;
  }

  private static Invite.@Nullable Person person(Property property) {
    String value = property.value.replaceFirst("(?i)^mailto:", "");
    String address = MailAddress.normalised(value);
    if (address == null) {
      address = MailAddress.normalised(property.parameter("EMAIL", ""));
    }
    String status = property.parameter("PARTSTAT", "NEEDS-ACTION").toUpperCase(Locale.ROOT);
    String name = Text.head(Text.line(property.parameter("CN", "")), 100);
    return address == null
        ? null
        : new Invite.Person(name.equalsIgnoreCase(address) ? "" : name, address, status);
  }

  private static Invite.@Nullable When when(
      @Nullable Property property, Map<String, TimeZoneRules> zones) {
    if (property == null) {
      return null;
    }
    String value = property.value.strip();
    boolean utc = value.endsWith("Z") || value.endsWith("z");
    String plain = utc ? value.substring(0, value.length() - 1) : value;
    LocalDateTime local = time(plain);
    if (local == null) {
      return null;
    }
    if (plain.length() == 8) {
      return new Invite.When(local, null, true);
    }
    String id = property.parameter("TZID", "");
    ZoneId zone = utc ? ZoneOffset.UTC : id.isEmpty() ? null : zone(id, local, zones.get(id));
    return new Invite.When(local, zone, false);
  }

  static @Nullable LocalDateTime time(String value) {
    try {
      LocalDate day = LocalDate.parse(value.substring(0, Math.min(8, value.length())), DAY);
      int t = value.indexOf('T');
      return t == 8 ? day.atTime(LocalTime.parse(value.substring(9), TIME)) : day.atStartOfDay();
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** The zone of that name, or the one that the calendar describes. */
  private static @Nullable ZoneId zone(
      String id, LocalDateTime local, @Nullable TimeZoneRules described) {
    String[] pieces = id.split("/", -1);
    int last = pieces.length;
    for (int n = Math.min(3, last); n >= Math.min(2, last); n--) {
      try {
        return ZoneId.of(String.join("/", List.of(pieces).subList(last - n, last)));
      } catch (DateTimeException e) {
        // some put a path of their own before the name, or a name of their own
      }
    }
    return described == null ? null : described.at(local);
  }

  private static Invite.@Nullable When after(Invite.When start, String duration) {
    try {
      String text = duration.replace("+", "").toUpperCase(Locale.ROOT);
      int week = text.indexOf('W');
      Duration length =
          week > 1
              ? Duration.ofDays(7L * Integer.parseInt(text.substring(1, week)))
              : Duration.parse(text);
      return new Invite.When(start.local().plus(length), start.zone(), start.day());
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      return null;
    }
  }

  private static List<String> unfolded(String calendar) {
    var lines = new ArrayList<String>();
    var line = new StringBuilder();
    for (String next : Text.head(calendar, MAX_TEXT).split("\r\n|\n|\r", MAX_LINES)) {
      if (next.startsWith(" ") || next.startsWith("\t")) {
        line.append(next, 1, next.length());
      } else {
        lines.add(line.toString());
        line.setLength(0);
        line.append(next);
      }
    }
    lines.add(line.toString());
    return lines;
  }
}
