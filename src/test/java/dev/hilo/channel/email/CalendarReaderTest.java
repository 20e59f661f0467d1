package dev.hilo.channel.email;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalendarReaderTest {
  private static final String ZONE =
      """
      BEGIN:VTIMEZONE
      TZID:Somewhere Standard Time
      BEGIN:STANDARD
      DTSTART:16010101T030000
      TZOFFSETTO:+0100
      RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
      END:STANDARD
      BEGIN:DAYLIGHT
      DTSTART:16010101T020000
      TZOFFSETTO:+0200
      RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
      END:DAYLIGHT
      END:VTIMEZONE
      """;

  private static Invite read(String event) {
    String calendar = "BEGIN:VCALENDAR\nMETHOD:REQUEST\n" + ZONE + "BEGIN:VEVENT\n" + event;
    return Objects.requireNonNull(CalendarReader.read(calendar + "\nEND:VEVENT", null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DTSTART:20260714T090000Z | 2026-07-14T09:00:00Z",
        "DTSTART;TZID=Europe/Berlin:20260714T090000 | 2026-07-14T07:00:00Z",
        "DTSTART;TZID=\"Europe/Berlin\":20261224T090000 | 2026-12-24T08:00:00Z",
        "DTSTART;TZID=/example.org/2026/America/Argentina/Salta:20260714T090000"
            + " | 2026-07-14T12:00:00Z",
        "DTSTART;TZID=Somewhere Standard Time:20260714T090000 | 2026-07-14T07:00:00Z",
        "DTSTART;TZID=Somewhere Standard Time:20261224T090000 | 2026-12-24T08:00:00Z",
        "DTSTART;TZID=Somewhere Standard Time:20260329T015900 | 2026-03-29T00:59:00Z",
        "DTSTART;TZID=Somewhere Standard Time:20260329T030000 | 2026-03-29T01:00:00Z",
        "DTSTART;TZID=Nobody knows:20260714T090000 | 2026-07-14T09:00:00Z",
        "DTSTART:20260714T090000 | 2026-07-14T09:00:00Z",
        "DTSTART;VALUE=DATE:20260714 | 2026-07-14T00:00:00Z"
      })
  void theStartIsWhereItIs(String property, String instant) {
    var start = Objects.requireNonNull(read(property).start());
    assertThat(start.instant()).isEqualTo(Instant.parse(instant));
  }

  @Test
  void anEventIsReadWhole() {
    var invite =
        read(
            """
            UID:1@example.com
            SUMMARY:Tea\\, cake\\nand
              more
            LOCATION:Caf\u00e9
            DTSTART:20260714T090000Z
            DURATION:PT90M
            SEQUENCE:3
            ORGANIZER;CN="Vidal, Ana":MAILTO:Ana@example.com
            ATTENDEE;PARTSTAT=DECLINED;CN=Bert:mailto:bert@example.com
            ATTENDEE:nonsense
            BEGIN:VALARM
            SUMMARY:an alarm
            END:VALARM
            STATUS:confirmed
            RRULE:FREQ=WEEKLY\
            """);
    assertThat(invite.method()).isEqualTo(Invite.Method.REQUEST);
    assertThat(invite.uid()).isEqualTo("1@example.com");
    assertThat(invite.summary()).isEqualTo("Tea, cake and more");
    assertThat(invite.location()).isEqualTo("Café");
    assertThat(invite.sequence()).isEqualTo(3);
    assertThat(invite.repeats()).isEqualTo("FREQ=WEEKLY");
    assertThat(invite.status()).isEqualTo("CONFIRMED");
    assertThat(invite.organizer())
        .isEqualTo(new Invite.Person("Vidal, Ana", "ana@example.com", "NEEDS-ACTION"));
    assertThat(invite.attendees())
        .containsExactly(new Invite.Person("Bert", "bert@example.com", "DECLINED"));
    assertThat(Objects.requireNonNull(invite.end()).instant())
        .isEqualTo(Instant.parse("2026-07-14T10:30:00Z"));
  }

  @Test
  void nonsenseIsNoEvent() {
    assertThat(CalendarReader.read("", null)).isNull();
    assertThat(CalendarReader.read("BEGIN:VCALENDAR\nEND:VCALENDAR", "REQUEST")).isNull();
    assertThat(CalendarReader.read("BEGIN:\n".repeat(100_000), null)).isNull();
    assertThat(read("DTSTART:never\nDTEND:20269999\nDURATION:PXY\nSEQUENCE:x").start()).isNull();
  }
}
