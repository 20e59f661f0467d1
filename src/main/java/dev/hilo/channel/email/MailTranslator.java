package dev.hilo.channel.email;

import dev.hilo.channel.Inbound;
import dev.hilo.channel.Ports;
import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Strength;
import jakarta.mail.internet.MailDateFormat;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mail of one account as an item for the gateway. A mail that cannot be read is an item too, so
 * that somebody sees it.
 */
final class MailTranslator {
  /** Ends the id of an address whose owner nobody vouches for; it never meets the plain one. */
  static final String UNVERIFIED = "?unverified";

  private static final Logger log = LoggerFactory.getLogger(MailTranslator.class);

  /** Answers to answers, each through us, of which no person writes that many. */
  private static final int MAX_HOPS = 4;

  private static final Instant FIRST_MAIL = Instant.parse("1982-01-01T00:00:00Z");

  private final EmailSettings.Account account;
  private final Set<String> own;
  private final MessageIds ids;
  private final MailThreads threads;
  private final MailContent contents;
  private final DeadAddresses dead;
  private final LoopBrake brake = new LoopBrake();

  /**
   * @param own the normalised addresses of all our mailboxes
   */
  MailTranslator(
      EmailSettings.Account account,
      Set<String> own,
      MessageIds ids,
      MailThreads threads,
      Ports.Blobs blobs,
      Ports.Memory memory) {
    this.account = account;
    this.own = own;
    this.ids = ids;
    this.threads = threads;
    this.contents = new MailContent(own, blobs);
    this.dead = new DeadAddresses(memory);
  }

  /** What becomes of a mail. */
  sealed interface Outcome {
    /** {@code fault}: why nobody can read it all the same, or null. */
    record Take(List<Inbound> items, @Nullable String fault) implements Outcome {}

    /** Nobody needs to see it. */
    record Skip(String why) implements Outcome {}

    /** It belongs to no thread, but somebody may want to see it. */
    record Park(String why) implements Outcome {}
  }

  /**
   * @param original names the blob with the mail, null if it has no bytes
   * @throws IOException if a blob could not be stored; the mail must be tried again
   */
  Outcome translate(Arrivals.Arrival arrival, String contentKey, @Nullable String original)
      throws IOException {
    byte[] raw = arrival.raw();
    var headers = arrival.headers();
    var from = MailAddress.parse(headers.first("from") == null ? "" : headers.first("from"));
    List<String> messageId = MessageIds.list(headers.first("message-id"));
    if (!messageId.isEmpty() && ids.isOurs(messageId.getFirst())) {
      return new Outcome.Skip("copy of a mail of ours");
    }
    var level =
        arrival.envelope() == null
            ? Authenticity.of(headers, account.trustedAuthservId(), account.trustedSealers())
            : arrival.envelope().checked();
    if (from.mailboxes().stream().anyMatch(a -> own.contains(MailThreads.plain(a.address())))) {
      return level == Authenticity.VERIFIED
          ? new Outcome.Skip("from an address of ours")
          : new Outcome.Park("says that it is from an address of ours, which nobody vouches for");
    }
    Mail mail = null;
    String fault = arrival.fault();
    if (fault == null) {
      try {
        mail = MailParser.parse(raw, headers);
      } catch (UnreadableMail e) {
        fault = e.getMessage();
      } catch (RuntimeException | StackOverflowError e) {
        log.warn("a mail broke the parser: {}", e.toString());
        fault = "it could not be parsed";
      }
    }
    var reading = new Reading(arrival, from, level, contentKey, original, mail, fault);
    return mail == null
        ? new Outcome.Take(List.of(message(reading, origin(reading))), fault)
        : reported(reading, mail);
  }

  /** What machines report of our mails goes to where those went; all else is a message. */
  private Outcome reported(Reading reading, Mail mail) throws IOException {
    return switch (mail.kind()) {
      case MailKind.Bounce bounce -> returned(reading, bounce);
      case MailKind.Feedback complaint -> complained(reading, complaint);
      case MailKind.ReadReceipt receipt -> read(reading, receipt);
      case MailKind.Written _, MailKind.Automatic _, MailKind.Bulk _ -> {
        var origin = origin(reading);
        var items = new ArrayList<Inbound>();
        if (mail.kind() instanceof MailKind.Written
            && dead.revived(origin.address().id(), reading.contentKey())) {
          items.add(new Inbound.Consent(about(origin, "reachable"), true, "wrote again"));
        }
        items.add(message(reading, origin));
        yield new Outcome.Take(List.copyOf(items), null);
      }
    };
  }

