package dev.hilo.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A Java program of this run, in a process of its own that ends with this one. */
final class Jvm implements AutoCloseable {
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin");

  private final Process process;
  private final long started;
  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

  private Jvm(Process process, long started) {
    this.process = process;
    this.started = started;
    Thread.ofPlatform().daemon().start(this::read);
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  /** {@code arguments}: everything after the word java. */
  static Jvm start(Path folder, Map<String, String> environment, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(JAVA.resolve("java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    long now = System.nanoTime();
    return new Jvm(builder.start(), now);
  }

  private void read() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("(" + e + ")");
    }
  }

  /** {@code System.nanoTime} right before it was started. */
  long started() {
    return started;
  }

  Proc proc() {
    return new Proc(process.pid());
  }

  /** The rest of the first line that holds {@code mark}, once it is printed. */
  String said(String mark) {
    @Nullable String[] found = new @Nullable String[1];
    Waiting.until(
        "\"" + mark.strip() + "\" from " + process.info().commandLine().orElse("a process"),
        Duration.ofSeconds(60),
        () -> {
          found[0] = find(mark);
          if (found[0] == null && !process.isAlive()) {
            throw new IllegalStateException("it ended:\n" + String.join("\n", lines));
          }
          return found[0] != null;
        });
    return Objects.requireNonNull(found[0]);
  }

  private @Nullable String find(String mark) {
    synchronized (lines) {
      return lines.stream()
          .filter(l -> l.contains(mark))
          .map(l -> l.substring(l.indexOf(mark) + mark.length()).strip())
          .findFirst()
          .orElse(null);
    }
  }

  /** Collects garbage until that frees no more; then everything resident is in use. */
  void collect() throws IOException, InterruptedException {
    for (int i = 0; i < 3; i++) {
      new ProcessBuilder(JAVA.resolve("jcmd").toString(), String.valueOf(process.pid()), "GC.run")
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor(30, TimeUnit.SECONDS);
      Waiting.sleep(300);
    }
  }

  /** Asks it to end and waits for that. */
  @Override
  public void close() {
    process.toHandle().destroy(); // Process.destroy would also close the pipe it still writes to
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
    }
  }
}
