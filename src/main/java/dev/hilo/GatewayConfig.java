package dev.hilo;

import dev.hilo.config.ByteSize;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.Default;
import dev.hilo.config.InvalidConfig;
import dev.hilo.config.Remaining;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import dev.hilo.core.Download;
import dev.hilo.http.ClientAddress;
import dev.hilo.ops.Fsync;
import dev.hilo.people.Letters;
import dev.hilo.people.Oidc;
import dev.hilo.store.FileBlobs;
import dev.hilo.store.S3Blobs;
import dev.hilo.store.StoreUri;
import dev.hilo.store.Tokens;
import dev.hilo.workspace.Item;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All settings of one gateway; {@code config/gateway.yaml} says what each means. Every size and
 * count has a bound.
 *
 * @param node this node's name among its peers; null for one made at the start
 * @param installationKey the key that addresses are hashed with; null for the one kept in {@code
 *     data}
 * @param media which files are taken in
 * @param mail the server that takes mails to the company's own people; null: none are sent
 * @param oidc the provider they may sign in with; null: none
 */
public record GatewayConfig(
    @Default("main") String workspace,
    @Default("./data") Path data,
    @Nullable String node,
    @Nullable Secret installationKey,
    Http http,
    Management management,
    Redis redis,
    Letters.@Nullable Settings mail,
    Oidc.@Nullable Settings oidc,
    List<Inbox> inboxes,
    List<User> users,
    List<Team> teams,
    List<Item.Role> roles,
    List<Item.Label> labels,
    List<Item.Canned> cannedAnswers,
    List<Item.Hours> officeHours,
    List<Item.View> views,
    List<Item.Rule> rules,
    List<ApiKey> apiKeys,
    @Nullable Policy policy,
    Limits limits,
    Download.Settings media,
    Blobs blobs,
    List<ChannelBlock> channels,
    List<Workspace> moreWorkspaces,
    Demo demo) {

  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,32}");
  private static final String NAME_RULE = " must be 1 to 32 of a-z, 0-9 and -";
  private static final String TEXT_RULE = " must be a text of 1 to 100 letters";
  private static final String HASH_RULE = " must be 43 letters of base64url, a SHA-256";
  private static final String TIME_RULE = " must be a time like 2026-12-25T10:00:00Z";
  private static final Pattern ORIGIN = Pattern.compile("https?://[^/?#@*\\s]+");

  /**
   * Reads the file and lays the environment over it.
   *
   * @throws InvalidConfig with every fault of the file and of the environment
   */
  public static GatewayConfig read(Path file, Map<String, String> environment) {
    return ConfigNode.read(file, environment).bind(GatewayConfig.class);
  }

  public GatewayConfig {
    Rules broken =
        new Rules()
            .hold(isName(workspace), "workspace" + NAME_RULE)
            .hold(node == null || isName(node), "node" + NAME_RULE)
            .hold(
                installationKey == null || installationKey.value().length() >= 32,
                "installation-key must have at least 32 letters")
            .hold(
                distinct(moreWorkspaces, Workspace::name)
                    && moreWorkspaces.stream().noneMatch(w -> w.name().equals(workspace)),
                "more-workspaces must each have a name of their own")
            .hold(
                oidc == null
                    || oidc.workspace() == null
                    || oidc.workspace().equals(workspace)
                    || moreWorkspaces.stream().anyMatch(w -> w.name().equals(oidc.workspace())),
                "oidc.workspace must be one of the workspaces")
            .hold(
                distinct(
                    Stream.concat(
                            moreWorkspaces.stream().flatMap(w -> w.channels().stream()),
                            channels.stream())
                        .toList(),
                    ChannelBlock::endpoint),
                "channels must each have an endpoint of their own, over all workspaces");
    Workspace.check(
        broken,
        inboxes,
        users,
        teams,
        List.of(roles, labels, cannedAnswers, officeHours, views, rules),
        apiKeys);
    broken.check();
  }

  /** Every workspace with what the file says of it; the first is the one that stands alone. */
  public List<Workspace> workspaces() {
    List<Workspace> all = new ArrayList<>();
    all.add(
        new Workspace(
            workspace,
            inboxes,
            users,
            teams,
            roles,
            labels,
            cannedAnswers,
            officeHours,
            views,
            rules,
            apiKeys,
            policy,
            channels));
    all.addAll(moreWorkspaces);
    return all;
  }

  /** A company on the installation. */
  public record Workspace(
      String name,
      List<Inbox> inboxes,
      List<User> users,
      List<Team> teams,
      List<Item.Role> roles,
      List<Item.Label> labels,
      List<Item.Canned> cannedAnswers,
      List<Item.Hours> officeHours,
      List<Item.View> views,
      List<Item.Rule> rules,
      List<ApiKey> apiKeys,
      @Nullable Policy policy,
      List<ChannelBlock> channels) {
    private static final List<String> LISTS =
        List.of("roles", "labels", "canned-answers", "office-hours", "views", "rules");

    public Workspace {
      Rules broken = new Rules().hold(isName(name), "name" + NAME_RULE);
      check(
          broken,
          inboxes,
          users,
          teams,
          List.of(roles, labels, cannedAnswers, officeHours, views, rules),
          apiKeys);
      broken.check();
    }

    /** {@code lists}: in the order of {@link #LISTS}. */
    private static void check(
        Rules broken,
        List<Inbox> inboxes,
        List<User> users,
        List<Team> teams,
        List<List<? extends Item>> lists,
        List<ApiKey> apiKeys) {
      broken
          .hold(distinct(inboxes, Inbox::key), "inboxes must each have a key of their own")
          .hold(distinct(users, User::id), "users must each have an id of their own")
          .hold(distinct(teams, Team::id), "teams must each have an id of their own")
          .hold(distinct(apiKeys, ApiKey::known), "api-keys must each have a name of their own");
      for (int l = 0; l < LISTS.size(); l++) {
        List<? extends Item> items = lists.get(l);
        broken.hold(distinct(items, Item::id), LISTS.get(l) + " must each have an id of their own");
        for (int i = 0; i < items.size(); i++) {
          String fault = items.get(i).fault();
          broken.hold(fault == null, LISTS.get(l) + "[" + i + "]: " + fault);
        }
      }
    }
  }

  /** What holds for everybody's sign-in. */
  public record Policy(
      @Default("optional") String secondFactor,
      @Default("14") int sessionDays,
      @Default("365") int auditDays) {
    public Policy {
      String fault = new Item.Policy("policy", secondFactor, sessionDays, auditDays).fault();
      new Rules().hold(fault == null, "of the policy, " + fault).check();
    }

    Item.Policy item() {
      return new Item.Policy("policy", secondFactor, sessionDays, auditDays);
    }
  }

  /**
   * The public side: widget, dashboard, API, webhooks, sockets.
   *
   * @param port 0 takes a free one
   * @param publicUrl what the outside calls this gateway, without a path; null for host and port
   * @param trustedProxies addresses and networks that are believed where a call comes from
   */
  public record Http(
      @Default("127.0.0.1") String host,
      @Default("8080") int port,
      @Nullable URI publicUrl,
      List<String> trustedProxies,
      @Default("50000") int maxConnections,
      @Default("60s") Duration idleTimeout) {
    public Http {
      new Rules()
          .within("port", port, 0, 65_535)
          .within("max-connections", maxConnections, 1, 10_000_000)
          .within("idle-timeout in seconds", idleTimeout.toSeconds(), 1, 86_400)
          .hold(
              publicUrl == null || ORIGIN.matcher(publicUrl.toString()).matches(),
              "public-url must be like https://chat.example.com, with no path or slash at its end")
          .hold(
              areNetworks(trustedProxies),
              "trusted-proxies must each be like 10.0.0.7 or 10.0.0.0/8")
          .check();
    }
  }

  /** Where files are kept. */
  public enum BlobKind {
    FILES,
    S3
  }

  /**
   * Where files are kept; all after {@code kind} is for S3 only.
   *
   * @param url of the service, without a path; a bucket is addressed by path
   * @param prefix of all names in the bucket, ending in a slash; null = none
   */
  public record Blobs(
      @Default("files") BlobKind kind,
      @Nullable URI url,
      @Nullable String bucket,
      @Default("us-east-1") String region,
      @Nullable String accessKey,
      @Nullable Secret secretKey,
      @Nullable String prefix) {
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern PREFIX = Pattern.compile("([A-Za-z0-9_.-]+/)*");

    public Blobs {
      boolean all = url != null && bucket != null && accessKey != null && secretKey != null;
      new Rules()
          .hold(
              kind == BlobKind.FILES || all, "kind s3 takes url, bucket, access-key and secret-key")
          .hold(
              url == null || ORIGIN.matcher(url.toString()).matches(),
              "url must be like https://s3.eu-south-2.amazonaws.com, with no path")
          .hold(
              bucket == null || BUCKET.matcher(bucket).matches(),
              "bucket must be 3 to 63 of a-z, 0-9, . and -")
          .hold(prefix == null || PREFIX.matcher(prefix).matches(), "prefix must be like hilo/files/")
          .check();
    }

    dev.hilo.store.Blobs open(Path data) {
      return kind == BlobKind.FILES || url == null || bucket == null
          ? new FileBlobs(data.resolve("blobs"))
          : new S3Blobs(
              new S3Blobs.Bucket(
                  url, bucket, region, Objects.requireNonNullElse(prefix, "")),
              Objects.requireNonNull(accessKey),
              Objects.requireNonNull(secretKey).value(),
              data.resolve("blobs/~drafts"));
    }
  }

  /** The private side: metrics and health. */
  public record Management(@Default("127.0.0.1") String host, @Default("8081") int port) {
    public Management {
      new Rules().within("port", port, 0, 65_535).check();
    }
  }

  /**
   * The stream store.
   *
   * @param uri an existing Redis, as {@link StoreUri}, a secret because it may hold a password;
   *     null for one of our own in {@code data}
   * @param fsync of our own Redis
   * @param replay how long a confirmed write is remembered, to be written again where a failover
   *     lost it; 0s = not at all
   */
  public record Redis(
      @Nullable Secret uri, @Default("everysec") Fsync fsync, @Default("15s") Duration replay) {
    public Redis {
      String fault = uri == null ? null : StoreUri.fault(uri.value());
      new Rules()
          .hold(fault == null, "uri " + fault)
          .hold(!replay.isNegative() && replay.toSeconds() <= 300, "replay must be 0s to 300s")
          .check();
    }
  }

  /**
   * A place visitors write to.
   *
   * @param key what the page names, in {@code data-inbox}
   * @param origins the pages that may open it, such as {@code https://shop.example}; {@code *} is
   *     any, none is only the gateway's own pages
   * @param hours id of office hours
   */
  public record Inbox(
      String key,
      String name,
      List<String> origins,
      @Nullable String greeting,
      @Nullable String hours) {
    public Inbox {
      new Rules()
          .hold(isName(key), "key" + NAME_RULE)
          .hold(isText(name), "name" + TEXT_RULE)
          .hold(
              greeting == null || (!greeting.isBlank() && greeting.length() <= 1000),
              "greeting must have 1 to 1000 letters")
          .hold(
              origins.stream().allMatch(o -> o.equals("*") || ORIGIN.matcher(o).matches()),
              "origins must each be * or like https://shop.example, with no path")
          .check();
    }

    Item.Inbox item() {
      return new Item.Inbox(key, name, origins, greeting, hours);
    }
  }

  /**
   * Somebody of the company.
   *
   * @param email to sign in with; null for none
   * @param teams ids; empty: not bound to any
   */
  public record User(
      String id,
      String name,
      @Nullable String email,
      @Default("[agent]") List<String> roles,
      List<String> teams,
      @Default("false") boolean suspended,
      @Nullable String language) {
    public User {
      new Rules()
          .hold(isName(id), "id" + NAME_RULE)
          .hold(isText(name), "name" + TEXT_RULE)
          .hold(email == null || email.contains("@"), "email must be like ana@example.com")
          .hold(
              language == null || List.of("es", "en", "pt").contains(language),
              "language must be es, en or pt")
          .check();
    }

    Item.User item() {
      return new Item.User(id, name, email, roles, teams, suspended, language);
    }
  }

  /** Who looks after which inboxes, {@code channel:account} each; none: all. */
  public record Team(String id, String name, List<String> inboxes) {
    public Team {
      new Rules().hold(isName(id), "id" + NAME_RULE).hold(isText(name), "name" + TEXT_RULE).check();
    }
  }

  /** The hash of a key, and until when it is good, such as {@code 2026-12-25T10:00:00Z}. */
  public record KeyHash(String hash, @Nullable String until) {
    public KeyHash {
      new Rules()
          .hold(isHash(hash), "hash" + HASH_RULE)
          .hold(isTime(until), "until" + TIME_RULE)
          .check();
    }
  }

  /**
   * A program that may use the API.
   *
   * @param id null: as the name
   * @param key in clear; or one of the others
   * @param hash of the key
   * @param hashes of several keys, while one takes the place of another
   * @param role {@code bot} or {@code integration}
   * @param acts words of what it may do at the most; none: all that its role may
   * @param teams ids; none: not bound to any
   * @param expires null: never
   * @param requests a minute
   * @param messages a minute
   */
  public record ApiKey(
      @Nullable String id,
      String name,
      @Nullable Secret key,
      @Nullable String hash,
      List<KeyHash> hashes,
      @Default("integration") String role,
      List<String> acts,
      List<String> teams,
      @Nullable String expires,
      @Default("6000") int requests,
      @Default("600") int messages) {
    public ApiKey {
      int ways = (key == null ? 0 : 1) + (hash == null ? 0 : 1) + (hashes.isEmpty() ? 0 : 1);
      new Rules()
          .hold(List.of("bot", "integration").contains(role), "role must be bot or integration")
          .within("requests", requests, 1, 1_000_000)
          .within("messages", messages, 1, 1_000_000)
          .hold(id == null || isName(id), "id" + NAME_RULE)
          .hold(id != null || isName(name), "name" + NAME_RULE)
          .hold(isText(name), "name" + TEXT_RULE)
          .hold(ways == 1, "one of key, hash and hashes is wanted")
          .within("key's length", key == null ? 16 : key.value().length(), 16, 4096)
          .hold(hash == null || isHash(hash), "hash" + HASH_RULE)
          .hold(isTime(expires), "expires" + TIME_RULE)
          .check();
    }

    String known() {
      return id == null ? name : id;
    }

    Item.ApiKey item() {
      List<Item.KeyHash> keys =
          key != null
              ? List.of(new Item.KeyHash(Tokens.hash(key.value()), null))
              : hash != null
                  ? List.of(new Item.KeyHash(hash, null))
                  : hashes.stream()
                      .map(h -> new Item.KeyHash(h.hash(), FirstContent.millis(h.until())))
                      .toList();
      return new Item.ApiKey(
          known(), name, role, acts, teams, keys, FirstContent.millis(expires), requests, messages);
    }
  }

  /**
   * What one client may ask for.
   *
   * @param beat at least one frame is sent in this time
   * @param drain how long clients may take to move to another node when this one stops
   */
  public record Limits(
      @Default("64KB") ByteSize frame,
      @Default("20") int framesPerSecond,
      @Default("3MB") ByteSize webhookBody,
      @Default("50") int topics,
      @Default("8") int socketsPerDevice,
      @Default("25s") Duration beat,
      @Default("15s") Duration drain) {
    public Limits {
      new Rules()
          .within("frame in bytes", frame.bytes(), 1024, 1 << 20)
          .within("frames-per-second", framesPerSecond, 1, 10_000)
          .within("webhook-body in bytes", webhookBody.bytes(), 1024, 64 << 20)
          .within("topics", topics, 1, 10_000)
          .within("sockets-per-device", socketsPerDevice, 1, 1000)
          .within("beat in milliseconds", beat.toMillis(), 100, 600_000)
          .within("drain in milliseconds", drain.toMillis(), 0, 600_000)
          .check();
    }
  }

  /**
   * One account of a channel.
   *
   * @param type the channel's name
   * @param endpoint the last part of its webhook's address; null for a name made of the account
   * @param displayName for people; null for the name of its first account
   * @param on false: kept, but neither heard nor sent to
   * @param settings all other keys, to be bound to the settings of that type
   */
  public record ChannelBlock(
      String type,
      @Nullable String endpoint,
      @Nullable String displayName,
      @Default("true") boolean on,
      @Remaining ConfigNode settings) {
    private static final Pattern ENDPOINT = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public ChannelBlock {
      new Rules()
          .hold(isName(type), "type" + NAME_RULE)
          .hold(
              endpoint == null || ENDPOINT.matcher(endpoint).matches(),
              "endpoint must be 1 to 64 letters, digits, - and _")
          .hold(displayName == null || isText(displayName), "display-name" + TEXT_RULE)
          .check();
    }
  }

  /** The demo shop with its simulated platforms. */
  public record Demo(@Default("false") boolean enabled) {}

  private static boolean areNetworks(List<String> texts) {
    return texts.stream().allMatch(ClientAddress::isNetwork);
  }

  private static boolean isName(String value) {
    return NAME.matcher(value).matches();
  }

  private static boolean isHash(String value) {
    return value.matches("[A-Za-z0-9_-]{43}");
  }

  private static boolean isTime(@Nullable String value) {
    try {
      return value == null || Instant.parse(value).toEpochMilli() > 0;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static boolean isText(String value) {
    return !value.isBlank() && value.length() <= 100;
  }

  private static <T> boolean distinct(List<? extends T> items, Function<T, @Nullable String> key) {
    var keys = items.stream().map(key).filter(Objects::nonNull).toList();
    return Set.copyOf(keys).size() == keys.size();
  }
}
