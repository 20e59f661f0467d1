package dev.hilo;

import dev.hilo.access.Permissions;
import dev.hilo.access.Roster;
import dev.hilo.access.Rosters;
import dev.hilo.channel.ChannelTypes;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.InvalidConfig;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.core.Accounts;
import dev.hilo.core.Actions;
import dev.hilo.core.ChannelPorts;
import dev.hilo.core.DeskWatch;
import dev.hilo.core.Desks;
import dev.hilo.core.Download;
import dev.hilo.core.EndpointEditing;
import dev.hilo.core.Endpoints;
import dev.hilo.core.Gestures;
import dev.hilo.core.HistoryWatch;
import dev.hilo.core.Joining;
import dev.hilo.core.Keeper;
import dev.hilo.core.Lanes;
import dev.hilo.core.Mailboxes;
import dev.hilo.core.MediaFetch;
import dev.hilo.core.Pictures;
import dev.hilo.core.Proofs;
import dev.hilo.core.Reception;
import dev.hilo.core.Replay;
import dev.hilo.core.Roots;
import dev.hilo.core.Saying;
import dev.hilo.core.Sources;
import dev.hilo.core.Threads;
import dev.hilo.core.Timeline;
import dev.hilo.core.Trail;
import dev.hilo.core.TrailReader;
import dev.hilo.core.TrailSweep;
import dev.hilo.core.Ways;
import dev.hilo.http.ClientAddress;
import dev.hilo.http.HttpVerticle;
import dev.hilo.http.WebApps;
import dev.hilo.live.Doors;
import dev.hilo.live.Hub;
import dev.hilo.live.Limits;
import dev.hilo.live.Posts;
import dev.hilo.live.Sockets;
import dev.hilo.ops.Management;
import dev.hilo.people.FrontDoor;
import dev.hilo.people.Invitations;
import dev.hilo.people.Keyring;
import dev.hilo.people.Letters;
import dev.hilo.people.Oidc;
import dev.hilo.people.Passwords;
import dev.hilo.reader.Board;
import dev.hilo.reader.Boards;
import dev.hilo.store.AddressKeys;
import dev.hilo.store.Blobs;
import dev.hilo.store.Directory;
import dev.hilo.store.Entrance;
import dev.hilo.store.Facts;
import dev.hilo.store.Feed;
import dev.hilo.store.FileLinks;
import dev.hilo.store.Lease;
import dev.hilo.store.Ledger;
import dev.hilo.store.Link;
import dev.hilo.store.MailLinks;
import dev.hilo.store.Pacing;
import dev.hilo.store.Presence;
import dev.hilo.store.Relay;
import dev.hilo.store.S3Blobs;
import dev.hilo.store.Sessions;
import dev.hilo.store.SharedObjects;
import dev.hilo.store.StoreUnavailable;
import dev.hilo.store.Streams;
import dev.hilo.store.Tokens;
import dev.hilo.store.Topology;
import dev.hilo.store.Troubles;
import dev.hilo.store.Usage;
import dev.hilo.store.Vault;
import dev.hilo.store.Work;
import dev.hilo.workspace.Edit;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running node: everything is put together here, and nowhere else. Its methods block. */
public final class Gateway implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  /** For clients that have no other node to go to, ms. */
  private static final long ALONE_MS = 1500;

  private static final Duration SIGN_IN = Duration.ofHours(24);

  private final GatewayConfig config;
  private final URI publicUrl;
  private final int port;
  private final String node;
  private final Vertx vertx;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AddressKeys keys;
  private final byte[] installationKey;
  private final FrontDoor.Shared people;
  private final Rosters rosters;

  /** When programs were noted to be here, for all loops. */
  private final Map<String, Long> keyUse = new ConcurrentHashMap<>();

  private final Permissions permissions;
  private final ChannelTypes types = new ChannelTypes();
  private final WebClient web;
  private final Accounts accounts;
  private final Ways ways;
  private final Gestures gestures;
  private final Endpoints endpoints;
  private final Blobs blobs;
  private final List<Link> links = new CopyOnWriteArrayList<>();
  private final List<Hub> hubs = new CopyOnWriteArrayList<>();
  private final List<HttpVerticle> fronts = new CopyOnWriteArrayList<>();
  private final Topology topology;
  private final List<Feed> feeds = new CopyOnWriteArrayList<>();
  private final Link nodeLink;
  private final HistoryWatch histories;
  private final Tokens tokens;
  private final Boards boards;
  private final Desks desks;
  private final Keeper keeper;
  private final Mailboxes mailboxes;
  private final Sources sources;
  private final Management management;
  private final Presence presence;
  private volatile boolean draining;

  /**
   * Starts a node.
   *
   * @param redis where the store is
   * @param installationKey 32 bytes or more
   * @param blocks channels to open
   * @param more adds routes to the public side, with the pages it may serve; or null
   * @throws InvalidConfig with every fault of the channels' settings
   */
  public static Gateway start(
      GatewayConfig config,
      int port,
      URI redis,
      byte[] installationKey,
      List<GatewayConfig.ChannelBlock> blocks,
      @Nullable BiConsumer<Router, WebApps> more)
      throws Exception {
    return new Gateway(config, port, redis, installationKey, blocks, more);
  }

  private Gateway(
      GatewayConfig config,
      int port,
      URI redis,
      byte[] installationKey,
      List<GatewayConfig.ChannelBlock> blocks,
      @Nullable BiConsumer<Router, WebApps> more)
      throws Exception {
    this.config = config;
    this.port = port;
    this.node = config.node() != null ? config.node() : "n-" + Tokens.random().substring(0, 10);
    this.publicUrl = publicUrl(config, port);
    this.installationKey = installationKey.clone();
    this.keys = new AddressKeys(installationKey);
    List<GatewayConfig.ChannelBlock> ofFile =
        config.workspaces().stream().flatMap(w -> w.channels().stream()).toList();
    List<GatewayConfig.ChannelBlock> others =
        blocks.stream().filter(b -> !ofFile.contains(b)).toList();
    FirstContent.check(Stream.concat(ofFile.stream(), others.stream()).toList(), types);
    Map<String, FirstContent> first = new LinkedHashMap<>();
    config.workspaces().forEach(w -> first.put(w.name(), FirstContent.of(w, types)));
    List<Roster> all = new ArrayList<>();
    first.forEach((name, content) -> all.add(new Roster(name, content.items())));
    this.rosters = new Rosters(all);
    this.permissions = new Permissions(rosters);
    this.blobs = config.blobs().open(config.data());
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventLoopPoolSize(Runtime.getRuntime().availableProcessors()));
    try {
      if (blobs instanceof S3Blobs bucket) {
        bucket.check();
      }
      this.people = people();
      this.web =
          WebClient.create(
              vertx, new WebClientOptions().setConnectTimeout(10_000).setIdleTimeout(30));
      Context nodeLoop = loop();
      this.topology = Topology.of(vertx, nodeLoop, redis);
      this.nodeLink = link(nodeLoop);
      ChannelPorts ports =
          new ChannelPorts(
              vertx,
              web,
              blobs,
              new FileLinks(keys, publicUrl),
              new Facts(nodeLink, keys),
              publicUrl);
      this.accounts = new Accounts(outside(others, ports));
      this.ways = new Ways(accounts);
      this.gestures = new Gestures(ways, meters);
      Map<String, Map<String, ConfigNode>> written = new LinkedHashMap<>();
      first.forEach((name, content) -> written.put(name, content.blocks()));
      this.endpoints =
          new Endpoints(
              types,
              ports::of,
              rosters,
              new Vault(nodeLink, installationKey),
              accounts,
              new Troubles(nodeLink, node),
              written);
      Feed feed = feed(nodeLoop, nodeLink);
      this.histories = new HistoryWatch(vertx, nodeLoop, new Streams(nodeLink));
      this.tokens = new Tokens(nodeLink);
      Work work = new Work(nodeLink);
      Map<String, Board> boards = new LinkedHashMap<>();
      for (Roster roster : rosters.all()) {
        Board board = new Board(vertx, nodeLoop, roster.workspace(), work, feed);
        board.start();
        boards.put(roster.workspace(), board);
      }
      this.boards = new Boards(boards);
      Core core = core(nodeLoop, nodeLink);
      this.desks = new Desks(rosters, core.roots, core.streams);
      for (Roster roster : rosters.all()) {
        new DeskWatch(vertx, nodeLoop, roster, desks, feed, deskListener).start();
      }
      new TrailSweep(node, rosters, core.streams, new Lease(nodeLink), Clock.systemUTC())
          .start(vertx, nodeLoop);
      this.presence = new Presence(nodeLink, node);
      leaveNobody(); // of an earlier life of this name
      this.keeper =
          new Keeper(
              node,
              core.streams,
              work,
              new Lease(nodeLink),
              feed,
              core.joining,
              presence,
              new Lanes(core.streams, work, accounts, rosters, new Pacing(nodeLink), meters)
                  .learning((message, same) -> proved(core, nodeLoop, message, same)),
              new MediaFetch(
                  nodeLoop,
                  core.roots,
                  core.streams,
                  accounts,
                  blobs,
                  new Download(vertx, config.media()),
                  meters),
              rosters,
              () -> hubs.forEach(Hub::attend));
      this.mailboxes = new Mailboxes(accounts, rosters.first().workspace());
      this.sources =
          new Sources(
              node,
              new Lease(nodeLink),
              new Ledger(nodeLink),
              accounts,
              core.reception,
              nodeLoop,
              mailboxes,
              meters);
      serve(feed, more);
      keeper.start();
      sources.start();
      gauges();
      this.management =
          Management.start(
              vertx, config.management().host(), config.management().port(), meters, this::trouble);
    } catch (Exception e) {
      vertx.close().await(10, TimeUnit.SECONDS);
      throw e;
    }
  }

  private FrontDoor.Shared people() {
    Clock clock = Clock.systemUTC();
    return new FrontDoor.Shared(
        rosters,
        keys,
        new Passwords(vertx),
        config.mail() == null ? null : new Letters(vertx, config.mail(), publicUrl),
        config.oidc() == null ? null : new Oidc(vertx, config.oidc(), publicUrl, clock),
        publicUrl,
        clock,
        meters);
  }

  static URI publicUrl(GatewayConfig config, int port) {
    return config.http().publicUrl() != null
        ? config.http().publicUrl()
        : URI.create("http://" + config.http().host() + ":" + port);
  }

  /** Opens what is on no desk. */
  private List<Accounts.Opened> outside(
      List<GatewayConfig.ChannelBlock> blocks, ChannelPorts ports) {
    List<Accounts.Opened> opened = new ArrayList<>();
    for (GatewayConfig.ChannelBlock block : blocks) {
      ChannelTypes.Kind kind = Objects.requireNonNull(types.find(block.type()));
      opened.add(
          new Accounts.Opened(
              config.workspace(),
              block.type(),
              Objects.requireNonNullElse(block.endpoint(), ""),
              kind.open(block.settings(), ports.of(config.workspace()))));
    }
    return opened;
  }

  /** What is done when a desk changed. */
  private final DeskWatch.Listener deskListener =
      new DeskWatch.Listener() {
        @Override
        public void changed(String workspace, List<Edit> edits) {
          hubs.forEach(hub -> hub.changed(workspace, edits));
          endpoints.changed(workspace);
        }

        @Override
        public void signedOut(String signIn) {
          hubs.forEach(hub -> hub.signedOut(signIn));
        }

        @Override
        public void unheard() {
          hubs.forEach(Hub::checkSignIns);
        }
      };

  private Context loop() throws Exception {
    Promise<Context> made = Promise.promise();
    vertx
        .deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                made.complete(context);
                return Future.succeededFuture();
              }
            })
        .onFailure(made::fail);
    return made.future().await(10, TimeUnit.SECONDS);
  }

  private Link link(Context on) {
    Link link = new Link(on, topology);
    links.add(link);
    return link;
  }

  private Feed feed(Context on, Link link) {
    Feed feed = new Feed(on, topology, link, node);
    feeds.add(feed);
    return feed;
  }

  /** What one event loop needs to take things in. */
  private record Core(
      Streams streams,
      Directory directory,
      Roots roots,
      Joining joining,
      Reception reception,
      SharedObjects objects) {}

  private Core core(Context context, Link link) {
    Streams streams = new Streams(link);
    Directory directory = new Directory(link);
    Roots roots = new Roots(vertx, streams);
    Joining joining = new Joining(streams, roots);
    var _ =
        new Replay(
            vertx,
            context,
            histories,
            (int) config.redis().replay().toSeconds(),
            link,
            streams,
            directory,
            roots,
            joining,
            meters);
    SharedObjects objects = new SharedObjects(link);
    Reception reception =
        new Reception(vertx, keys, directory, roots, joining, accounts, rosters, blobs, objects);
    return new Core(streams, directory, roots, joining, reception, objects);
  }

  /**
   * An answer of a platform says that two addresses are one person's. What fails is only logged.
   */
  private static void proved(Core core, Context loop, Entry message, Address same) {
    String via = Objects.requireNonNullElse(message.header().via(), "");
    CustomerId home = CustomerId.of(message.header().home());
    Promise<Void> done = Promise.promise();
    loop.runOnContext(_ -> core.reception.proved(home, via, same).onComplete(done));
    try {
      done.future().await(10, TimeUnit.SECONDS);
    } catch (TimeoutException | RuntimeException e) {
      LOG.warn("two addresses of a customer were not joined: {}", e.toString());
    }
  }

  private void serve(Feed feed, @Nullable BiConsumer<Router, WebApps> more) throws Exception {
    List<String> ownOrigins = new ArrayList<>(List.of(publicUrl.toString()));
    if (config.http().publicUrl() == null) {
      ownOrigins.add("http://127.0.0.1:" + port);
      ownOrigins.add("http://localhost:" + port);
    }
    Doors doors = new Doors(keys, rosters, ownOrigins);
    int loops = Math.max(1, Runtime.getRuntime().availableProcessors());
    GatewayConfig.Limits l = config.limits();
    Limits limits =
        new Limits(
            l.frame().intBytes(),
            l.framesPerSecond(),
            16,
            l.topics(),
            l.socketsPerDevice(),
            (int) Math.max(1, l.beat().toSeconds()),
            config.http().maxConnections() / loops);
    Sockets sockets = new Sockets();
    Posts posts = new Posts(node);
    Relay.receive(feed, node, posts::relayed);
    HttpVerticle.Shared shared =
        new HttpVerticle.Shared(
            config.http().host(),
            port,
            publicUrl,
            ownOrigins,
            new ClientAddress(config.http().trustedProxies()),
            l.webhookBody().bytes(),
            l.frame().intBytes(),
            (int) config.http().idleTimeout().toSeconds(),
            accounts,
            types,
            endpoints,
            mailboxes,
            rosters,
            permissions,
            doors,
            posts,
            blobs,
            new FileLinks(keys, publicUrl),
            new MailLinks(keys),
            new Pictures(vertx, config.media(), blobs),
            config.media().maxBytes().bytes(),
            config.media().visitorBytes().bytes(),
            WebApps.load(),
            meters,
            more);
    vertx
        .deployVerticle(
            () -> {
              HttpVerticle front =
                  new HttpVerticle(shared, loop -> httpLoop(loop, limits, doors, sockets, posts));
              fronts.add(front);
              return front;
            },
            new DeploymentOptions().setInstances(loops))
        .await(30, TimeUnit.SECONDS);
  }

  private HttpVerticle.Loop httpLoop(
      Context context, Limits limits, Doors doors, Sockets sockets, Posts posts) {
    Link link = link(context);
    Core core = core(context, link);
    Tokens mine = new Tokens(link);
    Timeline timeline = new Timeline(core.streams, keys);
    Trail trail = new Trail(core.streams, core.roots, Clock.systemUTC());
    Desks changes = new Desks(rosters, core.roots, core.streams);
    Threads threads = new Threads(permissions, core.roots, trail);
    Saying saying =
        new Saying(
            vertx,
            threads,
            core.roots,
            core.streams,
            core.directory,
            accounts,
            keys,
            rosters,
            blobs);
    Actions actions =
        new Actions(
            threads,
            core.roots,
            core.joining,
            new Proofs(core.roots, core.joining, mine, keys, core.objects),
            keys,
            mine,
            rosters,
            ways,
            gestures,
            publicUrl);
    Hub hub =
        new Hub(
            vertx,
            new Hub.Services(
                core.streams,
                feed(context, link),
                new Entrance(link),
                new Presence(link, node),
                core.objects,
                timeline,
                core.roots,
                threads,
                saying,
                actions,
                mine,
                new Sessions(link),
                rosters,
                permissions,
                trail,
                boards,
                limits,
                doors,
                sockets,
                posts));
    hubs.add(hub);
    return new HttpVerticle.Loop(
        core.reception,
        threads,
        saying,
        actions,
        core.roots,
        timeline,
        mine,
        boards,
        trail,
        new TrailReader(core.streams),
        changes,
        new EndpointEditing(types, endpoints, rosters, changes, new Vault(link, installationKey)),
        new Usage(link, keyUse),
        new Troubles(link, node),
        new Ledger(link),
        FrontDoor.on(people, link, new Vault(link, installationKey), changes, core.objects, trail),
        new Relay(link),
        hub);
  }

  private void gauges() {
    Gauge.builder("hilo.sessions", hubs, all -> all.stream().mapToInt(Hub::sessions).sum())
        .description("live sockets")
        .register(meters);
    Gauge.builder("hilo.topics", hubs, all -> all.stream().mapToInt(Hub::topics).sum())
        .description("threads watched by live sockets")
        .register(meters);
    Gauge.builder("hilo.partitions", keeper, Keeper::partitions)
        .description("partitions this node keeps")
        .register(meters);
    Gauge.builder("hilo.rows", boards, Boards::size)
        .description("rows of the inbox in memory")
        .register(meters);
    Gauge.builder("hilo.store.up", this, g -> g.ready() ? 1 : 0)
        .description("1 while the store answers")
        .register(meters);
  }

  /** Why this node should get no traffic, or null. */
  private @Nullable String trouble() {
    return draining ? "draining" : ready() ? null : "the store cannot be reached";
  }

  /** True while the store can be reached on every connection. */
  public boolean ready() {
    return feeds.stream().allMatch(Feed::up) && links.stream().allMatch(Link::up);
  }

  /** Waits until this node follows every row; false if that takes longer than {@code patience}. */
  public boolean settle(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (!(ready() && boards.ready() && accounts.known())) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(20);
    }
    return true;
  }

  public URI url() {
    return publicUrl;
  }

  public URI managementUrl() {
    return management.url();
  }

  /**
   * One-time sign-in links by name, of those in the configuration file who have no password yet.
   */
  public Map<String, String> signInLinks() throws Exception {
    Keyring keyring = new Keyring(new Vault(nodeLink, installationKey));
    Map<String, String> links = new LinkedHashMap<>();
    for (GatewayConfig.User user : config.users()) {
      if (keyring.of(config.workspace(), user.id()).await(10, TimeUnit.SECONDS).password()
          == null) {
        links.put(user.name(), signInLink(user.id()));
      }
    }
    return links;
  }

  /** A one-time link for somebody of the first workspace. */
  public String signInLink(String user) throws Exception {
    String code = Tokens.random();
    tokens
        .once(code, "signin " + config.workspace() + " " + user, SIGN_IN)
        .await(10, TimeUnit.SECONDS);
    return publicUrl + "/agent#enter=" + code;
  }

  /** A link by which the first administrator comes in; of no use once there is one. */
  public String setupLink(String workspace) throws Exception {
    return Invitations.setupLink(tokens, workspace, publicUrl).await(10, TimeUnit.SECONDS);
  }

  /** Workspaces that nobody can let others into yet. */
  public List<String> withoutAdministrator() {
    return rosters.all().stream()
        .map(Roster::workspace)
        .filter(w -> Invitations.empty(rosters.of(w)))
        .toList();
  }

  public Path data() {
    return config.data();
  }

  private void leaveNobody() throws InterruptedException {
    try {
      presence.clear().await(3, TimeUnit.SECONDS);
    } catch (StoreUnavailable | TimeoutException e) {
      LOG.debug("the sessions of this node are not cleared away: {}", e.getMessage());
    }
  }

  /** How long clients may stay, ms: there must be somewhere to go. */
  private long patience() throws InterruptedException {
    boolean others = false;
    try {
      others = new Lease(nodeLink).nodes().await(2, TimeUnit.SECONDS).size() > 1;
    } catch (StoreUnavailable | TimeoutException e) {
      LOG.debug("nobody knows whether there are other nodes");
    }
    long millis = config.limits().drain().toMillis();
    return others ? millis : Math.min(ALONE_MS, millis);
  }

  /** Sends clients elsewhere, ends what is under way, and stops. */
  @Override
  public void close() {
    try {
      draining = true;
      long patience = patience();
      fronts.forEach(f -> f.drain(patience + 1000));
      hubs.forEach(h -> h.drain(patience));
      long end = System.nanoTime() + (patience + 500) * 1_000_000;
      while (hubs.stream().anyMatch(h -> h.sessions() > 0) && System.nanoTime() < end) {
        Thread.sleep(20);
      }
      leaveNobody();
      sources.close();
      keeper.close();
      endpoints.close();
      gestures.close();
      accounts.close();
      for (Feed feed : feeds) {
        feed.close().await(5, TimeUnit.SECONDS);
      }
      for (Link link : links) {
        link.close().await(5, TimeUnit.SECONDS);
      }
      topology.close().await(5, TimeUnit.SECONDS);
      people.close();
      vertx.close().await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("the end was not clean: {}", e.toString());
    }
  }
}
