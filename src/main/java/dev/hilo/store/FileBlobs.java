package dev.hilo.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Blobs as files of one folder; nodes may share it. */
public final class FileBlobs extends Blobs {
  private final Path folder;

  public FileBlobs(Path folder) {
    super(folder.resolve("~drafts"));
    this.folder = folder;
  }

  @Override
  boolean exists(String name) {
    return Files.isRegularFile(folder.resolve(name));
  }

  @Override
  void store(String name, Path file) throws IOException {
    Path to = folder.resolve(name);
    Files.createDirectories(room(name));
    force(file, StandardOpenOption.WRITE);
    Files.move(file, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    force(room(name), StandardOpenOption.READ);
  }

  @Override
  void copy(String from, String to) throws IOException {
    Path file = folder.resolve(from);
    Path mine = folder.resolve(to);
    Files.createDirectories(room(to));
    try {
      Files.createLink(mine, file);
    } catch (FileAlreadyExistsException e) {
      return; // somebody else was faster
    } catch (UnsupportedOperationException e) {
      Files.copy(file, mine, StandardCopyOption.REPLACE_EXISTING);
    }
    force(room(to), StandardOpenOption.READ);
  }

  /** The folder a name lies in. */
  private Path room(String name) {
    return folder.resolve(name.substring(0, name.lastIndexOf('/')));
  }

  @Override
  Stored look(String name) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(name);
    }
    return new Stored(name, Files.size(file), file);
  }

  @Override
  public InputStream open(Stored blob, long from, long length) throws IOException {
    FileChannel file = FileChannel.open(folder.resolve(blob.name()), StandardOpenOption.READ);
    return Channels.newInputStream(file.position(from));
  }
}
