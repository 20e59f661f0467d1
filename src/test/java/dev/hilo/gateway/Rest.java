package dev.hilo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.Gateway;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls a gateway over HTTP, with the headers of whoever it speaks for. */
final class Rest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Nodes.PATIENCE)
          .build();

  private final URI base;
  private final Map<String, String> headers;

  private Rest(URI base, Map<String, String> headers) {
    this.base = base;
    this.headers = headers;
  }

  record Answer(int status, HttpHeaders headers, String body) {
    JsonNode json() {
      return Rest.json(body);
    }

    @Nullable String code() {
      return json().path("code").textValue();
    }
  }

  static Rest nobody(Gateway node) {
    return new Rest(node.url(), Map.of("Origin", node.url().toString()));
  }

  static Rest at(URI url) {
    return new Rest(url, Map.of());
  }

  /** Signs in by a link of its own. */
  static Rest agent(Gateway node, String name) throws Exception {
    return agent(node.url(), node.signInLinks().get(name));
  }

  /** A program with a key. */
  static Rest program(Gateway node, String key) {
    return new Rest(node.url(), Map.of("Authorization", "Bearer " + key));
  }

  /** Signs in by a link that was printed. */
  static Rest agent(URI url, String link) throws Exception {
    Rest nobody = new Rest(url, Map.of("Origin", url.toString()));
    Answer answer =
        nobody.post(
            "/api/v1/session",
            object("code", link.substring(link.indexOf("#enter=") + "#enter=".length())));
    assertThat(answer.status()).as(answer.body()).isEqualTo(204);
    String cookie = answer.headers().firstValue("set-cookie").orElseThrow();
    return nobody.with("Cookie", cookie.substring(0, cookie.indexOf(';')));
  }

  Rest with(String header, String value) {
    Map<String, String> changed = new HashMap<>(headers);
    changed.put(header, value);
    return new Rest(base, changed);
  }

  Rest without(String header) {
    Map<String, String> changed = new HashMap<>(headers);
    changed.remove(header);
    return new Rest(base, changed);
  }

  Answer get(String path) throws Exception {
    return send(request(path).GET().build());
  }

  Answer delete(String path) throws Exception {
    return send(request(path).DELETE().build());
  }

  Answer delete(String path, JsonNode body) throws Exception {
    return call("DELETE", path, body.toString());
  }

  Answer put(String path, JsonNode body) throws Exception {
    return call("PUT", path, body.toString());
  }

  /** {@code body}: JSON, or empty for none. */
  Answer call(String method, String path, String body) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build());
  }

  /** What it sends under this name. */
  String header(String name) {
    return headers.getOrDefault(name, "");
  }

  Answer post(String path, JsonNode body) throws Exception {
    return post(path, body.toString());
  }

  Answer post(String path, String body) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  /** A platform's call, with nothing but what it brings. */
  static Answer deliver(Gateway node, Platforms.Delivery delivery) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(node.url().resolve(delivery.path()))
            .timeout(Nodes.PATIENCE)
            .POST(BodyPublishers.ofByteArray(delivery.body().getBytes(StandardCharsets.UTF_8)));
    delivery.headers().forEach(request::header);
    return send(request.build());
  }

  /** A ticket for the socket of the agent this speaks for. */
  String ticket() throws Exception {
    Answer answer = post("/api/v1/ticket", "");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json().path("ticket").asText();
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path)).timeout(Nodes.PATIENCE);
    headers.forEach(request::header);
    return request;
  }

  private static Answer send(HttpRequest request) throws IOException, InterruptedException {
    var response = HTTP.send(request, BodyHandlers.ofString());
    return new Answer(response.statusCode(), response.headers(), response.body());
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }

  /** Name, value, name, value … */
  static ObjectNode object(@Nullable Object... fields) {
    ObjectNode out = JSON.createObjectNode();
    for (int i = 0; i < fields.length; i += 2) {
      out.set((String) fields[i], JSON.valueToTree(fields[i + 1]));
    }
    return out;
  }

  static ArrayNode array(JsonNode... items) {
    ArrayNode out = JSON.createArrayNode();
    for (JsonNode item : items) {
      out.add(item);
    }
    return out;
  }

  static ObjectNode text(String words) {
    return object("type", "text", "text", words);
  }
}
