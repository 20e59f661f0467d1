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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A wire to a server that can be cut: also right between a command and its reply. */
public final class Cut implements AutoCloseable {
  private final ServerSocket listener;
  private final URI target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable String> lose = new AtomicReference<>();

  /** Connections over which a channel was subscribed to, and those that went dead. */
  private final Set<Socket> subscribers = ConcurrentHashMap.newKeySet();

  private final Set<Socket> dead = ConcurrentHashMap.newKeySet();
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

  /** The subscriber connections of now stay open, and nothing passes any more. */
  public void deafen() {
    dead.addAll(subscribers);
  }

  /** How many subscriber connections were opened and have not ended. */
  public int subscribers() {
    return subscribers.size();
  }

  /** True until the loss that was asked for has happened. */
  public boolean armed() {
    return lose.get() != null;
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
        Thread.ofVirtual().start(() -> pump(client, server, losing, true));
        Thread.ofVirtual().start(() -> pump(server, client, losing, false));
      } catch (IOException e) {
        // closed, or the server is away: the client sees an end
      }
    }
  }

  private void pump(Socket from, Socket to, AtomicReference<Boolean> losing, boolean commands) {
    byte[] buffer = new byte[1 << 16];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (commands) {
          String word = lose.get();
          String sent = new String(Arrays.copyOf(buffer, n), StandardCharsets.ISO_8859_1);
          if (word != null && sent.contains(word)) {
            losing.set(true);
          }
          if (sent.contains("ssubscribe")) {
            subscribers.add(from);
          }
        } else if (losing.get()) {
          lose.set(null);
          if (half) {
            half = false;
            to.getOutputStream().write(buffer, 0, n / 2);
          }
          return;
        }
        if (dead.contains(from) || dead.contains(to)) {
          continue;
        }
        to.getOutputStream().write(buffer, 0, n);
      }
    } catch (IOException e) {
      // one side ended: so does the other
    } finally {
      for (Socket ended : new Socket[] {from, to}) {
        open.remove(ended);
        subscribers.remove(ended);
        dead.remove(ended);
      }
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
    cut();
  }
}
