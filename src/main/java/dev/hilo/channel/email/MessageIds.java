package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.Signature;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Message-IDs, everywhere without angle brackets. Ours are {@code <message id>.<mac>@<domain>}: the
 * same on every attempt, and nobody else can make one.
 */
final class MessageIds {
  /** The field for {@link #hop}. */
  static final String HOP = "X-Hilo-Hop";

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern BRACKETED = Pattern.compile("<([^<>\\s\\p{Cntrl}]{3,900})>");
  private static final int MAX_LIST = 100;

  private final List<byte[]> keys;
  private final String domain;

  /**
   * @param secrets of which the keys are derived: the first for what we send, all for what comes
   */
  MessageIds(List<String> secrets, String domain) {
    this.keys = secrets.stream().map(s -> ("hilo message-id\0" + s).getBytes(UTF_8)).toList();
    this.domain = domain;
  }

  /** The Message-ID of our message. */
  String make(String message) {
    String id =
        PLAIN.matcher(message).matches() ? message : hex(mac(keys.getFirst(), "name\0" + message));
    return id + "." + hex(mac(keys.getFirst(), id)) + "@" + domain;
  }

  boolean isOurs(String messageId) {
    int at = messageId.lastIndexOf('@');
    int dot = at < 0 ? -1 : messageId.lastIndexOf('.', at);
    return dot > 0
        && keys.stream()
            .anyMatch(
                key ->
                    Signature.same(
                        hex(mac(key, messageId.substring(0, dot))),
                        messageId.substring(dot + 1, at)));
  }

  /** For a field of our own: through how many houses like this one a mail went. */
  String hop(int number) {
    return number + "." + hex(mac(keys.getFirst(), "hop\0" + number));
  }

  /** The number in such a field of ours, 0 in any other. */
  int hops(@Nullable String field) {
    int dot = field == null ? -1 : field.indexOf('.');
    if (field == null || dot < 1 || dot > 3 || !field.substring(0, dot).matches("\\d+")) {
      return 0;
    }
    int number = Integer.parseInt(field.substring(0, dot));
    String said = field.substring(dot + 1).strip();
    return keys.stream().anyMatch(key -> Signature.same(hex(mac(key, "hop\0" + number)), said))
        ? number
        : 0;
  }

  /** The id if it can stand in a header, else null. */
  static @Nullable String usable(@Nullable String id) {
    return id != null
            && id.indexOf('@') > 0
            && US_ASCII.newEncoder().canEncode(id)
            && BRACKETED.matcher("<" + id + ">").matches()
        ? id
        : null;
  }

  /** The ids in a field, in order: with commas or without brackets too. */
  static List<String> list(@Nullable String field) {
    if (field == null) {
      return List.of();
    }
    var found = new ArrayList<String>();
    var ids = BRACKETED.matcher(field);
    while (ids.find() && found.size() < MAX_LIST) {
      found.add(ids.group(1));
    }
    if (found.isEmpty()) {
      for (String word : field.split("[\\s\\p{Cntrl},<>]+", MAX_LIST)) {
        if (word.indexOf('@') > 0 && word.length() <= 900) {
          found.add(word);
        }
      }
    }
    return found;
  }

  private static byte[] mac(byte[] key, String text) {
    return Signature.hmacSha256(key, text.getBytes(UTF_8));
  }

  private static String hex(byte[] mac) {
    return HexFormat.of().formatHex(mac, 0, 10);
  }
}
