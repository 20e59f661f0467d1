package dev.hilo.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A platform's API on a free port of 127.0.0.1; each call has a virtual thread of its own and may
 * block.
 */
final class LoopbackServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LoopbackServer.class);
  private static final int BODY_LIMIT = 1 << 20;

  /** {@code path} is raw, without the query. */
  record Request(
      String method,
      String path,
      @Nullable String query,
      @Nullable String contentType,
      @Nullable String authorization,
      String body) {}

  record Answer(int status, String json) {}

  interface Platform {
    Answer answer(Request request);
  }

  private final HttpServer server;
  private final ExecutorService threads;
  private final Platform platform;

  private LoopbackServer(HttpServer server, ExecutorService threads, Platform platform) {
    this.server = server;
    this.threads = threads;
    this.platform = platform;
  }

  static LoopbackServer open(Platform platform) {
    try {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      var threads = Executors.newVirtualThreadPerTaskExecutor();
      var opened = new LoopbackServer(server, threads, platform);
      server.setExecutor(threads);
      server.createContext("/", opened::serve);
      server.start();
      return opened;
    } catch (IOException e) {
      throw new UncheckedIOException("no port on 127.0.0.1 for a simulator", e);
    }
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readNBytes(BODY_LIMIT + 1);
      Answer answer = body.length > BODY_LIMIT ? new Answer(413, "{}") : answer(exchange, body);
      byte[] json = answer.json().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json; charset=UTF-8");
      exchange.sendResponseHeaders(answer.status(), json.length);
      exchange.getResponseBody().write(json);
    }
  }

  private Answer answer(HttpExchange exchange, byte[] body) {
    var headers = exchange.getRequestHeaders();
    var uri = exchange.getRequestURI();
    try {
      return platform.answer(
          new Request(
              exchange.getRequestMethod(),
              uri.getRawPath(),
              uri.getRawQuery(),
              headers.getFirst("Content-Type"),
              headers.getFirst("Authorization"),
              new String(body, StandardCharsets.UTF_8)));
    } catch (RuntimeException e) {
      log.error("a simulator failed", e);
      return new Answer(500, "{}");
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
