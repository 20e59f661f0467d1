package dev.hilo.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Two Redis servers, a master and its replica, behind one address for the gateways. The link
 * between the two can go silent, so that the replica lags for as long as one likes.
 */
final class RedisPair implements Store {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final class Server {
    final String name;
    final int port = Proc.freePort();
    final Path folder;
    Proc process;

    Server(String name, Path folder) {
      this.name = name;
      this.folder = folder;
    }
  }

  private final Server[] servers;
  private final Cable replication;
  private final Cable front;
  private final List<String> settings;
  private int master;

  /**
   * Starts both.
   *
   * @param settings further ones, as on the command line
   */
  RedisPair(Path folder, String... settings) {
    this.settings = List.of(settings);
    try {
      servers =
          new Server[] {
            new Server("A", Files.createDirectories(folder.resolve("a"))),
            new Server("B", Files.createDirectories(folder.resolve("b")))
          };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    replication = new Cable(servers[0].port);
    front = new Cable(servers[0].port);
    start(servers[0]);
    start(servers[1]);
    follow();
  }

  private void start(Server server) {
    List<String> command =
        new ArrayList<>(
            List.of("redis-server", "--bind", "127.0.0.1", "--port", "" + server.port, "--dir"));
    command.addAll(List.of(server.folder.toString(), "--save", "", "--appendonly", "yes"));
    command.addAll(List.of("--repl-diskless-sync-delay", "0", "--enable-debug-command", "yes"));
    command.addAll(settings);
    server.process = Proc.start(server.folder.resolve("redis.log"), command);
    awaitTrue("Redis " + server.name + " answers", () -> answers(server.port));
  }

  private static boolean answers(int port) {
    try {
      return Resp.text(port, "PING").equals("PONG");
    } catch (IOException e) {
      return false;
    }
  }

  private Server lead() {
    return servers[master];
  }

  private Server other() {
    return servers[1 - master];
  }

  @Override
  public String uri() {
    return "redis://127.0.0.1:" + front.port();
  }

  @Override
  public List<Integer> masters() {
    return List.of(lead().port);
  }

  @Override
  public void heal() {
    front.silence(false);
    awaitSync();
  }

  /** The wire between the gateways and the master. */
  Cable front() {
    return front;
  }

  /** Runs a master alone, for faults that concern one server only. */
  Proc masterProcess() {
    return lead().process;
  }

  /** Makes the second server a replica of the first and waits until it has everything. */
  private void follow() {
    replication.leadTo(lead().port);
    replication.silence(false);
    replication.cut();
    ask(other().port, "REPLICAOF", "127.0.0.1", "" + replication.port());
    awaitSync();
  }

  /** Waits until the replica has all that the master has. */
  void awaitSync() {
    awaitTrue(
        "the replica has everything",
        () -> {
          String info = ask(other().port, "INFO", "replication");
          return info.contains("master_link_status:up")
              && offset(info, "slave_repl_offset:")
                  >= offset(ask(lead().port, "INFO", "replication"), "master_repl_offset:");
        });
  }

  private static long offset(String info, String name) {
    int from = info.indexOf(name) + name.length();
    return Long.parseLong(info.substring(from, info.indexOf('\r', from)));
  }

  /** From now on the replica learns nothing; the link looks alive for a minute. */
  void lag() {
    replication.silence(true);
  }

  /**
   * The replica becomes master, as it is; the gateways' connections end and lead there. What was
   * master follows it, and loses what only it had.
   */
  void promote() {
    front.leadTo(other().port);
    ask(other().port, "REPLICAOF", "NO", "ONE");
    front.cut();
    master = 1 - master;
    follow();
  }

  /**
   * As {@link #promote}, but the old master is killed first, as where it is the machine that died.
   */
  void killAndPromote() {
    Server dead = lead();
    dead.process.kill();
    front.leadTo(other().port);
    ask(other().port, "REPLICAOF", "NO", "ONE");
    front.cut();
    master = 1 - master;
    start(dead);
    follow();
  }

  /** Ends a pause of what is the replica now. */
  void unpause() {
    ask(other().port, "CLIENT", "UNPAUSE");
  }

  void killMaster() {
    lead().process.kill();
  }

  void restartMaster() {
    start(lead());
    awaitSync();
  }

  /** A command to the master. */
  String ask(String... words) {
    return ask(lead().port, words);
  }

  private static String ask(int port, String... words) {
    try {
      return Resp.text(port, words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void awaitTrue(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds(condition)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what);
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static boolean holds(BooleanSupplier condition) {
    try {
      return condition.getAsBoolean();
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    front.close();
    replication.close();
    for (Server server : servers) {
      if (server.process != null) {
        server.process.kill();
      }
    }
  }
}
