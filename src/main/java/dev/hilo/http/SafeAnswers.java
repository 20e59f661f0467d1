package dev.hilo.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;

/**
 * What every answer tells the browser, whatever answers it; pages say more. Over https the browser
 * is to come by https only, for a year.
 */
final class SafeAnswers implements Handler<RoutingContext> {
  private final boolean secure;

  SafeAnswers(URI publicUrl) {
    this.secure = "https".equals(publicUrl.getScheme());
  }

  @Override
  public void handle(RoutingContext ctx) {
    HttpServerResponse response = ctx.response();
    response
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "same-origin");
    if (secure) {
      response.putHeader("Strict-Transport-Security", "max-age=31536000");
    }
    if (ctx.normalizedPath().startsWith("/api/")) {
      response
          .putHeader("Cache-Control", "no-store")
          .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    }
    ctx.next();
  }
}
