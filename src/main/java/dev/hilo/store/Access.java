package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import org.jspecify.annotations.Nullable;

/** How to come in to any server of the store. */
final class Access {
  private static final int CONNECT_MS = 2000;

  final StoreUri uri;
  final NetClient client;
  private final Line.Login login;

  Access(Vertx vertx, StoreUri uri) {
    this.uri = uri;
    NetClientOptions options =
        new NetClientOptions().setConnectTimeout(CONNECT_MS).setTcpKeepAlive(true);
    if (uri.tls()) {
      options.setSsl(true).setHostnameVerificationAlgorithm("HTTPS");
    }
    this.client = vertx.createNetClient(options);
    this.login = new Line.Login(uri.user(), uri.password(), uri.database());
  }

  Line line(ContextInternal loop, Server server) {
    return new Line(client, loop, server, login);
  }

  /** To a server that may not know our user: a sentinel. */
  Line nameless(ContextInternal loop, Server server) {
    return new Line(client, loop, server, Line.Login.NOBODY);
  }

  /** {@code work} on a line, which is ended, and so fails the work, if that takes too long. */
  static <T extends @Nullable Object> Future<T> within(
      ContextInternal loop, int ms, Line line, Future<T> work) {
    long timer =
        loop.setTimer(ms, _ -> line.end(new StoreUnavailable("no answer in " + ms + " ms", null)));
    return work.onComplete(_ -> loop.owner().cancelTimer(timer));
  }
}
