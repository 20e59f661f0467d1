package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.streams.WriteStream;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.codec.BodyCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * One call of a platform's API, and what became of it as a value. Redirects are not followed. Waits
 * on virtual threads only; a call is made once.
 */
public final class PlatformCall {
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int LARGEST = 1 << 20;

  private final HttpMethod method;
  private final String url;
  private final Map<String, String> headers = new LinkedHashMap<>();
  private byte[] body = new byte[0];
  private Duration patience = Duration.ofSeconds(20);

  private PlatformCall(HttpMethod method, String url) {
    this.method = method;
    this.url = url;
    headers.put("accept", "application/json");
  }

  /** {@code url}: absolute; never shown, as it may hold a token. */
  public static PlatformCall get(String url) {
    return new PlatformCall(HttpMethod.GET, url);
  }

  /** As {@link #get}. */
  public static PlatformCall post(String url) {
    return new PlatformCall(HttpMethod.POST, url);
  }

  /** As {@link #get}; {@code method} as PUT, PATCH or DELETE. */
  public static PlatformCall of(String method, String url) {
    return new PlatformCall(HttpMethod.valueOf(method), url);
  }

  /** A name-value pair of a form. */
  public record Field(String name, String value) {}

  /** A part of a multipart form; {@code file} and {@code mime} are null for plain fields. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Part(String name, @Nullable String file, @Nullable String mime, byte[] bytes) {
    public static Part field(String name, String value) {
      return new Part(name, null, null, value.getBytes(UTF_8));
    }
  }

  public PlatformCall header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  public PlatformCall bearer(String token) {
    return header("authorization", "Bearer " + token);
  }

  public PlatformCall json(JsonNode json) {
    return body("application/json", json.toString().getBytes(UTF_8));
  }

  public PlatformCall form(List<Field> fields) {
    String text =
        fields.stream()
            .map(f -> encoded(f.name()) + "=" + encoded(f.value()))
            .collect(Collectors.joining("&"));
    return body("application/x-www-form-urlencoded", text.getBytes(UTF_8));
  }

  public PlatformCall multipart(List<Part> parts) {
    String boundary = "hilo-" + UUID.randomUUID();
    var out = new ByteArrayOutputStream();
    for (Part part : parts) {
      String head =
          "--"
              + boundary
              + "\r\nContent-Disposition: form-data; name=\""
              + quoted(part.name())
              + "\"";
      if (part.file() != null) {
        head += "; filename=\"" + quoted(part.file()) + "\"";
      }
      if (part.mime() != null) {
        head += "\r\nContent-Type: " + part.mime().replaceAll("[\\r\\n]", "");
      }
      out.writeBytes((head + "\r\n\r\n").getBytes(UTF_8));
      out.writeBytes(part.bytes());
      out.writeBytes("\r\n".getBytes(UTF_8));
    }
    out.writeBytes(("--" + boundary + "--\r\n").getBytes(UTF_8));
    return body("multipart/form-data; boundary=" + boundary, out.toByteArray());
  }

  public PlatformCall body(String mime, byte[] bytes) {
    this.body = bytes;
    return header("content-type", mime);
  }

  /** How long to wait for the answer; 20 s unless told. */
  public PlatformCall within(Duration time) {
    patience = time;
    return this;
  }

  /** For a path or a query. */
  public static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  private static String quoted(String text) {
    return text.replaceAll("[\\r\\n]", " ").replace("\"", "%22");
  }

  /**
   * What came back.
   *
   * @param body empty where it was no JSON object
   * @param retryAfter what the header of that name says, at most an hour
   * @param headers by lower-case name
   */
  public record Answer(
      int status, Payload body, @Nullable Duration retryAfter, Map<String, String> headers) {
    public boolean taken() {
      return status >= 200 && status < 300;
    }

    /** A proxy gave up on the platform, or lost its answer: nobody knows what the platform did. */
    public boolean lost() {
      return (status == 502 || status == 504) && body.isEmpty();
    }
  }

  /**
   * Sends and waits. Where no connection came about the result is {@link SendResult.Retry}; where
   * there was one but no answer in time, or one over 1 MB, {@link SendResult.Unknown}; else what
   * {@code judge} makes of the answer, a 401 being a refusal of our credentials.
   */
  public SendResult send(Ports ports, int attempt, Function<Answer, SendResult> judge)
      throws InterruptedException {
    return send(ports.http(), attempt, judge);
  }

  SendResult send(WebClient http, int attempt, Function<Answer, SendResult> judge)
      throws InterruptedException {
    Answer answer;
    try {
      answer = ask(http);
    } catch (IOException e) {
      return unanswered(e, attempt);
    }
    SendResult result = judge.apply(answer);
    return result instanceof SendResult.Refused(var code, var why, _) && answer.status() == 401
        ? new SendResult.Refused(code, why, true)
        : result;
  }

  /** Sends and waits. Throws {@link IOException} where no answer came; it names no address. */
  public Answer ask(Ports ports) throws InterruptedException, IOException {
    return ask(ports.http());
  }

  private Answer ask(WebClient http) throws InterruptedException, IOException {
    try {
      return begin(http).await(patience.toMillis(), MILLISECONDS);
    } catch (Exception e) {
      if (e instanceof InterruptedException stopped) {
        throw stopped;
      }
      throw new Unanswered(e);
    }
  }

  /** Sends; fails where no answer came. For an event loop, which goes on there. */
  public Future<Answer> begin(Ports ports) {
    return begin(ports.http());
  }

  private Future<Answer> begin(WebClient http) {
    var received = new Bounded();
    var request =
        http.requestAbs(method, url)
            .timeout(patience.toMillis())
            .followRedirects(false)
            .as(BodyCodec.pipe(received));
    headers.forEach(request::putHeader);
    return (body.length == 0 && method.equals(HttpMethod.GET)
            ? request.send()
            : request.sendBuffer(Buffer.buffer(body)))
        .map(
            response -> {
              Map<String, String> named = new LinkedHashMap<>();
              response
                  .headers()
                  .forEach((name, value) -> named.put(name.toLowerCase(Locale.ROOT), value));
              return new Answer(
                  response.statusCode(),
                  Payload.embedded(received.text()),
                  retryAfter(response.getHeader("retry-after")),
                  named);
            });
  }

  /** No answer; {@link #unsent} where nothing left us. */
  private static final class Unanswered extends IOException {
    private static final long serialVersionUID = 1;
    private final boolean unsent;

    Unanswered(Exception why) {
      super(why.getClass().getSimpleName());
      unsent =
          why instanceof ConnectException
              || why instanceof NoRouteToHostException
              || why instanceof UnknownHostException
              || why instanceof SSLHandshakeException;
    }
  }

  /** What a call without an answer means; for callers of {@link #ask}. */
  public static SendResult unanswered(IOException why, int attempt) {
    return why instanceof Unanswered u && !u.unsent
        ? new SendResult.Unknown("sent, but no answer: " + why.getMessage())
        : new SendResult.Retry(pause(attempt), "no connection: " + why.getMessage());
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

  /** What the platform asked for, else {@link #pause(int)}. */
  public static Duration pause(int attempt, @Nullable Duration told) {
    return told == null ? pause(attempt) : told;
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
