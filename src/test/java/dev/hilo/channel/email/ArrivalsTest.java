package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** One mail that comes to two mailboxes. */
class ArrivalsTest {
  private static final Arrivals.Arrival MAIL =
      new Arrivals.Arrival(
          "From: ana@x.example\r\nMessage-ID: <1@x.example>\r\n\r\nhello".getBytes(UTF_8),
          Instant.parse("2026-11-21T12:00:00Z"));

  private final MailHouse house = new MailHouse();
  private final MemoryIntake help = new MemoryIntake();
  private final MemoryIntake sales = new MemoryIntake();
  private final Arrivals ofSales = ofSales();

  private Arrivals ofSales() {
    var some = house.account;
    var account =
        new EmailSettings.Account(
            "sales@shop.example",
            some.name(),
            some.aliases(),
            some.imap(),
            some.pop3(),
            some.smtp(),
            some.oauth(),
            some.trustedAuthservId(),
            some.trustedSealers(),
            some.answers(),
            some.dkim());
    var translator =
        new MailTranslator(
            account,
            Set.of(MailHouse.ADDRESS),
            house.ids,
            house.threads,
            house.blobs,
            house.memory);
    return new Arrivals(account, translator, house.blobs, house.memory);
  }

  @Test
  void isTakenOnce() throws Exception {
    assertThat(house.arrivals.take(help, "1", MAIL)).isEqualTo("ingested");
    assertThat(ofSales.take(sales, "1", MAIL)).isEqualTo("duplicate: taken for h…@shop.example");
    assertThat(house.arrivals.take(help, "2", MAIL)).isEqualTo("duplicate");
    assertThat(help.received).hasSize(1);
    assertThat(sales.received).isEmpty();
  }

  @Test
  void isNotCalledADuplicateBeforeTheOtherHasIt() throws Exception {
    help.broken = true;
    assertThatThrownBy(() -> house.arrivals.take(help, "1", MAIL))
        .isInstanceOf(IllegalStateException.class);
    var waiting = new FutureTask<>(() -> ofSales.take(sales, "1", MAIL));
    Thread.ofVirtual().start(waiting);
    help.broken = false;
    assertThat(house.arrivals.take(help, "1", MAIL)).isEqualTo("ingested");
    assertThat(waiting.get()).startsWith("duplicate: taken for");
  }

  @Test
  void isTakenByTheOtherIfTheFirstNeverComesBack() throws Exception {
    help.broken = true;
    assertThatThrownBy(() -> house.arrivals.take(help, "1", MAIL))
        .isInstanceOf(IllegalStateException.class);
    house.memory.facts.replaceAll((key, value) -> "1 " + MailHouse.ADDRESS); // long ago
    assertThat(ofSales.take(sales, "1", MAIL)).isEqualTo("ingested");
    assertThat(sales.received).hasSize(1);
  }
}
