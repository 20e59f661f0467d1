package dev.hilo.load.peer;

import java.util.List;

/** How the JVMs under test are run. */
public final class Flags {
  /** As in production (docker/jvm.options). */
  public static final List<String> PRODUCTION =
      List.of("-XX:+UseG1GC", "-XX:+UseCompactObjectHeaders", "-XX:MaxRAMPercentage=70");

  /**
   * A heap that never holds much more than what is in use, so that resident memory tells what a
   * connection costs.
   */
  public static final List<String> TIGHT =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "-XX:MinHeapFreeRatio=5",
          "-XX:MaxHeapFreeRatio=5",
          "-Xms16m",
          "-Xmx2g");

  private Flags() {}
}
