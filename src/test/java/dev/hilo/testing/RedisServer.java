package dev.hilo.testing;

import dev.hilo.ops.Fsync;
import dev.hilo.ops.LocalRedis;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * One real Redis for all test classes of this JVM. Each class has a workspace of its own, so they
 * do not meet:
 *
 * <pre>@RegisterExtension static final RedisServer redis = new RedisServer();</pre>
 */
public final class RedisServer implements BeforeAllCallback, AfterAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(RedisServer.class);

  private final List<TestNode> nodes = new ArrayList<>();
  private LocalRedis server;
  private String workspace;

  private record Shared(Path data, LocalRedis server) implements AutoCloseable {
    static Shared start() {
      try {
        Path data = Files.createTempDirectory("hilo-redis");
        return new Shared(data, LocalRedis.start(data, Fsync.EVERYSEC));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
      delete(data);
    }
  }

  static void delete(Path folder) throws IOException {
    try (var all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    workspace = "t" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    server =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .computeIfAbsent("server", _ -> Shared.start(), Shared.class)
            .server();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    nodes.forEach(TestNode::close);
    nodes.clear();
  }

  public URI uri() {
    return server.uri();
  }

  /** The random workspace of this test class. */
  public String workspace() {
    return workspace;
  }

  /** The program that runs, for tests that start further servers with settings of their own. */
  public Path binary() {
    Path program =
        Path.of(ProcessHandle.of(server.pid()).flatMap(p -> p.info().command()).orElseThrow());
    // packages link redis-server to a program that looks at its name
    Path named = program.resolveSibling("redis-server");
    return Files.isExecutable(named) ? named : program;
  }

  /** A further node on this Redis; it ends with the test class. */
  public TestNode node() {
    return node(uri());
  }

  /** A node on another Redis; it ends with the test class. */
  public TestNode node(URI other) {
    TestNode node = TestNode.start(other, workspace);
    nodes.add(node);
    return node;
  }
}
