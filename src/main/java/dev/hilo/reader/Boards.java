package dev.hilo.reader;

import java.util.Map;
import java.util.Objects;

/** The inboxes of all workspaces. */
public record Boards(Map<String, Board> all) {
  /** Of a workspace that there is. */
  public Board of(String workspace) {
    return Objects.requireNonNull(all.get(workspace), workspace);
  }

  public boolean ready() {
    return all.values().stream().allMatch(Board::ready);
  }

  /** Rows they hold. */
  public int size() {
    return all.values().stream().mapToInt(Board::size).sum();
  }
}
