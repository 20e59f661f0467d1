package dev.hilo.channel;

import dev.hilo.conversation.Content;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;

/**
 * What a channel may use of the house.
 *
 * @param http shared client, 10 s connect and 30 s idle timeouts; await its futures on virtual
 *     threads only
 * @param publicUrl where platforms reach this gateway, without a trailing slash
 */
public record Ports(Vertx vertx, WebClient http, Blobs blobs, URI publicUrl, String workspace) {

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
