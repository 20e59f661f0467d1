package dev.hilo.http;

import dev.hilo.channel.Webhook;
import dev.hilo.channel.Webhook.Received;
import dev.hilo.channel.WebhookRequest;
import dev.hilo.core.Accounts;
import dev.hilo.core.Problem;
import dev.hilo.core.Reception;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where platforms call: raw bytes in, verified and parsed by the channel, durable, and only then
 * the platform's answer. 401 or 403 forged, 400 malformed, 404 unknown endpoint, 413 too large, 503
 * while the store is away.
 */
final class WebhookRoute {
  private static final Logger LOG = LoggerFactory.getLogger(WebhookRoute.class);

  private final Accounts accounts;
  private final Reception reception;
  private final URI publicUrl;
  private final long mostBytes;
  private final MeterRegistry meters;

  WebhookRoute(
      Accounts accounts, Reception reception, URI publicUrl, long mostBytes, MeterRegistry meters) {
    this.accounts = accounts;
    this.reception = reception;
    this.publicUrl = publicUrl;
    this.mostBytes = mostBytes;
    this.meters = meters;
  }

  void handle(RoutingContext ctx) {
    Accounts.Opened opened = accounts.endpoint(String.valueOf(ctx.pathParam("endpoint")));
    Webhook webhook = opened == null ? null : opened.channel().webhook();
    if (opened == null && !accounts.known()) {
      later(ctx, "none");
      return;
    }
    if (opened == null || webhook == null) {
      answer(ctx, "none", new Webhook.Reply(404, "text/plain", "there is no such endpoint"));
      return;
    }
    HttpServerRequest request = ctx.request();
    Buffer body = Buffer.buffer();
    boolean[] over = {false};
    request.handler(
        chunk -> {
          if (body.length() + chunk.length() > mostBytes) {
            over[0] = true;
          } else if (!over[0]) {
            body.appendBuffer(chunk);
          }
        });
    request.endHandler(
        _ -> {
          if (over[0]) {
            answer(
                ctx,
                opened.type(),
                new Webhook.Reply(413, "text/plain", "at most " + mostBytes + " bytes"));
          } else {
            receive(ctx, opened, webhook, body.getBytes());
          }
        });
  }

  private void receive(RoutingContext ctx, Accounts.Opened opened, Webhook webhook, byte[] body) {
    HttpServerRequest request = ctx.request();
    WebhookRequest call =
        new WebhookRequest(
            request.method().name(),
            publicUrl + request.uri(),
            values(ctx.queryParams(), false),
            values(request.headers(), true),
            body,
            Instant.now());
    Future<Void> prepared = webhook.prepared(call);
    if (prepared.succeeded()) {
      judged(ctx, opened, webhook.receive(call));
    } else {
      prepared.onComplete(_ -> judged(ctx, opened, webhook.receive(call)));
    }
  }

  private void judged(RoutingContext ctx, Accounts.Opened opened, Received received) {
    switch (received) {
      case Received.Answered a -> {
        opened.health().heard();
        answer(ctx, opened.type(), a.reply());
      }
      case Received.Refused r -> {
        LOG.info("a call of {} was refused ({}): {}", opened.type(), r.status(), r.why());
        opened.health().refused(r.why());
        answer(ctx, opened.type(), new Webhook.Reply(r.status(), "text/plain", r.why()));
      }
      case Received.Accepted a ->
          reception
              .receive(opened.workspace(), opened.type(), opened.endpoint(), a.items())
              .onSuccess(
                  _ -> {
                    opened.health().heard();
                    answer(ctx, opened.type(), a.reply());
                  })
              .onFailure(
                  e -> {
                    Problem p = Problem.of(e);
                    if (p.code() == Problem.Code.INTERNAL) {
                      LOG.error("a call of {} failed", opened.type(), e);
                    }
                    later(ctx, opened.type());
                  });
    }
  }

  private void later(RoutingContext ctx, String type) {
    ctx.response().putHeader("Retry-After", "2");
    answer(ctx, type, new Webhook.Reply(503, "text/plain", "not now; try again"));
  }

  private static Map<String, List<String>> values(MultiMap all, boolean lower) {
    Map<String, List<String>> out = new HashMap<>();
    all.forEach(
        (name, value) ->
            out.computeIfAbsent(
                    lower ? name.toLowerCase(Locale.ROOT) : name, _ -> new ArrayList<>())
                .add(value));
    return out;
  }

  private void answer(RoutingContext ctx, String type, Webhook.Reply reply) {
    meters
        .counter("hilo.webhooks", "channel", type, "status", String.valueOf(reply.status()))
        .increment();
    if (!ctx.response().ended()) {
      reply.headers().forEach(ctx.response()::putHeader);
      ctx.response()
          .setStatusCode(reply.status())
          .putHeader("Content-Type", reply.contentType())
          .putHeader("X-Content-Type-Options", "nosniff")
          .end(reply.body());
    }
  }
}
