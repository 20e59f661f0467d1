package dev.hilo.channel.email;

import dev.hilo.channel.Source;
import dev.hilo.channel.email.FolderReader.Terms;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one folder of a mailbox. Where it stands is told by UIDVALIDITY and UID alone, and what
 * became of each UID stands in the ledger: flags and dates decide nothing, so mails that somebody
 * else read first, or that waited out an outage, are taken all the same. Every now and then the
 * last days on the server are compared with the ledger.
 */
final class FolderSource implements Source {
  private static final Logger log = LoggerFactory.getLogger(FolderSource.class);

  /** UIDs looked at again each time: some servers let a smaller UID appear late. */
  private static final int OVERLAP = 50;

  private static final int BATCH = FolderReader.BATCH;
  private static final Duration RESYNC = Duration.ofDays(14);

  /** What waited longer than this before the first connect is old. */
  static final Duration OLD = Duration.ofDays(3);

  private static final int COMPARED_DAYS = 3;

  private final EmailSettings.Account account;
  private final EmailSettings.Imap imap;
  private final String folder;
  private final MailAccess access;
  private final Porter porter;
  private long nextComparison;

  /**
   * @param memory kilobytes of mails that may be held at a time, shared by all folders
   * @param tokens null where the mailbox has a password
   */
  FolderSource(
      EmailSettings.Account account,
      String folder,
      EmailSettings.Limits limits,
      Arrivals arrivals,
      Semaphore memory,
      @Nullable MailTokens tokens) {
    this.account = account;
    this.imap = Objects.requireNonNull(account.imap());
    this.folder = folder;
    this.access = new MailAccess(imap.user(), imap.password(), tokens);
    this.porter =
        new Porter(
            MailAddress.veiled(account.id()) + "/" + folder,
            imap.junk().contains(folder),
            limits,
            arrivals,
            memory);
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
    nextComparison = System.nanoTime();
    var visits = new Visits(porter.label(), imap.host(), access);
    visits.run(
        intake,
        secret -> {
          try (var box = ImapFolder.open(imap, access, secret, folder)) {
            visits.reached(intake);
            return follow(box, intake, visits);
          }
        });
  }

  private Duration follow(ImapFolder box, Intake intake, Visits visits)
      throws MessagingException, InterruptedException, IOException {
    var reader = new FolderReader(box, validity(box), intake, porter);
    Cursor cursor = begin(box, reader, intake);
    long modSeq = box.modSeq();
    boolean unchanged = modSeq > 0 && modSeq == cursor.modSeq();
    if (!unchanged) {
      box.look();
      cursor = news(box, reader, intake, cursor);
      cursor = new Cursor(cursor.uidValidity(), cursor.lastUid(), cursor.floor(), modSeq);
      intake.saveCursor(cursor.toString());
    }
    while (true) {
      visits.settled();
      if (System.nanoTime() - nextComparison >= 0) {
        compare(box, reader, intake, cursor);
        nextComparison = System.nanoTime() + Backoff.jitter(imap.reconcile()).toNanos();
      }
      if (!box.hasNews()) {
        box.await(Duration.ofNanos(Math.max(1, nextComparison - System.nanoTime())));
        Visits.stopIfInterrupted();
      }
      box.look();
      cursor = news(box, reader, intake, cursor);
    }
  }

  /** Where UIDs are good for one connection only, each connection numbers anew. */
  private static long validity(ImapFolder box) throws MessagingException {
    long validity = box.uidValidity();
    return validity > 0 ? validity : Instant.now().getEpochSecond();
  }

  private Cursor news(ImapFolder box, FolderReader reader, Intake intake, Cursor start)
      throws MessagingException, InterruptedException, IOException {
    Cursor cursor = start;
    List<Long> uids = box.uids(Math.max(1, start.lastUid() - OVERLAP));
    for (List<Long> batch : batches(uids)) {
      Cursor before = cursor;
      for (ImapFolder.Entry entry : reader.take(batch, Terms.NEWS)) {
        cursor = advanced(cursor, entry);
      }
      if (batch.getLast() > cursor.lastUid()) {
        cursor = new Cursor(cursor.uidValidity(), batch.getLast(), cursor.floor(), cursor.modSeq());
      }
      if (!cursor.equals(before)) {
        intake.saveCursor(cursor.toString());
      }
    }
    return cursor;
  }

  private Cursor begin(ImapFolder box, FolderReader reader, Intake intake)
      throws MessagingException, InterruptedException, IOException {
    Cursor saved = Cursor.parse(intake.cursor());
    long validity = validity(box);
    if (saved != null && saved.uidValidity() == validity && box.uidValidity() > 0) {
      return saved;
    }
    List<Long> there = box.uids(1);
    long last = there.isEmpty() ? 0 : there.getLast();
    List<Long> recent =
        box.since(today().minusDays(COMPARED_DAYS + 1)).stream()
            .filter(uid -> uid <= last) // what arrives meanwhile is news
            .toList();
    Cursor cursor;
    if (saved == null) {
      cursor = new Cursor(validity, last, first(box, reader, there, recent), 0);
    } else {
      log.warn("mailbox {}: numbered anew by its server; comparing its mails", porter.label());
      LocalDate day = LocalDate.ofInstant(saved.floor(), ZoneOffset.UTC).minusDays(1);
      List<Long> since = saved.floor().equals(Instant.EPOCH) ? there : box.since(day);
      var candidates = new TreeSet<>(since);
      candidates.addAll(recent);
      for (List<Long> batch : batches(List.copyOf(candidates))) {
        reader.take(batch, Terms.renumbered(saved.floor()));
      }
      leave(reader, there, candidates, List.of());
      cursor = new Cursor(validity, last, saved.floor(), 0);
    }
    intake.saveCursor(cursor.toString());
    return cursor;
  }

