package dev.hilo.http;

import dev.hilo.access.Principal;
import dev.hilo.access.Rosters;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.store.Usage;
import dev.hilo.workspace.Item;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * How often somebody may call. A program learns with every answer how much is left
 * (draft-ietf-httpapi-ratelimit-headers-07); people only when it was too much.
 */
final class Pace {
  /** Calls a minute of one sign-in: more than a dashboard ever makes. */
  static final int PEOPLE = 600;

  private final Usage usage;
  private final Rosters rosters;

  Pace(Usage usage, Rosters rosters) {
    this.usage = usage;
    this.rosters = rosters;
  }

  /** {@code message}: whether something is said. Fails where it is too much. */
  Future<Void> admit(RoutingContext ctx, Principal who, boolean message) {
    return switch (who) {
      case Principal.Visitor _ -> Future.succeededFuture();
      case Principal.Agent a ->
          usage
              .count("session." + a.seat().session())
              .compose(count -> checked(ctx, new Left(PEOPLE, count)));
      case Principal.Integration i -> {
        Item.ApiKey key = rosters.of(i.workspace()).desk().find(Item.ApiKey.class, i.id());
        yield key == null
            ? Future.failedFuture(new Problem(Code.UNAUTHORIZED, "this key is unknown or over"))
            : program(ctx, i, key, message);
      }
    };
  }

  private Future<Void> program(
      RoutingContext ctx, Principal.Integration who, Item.ApiKey key, boolean message) {
    usage.seen(who.workspace(), who.id(), System.currentTimeMillis());
    String name = "key." + who.workspace() + "." + who.id();
    Future<Usage.Count> requests = usage.count(name + ".requests");
    Future<Usage.Count> messages =
        message ? usage.count(name + ".messages") : Future.succeededFuture(new Usage.Count(0, 0));
    return Future.all(requests, messages)
        .compose(
            _ -> {
              Left left = new Left(key.requests(), requests.result());
              Left said = new Left(key.messages(), messages.result());
              Left tight = message && said.remaining() < left.remaining() ? said : left;
              HttpServerResponse response = ctx.response();
              String each = ";w=" + Usage.WINDOW_MS / 1000;
              response
                  .putHeader("RateLimit-Limit", String.valueOf(tight.limit))
                  .putHeader("RateLimit-Remaining", String.valueOf(Math.max(0, tight.remaining())))
                  .putHeader("RateLimit-Reset", String.valueOf(tight.seconds()))
                  .putHeader(
                      "RateLimit-Policy",
                      key.requests()
                          + each
                          + ";comment=\"requests\", "
                          + key.messages()
                          + each
                          + ";comment=\"messages\"");
              return checked(ctx, tight);
            });
  }

  private static Future<Void> checked(RoutingContext ctx, Left left) {
    if (left.remaining() >= 0) {
      return Future.succeededFuture();
    }
    ctx.response().putHeader("Retry-After", String.valueOf(left.seconds()));
    return Future.failedFuture(
        new Problem(
            Code.TOO_MANY_REQUESTS,
            "at most " + left.limit + " a minute; go on in " + left.seconds() + " s"));
  }

  /** What is left of a limit; less than nothing = it was too much. */
  private record Left(int limit, Usage.Count count) {
    long remaining() {
      return limit - count.used();
    }

    long seconds() {
      return (count.resetMs() + 999) / 1000;
    }
  }
}
