package dev.hilo.store;

import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The function library on a standalone Redis. */
class FunctionsTest extends FunctionContract {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = redis.node();
  }

  @Override
  TestNode node() {
    return node;
  }
}
