package dev.hilo.channel.email;

import dev.hilo.channel.Source;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes mails of an open folder into the gateway, each explained in the ledger by {@code
 * uidvalidity|uid}. For one virtual thread.
 */
final class FolderReader {
  private static final String GONE = "skipped: gone";

  static final String BEFORE_US = "skipped: before the first connect";

  /** Mails looked at together. */
  static final int BATCH = 100;

  /** Whatever was parked for these, only its header or nothing of it is here. */
  private static final String TOO_LARGE = "it is larger than ";

  static final String NOT_GIVEN = "the mail server does not hand it out";
  private static final Logger log = LoggerFactory.getLogger(FolderReader.class);
  private static final int MAX_FETCHES = 5;
  private static final int MOST_FAILURES = 1000;

  private final ImapFolder box;
  private final long validity;
  private final Source.Intake intake;
  private final House house;

  /**
   * What all connections to one folder share.
   *
   * @param label of the folder for the log, without a whole address
   * @param memory kilobytes of mails that may be held at a time
   * @param failures how often a UID was asked for in vain
   */
  record House(
      String label,
      boolean junk,
      EmailSettings.Limits limits,
      Arrivals arrivals,
      Semaphore memory,
      Map<String, Integer> failures) {

    /** Counts one more failure to get {@code key}; true if it is not worth another try. */
    boolean failedTooOften(String key) {
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
  }

  /**
   * What is wanted of mails.
   *
   * @param oldBefore mails that the mailbox got before count as old
   * @param skipBefore mails that the mailbox got before are skipped
   * @param known mails, too, that were skipped because they were there before us
   * @param again whatever the ledger says
   */
  record Terms(Instant oldBefore, Instant skipBefore, boolean known, boolean again) {
    /** What just arrived. */
    static final Terms NEWS = new Terms(Instant.EPOCH, Instant.EPOCH, false, false);

    /** What somebody asked for. */
    static final Terms WANTED = new Terms(Instant.MAX, Instant.EPOCH, true, false);

    static final Terms AGAIN = new Terms(Instant.EPOCH, Instant.EPOCH, true, true);

    /** What waited for the first connect. */
    static Terms waiting(Instant oldBefore) {
      return new Terms(oldBefore, Instant.EPOCH, false, false);
    }

    /** All of a folder that was numbered anew. */
    static Terms renumbered(Instant skipBefore) {
      return new Terms(Instant.EPOCH, skipBefore, false, false);
    }
  }

  FolderReader(ImapFolder box, long validity, Source.Intake intake, House house) {
    this.box = box;
    this.validity = validity;
    this.intake = intake;
    this.house = house;
  }

  String key(long uid) {
    return validity + "|" + uid;
  }

  /** Those of {@code uids} that nothing became of yet. */
  List<Long> unknown(List<Long> uids) throws InterruptedException {
    var unknown = new ArrayList<Long>();
    for (int i = 0; i < uids.size(); i += 10 * BATCH) {
      unknown.addAll(wanted(uids.subList(i, Math.min(uids.size(), i + 10 * BATCH)), Terms.NEWS));
    }
    return unknown;
  }

  private List<Long> wanted(List<Long> uids, Terms terms) throws InterruptedException {
    if (terms.again) {
      return uids;
    }
    Map<String, String> outcomes = intake.outcomes(uids.stream().map(this::key).toList());
    return uids.stream()
        .filter(
            uid -> {
              String outcome = outcomes.get(key(uid));
              return outcome == null || terms.known && outcome.equals(BEFORE_US);
            })
        .toList();
  }

  /**
   * Takes those of {@code uids} that are wanted; returns what the server said of them.
   *
   * @param uids at most {@link #BATCH}
   */
  List<ImapFolder.Entry> take(List<Long> uids, Terms terms)
      throws MessagingException, InterruptedException, IOException {
    List<Long> wanted = wanted(uids, terms);
    List<ImapFolder.Entry> entries = entries(wanted, terms);
    var safe = new ArrayList<Long>();
    for (ImapFolder.Entry entry : entries) {
      String outcome = take(entry, terms);
      house.explain(intake, key(entry.uid()), outcome);
      if (outcome.startsWith("ingested") || outcome.startsWith("duplicate")) {
        safe.add(entry.uid());
      }
    }
    done(safe);
    return entries;
  }

  /**
   * What the server says of mails. Some servers list what they do not hand out yet: only what they
   * do not list any more is gone.
   */
  private List<ImapFolder.Entry> entries(List<Long> wanted, Terms terms)
      throws MessagingException, InterruptedException {
    List<ImapFolder.Entry> entries = box.entries(wanted);
    if (entries.size() == wanted.size()) {
      return entries;
    }
    Set<Long> listed = box.listed(wanted);
    entries = box.entries(wanted);
    Set<Long> there = entries.stream().map(ImapFolder.Entry::uid).collect(Collectors.toSet());
    for (long uid : wanted) {
      if (there.contains(uid)) {
        continue;
      }
      if (listed.contains(uid)) {
        throw new MessagingException("the server lists a mail that it does not hand out");
      }
      if (!terms.again) {
        intake.account(key(uid), GONE);
      }
    }
    return entries;
  }

  /** Explains {@code uids} as there before us. */
  void leave(List<Long> uids) throws InterruptedException {
    for (int i = 0; i < uids.size(); i += 5 * BATCH) {
      List<Long> some = uids.subList(i, Math.min(uids.size(), i + 5 * BATCH));
      intake.account(some.stream().map(this::key).toList(), BEFORE_US);
    }
  }

  private String take(ImapFolder.Entry entry, Terms terms)
      throws MessagingException, InterruptedException, IOException {
    if (entry.deleted()) {
      return "skipped: deleted";
    }
    if (entry.draft()) {
      return "skipped: draft";
    }
    Instant received = entry.received() == null ? Instant.now() : entry.received();
    if (received.isBefore(terms.skipBefore)) {
      return "skipped: before the mailbox was numbered anew";
    }
    boolean tooLarge = entry.size() > house.limits.mail().bytes();
    int kilobytes = tooLarge ? 1024 : (int) (entry.size() >> 10) + 1;
    house.memory.acquire(kilobytes);
    try {
      String fault = tooLarge ? tooLarge(house.limits) : null;
      byte[] raw;
      try {
        raw = tooLarge ? box.header(entry.uid()) : whole(entry);
        if (raw == null && box.listed(List.of(entry.uid())).contains(entry.uid())) {
          throw new MessagingException("the server lists a mail that it does not hand out");
        }
      } catch (MessagingException e) {
        Visits.stopIfInterrupted();
        if (!house.failedTooOften(key(entry.uid()))) {
          throw e;
        }
        raw = new byte[0];
        fault = NOT_GIVEN;
      }
      if (raw == null) {
        return GONE;
      }
      boolean old = received.isBefore(terms.oldBefore);
      return house.arrivals.take(
          intake,
          key(entry.uid()),
          new Arrivals.Arrival(raw, received, fault, old, house.junk, terms.again, null));
    } finally {
      house.memory.release(kilobytes);
    }
  }

  /** A mail is believed when its length is what the server said, or when it came twice the same. */
  private byte @Nullable [] whole(ImapFolder.Entry entry) throws MessagingException {
    byte[] last = box.mail(entry.uid());
    for (int i = 0; i < 2 && last != null && last.length != entry.size(); i++) {
      byte[] again = box.mail(entry.uid());
      if (Arrays.equals(last, again)) {
        return again;
      }
      last = again;
    }
    return last;
  }

  private void done(List<Long> uids) throws InterruptedException {
    if (uids.isEmpty()) {
      return;
    }
    try {
      box.done(uids);
    } catch (MessagingException e) {
      Visits.stopIfInterrupted();
      log.warn(
          "mailbox {}: {} mails that were taken stay as they are on the server ({})",
          house.label,
          uids.size(),
          e.getClass().getSimpleName());
    }
  }

  /**
   * Reads a parked mail again from what is kept of it; false if that is not all of it.
   *
   * @param key in the ledger
   */
  static boolean again(House house, Source.Intake intake, String key)
      throws InterruptedException, IOException {
    Source.Parked parked = intake.parked(key);
    if (parked == null
        || parked.blob() == null
        || parked.why().startsWith(TOO_LARGE)
        || parked.why().equals(NOT_GIVEN)) {
      return false;
    }
    int kilobytes = (int) (house.limits.mail().bytes() >> 10) + 1;
    house.memory.acquire(kilobytes);
    try {
      byte[] raw = house.arrivals.kept(parked.blob());
      String outcome =
          house.arrivals.take(
              intake,
              key,
              new Arrivals.Arrival(raw, parked.at(), null, false, house.junk, true, null));
      house.explain(intake, key, outcome);
      return true;
    } finally {
      house.memory.release(kilobytes);
    }
  }

  static String tooLarge(EmailSettings.Limits limits) {
    return TOO_LARGE + limits.mail();
  }
}
