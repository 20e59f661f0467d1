package dev.hilo.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A Redis Cluster of masters that share the slots evenly, some with a replica. */
public final class RedisCluster implements AutoCloseable {
  private static final int SLOTS = 16_384;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<RedisFork> nodes = new ArrayList<>();
  private final int masters;

  private RedisCluster(int masters) {
    this.masters = masters;
  }

  /** The first {@code replicas} masters have a replica. */
  public static RedisCluster start(Path binary, int masters, int replicas) {
    RedisCluster cluster = new RedisCluster(masters);
    List<Integer> buses = new ArrayList<>();
    try {
      for (int i = 0; i < masters + replicas; i++) {
        int bus = RedisFork.freePort();
        buses.add(bus);
        cluster.nodes.add(
            RedisFork.start(
                binary,
                "cluster-enabled",
                "yes",
                "cluster-port",
                "" + bus,
                "cluster-node-timeout",
                "1000",
                "cluster-allow-replica-migration",
                "no",
                "repl-diskless-sync-delay",
                "0"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cluster.meet(buses);
    cluster.replicate();
    return cluster;
  }

  private void meet(List<Integer> buses) {
    for (int i = 0; i < nodes.size(); i++) {
      RedisFork node = nodes.get(i);
      node.command("CLUSTER", "SET-CONFIG-EPOCH", "" + (i + 1));
      if (i < masters) {
        int from = SLOTS * i / masters;
        int to = SLOTS * (i + 1) / masters - 1;
        node.command("CLUSTER", "ADDSLOTSRANGE", "" + from, "" + to);
      }
      for (int j = 0; j < i; j++) {
        node.command("CLUSTER", "MEET", "127.0.0.1", "" + nodes.get(j).port(), "" + buses.get(j));
      }
    }
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                nodes.stream()
                    .map(n -> n.command("CLUSTER", "INFO"))
                    .allMatch(
                        info ->
                            info.contains("cluster_state:ok")
                                && info.contains("cluster_known_nodes:" + nodes.size())
                                && info.contains("cluster_slots_ok:" + SLOTS)));
  }

  private void replicate() {
    for (int i = masters; i < nodes.size(); i++) {
      RedisFork replica = nodes.get(i);
      String master = id(i - masters);
      await()
          .atMost(PATIENCE)
          .until(() -> replica.command("CLUSTER", "REPLICATE", master).equals("+OK"));
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  replica.command("INFO", "replication").contains("master_link_status:up")
                      && nodes.stream()
                          .allMatch(n -> n.command("CLUSTER", "SLOTS").contains(id(replica))));
    }
  }

  private static String id(RedisFork node) {
    return node.command("CLUSTER", "MYID");
  }

  public String id(int node) {
    return id(nodes.get(node));
  }

  /** Masters first, then the replicas of the first ones. */
  public RedisFork node(int i) {
    return nodes.get(i);
  }

  /** Waits until the replica of a master has all that it had. */
  public void replicated(int master) {
    await().atMost(PATIENCE).until(() -> node(master).command("WAIT", "1", "1000").equals(":1"));
  }

  public URI uri() {
    return URI.create(
        "redis-cluster://"
            + nodes.stream().map(n -> "127.0.0.1:" + n.port()).collect(Collectors.joining(",")));
  }

  @Override
  public void close() {
    nodes.forEach(RedisFork::close);
  }
}
