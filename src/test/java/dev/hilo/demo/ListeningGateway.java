package dev.hilo.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's side of the wire: writes down what the platforms send and answers as told, 200
 * otherwise.
 */
final class ListeningGateway implements AutoCloseable {
  record Call(String path, @Nullable String signature, @Nullable String secretToken, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  static final WebhookQueue.Manner QUICK =
      new WebhookQueue.Manner(
          status -> status == 200,
          Duration.ofMillis(5),
          Duration.ofMillis(20),
          Duration.ofHours(1),
          0);

  private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
  private final Queue<Integer> statuses = new ConcurrentLinkedQueue<>();
  private final HttpServer server;
  private volatile String answer = "";

  ListeningGateway() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/webhooks/", this::serve);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The next answers' statuses; 200 after them. */
  void answers(Integer... next) {
    statuses.addAll(Arrays.asList(next));
  }

  void answersWith(String body) {
    answer = body;
  }

  Call next() throws InterruptedException {
    Call call = calls.poll(20, TimeUnit.SECONDS);
    assertThat(call).as("a call within 20 s").isNotNull();
    return call;
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String query = exchange.getRequestURI().getQuery();
      String reply = answer;
      int status = 200;
      if (query != null) {
        reply = query.replaceAll(".*hub\\.challenge=(\\d+).*", "$1");
      } else {
        var headers = exchange.getRequestHeaders();
        Integer next = statuses.poll();
        status = next == null ? 200 : next;
        calls.add(
            new Call(
                exchange.getRequestURI().getPath(),
                headers.getFirst("X-Hub-Signature-256"),
                headers.getFirst("X-Telegram-Bot-Api-Secret-Token"),
                body));
      }
      byte[] bytes = reply.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