  /** A mail of ours came back: its message is told, and the report stands in its thread. */
  private Outcome returned(Reading reading, MailKind.Bounce bounce) throws IOException {
    MailThreads.Sent sent = sent(reading, bounce.original());
    if (sent == null) {
      return new Outcome.Park("a mail came back that is not known as one of ours");
    }
    var origin = reporting(reading, sent.to());
    MailKind.Failed failed = failedFor(sent.to(), bounce.failed());
    String status = failed.status() == null ? "" : failed.status();
    String why = Text.head(MailAddress.veiledIn(failed.why()), 300);
    var items = new ArrayList<Inbound>();
    if (!failed.delayed() && !status.startsWith("4")) {
      items.add(
          new Inbound.Receipt(
              about(origin, "bounce"),
              sent.messageId(),
              Event.Delivery.FAILED,
              null,
              new SendResult.Refused(status.isEmpty() ? "bounced" : status, why)));
    }
    items.add(message(reading, origin));
    if (failed.hard() && dead.failed(sent.to(), status, reading.contentKey())) {
      items.add(
          new Inbound.Consent(
              about(origin, "undeliverable"), false, ("undeliverable " + status).strip()));
    }
    return new Outcome.Take(List.copyOf(items), null);
  }

  private Outcome complained(Reading reading, MailKind.Feedback complaint) {
    MailThreads.Sent sent = sent(reading, complaint.original());
    if (sent == null) {
      return new Outcome.Park("a complaint about a mail that is not known as one of ours");
    }
    var origin = reporting(reading, sent.to());
    String type = Text.head(complaint.type(), 50);
    var items = new ArrayList<Inbound>();
    items.add(new Inbound.Notice(origin, "complaint", Map.of("type", type)));
    if (type.equals("opt-out")) {
      items.add(new Inbound.Consent(about(origin, "opt-out"), false, "unsubscribed"));
    }
    return new Outcome.Take(List.copyOf(items), null);
  }

  private Outcome read(Reading reading, MailKind.ReadReceipt receipt) {
    MailThreads.Sent sent = sent(reading, receipt.original());
    if (sent == null) {
      return new Outcome.Skip("a read receipt of a mail that is not known as one of ours");
    }
    if (!receipt.disposition().equals("displayed")) {
      return new Outcome.Skip("told that a mail was " + Text.head(receipt.disposition(), 30));
    }
    return new Outcome.Take(
        List.of(
            new Inbound.Receipt(
                reporting(reading, sent.to()), sent.messageId(), Event.Delivery.READ, null, null)),
        null);
  }

  private MailThreads.@Nullable Sent sent(Reading reading, @Nullable String original) {
    return threads.returned(
        reading.headers(), reading.receivers(), original == null ? List.of() : List.of(original));
  }

  /** The failure of the receiver whom the mail was for; of a copy only if nothing else is said. */
  private static MailKind.Failed failedFor(String to, List<MailKind.Failed> failed) {
    return failed.stream()
        .filter(f -> plain(to).equals(f.recipient()))
        .findFirst()
        .orElse(failed.getFirst());
  }

  /** The report of a machine about a mail to {@code to}. */
  private Inbound.Origin reporting(Reading reading, String to) {
    MailAddress sender = reading.sender();
    String name = sender == null ? "mailer-daemon" : sender.address();
    return new Inbound.Origin(
        account.id(),
        new Address("email", "", to),
        List.of(),
        Strength.CLAIM,
        Map.of(),
        new Event.Participant(
            name, sender == null || sender.name().isEmpty() ? name : sender.name()),
        null,
        reading.dedupeKey(),
        written(reading.headers(), reading.arrival().received()));
  }

  /** The same for another item of the mail. */
  private static Inbound.Origin about(Inbound.Origin origin, String what) {
    return new Inbound.Origin(
        origin.account(),
        origin.address(),
        origin.aliases(),
        origin.trust(),
        origin.attributes(),
        origin.sender(),
        origin.room(),
        origin.dedupeKey() + "|" + what,
        origin.at());
  }

  private Inbound.Message message(Reading reading, Inbound.Origin origin) throws IOException {
    Headers headers = reading.headers();
    Mail mail = reading.mail();
    Content content;
    List<Media> attachments;
    if (mail == null) {
      content = new Content.Unsupported("mail", "mail could not be read (" + reading.fault() + ")");
      attachments = reading.original() == null ? List.of() : List.of(MailContent.original(reading));
    } else {
      attachments = contents.attachments(reading, mail);
      content = contents.content(mail, attachments, reading.original());
    }
    String muted = muted(reading);
    var thread = ThreadContext.of(headers);
    String messageId = thread.messageId();
    if (messageId != null && reading.level() != Authenticity.FAILED) {
      threads.heard(origin.address().id(), messageId);
    }
    return new Inbound.Message(
        origin,
        messageId == null || messageId.length() > 400 ? reading.contentKey() : messageId,
        false,
        muted != null,
        content,
        attachments,
        answers(headers),
        MailDetails.of(reading, muted, origin.sender() != null),
        context(thread, hops(headers)));
  }

