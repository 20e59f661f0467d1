package dev.hilo.channel.email;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a mail is. Only {@link Written} may open a conversation; {@code why} names the sign by which
 * a kind was told, for people. Message-IDs are without angle brackets.
 */
sealed interface MailKind {

  /** By a person, as far as one can tell. */
  record Written() implements MailKind {}

  /**
   * By a machine: an answer of somebody absent, a notice, a report about deliveries that worked.
   */
  record Automatic(String why) implements MailKind {}

  /** To many: a newsletter, a mailing list. */
  record Bulk(String why) implements MailKind {}

  /**
   * A mail that was not delivered, or not yet.
   *
   * @param failed never empty; one with nothing known if the mail names nobody
   * @param original the Message-ID of the mail that was not delivered
   */
  record Bounce(List<Failed> failed, @Nullable String original) implements MailKind {
    public Bounce {
      failed = List.copyOf(failed);
      if (failed.isEmpty()) {
        throw new IllegalArgumentException("a bounce is about somebody");
      }
    }

    /** Of the first: enhanced status code (RFC 3463). */
    @Nullable String status() {
      return failed.getFirst().status();
    }

    /** Of the first: sending again is of no use. */
    boolean hard() {
      return failed.getFirst().hard();
    }
  }

  /**
   * One recipient who got nothing.
   *
   * @param recipient as {@link MailAddress#normalised} gives it
   * @param status enhanced status code (RFC 3463), as {@code 5.1.1}
   * @param hard for good, by reason of the address: not if the mailbox is full, the mail too large
   *     or refused by policy
   * @param delayed the other side goes on trying
   * @param why what the other side said, on one line, at most 300 characters
   */
  record Failed(
      @Nullable String recipient,
      @Nullable String status,
      boolean hard,
      boolean delayed,
      String why) {}

  /**
   * A complaint of a reader, passed on by his provider (RFC 5965).
   *
   * @param type as {@code abuse}, {@code fraud}, {@code opt-out}, {@code auth-failure}
   * @param original the Message-ID of the mail complained of
   * @param recipient who complained
   */
  record Feedback(String type, @Nullable String original, @Nullable String recipient)
      implements MailKind {}

  /**
   * Tells what became of a mail after delivery (RFC 8098).
   *
   * @param disposition as {@code displayed} or {@code deleted}
   * @param original the Message-ID of the mail it is about
   */
  record ReadReceipt(String disposition, @Nullable String original) implements MailKind {}
}
