package dev.hilo.ops;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds a redis-server of at least 7.0 to run: the one on PATH, or the one that is bundled. */
final class RedisBinary {
  private static final Logger log = LoggerFactory.getLogger(RedisBinary.class);
  private static final Pattern VERSION = Pattern.compile("\\bv=(\\d{1,4})\\.(\\S+)");
  private static final int MIN_MAJOR = 7;
  private static final String BUNDLED = "redis-server-7.0.15-";

  private RedisBinary() {}

  /**
   * The installed server if it is new enough, because it is the faster one, else the bundled one.
   *
   * @param folder where the bundled one is unpacked
   */
  static Path find(Path folder) throws IOException {
    var installed = installed();
    return installed.isPresent() ? installed.get() : bundled(folder);
  }

  /** The first redis-server on PATH; empty if there is none or it is too old. */
  static Optional<Path> installed() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Arrays.stream(path.split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, "redis-server"))
        .filter(Files::isExecutable)
        .findFirst()
        .filter(RedisBinary::isNewEnough);
  }

  /**
   * The server of the class path, unpacked into the folder at its first use.
   *
   * @throws IOException if there is none for this machine, or the folder cannot be written
   */
  static Path bundled(Path folder) throws IOException {
    String name = BUNDLED + system() + "-" + machine();
    try (InputStream resource = RedisBinary.class.getResourceAsStream("/" + name)) {
      if (resource == null) {
        throw new IOException(
            "no Redis for this kind of machine ("
                + name
                + "): install redis-server 7.0 or later, or set redis.uri");
      }
      byte[] content = resource.readAllBytes();
      Path target = folder.resolve(name);
      if (!Files.exists(target) || Files.size(target) != content.length) {
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, name, ".part");
        Files.write(part, content);
        Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwx------"));
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      }
      return target;
    }
  }

  private static boolean isNewEnough(Path binary) {
    try {
      Process process =
          new ProcessBuilder(binary.toString(), "--version").redirectErrorStream(true).start();
      try {
        process.getOutputStream().close();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
          return false;
        }
        String said = new String(process.getInputStream().readNBytes(4096), StandardCharsets.UTF_8);
        var version = VERSION.matcher(said);
        boolean enough = version.find() && Integer.parseInt(version.group(1)) >= MIN_MAJOR;
        if (!enough) {
          log.info("{} is older than 7.0, the bundled Redis is used", binary);
        }
        return enough;
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String system() {
    String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    return name.startsWith("mac") ? "darwin" : name.replace(' ', '-');
  }

  private static String machine() {
    String name = System.getProperty("os.arch", "");
    return switch (name) {
      case "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      default -> name;
    };
  }
}
