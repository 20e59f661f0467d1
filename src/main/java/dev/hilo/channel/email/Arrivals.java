package dev.hilo.channel.email;

import dev.hilo.channel.Ports;
import dev.hilo.channel.Source;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one way of mails into the gateway, wherever they come from: kept as they came, read, handed
 * over, explained. Whoever brings a mail may say so to its server once {@link #take} has returned.
 * A crash at any step leaves nothing behind that does harm: the mail is brought again, and what
 * stands already is recognised by its content. For virtual threads.
 */
final class Arrivals {
  /** Before the account that has a mail; whoever has begun with it has a time there, ms. */
  private static final String DONE = "done ";

  private static final long PATIENCE_MS = 60_000;
  private static final long PAUSE_MS = 50;

  private final EmailSettings.Account account;
  private final MailTranslator translator;
  private final Ports.Blobs blobs;
  private final Ports.Memory memory;

  Arrivals(
      EmailSettings.Account account,
      MailTranslator translator,
      Ports.Blobs blobs,
      Ports.Memory memory) {
    this.account = account;
    this.translator = translator;
    this.blobs = blobs;
    this.memory = memory;
  }

  /**
   * A mail as it came.
   *
   * @param raw all of it, or its header if {@code fault} says so
   * @param headers of it
   * @param received when the mailbox got it
   * @param fault why it cannot be read, known beforehand; null if it should be tried
   * @param old it waited before anybody read the mailbox: nobody is called because of it
   * @param junk its server thinks little of it
   * @param again somebody wants it read once more
   * @param envelope how it was handed over, null where that is not known
   */
  @SuppressWarnings("ArrayRecordComponent") // the bytes are not changed once read
  record Arrival(
      byte[] raw,
      Headers headers,
      Instant received,
      @Nullable String fault,
      boolean old,
      boolean junk,
      boolean again,
      @Nullable Envelope envelope) {

    Arrival(
        byte[] raw,
        Instant received,
        @Nullable String fault,
        boolean old,
        boolean junk,
        boolean again,
        @Nullable Envelope envelope) {
      this(raw, Headers.read(raw), received, fault, old, junk, again, envelope);
    }

    /** A mail of today, whole. */
    Arrival(byte[] raw, Instant received) {
      this(raw, received, null, false, false, false, null);
    }
  }

  /**
   * What a mail server said before the mail itself.
   *
   * @param from the sender, empty for reports
   * @param to the receivers of ours
   * @param checked what our own check of the sender found
   */
  record Envelope(String from, List<String> to, Authenticity checked) {}

  /**
   * Returns when the mail is safe, and says what became of it, for the ledger: {@code ingested},
   * {@code duplicate}, {@code duplicate: …}, {@code skipped: …} or {@code parked: …}. {@code
   * ingested} and {@code parked} are in the ledger already.
   *
   * @param key of the mail in the ledger of {@code intake}
   * @throws IOException if it could not be stored; it must be brought again
   */
  String take(Source.Intake intake, String key, Arrival arrival)
      throws InterruptedException, IOException {
    byte[] raw = arrival.raw();
    String content = raw.length == 0 ? "nothing-" + key : ContentKey.of(arrival.headers(), raw);
    String known = "content|" + content;
    if (!arrival.again() && intake.known(known)) {
      return "duplicate";
    }
    String first = taker(content);
    if (!first.equals(account.id())) {
      return "duplicate: taken for " + MailAddress.veiled(first);
    }
    String blob;
    MailTranslator.Outcome read;
    try {
      blob = raw.length == 0 ? null : blobs.put(raw, "message/rfc822");
      read = translator.translate(arrival, content, blob);
    } catch (IOException e) {
      memory.forget("mail:" + content); // nobody needs to wait for it
      throw e;
    }
    String outcome = taken(intake, key, read, blob);
    memory.put("mail:" + content, DONE + account.id());
    if (outcome.equals("ingested")) {
      intake.account(List.of(key, known), outcome);
    }
    return outcome;
  }

  private static String taken(
      Source.Intake intake, String key, MailTranslator.Outcome outcome, @Nullable String blob)
      throws InterruptedException {
    return switch (outcome) {
      case MailTranslator.Outcome.Skip(String why) -> "skipped: " + why;
      case MailTranslator.Outcome.Park(String why) -> parked(intake, key, why, blob);
      case MailTranslator.Outcome.Take(var items, String fault) -> {
        intake.receive(items);
        yield fault == null ? "ingested" : parked(intake, key, fault, blob);
      }
    };
  }

  private static String parked(Source.Intake intake, String key, String why, @Nullable String blob)
      throws InterruptedException {
    intake.park(key, why, blob);
    return "parked: " + why;
  }

  /** A mail that was parked, or all there is of it. */
  byte[] kept(String blob) throws IOException {
    try (var in = blobs.open(blob)) {
      return in.readAllBytes();
    }
  }

  /**
   * The account for which this mail is taken: several may get it at the same time. Who waits for
   * another waits until that one has it, or has had time enough.
   */
  private String taker(String content) throws InterruptedException {
    String key = "mail:" + content;
    while (true) {
      long now = System.currentTimeMillis();
      String mine = now + " " + account.id();
      String stands = memory.claim(key, mine);
      String owner = stands.substring(stands.indexOf(' ') + 1);
      if (stands.startsWith(DONE) || owner.equals(account.id())) {
        return owner;
      }
      if (now - Long.parseLong(stands.substring(0, stands.indexOf(' '))) > PATIENCE_MS) {
        memory.put(key, mine);
        return account.id();
      }
      Thread.sleep(PAUSE_MS);
    }
  }
}
