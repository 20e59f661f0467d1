package dev.hilo.conversation;

import java.util.regex.Pattern;

/**
 * The id of one stream, {@code <workspace>.<local>}. The local part is a ULID for customers and
 * {@code ~name} for the workspace's own streams.
 */
public record CustomerId(String workspace, String local) implements Comparable<CustomerId> {
  private static final Pattern WORKSPACE = Pattern.compile("[a-z0-9-]{1,32}");
  private static final Pattern LOCAL = Pattern.compile("[0-9A-HJKMNP-TV-Z]{26}|~[a-z0-9.-]{1,40}");

  private static volatile String lastWorkspace = "";

  public CustomerId {
    if (!WORKSPACE.matcher(workspace).matches() || !LOCAL.matcher(local).matches()) {
      throw new IllegalArgumentException("not a customer id: " + workspace + "." + local);
    }
  }

  /**
   * Parses {@code <workspace>.<local>}; throws {@link IllegalArgumentException} for anything else.
   */
  public static CustomerId of(String value) {
    int dot = value.indexOf('.');
    if (dot < 0) {
      throw new IllegalArgumentException("not a customer id: " + value);
    }
    return new CustomerId(shared(value.substring(0, dot)), value.substring(dot + 1));
  }

  /** There are few workspaces and very many ids: equal names need not be kept apart. */
  private static String shared(String workspace) {
    String latest = lastWorkspace;
    if (latest.equals(workspace)) {
      return latest;
    }
    lastWorkspace = workspace;
    return workspace;
  }

  public static CustomerId fresh(String workspace) {
    return new CustomerId(workspace, Ulid.next());
  }

  /** Where items for accounts that no configuration knows are kept. */
  public static CustomerId unrouted(String workspace) {
    return new CustomerId(workspace, "~unrouted");
  }

  /** The older customer survives a merge; older means the smaller id. */
  public boolean olderThan(CustomerId other) {
    return compareTo(other) < 0;
  }

  @Override
  public int compareTo(CustomerId other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return workspace + "." + local;
  }
}
