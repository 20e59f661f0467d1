package dev.hilo.load;

import dev.hilo.ops.Fsync;
import dev.hilo.ops.LocalRedis;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * A Redis of this run, started as the gateway starts its own: AOF, everysec, in an empty folder.
 */
final class Store implements AutoCloseable {
  private final Path folder;
  private final LocalRedis redis;
  private final Resp admin;

  Store() throws IOException {
    folder = Files.createTempDirectory("hilo-load");
    redis = LocalRedis.start(folder, Fsync.EVERYSEC);
    admin = new Resp(redis.uri());
    admin.call("CONFIG", "SET", "auto-aof-rewrite-percentage", "0");
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  URI uri() {
    return redis.uri();
  }

  Proc process() {
    return new Proc(redis.pid());
  }

  Resp admin() {
    return admin;
  }

  /** A field of {@code INFO}. */
  double info(String section, String field) throws IOException {
    return admin
        .call("INFO", section)
        .lines()
        .filter(l -> l.startsWith(field + ":"))
        .mapToDouble(l -> Double.parseDouble(l.substring(field.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  /** CPU of the whole server so far, microseconds. */
  double cpuMicros() throws IOException {
    return (info("cpu", "used_cpu_user") + info("cpu", "used_cpu_sys")) * 1e6;
  }

  /** Bytes of the append-only file. */
  double aofBytes() throws IOException {
    return info("persistence", "aof_current_size");
  }

  @Override
  public synchronized void close() {
    if (Files.exists(folder)) {
      redis.close();
      delete(folder);
    }
  }

  static void delete(Path folder) {
    try (var all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      System.err.println("left behind: " + folder);
    }
  }
}
