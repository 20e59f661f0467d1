package dev.hilo.load;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.util.List;
import java.util.function.BiConsumer;

/** The client side: sockets of one event loop. */
final class Sockets implements AutoCloseable {
  private final Vertx vertx =
      Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
  private final WebSocketClient client =
      vertx.createWebSocketClient(
          new WebSocketClientOptions()
              .setMaxConnections(100_000)
              .setConnectTimeout(30_000)
              .setTcpNoDelay(true));

  Vertx vertx() {
    return vertx;
  }

  /** Opens a plain socket. */
  Future<WebSocket> open(URI server, String path) {
    return client.connect(
        new WebSocketConnectOptions()
            .setHost(server.getHost())
            .setPort(server.getPort())
            .setURI(path)
            .setSubProtocols(path.equals("/live") ? List.of("hilo.v1") : List.of()));
  }

  /**
   * A live socket that said hello and was welcomed.
   *
   * @param heard every frame after that, as text
   * @return the socket and its topic ("" for agents)
   */
  Future<Live> live(URI server, String hello, BiConsumer<WebSocket, String> heard) {
    return open(server, "/live")
        .compose(
            socket -> {
              Promise<Live> welcomed = Promise.promise();
              socket.textMessageHandler(
                  frame -> {
                    if (frame.startsWith("{\"type\":\"welcome\"")) {
                      String topic = Live.field(frame, "topic");
                      welcomed.tryComplete(new Live(socket, topic));
                    } else if (frame.startsWith("{\"type\":\"problem\"")) {
                      welcomed.tryFail(frame);
                      System.err.println("the gateway says " + frame);
                    } else {
                      heard.accept(socket, frame);
                    }
                  });
              socket.closeHandler(_ -> welcomed.tryFail("closed with " + socket.closeStatusCode()));
              socket.writeTextMessage(hello);
              return welcomed.future();
            });
  }

  /** A socket that was let in. */
  record Live(WebSocket socket, String topic) {
    static final String VISITOR = "{\"type\":\"hello\",\"inbox\":\"load\"}";

    static String agent(String ticket) {
      return "{\"type\":\"hello\",\"ticket\":\"" + ticket + "\"}";
    }

    void say(String id, String text) {
      socket.writeTextMessage(
          "{\"type\":\"say\",\"id\":\""
              + id
              + "\",\"ref\":\"r\",\"content\":{\"type\":\"text\",\"text\":\""
              + text
              + "\"}}");
    }

    /**
     * The text of the first field of this name, "" if there is none; the load's texts hold no
     * quotes.
     */
    static String field(String frame, String name) {
      String mark = "\"" + name + "\":\"";
      int at = frame.indexOf(mark);
      return at < 0
          ? ""
          : frame.substring(at + mark.length(), frame.indexOf('"', at + mark.length()));
    }
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
