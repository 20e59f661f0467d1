package dev.hilo;

import dev.hilo.config.Fault;
import dev.hilo.config.InvalidConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The key under which addresses are hashed and secrets are sealed. */
final class InstallationKey {
  private static final Set<PosixFilePermission> OWNER =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private InstallationKey() {}

  /**
   * The configured key, or the one of the data folder, made there at the first start for its owner
   * alone.
   *
   * @throws InvalidConfig if others may read or change that file
   */
  static byte[] of(GatewayConfig config) throws IOException {
    if (config.installationKey() != null) {
      return config.installationKey().value().getBytes(StandardCharsets.UTF_8);
    }
    Path file = config.data().resolve("installation.key");
    if (!Files.exists(file)) {
      byte[] key = new byte[32];
      new SecureRandom().nextBytes(key);
      Path draft =
          Files.createTempFile(
              config.data(), "installation", ".tmp", PosixFilePermissions.asFileAttribute(OWNER));
      Files.write(draft, key, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
      Files.move(draft, file);
    }
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null) {
      Set<PosixFilePermission> others = EnumSet.copyOf(view.readAttributes().permissions());
      others.removeIf(p -> p.name().startsWith("OWNER_"));
      if (!others.isEmpty()) {
        throw new InvalidConfig(
            List.of(
                new Fault(
                    "installation-key",
                    file.toString(),
                    null,
                    "others may read or change the key of this installation; chmod 600 it")));
      }
    }
    return Files.readAllBytes(file);
  }
}
