package dev.hilo.channel;

import java.net.URI;
import java.time.Duration;
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

  /** A {@link Link} to what a platform named; {@link Gone} where that is no address. */
  static MediaSource of(@Nullable String ref, Map<String, String> headers, boolean trusted) {
    try {
      return ref == null || !ref.matches("https?://[!-~]+") || URI.create(ref).getHost() == null
          ? new Gone("the platform gave no address of it")
          : new Link(URI.create(ref), headers, trusted);
    } catch (IllegalArgumentException _) {
      return new Gone("the address that the platform gave is broken");
    }
  }
}
