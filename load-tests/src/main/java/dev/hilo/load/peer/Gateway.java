package dev.hilo.load.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hilo.load.process.Server;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One Hilo gateway process with {@code config/node.yaml}. */
public final class Gateway implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Server server;
  private final HttpClient http = HttpClient.newHttpClient();
  private @Nullable String cookie;

  private Gateway(Server server) {
    this.server = server;
  }

  /**
   * Spawns a node and returns at once.
   *
   * @param redis where the store is; null for one of its own
   * @param port 0 takes a free one
   */
  public static Gateway spawn(String name, @Nullable String redis, int port, List<String> flags)
      throws IOException {
    return spawn(name, redis, port, flags, config());
  }

  /** As {@link #spawn(String, String, int, List)}, with a configuration of its own. */
  public static Gateway spawn(
      String name, @Nullable String redis, int port, List<String> flags, Path config)
      throws IOException {
    Path folder = Server.folder(name);
    Map<String, String> environment = new HashMap<>();
    environment.put("HILO__DATA", folder.resolve("data").toString());
    environment.put("HILO__INSTALLATION_KEY", "load-load-load-load-load-load-load");
    environment.put("HILO__HTTP__PORT", String.valueOf(port));
    if (redis != null) {
      environment.put("HILO__REDIS__URI", redis);
    }
    List<String> arguments = new ArrayList<>(flags);
    arguments.addAll(List.of("-Dhilo.exitWithParent=true", "-jar", jar().toString()));
    arguments.addAll(List.of("--config", config.toString()));
    return new Gateway(Server.java(name, folder, environment, arguments));
  }

  public static Path jar() throws IOException {
    return Path.of(System.getProperty("hilo.jar", "../target/hilo.jar")).toRealPath();
  }

  public static Path config() throws IOException {
    return Path.of(System.getProperty("load.home", "."), "config", "node.yaml").toRealPath();
  }

  public Server server() {
    return server;
  }

  /** Waits until it serves. */
  public Gateway up() {
    server.says("health");
    return this;
  }

  public URI http() {
    return URI.create(server.says("Hilo is up:"));
  }

  public URI live() {
    return URI.create("ws://127.0.0.1:" + http().getPort() + "/live");
  }

  /** Signs Ana in, by the link that was printed. */
  public void signIn() throws IOException {
    String link = server.says("sign in as Ana");
    String code = link.substring(link.indexOf("enter=") + 6);
    cookie =
        post("/api/v1/session", "{\"code\":\"" + code + "\"}")
            .join()
            .headers()
            .firstValue("set-cookie")
            .orElseThrow()
            .split(";")[0];
  }

  /** The sum of a metric over the lines that hold {@code part}; 0 if there is none. */
  public double metric(String name, String part) throws IOException, InterruptedException {
    String health = server.says("health");
    URI metrics = URI.create(health.substring(0, health.indexOf("/health")) + "/metrics");
    return http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
        .body()
        .lines()
        .filter(l -> l.startsWith(name) && l.contains(part))
        .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** A ticket for one live socket of Ana's. */
  public CompletableFuture<String> ticket() {
    return post("/api/v1/ticket", "{}")
        .thenApply(answer -> json(answer.body()).path("ticket").asText());
  }

  private CompletableFuture<HttpResponse<String>> post(String path, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(http() + path))
            .header("Origin", http().toString())
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (cookie != null) {
      request.header("Cookie", cookie);
    }
    return http.sendAsync(request.build(), BodyHandlers.ofString())
        .thenApply(
            answer -> {
              if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException(path + " answered " + answer.statusCode());
              }
              return answer;
            });
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new IllegalStateException("not JSON: " + text, e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    server.close();
  }
}
