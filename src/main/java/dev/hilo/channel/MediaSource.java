package dev.hilo.channel;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the bytes of a customer's file are. */
public sealed interface MediaSource {
  /**
   * To be fetched with GET. Headers are left out as soon as a redirect leads to another host. An
   * answer of 202 means that it is not ready yet.
   *
   * @param headers by name, credentials among them
   * @param trusted the address is made from our configuration or the platform's authenticated
   *     answer, not from what a customer may have written: it may lie in a private network if the
   *     configured base does
   */
  record Link(URI url, Map<String, String> headers, boolean trusted) implements MediaSource {}

  record Later(Duration after, String why) implements MediaSource {}

  /** There are no bytes to be had any more, or never were. */
  record Gone(String why) implements MediaSource {}

  /** An address as the payload gives it, to be fetched without credentials. */
  static MediaSource given(@Nullable String url) {
    return of(url, Map.of(), false);
  }

  /** A {@link Link} to what a platform named; {@link Gone} where that is no address. */
  static MediaSource of(@Nullable String url, Map<String, String> headers, boolean trusted) {
    try {
      var uri = new URI(url == null ? "" : url);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      return uri.getHost() != null && (scheme.equals("https") || scheme.equals("http"))
          ? new Link(uri, headers, trusted)
          : new Gone("the file has no address on the web");
    } catch (URISyntaxException _) {
      return new Gone("the address of the file is broken");
    }
  }
}
