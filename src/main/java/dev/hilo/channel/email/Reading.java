package dev.hilo.channel.email;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A mail on its way to be an item. */
@SuppressWarnings("ArrayRecordComponent") // the bytes are not changed once read
record Reading(
    Arrivals.Arrival arrival,
    MailAddress.Parsed from,
    Authenticity level,
    String contentKey,
    @Nullable String original,
    @Nullable Mail mail,
    @Nullable String fault) {
  Headers headers() {
    return arrival.headers();
  }

  List<String> receivers() {
    return arrival.envelope() == null ? List.of() : arrival.envelope().to();
  }

  MailKind kind() {
    return mail == null ? MailSorter.of(headers()) : mail.kind();
  }

  String dedupeKey() {
    return arrival.again() ? contentKey + "|again" : contentKey;
  }

  @Nullable MailAddress sender() {
    return from.mailboxes().isEmpty() ? null : from.mailboxes().getFirst();
  }
}
