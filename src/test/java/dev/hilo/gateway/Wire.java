package dev.hilo.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The network between a node and its Redis: it can be cut, and mended. */
final class Wire implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final URI target;
  private final NetClient client;
  private final NetServer server;
  private final List<NetSocket> ends = new CopyOnWriteArrayList<>();
  private volatile boolean cut;

  Wire(URI target) {
    this.target = target;
    this.client = vertx.createNetClient();
    this.server =
        vertx.createNetServer().connectHandler(this::connected).listen(0, "127.0.0.1").await();
  }

  private void connected(NetSocket near) {
    if (cut) {
      near.close();
      return;
    }
    near.pause();
    client
        .connect(target.getPort(), target.getHost())
        .onFailure(_ -> near.close())
        .onSuccess(
            far -> {
              ends.add(near);
              ends.add(far);
              near.pipeTo(far);
              far.pipeTo(near);
            });
  }

  /** The Redis as it is reached through this wire. */
  URI uri() {
    return URI.create("redis://" + target.getRawUserInfo() + "@127.0.0.1:" + server.actualPort());
  }

  void cut() {
    cut = true;
    ends.forEach(NetSocket::close);
    ends.clear();
  }

  void mend() {
    cut = false;
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
