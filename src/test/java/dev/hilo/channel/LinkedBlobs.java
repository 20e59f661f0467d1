package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.conversation.Content;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;

/** One blob, {@code main/b/1}, whose bytes are "bytes"; platforms can fetch it. */
public final class LinkedBlobs implements Ports.Blobs {
  public static final String BLOB = "main/b/1";
  public static final String LINK = "https://gw.example.test/files/main/b/1?sig=s";

  public static Content.Media media(Content.Media.Kind kind, String mime, String caption) {
    return new Content.Media(kind, BLOB, mime, 5, "a b.bin", caption, null, null);
  }

  @Override
  public String put(byte[] bytes, String mime) {
    throw new AssertionError("nothing to be stored here");
  }

  @Override
  public InputStream open(String blob) {
    return new ByteArrayInputStream("bytes".getBytes(UTF_8));
  }

  @Override
  public URI link(Content.Media media, Duration life) {
    return URI.create(LINK);
  }
}
