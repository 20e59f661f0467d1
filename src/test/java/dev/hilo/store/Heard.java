package dev.hilo.store;

import dev.hilo.testing.TestNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What is published on one channel. */
final class Heard implements AutoCloseable {
  private final Feed feed;
  private final LinkedBlockingQueue<byte[]> payloads = new LinkedBlockingQueue<>();

  Heard(TestNode node, String channel, String name) {
    feed = node.feed(name.replaceAll("[^a-zA-Z0-9]", ""));
    TestNode.result(
        feed.subscribe(
            channel,
            new Feed.Listener() {
              @Override
              public void message(byte[] payload) {
                payloads.add(payload);
              }

              @Override
              public void resumed() {}
            }));
  }

  /** The next {@code count} messages; more than these would be among the next ones. */
  List<byte[]> payloads(int count) {
    List<byte[]> out = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        byte[] next = payloads.poll(30, TimeUnit.SECONDS);
        if (next == null) {
          throw new AssertionError("only " + i + " of " + count + " messages came");
        }
        out.add(next);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return out;
  }

  List<String> next(int count) {
    return payloads(count).stream().map(b -> new String(b, StandardCharsets.UTF_8)).toList();
  }

  @Override
  public void close() {
    TestNode.result(feed.close());
  }
}
