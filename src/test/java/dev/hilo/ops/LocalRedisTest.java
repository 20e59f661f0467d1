package dev.hilo.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LocalRedisTest {
  enum Server implements LocalRedis.Choice {
    INSTALLED,
    BUNDLED;

    @Override
    public Path binary(Path folder) throws IOException {
      if (this == BUNDLED) {
        return RedisBinary.bundled(folder);
      }
      var installed = RedisBinary.installed();
      assumeTrue(
          installed.isPresent() || System.getProperty("require.all") != null,
          "no redis-server 7.0 or later on PATH");
      return installed.orElseThrow();
    }
  }

  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path data;

  private final List<AutoCloseable> started = new ArrayList<>();

  @AfterEach
  void stopAll() throws Exception {
    for (var one : started.reversed()) {
      one.close();
    }
  }

  private LocalRedis start(Server server) {
    var redis = LocalRedis.start(data, Fsync.EVERYSEC, server);
    started.add(redis);
    return redis;
  }

  @ParameterizedTest
  @EnumSource
  void dataOutlivesAStopAndAStart(Server server) {
    URI first;
    try (var redis = LocalRedis.start(data, Fsync.ALWAYS, server)) {
      first = redis.uri();
      assertThat(ask(first, "SET a 1")).isEqualTo("+OK");
      assertThat(ask(first, "CONFIG GET appendfsync")).isEqualTo("*2");
    }
    var again = start(server);
    assertThat(again.uri()).isNotEqualTo(first);
    assertThat(ask(again.uri(), "INCR a")).isEqualTo(":2");
  }

  @ParameterizedTest
  @EnumSource
  void aKilledRedisComesBackAtTheSameAddressWithItsData(Server server) {
    var redis = start(server);
    URI uri = redis.uri();
    for (int round = 1; round <= 2; round++) {
      assertThat(ask(uri, "INCR a")).isEqualTo(":" + round);
      long pid = redis.pid();
      kill(pid);
      await().atMost(LONG).until(() -> redis.pid() != pid && "+PONG".equals(ask(uri, "PING")));
    }
    assertThat(redis.uri()).isEqualTo(uri);
    assertThat(ask(uri, "INCR a")).isEqualTo(":3");
  }

  @ParameterizedTest
  @EnumSource
  void aKilledGatewayLeavesNoRedisAndTheNextOneHasItsData(Server server) throws Exception {
    var gateway = fork(server);
    long pid = gateway.redis();
    assertThat(ask(gateway.uri(), "SET a 1")).isEqualTo("+OK");
    gateway.kill();
    var next = start(server);
    assertThat(ProcessHandle.of(pid).map(LocalRedisTest::runs).orElse(false)).isFalse();
    assertThat(ask(next.uri(), "INCR a")).isEqualTo(":2");
  }

  @Test
  void aKilledGatewayLeavesNoRedisEvenIfNoneFollows() throws Exception {
    var gateway = fork(Server.BUNDLED);
    var redis = ProcessHandle.of(gateway.redis()).orElseThrow();
    gateway.kill();
    await().atMost(LONG).until(() -> !runs(redis));
  }

  @Test
  void aRedisLeftAloneByItsKilledShellIsReplacedNotDoubled() {
    var redis = start(Server.BUNDLED);
    long pid = redis.pid();
    assertThat(ask(redis.uri(), "SET a 1")).isEqualTo("+OK");
    var handle = ProcessHandle.of(pid).orElseThrow();
    kill(handle.parent().orElseThrow().pid());
    await()
        .atMost(LONG)
        .until(() -> redis.pid() != pid && "+PONG".equals(ask(redis.uri(), "PING")));
    assertThat(runs(handle)).isFalse();
    assertThat(ask(redis.uri(), "INCR a")).isEqualTo(":2");
  }

  @Test
  void aWholeGroupKilledLeavesAFolderThatCanBeUsed() throws Exception {
    var gateway = fork(Server.BUNDLED);
    var redis = ProcessHandle.of(gateway.redis()).orElseThrow();
    var shell = redis.parent().orElseThrow();
    // neither shell nor watcher is left to stop it, so only the next gateway can
    shell.descendants().filter(p -> p.pid() != redis.pid()).toList().forEach(p -> kill(p.pid()));
    kill(shell.pid());
    gateway.kill();
    start(Server.BUNDLED);
    assertThat(runs(redis)).isFalse();
  }

  @Test
  void aSecondGatewayOnTheFolderIsRefused() throws Exception {
    var gateway = fork(Server.BUNDLED);
    assertThatThrownBy(() -> start(Server.BUNDLED))
        .isInstanceOf(DataInUse.class)
        .hasMessageContaining(data.toString())
        .hasMessageContaining("process " + gateway.process().pid());
    assertThat(ask(gateway.uri(), "PING")).isEqualTo("+PONG");
  }

  @Test
  void aSecondStartInTheSameProcessIsRefusedAndDoesNotFreeTheFolder() throws Exception {
    start(Server.BUNDLED);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> start(Server.BUNDLED)).isInstanceOf(DataInUse.class);
    }
    assertThat(forked(Server.BUNDLED).firstLine()).startsWith("refused");
  }

  @Test
  void whatKeepsRedisFromStartingIsSaidAndTheFolderIsFreeAgain() throws IOException {
    Path folder = Files.createDirectories(data.resolve("redis/appendonlydir"));
    Path manifest =
        Files.writeString(folder.resolve("appendonly.aof.manifest"), "nothing of the kind\n");
    assertThatThrownBy(() -> start(Server.BUNDLED))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("Redis could not be started")
        .hasMessageContaining("manifest");
    Files.delete(manifest);
    assertThat(ask(start(Server.BUNDLED).uri(), "PING")).isEqualTo("+PONG");
  }

  @Test
  void onlyTheOwnerMayReadThePasswordAndItIsNeeded() throws IOException {
    var redis = start(Server.BUNDLED);
    Path settings = data.resolve("redis/redis.conf");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(settings)))
        .isEqualTo("rw-------");
    URI uri = redis.uri();
    assertThat(ask(URI.create("redis://:wrong@127.0.0.1:" + uri.getPort()), "PING"))
        .startsWith("-WRONGPASS");
    assertThat(ProcessHandle.of(redis.pid()).orElseThrow().info().commandLine().orElseThrow())
        .doesNotContain(uri.getUserInfo().substring(1));
  }

  @Test
  void aFolderWithSpacesAndQuotesWorks() {
    Path odd = data.resolve("a \"b' ñ");
    try (var redis = LocalRedis.start(odd, Fsync.EVERYSEC)) {
      assertThat(ask(redis.uri(), "PING")).isEqualTo("+PONG");
    }
  }

  @Test
  void closingTwiceIsHarmlessAndEndsRedis() {
    var redis = start(Server.BUNDLED);
    var handle = ProcessHandle.of(redis.pid()).orElseThrow();
    redis.close();
    redis.close();
    assertThat(runs(handle)).isFalse();
  }

  /** A gateway in a process of its own; prints where its Redis is, or that it was refused. */
  static final class Gateway {
    private Gateway() {}

    public static void main(String[] args) throws InterruptedException {
      try {
        var redis = LocalRedis.start(Path.of(args[0]), Fsync.EVERYSEC, Server.valueOf(args[1]));
        System.out.println(redis.pid() + " " + redis.uri());
        Thread.currentThread().join();
      } catch (DataInUse e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }

  private record Forked(Process process, String firstLine) {
    long redis() {
      return Long.parseLong(firstLine.split(" ")[0]);
    }

    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }

    URI uri() {
      return URI.create(firstLine.split(" ")[1]);
    }
  }

  private Forked fork(Server server) throws IOException {
    var gateway = forked(server);
    assertThat(gateway.firstLine()).matches("\\d+ redis://.*");
    return gateway;
  }

  private Forked forked(Server server) throws IOException {
    var log = Files.writeString(data.resolve("logback-off.xml"), "<configuration/>");
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=" + log,
                "-classpath",
                System.getProperty("java.class.path"),
                Gateway.class.getName(),
                data.toString(),
                server.name())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    started.add(
        () -> {
          process.destroyForcibly();
          process.waitFor();
        });
    return new Forked(process, String.valueOf(process.inputReader().readLine()));
  }

  private static boolean runs(ProcessHandle process) {
    return process.isAlive() && process.info().commandLine().isPresent();
  }

  private static void kill(long pid) {
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
  }

  /** The first line of the answer, or what went wrong. */
  private static String ask(URI uri, String command) {
    try (var socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.setSoTimeout(10_000);
      String password = uri.getUserInfo().substring(1);
      socket
          .getOutputStream()
          .write(("AUTH " + password + "\r\n" + command + "\r\n").getBytes(StandardCharsets.UTF_8));
      var answers =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String login = answers.readLine();
      return String.valueOf("+OK".equals(login) ? answers.readLine() : login);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
