package dev.hilo.reader;

import dev.hilo.conversation.Row;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which rows somebody may see, and wants to.
 *
 * @param inboxes only customers who came by one of these, and those assigned to {@code agent}; null
 *     = all
 * @param wanted as {@code inboxes}, of what somebody wants to see; empty = all
 * @param labels only conversations with one of these; empty = all
 */
public record Sight(
    @Nullable Set<String> inboxes, @Nullable String agent, Set<String> wanted, Set<String> labels) {
  /** Everything. */
  public static final Sight ALL = new Sight(null, null, Set.of(), Set.of());

  /**
   * What somebody may see at the most.
   *
   * @param inboxes {@code channel:account}; null = all
   */
  public static Sight of(String agent, @Nullable Set<String> inboxes) {
    return inboxes == null ? ALL : new Sight(inboxes, agent, Set.of(), Set.of());
  }

  /** The same, but only what came by one of {@code inboxes} and has one of {@code labels}. */
  public Sight only(Set<String> wantedInboxes, Set<String> wantedLabels) {
    return new Sight(inboxes, agent, wantedInboxes, wantedLabels);
  }

  boolean shows(Row row) {
    return (inboxes == null
            || row.assignee() != null && row.assignee().equals(agent)
            || row.inboxes().stream().anyMatch(inboxes::contains))
        && (wanted.isEmpty() || row.inboxes().stream().anyMatch(wanted::contains))
        && (labels.isEmpty() || row.labels().stream().anyMatch(labels::contains));
  }
}
