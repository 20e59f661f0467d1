package dev.hilo.load.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server process of this run: on core 0, while the client has core 1 for itself, in an empty
 * folder of its own that goes with it, and never left behind.
 */
public final class Server implements AutoCloseable {
  public static final Path JAVA = Path.of(System.getProperty("java.home"), "bin");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int KEPT_LINES = 400;
  private static final boolean PINNED =
      Runtime.getRuntime().availableProcessors() > 1 && Files.exists(Path.of("/usr/bin/taskset"));

  private final String name;
  private final Process process;
  private final Path folder;
  private final Garbage garbage;
  private final long started = System.nanoTime();
  private final Deque<String> lines = new ArrayDeque<>();

  private Server(String name, Process process, Path folder, Garbage garbage) {
    this.name = name;
    this.process = process;
    this.folder = folder;
    this.garbage = garbage;
    Thread.ofPlatform().daemon().start(this::read);
    Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
  }

  /** How it is told to collect garbage: by jcmd, by a signal, or not at all. */
  public enum Garbage {
    JCMD,
    USR2,
    NONE
  }

  /** Puts this process, the client, on core 1. */
  public static void pinClient() throws IOException, InterruptedException {
    if (!PINNED) {
      System.err.println("one core or no taskset: client and servers are not kept apart");
      return;
    }
    pin(ProcessHandle.current().pid(), "1");
  }

  /** Lets it have both cores while it warms up, or core 0 alone again. */
  public void onBothCores(boolean both) throws IOException, InterruptedException {
    if (PINNED) {
      pin(process.pid(), both ? "0-1" : "0");
    }
  }

  private static void pin(long pid, String cores) throws IOException, InterruptedException {
    new ProcessBuilder("taskset", "-apc", cores, String.valueOf(pid))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD) // threads come and go meanwhile
        .start()
        .waitFor();
  }

  /** An empty folder, for {@link #start} or something else; it goes with this run at the latest. */
  public static Path folder(String name) throws IOException {
    Path folder = Files.createTempDirectory("hilo-load-" + name + "-");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
    return folder;
  }

  /** Spawns a process and returns at once. Only the main thread may call this. */
  public static Server start(
      String name,
      Path folder,
      Map<String, String> environment,
      List<String> command,
      Garbage garbage)
      throws IOException {
    List<String> words = new ArrayList<>();
    if (Files.exists(Path.of("/usr/bin/setpriv"))) {
      words.addAll(List.of("setpriv", "--pdeathsig", "KILL"));
    }
    if (PINNED) {
      words.addAll(List.of("taskset", "-c", "0"));
    }
    words.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return new Server(name, builder.start(), folder, garbage);
  }

  /** A Java program; {@code arguments}: everything after the word java. */
  public static Server java(
      String name, Path folder, Map<String, String> environment, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(JAVA.resolve("java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(arguments);
    return start(name, folder, environment, command, Garbage.JCMD);
  }

  private void read() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        said(line);
      }
    } catch (IOException e) {
      said("(" + e + ")");
    }
  }

  private synchronized void said(String line) {
    if (lines.size() < KEPT_LINES) {
      lines.add(line);
    }
  }

  public String name() {
    return name;
  }

  public Path folder() {
    return folder;
  }

  public Proc proc() {
    return new Proc(process.pid());
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** {@code System.nanoTime} when it was spawned. */
  public long started() {
    return started;
  }

  /** The rest of the first line that holds {@code mark}, once it is printed. */
  public String says(String mark) {
    Waiting.until(
        "\"" + mark.strip() + "\" from " + name,
        PATIENCE,
        () -> {
          mustLive();
          return find(mark) != null;
        });
    String found = find(mark);
    return found == null ? "" : found;
  }

  private synchronized @Nullable String find(String mark) {
    return lines.stream()
        .filter(l -> l.contains(mark))
        .map(l -> l.substring(l.indexOf(mark) + mark.length()).strip())
        .findFirst()
        .orElse(null);
  }

  /** Waits until something accepts connections on this port of 127.0.0.1. */
  public void listensOn(int port) {
    Waiting.until(
        name + " on port " + port,
        PATIENCE,
        () -> {
          mustLive();
          try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 1000);
            return true;
          } catch (IOException e) {
            return false;
          }
        });
  }

  private void mustLive() {
    if (!process.isAlive()) {
      synchronized (this) {
        throw new IllegalStateException(name + " ended:\n" + String.join("\n", lines));
      }
    }
  }

  /** A port of 127.0.0.1 that nobody has now. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  /** Collects garbage until that frees no more; then everything resident is in use. */
  public void collect() throws IOException, InterruptedException {
    String pid = String.valueOf(process.pid());
    List<String> command =
        switch (garbage) {
          case JCMD -> List.of(JAVA.resolve("jcmd").toString(), pid, "GC.run");
          case USR2 -> List.of("kill", "-USR2", pid);
          case NONE -> List.of();
        };
    for (int i = 0; i < 3 && !command.isEmpty(); i++) {
      new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor(30, TimeUnit.SECONDS);
      Waiting.sleep(0.3);
    }
  }

  /** Asks it to end, and returns at once. */
  public void terminate() {
    process.toHandle().destroy(); // Process.destroy would also close the pipe it still writes to
  }

  private void kill() {
    try {
      process.destroyForcibly().waitFor(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    delete(folder);
  }

  /** Asks it to end, waits for that, and deletes its folder. */
  @Override
  public void close() {
    terminate();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        System.err.println(name + " did not end when asked");
        process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
    }
    delete(folder);
  }

  /** Deletes a folder with all that is in it. */
  public static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (var all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("left behind: " + folder);
    }
  }
}
