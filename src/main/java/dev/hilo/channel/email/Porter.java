package dev.hilo.channel.email;

import dev.hilo.channel.Source;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Carries the mails of one folder from its server to {@link Arrivals}, within the memory there is.
 * What is too large, or not handed out however often it is asked for, arrives without its body. For
 * several virtual threads.
 */
final class Porter {
  static final String GONE = "skipped: gone";

  /** Whatever was parked for these, only its header or nothing of it is here. */
  private static final String TOO_LARGE = "it is larger than ";

  private static final String NOT_GIVEN = "the mail server does not hand it out";
  private static final int MAX_FETCHES = 5;
  private static final int MOST_FAILURES = 1000;

  private final String label;
  private final boolean junk;
  private final EmailSettings.Limits limits;
  private final Arrivals arrivals;
  private final Semaphore memory;
  private final Map<String, Integer> failures = new ConcurrentHashMap<>();

  /**
   * @param label of the folder for the log, without a whole address
   * @param memory kilobytes of mails that may be held at a time, shared by all folders
   */
  Porter(
      String label,
      boolean junk,
      EmailSettings.Limits limits,
      Arrivals arrivals,
      Semaphore memory) {
    this.label = label;
    this.junk = junk;
    this.limits = limits;
    this.arrivals = arrivals;
    this.memory = memory;
  }

  String label() {
    return label;
  }

  /** Asks the server for a mail. */
  interface Fetch {
    /** The whole mail or only its header; null if it is gone. */
    byte @Nullable [] bytes(boolean header) throws MessagingException;
  }

  /** Makes an arrival of what came; see {@link #arrival}. */
  interface Arriving {
    Arrivals.Arrival of(byte[] raw, @Nullable String fault);
  }

  /**
   * What became of a mail; {@link #explain} writes it down.
   *
   * @param key in the ledger
   * @param size in bytes, as the server says
   */
  String take(Source.Intake intake, String key, long size, Fetch fetch, Arriving arriving)
      throws MessagingException, InterruptedException, IOException {
    boolean tooLarge = size > limits.mail().bytes();
    int kilobytes = tooLarge ? 1024 : (int) (size >> 10) + 1;
    memory.acquire(kilobytes);
    try {
      String fault = tooLarge ? TOO_LARGE + limits.mail() : null;
      byte[] raw;
      try {
        raw = fetch.bytes(tooLarge);
      } catch (MessagingException e) {
        Visits.stopIfInterrupted();
        if (!failedTooOften(key)) {
          throw e;
        }
        raw = new byte[0];
        fault = NOT_GIVEN;
      }
      return raw == null ? GONE : arrivals.take(intake, key, arriving.of(raw, fault));
    } finally {
      memory.release(kilobytes);
    }
  }

  Arrivals.Arrival arrival(
      byte[] raw, Instant received, @Nullable String fault, boolean old, boolean again) {
    return new Arrivals.Arrival(raw, received, fault, old, junk, again, null);
  }

  /** Counts one more failure to get {@code key}; true if it is not worth another try. */
  private boolean failedTooOften(String key) {
    if (failures.size() > MOST_FAILURES) {
      failures.clear();
    }
    return failures.merge(key, 1, Integer::sum) >= MAX_FETCHES;
  }

  /** Writes down what {@link Arrivals} did not write down itself. */
  void explain(Source.Intake intake, String key, String outcome) throws InterruptedException {
    if (!outcome.equals("ingested") && !outcome.startsWith("parked: ")) {
      intake.account(key, outcome);
    }
  }

  /**
   * Reads a parked mail again from what is kept of it; false if that is not all of it.
   *
   * @param key in the ledger
   */
  boolean again(Source.Intake intake, String key) throws InterruptedException, IOException {
    Source.Parked parked = intake.parked(key);
    if (parked == null
        || parked.blob() == null
        || parked.why().startsWith(TOO_LARGE)
        || parked.why().equals(NOT_GIVEN)) {
      return false;
    }
    int kilobytes = (int) (limits.mail().bytes() >> 10) + 1;
    memory.acquire(kilobytes);
    try {
      byte[] raw = arrivals.kept(parked.blob());
      explain(
          intake, key, arrivals.take(intake, key, arrival(raw, parked.at(), null, false, true)));
      return true;
    } finally {
      memory.release(kilobytes);
    }
  }
}