  /**
   * Takes of what is there already what the settings want. The rest is not for us; the last of it
   * is explained, because it will be looked at again.
   *
   * @return since when mails of this folder are for us
   */
  private Instant first(ImapFolder box, FolderReader reader, List<Long> there, List<Long> recent)
      throws MessagingException, InterruptedException, IOException {
    List<Long> wanted =
        switch (imap.firstConnect()) {
          case FROM_NOW -> List.of();
          case SINCE -> box.since(LocalDate.ofInstant(imap.from(), ZoneOffset.UTC));
          case ALL -> there;
        };
    leave(reader, there, wanted, recent);
    for (List<Long> batch : batches(wanted)) {
      reader.take(batch, Terms.waiting(Instant.now().minus(OLD)));
    }
    return switch (imap.firstConnect()) {
      case FROM_NOW -> afterLast(box, there);
      case SINCE -> imap.from();
      case ALL -> Instant.EPOCH;
    };
  }

  /** Explains the last of {@code there}, and {@code more}, but nothing of {@code taken}. */
  private static void leave(
      FolderReader reader, List<Long> there, Collection<Long> taken, List<Long> more)
      throws InterruptedException {
    var left =
        new TreeSet<Long>(there.subList(Math.max(0, there.size() - OVERLAP - 1), there.size()));
    left.addAll(more);
    left.removeAll(new HashSet<>(taken));
    reader.leave(List.copyOf(left));
  }

  private static Instant afterLast(ImapFolder box, List<Long> there) throws MessagingException {
    return box
        .entries(there.subList(Math.max(0, there.size() - OVERLAP - 1), there.size()))
        .stream()
        .map(ImapFolder.Entry::received)
        .filter(Objects::nonNull)
        .max(Comparator.naturalOrder())
        .map(received -> received.plusSeconds(1))
        .orElse(Instant.EPOCH);
  }

  /** What the ledger does not explain of the last days should be nothing; it is taken now. */
  private void compare(ImapFolder box, FolderReader reader, Intake intake, Cursor cursor)
      throws MessagingException, InterruptedException, IOException {
    List<Long> passed =
        box.since(today().minusDays(COMPARED_DAYS)).stream()
            .filter(uid -> uid <= cursor.lastUid())
            .toList();
    List<Long> missing = reader.unknown(passed);
    intake.missing(missing.size());
    if (missing.isEmpty()) {
      return;
    }
    log.warn(
        "mailbox {}: {} mails were not explained; taking them", porter.label(), missing.size());
    for (List<Long> batch : batches(missing)) {
      reader.take(batch, Terms.NEWS);
    }
    intake.missing(reader.unknown(missing).size());
  }

  @Override
  public void attend(Wish wish, Intake intake) throws Exception {
    switch (wish) {
      case Wish.Since(Instant from) -> {
        try (var box = ImapFolder.open(imap, access, access.secret(), folder)) {
          var reader = new FolderReader(box, validity(box), intake, porter);
          for (List<Long> batch : batches(box.since(LocalDate.ofInstant(from, ZoneOffset.UTC)))) {
            reader.take(batch, Terms.WANTED);
          }
        }
      }
      case Wish.Again(String key) -> {
        if (!porter.again(intake, key)) {
          again(key, intake);
        }
      }
    }
  }

  /** From the server, if it is still there. */
  private void again(String key, Intake intake) throws Exception {
    try (var box = ImapFolder.open(imap, access, access.secret(), folder)) {
      var reader = new FolderReader(box, validity(box), intake, porter);
      String uid = key.substring(key.indexOf('|') + 1);
      if (uid.matches("\\d{1,18}") && key.equals(reader.key(Long.parseLong(uid)))) {
        reader.take(List.of(Long.parseLong(uid)), Terms.AGAIN);
      }
    }
  }

  private static Cursor advanced(Cursor cursor, ImapFolder.Entry entry) {
    Instant floor = cursor.floor();
    if (entry.received() != null && entry.received().minus(RESYNC).isAfter(floor)) {
      floor = entry.received().minus(RESYNC);
    }
    return new Cursor(
        cursor.uidValidity(), Math.max(cursor.lastUid(), entry.uid()), floor, cursor.modSeq());
  }

  private static LocalDate today() {
    return LocalDate.now(ZoneOffset.UTC);
  }

  private static List<List<Long>> batches(List<Long> uids) {
    var batches = new ArrayList<List<Long>>();
    for (int i = 0; i < uids.size(); i += BATCH) {
      batches.add(uids.subList(i, Math.min(uids.size(), i + BATCH)));
    }
    return batches;
  }
}
