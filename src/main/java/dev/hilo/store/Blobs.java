package dev.hilo.store;

import dev.hilo.conversation.CustomerId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Larger content, {@code <workspace>/<home>/<sha256>}. Calls block. It is durable before its name
 * is given away. What comes in before its customer is known waits under {@code ~new}.
 */
public abstract class Blobs {
  /** Bytes of one blob. */
  public static final int MOST = 50 * 1024 * 1024;

  private static final String NEW = "~new";
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9-]{1,32}/(~new|[0-9A-Z]{26})/[0-9a-f]{64}");
  private static final long LEFT_BEHIND_MS = 86_400_000;

  private final Path drafts;

  /**
   * What is kept under a name.
   *
   * @param size bytes
   * @param file where it lies on this machine; null = it does not
   */
  public record Stored(String name, long size, @Nullable Path file) {}

  /** {@code drafts}: a folder for files that are not whole yet. */
  Blobs(Path drafts) {
    this.drafts = drafts;
    try {
      Files.createDirectories(drafts);
      try (Stream<Path> left = Files.list(drafts)) {
        long before = System.currentTimeMillis() - LEFT_BEHIND_MS;
        for (Path each : left.toList()) {
          if (Files.getLastModifiedTime(each).toMillis() < before) {
            Files.deleteIfExists(each);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + drafts, e);
    }
  }

  abstract boolean exists(String name) throws IOException;

  /** Makes it durable under its name; the file may be moved away. */
  abstract void store(String name, Path file) throws IOException;

  abstract void copy(String from, String to) throws IOException;

  /** Throws {@link NoSuchFileException} for a name that is unknown. */
  abstract Stored look(String name) throws IOException;

  /** What is kept, from a byte on; {@code length} bytes of it are wanted, more may come. */
  public abstract InputStream open(Stored blob, long from, long length) throws IOException;

  public final String put(String workspace, byte[] bytes) throws IOException {
    Path draft = draft();
    try {
      Files.write(draft, bytes);
      return keep(workspace + "/" + NEW, draft);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /** An empty file to write into; whoever asked for it deletes it in the end. */
  public final Path draft() throws IOException {
    return Files.createTempFile(drafts, "draft", ".tmp");
  }

  /** Keeps what was written to {@code draft} for a customer. */
  public final String keep(CustomerId home, Path draft) throws IOException {
    return keep(folder(home), draft);
  }

  private String keep(String folder, Path draft) throws IOException {
    long size = Files.size(draft);
    if (size > MOST) {
      throw new IOException("a blob may have " + MOST + " bytes, this has " + size);
    }
    String name = folder + "/" + sha256(draft);
    if (!exists(name)) {
      store(name, draft);
    }
    return name;
  }

  /**
   * Gives a new blob to a customer; harmless when repeated. Names that are not new stay as they
   * are.
   */
  public final String adopt(String name, CustomerId home) throws IOException {
    return name.contains("/" + NEW + "/") ? share(name, home) : name;
  }

  /** Lets a customer have it too, under a name of its own; harmless when repeated. */
  public final String share(String name, CustomerId home) throws IOException {
    String mine = folder(home) + name.substring(named(name).lastIndexOf('/'));
    if (!exists(mine)) {
      copy(name, mine);
    }
    return mine;
  }

  /** Throws {@link NoSuchFileException} for a name that is none, or unknown. */
  public final Stored find(String name) throws IOException {
    return look(named(name));
  }

  /** Throws {@link NoSuchFileException} for a name that is none, or unknown. */
  public final InputStream open(String name) throws IOException {
    Stored blob = find(name);
    return open(blob, 0, blob.size());
  }

  /** Its first bytes, as many as there are. */
  public final byte[] head(Stored blob, int most) throws IOException {
    int length = (int) Math.min(most, blob.size());
    try (InputStream in = open(blob, 0, length)) {
      return in.readNBytes(length);
    }
  }

  /** The customer a blob belongs to, or null for a name that is none. */
  public static @Nullable CustomerId home(String name) {
    String[] parts = NAME.matcher(name).matches() ? name.split("/", 3) : new String[3];
    return parts[1] == null || parts[1].equals(NEW)
        ? null
        : CustomerId.of(parts[0] + "." + parts[1]);
  }

  private static String named(String name) throws NoSuchFileException {
    if (!NAME.matcher(name).matches()) {
      throw new NoSuchFileException(name);
    }
    return name;
  }

  private static String folder(CustomerId home) {
    return home.workspace() + "/" + home.local();
  }

  /** What was written of a file or a folder outlives a power cut. */
  static void force(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }

  static String sha256(Path file) throws IOException {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      try (DigestOutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), sha)) {
        Files.copy(file, out);
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
