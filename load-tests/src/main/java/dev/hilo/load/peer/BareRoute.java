package dev.hilo.load.peer;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;

/** The limit of a webhook: a Vert.x route that reads the body and says 200. */
public final class BareRoute {
  private BareRoute() {}

  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    Router router = Router.router(vertx);
    router
        .route("/webhooks/:endpoint")
        .handler(
            ctx -> {
              HttpServerRequest request = ctx.request();
              Buffer body = Buffer.buffer();
              request.handler(body::appendBuffer);
              request.endHandler(
                  _ -> ctx.response().putHeader("Content-Type", "text/plain").end());
            });
    int port =
        vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1").await().actualPort();
    System.out.println("listening on " + port);
  }
}
