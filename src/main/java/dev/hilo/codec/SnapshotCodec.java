package dev.hilo.codec;

import dev.hilo.conversation.StreamState;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A folded state as {@code foldVersion|position|json}: a cache that names what it caches. */
public final class SnapshotCodec {
  private SnapshotCodec() {}

  public static byte[] bytes(StreamState state) {
    byte[] head =
        (StreamState.FOLD_VERSION + "|" + state.last() + "|").getBytes(StandardCharsets.US_ASCII);
    byte[] json = Json.bytes(state);
    byte[] all = Arrays.copyOf(head, head.length + json.length);
    System.arraycopy(json, 0, all, head.length, json.length);
    return all;
  }

  /** Null if it was made by another fold, or is damaged: the stream tells. */
  public static @Nullable StreamState state(byte[] bytes) {
    byte[] mine = (StreamState.FOLD_VERSION + "|").getBytes(StandardCharsets.US_ASCII);
    if (!Arrays.equals(mine, Arrays.copyOf(bytes, mine.length))) {
      return null;
    }
    for (int i = mine.length; i < bytes.length; i++) {
      if (bytes[i] == '|') {
        try {
          String position =
              new String(bytes, mine.length, i - mine.length, StandardCharsets.US_ASCII);
          StreamState state =
              Json.read(Arrays.copyOfRange(bytes, i + 1, bytes.length), StreamState.class);
          return state.last().toString().equals(position) ? state : null;
        } catch (Json.BadJson e) {
          return null;
        }
      }
    }
    return null;
  }

  /** Equal states have equal fingerprints; proves that a replay gives the same state. */
  public static String fingerprint(StreamState state) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Json.bytes(state)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
