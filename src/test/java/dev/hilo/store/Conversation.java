package dev.hilo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Position;
import dev.hilo.store.Streams.Append;
import dev.hilo.store.Streams.Outcome;
import dev.hilo.testing.TestNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A customer who writes one message after the other, each until it is taken, and a listener who
 * reads what a feed may have missed when it is told so.
 */
final class Conversation implements Feed.Listener, AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  final CustomerId customer;

  private final TestNode node;
  private final Feed feed;
  private final List<Position> acked = new ArrayList<>();
  private final NavigableMap<Position, String> heard = new ConcurrentSkipListMap<>();
  private final AtomicInteger resumed = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final ReentrantLock turn = new ReentrantLock(true);
  private final Thread writer;
  private volatile boolean ending;

  Conversation(TestNode node, Feed feed, CustomerId customer) {
    this.node = node;
    this.feed = feed;
    this.customer = customer;
    TestNode.result(feed.subscribe(Keys.channel(customer), this));
    this.writer = Thread.ofVirtual().start(this::write);
  }

  /** A new customer of this partition. */
  static CustomerId of(String workspace, int partition) {
    CustomerId customer = CustomerId.fresh(workspace);
    while (Keys.partition(customer) != partition) {
      customer = CustomerId.fresh(workspace);
    }
    return customer;
  }

  private void write() {
    while (!ending) {
      turn.lock();
      try {
        next();
      } finally {
        turn.unlock();
      }
    }
  }

  private void next() {
    String text = "t" + count();
    Append append = Some.append(customer, Some.src(), null, Some.heard(customer, text));
    Position at = insist(append);
    synchronized (acked) {
      acked.add(at);
    }
  }

  private Position insist(Append append) {
    while (true) {
      try {
        return switch (node.await(() -> node.streams.append(append))) {
          case Outcome.Appended a -> a.from();
          case Outcome.Duplicate d -> d.position();
          case Outcome other -> throw new AssertionError(other);
        };
      } catch (StoreUnavailable e) {
        refused.incrementAndGet(); // as clients do: the same once more
      }
    }
  }

  int count() {
    synchronized (acked) {
      return acked.size();
    }
  }

  /** Waits until so many more are acked. */
  void more(int count) {
    int from = count();
    await().atMost(PATIENCE).until(() -> count() >= from + count);
  }

  /** Nothing is under way from when this returns to {@link #goOn}; both by one thread. */
  void pause() {
    turn.lock();
  }

  void goOn() {
    turn.unlock();
  }

  int resumptions() {
    return resumed.get();
  }

  Position last() {
    synchronized (acked) {
      return acked.getLast();
    }
  }

  /** How often an append was not taken and had to be repeated. */
  int refused() {
    return refused.get();
  }

  @Override
  public void message(byte[] payload) {
    hear(Streams.published(payload));
  }

  @Override
  public void resumed() {
    resumed.incrementAndGet();
    read();
  }

  private void read() {
    node.run(() -> node.streams.after(customer, Position.START, 100_000))
        .onSuccess(all -> all.forEach(this::hear))
        .onFailure(_ -> node.vertx.setTimer(100, _ -> read()));
  }

  private void hear(Entry entry) {
    heard.put(entry.position(), Some.text(entry));
  }

  /** Stops writing; what was acked is stored once and in order, and was heard. */
  void check() throws InterruptedException {
    ending = true;
    writer.join();
    List<Entry> stored = node.await(() -> node.streams.after(customer, Position.START, 100_000));
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count(); i++) {
      texts.add("t" + i);
    }
    assertThat(stored).extracting(Some::text).containsExactlyElementsOf(texts);
    assertThat(stored).extracting(Entry::position).containsExactlyElementsOf(acked);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(heard.values()).containsExactlyElementsOf(texts));
  }

  @Override
  public void close() {
    ending = true;
    feed.unsubscribe(Keys.channel(customer), this);
  }
}
