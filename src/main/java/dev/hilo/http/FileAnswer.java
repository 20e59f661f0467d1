package dev.hilo.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hilo.channel.FileType;
import dev.hilo.core.Problem;
import dev.hilo.store.Blobs;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A stored file as an answer (RFC 9110): whole or one range of it. Pictures, sound, films and PDF
 * may be shown in place, everything else only saved; nothing of it may run.
 */
final class FileAnswer {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,15})-(\\d{0,15})");
  private static final int PART = 64 * 1024;

  private final Vertx vertx;
  private final Blobs blobs;

  FileAnswer(Vertx vertx, Blobs blobs) {
    this.vertx = vertx;
    this.blobs = blobs;
  }

  /** What is sent, and which bytes of it. */
  private record Part(Blobs.Stored blob, FileType type, long from, long length) {
    boolean whole() {
      return from == 0 && length == blob.size();
    }
  }

  /** {@code from} to {@code to}, both included; null = the whole. */
  private record Range(long from, long to) {
    static @Nullable Range of(@Nullable String header, long size) {
      Matcher m = RANGE.matcher(header == null ? "" : header);
      if (!m.matches() || m.group(1).isEmpty() && m.group(2).isEmpty()) {
        return null;
      } else if (m.group(1).isEmpty()) {
        long last = Long.parseLong(m.group(2));
        return new Range(last == 0 ? size : Math.max(0, size - last), size - 1);
      }
      long from = Long.parseLong(m.group(1));
      long to = m.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(m.group(2)));
      return m.group(2).isEmpty() || from <= Long.parseLong(m.group(2))
          ? new Range(from, to)
          : null;
    }
  }

  /**
   * Sends it.
   *
   * @param declared what it is where its bytes do not say; null = nobody knows
   * @param name for whoever saves it; null or empty = none
   */
  Future<Void> send(
      RoutingContext ctx, String blob, @Nullable String declared, @Nullable String name) {
    String range = ctx.request().getHeader("Range");
    return vertx
        .executeBlocking(
            () -> {
              Blobs.Stored stored = blobs.find(blob);
              FileType type = FileType.of(blobs.head(stored, FileType.HEAD), declared);
              Range part = Range.of(range, stored.size());
              return part == null
                  ? new Part(stored, type, 0, stored.size())
                  : new Part(stored, type, part.from, part.to - part.from + 1);
            })
        .recover(e -> Future.failedFuture(Problem.ofFiles(e)))
        .compose(part -> send(ctx, Objects.requireNonNull(part), name));
  }

  private Future<Void> send(RoutingContext ctx, Part part, @Nullable String name) {
    long size = part.blob.size();
    HttpServerResponse response = ctx.response();
    headers(response, part, name);
    if (part.from >= size && size > 0) {
      return response.setStatusCode(416).putHeader("Content-Range", "bytes */" + size).end();
    }
    if (!part.whole()) {
      long last = part.from + part.length - 1;
      response
          .setStatusCode(206)
          .putHeader("Content-Range", "bytes " + part.from + "-" + last + "/" + size);
    }
    response.putHeader("Content-Length", String.valueOf(part.length));
    if (ctx.request().method().equals(HttpMethod.HEAD) || part.length == 0) {
      return response.end();
    }
    Path file = part.blob.file();
    return file != null
        ? response.sendFile(file.toString(), part.from, part.length)
        : pump(response, part);
  }

  private static void headers(HttpServerResponse response, Part part, @Nullable String name) {
    boolean pdf = part.type.mime().equals("application/pdf"); // viewers do not start in a sandbox
    String policy = "default-src 'none'; frame-ancestors 'none'";
    response
        .putHeader("Content-Type", part.type.mime())
        .putHeader("Content-Disposition", disposition(part.type.inline(), name))
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Content-Security-Policy", pdf ? policy : policy + "; sandbox")
        .putHeader("Cache-Control", "private, max-age=3600")
        .putHeader("Accept-Ranges", "bytes");
  }

  private static String disposition(boolean inline, @Nullable String name) {
    String how = inline ? "inline" : "attachment";
    if (name == null || name.isBlank()) {
      return how;
    }
    String plain = name.replaceAll("[\\p{Cntrl}/\\\\]", "_");
    String ascii = plain.replaceAll("[^\\x20-\\x7e]|[\"%]", "_");
    String all = URLEncoder.encode(plain, UTF_8).replace("+", "%20").replace("*", "%2A");
    return how + "; filename=\"" + ascii + "\"; filename*=UTF-8''" + all;
  }

  /** As fast as the other side takes it, on a thread that may wait. */
  private Future<Void> pump(HttpServerResponse response, Part part) {
    Promise<Void> done = Promise.promise();
    Thread.startVirtualThread(
        () -> {
          long left = part.length;
          try (InputStream in = blobs.open(part.blob, part.from, part.length)) {
            while (left > 0) {
              byte[] bytes = in.readNBytes((int) Math.min(PART, left));
              if (bytes.length == 0) {
                throw new IOException("the file ended early");
              }
              left -= bytes.length;
              response.write(Buffer.buffer(bytes)).await();
            }
            response.end().onComplete(done);
          } catch (IOException | RuntimeException e) {
            response.reset();
            done.fail(e);
          }
        });
    return done.future();
  }
}
