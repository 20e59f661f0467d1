package dev.hilo.channel;

import java.time.Duration;

/** What the platform said to a send. */
public sealed interface SendResult {
  /** Taken; {@code externalId} is the platform's id for later receipts. */
  record Accepted(String externalId) implements SendResult {}

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
