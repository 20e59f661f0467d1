package dev.hilo.conversation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an entry without reading what it says; holds nothing personal.
 *
 * @param v schema of the entry
 * @param id the event's id, a ULID; the message's id for messages
 * @param home home of the address it came from or goes to, else the stream it was appended to
 * @param via key of the address, 22 characters
 * @param src dedupe id, 16 characters of base64url
 * @param at the platform's time, ms
 * @param rx our time, ms
 * @param conv the open conversation, as the writer knew it
 * @param must readers that do not know this type may not do these things; {@code decide} is the
 *     only word so far
 * @param enc 0 = clear, 1 = body sealed with the home's key
 */
public record Header(
    int v,
    EntryClass k,
    String t,
    String id,
    String home,
    @Nullable String via,
    Author by,
    Audience aud,
    @Nullable String src,
    long at,
    long rx,
    @Nullable String conv,
    List<String> must,
    int enc) {
  public static final int SCHEMA = 1;
}
