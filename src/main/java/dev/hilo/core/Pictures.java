package dev.hilo.core;

import dev.hilo.channel.MediaSource;
import dev.hilo.config.ByteSize;
import dev.hilo.conversation.Content;
import dev.hilo.core.Problem.Code;
import dev.hilo.store.Blobs;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * Fetches the pictures that a mail has elsewhere, so that whoever sent it learns nothing of who
 * reads it: no cookies, no referrer, our address. By the rules of {@link Download}, from the public
 * Internet only. For virtual threads.
 */
public final class Pictures {
  /** Bytes of one picture. */
  static final int MOST = 5 * 1024 * 1024;

  /** What a picture may be; its bytes decide. */
  private static final Set<String> TYPES =
      Set.of("image/png", "image/jpeg", "image/gif", "image/webp");

  private static final int AT_ONCE = 16;
  private static final Map<String, String> HEADERS =
      Map.of("Accept", "image/webp,image/png,image/jpeg,image/gif");
  private static final Content.Media PROMISED =
      new Content.Media(Content.Media.Kind.IMAGE, null, null, -1, null, null, null, null);

  private final Download download;
  private final Blobs blobs;
  private final Semaphore atOnce = new Semaphore(AT_ONCE);

  /** {@code settings}: of files in general; a picture has at most 5 MB, and may be without TLS. */
  public Pictures(Vertx vertx, Download.Settings settings, Blobs blobs) {
    this(vertx, settings, blobs, host -> List.of(InetAddress.getAllByName(host)));
  }

  Pictures(Vertx vertx, Download.Settings settings, Blobs blobs, Download.Names names) {
    long most = Math.min(MOST, settings.maxBytes().bytes());
    this.blobs = blobs;
    this.download =
        new Download(
            vertx,
            new Download.Settings(new ByteSize(most), new ByteSize(0), true, settings.allowHosts()),
            names);
  }

  /** A picture in a file that whoever got it deletes. */
  public record Picture(Path file, String mime, long size) {}

  /** The picture at an address; a {@link Problem} says why there is none. */
  public Picture of(String address) throws IOException, InterruptedException {
    URI url;
    try {
      url = URI.create(address);
    } catch (IllegalArgumentException e) {
      throw new Problem(Code.BAD_REQUEST, "u: this is no address");
    }
    atOnce.acquire();
    Path file = blobs.draft();
    boolean kept = false;
    try {
      Download.Result result =
          download.of(new MediaSource.Link(url, HEADERS, false), PROMISED, file);
      Picture picture = picture(result, file);
      kept = true;
      return picture;
    } finally {
      atOnce.release();
      if (!kept) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static Picture picture(Download.Result result, Path file) {
    return switch (result) {
      case Download.Result.Done done when TYPES.contains(done.type().mime()) ->
          new Picture(file, done.type().mime(), done.size());
      case Download.Result.Done _ -> throw none("it is no picture that may be shown");
      case Download.Result.Later later -> throw none(later.why());
      case Download.Result.Stale stale -> throw none(stale.why());
      case Download.Result.Never never -> throw none(never.why());
    };
  }

  private static Problem none(String why) {
    return new Problem(Code.UNKNOWN_TOPIC, "this picture cannot be had: " + why);
  }
}
