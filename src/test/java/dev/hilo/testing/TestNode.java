package dev.hilo.testing;

import dev.hilo.access.Permissions;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.channel.Inbound;
import dev.hilo.config.ByteSize;
import dev.hilo.conversation.Position;
import dev.hilo.core.Accounts;
import dev.hilo.core.Actions;
import dev.hilo.core.Download;
import dev.hilo.core.Gestures;
import dev.hilo.core.HistoryWatch;
import dev.hilo.core.Joining;
import dev.hilo.core.Keeper;
import dev.hilo.core.Lanes;
import dev.hilo.core.MediaFetch;
import dev.hilo.core.Proofs;
import dev.hilo.core.Reception;
import dev.hilo.core.Replay;
import dev.hilo.core.Roots;
import dev.hilo.core.Saying;
import dev.hilo.core.Threads;
import dev.hilo.core.Trail;
import dev.hilo.core.Ways;
import dev.hilo.store.AddressKeys;
import dev.hilo.store.Blobs;
import dev.hilo.store.Directory;
import dev.hilo.store.Feed;
import dev.hilo.store.FileBlobs;
import dev.hilo.store.Lease;
import dev.hilo.store.Link;
import dev.hilo.store.Pacing;
import dev.hilo.store.Presence;
import dev.hilo.store.SharedObjects;
import dev.hilo.store.Streams;
import dev.hilo.store.Tokens;
import dev.hilo.store.Topology;
import dev.hilo.store.Work;
import dev.hilo.workspace.Item;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A gateway's core on one event loop: everything from {@link Link} to {@link Reception}, for one
 * workspace.
 */
public final class TestNode implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  public final Vertx vertx;
  public final Context context;
  public final String workspace;
  public final Link link;
  public final Streams streams;
  public final Directory directory;
  public final Work work;
  public final Lease lease;
  public final Tokens tokens;
  public final SharedObjects objects;
  public final Blobs blobs;
  public final AddressKeys keys = new AddressKeys(new byte[32]);
  public final PaperChannel paper = new PaperChannel();
  public final Roots roots;
  public final Joining joining;
  public final Reception reception;
  public final Proofs proofs;
  public final Threads threads;
  public final Saying saying;
  public final Actions actions;
  public final Roster roster;

  private final Topology topology;
  private final Path folder;
  private boolean closed;

  private TestNode(Vertx vertx, Context context, URI redis, String workspace, Path folder) {
    this.vertx = vertx;
    this.context = context;
    this.topology = Topology.of(vertx, context, redis);
    this.workspace = workspace;
    this.folder = folder;
    this.link = new Link(context, topology);
    this.streams = new Streams(link);
    this.directory = new Directory(link);
    this.work = new Work(link);
    this.lease = new Lease(link);
    this.tokens = new Tokens(link);
    this.objects = new SharedObjects(link);
    this.blobs = new FileBlobs(folder);
    Accounts accounts =
        new Accounts(List.of(new Accounts.Opened(workspace, PaperChannel.TYPE, "endpoint", paper)));
    this.roots = new Roots(vertx, streams);
    this.joining = new Joining(streams, roots);
    this.roster = new Roster(workspace, List.of(agent("ana", "Ana"), agent("ben", "Ben")));
    roster.follow(roster.with(Map.of()), Position.START);
    this.reception = reception(accounts);
    this.proofs = new Proofs(roots, joining, tokens, keys, objects);
    Rosters rosters = rosters();
    this.threads =
        new Threads(new Permissions(rosters), roots, new Trail(streams, roots, Clock.systemUTC()));
    this.saying = saying(accounts);
    this.actions =
        new Actions(
            threads,
            roots,
            joining,
            proofs,
            keys,
            tokens,
            rosters,
            new Ways(accounts),
            new Gestures(new Ways(accounts), new SimpleMeterRegistry()),
            URI.create("http://127.0.0.1"));
  }

  private static Item.User agent(String id, String name) {
    return new Item.User(id, name, null, List.of("agent"), List.of(), false, null);
  }

  public Rosters rosters() {
    return new Rosters(List.of(roster));
  }

  /** Takes what these accounts report. */
  public Reception reception(Accounts accounts) {
    return new Reception(
        vertx, keys, directory, roots, joining, accounts, rosters(), blobs, objects);
  }

  /** Says things through these accounts. */
  public Saying saying(Accounts accounts) {
    return new Saying(vertx, threads, roots, streams, directory, accounts, keys, rosters(), blobs);
  }

  /** Sends through these accounts. */
  public Lanes lanes(Accounts accounts) {
    return new Lanes(
        streams, work, accounts, rosters(), new Pacing(link), new SimpleMeterRegistry());
  }

  /** Looks after everybody, as a node of this name. */
  public Keeper keeper(String name, Feed feed, Accounts accounts) {
    return new Keeper(
        name,
        streams,
        work,
        lease,
        feed,
        joining,
        new Presence(link, name),
        lanes(accounts),
        mediaFetch(accounts),
        rosters(),
        () -> {});
  }

  /** What a channel of this workspace reports. */
  public Future<Void> receive(String type, String endpoint, List<Inbound> items) {
    return reception.receive(workspace, type, endpoint, items);
  }

  public static TestNode start(URI redis, String workspace) {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    Promise<TestNode> made = Promise.promise();
    try {
      Path folder = Files.createTempDirectory("hilo-blobs");
      vertx.runOnContext(
          _ ->
              made.complete(
                  new TestNode(vertx, vertx.getOrCreateContext(), redis, workspace, folder)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return result(made.future());
  }

  /** Fetches from hosts of this machine, too. */
  public MediaFetch mediaFetch(Accounts accounts) {
    Download.Settings settings =
        new Download.Settings(
            new ByteSize(1 << 20), new ByteSize(1 << 20), false, List.of("127.0.0.1"));
    return new MediaFetch(
        context,
        roots,
        streams,
        accounts,
        blobs,
        new Download(vertx, settings),
        new SimpleMeterRegistry());
  }

  /** Starts something on the node's event loop. */
  public <T> Future<T> run(Supplier<Future<T>> work) {
    Promise<T> done = Promise.promise();
    context.runOnContext(
        _ -> {
          try {
            work.get().onComplete(done);
          } catch (RuntimeException | AssertionError e) {
            done.fail(e);
          }
        });
    return done.future();
  }

  /** Does something on the node's event loop and waits for it; throws what it failed with. */
  public <T> T await(Supplier<Future<T>> work) {
    return result(run(work));
  }

  /** Waits on the test's thread. */
  public static <T> T result(Future<T> future) {
    if (Context.isOnEventLoopThread()) {
      throw new IllegalStateException("an event loop must not wait");
    }
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException r -> throw r;
        case Error r -> throw r;
        case Throwable r -> throw new IllegalStateException(r);
      }
    } catch (TimeoutException e) {
      throw new AssertionError("no answer within " + PATIENCE_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** From now on the node writes again what a failover lost. */
  public TestNode replaying() {
    return await(
        () -> {
          var _ =
              new Replay(
                  vertx,
                  context,
                  new HistoryWatch(vertx, context, streams),
                  60,
                  link,
                  streams,
                  directory,
                  roots,
                  joining,
                  new SimpleMeterRegistry());
          return Future.succeededFuture(this);
        });
  }

  /** A subscriber connection of this node; the caller closes it. */
  public Feed feed(String name) {
    return await(() -> Future.succeededFuture(new Feed(context, topology, link, name)));
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    result(link.close());
    result(topology.close());
    result(vertx.close());
    try {
      RedisServer.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
