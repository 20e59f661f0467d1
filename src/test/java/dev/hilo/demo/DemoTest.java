package dev.hilo.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  @TempDir Path data;

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http = HttpClient.newHttpClient();
  private ListeningGateway gateway;
  private Demo demo;
  private URI site;

  @BeforeEach
  void start() throws Exception {
    gateway = new ListeningGateway();
    demo = Demo.start(data, gateway.uri());
    Router router = Router.router(vertx);
    demo.mount(router, name -> context -> context.end(name));
    var server = vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1").await();
    site = URI.create("http://127.0.0.1:" + server.actualPort());
  }

  @AfterEach
  void stop() {
    http.shutdownNow();
    vertx.close().await();
    demo.close();
    gateway.close();
  }

  @Test
  void namesTheSameEndpointsAfterARestart() throws Exception {
    List<Object> before = demo.channels().stream().map(c -> c.get("endpoint")).toList();
    assertThat(demo.channels())
        .extracting(channel -> channel.get("type"))
        .containsExactly("whatsapp", "telegram", "email");
    demo.close();
    demo = Demo.start(data, gateway.uri());

    assertThat(demo.channels().stream().map(c -> c.get("endpoint")).toList()).isEqualTo(before);
    assertThat((String) before.getFirst()).matches("[0-9a-f]{32}");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("demo/secrets.json"))))
        .isEqualTo("rw-------");
  }

  @Test
  void servesThePages() throws Exception {
    for (var page :
        Map.of("/demo", "shop", "/demo/phone", "phone", "/demo/mail", "mail").entrySet()) {
      var answer =
          http.send(
              HttpRequest.newBuilder(site.resolve(page.getKey())).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("demo/" + page.getValue() + ".html");
    }
  }

  @Test
  void anOpenPageSeesWhatHappens() throws Exception {
    var events =
        http.send(
            HttpRequest.newBuilder(site.resolve("/demo/api/events")).build(),
            HttpResponse.BodyHandlers.ofLines());
    try (var lines = events.body()) {
      var line = lines.iterator();
      assertThat(line.next()).isEqualTo("event: all");
      assertThat(line.next()).startsWith("data: {").contains("\"whatsapp\":{");
      line.next();

      assertThat(post("whatsapp/write", "application/json", "{\"text\":\"hello\"}").statusCode())
          .isEqualTo(200);

      assertThat(line.next()).isEqualTo("event: change");
      assertThat(line.next()).contains("\"text\":\"hello\"");
    }
    assertThat(gateway.next().text()).contains("hello");
  }

  @Test
  void refusesWhatIsNotJsonOrNotPossible() throws Exception {
    assertThat(post("whatsapp/write", "text/plain", "{\"text\":\"x\"}").statusCode())
        .isEqualTo(415);
    assertThat(post("whatsapp/write", "application/json", "hello").statusCode()).isEqualTo(400);
    assertThat(post("whatsapp/write", "application/json", "").statusCode()).isEqualTo(409);
    assertThat(post("whatsapp/write", "application/json", "{\"text\":\" \"}").statusCode())
        .isEqualTo(409);
    assertThat(post("telegram/write", "application/json", "{\"text\":\"x\"}").statusCode())
        .isEqualTo(409);
    assertThat(
            post("whatsapp/write", "application/json", "{\"text\":\"" + "x".repeat(70_000) + "\"}")
                .statusCode())
        .isEqualTo(413);
  }

  private HttpResponse<String> post(String path, String type, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(site.resolve("/demo/api/" + path))
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
