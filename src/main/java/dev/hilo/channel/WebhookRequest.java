package dev.hilo.channel;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of a platform, as it came.
 *
 * @param url the public URL that was called, query included (some platforms sign it)
 * @param query decoded parameters
 * @param headers by lower-case name
 * @param body the raw bytes; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, shared without a copy
public record WebhookRequest(
    String method,
    String url,
    Map<String, List<String>> query,
    Map<String, List<String>> headers,
    byte[] body,
    Instant now) {

  /** The first value of a header, or null. */
  public @Nullable String header(String name) {
    List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
    return values == null || values.isEmpty() ? null : values.getFirst();
  }

  /** The first value of a query parameter, or null. */
  public @Nullable String parameter(String name) {
    List<String> values = query.get(name);
    return values == null || values.isEmpty() ? null : values.getFirst();
  }
}
