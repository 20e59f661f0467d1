package dev.hilo.core;

import dev.hilo.channel.Ports;
import dev.hilo.conversation.Content;
import dev.hilo.store.Blobs;
import dev.hilo.store.Facts;
import dev.hilo.store.FileLinks;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What channels may use of the house, by workspace. */
public record ChannelPorts(
    Vertx vertx, WebClient http, Blobs blobs, FileLinks links, Facts facts, URI publicUrl) {

  public Ports of(String workspace) {
    return new Ports(vertx, http, new Files(workspace), new Known(workspace), publicUrl, workspace);
  }

  private final class Files implements Ports.Blobs {
    private final String workspace;

    Files(String workspace) {
      this.workspace = workspace;
    }

    @Override
    public String put(byte[] bytes, String mime) throws IOException {
      return blobs.put(workspace, bytes);
    }

    @Override
    public InputStream open(String blob) throws IOException {
      return blobs.open(blob);
    }

    @Override
    public URI link(Content.Media media, Duration life) {
      return links.link(
          Objects.requireNonNull(media.blob()),
          media.mime(),
          media.name(),
          System.currentTimeMillis(),
          life);
    }
  }

  private final class Known implements Ports.Memory {
    private final String workspace;

    Known(String workspace) {
      this.workspace = workspace;
    }

    @Override
    public void put(String key, String value) {
      facts.put(workspace, key, value).await();
    }

    @Override
    public @Nullable String get(String key) {
      return facts.get(workspace, key).await();
    }

    @Override
    public String claim(String key, String value) {
      return facts.claim(workspace, key, value).await();
    }

    @Override
    public void forget(String key) {
      facts.forget(workspace, key).await();
    }
  }
}
