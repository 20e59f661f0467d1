package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Position;
import dev.hilo.ops.Fsync;
import dev.hilo.ops.LocalRedis;
import dev.hilo.testing.Cut;
import dev.hilo.testing.RedisServer;
import dev.hilo.testing.TestNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Subscriptions that are interrupted, silently or not, and the lines they stand on. */
class FeedTest {
  @RegisterExtension static final RedisServer redis = new RedisServer();

  private Cut wire;
  private TestNode node;
  private Feed feed;

  @BeforeEach
  void start() {
    wire = new Cut(redis.uri());
    node = redis.node(wire.uri());
    feed = node.feed("feed");
  }

  @AfterEach
  void stop() {
    TestNode.result(feed.close());
    wire.close();
  }

  private static final class Ear implements Feed.Listener {
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    final List<Context> on = new CopyOnWriteArrayList<>();

    @Override
    public void message(byte[] payload) {
      on.add(Vertx.currentContext());
      heard.add(new String(payload, StandardCharsets.UTF_8));
    }

    @Override
    public void resumed() {
      on.add(Vertx.currentContext());
      heard.add("resumed");
    }

    void next(String... expected) throws InterruptedException {
      for (String word : expected) {
        assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo(word);
      }
    }
  }

  private Ear listen(String channel) {
    Ear ear = new Ear();
    TestNode.result(feed.subscribe(channel, ear));
    return ear;
  }

  private void say(String channel, String text) {
    node.await(() -> node.link.send(Request.cmd(Command.SPUBLISH).arg(channel).arg(text)));
  }

  @Test
  void aSubscriberThatLooksAliveAndHearsNothingIsReplaced() throws Exception {
    try (var c = new Conversation(node, feed, CustomerId.fresh(redis.workspace()))) {
      c.more(10);
      for (int round = 1; round <= 2; round++) {
        int count = round;
        wire.swallowSubscriptions();
        await().atMost(Conversation.PATIENCE).until(() -> c.resumptions() >= count);
        c.more(10);
      }
      c.check();
    }
  }

  @Test
  void aLineThatEndsWithinAReplyLeavesNothingBehind() {
    CustomerId c = CustomerId.fresh(redis.workspace());
    for (int i = 0; i < 20; i++) {
      String text = "x".repeat(5000) + i;
      node.await(() -> node.streams.append(Some.append(c, null, null, Some.heard(c, text))));
    }
    wire.halveReplyTo("xrange");
    assertThat(node.await(() -> node.streams.after(c, Position.START, 100))).hasSize(20);
    assertThat(wire.armed()).isFalse();
  }

  @Test
  void oneBadCommandDoesNotTouchTheOthersOfItsTurn() {
    CustomerId c = CustomerId.fresh(redis.workspace());
    String key = Keys.once(c.toString());
    List<Future<?>> all =
        node.await(
            () -> {
              List<Future<?>> sent =
                  IntStream.range(0, 100)
                      .<Future<?>>mapToObj(
                          i ->
                              node.link.send(
                                  i % 10 == 5
                                      ? Request.cmd(Command.HGET).arg(key).arg("x")
                                      : Request.cmd(Command.INCR).arg(key)))
                      .toList();
              return Future.join(sent).transform(_ -> Future.succeededFuture(sent));
            });
    for (int i = 0; i < 100; i++) {
      assertThat(all.get(i).failed()).isEqualTo(i % 10 == 5);
    }
    assertThat(node.await(() -> node.link.send(Request.cmd(Command.GET).arg(key))).toString())
        .isEqualTo("90");
  }

  @Test
  void everyListenerHearsOnTheFeedsLoopAndInOrder() throws Exception {
    String channel = Keys.channel(CustomerId.fresh(redis.workspace()));
    List<Ear> ears = List.of(listen(channel), listen(channel), listen(channel));
    String[] all = IntStream.range(0, 50).mapToObj(n -> "m" + n).toArray(String[]::new);
    for (String each : all) {
      say(channel, each);
    }
    for (Ear ear : ears) {
      ear.next(all);
    }
    wire.cut();
    for (Ear ear : ears) {
      ear.next("resumed");
      assertThat(ear.on).containsOnly(node.context);
    }
    say(channel, "after");
    for (Ear ear : ears) {
      ear.next("after");
    }
  }

  @Test
  void leavingAndComingBackInOneTurn() throws Exception {
    String channel = Keys.channel(CustomerId.fresh(redis.workspace()));
    Ear first = listen(channel);
    Ear second = new Ear();
    node.await(
        () -> {
          feed.unsubscribe(channel, first);
          return feed.subscribe(channel, second);
        });
    say(channel, "a");
    second.next("a");
    assertThat(first.heard).isEmpty();
    feed.unsubscribe(channel, second);
    Ear third = listen(channel);
    say(channel, "b");
    third.next("b");
    assertThat(second.heard).isEmpty();
  }

  private int subscribers(String channel) {
    return node.await(
            () -> node.link.send(Request.cmd(Command.PUBSUB).arg("SHARDNUMSUB").arg(channel)))
        .get(1)
        .toInteger();
  }

  @Test
  void comingBackIsConfirmedByItsOwnSubscriptionOnly() throws Exception {
    String channel = Keys.channel(CustomerId.fresh(redis.workspace()));
    String other = Keys.channel(CustomerId.fresh(redis.workspace()));
    Ear barrier = listen(other);
    Ear first = new Ear();
    Ear second = new Ear();
    Promise<Future<Void>> back = Promise.promise();
    wire.holdAfter("sunsubscribe");
    node.context.runOnContext(
        _ -> {
          feed.subscribe(channel, first);
          // after the command was sent, before anything more is read
          ((ContextInternal) node.context)
              .nettyEventLoop()
              .execute(
                  () -> {
                    feed.unsubscribe(channel, first);
                    back.complete(feed.subscribe(channel, second));
                  });
        });
    Future<Void> coming = TestNode.result(back.future());
    await().atMost(Conversation.PATIENCE).until(wire::holding);
    say(other, "all before was read");
    barrier.next("all before was read");
    boolean confirmed = coming.isComplete();
    assertThat(confirmed && subscribers(channel) == 0)
        .as("confirmed, and Redis does not know of it")
        .isFalse();
    wire.letGo();
    TestNode.result(coming);
    say(channel, "a");
    second.next("a");
    assertThat(first.heard).isEmpty();
  }

  @Test
  void aRedisThatStartsAgainIsFoundAgain(@TempDir Path data) throws Exception {
    try (LocalRedis own = LocalRedis.start(data, Fsync.EVERYSEC)) {
      TestNode on = redis.node(own.uri());
      Feed heard = on.feed("restart");
      try (var c = new Conversation(on, heard, CustomerId.fresh(redis.workspace()))) {
        c.more(10);
        c.pause();
        long pid = own.pid();
        ProcessHandle.of(pid).orElseThrow().destroy(); // TERM: it writes everything down
        await().atMost(Conversation.PATIENCE).until(() -> own.pid() != pid);
        c.goOn();
        c.more(10);
        c.check();
        assertThat(c.resumptions()).isPositive();
      } finally {
        TestNode.result(heard.close());
        on.close();
      }
    }
  }
}
