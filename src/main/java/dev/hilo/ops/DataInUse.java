package dev.hilo.ops;

import java.nio.file.Path;

/** Another gateway runs on the same data folder. A program that ends for it exits with 75. */
public final class DataInUse extends RuntimeException {
  private static final long serialVersionUID = 1;

  DataInUse(Path folder, String pid) {
    super(
        "the data folder "
            + folder
            + " is in use by another gateway (process "
            + pid
            + "): stop that one, or give this one a folder of its own (data: in its"
            + " configuration)");
  }
}
