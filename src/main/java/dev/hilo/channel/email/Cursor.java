package dev.hilo.channel.email;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a folder was read, saved as {@code uidvalidity:lastUid:floor}, and {@code :modSeq} where
 * that is known.
 *
 * @param floor should the server number its mails anew, those it received before are not looked at
 *     again: they were there before us, or long taken
 * @param modSeq HIGHESTMODSEQ (RFC 7162) of a time whose every mail is explained; 0 = not known
 */
record Cursor(long uidValidity, long lastUid, Instant floor, long modSeq) {

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
          parts.length > 2 ? Instant.ofEpochSecond(Long.parseLong(parts[2])) : Instant.EPOCH,
          parts.length > 3 ? Long.parseLong(parts[3]) : 0);
    } catch (RuntimeException e) {
      throw new IllegalStateException("not a mailbox cursor: " + text, e);
    }
  }

  @Override
  public String toString() {
    String place = uidValidity + ":" + lastUid + ":" + floor.getEpochSecond();
    return modSeq > 0 ? place + ":" + modSeq : place;
  }
}
