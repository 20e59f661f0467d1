package dev.hilo.http;

import dev.hilo.access.Permissions;
import dev.hilo.access.Rosters;
import dev.hilo.channel.ChannelTypes;
import dev.hilo.core.Accounts;
import dev.hilo.core.Actions;
import dev.hilo.core.Desks;
import dev.hilo.core.EndpointEditing;
import dev.hilo.core.Endpoints;
import dev.hilo.core.Mailboxes;
import dev.hilo.core.Pictures;
import dev.hilo.core.Reception;
import dev.hilo.core.Roots;
import dev.hilo.core.Saying;
import dev.hilo.core.Threads;
import dev.hilo.core.Timeline;
import dev.hilo.core.Trail;
import dev.hilo.core.TrailReader;
import dev.hilo.live.Doors;
import dev.hilo.live.Hub;
import dev.hilo.live.Posts;
import dev.hilo.people.FrontDoor;
import dev.hilo.reader.Boards;
import dev.hilo.store.Blobs;
import dev.hilo.store.FileLinks;
import dev.hilo.store.Ledger;
import dev.hilo.store.MailLinks;
import dev.hilo.store.Relay;
import dev.hilo.store.Tokens;
import dev.hilo.store.Troubles;
import dev.hilo.store.Usage;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The public side on one event loop: pages, API, webhooks and sockets. */
public final class HttpVerticle extends VerticleBase {
  /** What is the same on every loop. */
  public record Shared(
      String host,
      int port,
      URI publicUrl,
      List<String> ownOrigins,
      ClientAddress addresses,
      long webhookBytes,
      int frameBytes,
      int idleSeconds,
      Accounts accounts,
      ChannelTypes types,
      Endpoints endpoints,
      Mailboxes mailboxes,
      Rosters rosters,
      Permissions permissions,
      Doors doors,
      Posts posts,
      Blobs blobs,
      FileLinks links,
      MailLinks mailLinks,
      Pictures pictures,
      long fileBytes,
      long visitorFileBytes,
      WebApps apps,
      MeterRegistry meters,
      @Nullable BiConsumer<Router, WebApps> more) {}

  /** What belongs to this loop. */
  public record Loop(
      Reception reception,
      Threads threads,
      Saying saying,
      Actions actions,
      Roots roots,
      Timeline timeline,
      Tokens tokens,
      Boards boards,
      Trail trail,
      TrailReader reader,
      Desks desks,
      EndpointEditing endpointEditing,
      Usage usage,
      Troubles troubles,
      Ledger ledger,
      FrontDoor door,
      Relay relay,
      Hub hub) {}

  private final Shared shared;
  private final Function<Context, Loop> make;
  private volatile @Nullable HttpServer server;

  /** {@code make}: called on the event loop it is given. */
  public HttpVerticle(Shared shared, Function<Context, Loop> make) {
    this.shared = shared;
    this.make = make;
  }

  @Override
  public Future<?> start() {
    Loop loop = make.apply(context);
    Router router = Router.router(vertx);
    router.route().handler(new SafeAnswers(shared.publicUrl()));
    WebhookRoute webhooks =
        new WebhookRoute(
            shared.accounts(),
            loop.reception(),
            shared.publicUrl(),
            shared.webhookBytes(),
            shared.meters());
    router.route("/webhooks/:endpoint").handler(webhooks::handle);
    SignIn signIn =
        new SignIn(
            loop.tokens(),
            loop.door().doorkeeper(),
            shared.rosters(),
            shared.doors(),
            shared.ownOrigins(),
            "https".equals(shared.publicUrl().getScheme()),
            shared.addresses());
    List<Route> routes = new ArrayList<>(signIn.routes());
    routes.addAll(new PeopleRoutes(signIn, shared.rosters(), loop.door()).routes());
    routes.addAll(
        new ThreadRoutes(
                loop.threads(),
                loop.saying(),
                loop.actions(),
                loop.timeline(),
                loop.boards(),
                shared.rosters(),
                shared.accounts())
            .routes());
    FileRoutes files =
        new FileRoutes(
            vertx,
            loop.threads(),
            loop.roots(),
            shared.blobs(),
            shared.links(),
            new FileRoutes.Limits(shared.fileBytes(), shared.visitorFileBytes()));
    routes.addAll(files.routes());
    files.mount(router);
    MailRoutes mails =
        new MailRoutes(
            vertx,
            loop.threads(),
            shared.blobs(),
            shared.links(),
            shared.mailLinks(),
            shared.pictures());
    routes.addAll(mails.routes());
    mails.mount(router);
    Clock clock = Clock.systemUTC();
    routes.addAll(new KeyRoutes(shared.rosters(), loop.desks(), loop.usage(), clock).routes());
    routes.addAll(new AuditRoutes(loop.reader(), shared.rosters(), clock).routes());
    routes.addAll(
        new DeskRoutes(
                shared.rosters(), loop.desks(), loop.door().doorkeeper(), loop.endpointEditing())
            .routes());
    routes.addAll(
        new EndpointRoutes(
                shared.types(),
                shared.endpoints(),
                shared.rosters(),
                loop.troubles(),
                shared.publicUrl())
            .routes());
    routes.addAll(
        new MailboxRoutes(shared.mailboxes(), loop.ledger(), shared.blobs(), vertx, clock)
            .routes());
    ForeignPages pages = new ForeignPages(shared.doors());
    pages.admit(router, "/api/v1/blobs/*", "GET", "authorization, range");
    pages.admit(router, "/api/v1/customers/:customer/files", "POST", "authorization, content-type");
    Pace pace = new Pace(loop.usage(), shared.rosters());
    new Api(signIn, shared.permissions(), loop.trail(), pace, loop.door().account(), routes)
        .mount(router);
    new StreamRoute(pages, loop.hub(), shared.posts(), loop.relay(), shared.frameBytes())
        .mount(router);
    shared.apps().mount(router);
    if (shared.more() != null) {
      shared.more().accept(router, shared.apps());
    }
    HttpServer made =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost(shared.host())
                    .setPort(shared.port())
                    .setIdleTimeout(shared.idleSeconds())
                    .setIdleTimeoutUnit(TimeUnit.SECONDS)
                    .setMaxHeaderSize(16 * 1024)
                    .setMaxInitialLineLength(8 * 1024))
            .connectionHandler(c -> LiveUpgrade.before(c, loop.hub()::accept))
            .requestHandler(router);
    server = made;
    return made.listen();
  }

  /**
   * Takes no new connections, so that balancers go elsewhere at once; those that stand may stay for
   * {@code millis}. May be called from any thread.
   */
  public void drain(long millis) {
    HttpServer now = server;
    if (now != null) {
      now.shutdown(millis, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public Future<?> stop() {
    HttpServer now = server;
    return now == null ? Future.succeededFuture() : now.close();
  }
}
