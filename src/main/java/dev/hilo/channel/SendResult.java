package dev.hilo.channel;

import java.time.Duration;

/** What the platform said to a send. */
public sealed interface SendResult {
  /** Taken; {@code externalId} is the platform's id for later receipts. */
  record Accepted(String externalId) implements SendResult {}

  /** Not taken, may be tried again. */
  record Retry(Duration after, String why) implements SendResult {}

  /** Not taken and never will be. {@code code} is the platform's own. */
  record Refused(String code, String why) implements SendResult {}

  /** The platform allows no free message now. */
  record WindowClosed(String why) implements SendResult {}

  /** It may or may not have been taken. */
  record Unknown(String why) implements SendResult {}
}
