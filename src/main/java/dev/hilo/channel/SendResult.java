package dev.hilo.channel;

import dev.hilo.conversation.Address;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the platform said to a send. */
public sealed interface SendResult {
  /**
   * Taken.
   *
   * @param externalId the platform's id for later receipts
   * @param same another address of the same person that the answer proves, or null
   */
  record Accepted(String externalId, @Nullable Address same) implements SendResult {
    public Accepted(String externalId) {
      this(externalId, null);
    }
  }

  /** Not taken, may be tried again. */
  record Retry(Duration after, String why) implements SendResult {}

  /**
   * Not taken and never will be.
   *
   * @param code the platform's own
   * @param credentials the platform does not let us in: nothing else will be taken either
   */
  record Refused(String code, String why, boolean credentials) implements SendResult {
    public Refused(String code, String why) {
      this(code, why, false);
    }
  }

  /** The platform allows no free message now. */
  record WindowClosed(String why) implements SendResult {}

  /** It may or may not have been taken. */
  record Unknown(String why) implements SendResult {}
}
