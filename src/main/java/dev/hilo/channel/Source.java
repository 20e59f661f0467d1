package dev.hilo.channel;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that must be polled: a mailbox folder, a queue. */
public interface Source {
  /**
   * Stable over restarts; names the lease, cursor and ledger, for example {@code
   * email/support@shop/INBOX}.
   */
  String name();

  /**
   * Whether every node runs it at the same time: a listener. Without it, one node at a time does.
   */
  default boolean everywhere() {
    return false;
  }

  /** How people know it. */
  default Place place() {
    return new Place("", "", "");
  }

  /**
   * Something somebody wants of it, done on a virtual thread of its own beside {@link #run}, on the
   * node that runs it. It may block; throwing means that it is tried again later.
   */
  default void attend(Wish wish, Intake intake) throws Exception {}

  /**
   * Where it looks.
   *
   * @param kind {@code imap, pop3, smtp, lmtp}; empty for what has no page of its own
   */
  record Place(String account, String kind, String folder) {}

  /** What people may want of a source. */
  sealed interface Wish {
    /** Takes what came since then and is not known yet. */
    record Since(Instant from) implements Wish {}

    /** Reads again what the ledger explains by {@code key} and somebody wants after all. */
    record Again(String key) implements Wish {}
  }

  /**
   * Runs on a virtual thread until interrupted; may block. Returning or throwing means: start again
   * after a pause.
   */
  void run(Intake intake) throws Exception;

  /**
   * What a source may ask of the gateway. Every call blocks until the store has answered and throws
   * {@link LostLease} once another node runs this source.
   */
  interface Intake {
    /** The position saved last, or null. */
    @Nullable String cursor() throws InterruptedException;

    void saveCursor(String cursor) throws InterruptedException;

    /** True if the ledger of this source knows {@code key}. */
    boolean known(String key) throws InterruptedException;

    /** The outcomes of those of {@code keys} that the ledger knows; at most 1000 at once. */
    default Map<String, String> outcomes(Collection<String> keys) throws InterruptedException {
      Map<String, String> known = new HashMap<>();
      for (String key : keys) {
        if (known(key)) {
          known.put(key, "ingested");
        }
      }
      return known;
    }

    /** Returns when the items are durable, in order; a repeat is harmless. */
    void receive(List<Inbound> items) throws InterruptedException;

    /**
     * Writes {@code key} into the ledger: what became of it, for example {@code ingested} or {@code
     * skipped: draft}.
     */
    void account(String key, String outcome) throws InterruptedException;

    /** The same of many; at most 1000 at once. */
    default void account(List<String> keys, String outcome) throws InterruptedException {
      for (String key : keys) {
        account(key, outcome);
      }
    }

    /**
     * Explains {@code key} as {@code parked: why}: nobody could do anything with it, and people are
     * shown it until they want it read again.
     *
     * @param blob all there is of it
     */
    void park(String key, String why, @Nullable String blob) throws InterruptedException;

    /** What was parked under {@code key}, null if nothing is. */
    default @Nullable Parked parked(String key) throws InterruptedException {
      return null;
    }

    /** Says how many there are that the ledger does not explain; 0 is as it should be. */
    default void missing(int count) {}

    /** Says that what is polled answers. */
    default void connected() {}

    /** Says in a few words why it does not, without secrets. */
    default void trouble(String why) {}
  }

  /** {@code blob}: all there is of it; {@code at}: when it was parked. */
  record Parked(String why, @Nullable String blob, Instant at) {}

  /** Another node runs this source now. */
  final class LostLease extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LostLease(String source) {
      super("another node runs " + source);
    }
  }
}
