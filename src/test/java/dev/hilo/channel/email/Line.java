package dev.hilo.channel.email;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A way to a server on this machine that can go dead without a word, or hide that there is IDLE.
 */
final class Line implements AutoCloseable {
  private final ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<AtomicBoolean> frozen = new CopyOnWriteArrayList<>();
  private final int target;
  private final boolean withoutIdle;

  Line(int target, boolean withoutIdle) throws IOException {
    this.target = target;
    this.withoutIdle = withoutIdle;
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  int connections() {
    return frozen.size();
  }

  /** From now on nothing passes on the connections that are open; they stay open. */
  void freeze() {
    frozen.forEach(f -> f.set(true));
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        var server = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(client);
        sockets.add(server);
        var dead = new AtomicBoolean();
        frozen.add(dead);
        Thread.ofVirtual().start(() -> pass(client, server, dead, false));
        Thread.ofVirtual().start(() -> pass(server, client, dead, withoutIdle));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private static void pass(Socket from, Socket to, AtomicBoolean dead, boolean hideIdle) {
    var buffer = new byte[8192];
    try (to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (dead.get()) {
          continue;
        }
        String text = new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
        String passed = hideIdle ? text.replace(" IDLE", " XDLE") : text;
        out.write(passed.getBytes(StandardCharsets.ISO_8859_1));
      }
    } catch (IOException e) {
      // one side went
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
