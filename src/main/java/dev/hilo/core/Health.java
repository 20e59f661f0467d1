package dev.hilo.core;

import dev.hilo.channel.SendResult;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How an endpoint fares, as this node sees it since it was opened here. From any thread. */
public final class Health {
  private static final String SENDS = "sends";
  private static final String CALLS = "calls";
  private static final String ACCESS = "access";

  private record Part(boolean ok, long since, String why) {}

  /**
   * What is known now; times in ms, null = never.
   *
   * @param since when this began
   * @param why what is wrong, null if nothing is
   * @param heard when the platform last brought something
   * @param sent when it last took something
   * @param refused when a call was last turned away that was not the platform's, or not signed with
   *     the secret that is set here
   * @param backlog how long a message waits now for the turn of its account, ms
   */
  public record Now(
      boolean ok,
      long since,
      @Nullable String why,
      @Nullable Long heard,
      @Nullable Long sent,
      @Nullable Long refused,
      long backlog) {
    /** The same, with what is wrong on another node. */
    public Now troubled(long from, String what) {
      return new Now(false, from, what, heard, sent, refused, backlog);
    }

    /** Of an endpoint that is not open. */
    static Now closed(boolean ok, long since, @Nullable String why) {
      return new Now(ok, since, why, null, null, null, 0);
    }
  }

  private final Map<String, Part> parts = new TreeMap<>();
  private long since = System.currentTimeMillis();
  private @Nullable Long heard;
  private @Nullable Long sent;
  private @Nullable Long refused;
  private boolean trusted = true;
  private long turnsUntil;

  public synchronized Now now() {
    Part worst = null;
    for (Part part : parts.values()) {
      if (!part.ok && (worst == null || part.since < worst.since)) {
        worst = part;
      }
    }
    return worst == null
        ? new Now(true, since, null, heard, sent, refused, backlog())
        : new Now(false, worst.since, worst.why, heard, sent, refused, backlog());
  }

  /** False while the platform does not take our credentials. */
  public synchronized boolean trusted() {
    return trusted;
  }

  /** Turns of the account are given out until so many ms from now. */
  synchronized void waits(long millis) {
    turnsUntil = System.currentTimeMillis() + millis;
  }

  private long backlog() {
    return Math.max(0, turnsUntil - System.currentTimeMillis());
  }

  /** The platform says that it lets us in, or does not any more. */
  void access(boolean connected, String why) {
    synchronized (this) {
      trusted = connected;
    }
    set(ACCESS, connected, "the platform ended our access: " + why);
  }

  /** What a platform answered when it was sent something. */
  void sent(SendResult result) {
    switch (result) {
      case SendResult.Accepted _ -> {
        synchronized (this) {
          sent = System.currentTimeMillis();
          trusted = true;
        }
        set(SENDS, true, "");
        set(ACCESS, true, "");
      }
      case SendResult.Refused(_, var why, var credentials) -> {
        if (credentials) {
          synchronized (this) {
            trusted = false;
          }
        }
        set(SENDS, !credentials, "credentials refused: " + why);
      }
      case SendResult.Retry(_, var why) -> set(SENDS, false, why);
      case SendResult.Unknown(var why) -> set(SENDS, false, why);
      case SendResult.WindowClosed _ -> set(SENDS, true, "");
    }
  }

  /** The platform called, and what it brought is durable. */
  public void heard() {
    synchronized (this) {
      heard = System.currentTimeMillis();
    }
    set(CALLS, true, "");
  }

  /**
   * A call was turned away. Anybody may call; so it says something of the endpoint only as long as
   * no call was right.
   */
  public void refused(String why) {
    boolean never;
    synchronized (this) {
      refused = System.currentTimeMillis();
      never = heard == null;
    }
    if (never) {
      set(CALLS, false, "calls are refused: " + why);
    }
  }

  /** Something that is polled answers, or why it does not. */
  void polled(String source, @Nullable String trouble) {
    set(source, trouble == null, trouble == null ? "" : trouble);
  }

  /** Another node polls it now, or none. */
  synchronized void unknown(String source) {
    parts.remove(source);
  }

  private synchronized void set(String name, boolean ok, String why) {
    Part before = parts.get(name);
    long now = System.currentTimeMillis();
    boolean good = now().ok;
    parts.put(name, new Part(ok, before != null && before.ok == ok ? before.since : now, why));
    if (!good && now().ok) {
      since = now;
    }
  }
}
