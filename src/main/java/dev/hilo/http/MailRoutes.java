package dev.hilo.http;

import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.codec.Json;
import dev.hilo.conversation.CustomerId;
import dev.hilo.core.Pictures;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.Threads;
import dev.hilo.http.Route.Answer;
import dev.hilo.store.Blobs;
import dev.hilo.store.FileLinks;
import dev.hilo.store.MailLinks;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * How mails look, for those who may read the thread: a page that runs nothing, asks nobody and is
 * shown in a frame that it cannot leave. Pictures that lie elsewhere are fetched by us, and only
 * when somebody wants to see them.
 */
final class MailRoutes {
  private static final int LARGEST_PAGE = 4 * 1024 * 1024;
  private static final Duration LIFE = Duration.ofHours(2);

  private final Vertx vertx;
  private final Threads threads;
  private final Blobs blobs;
  private final FileLinks files;
  private final MailLinks links;
  private final Pictures pictures;
  private final String policy;

  MailRoutes(
      Vertx vertx,
      Threads threads,
      Blobs blobs,
      FileLinks files,
      MailLinks links,
      Pictures pictures) {
    this.vertx = vertx;
    this.threads = threads;
    this.blobs = blobs;
    this.files = files;
    this.links = links;
    this.pictures = pictures;
    this.policy =
        String.join(
            "; ",
            "default-src 'none'",
            "img-src 'self' data:",
            "style-src 'unsafe-inline'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            "sandbox allow-popups allow-popups-to-escape-sandbox");
  }

  List<Route> routes() {
    return List.of(
        Route.thread(HttpMethod.GET, "/customers/:customer/mails/:hash", Act.WATCH, this::mail));
  }

  /** What the pages are made of; who may see one was asked when its address was given out. */
  void mount(Router router) {
    router.get(MailLinks.PAGE + ":workspace/:home/:hash").handler(this::page);
    router.get(MailLinks.PICTURE).handler(this::picture);
  }

  /** Where the page of a mail is, and how many pictures lie elsewhere. */
  private Future<Answer> mail(RoutingContext ctx, Principal who) {
    CustomerId home = ThreadRoutes.customer(ctx);
    String blob = home.workspace() + "/" + home.local() + "/" + ctx.pathParam("hash");
    String language = MailPage.language(ctx.request().getParam("lang", "en"));
    return threads
        .thread(who, Act.WATCH, home, "mail " + ctx.pathParam("hash"))
        .compose(_ -> read(blob, language))
        .map(
            page -> {
              long now = System.currentTimeMillis();
              int remote = page.remote();
              var out =
                  Json.object()
                      .put("page", links.page(blob, language, false, now))
                      .put("lines", page.lines())
                      .put("remote", remote);
              if (remote > 0) {
                out.put("pictures", links.page(blob, language, true, now));
              }
              return Answer.ok(out);
            });
  }

  private Future<MailPage> read(String blob, String language) {
    return vertx
        .executeBlocking(() -> MailPage.of(bytes(blob), language), false)
        .map(Objects::requireNonNull)
        .recover(e -> Future.failedFuture(Problem.ofFiles(e)));
  }

  private byte[] bytes(String blob) throws IOException {
    Blobs.Stored stored = blobs.find(blob);
    if (stored.size() > LARGEST_PAGE) {
      throw new Problem(Code.TOO_LARGE, "this mail is too large to be shown as it was sent");
    }
    try (InputStream in = blobs.open(stored, 0, stored.size())) {
      return in.readNBytes(LARGEST_PAGE);
    }
  }

  private void page(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    String home = ctx.pathParam("workspace") + "/" + ctx.pathParam("home") + "/";
    String blob = home + ctx.pathParam("hash");
    String language = request.getParam("lang", "");
    boolean all = request.getParam("pictures", "").equals("true");
    long now = System.currentTimeMillis();
    if (!links.standsPage(blob, language, all, until(request), request.getParam("sig", ""), now)) {
      Api.problem(ctx, over());
      return;
    }
    read(blob, language)
        .compose(
            page ->
                vertx.executeBlocking(
                    () ->
                        page.page(
                            own -> own(home, own), all ? far -> links.picture(far, now) : null),
                    false))
        .onSuccess(
            html ->
                ctx.response()
                    .putHeader("Content-Type", "text/html; charset=utf-8")
                    .putHeader("Content-Security-Policy", policy)
                    .putHeader("Referrer-Policy", "no-referrer")
                    .putHeader("Cache-Control", "private, no-store")
                    .putHeader("X-Robots-Tag", "noindex")
                    .end(Objects.requireNonNull(html)))
        .onFailure(e -> Api.problem(ctx, e));
  }

  /** A picture is looked for where the mail lies, and nowhere else. */
  private String own(String home, String blob) {
    String name = home + blob.substring(blob.lastIndexOf('/') + 1);
    URI link = files.link(name, null, null, System.currentTimeMillis(), LIFE);
    return link.getRawPath() + "?" + link.getRawQuery();
  }

  private static long until(HttpServerRequest request) {
    String text = request.getParam("until", "");
    return text.matches("\\d{1,15}") ? Long.parseLong(text) : 0;
  }

  private static Problem over() {
    return new Problem(Code.FORBIDDEN, "this link is over, or it never was one");
  }

  private void picture(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    String url = request.getParam("u", "");
    if (!links.standsPicture(
        url, until(request), request.getParam("sig", ""), System.currentTimeMillis())) {
      Api.problem(ctx, over());
      return;
    }
    fetched(url)
        .onSuccess(picture -> send(ctx.response(), picture))
        .onFailure(e -> Api.problem(ctx, Problem.ofFiles(e)));
  }

  private Future<Pictures.Picture> fetched(String url) {
    Promise<Pictures.Picture> done = Promise.promise();
    var context = vertx.getOrCreateContext();
    Thread.startVirtualThread(
        () -> {
          try {
            Pictures.Picture picture = pictures.of(url);
            context.runOnContext(_ -> done.complete(picture));
          } catch (IOException | RuntimeException e) {
            context.runOnContext(_ -> done.fail(e));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            context.runOnContext(_ -> done.fail(e));
          }
        });
    return done.future();
  }

  private void send(HttpServerResponse response, Pictures.Picture picture) {
    response
        .putHeader("Content-Type", picture.mime())
        .putHeader("Content-Disposition", "inline")
        .putHeader("Content-Security-Policy", "default-src 'none'; sandbox")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cache-Control", "private, max-age=3600")
        .sendFile(picture.file().toString())
        .eventually(() -> vertx.executeBlocking(() -> Files.deleteIfExists(picture.file())));
  }
}
