package dev.hilo.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Redis with settings of a test's own: clustered, a replica, or one whose commands are counted.
 */
public final class RedisFork implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final Duration LONG = Duration.ofSeconds(60);

  private Process process;
  private final List<String> command;
  private final Path folder;
  private final int port;
  private final Thread onExit;

  private RedisFork(Process process, List<String> command, Path folder, int port) {
    this.process = process;
    this.command = command;
    this.folder = folder;
    this.port = port;
    this.onExit = Thread.ofPlatform().unstarted(this::kill);
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  /** {@code settings}: name, value, name, value … as in redis.conf. */
  public static RedisFork start(Path binary, String... settings) {
    String[] all = Arrays.copyOf(settings, settings.length + 2);
    all[settings.length] = "save";
    all[settings.length + 1] = "\"\"";
    return start(List.of(binary.toString()), all);
  }

  /** The same program as a sentinel. */
  public static RedisFork sentinel(Path binary, String... settings) {
    return start(List.of(binary.toString(), "--sentinel"), settings);
  }

  private static RedisFork start(List<String> program, String... settings) {
    try {
      Path folder = Files.createTempDirectory("hilo-fork");
      for (int attempt = 1; ; attempt++) {
        int port = freePort();
        List<String> lines =
            new ArrayList<>(List.of("bind " + HOST, "port " + port, "dir " + folder));
        for (int i = 0; i < settings.length; i += 2) {
          lines.add(settings[i] + " " + settings[i + 1]);
        }
        Path file = folder.resolve("redis.conf");
        Files.write(file, lines);
        List<String> command = new ArrayList<>(program);
        command.add(1, file.toString());
        RedisFork fork = new RedisFork(run(command, folder), command, folder, port);
        if (fork.answers()) {
          return fork;
        }
        fork.close();
        if (attempt == 3) {
          throw new IOException("a Redis for a test did not start");
        }
        Files.createDirectories(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Process run(List<String> command, Path folder) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("redis.log").toFile())
        .start();
  }

  /** kill -9. */
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts it again after {@link #kill}, on the same port and folder. */
  public void restart() {
    try {
      process = run(command, folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!answers()) {
      throw new IllegalStateException("a Redis for a test did not start again");
    }
  }

  public boolean alive() {
    return process.isAlive();
  }

  private boolean answers() {
    long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (process.isAlive() && System.nanoTime() < patience) {
      try {
        return command("PING").equals("+PONG");
      } catch (UncheckedIOException e) {
        try {
          if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
            return false;
          }
        } catch (InterruptedException i) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
    }
    return false;
  }

  /** Becomes a replica of {@code master}, and waits until it has all that the master has. */
  public void follow(RedisFork master) {
    assertThat(command("REPLICAOF", HOST, "" + master.port)).startsWith("+OK");
    await()
        .atMost(LONG)
        .until(() -> command("INFO", "replication").contains("master_link_status:up"));
    inStep(master);
  }

  /** Waits until this replica has all that its master has. */
  public void inStep(RedisFork master) {
    await().atMost(LONG).until(() -> offset().equals(master.offset()));
  }

  private String offset() {
    return Stream.of(command("INFO", "replication").split("\r\n"))
        .filter(line -> line.startsWith("master_repl_offset:"))
        .findFirst()
        .orElseThrow();
  }

  /** Cuts the link of this replica to its master; it keeps what it has. */
  public void detach() {
    assertThat(command("REPLICAOF", HOST, "1")).isEqualTo("+OK");
  }

  /** This replica is a master from now on. */
  public void promote() {
    assertThat(command("REPLICAOF", "NO", "ONE")).isEqualTo("+OK");
  }

  public int port() {
    return port;
  }

  public URI uri() {
    return URI.create("redis://" + HOST + ":" + port);
  }

  /** Sends one command and gives the whole answer as RESP text without its last line end. */
  public String command(String... words) {
    return commandAs("", words);
  }

  /** As {@link #command}, as a user without a password. */
  public String commandAs(String user, String... words) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(HOST, port), 2000);
      socket.setSoTimeout(10_000);
      if (!user.isEmpty() && !send(socket, "AUTH", user, "any").equals("+OK")) {
        throw new IOException("user " + user + " may not come in");
      }
      return send(socket, words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String send(Socket socket, String... words) throws IOException {
    StringBuilder out = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      int bytes = word.getBytes(StandardCharsets.UTF_8).length;
      out.append('$').append(bytes).append("\r\n").append(word).append("\r\n");
    }
    socket.getOutputStream().write(out.toString().getBytes(StandardCharsets.UTF_8));
    return reply(socket.getInputStream());
  }

  private static String reply(InputStream in) throws IOException {
    String head = line(in);
    if (head.startsWith("$") && !head.equals("$-1")) {
      byte[] body = in.readNBytes(Integer.parseInt(head.substring(1)) + 2);
      return new String(body, 0, body.length - 2, StandardCharsets.UTF_8);
    }
    if (head.startsWith("*")) {
      List<String> items = new ArrayList<>();
      for (int i = 0; i < Integer.parseInt(head.substring(1)); i++) {
        items.add(reply(in));
      }
      return String.join("\n", items);
    }
    return head;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\r'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the connection ended");
      }
      line.append((char) c);
    }
    in.read();
    return line.toString();
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral(HOST))) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
      RedisServer.delete(folder);
    } catch (IOException | IllegalStateException e) {
      System.err.println("a test's Redis was not cleared away: " + e);
    }
  }
}
