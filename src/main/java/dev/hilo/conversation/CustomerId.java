package dev.hilo.conversation;

import org.jspecify.annotations.Nullable;

/**
 * The id of one stream, {@code <workspace>.<local>}. The local part is a ULID for customers and
 * {@code ~name} for the workspace's own streams.
 */
public final class CustomerId implements Comparable<CustomerId> {
  private static volatile String lastWorkspace = "";

  private final String workspace;

  /** Keys, headers and frames all want the whole: it is put together once. */
  private final String text;

  /** Throws {@link IllegalArgumentException} for what is no such id. */
  public CustomerId(String workspace, String local) {
    this(workspace, local, workspace + "." + local);
  }

  private CustomerId(String workspace, String local, String text) {
    if (!isName(workspace, 0, 32, "-") || !isUlid(local) && !isOwn(local)) {
      throw new IllegalArgumentException("not a customer id: " + text);
    }
    this.workspace = workspace;
    this.text = text;
  }

  private static boolean isUlid(String text) {
    if (text.length() != 26) {
      return false;
    }
    for (int i = 0; i < 26; i++) {
      char c = text.charAt(i);
      boolean letter = c >= 'A' && c <= 'Z' && c != 'I' && c != 'L' && c != 'O' && c != 'U';
      if (!letter && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOwn(String text) {
    return text.startsWith("~") && isName(text, 1, 40, ".-");
  }

  /** Small letters, digits and {@code others}, 1 to {@code most} of them, from {@code start} on. */
  private static boolean isName(String text, int start, int most, String others) {
    int length = text.length() - start;
    if (length < 1 || length > most) {
      return false;
    }
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && others.indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Parses {@code <workspace>.<local>}; throws {@link IllegalArgumentException} for anything else.
   */
  public static CustomerId of(String value) {
    int dot = value.indexOf('.');
    if (dot < 0) {
      throw new IllegalArgumentException("not a customer id: " + value);
    }
    return new CustomerId(shared(value.substring(0, dot)), value.substring(dot + 1), value);
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

  /** What a workspace keeps. */
  public static CustomerId desk(String workspace) {
    return new CustomerId(workspace, "~desk");
  }

  /** Who saw and did what on a day, {@code 2026-12-31}. */
  public static CustomerId audit(String workspace, String day) {
    return new CustomerId(workspace, "~audit." + day);
  }

  public String workspace() {
    return workspace;
  }

  public String local() {
    return text.substring(workspace.length() + 1);
  }

  /** True for the workspace's own streams, which are no customer's. */
  public boolean isOwn() {
    return text.charAt(workspace.length() + 1) == '~';
  }

  /** The older customer survives a merge; older means the smaller id. */
  public boolean olderThan(CustomerId other) {
    return compareTo(other) < 0;
  }

  @Override
  public int compareTo(CustomerId other) {
    return text.compareTo(other.text);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CustomerId that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** {@code <workspace>.<local>}. */
  @Override
  public String toString() {
    return text;
  }
}
