package dev.hilo.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Permissions.Act;
import dev.hilo.access.Principal;
import dev.hilo.channel.FileType;
import dev.hilo.codec.Json;
import dev.hilo.conversation.CustomerId;
import dev.hilo.core.Problem;
import dev.hilo.core.Problem.Code;
import dev.hilo.core.Roots;
import dev.hilo.core.Threads;
import dev.hilo.http.Route.Answer;
import dev.hilo.store.Blobs;
import dev.hilo.store.FileLinks;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Files: taken from whoever may write in a thread, given to whoever may read it. */
final class FileRoutes {
  private static final int LONGEST_NAME = 150;

  /** What uploads are bounded by, in bytes. */
  record Limits(long staff, long visitors) {}

  private final Vertx vertx;
  private final Threads threads;
  private final Roots roots;
  private final Blobs blobs;
  private final FileLinks links;
  private final Limits limits;
  private final FileAnswer answer;

  FileRoutes(
      Vertx vertx, Threads threads, Roots roots, Blobs blobs, FileLinks links, Limits limits) {
    this.vertx = vertx;
    this.threads = threads;
    this.roots = roots;
    this.blobs = blobs;
    this.links = links;
    this.limits = limits;
    this.answer = new FileAnswer(vertx, blobs);
  }

  List<Route> routes() {
    return List.of(
        Route.upload("/customers/:customer/files", this::upload),
        Route.anybody(HttpMethod.GET, "/blobs/:workspace/:home/:hash", this::blob));
  }

  /** The links that platforms fetch what we send by. */
  void mount(Router router) {
    String path = "/files/:workspace/:home/:hash";
    router.get(path).handler(this::linked);
    router.head(path).handler(this::linked);
  }

  private void linked(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    String type = request.getParam("type", "");
    String name = request.getParam("name", "");
    if (links.stands(
        blobName(ctx),
        type,
        name,
        number(request.getParam("until", "")),
        request.getParam("sig", ""),
        System.currentTimeMillis())) {
      answer.send(ctx, blobName(ctx), type, name).onFailure(e -> Api.problem(ctx, e));
    } else {
      Api.problem(ctx, new Problem(Code.FORBIDDEN, "this link is over, or it never was one"));
    }
  }

  private static long number(String text) {
    return text.matches("\\d{1,15}") ? Long.parseLong(text) : 0;
  }

  private static String blobName(RoutingContext ctx) {
    return ctx.pathParam("workspace") + "/" + ctx.pathParam("home") + "/" + ctx.pathParam("hash");
  }

  /** Staff may read the files of threads within reach, a visitor those of its own homes. */
  private Future<Answer> blob(RoutingContext ctx, Principal who) {
    String home = ctx.pathParam("workspace") + "." + ctx.pathParam("home");
    return mayRead(who, home, "file " + ctx.pathParam("hash"))
        .compose(_ -> answer.send(ctx, blobName(ctx), null, ctx.request().getParam("name")))
        .map(Answer.DONE);
  }

  private Future<Void> mayRead(Principal who, String home, String what) {
    Problem no = new Problem(Code.UNKNOWN_TOPIC, "there is no such file");
    CustomerId customer;
    try {
      customer = CustomerId.of(home);
    } catch (IllegalArgumentException e) {
      return Future.failedFuture(no);
    }
    return switch (who) {
      case Principal.Agent _, Principal.Integration _ ->
          threads
              .thread(who, Act.WATCH, customer, what)
              .<Void>mapEmpty()
              .recover(e -> Future.failedFuture(Problem.of(e).code() == Code.FORBIDDEN ? no : e));
      case Principal.Visitor v ->
          roots
              .root(v.home())
              .compose(
                  state ->
                      state.scopes().of(v.home().toString()).contains(home)
                          ? Future.succeededFuture()
                          : Future.failedFuture(no));
    };
  }

  /** Who may say something may bring a file for it; it is the customer's from then on. */
  private Future<Answer> upload(RoutingContext ctx, Principal who) {
    CustomerId topic = ThreadRoutes.customer(ctx);
    String name = name(ctx.request().getParam("name"));
    long most = who instanceof Principal.Visitor ? limits.visitors : limits.staff;
    String length = ctx.request().getHeader("Content-Length");
    if (length != null && number(length) > most) {
      return Future.failedFuture(tooLarge(most));
    }
    return home(who, topic)
        .compose(
            home ->
                vertx
                    .executeBlocking(blobs::draft)
                    .compose(
                        draft ->
                            received(ctx.request(), draft, most)
                                .compose(
                                    _ -> vertx.executeBlocking(() -> kept(ctx, home, draft, name)))
                                .recover(e -> Future.failedFuture(Problem.ofFiles(e)))
                                .eventually(
                                    () ->
                                        vertx.executeBlocking(() -> Files.deleteIfExists(draft)))));
  }

  private Future<CustomerId> home(Principal who, CustomerId topic) {
    return switch (who) {
      case Principal.Agent _, Principal.Integration _ ->
          threads.thread(who, Act.SAY, topic, "file").map(state -> state.customer());
      case Principal.Visitor v ->
          threads.may(who, Act.SAY, topic)
              ? Future.succeededFuture(v.home())
              : Future.failedFuture(new Problem(Code.FORBIDDEN, "this is not yours to do"));
    };
  }

  private static Problem tooLarge(long most) {
    return new Problem(Code.TOO_LARGE, "a file has at most " + most / 1024 / 1024 + " MB");
  }

  private static String name(@Nullable String asked) {
    String plain =
        Objects.requireNonNullElse(asked, "").replaceAll("[\\p{Cntrl}/\\\\]", "_").strip();
    return plain.substring(0, Math.min(plain.length(), LONGEST_NAME));
  }

  private Future<Void> received(HttpServerRequest request, Path draft, long most) {
    return vertx
        .fileSystem()
        .open(draft.toString(), new OpenOptions().setTruncateExisting(true))
        .compose(file -> written(request, file, most).eventually(file::close));
  }

  private static Future<Void> written(HttpServerRequest request, AsyncFile file, long most) {
    Promise<Void> done = Promise.promise();
    long[] size = {0};
    request.exceptionHandler(done::tryFail);
    request.endHandler(_ -> done.tryComplete());
    request.handler(
        part -> {
          size[0] += part.length();
          if (size[0] > most) {
            done.tryFail(tooLarge(most));
          } else {
            file.write(part).onFailure(done::tryFail);
            if (file.writeQueueFull()) {
              request.pause();
              file.drainHandler(_ -> request.resume());
            }
          }
        });
    request.resume();
    return done.future();
  }

  private Answer kept(RoutingContext ctx, CustomerId home, Path draft, String name)
      throws IOException {
    long size = Files.size(draft);
    if (size == 0) {
      throw new Problem(Code.BAD_REQUEST, "the file is empty");
    }
    byte[] head;
    try (var in = Files.newInputStream(draft)) {
      head = in.readNBytes(FileType.HEAD);
    }
    FileType type = FileType.of(head, ctx.request().getHeader("Content-Type"));
    ObjectNode out =
        Json.object()
            .put("blob", blobs.keep(home, draft))
            .put("mime", type.mime())
            .put("size", size)
            .put("name", name)
            .put("kind", type.kind().name().toLowerCase(Locale.ROOT));
    return Answer.ok(out);
  }
}
