package dev.hilo.testing;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A master, its replica and three sentinels, as processes of their own. */
public final class RedisSentinels implements AutoCloseable {
  private static final String NAME = "hilo";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<RedisFork> servers = new ArrayList<>();
  private final List<RedisFork> sentinels = new ArrayList<>();

  private RedisSentinels() {}

  public static RedisSentinels start(Path binary) {
    RedisSentinels group = new RedisSentinels();
    RedisFork master = RedisFork.start(binary, "repl-diskless-sync-delay", "0");
    group.servers.add(master);
    group.servers.add(
        RedisFork.start(
            binary, "repl-diskless-sync-delay", "0", "replicaof", "127.0.0.1 " + master.port()));
    for (int i = 0; i < 3; i++) {
      group.sentinels.add(
          RedisFork.sentinel(
              binary,
              "sentinel monitor",
              NAME + " 127.0.0.1 " + master.port() + " 2",
              "sentinel down-after-milliseconds",
              NAME + " 1000",
              "sentinel failover-timeout",
              NAME + " 3000"));
    }
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                group.sentinels.stream()
                    .allMatch(
                        s ->
                            s.command("SENTINEL", "CKQUORUM", NAME).startsWith("+OK 3")
                                && !s.command("SENTINEL", "REPLICAS", NAME).isEmpty()));
    group.replicated();
    return group;
  }

  /** Waits until the replica has all that the master had. */
  public void replicated() {
    await().atMost(PATIENCE).until(() -> master().command("WAIT", "1", "1000").equals(":1"));
  }

  public URI uri() {
    return URI.create(
        "redis-sentinel://"
            + sentinels.stream().map(s -> "127.0.0.1:" + s.port()).collect(Collectors.joining(","))
            + "/"
            + NAME);
  }

  /** The first server: the master until it is killed. */
  public RedisFork master() {
    return servers.getFirst();
  }

  /** Whom every sentinel calls the master; null while they do not agree. */
  public @Nullable RedisFork leading() {
    List<String> named =
        sentinels.stream()
            .map(s -> s.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME))
            .distinct()
            .toList();
    return servers.stream()
        .filter(s -> named.size() == 1 && named.getFirst().endsWith("\n" + s.port()))
        .findFirst()
        .orElse(null);
  }

  /** Whoever was killed comes back behind the master of now, and the sentinels see it there. */
  public void heal() {
    await().atMost(PATIENCE).until(() -> leads(leading()));
    RedisFork master = Objects.requireNonNull(leading());
    for (RedisFork server : servers) {
      if (!server.alive()) {
        server.restart();
      }
      if (server.port() != master.port()) {
        server.command("REPLICAOF", "127.0.0.1", "" + master.port());
      }
    }
    await().atMost(PATIENCE).until(() -> master.command("WAIT", "1", "1000").equals(":1"));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                sentinels.stream()
                    .map(s -> s.command("SENTINEL", "REPLICAS", NAME))
                    .allMatch(r -> r.contains("flags\nslave\n") && r.contains("status\nok")));
  }

  private static boolean leads(@Nullable RedisFork server) {
    return server != null && server.alive() && server.command("ROLE").startsWith("master");
  }

  public RedisFork sentinel(int i) {
    return sentinels.get(i);
  }

  /** Waits until another server is the master. */
  public void awaitFailover() {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                sentinels.stream()
                    .allMatch(
                        s ->
                            s.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)
                                .endsWith("" + servers.get(1).port())));
  }

  @Override
  public void close() {
    sentinels.forEach(RedisFork::close);
    servers.forEach(RedisFork::close);
  }
}
