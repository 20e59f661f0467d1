package dev.hilo.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A key, token or password. Its value shows only where {@link #value()} is called: never in a log,
 * a message or a fault.
 */
public record Secret(String value) {
  private static final String FILE = "file:";
  private static final long MAX_FILE = 64 * 1024;

  public Secret {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a secret that is not empty");
    }
  }

  /**
   * Takes what a configuration says.
   *
   * @param text the secret itself, or {@code file:/path} of a UTF-8 file that holds it; one line
   *     break at the file's end does not count
   * @throws IllegalArgumentException if it is empty or its file cannot be read
   */
  public static Secret parse(String text) {
    return new Secret(text.startsWith(FILE) ? read(text.substring(FILE.length())) : text);
  }

  private static String read(String name) {
    try {
      Path file = Path.of(name.startsWith("///") ? name.substring(2) : name);
      if (Files.size(file) > MAX_FILE) {
        throw new IllegalArgumentException("a file of at most 64KB at " + name);
      }
      return Files.readString(file).replaceFirst("\\r?\\n\\z", "");
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException("a readable UTF-8 file at " + name, e);
    }
  }

  @Override
  public String toString() {
    return "Secret[hidden]";
  }
}
