package dev.hilo.channel.email;

import dev.hilo.channel.Ports;
import dev.hilo.conversation.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Blobs in memory, named by their number. */
final class MemoryBlobs implements Ports.Blobs {
  final Map<String, byte[]> stored = new ConcurrentHashMap<>();
  volatile boolean broken;

  @Override
  public String put(byte[] bytes, String mime) throws IOException {
    if (broken) {
      throw new IOException("no blobs now");
    }
    String name = "blob" + (stored.size() + 1);
    stored.put(name, bytes.clone());
    return name;
  }

  @Override
  public InputStream open(String blob) throws IOException {
    byte[] bytes = stored.get(blob);
    if (bytes == null) {
      throw new IOException("no blob " + blob);
    }
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public URI link(Content.Media media, Duration life) {
    return URI.create("https://gw.example.test/files/" + media.blob());
  }
}
