package dev.hilo.store;

import dev.hilo.conversation.CustomerId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Larger content as files, {@code <workspace>/<home>/<sha256>}. Calls block. A file is on the disk
 * before its name is given away. What comes in before its customer is known waits under {@code
 * ~new}.
 */
public final class Blobs {
  /** Bytes of one blob. */
  public static final int MOST = 50 * 1024 * 1024;

  private static final String NEW = "~new";
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9-]{1,32}/(~new|[0-9A-Z]{26})/[0-9a-f]{64}");

  private final Path folder;

  public Blobs(Path folder) {
    this.folder = folder;
  }

  public String put(String workspace, byte[] bytes) throws IOException {
    if (bytes.length > MOST) {
      throw new IOException("a blob may have " + MOST + " bytes, this has " + bytes.length);
    }
    String name = workspace + "/" + NEW + "/" + sha256(bytes);
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      Files.createDirectories(file.getParent());
      Path draft = Files.createTempFile(file.getParent(), "draft", ".tmp");
      try (FileChannel out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        while (all.hasRemaining()) {
          out.write(all);
        }
        out.force(true);
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    return name;
  }

  /**
   * Gives a new blob to a customer; harmless when repeated. Names that are not new stay as they
   * are.
   */
  public String adopt(String name, CustomerId home) throws IOException {
    if (!name.contains("/" + NEW + "/")) {
      return name;
    }
    Path from = file(name);
    String mine = home.workspace() + "/" + home.local() + "/" + from.getFileName();
    Path to = folder.resolve(mine);
    if (!Files.exists(to)) {
      Files.createDirectories(to.getParent());
      try {
        Files.createLink(to, from);
      } catch (UnsupportedOperationException e) {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return mine;
  }

  /** Throws {@link NoSuchFileException} for a name that is none, or unknown. */
  public InputStream open(String name) throws IOException {
    return Files.newInputStream(file(name));
  }

  public Path file(String name) throws NoSuchFileException {
    Path file = folder.resolve(name);
    if (!NAME.matcher(name).matches() || !Files.isRegularFile(file)) {
      throw new NoSuchFileException(name);
    }
    return file;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
