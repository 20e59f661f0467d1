package dev.hilo.http;

import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.live.Hub;
import dev.hilo.live.Posts;
import dev.hilo.store.Relay;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

/**
 * The live protocol without a WebSocket: {@code POST /live/stream} answers a hello with an event
 * stream, {@code POST /live/frames} takes what its client says. Pages of any inbox may call it;
 * whether this inbox is theirs is looked at with the hello. Cookies are never looked at.
 */
final class StreamRoute {
  private static final String STREAM = "/live/stream";
  private static final String FRAMES = "/live/frames";
  private static final String KEY = "Hilo-Push";

  private final ForeignPages pages;
  private final Hub hub;
  private final Posts posts;
  private final Relay relay;
  private final int frameBytes;

  /** {@code frameBytes}: of one frame; a post may hold four such. */
  StreamRoute(ForeignPages pages, Hub hub, Posts posts, Relay relay, int frameBytes) {
    this.pages = pages;
    this.hub = hub;
    this.posts = posts;
    this.relay = relay;
    this.frameBytes = frameBytes;
  }

  void mount(Router router) {
    for (String path : new String[] {STREAM, FRAMES}) {
      pages.admit(router, path, HttpMethod.POST.name(), "content-type, " + KEY);
      router.post(path).handler(BodyHandler.create(false).setBodyLimit(4L * frameBytes));
      router.route(path).failureHandler(this::failed);
    }
    router.post(STREAM).handler(this::open);
    router.post(FRAMES).handler(this::take);
  }

  private void failed(RoutingContext ctx) {
    Api.problem(
        ctx,
        ctx.statusCode() == 413
            ? new Problem(Code.TOO_LARGE, "a post has at most " + 4 * frameBytes + " bytes")
            : ctx.failure() == null
                ? new Problem(Code.BAD_REQUEST, "not a call of this stream")
                : ctx.failure());
  }

  private static byte[] body(RoutingContext ctx) {
    Buffer body = ctx.body().buffer();
    return body == null ? new byte[0] : body.getBytes();
  }

  private void open(RoutingContext ctx) {
    HttpServerResponse response =
        ctx.response()
            .setChunked(true)
            .putHeader("Content-Type", "text/event-stream; charset=utf-8")
            .putHeader("X-Content-Type-Options", "nosniff")
            .putHeader("X-Accel-Buffering", "no");
    hub.accept(response, ctx.request().getHeader("Origin"), body(ctx));
  }

  private void take(RoutingContext ctx) {
    String key = ctx.request().getHeader(KEY);
    if (key == null) {
      Api.problem(
          ctx, new Problem(Code.BAD_REQUEST, "header " + KEY + " is missing: it is in welcome"));
      return;
    }
    posts
        .deliver(relay, key, body(ctx))
        .onFailure(e -> Api.problem(ctx, e))
        .onSuccess(
            outcome -> {
              switch (outcome) {
                case TAKEN -> ctx.response().setStatusCode(202).end();
                case GONE ->
                    Api.problem(ctx, new Problem(Code.UNKNOWN_TOPIC, "this stream is gone"));
                case FULL ->
                    Api.problem(ctx, new Problem(Code.TOO_MANY_FRAMES, "wait for what was posted"));
              }
            });
  }
}
