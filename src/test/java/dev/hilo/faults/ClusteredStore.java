package dev.hilo.faults;

import dev.hilo.testing.RedisCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Three masters that share the partitions. */
final class ClusteredStore implements Store {
  private static final int MASTERS = 3;

  private final RedisCluster cluster = RedisCluster.start(binary(), MASTERS, 0);

  static Path binary() {
    return Arrays.stream(System.getenv("PATH").split(":"))
        .map(folder -> Path.of(folder, "redis-server"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("there is no redis-server"));
  }

  @Override
  public String uri() {
    return cluster.uri().toString();
  }

  @Override
  public List<Integer> masters() {
    return IntStream.range(0, MASTERS).mapToObj(i -> cluster.node(i).port()).toList();
  }

  @Override
  public void heal() {
    // moves end by themselves
  }

  @Override
  public void close() {
    cluster.close();
  }
}
