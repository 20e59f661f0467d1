package dev.hilo.gateway;

import dev.hilo.Gateway;
import dev.hilo.testing.Cut;
import dev.hilo.testing.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two nodes of one workspace for all tests of a class, {@code b} by a wire that can be cut. Ana has
 * signed in on {@code a}.
 */
abstract class OnTwoNodes {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  static Nodes nodes;
  static Cut wire;
  static Gateway a;
  static Gateway b;
  static Rest ana;

  @BeforeAll
  static void start() throws Exception {
    nodes = new Nodes(redis.uri(), redis.workspace());
    wire = new Cut(redis.uri());
    a = nodes.start("a");
    b = nodes.start("b", wire.uri());
    ana = Rest.agent(a, "Ana");
  }

  @AfterAll
  static void stop() throws Exception {
    nodes.close();
    wire.close();
  }
}
