package dev.hilo.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the demo's pages call: JSON in, and everything that changes as server-sent events. Calls
 * must be JSON, so no page of another origin can make them.
 */
final class DemoRoutes {
  private static final Logger log = LoggerFactory.getLogger(DemoRoutes.class);
  private static final int BODY_LIMIT = 64 * 1024;
  private static final int PAGES = 64;
  private static final int UNSENT_LIMIT = 8 << 20;
  private static final long BEAT = 20_000;

  /** What a call does; runs where it may block. */
  private interface Act {
    @Nullable Object act(JsonObject body) throws NotPossible, MailSimulator.Rejected;
  }

  private static final class NotPossible extends Exception {
    private static final long serialVersionUID = 1;

    NotPossible(String why) {
      super(why, null, false, false);
    }
  }

  private final WhatsAppSimulator whatsapp;
  private final TelegramSimulator telegram;
  private final MailSimulator mail;
  private final Feed feed;
  private final ObjectMapper json;

  DemoRoutes(
      WhatsAppSimulator whatsapp,
      TelegramSimulator telegram,
      MailSimulator mail,
      Feed feed,
      ObjectMapper json) {
    this.whatsapp = whatsapp;
    this.telegram = telegram;
    this.mail = mail;
    this.feed = feed;
    this.json = json;
  }

  void mount(Router router) {
    router.get("/demo/api/events").handler(this::events);
    on(
        router,
        "whatsapp/write",
        body -> whatsapp.write(text(body, "text", 4096), body.getString("replyTo")));
    on(
        router,
        "whatsapp/choose",
        body ->
            possible(
                whatsapp.choose(text(body, "message", 200), text(body, "option", 256)),
                "no such option"));
    on(
        router,
        "whatsapp/look",
        body -> {
          whatsapp.look();
          return null;
        });
    on(
        router,
        "whatsapp/close-window",
        body -> {
          whatsapp.closeWindow();
          return null;
        });
    on(router, "telegram/start", body -> telegram.startBot());
    on(
        router,
        "telegram/write",
        body ->
            possible(
                telegram.write(text(body, "text", 4096), body.getString("replyTo")),
                "the bot is not started, or blocked"));
    on(
        router,
        "telegram/press",
        body -> {
          if (!telegram.press(text(body, "message", 200), text(body, "option", 64))) {
            throw new NotPossible("no such button");
          }
          return null;
        });
    on(
        router,
        "telegram/block",
        body -> {
          telegram.block(body.getBoolean("on", true));
          return null;
        });
    on(
        router,
        "mail/send",
        body ->
            mail.send(
                text(body, "to", 320),
                body.getString("subject", ""),
                text(body, "body", 50_000),
                body.getString("replyTo")));
    on(
        router,
        "mail/look",
        body -> {
          mail.look(text(body, "id", 100));
          return null;
        });
  }

  private void on(Router router, String path, Act act) {
    router
        .post("/demo/api/" + path)
        .consumes("application/json")
        .handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT))
        .failureHandler(
            context ->
                answer(
                    context,
                    context.statusCode(),
                    Map.of("why", "the body cannot be taken; it may have 64 kB")))
        .handler(
            context ->
                context
                    .vertx()
                    .executeBlocking(() -> act.act(object(context)), false)
                    .onSuccess(done -> answer(context, done == null ? 204 : 200, done))
                    .onFailure(failure -> fail(context, failure)));
  }

  private void fail(RoutingContext context, Throwable failure) {
    int status =
        switch (failure) {
          case NotPossible _, MailSimulator.Rejected _ -> 409;
          case DecodeException _, ClassCastException _ -> 400;
          default -> 500;
        };
    if (status == 500) {
      log.error("the demo failed", failure);
    }
    String why = status == 400 ? "not the JSON object that is expected" : failure.getMessage();
    answer(context, status, Map.of("why", why == null ? "" : why));
  }

  private void answer(RoutingContext context, int status, @Nullable Object value) {
    HttpServerResponse response = context.response().setStatusCode(status);
    if (value == null) {
      response.end();
    } else {
      response.putHeader("Content-Type", "application/json").end(write(value));
    }
  }

  private void events(RoutingContext context) {
    HttpServerResponse response = context.response();
    if (feed.listeners() >= PAGES) {
      response.setStatusCode(503).putHeader("Retry-After", "5").end();
      return;
    }
    response
        .setChunked(true)
        .setWriteQueueMaxSize(UNSENT_LIMIT)
        .putHeader("Content-Type", "text/event-stream; charset=utf-8")
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Accel-Buffering", "no");
    Runnable deaf = feed.listen(change -> send(context, "change", change));
    long beat = context.vertx().setPeriodic(BEAT, tick -> response.write(": beat\n\n"));
    context.addEndHandler(
        ended -> {
          deaf.run();
          context.vertx().cancelTimer(beat);
        });
    context
        .vertx()
        .executeBlocking(this::picture, false)
        .onSuccess(picture -> send(context, "all", picture))
        .onFailure(context::fail);
  }

  /** A page that does not keep up is let go; it comes back by itself and gets the whole picture. */
  private void send(RoutingContext context, String event, Object value) {
    HttpServerResponse response = context.response();
    if (response.writeQueueFull()) {
      response.reset();
    } else if (!response.closed() && !response.ended()) {
      response.write("event: " + event + "\ndata: " + write(value) + "\n\n");
    }
  }

  private Map<String, Object> picture() {
    var picture = new HashMap<String, Object>();
    picture.put("n", feed.last());
    picture.put("whatsapp", whatsapp.picture());
    picture.put("telegram", telegram.picture());
    picture.put("mail", mail.picture());
    return picture;
  }

  private String write(Object value) {
    try {
      return json.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonObject object(RoutingContext context) throws NotPossible {
    JsonObject body = context.body().asJsonObject();
    if (body == null) {
      throw new NotPossible("the body is empty");
    }
    return body;
  }

  private static String text(JsonObject body, String name, int limit) throws NotPossible {
    String text = body.getString(name, "").strip();
    if (text.isEmpty()) {
      throw new NotPossible(name + " is empty");
    }
    if (text.length() > limit) {
      throw new NotPossible(name + " is longer than " + limit + " characters");
    }
    return text;
  }

  private static <T> T possible(@Nullable T value, String otherwise) throws NotPossible {
    if (value == null) {
      throw new NotPossible(otherwise);
    }
    return value;
  }
}
