package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.conversation.Content;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;

/** Holds one file under every name: the bytes of that name. */
public final class GivenBlobs implements Ports.Blobs {
  /** The same house, with files. */
  public static Ports in(Ports ports) {
    return new Ports(
        ports.vertx(),
        ports.http(),
        new GivenBlobs(),
        ports.memory(),
        ports.publicUrl(),
        ports.workspace());
  }

  @Override
  public String put(byte[] bytes, String mime) {
    throw new AssertionError("nothing to be stored here");
  }

  @Override
  public InputStream open(String blob) {
    return new ByteArrayInputStream(blob.getBytes(UTF_8));
  }

  @Override
  public URI link(Content.Media media, Duration life) {
    return URI.create("https://gw.example.test/files/" + media.blob() + "?d=" + life.toDays());
  }
}
