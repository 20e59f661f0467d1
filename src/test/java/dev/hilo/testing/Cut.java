package dev.hilo.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A wire to a server that can be cut: also right between a command and its reply. */
public final class Cut implements AutoCloseable {
  /** The command that a subscriber connection sends. */
  private static final String SUBSCRIBE = "SSUBSCRIBE";

  private final ServerSocket listener;
  private volatile URI target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable String> lose = new AtomicReference<>();
  private final Map<String, AtomicInteger> counted = new ConcurrentHashMap<>();
  private final AtomicInteger swallowing = new AtomicInteger();
  private final AtomicReference<@Nullable String> hold = new AtomicReference<>();
  private volatile CountDownLatch held = new CountDownLatch(0);
  private volatile boolean holding;
  private volatile boolean half;

  public Cut(URI target) {
    this.target = target;
    try {
      this.listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** Where new connections lead from now on; those that stand stay. */
  public void leadTo(URI other) {
    target = other;
  }

  /** The target's address by this wire. */
  public URI uri() {
    return URI.create(
        target.toString().replace(":" + target.getPort(), ":" + listener.getLocalPort()));
  }

  /**
   * The next command that names {@code word} reaches the server, its reply is lost, the connection
   * ends.
   */
  public void loseReplyTo(String word) {
    lose.set(word);
  }

  /** As {@link #loseReplyTo}, but the first half of what comes back still arrives. */
  public void halveReplyTo(String word) {
    half = true;
    lose.set(word);
  }

  /** True until the loss that was asked for has happened. */
  public boolean armed() {
    return lose.get() != null;
  }

  /**
   * From now on nothing comes back on connections that have subscribed, though they stand; those
   * that are opened later work.
   */
  public void swallowSubscriptions() {
    swallowing.incrementAndGet();
  }

  /** The next command that names {@code word} reaches the server, and nothing after it. */
  public void holdAfter(String word) {
    CountDownLatch gate = new CountDownLatch(1);
    held = gate;
    hold.set(word);
  }

  /** True while something waits because of {@link #holdAfter}. */
  public boolean holding() {
    return holding;
  }

  /** Lets what {@link #holdAfter} holds go on. */
  public void letGo() {
    hold.set(null);
    held.countDown();
  }

  /** How often {@code word} was sent to the server since this was first asked. */
  public int sent(String word) {
    return counted.computeIfAbsent(word, _ -> new AtomicInteger()).get();
  }

  /** Ends all connections. */
  public void cut() {
    open.forEach(Cut::end);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(target.getHost(), target.getPort());
        open.add(client);
        open.add(server);
        AtomicReference<Boolean> losing = new AtomicReference<>(false);
        AtomicReference<Boolean> subscriber = new AtomicReference<>(false);
        int since = swallowing.get();
        Thread.ofVirtual().start(() -> pump(client, server, losing, subscriber, since, true));
        Thread.ofVirtual().start(() -> pump(server, client, losing, subscriber, since, false));
      } catch (IOException e) {
        // closed, or the server is away: the client sees an end
      }
    }
  }

  private void pump(
      Socket from,
      Socket to,
      AtomicReference<Boolean> losing,
      AtomicReference<Boolean> subscriber,
      int since,
      boolean commands) {
    byte[] buffer = new byte[1 << 16];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (commands) {
          String word = lose.get();
          String sent = new String(Arrays.copyOf(buffer, n), StandardCharsets.ISO_8859_1);
          counted.forEach((each, times) -> times.addAndGet(sent.split(each, -1).length - 1));
          if (word != null && sent.contains(word)) {
            losing.set(true);
          }
          String last = hold.get();
          if (last != null && sent.contains(last) && hold.compareAndSet(last, null)) {
            int next = sent.indexOf("\r\n*", sent.indexOf(last));
            int end = next < 0 ? n : next + 2;
            to.getOutputStream().write(buffer, 0, end);
            holding = true;
            held.await();
            holding = false;
            to.getOutputStream().write(buffer, end, n - end);
            continue;
          }
          if (sent.toUpperCase(Locale.ROOT).contains(SUBSCRIBE)) {
            subscriber.set(true);
          }
        } else if (swallowing.get() > since && subscriber.get()) {
          continue;
        } else if (losing.get()) {
          lose.set(null);
          if (half) {
            half = false;
            to.getOutputStream().write(buffer, 0, n / 2);
          }
          return;
        }
        to.getOutputStream().write(buffer, 0, n);
      }
    } catch (IOException e) {
      // one side ended: so does the other
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    letGo();
    cut();
  }
}
