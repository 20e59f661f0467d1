package dev.hilo.conversation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A customer's line in the inbox.
 *
 * @param inboxes it came by, {@code channel:account} each
 * @param by {@code customer}, {@code agent} or {@code note}
 * @param status {@code open} or {@code resolved}
 * @param waiting our time of the oldest message nobody answered, ms; 0 = nobody waits
 * @param epoch of the store when it was written; with {@code seq}, the newest entry that was
 *     folded, it orders rows: a later one is higher, also after the store lost some of the history
 */
public record Row(
    String id,
    String name,
    List<String> channels,
    List<String> inboxes,
    String snippet,
    String by,
    long at,
    String status,
    @Nullable String assignee,
    int unread,
    long waiting,
    Event.Priority priority,
    List<String> labels,
    long epoch,
    long seq) {

  /** Null for customers that never had a conversation, and for those that were merged away. */
  public static @Nullable Row of(StreamState state, long epoch) {
    StreamState.Conversation c = state.conversation();
    if (c == null || state.sealed() != null) {
      return null;
    }
    Author by = state.snippetBy();
    return new Row(
        state.customer().toString(),
        state.name() == null ? "" : state.name(),
        state.routes().values().stream().map(r -> r.address().channel()).distinct().toList(),
        List.copyOf(state.inboxes()),
        state.snippet(),
        state.snippetNote() ? "note" : by == null || by.isCustomer() ? "customer" : "agent",
        state.snippetAt(),
        c.open() ? "open" : "resolved",
        c.assignee(),
        state.unread(),
        state.waitingSince(),
        c.priority(),
        List.copyOf(c.labels()),
        epoch,
        state.last().seq());
  }

  /** True if nobody sees a difference. */
  public boolean shows(Row other) {
    return equals(other.at(epoch, seq));
  }

  private Row at(long epoch, long seq) {
    return new Row(
        id, name, channels, inboxes, snippet, by, at, status, assignee, unread, waiting, priority,
        labels, epoch, seq);
  }

  /** True if this shows a newer state of the customer. */
  public boolean after(Row other) {
    return epoch != other.epoch ? epoch > other.epoch : seq > other.seq;
  }
}
