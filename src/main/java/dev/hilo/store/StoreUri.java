package dev.hilo.store;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the store is and how to come in: {@code redis://user:password@host:port/database}, {@code
 * redis-sentinel://user:password@host:port,host:port/master-name}, {@code
 * redis-cluster://user:password@host:port,host:port}; with {@code rediss} in place of {@code redis}
 * over TLS, which may end in {@code ?ca=/file/of/certificates.pem}: whom to trust in place of the
 * certificate authorities that the JVM trusts.
 *
 * @param servers the Redis, the sentinels, or some of the cluster's nodes
 * @param master what the sentinels call the master; else empty
 * @param user whom to be at the Redis; null for the default user
 */
public record StoreUri(
    Kind kind,
    boolean tls,
    List<Server> servers,
    String master,
    @Nullable String user,
    @Nullable String password,
    int database,
    @Nullable Path ca) {
  public enum Kind {
    ONE(6379),
    SENTINEL(26_379),
    CLUSTER(6379);

    private final int port;

    Kind(int port) {
      this.port = port;
    }
  }

  private static final int MOST_SERVERS = 32;
  private static final Pattern FORM =
      Pattern.compile(
          "(rediss?)(-sentinel|-cluster)?://(?:([^@/]*)@)?([^@/?#]+)(?:/([^?#]*))?(?:\\?([^#]*))?");

  /** Throws IllegalArgumentException that says what is wrong, without a secret. */
  public static StoreUri of(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "must be like redis://:password@host:6379, redis-sentinel://host:26379,host:26379/name"
              + " or redis-cluster://host:6379,host:6379 (rediss for TLS; @ / and : of a password"
              + " as %40 %2F and %3A)");
    }
    Kind kind =
        switch (m.group(2)) {
          case "-sentinel" -> Kind.SENTINEL;
          case "-cluster" -> Kind.CLUSTER;
          case null, default -> Kind.ONE;
        };
    String path = m.group(5) == null ? "" : m.group(5);
    String login = m.group(3) == null ? "" : m.group(3);
    int colon = login.indexOf(':');
    String user = colon < 0 ? "" : decoded(login.substring(0, colon));
    String password = decoded(login.substring(colon + 1));
    if (!login.isEmpty() && (colon < 0 || password.isEmpty())) {
      throw new IllegalArgumentException(
          "names a user without a password: it must be user:password@ or :password@");
    }
    return new StoreUri(
        kind,
        m.group(1).equals("rediss"),
        servers(kind, m.group(4)),
        master(kind, path),
        user.isEmpty() ? null : user,
        password.isEmpty() ? null : password,
        database(kind, path),
        ca(m.group(1).equals("rediss"), m.group(6)));
  }

  private static @Nullable Path ca(boolean tls, @Nullable String options) {
    if (options == null) {
      return null;
    }
    if (!tls || !options.startsWith("ca=") || options.indexOf('&') >= 0) {
      throw new IllegalArgumentException(
          "has something after ?: only ca=/file/of/certificates.pem may stand there, with rediss");
    }
    String file = decoded(options.substring(3));
    try {
      return Path.of(file);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("ca: " + file + " is no file's name", e);
    }
  }

  /** What is wrong with it or with the file it names, or null. */
  public static @Nullable String fault(String text) {
    try {
      Access.trusted(of(text));
      return null;
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }

  private static List<Server> servers(Kind kind, String text) {
    List<Server> servers = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      boolean named = one.indexOf(':', one.indexOf(']') + 1) >= 0;
      try {
        servers.add(Server.of(named ? one : one + ":" + kind.port));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "server " + (servers.size() + 1) + ": " + e.getMessage(), e);
      }
    }
    if (servers.size() > MOST_SERVERS) {
      throw new IllegalArgumentException("names more than " + MOST_SERVERS + " servers");
    }
    if (kind == Kind.ONE && servers.size() > 1) {
      throw new IllegalArgumentException(
          "names several servers: that is redis-sentinel:// or redis-cluster://");
    }
    return List.copyOf(servers);
  }

  private static String master(Kind kind, String path) {
    if (kind != Kind.SENTINEL) {
      return "";
    }
    if (!path.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException(
          "must end in what the sentinels call the master, like"
              + " redis-sentinel://host:26379/mymaster");
    }
    return path;
  }

  private static int database(Kind kind, String path) {
    if (path.isEmpty() || kind == Kind.SENTINEL) {
      return 0;
    }
    if (kind == Kind.CLUSTER || !path.matches("\\d{1,4}")) {
      throw new IllegalArgumentException(
          kind == Kind.CLUSTER
              ? "names something after the servers: a cluster has no databases"
              : "the part after / must be a database's number");
    }
    return Integer.parseInt(path);
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("has a % in user, password or file that is no %XX", e);
    }
  }

  /** Without user and password. */
  @Override
  public String toString() {
    return kind + " " + servers + (master.isEmpty() ? "" : " " + master);
  }
}
