package dev.hilo.channel.email;

import dev.hilo.channel.Source;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Fetches a mailbox by POP3 every now and then. What became of each mail stands in the ledger by
 * its UIDL. Mails are taken off the server only if the settings say so, and only those that are
 * safe here.
 */
final class PopSource implements Source {
  /** Mails of one session: what is deleted counts only at its end. */
  private static final int SESSION = 200;

  private static final int BATCH = 500;
  private static final Duration AT_ONCE = Duration.ofMillis(100);
  private static final String STARTED = "started";

  private final EmailSettings.Account account;
  private final EmailSettings.Pop3 pop;
  private final MailAccess access;
  private final Porter porter;

  /** A server takes one session at a time. */
  private final ReentrantLock session = new ReentrantLock();

  /** Those that are on the server and in the ledger, to their outcome. */
  private Map<String, String> known = new HashMap<>();

  /**
   * @param memory kilobytes of mails that may be held at a time, shared by all mailboxes
   * @param tokens null where the mailbox has a password
   */
  PopSource(
      EmailSettings.Account account,
      EmailSettings.Limits limits,
      Arrivals arrivals,
      Semaphore memory,
      @Nullable MailTokens tokens) {
    this.account = account;
    this.pop = Objects.requireNonNull(account.pop3());
    this.access = new MailAccess(pop.user(), pop.password(), tokens);
    this.porter =
        new Porter(MailAddress.veiled(account.id()) + "/pop3", false, limits, arrivals, memory);
  }

  @Override
  public String name() {
    return "email/" + account.id() + "/pop3";
  }

  @Override
  public Place place() {
    return new Place(account.id(), "pop3", "");
  }

  @Override
  public void run(Intake intake) throws InterruptedException, IOException {
    known = new HashMap<>();
    var visits = new Visits(porter.label(), pop.host(), access);
    visits.run(
        intake,
        secret -> {
          session.lockInterruptibly();
          try (var box = PopBox.open(pop, access, secret)) {
            visits.reached(intake);
            boolean all = fetch(box, intake);
            box.quit();
            visits.settled();
            return all ? pop.poll().plus(Backoff.jitter(pop.poll().dividedBy(6))) : AT_ONCE;
          } finally {
            session.unlock();
          }
        });
  }

  /** Takes what is not known; returns whether that is all of it. */
  private boolean fetch(PopBox box, Intake intake)
      throws MessagingException, InterruptedException, IOException {
    List<PopBox.Entry> entries = box.entries();
    learn(entries, intake);
    boolean first = intake.cursor() == null;
    if (first && pop.firstConnect() == EmailSettings.FirstConnect.FROM_NOW) {
      leave(entries, intake);
      intake.saveCursor(STARTED);
      return true;
    }
    int taken = 0;
    for (PopBox.Entry entry : entries) {
      String outcome = known.get(entry.key());
      if (outcome == null) {
        if (taken++ == SESSION) {
          return false;
        }
        outcome = take(box, entry, intake, first, false);
        known.put(entry.key(), outcome);
      }
      if (pop.delete() && (outcome.startsWith("ingested") || outcome.startsWith("duplicate"))) {
        box.delete(entry.number());
      }
    }
    if (first) {
      intake.saveCursor(STARTED);
    }
    return true;
  }

  /** Asks the ledger for those that are new on the server, and forgets those that are gone. */
  private void learn(List<PopBox.Entry> entries, Intake intake) throws InterruptedException {
    Map<String, String> now = new HashMap<>();
    var unknown = new ArrayList<String>();
    for (PopBox.Entry entry : entries) {
      String outcome = known.get(entry.key());
      if (outcome == null) {
        unknown.add(entry.key());
      } else {
        now.put(entry.key(), outcome);
      }
    }
    for (int i = 0; i < unknown.size(); i += BATCH) {
      now.putAll(intake.outcomes(unknown.subList(i, Math.min(unknown.size(), i + BATCH))));
    }
    known = now;
  }

  private void leave(List<PopBox.Entry> entries, Intake intake) throws InterruptedException {
    List<String> keys =
        entries.stream().map(PopBox.Entry::key).filter(key -> !known.containsKey(key)).toList();
    for (int i = 0; i < keys.size(); i += BATCH) {
      intake.account(keys.subList(i, Math.min(keys.size(), i + BATCH)), FolderReader.BEFORE_US);
    }
  }

  private String take(PopBox box, PopBox.Entry entry, Intake intake, boolean waited, boolean again)
      throws MessagingException, InterruptedException, IOException {
    Instant now = Instant.now();
    String outcome =
        porter.take(
            intake,
            entry.key(),
            entry.size(),
            header -> header ? box.header(entry.number()) : box.mail(entry.number()),
            (raw, fault) -> {
              Instant written = waited ? MailTranslator.written(Headers.read(raw), now) : now;
              boolean old = written.isBefore(now.minus(FolderSource.OLD));
              return porter.arrival(raw, now, fault, old, again);
            });
    porter.explain(intake, entry.key(), outcome);
    return outcome;
  }

  @Override
  public void attend(Wish wish, Intake intake) throws Exception {
    switch (wish) {
      case Wish.Since _ -> {
        // POP3 knows no dates: nobody is offered this
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
    session.lockInterruptibly();
    try (var box = PopBox.open(pop, access, access.secret())) {
      for (PopBox.Entry entry : box.entries()) {
        if (entry.key().equals(key)) {
          take(box, entry, intake, false, true);
          break;
        }
      }
      box.quit();
    } finally {
      session.unlock();
    }
  }
}
