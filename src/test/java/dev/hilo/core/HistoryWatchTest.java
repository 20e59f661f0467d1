package dev.hilo.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hilo.testing.RedisFork;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** However many loops a node has, the store is asked once. */
class HistoryWatchTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();
  private static final int LOOPS = 10;
  private static final int TIMES = 3;

  /** How often the server was asked about itself, this time included. */
  private static int asked(RedisFork server) {
    Matcher m =
        Pattern.compile("cmdstat_info:calls=(\\d+)")
            .matcher(server.command("INFO", "commandstats"));
    return m.find() ? Integer.parseInt(m.group(1)) : 0;
  }

  @Test
  void manyListenersCostOneCall() throws Exception {
    try (RedisFork server = RedisFork.start(redis.binary());
        TestNode node = redis.node(server.uri())) {
      int before = asked(server);
      HistoryWatch watch = new HistoryWatch(node.vertx, node.context, node.streams);
      List<CountDownLatch> told =
          Stream.generate(() -> new CountDownLatch(TIMES)).limit(LOOPS).toList();
      told.forEach(t -> watch.tell(node.context, _ -> t.countDown()));
      for (CountDownLatch each : told) {
        assertThat(each.await(60, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(asked(server) - before).isBetween(TIMES, LOOPS * TIMES - 1);
    }
  }
}
