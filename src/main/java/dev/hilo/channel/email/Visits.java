package dev.hilo.channel.email;

import dev.hilo.channel.Source;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Comes back to a mail server again and again, whatever it answers: with growing pauses while it
 * cannot be reached, and rarely where it does not take what we sign in with, as servers lock out
 * whoever asks too often. For one virtual thread.
 */
final class Visits {
  private static final Logger log = LoggerFactory.getLogger(Visits.class);
  private static final int MAX_REFUSALS = 3;
  private static final Duration REFUSED_PAUSE = Duration.ofMinutes(30);

  private final String label;
  private final String host;
  private final MailAccess access;
  private final Backoff backoff = new Backoff();
  private int refusals;
  private boolean settled;

  /**
   * @param label of the mailbox for the log, without a whole address
   */
  Visits(String label, String host, MailAccess access) {
    this.label = label;
    this.host = host;
    this.access = access;
  }

  /** One time at the server. */
  interface Visit {
    /** Returns how long to stay away. */
    Duration make(String secret) throws MessagingException, InterruptedException, IOException;
  }

  /** Until interrupted, or until the gateway's own store fails. */
  void run(Source.Intake intake, Visit visit) throws InterruptedException, IOException {
    while (true) {
      Thread.sleep(once(intake, visit));
    }
  }

  private Duration once(Source.Intake intake, Visit visit)
      throws InterruptedException, IOException {
    settled = false;
    String secret;
    try {
      secret = access.secret();
    } catch (IOException e) {
      intake.trouble("the provider gives no access to the mailbox: " + e.getMessage());
      return paused("no access token", e);
    }
    try {
      return visit.make(secret);
    } catch (AuthenticationFailedException e) {
      return refused(intake, secret, e);
    } catch (MessagingException e) {
      stopIfInterrupted();
      if (settled) {
        Duration pause = backoff.next();
        log.debug("mailbox {}: the connection ended; next in {} ms", label, pause.toMillis());
        return pause;
      }
      intake.trouble("the mail server " + host + " cannot be reached");
      return paused("not connected", e);
    }
  }

  private Duration refused(Source.Intake intake, String secret, AuthenticationFailedException e)
      throws InterruptedException {
    stopIfInterrupted();
    if (isTemporary(String.valueOf(e.getMessage()))) {
      intake.trouble("the mail server lets nobody sign in for now");
      return paused("cannot sign in for now", e);
    }
    access.refused(secret);
    boolean often = ++refusals >= MAX_REFUSALS;
    Duration pause = often ? Backoff.jitter(REFUSED_PAUSE) : backoff.next();
    log.error(
        "mailbox {}: user or password refused by {}; next try in {} s",
        label,
        host,
        pause.toSeconds());
    intake.trouble(
        "credentials refused: the mail server does not take user or password"
            + (often ? "; needs attention" : ""));
    return pause;
  }

  /** As RFC 5530, RFC 2449 and RFC 3206 say it. */
  private static boolean isTemporary(String answer) {
    return answer.contains("[UNAVAILABLE]")
        || answer.contains("[INUSE]")
        || answer.contains("[LIMIT]")
        || answer.contains("[IN-USE]")
        || answer.contains("[LOGIN-DELAY]")
        || answer.contains("[SYS/TEMP]");
  }

  private Duration paused(String what, Exception e) throws InterruptedException {
    stopIfInterrupted();
    Duration pause = backoff.next();
    Throwable cause = e.getCause() == null ? e : e.getCause();
    log.warn(
        "mailbox {}: {} ({}); next try in {} s",
        label,
        what,
        cause.getClass().getSimpleName(),
        pause.toSeconds());
    return pause;
  }

  /** The server let us in. */
  void reached(Source.Intake intake) {
    refusals = 0;
    intake.connected();
  }

  /** All that was there is taken: should the connection end now, that is nothing special. */
  void settled() {
    settled = true;
    backoff.reset();
  }

  /** The library hides an interrupt behind exceptions of its own. */
  static void stopIfInterrupted() throws InterruptedException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedException();
    }
  }
}
