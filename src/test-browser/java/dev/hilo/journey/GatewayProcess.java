package dev.hilo.journey;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A gateway in a process of its own, with its Redis, the demo and a data folder that outlives every
 * kill. The same port is used again after a restart, as browsers expect.
 */
final class GatewayProcess {
  private static final int START_SECONDS = 90;
  private static final int STOP_SECONDS = 30;
  private static final String CONFIG =
      """
      data: %s
      http: {port: %d%s}
      management: {port: 0}
      inboxes:
        - {key: shop, name: Alma Café, greeting: Hi there}
      users: [%s]
      demo: {enabled: true}
      %s
      """;

  private static final String USERS = "{id: lucia, name: Lucía}, {id: marco, name: Marco}";

  private final Path folder;
  private final Path data;
  private final Path config;
  private final int port;
  private final List<String> output = new CopyOnWriteArrayList<>();
  private Process process;

  private GatewayProcess(Path folder, int port) {
    this.folder = folder;
    this.data = folder.resolve("data");
    this.config = folder.resolve("hilo.yaml");
    this.port = port;
  }

  static GatewayProcess start() throws Exception {
    return start("", USERS, "");
  }

  /** One where nobody works yet. */
  static GatewayProcess empty() throws Exception {
    return start("", "", "");
  }

  /** One with these people, as the configuration file lists them. */
  static GatewayProcess of(String users) throws Exception {
    return start("", users, "");
  }

  /** One with more of a configuration file: its channels, and what they need. */
  static GatewayProcess with(String users, String more) throws Exception {
    return start("", users, more);
  }

  /** One of several nodes on this Redis, which browsers reach at {@code publicUrl}. */
  static GatewayProcess node(String name, URI redis, URI publicUrl) throws Exception {
    return start(
        ", public-url: \"" + publicUrl + "\"",
        USERS,
        """
        node: %s
        installation-key: an installation key of 40 letters, fixed
        redis: {uri: "%s"}
        """
            .formatted(name, redis));
  }

  private static GatewayProcess start(String http, String users, String more) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    GatewayProcess gateway = new GatewayProcess(Files.createTempDirectory("hilo-journey"), port);
    Files.writeString(gateway.config, CONFIG.formatted(gateway.data, port, http, users, more));
    gateway.launch();
    return gateway;
  }

  /** Starts it, for the first time or again, and waits until it says where to go. */
  void launch() throws Exception {
    output.clear();
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseCompactObjectHeaders",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dhilo.exitWithParent=true",
                "-classpath",
                System.getProperty("java.class.path"),
                "dev.hilo.Hilo",
                "--config",
                config.toString())
            .redirectErrorStream(true)
            .start();
    CompletableFuture<Void> up = new CompletableFuture<>();
    BufferedReader lines = process.inputReader();
    Thread.ofVirtual()
        .start(
            () -> {
              try (lines) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                  output.add(line);
                  if (line.strip().startsWith("health")) {
                    up.complete(null);
                  }
                }
              } catch (IOException e) {
                output.add(e.toString());
              }
              up.completeExceptionally(
                  new IllegalStateException("it ended:\n" + String.join("\n", output)));
            });
    up.get(START_SECONDS, TimeUnit.SECONDS);
  }

  String url(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  /** The one-time link this start printed for an agent. */
  String signInLink(String agent) {
    return printed("sign in as " + agent + "\\s+(http\\S+)");
  }

  /** The one-time link this start printed for the first administrator. */
  String setupLink() {
    return printed("(http\\S+#setup=\\S+)");
  }

  private String printed(String what) {
    Pattern link = Pattern.compile(what);
    return output.stream()
        .map(link::matcher)
        .filter(Matcher::find)
        .map(m -> m.group(1))
        .findFirst()
        .orElseThrow();
  }

  /** {@code kill -9} of the gateway; gives its Redis, which must not outlive it. */
  ProcessHandle kill() throws Exception {
    ProcessHandle redis = redis();
    process.destroyForcibly().waitFor();
    return redis;
  }

  /** {@code kill -9} of its Redis only. */
  void killRedis() throws Exception {
    ProcessHandle redis = redis();
    redis.destroyForcibly();
    redis.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
  }

  ProcessHandle redis() throws IOException {
    String pid = Files.readString(data.resolve("redis/redis.pid")).strip();
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  /** Ends it as a service manager would. */
  void stop() throws Exception {
    process.destroy();
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("it does not end:\n" + String.join("\n", output));
    }
  }

  /** Ends it at once, if it still runs, and removes its data. */
  void remove() throws Exception {
    process.destroyForcibly().waitFor();
    try (var files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(GatewayProcess::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
