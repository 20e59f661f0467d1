package dev.hilo;

import dev.hilo.config.ByteSize;
import dev.hilo.config.ConfigNode;
import dev.hilo.config.Default;
import dev.hilo.config.InvalidConfig;
import dev.hilo.config.Remaining;
import dev.hilo.config.Rules;
import dev.hilo.config.Secret;
import dev.hilo.http.ClientAddress;
import dev.hilo.ops.Fsync;
import dev.hilo.people.Letters;
import dev.hilo.people.Oidc;
import dev.hilo.store.StoreUri;
import dev.hilo.store.Tokens;
import dev.hilo.workspace.Item;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All settings of one gateway; {@code config/gateway.yaml} says what each means. Every size and
 * count has a bound.
 *
 * @param node this node's name among its peers; null for one made at the start
 * @param installationKey the key that addresses are hashed with; null for the one kept in {@code
 *     data}
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
    List<ApiKey> apiKeys,
    Limits limits,
    List<ChannelBlock> channels,
    List<Workspace> moreWorkspaces,
    Demo demo) {

  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,32}");
  private static final String NAME_RULE = " must be 1 to 32 of a-z, 0-9 and -";
  private static final String TEXT_RULE = " must be a text of 1 to 100 letters";
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
    new Rules()
        .hold(isName(workspace), "workspace" + NAME_RULE)
        .hold(node == null || isName(node), "node" + NAME_RULE)
        .hold(
            installationKey == null || installationKey.value().length() >= 32,
            "installation-key must have at least 32 letters")
        .hold(distinct(inboxes, Inbox::key), "inboxes must each have a key of their own")
        .hold(distinct(users, User::id), "users must each have an id of their own")
        .hold(distinct(teams, Team::id), "teams must each have an id of their own")
        .hold(distinct(apiKeys, ApiKey::name), "api-keys must each have a name of their own")
        .hold(
            distinct(channels, ChannelBlock::endpoint),
            "channels must each have an endpoint of their own")
        .hold(
            distinct(moreWorkspaces, Workspace::name)
                && moreWorkspaces.stream().noneMatch(w -> w.name().equals(workspace)),
            "more-workspaces must each have a name of their own")
        .check();
  }

  /** Every workspace with what the file says of it; the first is the one that stands alone. */
  public List<Workspace> workspaces() {
    List<Workspace> all = new ArrayList<>();
    all.add(new Workspace(workspace, inboxes, users, teams, apiKeys, channels));
    all.addAll(moreWorkspaces);
    return all;
  }

  /** A further company on the same installation. */
  public record Workspace(
      String name,
      List<Inbox> inboxes,
      List<User> users,
      List<Team> teams,
      List<ApiKey> apiKeys,
      List<ChannelBlock> channels) {
    public Workspace {
      new Rules().hold(isName(name), "name" + NAME_RULE).check();
    }

    /** What the workspace keeps as long as nobody changes it. */
    public List<Item> items() {
      List<Item> items = new ArrayList<>();
      inboxes.forEach(
          i -> items.add(new Item.Inbox(i.key(), i.name(), i.origins(), i.greeting(), null)));
      users.forEach(
          u ->
              items.add(
                  new Item.User(u.id(), u.name(), u.email(), u.roles(), u.teams(), false, null)));
      teams.forEach(t -> items.add(new Item.Team(t.id(), t.name(), t.inboxes())));
      apiKeys.forEach(
          k ->
              items.add(
                  new Item.ApiKey(
                      k.name(),
                      k.name(),
                      k.role(),
                      List.of(),
                      List.of(),
                      List.of(new Item.KeyHash(Tokens.hash(k.key().value()), null)),
                      null,
                      k.requests(),
                      k.messages())));
      return items;
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
   */
  public record Inbox(String key, String name, List<String> origins, @Nullable String greeting) {
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
      List<String> teams) {
    public User {
      new Rules()
          .hold(isName(id), "id" + NAME_RULE)
          .hold(isText(name), "name" + TEXT_RULE)
          .hold(email == null || email.contains("@"), "email must be like ana@example.com")
          .check();
    }
  }

  /** Who looks after which inboxes, {@code channel:account} each; none: all. */
  public record Team(String id, String name, List<String> inboxes) {
    public Team {
      new Rules().hold(isName(id), "id" + NAME_RULE).hold(isText(name), "name" + TEXT_RULE).check();
    }
  }

  /**
   * A program that may use the API.
   *
   * @param role {@code bot} or {@code integration}
   * @param requests a minute
   * @param messages a minute
   */
  public record ApiKey(
      String name,
      Secret key,
      @Default("integration") String role,
      @Default("6000") int requests,
      @Default("600") int messages) {
    public ApiKey {
      new Rules()
          .hold(List.of("bot", "integration").contains(role), "role must be bot or integration")
          .within("requests", requests, 1, 1_000_000)
          .within("messages", messages, 1, 1_000_000)
          .hold(isName(name), "name" + NAME_RULE)
          .within("key's length", key.value().length(), 16, 4096)
          .check();
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
   * @param endpoint the public name of its webhook; null if it has none
   * @param settings all other keys, to be bound to the settings of that type
   */
  public record ChannelBlock(
      String type, @Nullable String endpoint, @Remaining ConfigNode settings) {
    private static final Pattern ENDPOINT = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public ChannelBlock {
      new Rules()
          .hold(isName(type), "type" + NAME_RULE)
          .hold(
              endpoint == null || ENDPOINT.matcher(endpoint).matches(),
              "endpoint must be 1 to 64 letters, digits, - and _")
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

  private static boolean isText(String value) {
    return !value.isBlank() && value.length() <= 100;
  }

  private static <T> boolean distinct(List<T> items, Function<T, @Nullable String> key) {
    var keys = items.stream().map(key).filter(Objects::nonNull).toList();
    return Set.copyOf(keys).size() == keys.size();
  }
}
