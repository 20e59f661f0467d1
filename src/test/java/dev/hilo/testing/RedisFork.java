package dev.hilo.testing;

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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Redis with settings of a test's own: clustered, a replica, or one whose commands are counted.
 */
public final class RedisFork implements AutoCloseable {
  private static final String HOST = "127.0.0.1";

  private final Process process;
  private final Path folder;
  private final int port;
  private final Thread onExit;

  private RedisFork(Process process, Path folder, int port) {
    this.process = process;
    this.folder = folder;
    this.port = port;
    this.onExit = Thread.ofPlatform().unstarted(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  /** {@code settings}: name, value, name, value … as in redis.conf. */
  public static RedisFork start(Path binary, String... settings) {
    try {
      Path folder = Files.createTempDirectory("hilo-fork");
      for (int attempt = 1; ; attempt++) {
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(binary.toString(), "--bind", HOST));
        command.addAll(List.of("--port", "" + port, "--dir", folder.toString(), "--save", ""));
        for (int i = 0; i < settings.length; i += 2) {
          command.add("--" + settings[i]);
          command.add(settings[i + 1]);
        }
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("redis.log").toFile())
                .start();
        RedisFork fork = new RedisFork(process, folder, port);
        if (fork.answers()) {
          return fork;
        }
        fork.close();
        if (attempt == 3) {
          throw new IOException("a Redis for a test did not start");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral(HOST))) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
      Runtime.getRuntime().removeShutdownHook(onExit);
      RedisServer.delete(folder);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | IllegalStateException e) {
      System.err.println("a test's Redis was not cleared away: " + e);
    }
  }
}
