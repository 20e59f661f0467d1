package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hilo.conversation.CustomerId;
import dev.hilo.testing.Certificates;
import dev.hilo.testing.RedisFork;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that speaks TLS, whose certificate is for {@code localhost}, not for its address. */
class TlsTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  @TempDir static Path folder;

  private static Certificates certificates;
  private static RedisFork server;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    certificates = Certificates.in(folder, "dns:localhost");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    try {
      server =
          RedisFork.start(
              redis.binary(),
              "tls-port",
              "" + port,
              "tls-cert-file",
              certificates.certificate().toString(),
              "tls-key-file",
              certificates.key().toString(),
              "tls-ca-cert-file",
              certificates.authority().toString(),
              "tls-auth-clients",
              "no");
    } catch (UncheckedIOException e) {
      assumeTrue(System.getProperty("require.all") != null, "this redis-server has no TLS");
      throw e;
    }
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static URI at(String host, String ca) {
    return URI.create("rediss://" + host + ":" + port + ca);
  }

  private static String ca(Path file) {
    return "?ca=" + file;
  }

  /** Opens one line, or fails with why it could not. */
  private static void open(URI uri) {
    TestNode node = redis.node();
    Topology topology = Topology.of(node.vertx, node.context, uri);
    Line line = topology.line((ContextInternal) node.context, topology.masters().getFirst());
    node.await(line::open);
  }

  @Test
  void everythingGoesOverTls() throws Exception {
    TestNode node = redis.node(at("localhost", ca(certificates.authority())));
    Feed feed = node.feed("tls");
    try (var c = new Conversation(node, feed, CustomerId.fresh(redis.workspace()))) {
      c.more(20);
      c.check();
    } finally {
      TestNode.result(feed.close());
    }
  }

  @Test
  void aCertificateOfSomebodyElseIsRefused() throws IOException {
    assertThatThrownBy(() -> open(at("localhost", "")))
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageContaining("no TLS with it")
        .hasMessageContaining("certification path");
    Path other = Certificates.in(folder.resolve("other"), "dns:localhost").authority();
    assertThatThrownBy(() -> open(at("localhost", ca(other))))
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageContaining("no TLS with it");
  }

  @Test
  void aCertificateForAnotherNameIsRefused() {
    assertThatThrownBy(() -> open(at("127.0.0.1", ca(certificates.authority()))))
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageContaining("127.0.0.1");
  }

  @Test
  void whatSpeaksNoTlsIsRefused() {
    URI plain = URI.create("rediss://localhost:" + server.port() + ca(certificates.authority()));
    assertThatThrownBy(() -> open(plain)).isInstanceOf(StoreUnavailable.class);
    assertThat(server.command("PING")).isEqualTo("+PONG");
  }
}
