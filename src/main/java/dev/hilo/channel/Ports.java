package dev.hilo.channel;

import dev.hilo.conversation.Content;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a channel may use of the house.
 *
 * @param http shared client, 10 s connect and 30 s idle timeouts; await its futures on virtual
 *     threads only
 * @param publicUrl where platforms reach this gateway, without a trailing slash
 */
public record Ports(
    Vertx vertx, WebClient http, Blobs blobs, Memory memory, URI publicUrl, String workspace) {

  /**
   * Small facts of a kind of channel, known to all nodes; forgotten 400 days after they were put
   * last. A key is never stored itself. Calls block: virtual threads only.
   *
   * <p>Every call throws an unchecked exception while the store does not answer.
   */
  public interface Memory {
    /** Durable when it returns. {@code value}: at most 2 kB. */
    void put(String key, String value);

    @Nullable String get(String key);

    /** The value that stands: {@code value}, unless there was one before. */
    String claim(String key, String value);

    void forget(String key);
  }

  /** Larger content. Calls block: virtual threads only. */
  public interface Blobs {
    /**
     * Durable when it returns; the same bytes give the same name. At most 50 MB.
     *
     * @return the blob's name, for {@code Media.blob} or {@code Email.html}
     */
    String put(byte[] bytes, String mime) throws IOException;

    InputStream open(String blob) throws IOException;

    /**
     * An address under {@link #publicUrl} where a platform can fetch it for a while, without
     * credentials.
     *
     * @param media with a blob
     */
    URI link(Content.Media media, Duration life);
  }
}
