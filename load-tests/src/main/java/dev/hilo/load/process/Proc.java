package dev.hilo.load.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongToDoubleFunction;

/** What Linux says of a process and of those it started (proc(5)). */
public record Proc(long pid) {
  private static final double TICK_US = 10_000; // USER_HZ is 100 on every Linux

  /** User and system time of this process, the client, alone. */
  public static double ownCpuMicros() {
    return cpuMicros(ProcessHandle.current().pid());
  }

  /**
   * User and system time so far of the process and its children, microseconds, in steps of 10 ms.
   */
  public double cpuMicros() {
    return sum(Proc::cpuMicros);
  }

  /** Resident memory of the process and its children, kB. */
  public double rssKb() {
    return sum(pid -> field(pid, "VmRSS:"));
  }

  /** The part of the resident memory that belongs to no file, kB. */
  public double anonymousKb() {
    return sum(pid -> field(pid, "RssAnon:") + field(pid, "RssShmem:"));
  }

  private double sum(LongToDoubleFunction of) {
    return of.applyAsDouble(pid)
        + ProcessHandle.of(pid).stream()
            .flatMap(ProcessHandle::descendants)
            .mapToDouble(p -> of.applyAsDouble(p.pid()))
            .sum();
  }

  private static double cpuMicros(long pid) {
    String stat = read(pid, "stat");
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_US;
  }

  private static double field(long pid, String name) {
    return read(pid, "status")
        .lines()
        .filter(l -> l.startsWith(name))
        .mapToDouble(l -> Double.parseDouble(l.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("process " + pid + " has no " + name));
  }

  /** The most files this process may have open. */
  public static long openFiles() {
    return read(ProcessHandle.current().pid(), "limits")
        .lines()
        .filter(l -> l.startsWith("Max open files"))
        .map(l -> l.split("\\s+")[3])
        .mapToLong(n -> n.equals("unlimited") ? Integer.MAX_VALUE : Long.parseLong(n))
        .findFirst()
        .orElseThrow();
  }

  private static String read(long pid, String file) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/" + file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
