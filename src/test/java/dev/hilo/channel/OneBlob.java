package dev.hilo.channel;

import dev.hilo.conversation.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Holds the blob {@code b}, whose bytes are {@code bytes}. */
public final class OneBlob implements Ports.Blobs {
  /** The same ports with this for their blobs. */
  public static Ports in(Ports ports) {
    return new Ports(
        ports.vertx(),
        ports.http(),
        new OneBlob(),
        ports.memory(),
        ports.publicUrl(),
        ports.workspace());
  }

  public static Content.Media media(
      Content.Media.Kind kind, String mime, long size, String name, String caption) {
    return new Content.Media(
        kind, "b", mime, size, name, caption.isEmpty() ? null : caption, null, null);
  }

  @Override
  public String put(byte[] bytes, String mime) {
    throw new AssertionError("nothing to be stored here");
  }

  @Override
  public InputStream open(String blob) throws IOException {
    if (!blob.equals("b")) {
      throw new IOException("no such blob");
    }
    return new ByteArrayInputStream("bytes".getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public URI link(Content.Media media, Duration life) {
    return URI.create("https://gw.example.test/files/" + media.blob() + "?for=" + life.toHours());
  }
}
