package dev.hilo.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * A TCP address that stays while what it leads to changes. Connections can be ended, or go silent
 * in one direction or both, as behind a dead router: nothing arrives and nobody is told.
 */
final class Cable implements AutoCloseable {
  /** A direction in which bytes flow; TO_SERVER = from whoever connected. */
  enum Flow {
    TO_SERVER,
    TO_CLIENT
  }

  /** One connection through the cable. */
  final class Strand {
    private final Socket client;
    private final Socket server;
    private final boolean[] mute = new boolean[2];

    private Strand(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    /** The port from which the server sees this connection. */
    int seenFrom() {
      return server.getLocalPort();
    }

    /** Nothing more arrives in this direction until the connection ends. */
    synchronized void silence(Flow flow) {
      mute[flow.ordinal()] = true;
    }

    private synchronized boolean mute(Flow flow) {
      return mute[flow.ordinal()];
    }

    private void pump(Flow flow) {
      Socket from = flow == Flow.TO_SERVER ? client : server;
      Socket to = flow == Flow.TO_SERVER ? server : client;
      byte[] buffer = new byte[1 << 15];
      try {
        InputStream in = from.getInputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          if (!mute(flow) && !silent) {
            to.getOutputStream().write(buffer, 0, n);
          }
        }
      } catch (IOException e) {
        // one side ended: so does the other
      } finally {
        end();
      }
    }

    private void end() {
      strands.remove(this);
      quietly(client);
      quietly(server);
    }
  }

  private final ServerSocket listener;
  private final List<Strand> strands = new CopyOnWriteArrayList<>();
  private volatile int target;
  private volatile boolean silent;

  /** {@code target}: a port of 127.0.0.1. */
  Cable(int target) {
    this.target = target;
    try {
      this.listener = new ServerSocket(0, 200, InetAddress.ofLiteral("127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Where new connections lead from now on. */
  void leadTo(int port) {
    target = port;
  }

  /** Whether all connections, also new ones, are silent in both directions. */
  void silence(boolean on) {
    silent = on;
  }

  List<Strand> strands() {
    return List.copyOf(strands);
  }

  /** Ends all connections. */
  void cut() {
    cut(_ -> true);
  }

  void cut(Predicate<Strand> which) {
    strands.stream().filter(which).toList().forEach(Strand::end);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> connect(client));
      } catch (IOException e) {
        // closed
      }
    }
  }

  private void connect(Socket client) {
    Socket server = new Socket();
    try {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      server.connect(new InetSocketAddress("127.0.0.1", target), 2000);
    } catch (IOException e) {
      quietly(client);
      quietly(server);
      return;
    }
    Strand strand = new Strand(client, server);
    strands.add(strand);
    if (listener.isClosed()) {
      strand.end();
      return;
    }
    Thread.ofVirtual().start(() -> strand.pump(Flow.TO_SERVER));
    Thread.ofVirtual().start(() -> strand.pump(Flow.TO_CLIENT));
  }

  private static void quietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is gone, which is what was wanted
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
