package dev.hilo.ops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Redis as a child process, with its append-only file in {@code data/redis}.
 *
 * <p>It listens on 127.0.0.1 with a password made at each start. It ends when the gateway ends,
 * even by kill -9, and is started again on the same port when it ends by itself. All methods may be
 * called from any thread, but block: not from an event loop.
 */
public final class LocalRedis implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LocalRedis.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final Duration STEADY = Duration.ofSeconds(10);
  private static final Duration STOP = Duration.ofSeconds(30);
  private static final int PORTS_TRIED = 5;

  private final DataLock lock;
  private final Path folder;
  private final Path binary;
  private final String password;
  private final int port;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread supervisor;
  private volatile RedisProcess redis;

  private LocalRedis(
      DataLock lock, Path folder, Path binary, String password, int port, RedisProcess redis) {
    this.lock = lock;
    this.folder = folder;
    this.binary = binary;
    this.password = password;
    this.port = port;
    this.redis = redis;
    this.supervisor = Thread.ofPlatform().daemon().name("redis-supervisor").unstarted(this::watch);
  }

  /**
   * Starts Redis and waits until it answers. After a gateway was killed, first waits until that
   * one's Redis has ended.
   *
   * @param data the data folder, made if it is not there
   * @throws DataInUse if another gateway runs on the folder
   * @throws UncheckedIOException if Redis cannot be started; the message says why
   */
  public static LocalRedis start(Path data, Fsync fsync) {
    return start(data, fsync, RedisBinary::find);
  }

  /** Chooses the server to run, given a folder to unpack one into. */
  interface Choice {
    Path binary(Path folder) throws IOException;
  }

  static LocalRedis start(Path data, Fsync fsync, Choice choice) {
    try {
      Files.createDirectories(data);
      DataLock lock = DataLock.acquire(data);
      try {
        return start(lock, data.toRealPath().resolve("redis"), fsync, choice);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Redis could not be started: " + e.getMessage(), e);
    }
  }

  private static LocalRedis start(DataLock lock, Path folder, Fsync fsync, Choice choice)
      throws IOException {
    Path binary = choice.binary(folder.resolve("bin"));
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    RedisProcess.awaitEarlier(folder);
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    String password = HexFormat.of().formatHex(random);
    for (int attempt = 1; ; attempt++) {
      int port = freePort();
      writeSettings(folder, port, password, fsync);
      try {
        var redis = RedisProcess.start(binary, folder, port, password);
        var local = new LocalRedis(lock, folder, binary, password, port, redis);
        local.supervisor.start();
        log.info("Redis runs as process {} on port {} ({})", redis.pid(), port, binary);
        return local;
      } catch (RedisProcess.PortTaken e) {
        if (attempt == PORTS_TRIED) {
          throw e;
        }
      }
    }
  }

  /** Where it is: {@code redis://:password@127.0.0.1:port}, the same after a restart. */
  public URI uri() {
    return URI.create("redis://:" + password + "@" + RedisProcess.HOST + ":" + port);
  }

  /** The process id of the Redis that runs now. */
  public long pid() {
    return redis.pid();
  }

  /** Ends Redis after everything is on the disk, and gives the folder back. */
  @Override
  public void close() {
    closing.countDown();
    redis.stop(STOP);
    try {
      supervisor.join(STOP);
      lock.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("the lock of the data folder could not be closed: {}", e.toString());
    }
  }

  private void watch() {
    try {
      Duration pause = FIRST_PAUSE;
      long up = System.nanoTime();
      while (true) {
        redis.awaitEnd();
        if (closing.getCount() == 0) {
          return;
        }
        if (System.nanoTime() - up > STEADY.toNanos()) {
          pause = FIRST_PAUSE;
        }
        log.error("Redis ended ({}), it is started again", redis.lastWords());
        do {
          if (closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
            return;
          }
          pause = longer(pause);
        } while (!restart());
        up = System.nanoTime();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean restart() {
    try {
      RedisProcess.awaitEarlier(folder);
      redis = RedisProcess.start(binary, folder, port, password);
      if (closing.getCount() == 0) {
        redis.stop(STOP);
      }
      log.info("Redis runs again as process {}", redis.pid());
      return true;
    } catch (IOException e) {
      log.error("Redis could not be started again: {}", e.getMessage());
      return false;
    }
  }

  private static Duration longer(Duration pause) {
    Duration doubled = pause.multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral(RedisProcess.HOST))) {
      return socket.getLocalPort();
    }
  }

  private static void writeSettings(Path folder, int port, String password, Fsync fsync)
      throws IOException {
    Path file = RedisProcess.settings(folder);
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    // set-proc-title no: the command line keeps the folder, by which a later gateway knows it
    Files.writeString(
        file,
        """
        bind 127.0.0.1
        port %d
        requirepass %s
        dir %s
        pidfile %s
        set-proc-title no
        loglevel notice
        appendonly yes
        appendfsync %s
        aof-use-rdb-preamble yes
        save ""
        stream-node-max-bytes 1024
        maxmemory-policy noeviction
        """
            .formatted(
                port,
                password,
                quoted(folder),
                quoted(RedisProcess.pidFile(folder)),
                fsync.name().toLowerCase(Locale.ROOT)));
  }

  private static String quoted(Path path) {
    return '"' + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
