package dev.hilo.channel.email;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one account: a few at a time, each kept for a moment for the next mail. For
 * virtual threads.
 */
final class SmtpLinks implements AutoCloseable {
  private static final int MOST = 4;
  private static final Duration IDLE = Duration.ofSeconds(20);

  private final EmailSettings.Account account;
  private final @Nullable MailTokens tokens;
  private final Vertx vertx;
  private final Semaphore free = new Semaphore(MOST, true);
  private final ArrayDeque<Kept> kept = new ArrayDeque<>();
  private boolean closed;

  private record Kept(SmtpLink link, Instant until) {}

  SmtpLinks(EmailSettings.Account account, @Nullable MailTokens tokens, Vertx vertx) {
    this.account = account;
    this.tokens = tokens;
    this.vertx = vertx;
  }

  /**
   * One that is ready for a mail; to be given to {@link #keep} or {@link #drop}.
   *
   * @throws SmtpLink.NotOpen if the server lets nobody in
   * @throws MailTokens.Denied if there will be no access token
   */
  SmtpLink open() throws IOException, InterruptedException {
    if (!free.tryAcquire(account.smtp().timeout().toMillis() * 5, TimeUnit.MILLISECONDS)) {
      throw new IOException("all connections to the mail server are at work");
    }
    boolean opened = false;
    try {
      SmtpLink link = ready();
      if (link == null) {
        link = fresh();
      }
      opened = true;
      return link;
    } finally {
      if (!opened) {
        free.release();
      }
    }
  }

  private @Nullable SmtpLink ready() {
    while (true) {
      Kept next;
      synchronized (kept) {
        next = kept.pollLast();
      }
      if (next == null) {
        return null;
      }
      try {
        if (next.until.isAfter(Instant.now()) && next.link.say("RSET").yes()) {
          return next.link;
        }
      } catch (IOException _) {
        // the server ended it: there is another
      }
      next.link.close();
    }
  }

  private SmtpLink fresh() throws IOException, InterruptedException {
    EmailSettings.Smtp server = account.smtp();
    String own = MailAddress.domain(account.id());
    if (server.user() == null) {
      return SmtpLink.open(server, own, null, false);
    }
    if (server.password() != null) {
      return SmtpLink.open(server, own, server.password().value(), false);
    }
    if (tokens == null) {
      throw new IOException("no password and no oauth for the mail server");
    }
    String token = tokens.token();
    try {
      return SmtpLink.open(server, own, token, true);
    } catch (SmtpLink.NotOpen e) {
      if (e.credentials()) {
        tokens.refused(token);
      }
      throw e;
    }
  }

  /** It is of no use any more. */
  void drop(SmtpLink link) {
    free.release();
    link.close();
  }

  /** For the next mail. */
  void keep(SmtpLink link) {
    free.release();
    boolean over;
    synchronized (kept) {
      over = closed;
      if (!closed) {
        kept.addLast(new Kept(link, Instant.now().plus(IDLE)));
      }
    }
    if (over) {
      link.close();
      return;
    }
    vertx.setTimer(IDLE.toMillis() + 100, _ -> Thread.startVirtualThread(this::expire));
  }

  private void expire() {
    while (true) {
      SmtpLink old;
      synchronized (kept) {
        Kept first = kept.peekFirst();
        if (first == null || !closed && first.until.isAfter(Instant.now())) {
          return;
        }
        old = kept.removeFirst().link;
      }
      old.close();
    }
  }

  @Override
  public void close() {
    synchronized (kept) {
      closed = true;
    }
    expire();
  }
}