  private int hops(Headers headers) {
    return ids.hops(headers.first(MessageIds.HOP.toLowerCase(Locale.ROOT)));
  }

  /** {@code hops}: how often it went through us already, as the answer must say. */
  private static Map<String, String> context(ThreadContext thread, int hops) {
    Map<String, String> context = thread.toMap();
    if (hops > 0) {
      context.put("hop", String.valueOf(hops));
    }
    return context;
  }

  /** Why nobody should be called because of this mail, or null. */
  private @Nullable String muted(Reading reading) {
    String kind =
        switch (reading.kind()) {
          case MailKind.Written _ -> null;
          case MailKind.Automatic _ -> "auto";
          case MailKind.Bulk _ -> isOurList(reading.headers()) ? null : "bulk";
          case MailKind.Bounce _ -> "bounce";
          case MailKind.Feedback _ -> "feedback";
          case MailKind.ReadReceipt _ -> "receipt";
        };
    if (kind != null) {
      return kind;
    }
    Mail mail = reading.mail();
    if (mail != null
        && mail.invite() != null
        && mail.invite().method() == Invite.Method.REPLY
        && mail.text().isBlank()) {
      return "invite";
    }
    if (hops(reading.headers()) >= MAX_HOPS) {
      return "loop";
    }
    if (reading.arrival().junk()) {
      return "junk";
    }
    if (reading.arrival().old()) {
      return "old";
    }
    MailAddress sender = reading.sender();
    return sender != null
            && brake.holds(sender.address(), reading.headers(), reading.arrival().raw())
        ? "loop"
        : null;
  }

  /** Whether a list stands in front of the mailbox: who writes to it writes to us. */
  private boolean isOurList(Headers headers) {
    String list = headers.text("list-id") + " " + headers.text("list-post");
    return own.stream()
        .anyMatch(a -> list.contains(a) || list.contains("<" + a.replace('@', '.') + ">"));
  }

  /**
   * Whose mail it is. A sender whom his domain vouches for is himself. Anybody may answer in a
   * thread: whoever the mail of ours went to is at home there, others take part in it.
   */
  private Inbound.Origin origin(Reading reading) {
    boolean verified = reading.level() == Authenticity.VERIFIED;
    MailAddress sender = reading.sender();
    String own = sender == null ? "no-sender." + reading.contentKey() : sender.address();
    String id = verified ? own : own + UNVERIFIED;
    var aliases = new ArrayList<Address>();
    Event.Participant participant = null;
    String thread =
        reading.level() == Authenticity.FAILED
            ? null
            : threads.answered(reading.headers(), reading.receivers());
    if (thread == null && reading.level() != Authenticity.FAILED && reading.mail() != null) {
      thread = threads.marked(reading.mail());
    }
    if (thread != null && !thread.equals(id)) {
      if (!plain(thread).equals(own)) {
        participant =
            new Event.Participant(
                own, sender == null || sender.name().isEmpty() ? own : sender.name());
        id = thread;
      } else if (verified) {
        aliases.add(new Address("email", "", thread));
      } else {
        id = thread;
      }
    }
    var attributes = new LinkedHashMap<String, String>();
    if (sender != null) {
      attributes.put("email", sender.address());
      if (!sender.name().isEmpty()) {
        attributes.put("name", sender.name());
      }
    }
    return new Inbound.Origin(
        account.id(),
        new Address("email", "", id),
        List.copyOf(aliases),
        verified ? Strength.PLATFORM : Strength.CLAIM,
        Map.copyOf(attributes),
        participant,
        null,
        reading.dedupeKey(),
        written(reading.headers(), reading.arrival().received()));
  }

  /** The address in the id of one. */
  static String plain(String id) {
    return id.endsWith(UNVERIFIED) ? id.substring(0, id.length() - UNVERIFIED.length()) : id;
  }

  /** The id of the mail that this one answers: one of ours if there is one. */
  private @Nullable String answers(Headers headers) {
    List<String> direct = MessageIds.list(headers.first("in-reply-to"));
    var all = new ArrayList<>(direct);
    all.addAll(MessageIds.list(headers.first("references")).reversed());
    for (String id : all) {
      if (ids.isOurs(id)) {
        return id;
      }
    }
    return direct.isEmpty() ? null : Text.head(direct.getFirst(), 400);
  }

  /** The time of the {@code Date} field where it can be true, else the mailbox's. */
  static Instant written(Headers headers, Instant received) {
    String date = headers.first("date");
    if (date != null) {
      try {
        Instant written = new MailDateFormat().parse(date).toInstant();
        if (written.isAfter(FIRST_MAIL) && written.isBefore(received.plus(Duration.ofMinutes(5)))) {
          return written;
        }
      } catch (ParseException | RuntimeException e) {
        log.debug("a mail has a Date that is none");
      }
    }
    return received;
  }
}
