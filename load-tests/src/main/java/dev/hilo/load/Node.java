package dev.hilo.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.codec.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One gateway process with {@code config/node.yaml}. */
final class Node implements AutoCloseable {
  /** How the gateway is run in production (docker/jvm.options). */
  static final List<String> FLAGS = List.of("-XX:+UseG1GC", "-XX:+UseCompactObjectHeaders");

  /**
   * A heap that never holds much more than what is in use, so that resident memory tells what a
   * connection costs.
   */
  static final List<String> TIGHT =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "-XX:MinHeapFreeRatio=5",
          "-XX:MaxHeapFreeRatio=5",
          "-Xms16m",
          "-Xmx2g");

  private final Path folder;
  private final Jvm jvm;

  private Node(Path folder, Jvm jvm) {
    this.folder = folder;
    this.jvm = jvm;
  }

  /**
   * Spawns a node and returns at once.
   *
   * @param redis where the store is; null for one of its own
   */
  static Node spawn(@Nullable URI redis, int port, List<String> flags) throws IOException {
    Path folder = Files.createTempDirectory("hilo-node");
    Map<String, String> environment = new HashMap<>();
    environment.put("HILO__DATA", folder.toString());
    environment.put("HILO__INSTALLATION_KEY", "load-load-load-load-load-load-load");
    environment.put("HILO__HTTP__PORT", String.valueOf(port));
    if (redis != null) {
      environment.put("HILO__REDIS__URI", redis.toString());
    }
    List<String> arguments = new ArrayList<>(flags);
    arguments.addAll(List.of("-Dhilo.exitWithParent=true", "-jar", jar().toString()));
    arguments.addAll(List.of("--config", config().toString()));
    return new Node(folder, Jvm.start(folder, environment, arguments));
  }

  static Node start(URI redis, List<String> flags) throws IOException {
    Node node = spawn(redis, 0, flags);
    node.jvm.said("health");
    return node;
  }

  static Path jar() throws IOException {
    return Path.of(System.getProperty("hilo.jar", "../target/hilo.jar")).toRealPath();
  }

  private static Path config() throws IOException {
    return Path.of(System.getProperty("load.home", "."), "config", "node.yaml").toRealPath();
  }

  Jvm jvm() {
    return jvm;
  }

  URI url() {
    return URI.create(jvm.said("Hilo is up:"));
  }

  String signInLink() {
    return jvm.said("sign in as Ana");
  }

  /** A ticket of the agent, by way of the link that the node printed; works once. */
  String ticket() throws IOException, InterruptedException {
    String link = signInLink();
    String code = link.substring(link.indexOf("enter=") + 6);
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> session =
          post(http, "/api/v1/session", null, "{\"code\":\"" + code + "\"}");
      String cookie = session.headers().firstValue("set-cookie").orElseThrow().split(";")[0];
      JsonNode ticket = Json.parse(post(http, "/api/v1/ticket", cookie, "{}").body().getBytes());
      return ticket.path("ticket").asText();
    } catch (Json.BadJson e) {
      throw new IOException(e);
    }
  }

  private HttpResponse<String> post(
      HttpClient http, String path, @Nullable String cookie, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url() + path))
            .header("Origin", url().toString())
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (cookie != null) {
      request.header("Cookie", cookie);
    }
    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(path + " answered " + answer.statusCode());
    }
    return answer;
  }

  @Override
  public void close() {
    jvm.close();
    Store.delete(folder);
  }
}
