package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.channel.SendResult;
import dev.hilo.conversation.Audience;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.Position;
import dev.hilo.store.Streams;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a message may be given to a platform, and when nobody may know whether it was. */
class LaneStepTest {
  private static final long WRITTEN = 1_700_000_000_000L;
  private static final long OLD_EPOCH = (WRITTEN - 3_600_000) * 1024;
  private static final long NOW = WRITTEN + 2000;
  private static final boolean ONCE = false;
  private static final boolean REPEATABLE = true;

  /** Only its place and its time count here. */
  private static final Entry MESSAGE =
      new Entry(
          new Position(OLD_EPOCH, 7),
          new Header(
              Header.SCHEMA,
              EntryClass.DECISION,
              "NoteAdded",
              "m",
              "main.c",
              null,
              new Author(Author.Kind.AGENT, "ana"),
              Audience.ALL,
              null,
              WRITTEN,
              WRITTEN,
              null,
              List.of(),
              0),
          new Event.NoteAdded("text"));

  /** Took the partition before the message was written; the store lived on since. */
  private static final LaneStep.Tenure STEADY =
      new LaneStep.Tenure("t", OLD_EPOCH, WRITTEN - 60_000);

  /** Came after the message. */
  private static final LaneStep.Tenure HEIR = new LaneStep.Tenure("t", OLD_EPOCH, WRITTEN + 1000);

  /** Came after the message, and the store began an epoch so long after it. */
  private static LaneStep.Tenure heirOfEpoch(long millisAfter) {
    return new LaneStep.Tenure("t", (WRITTEN + millisAfter) * 1024, WRITTEN + millisAfter);
  }

  private static LaneStep turn(
      @Nullable String claim, boolean ours, LaneStep.Tenure tenure, boolean channel, long now) {
    return LaneStep.of(new LaneStep.Head(MESSAGE, Attempt.of(claim), ours), tenure, channel, now);
  }

  private static void isUnknown(LaneStep turn) {
    assertThat(turn)
        .isInstanceOfSatisfying(
            LaneStep.Settle.class,
            settled -> assertThat(settled.result()).isInstanceOf(SendResult.Unknown.class));
  }

  private static void isExpired(LaneStep turn) {
    assertThat(turn)
        .isInstanceOfSatisfying(
            LaneStep.Settle.class,
            settled ->
                assertThat(settled.result())
                    .isInstanceOfSatisfying(
                        SendResult.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo("expired")));
  }

  @Test
  void aMessageNobodyClaimedIsSent() {
    assertThat(turn(null, false, STEADY, ONCE, NOW)).isEqualTo(new LaneStep.Call(1));
    assertThat(turn("", false, HEIR, ONCE, NOW)).isEqualTo(new LaneStep.Call(1));
  }

  @Test
  void aMessageThatADeadNodeClaimedIsSentAgainOnlyWhereThatIsHarmless() {
    String claim = Attempt.called(1, WRITTEN, "old");
    isUnknown(turn(claim, false, HEIR, ONCE, NOW));
    assertThat(turn(claim, false, HEIR, REPEATABLE, NOW)).isEqualTo(new LaneStep.Call(2));
  }

  @Test
  void aMessageThePlatformPutOffIsTriedAgainWhenItsTimeHasCome() {
    Attempt off = Attempt.of(Attempt.retry(3, NOW));
    assertThat(off).isNotNull();
    assertThat(off.waits(NOW - 1)).isTrue();
    assertThat(off.waits(NOW)).isFalse();
    assertThat(turn(Attempt.retry(3, NOW), true, STEADY, ONCE, NOW))
        .isEqualTo(new LaneStep.Call(4));
  }

  @Test
  void aLostClaimIsDoubtedOnlyByWhoCannotKnow() {
    isUnknown(turn(null, false, heirOfEpoch(1000), ONCE, NOW));
    assertThat(turn(null, true, heirOfEpoch(1000), ONCE, NOW)).isEqualTo(new LaneStep.Call(1));
    assertThat(turn(null, false, heirOfEpoch(60_000), ONCE, NOW)).isEqualTo(new LaneStep.Call(1));
    LaneStep.Tenure saw = new LaneStep.Tenure("t", (WRITTEN + 1000) * 1024, WRITTEN);
    assertThat(turn(null, false, saw, ONCE, NOW)).isEqualTo(new LaneStep.Call(1));
  }

  @Test
  void aMessageWrittenAgainIsSentOnlyByWhoKnowsThatItWasNot() {
    isUnknown(turn(Streams.RESTORED, false, HEIR, ONCE, NOW));
    assertThat(turn(Streams.RESTORED, false, STEADY, ONCE, NOW)).isEqualTo(new LaneStep.Call(1));
    assertThat(turn(Streams.RESTORED, true, HEIR, ONCE, NOW)).isEqualTo(new LaneStep.Call(1));
  }

  @Test
  void aMessageThePlatformDoesNotTakeIsGivenUp() {
    long day = Duration.ofHours(24).toMillis();
    assertThat(turn(null, false, STEADY, ONCE, WRITTEN + day)).isEqualTo(new LaneStep.Call(1));
    isExpired(turn(null, false, STEADY, ONCE, WRITTEN + day + 1));
    IntStream.rangeClosed(1, 11)
        .forEach(
            n ->
                assertThat(turn(Attempt.retry(n, NOW), true, STEADY, ONCE, NOW))
                    .isEqualTo(new LaneStep.Call(n + 1)));
    isExpired(turn(Attempt.retry(12, NOW), true, STEADY, ONCE, NOW));
  }
}
