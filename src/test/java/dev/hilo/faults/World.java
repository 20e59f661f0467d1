package dev.hilo.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Gateways, Redis and platforms, all of them real processes or at real ports. */
final class World implements AutoCloseable {
  private static final int NODES = 2;

  final Store store;
  final Platform platform = new Platform();
  final List<Node> nodes = new ArrayList<>();

  private final Path folder;
  private final List<String> cookies;

  /** What the gateways find their store behind. */
  enum Setting {
    PAIR,
    CLUSTER,
    SENTINELS
  }

  World(Setting setting) {
    try {
      folder = Files.createTempDirectory("hilo-faults");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    store =
        switch (setting) {
          case PAIR -> new RedisPair(folder);
          case CLUSTER -> new ClusteredStore();
          case SENTINELS -> new WatchedStore();
        };
    for (int i = 1; i <= NODES; i++) {
      nodes.add(new Node("g" + i, folder.resolve("g" + i), store.uri(), platform.channels()));
    }
    try {
      nodes.forEach(Node::start);
      nodes.forEach(Node::awaitUp);
      cookies = List.of(nodes.get(0).signIn("Ana"), nodes.get(0).signIn("Luis"));
      store.heal();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** The master and its replica, in the setting of that name. */
  RedisPair redis() {
    return (RedisPair) store;
  }

  /** The master and its replica under sentinels, in that setting. */
  WatchedStore watched() {
    return (WatchedStore) store;
  }

  /** A node of any state: who connects does not know. */
  Node any(RandomGenerator random) {
    return nodes.get(random.nextInt(nodes.size()));
  }

  /** The node that keeps a customer's partition, as the store says. */
  Node keeper(String customer) {
    String stream =
        Kept.streams(store).stream()
            .filter(key -> key.endsWith(":" + customer))
            .findFirst()
            .orElse("");
    String tag = stream.substring(0, stream.indexOf('}') + 1);
    String owner = String.valueOf(Kept.ask(store, "GET", tag + ":own"));
    return nodes.stream()
        .filter(n -> owner.startsWith(n.name + "#"))
        .findFirst()
        .orElse(nodes.getFirst());
  }

  /** A ticket from any node that gives one. */
  @Nullable String ticket(int agent, RandomGenerator random) {
    Node node = any(random);
    return node.running() && !node.stopped() ? node.ticket(cookies.get(agent)) : null;
  }

  /** Everything runs again. */
  void heal() {
    nodes.forEach(Node::goOn);
    for (Node node : nodes) {
      if (!node.running()) {
        node.start();
      }
    }
    nodes.forEach(Node::awaitUp);
    store.heal();
  }

  /** Where the logs of its processes are. */
  Path folder() {
    return folder;
  }

  @Override
  public void close() {
    for (Node node : nodes) {
      if (node.running()) {
        node.kill();
      }
    }
    store.close();
    platform.close();
  }

  /** Removes the logs. */
  void clear() {
    try (var all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
