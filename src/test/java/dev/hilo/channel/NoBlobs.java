package dev.hilo.channel;

import dev.hilo.conversation.Content;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;

/** Stands where no channel may store anything. */
public final class NoBlobs implements Ports.Blobs {
  @Override
  public String put(byte[] bytes, String mime) {
    throw new AssertionError("nothing to be stored here");
  }

  @Override
  public InputStream open(String blob) {
    throw new AssertionError("nothing is stored here");
  }

  @Override
  public URI link(Content.Media media, Duration life) {
    throw new AssertionError("nothing is stored here");
  }
}
