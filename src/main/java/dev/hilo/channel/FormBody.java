package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A body of {@code application/x-www-form-urlencoded} in UTF-8, fields in their order. */
public record FormBody(Map<String, List<String>> fields) {
  private static final int MOST = 1000;

  /** Throws {@link Payload.Malformed} for more than 1000 fields and for broken escapes. */
  public static FormBody of(byte[] body) throws Payload.Malformed {
    var fields = new LinkedHashMap<String, List<String>>();
    String text = new String(body, UTF_8);
    String[] pairs = text.isEmpty() ? new String[0] : text.split("&", MOST + 1);
    if (pairs.length > MOST) {
      throw new Payload.Malformed("a form of more than " + MOST + " fields");
    }
    for (String pair : pairs) {
      int at = pair.indexOf('=');
      try {
        String name = URLDecoder.decode(at < 0 ? pair : pair.substring(0, at), UTF_8);
        String value = at < 0 ? "" : URLDecoder.decode(pair.substring(at + 1), UTF_8);
        fields.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
      } catch (IllegalArgumentException _) {
        throw new Payload.Malformed("the form has a broken escape");
      }
    }
    return new FormBody(fields);
  }

  /** The first value of a field; null where it is absent or empty. */
  public @Nullable String text(String name) {
    List<String> values = fields.get(name);
    return values == null || values.getFirst().isEmpty() ? null : values.getFirst();
  }

  /** As {@link #text}, of at most 512 characters; {@link Payload.Missing} where there is none. */
  public String required(String name) {
    String text = text(name);
    if (text == null || text.length() > 512) {
      throw new Payload.Missing(name);
    }
    return text;
  }
}
