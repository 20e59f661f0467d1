package dev.hilo.ops;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of redis-server under a shell that ends it when this process is gone. */
final class RedisProcess {
  /** The port was taken by another program between its choice and its use. */
  static final class PortTaken extends IOException {
    private static final long serialVersionUID = 1;

    PortTaken(int port) {
      super("port " + port + " is taken");
    }
  }

  private static final Logger log = LoggerFactory.getLogger(RedisProcess.class);
  static final String HOST = "127.0.0.1";

  private static final Duration SILENT = Duration.ofSeconds(30);
  private static final Duration EARLIER = Duration.ofSeconds(10);
  private static final long LOG_MAX = 1 << 20;

  /**
   * $1 redis-server, $2 its settings, $3 its log, $4 its pid file. The pipe on standard input is
   * held open by the gateway alone: at its end, by whatever cause, Redis is asked to stop.
   */
  private static final String WRAPPER =
      """
      exec 3<&0
      "$1" "$2" >>"$3" 2>&1 3<&- </dev/null &
      redis=$!
      echo "$redis" >"$4"
      echo "$redis"
      exec >/dev/null
      (cat <&3 >/dev/null; kill -TERM "$redis" 2>/dev/null) &
      watcher=$!
      exec 3<&-
      wait "$redis"
      status=$?
      kill "$watcher" 2>/dev/null
      exit "$status"
      """;

  private final Process wrapper;
  private final ProcessHandle redis;
  private final Path folder;

  private RedisProcess(Process wrapper, ProcessHandle redis, Path folder) {
    this.wrapper = wrapper;
    this.redis = redis;
    this.folder = folder;
  }

  static Path settings(Path folder) {
    return folder.resolve("redis.conf");
  }

  static Path pidFile(Path folder) {
    return folder.resolve("redis.pid");
  }

