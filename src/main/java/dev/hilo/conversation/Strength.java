package dev.hilo.conversation;

/**
 * What evidence for "these two addresses are one person" is worth. Only {@link #PLATFORM} and
 * {@link #CODE} open one address's history to the other.
 */
public enum Strength {
  /** Said by the person or by a form: proves nothing. */
  CLAIM,
  /** An agent's word: joins the agents' view only. */
  AGENT,
  /** A code sent to one address was given on the other. */
  CODE,
  /** The platform itself showed both in one authenticated payload. */
  PLATFORM;

  public boolean verified() {
    return this == CODE || this == PLATFORM;
  }
}
