package dev.hilo.faults;

import dev.hilo.conversation.CustomerId;
import dev.hilo.faults.Cable.Flow;
import dev.hilo.faults.Cable.Strand;
import dev.hilo.faults.History.Loss;
import dev.hilo.store.Keys;
import dev.hilo.store.PartitionMove;
import dev.hilo.store.Server;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What is done to the world while the traffic of one seed runs. */
enum Schedule {
  /** Nothing but webhooks that come three times on two nodes at once. */
  REDELIVERY(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      seed.traffic(40);
    }
  },
  /** A replica that lags is promoted, and the first server again after it: A, B, A. */
  PROMOTE_LAGGING(Loss.TOLD) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      world.redis().lag();
      seed.traffic(5 + random.nextInt(20));
      world.redis().promote();
      if (random.nextBoolean()) {
        seed.traffic(random.nextInt(20));
      }
      if (random.nextBoolean()) {
        world.redis().lag();
        seed.traffic(random.nextInt(10));
      }
      world.redis().promote();
    }
  },
  /** The master dies with appends that its replica never got. */
  KILL_MASTER(Loss.TOLD) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      world.redis().lag();
      seed.traffic(5 + random.nextInt(20));
      world.redis().killAndPromote();
    }
  },
  /** A failover without loss: writes stand still, the replica has all, it is promoted. */
  PROMOTE_CLEAN(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      for (int i = 0; i < 2; i++) {
        seed.traffic(5 + random.nextInt(10));
        world.redis().ask("CLIENT", "PAUSE", "5000", "WRITE");
        world.redis().awaitSync();
        world.redis().promote();
        world.redis().unpause();
      }
    }
  },
  /** Kill -9 of Redis and a restart from its file. */
  KILL_REDIS(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      world.redis().killMaster();
      seed.pause(random.nextInt(1500));
      world.redis().restartMaster();
    }
  },
  /** Kill -9 of a gateway, and a restart. */
  KILL_GATEWAY(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      Node node = world.any(random);
      node.kill();
      seed.traffic(random.nextInt(20));
      node.start();
      node.awaitUp();
    }
  },
  /** A rolling restart. */
  DRAIN(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      Node node = world.any(random);
      node.drain();
      node.start();
      node.awaitUp();
    }
  },
  /** Devices' sockets end, or go silent in one direction. */
  CUT_DEVICES(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      for (int i = 0; i < 6; i++) {
        List<Device> devices = seed.devices();
        Device device = devices.get(random.nextInt(devices.size()));
        if (random.nextBoolean()) {
          device.cut();
        } else {
          device.cable().strands().forEach(s -> s.silence(flow(random)));
        }
        seed.traffic(random.nextInt(10));
      }
    }
  },
  /** A subscriber connection looks alive and delivers nothing. */
  CUT_FEED(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      Set<Integer> feeds = subscribers(world);
      world.redis().front().strands().stream()
          .filter(s -> feeds.contains(s.seenFrom()))
          .skip(random.nextInt(2))
          .forEach(s -> s.silence(Flow.TO_CLIENT));
      seed.traffic(20 + random.nextInt(30));
    }
  },
  /** One direction of connections to the store dies, in the middle of calls. */
  CUT_LINKS(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      for (int i = 0; i < 4; i++) {
        List<Strand> strands = world.redis().front().strands();
        int which = random.nextInt(1000);
        boolean quietly = random.nextBoolean();
        if (strands.isEmpty()) {
          continue; // another fault has ended them all
        }
        Strand strand = strands.get(which % strands.size());
        if (quietly) {
          strand.silence(flow(random));
        } else {
          world.redis().front().cut(s -> s.equals(strand));
        }
        seed.traffic(random.nextInt(15));
      }
    }
  },
  /** A gateway stands still for longer than its leases, in the middle of a send. */
  STOP_GATEWAY(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      String customer = seed.onTelegram();
      world.platform.whenCalled(() -> seed.stopKeeper(customer));
      seed.sayTo(customer);
      seed.until(() -> !world.platform.armed());
      seed.traffic(30);
      seed.pause(6500 + random.nextInt(1500));
      world.nodes.forEach(Node::goOn);
    }
  },
  /** Redis stands still. */
  STOP_REDIS(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      Proc redis = world.redis().masterProcess();
      for (int i = 0; i < 2; i++) {
        redis.stop();
        seed.pause(500 + random.nextInt(3500));
        redis.goOn();
        seed.traffic(random.nextInt(20));
      }
    }
  },
  /** The function library is replaced, and removed, while it is called. */
  RELOAD_LIBRARY(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      for (int i = 0; i < 4; i++) {
        if (random.nextBoolean()) {
          world.redis().ask("FUNCTION", "FLUSH");
        } else {
          world.redis().ask("FUNCTION", "LOAD", "REPLACE", library());
        }
        seed.traffic(3 + random.nextInt(10));
      }
    }
  },
  /** Each write waits for a disk that takes long. */
  SLOW_DISK(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      world.redis().ask("CONFIG", "SET", "appendfsync", "always");
      Proc slow = slowDisk(world, 20_000 + random.nextInt(100_000));
      try {
        seed.traffic(30);
        seed.pause(1500);
      } finally {
        slow.terminate();
        slow.awaitEnd(2000);
        slow.kill();
        world.redis().ask("CONFIG", "SET", "appendfsync", "everysec");
      }
    }

    @Override
    boolean possible() {
      try {
        return Files.isExecutable(Path.of(STRACE))
            && new ProcessBuilder(STRACE, "-qq", "-o", "/dev/null", "true").start().waitFor() == 0;
      } catch (IOException e) {
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  },
  /** A keeper is killed when the platform has taken the message and not answered yet. */
  KILL_KEEPER(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      String customer = seed.onTelegram();
      world.platform.whenCalled(() -> seed.killKeeper(customer));
      seed.sayTo(customer);
      seed.until(() -> !world.platform.armed());
      seed.traffic(10);
    }
  },
  /** The master dies with what only it had, and with it the gateway that could write it again. */
  KILL_BOTH(Loss.UNWITNESSED) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      world.redis().lag();
      seed.traffic(5 + random.nextInt(20));
      Node node = world.any(random);
      node.kill();
      world.redis().killAndPromote();
      node.start();
      node.awaitUp();
    }
  },
  /** Partitions move between the masters of a cluster while they are written to. */
  MOVE_PARTITIONS(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      List<Integer> masters = world.store.masters();
      for (int i = 0; i < 12; i++) {
        List<String> streams = seed.streams();
        String stream = streams.get(random.nextInt(streams.size()));
        move(world, stream, masters.get(random.nextInt(masters.size())));
        seed.traffic(1 + random.nextInt(4));
      }
    }

    @Override
    World.Setting setting() {
      return World.Setting.CLUSTER;
    }
  },
  /** Kill -9 of a master that sentinels watch: they choose its replica, and back again. */
  SENTINEL_FAILOVER(Loss.TOLD) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      world.watched().killMaster();
      seed.traffic(random.nextInt(20));
      if (random.nextBoolean()) {
        world.watched().heal();
        seed.traffic(random.nextInt(20));
        world.watched().killMaster();
      }
    }

    @Override
    World.Setting setting() {
      return World.Setting.SENTINELS;
    }
  },
  /** Two or three of the others at once. */
  MIXED(Loss.UNWITNESSED) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      List<Schedule> some =
          new ArrayList<>(List.of(CUT_DEVICES, CUT_LINKS, RELOAD_LIBRARY, KILL_GATEWAY));
      List<Schedule> store = List.of(PROMOTE_LAGGING, KILL_REDIS, KILL_MASTER, STOP_REDIS);
      List<Schedule> chosen = new ArrayList<>();
      chosen.add(store.get(random.nextInt(store.size())));
      for (int i = 1 + random.nextInt(2); i > 0; i--) {
        chosen.add(some.remove(random.nextInt(some.size())));
      }
      seed.note("mixed: " + chosen);
      seed.together(chosen);
    }
  },
  /**
   * Not a fault but a lie: an entry is taken out of the store. What cannot see this sees nothing.
   */
  SABOTAGE(Loss.NONE) {
    @Override
    void strike(Seed seed, World world, RandomGenerator random) {
      seed.traffic(20);
      String stream = seed.streams().getFirst();
      List<?> last = (List<?>) Kept.ask(world.store, "XREVRANGE", stream, "+", "-", "COUNT", "3");
      Kept.ask(world.store, "XDEL", stream, ((List<?>) last.getLast()).getFirst().toString());
    }
  };

  private static final String STRACE = "/usr/bin/strace";

  /** What of that which was acked may be gone after it. */
  final Loss mayLose;

  Schedule(Loss mayLose) {
    this.mayLose = mayLose;
  }

  /** Does it, blocking; what it broke for good is mended by {@link World#heal}. */
  abstract void strike(Seed seed, World world, RandomGenerator random);

  /** Whether this machine has what it needs. */
  boolean possible() {
    return true;
  }

  /** What it needs the store to be. */
  World.Setting setting() {
    return World.Setting.PAIR;
  }

  /** Whether it strikes at a send, for which the person on Telegram must stay apart. */
  boolean sends() {
    return this == STOP_GATEWAY || this == KILL_KEEPER;
  }

  private static void move(World world, String stream, int port) {
    CustomerId customer = CustomerId.of(stream.substring(stream.indexOf(":s:") + 3));
    Vertx vertx = Vertx.vertx();
    try (PartitionMove move =
        new PartitionMove(vertx, vertx.getOrCreateContext(), URI.create(world.store.uri()))) {
      move.move(Keys.partition(customer), new Server("127.0.0.1", port));
    } catch (Exception e) {
      throw new AssertionError("a partition could not be moved", e);
    } finally {
      vertx.close().await();
    }
  }

  private static Flow flow(RandomGenerator random) {
    return random.nextBoolean() ? Flow.TO_CLIENT : Flow.TO_SERVER;
  }

  /** Ports from which Redis sees connections that subscribe. */
  private static Set<Integer> subscribers(World world) {
    Set<Integer> ports = new HashSet<>();
    for (String line : world.redis().ask("CLIENT", "LIST", "TYPE", "pubsub").split("\n")) {
      int from = line.indexOf(" addr=127.0.0.1:");
      if (from >= 0) {
        String rest = line.substring(from + " addr=127.0.0.1:".length());
        ports.add(Integer.parseInt(rest.substring(0, rest.indexOf(' '))));
      }
    }
    return ports;
  }

  private static String library() {
    try (InputStream in = Schedule.class.getResourceAsStream("/dev/hilo/store/hilo.lua")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Proc slowDisk(World world, int micros) {
    String inject = "inject=fdatasync,fsync:delay_enter=" + micros;
    return Proc.start(
        world.folder().resolve("strace.txt"),
        List.of(
            STRACE,
            "-f",
            "-q",
            "-e",
            "trace=fdatasync,fsync",
            "-e",
            inject,
            "-o",
            "/dev/null",
            "-p",
            "" + world.redis().masterProcess().pid()));
  }
}
