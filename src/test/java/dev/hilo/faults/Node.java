package dev.hilo.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One gateway in a process of its own, always at the same port and under the same name. */
final class Node {
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  final String name;
  final int port = Proc.freePort();
  private final Path folder;
  private final Path config;
  private @Nullable Proc process;
  private int starts;
  private boolean stopped;

  Node(String name, Path folder, String redis, String channels) {
    this.name = name;
    try {
      this.folder = Files.createDirectories(folder);
      this.config =
          Files.writeString(
              folder.resolve("gateway.yaml"),
              """
              workspace: main
              node: %s
              data: %s
              installation-key: an installation key of 40 letters, fixed
              http: {port: %d}
              management: {port: 0}
              redis: {uri: "%s"}
              limits: {frames-per-second: 1000, topics: 1000, beat: 1s}
              inboxes: [{key: shop, name: Shop}]
              users: [{id: ana, name: Ana}, {id: luis, name: Luis}]
              channels:
              %s
              """
                  .formatted(name, folder.resolve("data"), port, redis, channels.indent(2)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  synchronized void start() {
    stopped = false;
    process =
        Proc.start(
            folder.resolve("log-" + ++starts + ".txt"),
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx160m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.hilo.Hilo",
                "--config",
                config.toString()));
  }

  /** Waits until it serves. */
  void awaitUp() {
    RedisPair.awaitTrue(
        name + " is up", () -> !running() || process().printed().contains("/health/ready"));
    if (!running()) {
      throw new AssertionError(name + " ended: " + process().printed());
    }
  }

  private synchronized Proc process() {
    if (process == null) {
      throw new IllegalStateException(name + " was never started");
    }
    return process;
  }

  synchronized boolean running() {
    return process != null && process.alive();
  }

  synchronized boolean stopped() {
    return stopped;
  }

  void kill() {
    process().kill();
  }

  /** Lets it drain and end, as a rolling restart does. */
  void drain() {
    process().terminate();
    process().awaitEnd(40_000);
    if (running()) {
      kill();
      throw new AssertionError(name + " did not end within 40 s");
    }
  }

  synchronized void stop() {
    stopped = true;
    process().stop();
  }

  synchronized void goOn() {
    if (stopped) {
      process().goOn();
      stopped = false;
    }
  }

  String printed() {
    return process().printed();
  }

  /** Signs an agent in by the link that was printed; gives the cookie, which every node knows. */
  String signIn(String agent) {
    Matcher link =
        Pattern.compile("sign in as " + agent + " +\\S+#enter=(\\S+)").matcher(printed());
    if (!link.find()) {
      throw new AssertionError("no link for " + agent + ": " + printed());
    }
    try {
      HttpResponse<String> answer =
          post("/api/v1/session", "{\"code\":\"" + link.group(1) + "\"}", "", 30);
      String cookie = answer.headers().firstValue("set-cookie").orElse("");
      if (answer.statusCode() != 204 || cookie.isEmpty()) {
        throw new AssertionError("sign-in: " + answer.statusCode() + " " + answer.body());
      }
      return cookie.substring(0, cookie.indexOf(';'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A ticket for an agent's socket, or null while this node cannot give one. */
  @Nullable String ticket(String cookie) {
    try {
      HttpResponse<String> answer = post("/api/v1/ticket", "", cookie, 3);
      return answer.statusCode() == 200
          ? LiveSocket.JSON.readTree(answer.body()).path("ticket").asText()
          : null;
    } catch (IOException e) {
      return null;
    }
  }

  private HttpResponse<String> post(String path, String body, String cookie, int seconds)
      throws IOException {
    String base = "http://127.0.0.1:" + port;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofSeconds(seconds))
            .header("Origin", base)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (!cookie.isEmpty()) {
      request.header("Cookie", cookie);
    }
    try {
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
