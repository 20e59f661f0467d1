package dev.hilo.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux says of a process (proc(5)). */
record Proc(long pid) {
  private static final double TICK_US = 10_000; // USER_HZ is 100 on every Linux

  /** User and system time so far, microseconds, in steps of 10,000. */
  double cpuMicros() {
    String stat = read("stat");
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_US;
  }

  /** Resident memory, kB. */
  long rssKb() {
    return read("status")
        .lines()
        .filter(l -> l.startsWith("VmRSS:"))
        .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  /** The most files this process may have open. */
  static long openFiles() {
    return new Proc(ProcessHandle.current().pid())
        .read("limits")
        .lines()
        .filter(l -> l.startsWith("Max open files"))
        .map(l -> l.split("\\s+")[3])
        .mapToLong(n -> n.equals("unlimited") ? Integer.MAX_VALUE : Long.parseLong(n))
        .findFirst()
        .orElseThrow();
  }

  private String read(String file) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/" + file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
