package dev.hilo.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Supplier;

/**
 * One value kept as JSON in a file that only its owner may read. A reader sees the old value or the
 * new one, never half of it. Not for use by several threads at once.
 */
record JsonFile<T>(Path path, Class<T> type, ObjectMapper json) {

  /** The kept value, or {@code first}, which is then kept. */
  T read(Supplier<T> first) {
    if (!Files.exists(path)) {
      T value = first.get();
      write(value);
      return value;
    }
    try {
      return json.readValue(path.toFile(), type);
    } catch (IOException e) {
      throw new UncheckedIOException(
          path + " cannot be read; remove it to start the demo afresh", e);
    }
  }

  void write(T value) {
    try {
      Path next = path.resolveSibling(path.getFileName() + ".new");
      Files.deleteIfExists(next);
      byte[] bytes = json.writeValueAsBytes(value);
      Files.createFile(
          next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      // not a channel: an interrupt would close it half way
      try (var out = new FileOutputStream(next.toFile())) {
        out.write(bytes);
      }
      Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(path + " cannot be written", e);
    }
  }
}
