package dev.hilo.faults;

import dev.hilo.testing.RedisFork;
import dev.hilo.testing.RedisSentinels;
import java.util.List;

/** A master and its replica under three sentinels, which choose another when it dies. */
final class WatchedStore implements Store {
  private final RedisSentinels group = RedisSentinels.start(ClusteredStore.binary());

  @Override
  public String uri() {
    return group.uri().toString();
  }

  @Override
  public List<Integer> masters() {
    RedisFork master = group.leading();
    return master == null ? List.of() : List.of(master.port());
  }

  /** Kill -9 of the master; the sentinels see to the rest. */
  void killMaster() {
    RedisFork master = group.leading();
    if (master == null) {
      throw new IllegalStateException("nobody leads");
    }
    master.kill();
    RedisPair.awaitTrue(
        "the sentinels chose another", () -> !masters().contains(master.port()) && alive());
  }

  private boolean alive() {
    RedisFork master = group.leading();
    return master != null && master.command("ROLE").startsWith("master");
  }

  @Override
  public void heal() {
    group.heal();
  }

  @Override
  public void close() {
    group.close();
  }
}
