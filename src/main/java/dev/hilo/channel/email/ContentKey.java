package dev.hilo.channel.email;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What makes a mail the same mail: Message-ID, Date, From and the body. Copies, moves and resends
 * agree in it, for transport only adds fields; a Message-ID used again for another text does not.
 */
final class ContentKey {
  private ContentKey() {}

  static String of(Headers headers, byte[] raw) {
    MessageDigest digest = sha256();
    for (String name : new String[] {"message-id", "date", "from"}) {
      String value = headers.first(name);
      digest.update((value == null ? "-" : value).getBytes(UTF_8));
      digest.update((byte) 0);
    }
    int end = raw.length;
    while (end > headers.body() && (raw[end - 1] == '\n' || raw[end - 1] == '\r')) {
      end--;
    }
    for (int i = headers.body(); i < end; i++) {
      if (raw[i] == '\n' && (i == headers.body() || raw[i - 1] != '\r')) {
        digest.update((byte) '\r');
      }
      digest.update(raw[i]);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 20);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
