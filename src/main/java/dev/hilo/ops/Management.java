package dev.hilo.ops;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The private side: {@code /metrics}, {@code /health/live}, {@code /health/ready}. */
public final class Management {
  private final URI url;

  private Management(URI url) {
    this.url = url;
  }

  /**
   * Blocks until it listens.
   *
   * @param trouble why this node should get no traffic, or null
   */
  public static Management start(
      Vertx vertx,
      String host,
      int port,
      PrometheusMeterRegistry meters,
      Supplier<@Nullable String> trouble)
      throws Exception {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  switch (String.valueOf(request.path())) {
                    case "/metrics" -> answer(request, 200, meters.scrape());
                    case "/health/live" -> answer(request, 200, "up\n");
                    case "/health/ready" -> {
                      String why = trouble.get();
                      answer(
                          request, why == null ? 200 : 503, why == null ? "ready\n" : why + "\n");
                    }
                    default -> answer(request, 404, "not here\n");
                  }
                })
            .listen(port, host)
            .await(10, TimeUnit.SECONDS);
    return new Management(URI.create("http://" + host + ":" + server.actualPort()));
  }

  private static void answer(HttpServerRequest request, int status, String text) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        .end(text);
  }

  public URI url() {
    return url;
  }
}
