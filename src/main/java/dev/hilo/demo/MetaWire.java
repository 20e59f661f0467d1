package dev.hilo.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The form in which Meta's webhooks travel: ASCII only, slashes escaped, signed over exactly these
 * bytes.
 */
final class MetaWire {
  private MetaWire() {}

  static String escaped(JsonNode payload) {
    String json = payload.toString();
    var wire = new StringBuilder(json.length() + 64);
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c == '/') {
        wire.append("\\/");
      } else if (c > 0x7e) {
        wire.append("\\u").append(HexFormat.of().toHexDigits(c));
      } else {
        wire.append(c);
      }
    }
    return wire.toString();
  }

  /** The value of {@code X-Hub-Signature-256}. */
  static String signature(String appSecret, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(appSecret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