  /** Starts the server and waits until it has read its file and answers. */
  static RedisProcess start(Path binary, Path folder, int port, String password)
      throws IOException {
    Path logFile = folder.resolve("redis.log");
    if (Files.exists(logFile) && Files.size(logFile) > LOG_MAX) {
      Files.delete(logFile);
    }
    var command = new ArrayList<>(ownSession());
    command.addAll(
        List.of(
            "/bin/sh",
            "-c",
            WRAPPER,
            "sh",
            binary.toAbsolutePath().toString(),
            settings(folder).toString(),
            logFile.toString(),
            pidFile(folder).toString()));
    Process wrapper =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    long before = Files.exists(logFile) ? Files.size(logFile) : 0;
    String pid =
        new BufferedReader(new InputStreamReader(wrapper.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    Optional<ProcessHandle> handle =
        pid == null ? Optional.empty() : ProcessHandle.of(Long.parseLong(pid.strip()));
    if (handle.isEmpty()) {
      wrapper.destroy();
      throw new IOException("it ended at once: " + tail(logFile, before));
    }
    var process = new RedisProcess(wrapper, handle.get(), folder);
    try {
      process.awaitAnswer(port, password, logFile, before);
      return process;
    } catch (IOException e) {
      process.stop(EARLIER);
      throw e;
    }
  }

  /**
   * Waits until the Redis that an earlier gateway left behind has ended; the caller holds the lock
   * of the folder, so it belongs to nobody and is asked to stop if it does not by itself.
   *
   * @throws IOException if it does not end within ten seconds
   */
  static void awaitEarlier(Path folder) throws IOException {
    ProcessHandle earlier = earlier(folder);
    if (earlier == null) {
      return;
    }
    log.info("waiting for the Redis of an earlier gateway (process {}) to end", earlier.pid());
    if (!ends(earlier, folder, EARLIER.dividedBy(4))) {
      earlier.destroy();
      if (!ends(earlier, folder, EARLIER)) {
        throw new IOException(
            "a Redis of an earlier gateway (process " + earlier.pid() + ") does not end");
      }
    }
  }

  long pid() {
    return redis.pid();
  }

  /** Waits until neither the server nor its shell runs. */
  void awaitEnd() throws InterruptedException {
    wrapper.waitFor();
    if (lives(redis, folder)) {
      stop(EARLIER); // the shell was killed alone
    }
  }

  /** How it ended, for a message. */
  String lastWords() {
    int status = wrapper.isAlive() ? 0 : wrapper.exitValue();
    return status > 128 ? "killed by signal " + (status - 128) : "exit status " + status;
  }

  /** Asks the server to write everything down and end; kills it if it does not in time. */
  void stop(Duration limit) {
    try {
      wrapper.getOutputStream().close();
    } catch (IOException e) {
      log.debug("the shell of Redis is gone already", e);
    }
    try {
      if (wrapper.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS) && !lives(redis, folder)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    redis.destroy();
    if (!ends(redis, folder, limit)) {
      log.error("Redis does not end and is killed");
      redis.destroyForcibly();
    }
  }

  private void awaitAnswer(int port, String password, Path logFile, long before)
      throws IOException {
    long start = System.nanoTime();
    long heard = start;
    boolean told = false;
    while (true) {
      if (!wrapper.isAlive()) {
        String said = tail(logFile, before);
        if (said.contains("Address already in use")) {
          throw new PortTaken(port);
        }
        throw new IOException("it ended: " + said);
      }
      String answer = ping(port, password);
      if ("+PONG".equals(answer)) {
        return;
      }
      long now = System.nanoTime();
      if (answer != null && answer.startsWith("-LOADING")) {
        heard = now;
        if (!told && now - start > Duration.ofSeconds(5).toNanos()) {
          told = true;
          log.info("Redis still reads its file");
        }
      } else if (now - heard > SILENT.toNanos()) {
        throw new IOException("it did not answer within " + SILENT.toSeconds() + " s");
      }
      pause();
    }
  }

  /** The answer to PING, or null if there is none. */
  private static @Nullable String ping(int port, String password) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral(HOST), port), 1000);
      socket.setSoTimeout(2000);
      socket
          .getOutputStream()
          .write(("AUTH " + password + "\r\nPING\r\n").getBytes(StandardCharsets.US_ASCII));
      var answers =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      return "+OK".equals(answers.readLine()) ? answers.readLine() : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(10);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /**
   * A session of its own, so that Ctrl-C reaches the gateway alone, which then ends it in order.
   */
  private static List<String> ownSession() {
    if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
      return List.of("/usr/bin/setsid");
    }
    if (Files.isExecutable(Path.of("/usr/bin/perl"))) {
      return List.of("/usr/bin/perl", "-MPOSIX", "-e", "POSIX::setsid(); exec @ARGV");
    }
    return List.of();
  }

  private static @Nullable ProcessHandle earlier(Path folder) throws IOException {
    Path file = pidFile(folder);
    if (!Files.exists(file)) {
      return null;
    }
    String pid = Files.readString(file).strip();
    return pid.matches("\\d{1,18}")
        ? ProcessHandle.of(Long.parseLong(pid)).filter(p -> lives(p, folder)).orElse(null)
        : null;
  }

  /**
   * Whether a process runs and is the Redis of the folder: the number alone may have been given to
   * another program. A command line is empty for the instant in which a program is loaded, and for
   * good when the process is dead but not yet reaped.
   */
  private static boolean lives(ProcessHandle process, Path folder) {
    for (int look = 0; look < 5 && process.isAlive(); look++) {
      String command = process.info().commandLine().orElse("");
      if (!command.isEmpty()) {
        return command.contains(settings(folder).toString());
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
    return false;
  }

  private static boolean ends(ProcessHandle process, Path folder, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    try {
      while (lives(process, folder)) {
        if (System.nanoTime() > end) {
          return false;
        }
        TimeUnit.MILLISECONDS.sleep(10);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The last lines that were written since the place {@code from}. */
  private static String tail(Path logFile, long from) throws IOException {
    try (var channel = Files.newByteChannel(logFile)) {
      long size = channel.size();
      channel.position(Math.min(size, Math.max(from, size - 2000)));
      var buffer = ByteBuffer.allocate(2000);
      channel.read(buffer);
      var lines =
          new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank() && !line.contains("requirepass"))
              .toList();
      return String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    } catch (NoSuchFileException e) {
      return "no log was written";
    }
  }
}
