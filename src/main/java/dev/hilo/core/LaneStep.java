package dev.hilo.core;

import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Entry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a lane does with the message at its head. Pure. A message that may have been sent already is
 * called for again only where the channel says that this is harmless.
 */
sealed interface LaneStep {
  Duration TOO_OLD = Duration.ofHours(24);
  int ATTEMPTS = 12;

  /** The platform is called, for the so manieth time. */
  record Call(int attempt) implements LaneStep {}

  /** No call: this is its outcome. */
  record Settle(SendResult result) implements LaneStep {}

  /**
   * What a keeper may know of a partition.
   *
   * @param epoch as of now; where it is younger than a message, its claim may be lost
   * @param since when this node took the partition, ms: what was written later, it alone has sent
   */
  record Tenure(String token, long epoch, long since) {
    /** What was written so shortly before an epoch began may have lost its claim with the old. */
    private static final long DOUBTFUL_MS = 60_000;

    /** True if nobody else can have sent it. */
    private boolean covers(Entry message) {
      return since <= message.header().rx();
    }

    /** True if a missing claim does not prove that nobody called the platform. */
    private boolean doubts(Entry message) {
      long age = epoch / 1024 - message.header().rx();
      return !covers(message) && message.position().epoch() < epoch && age > 0 && age < DOUBTFUL_MS;
    }
  }

  /**
   * The message at the head.
   *
   * @param before what its claim says; null = there is none
   * @param ours this process called the platform for it
   */
  record Head(Entry message, @Nullable Attempt before, boolean ours) {
    /** What this node sent it knows by its result; of others a claim tells, unless it got lost. */
    private boolean mayBeSent(Tenure tenure) {
      return before == null
          ? tenure.doubts(message) && !ours
          : before.is(Attempt.Kind.CALLED)
              && !(before.restored() && (ours || tenure.covers(message)));
    }
  }

  /** {@code repeatable}: to call twice is harmless; {@code now} in ms. */
  static LaneStep of(Head head, Tenure tenure, boolean repeatable, long now) {
    Attempt before = head.before;
    int attempt = before == null ? 1 : before.number() + 1;
    if (head.mayBeSent(tenure) && !repeatable) {
      return new Settle(
          new SendResult.Unknown(
              before == null || before.restored()
                  ? "the store lost whether it was sent"
                  : "the node that sent it ended before the platform answered"));
    } else if (attempt > ATTEMPTS || now - head.message.header().rx() > TOO_OLD.toMillis()) {
      return new Settle(new SendResult.Refused("expired", "the platform did not take it in time"));
    }
    return new Call(attempt);
  }
}
