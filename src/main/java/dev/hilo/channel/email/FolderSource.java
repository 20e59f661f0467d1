package dev.hilo.channel.email;

import dev.hilo.channel.Source;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one folder of a mailbox. Where it stands is told by UIDVALIDITY and UID alone, and what
 * became of each UID stands in the ledger: flags and dates decide nothing, so mails that somebody
 * else read first, or that waited out an outage, are taken all the same.
 */
final class FolderSource implements Source {
  private static final Logger log = LoggerFactory.getLogger(FolderSource.class);

  /** UIDs looked at again each time: some servers let a smaller UID appear late. */
  private static final int OVERLAP = 50;

  private static final int BATCH = 100;
  private static final int MAX_FETCHES = 5;
  private static final int MAX_REFUSALS = 3;
  private static final Duration RESYNC = Duration.ofDays(14);
  private static final Duration REFUSED_PAUSE = Duration.ofMinutes(5);

  private final EmailSettings.Account account;
  private final EmailSettings.Imap imap;
  private final String folder;
  private final EmailSettings.Limits limits;
  private final Arrivals arrivals;
  private final Semaphore memory;
  private final LinkedHashSet<String> recent = new LinkedHashSet<>();
  private int refusals;
  private long failing = -1;
  private int failures;

  /**
   * @param memory kilobytes of mails that may be held at a time, shared by all folders
   */
  FolderSource(
      EmailSettings.Account account,
      String folder,
      EmailSettings.Limits limits,
      Arrivals arrivals,
      Semaphore memory) {
    this.account = account;
    this.imap = Objects.requireNonNull(account.imap());
    this.folder = folder;
    this.limits = limits;
    this.arrivals = arrivals;
    this.memory = memory;
  }

  @Override
  public String name() {
    return "email/" + account.id() + "/" + folder;
  }

  @Override
  public Place place() {
    return new Place(account.id(), "imap", folder);
  }

  @Override
  public void run(Intake intake) throws InterruptedException, IOException {
    recent.clear();
    var backoff = new Backoff();
    while (true) {
      Duration pause;
      try (var box = ImapFolder.open(imap, folder)) {
        refusals = 0;
        intake.connected();
        follow(box, intake, backoff);
      } catch (AuthenticationFailedException e) {
        if (isTemporary(e)) {
          pause = backoff.next();
          report("cannot sign in for now", e, pause);
          intake.trouble("the mail server lets nobody sign in for now");
        } else {
          pause = ++refusals < MAX_REFUSALS ? backoff.next() : REFUSED_PAUSE;
          log.error(
              "mailbox {}: user or password refused by {}; next try in {} s",
              label(),
              imap.host(),
              pause.toSeconds());
          intake.trouble("credentials refused: the mail server does not take user or password");
        }
        rest(pause);
      } catch (MessagingException e) {
        pause = backoff.next();
        report("not connected", e, pause);
        intake.trouble("the mail server " + imap.host() + " cannot be reached");
        rest(pause);
      }
    }
  }

  private void follow(ImapFolder box, Intake intake, Backoff backoff)
      throws MessagingException, InterruptedException, IOException {
    Cursor cursor = begin(box, intake);
    while (true) {
      box.look();
      cursor = take(box, intake, cursor, cursor.lastUid() - OVERLAP, false);
      backoff.reset();
      if (!box.hasNews()) {
        box.await();
        stopIfInterrupted();
      }
    }
  }

  private Cursor begin(ImapFolder box, Intake intake)
      throws MessagingException, InterruptedException, IOException {
    Cursor saved = Cursor.parse(intake.cursor());
    long validity = box.uidValidity();
    if (saved == null) {
      return imap.firstConnect() == EmailSettings.FirstConnect.ALL
          ? new Cursor(validity, 0, Instant.EPOCH)
          : fromNow(box, intake, validity);
    }
    if (saved.uidValidity() == validity) {
      return saved;
    }
    log.warn("mailbox {}: numbered anew by its server; comparing all mails", label());
    var resynced = take(box, intake, new Cursor(validity, 0, saved.floor()), 1, true);
    intake.saveCursor(resynced.toString());
    return resynced;
  }

  /** What is there already is not for us; the last of it is explained, because of the overlap. */
  private Cursor fromNow(ImapFolder box, Intake intake, long validity)
      throws MessagingException, InterruptedException {
    List<Long> there = box.uids(1);
    List<Long> last = there.subList(Math.max(0, there.size() - OVERLAP - 1), there.size());
    Instant floor =
        box.entries(last).stream()
            .map(ImapFolder.Entry::received)
            .filter(r -> r != null)
            .max(Comparator.naturalOrder())
            .map(r -> r.plusSeconds(1))
            .orElse(Instant.EPOCH);
    for (long uid : last) {
      intake.account(key(validity, uid), "skipped: before the first connect");
    }
    var cursor = new Cursor(validity, there.isEmpty() ? 0 : there.getLast(), floor);
    intake.saveCursor(cursor.toString());
    return cursor;
  }

