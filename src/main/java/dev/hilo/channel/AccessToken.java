package dev.hilo.channel;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A token that a platform lends for a while, fetched when it is needed and a little before it ends.
 * For virtual threads; one fetches while the others wait.
 */
public final class AccessToken {
  private static final Duration EARLY = Duration.ofMinutes(2);

  /** A new token. */
  public record Lent(String value, Duration life) {}

  /** Asks the platform for one. */
  public interface Lender {
    /** Throws {@link IOException} where there is none to be had; its message is shown. */
    Lent lend() throws InterruptedException, IOException;
  }

  private final Lender lender;
  private final ReentrantLock fetching = new ReentrantLock();
  private @Nullable String value;
  private Instant until = Instant.MIN;

  public AccessToken(Lender lender) {
    this.lender = lender;
  }

  public String get() throws InterruptedException, IOException {
    fetching.lockInterruptibly();
    try {
      String held = value;
      if (held == null || !Instant.now().isBefore(until)) {
        Lent lent = lender.lend();
        held = lent.value();
        value = held;
        until = Instant.now().plus(lent.life()).minus(EARLY);
      }
      return held;
    } finally {
      fetching.unlock();
    }
  }

  /** The platform does not take it any more: the next {@link #get} fetches another. */
  public void refused(String token) throws InterruptedException {
    fetching.lockInterruptibly();
    try {
      if (token.equals(value)) {
        value = null;
      }
    } finally {
      fetching.unlock();
    }
  }
}
