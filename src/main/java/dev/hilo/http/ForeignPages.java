package dev.hilo.http;

import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.live.Doors;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Lets the pages that may open an inbox call from their own sites, and no others. */
final class ForeignPages {
  private final Doors doors;

  ForeignPages(Doors doors) {
    this.doors = doors;
  }

  /** {@code methods} and {@code headers}: what such a page may use. */
  void admit(Router router, String path, String methods, String headers) {
    router.route(path).handler(this::page);
    router
        .options(path)
        .handler(
            ctx ->
                ctx.response()
                    .setStatusCode(204)
                    .putHeader("Access-Control-Allow-Methods", methods)
                    .putHeader("Access-Control-Allow-Headers", headers)
                    .putHeader("Access-Control-Max-Age", "600")
                    .end());
  }

  private void page(RoutingContext ctx) {
    String origin = ctx.request().getHeader("Origin");
    ctx.response().putHeader("Vary", "Origin").putHeader("Cache-Control", "no-store");
    if (origin != null) {
      if (!doors.knows(origin)) {
        Api.problem(
            ctx, new Problem(Code.FORBIDDEN_ORIGIN, "this page may not open any inbox here"));
        return;
      }
      if (!doors.isOwn(origin)) {
        ctx.response().putHeader("Access-Control-Allow-Origin", origin);
      }
    }
    ctx.next();
  }
}
