package dev.hilo.channel.email;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a folder was read, saved as {@code uidvalidity:lastUid:floor}.
 *
 * @param floor should the server number its mails anew, those it received before are not looked at
 *     again: they were there before us, or long taken
 */
record Cursor(long uidValidity, long lastUid, Instant floor) {

  /** Null if there is none or it is not ours to read. */
  static @Nullable Cursor parse(@Nullable String text) {
    if (text == null) {
      return null;
    }
    String[] parts = text.split(":", -1);
    try {
      return new Cursor(
          Long.parseLong(parts[0]),
          Long.parseLong(parts[1]),
          parts.length > 2 ? Instant.ofEpochSecond(Long.parseLong(parts[2])) : Instant.EPOCH);
    } catch (RuntimeException e) {
      throw new IllegalStateException("not a mailbox cursor: " + text, e);
    }
  }

  @Override
  public String toString() {
    return uidValidity + ":" + lastUid + ":" + floor.getEpochSecond();
  }
}
