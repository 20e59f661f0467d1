package dev.hilo.channel;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.codec.BodyCodec;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** One call of a platform's API: JSON there, JSON back, and what became of it as a value. */
public final class JsonPost {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int LARGEST = 1 << 20;

  private JsonPost() {}

  /**
   * What came back.
   *
   * @param body empty where it was no JSON object
   * @param retryAfter what the header of that name says, at most an hour
   */
  public record Answer(int status, Payload body, @Nullable Duration retryAfter) {
    public boolean taken() {
      return status >= 200 && status < 300;
    }

    /** A proxy gave up on the platform, or lost its answer: nobody knows what the platform did. */
    public boolean lost() {
      return (status == 502 || status == 504) && body.isEmpty();
    }
  }

  /**
   * Sends and waits, on a virtual thread; redirects are not followed. Where no connection came
   * about the result is {@link SendResult.Retry}; where there was one but no answer within 20 s, or
   * one over 1 MB, {@link SendResult.Unknown}; else what {@code judge} makes of the answer, a 401
   * being a refusal of our credentials.
   *
   * @param url absolute; never shown, as it may hold a token
   */
  public static SendResult send(
      Ports ports,
      String url,
      Map<String, String> headers,
      byte[] body,
      int attempt,
      Function<Answer, SendResult> judge)
      throws InterruptedException {
    return send(ports.http(), url, headers, body, attempt, judge, PATIENCE);
  }

  static SendResult send(
      WebClient http,
      String url,
      Map<String, String> headers,
      byte[] body,
      int attempt,
      Function<Answer, SendResult> judge,
      Duration patience)
      throws InterruptedException {
    var received = new Bounded();
    var request =
        http.postAbs(url)
            .timeout(patience.toMillis())
            .followRedirects(false)
            .putHeader("content-type", "application/json")
            .as(BodyCodec.pipe(received));
    headers.forEach(request::putHeader);
    try {
      var response =
          request.sendBuffer(Buffer.buffer(body)).await(patience.toMillis(), MILLISECONDS);
      SendResult result =
          judge.apply(
              new Answer(
                  response.statusCode(),
                  Payload.embedded(received.text()),
                  retryAfter(response.getHeader("retry-after"))));
      return result instanceof SendResult.Refused(var code, var why, _)
              && response.statusCode() == 401
          ? new SendResult.Refused(code, why, true)
          : result;
    } catch (Exception e) {
      if (e instanceof InterruptedException stopped) {
        throw stopped;
      }
      return unanswered(e, attempt);
    }
  }

  private static SendResult unanswered(Throwable why, int attempt) {
    String name = why.getClass().getSimpleName();
    boolean unsent =
        why instanceof ConnectException
            || why instanceof NoRouteToHostException
            || why instanceof UnknownHostException
            || why instanceof SSLHandshakeException;
    return unsent
        ? new SendResult.Retry(pause(attempt), "no connection: " + name)
        : new SendResult.Unknown("sent, but no answer: " + name);
  }

  private static @Nullable Duration retryAfter(@Nullable String header) {
    if (header == null) {
      return null;
    }
    try {
      var wait =
          header.matches("\\d{1,9}")
              ? Duration.ofSeconds(Long.parseLong(header))
              : Duration.between(
                  Instant.now(), ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME));
      return wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    } catch (DateTimeParseException _) {
      return null;
    }
  }

  /** Doubles with each attempt from 2 s to 5 min, up to a quarter more or less by chance. */
  public static Duration pause(int attempt) {
    long millis = Math.min(300, 1L << Math.clamp(attempt, 1, 9)) * 1000;
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(millis * 3 / 4, millis * 5 / 4));
  }

  public static byte[] bytes(JsonNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** True for an http or https address to which a path can be added. */
  public static boolean isBase(URI uri) {
    return uri.toString().matches("https?://[^/?#\\s]+(/[^?#\\s]*[^/?#\\s])?");
  }

  /** Keeps what it is given, and fails once that is too much. */
  private static final class Bounded implements WriteStream<Buffer> {
    private final Buffer kept = Buffer.buffer();

    String text() {
      return kept.toString();
    }

    @Override
    public Future<Void> write(Buffer part) {
      if (kept.length() + part.length() > LARGEST) {
        return Future.failedFuture(new IOException("an answer of more than 1 MB"));
      }
      kept.appendBuffer(part);
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
      return Future.succeededFuture();
    }

    @Override
    public boolean writeQueueFull() {
      return false;
    }

    @Override
    public WriteStream<Buffer> setWriteQueueMaxSize(int size) {
      return this;
    }

    @Override
    public WriteStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> handler) {
      return this;
    }

    @Override
    public WriteStream<Buffer> drainHandler(@Nullable Handler<Void> handler) {
      return this;
    }
  }
}
