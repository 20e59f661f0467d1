package dev.hilo.load.peer;

import dev.hilo.load.process.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The programs of the peers, fetched once with npm and apt-get into a folder of the user's cache
 * ({@code HILO_LOAD_CACHE}, else {@code ~/.cache/hilo-load-tests}) and used from there; nothing is
 * installed into the system.
 */
public final class Installed {
  private static final List<String> NPM =
      List.of(
          "socket.io@4.8.4", "@socket.io/redis-streams-adapter@0.3.1", "redis@5.8.2", "ws@8.23.0");

  private Installed() {}

  /** It cannot be had here; the message says what to do. */
  public static final class Missing extends IOException {
    private static final long serialVersionUID = 1;

    Missing(String what) {
      super(what);
    }
  }

  /** The folder with {@code node_modules}. */
  static Path npm() throws IOException {
    needs("node", "npm");
    Path folder = cache().resolve("npm-1");
    if (!Files.exists(folder.resolve("node_modules/ws"))) {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("package.json"), "{\"private\":true}\n");
      List<String> command =
          new ArrayList<>(List.of("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"));
      command.addAll(NPM);
      must(folder, command);
    }
    return folder;
  }

  /** A file of a Debian package, which is unpacked, not installed. */
  static Path debian(String binary, List<String> packages) throws IOException {
    Path folder = cache().resolve("debian-1");
    Optional<Path> found = find(folder, binary);
    if (found.isEmpty()) {
      needs("apt-get", "dpkg-deb");
      Path fetched = folder.resolve("fetched");
      Files.createDirectories(fetched);
      List<String> command = new ArrayList<>(List.of("apt-get", "download"));
      command.addAll(packages);
      must(fetched, command);
      try (Stream<Path> files = Files.list(fetched)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".deb")).toList()) {
          must(fetched, List.of("dpkg-deb", "-x", file.toString(), folder.toString()));
        }
      }
      found = find(folder, binary);
    }
    return found.orElseThrow(() -> new Missing(packages + " hold no " + binary));
  }

  private static Optional<Path> find(Path folder, String name) throws IOException {
    if (!Files.exists(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(f -> f.getFileName().toString().equals(name) && Files.isRegularFile(f))
          .findFirst();
    }
  }

  /** Runs a script of {@code load-tests/peers} with node. */
  static Server script(String name, String file, Map<String, String> environment)
      throws IOException {
    Path modules = npm().resolve("node_modules");
    Path script = Path.of(System.getProperty("load.home", "."), "peers", file).toRealPath();
    Map<String, String> all = new HashMap<>(environment);
    all.put("NODE_PATH", modules.toString());
    return Server.start(
        name,
        Server.folder(name),
        all,
        List.of("node", "--expose-gc", script.toString()),
        Server.Garbage.USR2);
  }

  private static Path cache() throws IOException {
    String given = System.getenv("HILO_LOAD_CACHE");
    Path folder =
        given != null
            ? Path.of(given)
            : Path.of(System.getProperty("user.home"), ".cache", "hilo-load-tests");
    Files.createDirectories(folder);
    return folder;
  }

  static void needs(String... programs) throws Missing {
    for (String program : programs) {
      boolean there =
          Stream.of(System.getenv("PATH").split(":"))
              .anyMatch(p -> Files.isExecutable(Path.of(p, program)));
      if (!there) {
        throw new Missing("there is no " + program + " on PATH");
      }
    }
  }

  private static void must(Path folder, List<String> command) throws IOException {
    System.err.println("fetching: " + String.join(" ", command));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("fetch.log").toFile())
            .start();
    try {
      if (!process.waitFor(180, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new Missing(
            String.join(" ", command)
                + " failed: "
                + Files.readString(folder.resolve("fetch.log")));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
