package dev.hilo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.Gateway;
import dev.hilo.GatewayConfig;
import dev.hilo.config.ConfigNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Gateways of one workspace in this process, on one Redis, with simulated platforms behind. */
final class Nodes implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  static final String API_KEY = "key-of-the-crm-0123456789";
  private static final byte[] INSTALLATION_KEY =
      "an installation key of 40 letters, fixed".getBytes(StandardCharsets.UTF_8);

  final String workspace;
  final Platforms platforms = new Platforms();
  final Store store;

  /** Who may come in, as the configuration of nodes that start from now on says it. */
  String people =
      """
      users:
        - {id: ana, name: Ana}
        - {id: luis, name: Luis}
        - {id: boss, name: Boss, roles: [administrator, agent]}
        - {id: audra, name: Audra, roles: [auditor]}
      api-keys:
        - {name: crm, key: %s}
      """
          .formatted(API_KEY);

  /** For the clients of the test, on loops of their own. */
  final Vertx clients = Vertx.vertx();

  private final URI redis;
  private final Path data;
  private final List<Gateway> running = new ArrayList<>();
  private final Map<Gateway, Integer> ports = new HashMap<>();

  Nodes(URI redis, String workspace) {
    this.redis = redis;
    this.workspace = workspace;
    this.store = new Store(clients, redis);
    try {
      this.data = Files.createTempDirectory("hilo-nodes");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Where the files of all nodes lie. */
  Path blobs() {
    return data.resolve("blobs");
  }

  Gateway start(String name) throws Exception {
    return start(name, redis);
  }

  /** {@code through}: how this node reaches the Redis. */
  Gateway start(String name, URI through) throws Exception {
    return start(name, through, "limits: {frames-per-second: 5000, drain: 1s}");
  }

  /** {@code more}: further YAML, in place of limits that suit tests. */
  Gateway start(String name, URI through, String more) throws Exception {
    return run(yaml(name) + "\n" + more, through);
  }

  private Gateway run(String yaml, URI through) throws Exception {
    GatewayConfig config = ConfigNode.parse(yaml).bind(GatewayConfig.class);
    int port = freePort();
    Gateway node = Gateway.start(config, port, through, INSTALLATION_KEY, config.channels(), null);
    running.add(node);
    ports.put(node, port);
    assertThat(node.settle(PATIENCE)).as("a node is ready within %s", PATIENCE).isTrue();
    return node;
  }

  /** A node that has forgotten every account. */
  Gateway startWithoutChannels(String name) throws Exception {
    String yaml = yaml(name);
    return run(yaml.substring(0, yaml.indexOf("channels:")), redis);
  }

  /** Where a node really listens, whatever the outside calls it. */
  URI at(Gateway node) {
    return URI.create("http://127.0.0.1:" + Objects.requireNonNull(ports.get(node)));
  }

  void stop(Gateway node) {
    running.remove(node);
    node.close();
  }

  private String yaml(String name) {
    return """
    workspace: %s
    node: %s
    data: %s
    management: {port: 0}
    inboxes:
      - {key: shop, name: Shop, origins: ["https://shop.example"]}
    %s
    channels:
    %s
    """
        .formatted(workspace, name, data, people, platforms.channels().indent(2).stripTrailing());
  }

  static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return free.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException {
    List.copyOf(running).reversed().forEach(this::stop);
    platforms.close();
    store.close();
    clients.close().await();
    try (var all = Files.walk(data)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
