package dev.hilo.load.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** Passes TCP on to a port of 127.0.0.1, until told to keep silent on some connections. */
public final class Proxy implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private final ServerSocket server;
  private final int to;
  private final List<Passage> passages = new CopyOnWriteArrayList<>();

  public Proxy(int to) throws IOException {
    this.to = to;
    this.server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    Thread.ofVirtual().start(this::accept);
  }

  public String uri() {
    return "redis://127.0.0.1:" + server.getLocalPort();
  }

  /**
   * From now on nothing passes, either way, on the connections on which the client has said this
   * word; they stay open.
   *
   * @return how many there are
   */
  public int silence(String word) {
    int silenced = 0;
    for (Passage passage : passages) {
      if (!passage.silent && passage.said.contains(word.toUpperCase(Locale.ROOT))) {
        passage.silent = true;
        silenced++;
      }
    }
    return silenced;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Passage passage = new Passage(client, new Socket(InetAddress.ofLiteral("127.0.0.1"), to));
        passages.add(passage);
        passage.begin();
      } catch (IOException e) {
        if (!server.isClosed()) {
          System.err.println("the proxy could not pass a connection on: " + e);
        }
      }
    }
  }

  private final class Passage {
    private static final int REMEMBERED = 4096;

    private final Socket client;
    private final Socket redis;
    private volatile boolean silent;
    private volatile String said = "";

    Passage(Socket client, Socket redis) throws IOException {
      this.client = client;
      this.redis = redis;
      client.setTcpNoDelay(true);
      redis.setTcpNoDelay(true);
    }

    void begin() {
      Thread.ofVirtual().start(() -> pass(client, redis, true));
      Thread.ofVirtual().start(() -> pass(redis, client, false));
    }

    private void pass(Socket from, Socket onto, boolean listening) {
      byte[] buffer = new byte[BUFFER];
      try (from;
          onto) {
        InputStream in = from.getInputStream();
        OutputStream out = onto.getOutputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          if (listening && said.length() < REMEMBERED) {
            said += new String(buffer, 0, n, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
          }
          if (!silent) {
            out.write(buffer, 0, n);
          }
        }
      } catch (IOException e) {
        silent = true; // either side ended it; closing both is all there is to do
      } finally {
        passages.remove(this);
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Passage passage : passages) {
      passage.client.close();
      passage.redis.close();
    }
  }
}
