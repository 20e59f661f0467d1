package dev.hilo.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.hilo.testing.PlatformKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * Telegram, which cannot tell a repeat, and a program behind Standard Webhooks, which can. It notes
 * what it took, and delivers its own messages until they are answered with 2xx, as platforms do.
 */
final class Platform implements AutoCloseable {
  static final String TELEGRAM = "telegram";
  static final String WEBHOOK = "webhook";

  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** How a call is answered. */
  enum Answer {
    TAKE,
    /** Takes it and answers after a while. */
    LATE,
    /** Does not take it: come back. */
    BUSY,
    /** Takes it, and the answer is lost. */
    LOSE
  }

  private final HttpServer server;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final AtomicReference<Runnable> onCall = new AtomicReference<>();
  private volatile History history = new History();
  private volatile java.util.function.Supplier<Answer> answers = () -> Answer.TAKE;

  Platform() {
    try {
      server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 200);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::called);
    server.start();
  }

  /** The blocks of the configuration. */
  String channels() {
    return PlatformKeys.channels("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** From now on calls are noted there, and answered so. */
  void attend(History to, java.util.function.Supplier<Answer> how) {
    onCall.set(null);
    history = to;
    answers = how;
  }

  /** Does this when Telegram is called next: it has taken the message and not answered yet. */
  void whenCalled(Runnable then) {
    onCall.set(then);
  }

  /** True until what {@link #whenCalled} asked for has begun. */
  boolean armed() {
    return onCall.get() != null;
  }

  private void called(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode body = LiveSocket.JSON.readTree(exchange.getRequestBody().readAllBytes());
      boolean telegram = exchange.getRequestURI().getPath().startsWith("/bot");
      Runnable then = telegram ? onCall.getAndSet(null) : null;
      Answer answer = then != null ? Answer.TAKE : answers.get();
      String text = telegram ? body.path("text").asText() : body.at("/data/text").asText();
      history.note("the platform is called with " + text + ": " + answer);
      if (answer == Answer.BUSY) {
        exchange.getResponseHeaders().add("Retry-After", "0");
        reply(
            exchange,
            telegram ? 429 : 503,
            "{\"ok\":false,\"error_code\":429,\"parameters\":{\"retry_after\":0}}");
        return;
      }
      history.taken(
          telegram ? TELEGRAM : WEBHOOK,
          text,
          telegram ? null : exchange.getRequestHeaders().getFirst("webhook-id"));
      if (then != null) {
        then.run();
      }
      if (answer == Answer.LATE) {
        LockSupport.parkNanos(400_000_000);
      }
      if (answer != Answer.LOSE) {
        reply(
            exchange,
            200,
            telegram
                ? "{\"ok\":true,\"result\":{\"message_id\":" + System.nanoTime() + "}}"
                : "{\"id\":\"" + System.nanoTime() + "\"}");
      }
    }
  }

  private static void reply(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /**
   * A person writes. Each copy is delivered until it is answered with 2xx, all at once.
   *
   * @param person a number
   * @param node gives the port of a gateway for each try
   */
  void deliver(
      History to,
      String platform,
      long person,
      String name,
      String text,
      int copies,
      IntSupplier node) {
    to.invoked(text, platform + " " + person);
    ObjectNode body =
        platform.equals(TELEGRAM) ? telegram(person, name, text) : hook(person, name, text);
    for (int i = 0; i < copies; i++) {
      Thread.ofVirtual().start(() -> deliver(to, platform, text, body.toString(), node));
    }
  }

  private void deliver(History to, String platform, String text, String body, IntSupplier node) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      try {
        HttpRequest.Builder request =
            HttpRequest.newBuilder()
                .timeout(Duration.ofSeconds(4))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        String path = platform.equals(TELEGRAM) ? "/webhooks/tg" : "/webhooks/hook";
        request.uri(URI.create("http://127.0.0.1:" + node.getAsInt() + path));
        (platform.equals(TELEGRAM)
                ? PlatformKeys.telegram()
                : PlatformKeys.webhook("wh-" + text, body))
            .forEach(request::header);
        int status = http.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
        if (status / 100 == 2) {
          to.acked(text, "2xx");
          return;
        }
        if (status / 100 == 4) {
          to.refused(text, "HTTP " + status);
          return;
        }
      } catch (IOException e) {
        // again
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      LockSupport.parkNanos(300_000_000);
    }
  }

  private static ObjectNode telegram(long person, String name, String text) {
    ObjectNode update = LiveSocket.JSON.createObjectNode();
    long number = Math.floorMod(System.nanoTime(), 1L << 50);
    ObjectNode message = update.put("update_id", number).putObject("message");
    message.put("message_id", number).put("date", Instant.now().getEpochSecond());
    message.putObject("chat").put("id", person).put("type", "private");
    message.putObject("from").put("id", person).put("first_name", name);
    message.put("text", text);
    return update;
  }

  private static ObjectNode hook(long person, String name, String text) {
    ObjectNode event = LiveSocket.JSON.createObjectNode();
    event.put("type", "message.created").put("timestamp", Instant.now().toString());
    ObjectNode data = event.putObject("data").put("id", text).put("text", text);
    data.putObject("sender").put("id", "p" + person).put("name", name);
    return event;
  }

  @Override
  public void close() {
    server.stop(0);
    http.shutdownNow();
  }
}
