package dev.hilo.channel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that must be polled: a mailbox folder, a queue. */
public interface Source {
  /**
   * Stable over restarts; names the lease, cursor and ledger, for example {@code
   * email/support@shop/INBOX}.
   */
  String name();

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

    /** Returns when the items are durable, in order; a repeat is harmless. */
    void receive(List<Inbound> items) throws InterruptedException;

    /**
     * Writes {@code key} into the ledger: what became of it, for example {@code ingested} or {@code
     * skipped: draft}.
     */
    void account(String key, String outcome) throws InterruptedException;

    /** Says that what is polled answers. */
    default void connected() {}

    /** Says in a few words why it does not, without secrets. */
    default void trouble(String why) {}
  }

  /** Another node runs this source now. */
  final class LostLease extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LostLease(String source) {
      super("another node runs " + source);
    }
  }
}
