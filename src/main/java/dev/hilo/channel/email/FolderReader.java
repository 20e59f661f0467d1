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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes mails of an open folder into the gateway, each explained in the ledger by {@code
 * uidvalidity|uid}. For one virtual thread.
 */
final class FolderReader {
  static final String BEFORE_US = "skipped: before the first connect";

  /** Mails looked at together. */
  static final int BATCH = 100;

  private static final String NOT_YET = "the server lists a mail that it does not hand out";
  private static final Logger log = LoggerFactory.getLogger(FolderReader.class);

  private final ImapFolder box;
  private final long validity;
  private final Source.Intake intake;
  private final Porter porter;

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

  FolderReader(ImapFolder box, long validity, Source.Intake intake, Porter porter) {
    this.box = box;
    this.validity = validity;
    this.intake = intake;
    this.porter = porter;
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
      porter.explain(intake, key(entry.uid()), outcome);
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
        throw new MessagingException(NOT_YET);
      }
      if (!terms.again) {
        intake.account(key(uid), Porter.GONE);
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
    return porter.take(
        intake,
        key(entry.uid()),
        entry.size(),
        header -> {
          byte[] raw = header ? box.header(entry.uid()) : whole(entry);
          if (raw == null && box.listed(List.of(entry.uid())).contains(entry.uid())) {
            throw new MessagingException(NOT_YET);
          }
          return raw;
        },
        (raw, fault) -> {
          boolean old = received.isBefore(terms.oldBefore);
          return porter.arrival(raw, received, fault, old, terms.again);
        });
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
          porter.label(),
          uids.size(),
          e.getClass().getSimpleName());
    }
  }
}
