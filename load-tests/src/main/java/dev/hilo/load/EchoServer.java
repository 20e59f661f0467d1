package dev.hilo.load;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;

/**
 * The yardstick: a WebSocket server of plain Vert.x with the gateway's options, which keeps
 * nothing.
 */
final class EchoServer {
  private EchoServer() {}

  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    vertx
        .createHttpServer(
            new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(0)
                .setIdleTimeout(60)
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false))
        .webSocketHandler(
            socket -> {
              vertx.setPeriodic(25_000, _ -> socket.writeTextMessage("beat").onFailure(_ -> {}));
              socket.textMessageHandler(socket::writeTextMessage);
            })
        .listen()
        .onSuccess(s -> System.out.println("listening at http://127.0.0.1:" + s.actualPort()))
        .onFailure(
            e -> {
              System.err.println(e.toString());
              System.exit(1);
            });
  }
}