  /** Takes what the ledger does not know from {@code from} on; returns where that leads. */
  private Cursor take(ImapFolder box, Intake intake, Cursor start, long from, boolean resync)
      throws MessagingException, InterruptedException, IOException {
    Cursor cursor = start;
    List<Long> uids = box.uids(Math.max(1, from));
    for (int i = 0; i < uids.size(); i += BATCH) {
      List<Long> unknown =
          unknown(intake, start.uidValidity(), uids.subList(i, Math.min(uids.size(), i + BATCH)));
      List<ImapFolder.Entry> entries = box.entries(unknown);
      for (ImapFolder.Entry entry : entries) {
        boolean old =
            resync && entry.received() != null && entry.received().isBefore(start.floor());
        String outcome =
            old ? "skipped: before the mailbox was numbered anew" : take(box, intake, entry);
        explain(intake, key(start.uidValidity(), entry.uid()), outcome);
        cursor = advanced(cursor, entry);
        if (!resync) {
          intake.saveCursor(cursor.toString());
        }
      }
      for (long uid : unknown) {
        if (entries.stream().noneMatch(e -> e.uid() == uid)) {
          explain(intake, key(start.uidValidity(), uid), "skipped: gone");
        }
      }
    }
    return uids.isEmpty() || uids.getLast() <= cursor.lastUid()
        ? cursor
        : new Cursor(cursor.uidValidity(), uids.getLast(), cursor.floor());
  }

  private String take(ImapFolder box, Intake intake, ImapFolder.Entry entry)
      throws MessagingException, InterruptedException, IOException {
    if (entry.deleted()) {
      return "skipped: deleted";
    }
    if (entry.draft()) {
      return "skipped: draft";
    }
    boolean tooLarge = entry.size() > limits.mail().bytes();
    int kilobytes = tooLarge ? 1024 : (int) (entry.size() >> 10) + 1;
    memory.acquire(kilobytes);
    try {
      String fault = tooLarge ? "it is larger than " + limits.mail() : null;
      byte[] raw;
      try {
        raw = tooLarge ? box.header(entry.uid()) : whole(box, entry);
      } catch (MessagingException e) {
        stopIfInterrupted();
        if (!failedTooOften(entry.uid())) {
          throw e;
        }
        raw = new byte[0];
        fault = "the mail server does not hand it out";
      }
      if (raw == null) {
        return "skipped: gone";
      }
      Instant received = entry.received() == null ? Instant.now() : entry.received();
      var arrival = new Arrivals.Arrival(raw, received, fault, false, false, false, null);
      return arrivals.take(intake, key(box.uidValidity(), entry.uid()), arrival);
    } finally {
      memory.release(kilobytes);
    }
  }

  /** A mail is believed when its length is what the server said, or when it came twice the same. */
  private static byte @Nullable [] whole(ImapFolder box, ImapFolder.Entry entry)
      throws MessagingException {
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

  private List<Long> unknown(Intake intake, long validity, List<Long> uids)
      throws InterruptedException {
    var unknown = new ArrayList<Long>();
    for (long uid : uids) {
      String key = key(validity, uid);
      if (!recent.contains(key)) {
        if (intake.known(key)) {
          remember(key);
        } else {
          unknown.add(uid);
        }
      }
    }
    return unknown;
  }

  private void explain(Intake intake, String key, String outcome) throws InterruptedException {
    if (!outcome.startsWith("parked: ")) {
      intake.account(key, outcome);
    }
    remember(key);
  }

  private void remember(String key) {
    recent.add(key);
    if (recent.size() > 4 * OVERLAP) {
      recent.removeFirst();
    }
  }

  private boolean failedTooOften(long uid) {
    failures = failing == uid ? failures + 1 : 1;
    failing = uid;
    return failures >= MAX_FETCHES;
  }

  private static Cursor advanced(Cursor cursor, ImapFolder.Entry entry) {
    Instant floor = cursor.floor();
    if (entry.received() != null && entry.received().minus(RESYNC).isAfter(floor)) {
      floor = entry.received().minus(RESYNC);
    }
    return new Cursor(cursor.uidValidity(), Math.max(cursor.lastUid(), entry.uid()), floor);
  }

  private static String key(long validity, long uid) {
    return validity + "|" + uid;
  }

  private static boolean isTemporary(AuthenticationFailedException e) {
    String answer = String.valueOf(e.getMessage());
    return answer.contains("[UNAVAILABLE]")
        || answer.contains("[INUSE]")
        || answer.contains("[LIMIT]");
  }

  private void report(String what, MessagingException e, Duration pause)
      throws InterruptedException {
    stopIfInterrupted();
    Throwable cause = e.getCause() == null ? e : e.getCause();
    log.warn(
        "mailbox {}: {} ({}); next try in {} s",
        label(),
        what,
        cause.getClass().getSimpleName(),
        pause.toSeconds());
  }

  /** The mailbox for a log, without its whole address. */
  private String label() {
    return MailAddress.veiled(account.id()) + "/" + folder;
  }

  private static void rest(Duration pause) throws InterruptedException {
    Thread.sleep(pause);
  }

  private static void stopIfInterrupted() throws InterruptedException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedException();
    }
  }
}
