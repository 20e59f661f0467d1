package dev.hilo.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blobs in a bucket of S3 or of what speaks like it, addressed by path. What fails for a moment is
 * tried three times: nothing here does harm when it is repeated.
 */
public final class S3Blobs extends Blobs {
  private static final int TRIES = 3;
  private static final Duration PAUSE = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int LONGEST_ANSWER = 64 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(S3Blobs.class);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final Bucket bucket;
  private final AwsSignature signature;

  /**
   * Where it is.
   *
   * @param url of the service, without a path
   * @param prefix of all names: empty, or ending in a slash
   */
  public record Bucket(URI url, String name, String region, String prefix) {}

  /** {@code drafts}: a folder on this machine. */
  public S3Blobs(Bucket bucket, String accessKey, String secretKey, Path drafts) {
    super(drafts);
    this.bucket = bucket;
    this.signature = new AwsSignature(bucket.region, accessKey, secretKey);
  }

  /**
   * Asks for the bucket once; that it does not answer now may pass.
   *
   * @throws IOException if it answers that it is not to be had like this
   */
  public void check() throws IOException {
    int status;
    try {
      status = call("HEAD", "", Map.of(), null).statusCode();
    } catch (IOException e) {
      LOG.warn("the bucket {} does not answer: files wait for it", bucket.name);
      return;
    }
    if (status >= 300 && status < 500) {
      throw new IOException("blobs: the bucket " + bucket.name + " answered " + status);
    }
  }

  @Override
  boolean exists(String name) throws IOException {
    HttpResponse<InputStream> answer = call("HEAD", key(name), Map.of(), null);
    if (answer.statusCode() != 200 && answer.statusCode() != 404) {
      throw refused(answer);
    }
    return answer.statusCode() == 200;
  }

  @Override
  void store(String name, Path file) throws IOException {
    done(call("PUT", key(name), Map.of("content-type", "application/octet-stream"), file));
  }

  @Override
  void copy(String from, String to) throws IOException {
    Map<String, String> source = Map.of("x-amz-copy-source", "/" + bucket.name + key(from));
    HttpResponse<InputStream> answer = call("PUT", key(to), source, null);
    if (answer.statusCode() == 404) {
      throw new NoSuchFileException(from);
    }
    done(answer);
  }

  /** A copy may fail after its status was sent: the body tells. */
  private static void done(HttpResponse<InputStream> answer) throws IOException {
    try (InputStream in = answer.body()) {
      String body = new String(in.readNBytes(LONGEST_ANSWER), StandardCharsets.UTF_8);
      if (answer.statusCode() != 200 || body.contains("<Error>")) {
        throw refused(answer);
      }
    }
  }

  @Override
  Stored look(String name) throws IOException {
    HttpResponse<InputStream> answer = call("HEAD", key(name), Map.of(), null);
    if (answer.statusCode() == 404) {
      throw new NoSuchFileException(name);
    } else if (answer.statusCode() != 200) {
      throw refused(answer);
    }
    long size = answer.headers().firstValueAsLong("content-length").orElse(0);
    return new Stored(name, size, null);
  }

  @Override
  public InputStream open(Stored blob, long from, long length) throws IOException {
    if (length == 0) {
      return InputStream.nullInputStream();
    }
    Map<String, String> range = Map.of("range", "bytes=" + from + "-" + (from + length - 1));
    HttpResponse<InputStream> answer = call("GET", key(blob.name()), range, null);
    if (answer.statusCode() == 206 || answer.statusCode() == 200 && from == 0) {
      return answer.body();
    }
    answer.body().close();
    if (answer.statusCode() == 404) {
      throw new NoSuchFileException(blob.name());
    }
    throw refused(answer);
  }

  /** Names have only letters that stand for themselves. */
  private String key(String name) {
    return "/" + bucket.prefix + name;
  }

  private static IOException refused(HttpResponse<?> answer) {
    return new IOException("the bucket answered " + answer.statusCode());
  }

  /** {@code file}: the body, null = none. */
  private HttpResponse<InputStream> call(
      String method, String key, Map<String, String> headers, @Nullable Path file)
      throws IOException {
    URI url = URI.create(bucket.url + "/" + bucket.name + key);
    String hash = file == null ? AwsSignature.NO_BODY : sha256(file);
    for (int attempt = 1; ; attempt++) {
      BodyPublisher body = file == null ? BodyPublishers.noBody() : BodyPublishers.ofFile(file);
      HttpRequest.Builder request =
          HttpRequest.newBuilder(url).timeout(PATIENCE).method(method, body);
      signature.signed(method, url, headers, hash, Instant.now()).forEach(request::header);
      try {
        HttpResponse<InputStream> answer =
            http.send(request.build(), BodyHandlers.ofInputStream());
        if (answer.statusCode() < 500 || attempt == TRIES) {
          return answer;
        }
        answer.body().close();
      } catch (IOException e) {
        if (attempt == TRIES) {
          throw e;
        }
      } catch (InterruptedException e) {
        throw interrupted();
      }
      pause(attempt);
    }
  }

  private static void pause(int attempt) throws InterruptedIOException {
    try {
      Thread.sleep(PAUSE.multipliedBy(attempt));
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while the bucket was asked");
  }
}
