package dev.hilo.channel;

import java.io.InputStream;

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
}
