package dev.hilo.channel;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Content;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A platform's API on a port of its own: keeps what it is asked, answers what it was told. */
public final class PlatformServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<Consumer<HttpServerRequest>> answers = new LinkedBlockingQueue<>();
  private volatile @Nullable Consumer<HttpServerRequest> always;
  private final HttpServer server;
  private final WebClient http = WebClient.create(vertx);

  /** One call as it came. */
  public record Request(String method, String uri, MultiMap headers, byte[] bytes) {
    public JsonNode json() {
      return PlatformServer.json(text());
    }

    public String text() {
      return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    }

    /** The fields of a form, each with its one value. */
    public Map<String, String> form() throws Payload.Malformed {
      assertThat(headers.get("content-type")).isEqualTo("application/x-www-form-urlencoded");
      Map<String, String> fields = new java.util.LinkedHashMap<>();
      FormBody.of(bytes)
          .fields()
          .forEach(
              (name, values) -> {
                assertThat(values).as(name).hasSize(1);
                fields.put(name, values.getFirst());
              });
      return fields;
    }
  }

  public PlatformServer() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .body()
                        .onSuccess(
                            body -> {
                              requests.add(
                                  new Request(
                                      request.method().name(),
                                      request.uri(),
                                      request.headers(),
                                      body.getBytes()));
                              Consumer<HttpServerRequest> next = answers.poll();
                              Consumer<HttpServerRequest> answer = next == null ? always : next;
                              if (answer != null) {
                                answer.accept(request);
                              }
                            }))
            .listen(0, "127.0.0.1")
            .await();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  public Ports ports() {
    return new Ports(
        vertx, http, new NoBlobs(), new MapMemory(), URI.create("https://gw.example.test"), "main");
  }

  /** As {@link #ports}, with a file to send. */
  public Ports portsWithBlobs() {
    return new Ports(
        vertx,
        http,
        new LinkedBlobs(),
        new MapMemory(),
        URI.create("https://gw.example.test"),
        "main");
  }

  /** The answer to the next call that has none yet; further headers as name, value. */
  public PlatformServer answers(int status, String body, String... headers) {
    answers.add(
        request -> {
          var response = request.response().setStatusCode(status);
          for (int i = 0; i < headers.length; i += 2) {
            response.putHeader(headers[i], headers[i + 1]);
          }
          response.end(body);
        });
    return this;
  }

  /** The answer to every call that has none of its own. */
  public void always(int status, String body) {
    always =
        request ->
            request
                .response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(body);
  }

  /** The next call is read and its connection closed. */
  public PlatformServer hangsUp() {
    answers.add(request -> request.connection().close());
    return this;
  }

  /** The oldest call not asked for yet. */
  public Request asked() throws InterruptedException {
    Request request = requests.poll(10, SECONDS);
    assertThat(request).as("a call within 10 s").isNotNull();
    return request;
  }

  /** True if every call was asked for. */
  public boolean isIdle() {
    return requests.isEmpty();
  }

  /** On a virtual thread, as channels are called. */
  public static SendResult send(Channel channel, Outbound message) throws Exception {
    return onVirtualThread(() -> channel.send(message));
  }

  public static <T> T onVirtualThread(Callable<T> call) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      return threads.submit(call).get(60, SECONDS);
    }
  }

  public static Outbound message(String account, Address to, Content content) {
    return message(account, to, content, null, Map.of());
  }

  public static Outbound message(
      String account,
      Address to,
      Content content,
      @Nullable String replyTo,
      Map<String, String> context) {
    return new Outbound(
        "01JD0000000000000000000001",
        account,
        to,
        content,
        List.of(),
        replyTo,
        context,
        "Luis",
        null,
        null,
        1);
  }

  public static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
