package dev.hilo.channel.email;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event that came by mail (RFC 5546). Texts are on one line and bounded, but written by
 * strangers.
 *
 * @param uid the same in all mails about one event
 * @param sequence grows with each change of the event
 * @param end null if the event does not say
 * @param repeats the rule of repetition (RFC 5545) as it came
 * @param status of the event: {@code CONFIRMED}, {@code TENTATIVE}, {@code CANCELLED}
 */
record Invite(
    Method method,
    String uid,
    int sequence,
    String summary,
    @Nullable When start,
    @Nullable When end,
    @Nullable String repeats,
    @Nullable String location,
    @Nullable Person organizer,
    List<Person> attendees,
    @Nullable String status) {

  /** What the sender wants with the event. */
  enum Method {
    PUBLISH,
    REQUEST,
    REPLY,
    CANCEL,
    COUNTER,
    REFRESH,
    ADD,
    DECLINECOUNTER
  }

  /**
   * @param zone null if the time is meant to be where the reader is
   * @param day only the date counts
   */
  record When(LocalDateTime local, @Nullable ZoneId zone, boolean day) {
    /** Where no zone is known: in UTC. */
    Instant instant() {
      return local.atZone(zone == null ? ZoneOffset.UTC : zone).toInstant();
    }
  }

  /**
   * @param address as {@link MailAddress#normalised} gives it
   * @param status {@code NEEDS-ACTION}, {@code ACCEPTED}, {@code DECLINED}, {@code TENTATIVE}, ...
   */
  record Person(String name, String address, String status) {}
}
