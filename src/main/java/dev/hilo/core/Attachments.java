package dev.hilo.core;

import dev.hilo.channel.FileType;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.Content.Media.Kind;
import dev.hilo.conversation.CustomerId;
import dev.hilo.store.Blobs;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;

/** Uploaded files on their way into a message. For one event loop. */
final class Attachments {
  private final Vertx vertx;
  private final Blobs blobs;

  Attachments(Vertx vertx, Blobs blobs) {
    this.vertx = vertx;
    this.blobs = blobs;
  }

  /**
   * What is to be said, with its file in the hands of {@code to} and as its bytes show it.
   *
   * @param ours whether a home belongs to the thread
   */
  Future<Content> of(Content content, CustomerId to, Predicate<CustomerId> ours) {
    if (!(content instanceof Content.Media m)) {
      return Future.succeededFuture(content);
    }
    String blob = Objects.requireNonNull(m.blob());
    CustomerId home = Blobs.home(blob);
    if (home == null || !ours.test(home)) {
      return Future.failedFuture(none());
    }
    return vertx
        .executeBlocking(() -> looked(m, blob, to))
        .map(Objects::requireNonNull)
        .recover(e -> Future.failedFuture(Problem.ofFiles(e)));
  }

  private Content looked(Content.Media m, String blob, CustomerId to) throws IOException {
    try {
      Blobs.Stored stored = blobs.find(blob);
      FileType type = FileType.of(blobs.head(stored, FileType.HEAD), m.mime());
      Kind like =
          switch (m.kind()) {
            case STICKER -> Kind.IMAGE;
            case VOICE -> Kind.AUDIO;
            case IMAGE, VIDEO, AUDIO, FILE -> m.kind();
          };
      if (like != Kind.FILE && like != type.kind()) {
        throw new Problem(
            Problem.Code.BAD_REQUEST,
            "content.kind: this file is not of kind " + m.kind().name().toLowerCase(Locale.ROOT));
      }
      return new Content.Media(
          m.kind(),
          blobs.share(blob, to),
          type.mime(),
          stored.size(),
          m.name(),
          m.caption(),
          null,
          null);
    } catch (NoSuchFileException e) {
      throw none();
    }
  }

  private static Problem none() {
    return new Problem(Problem.Code.BAD_REQUEST, "content.blob is no file of this thread");
  }
}
