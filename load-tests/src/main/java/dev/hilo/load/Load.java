package dev.hilo.load;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The command. The last line of its output is the result as JSON. */
public final class Load {
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private Load() {}

  public static void main(String[] args) throws Exception {
    Map<String, String> options = new HashMap<>();
    for (int i = 1; i < args.length; i++) {
      int eq = args[i].indexOf('=');
      if (eq < 1) {
        usage("an option is name=value, not " + args[i]);
      }
      options.put(args[i].substring(0, eq), args[i].substring(eq + 1));
    }
    endIn(LONGEST);
    Options o = new Options(options);
    switch (args.length == 0 ? "" : args[0]) {
      case "append" -> AppendTest.run(o);
      case "latency" -> LatencyTest.run(o);
      case "idle" -> IdleTest.run(o);
      case "startup" -> StartupTest.run(o);
      default -> usage("say what to measure");
    }
    System.exit(0);
  }

  /** Numbers a test can be run with. */
  record Options(Map<String, String> given) {
    int number(String name, int otherwise) {
      return Integer.parseInt(given.getOrDefault(name, String.valueOf(otherwise)));
    }
  }

  private static void usage(String fault) {
    System.err.println(fault + "\nusage: run append|latency|idle|startup [name=value ...]");
    System.exit(64);
  }

  /** Ends this process, and with it all it started, when its parent is gone or the time is over. */
  private static void endIn(Duration longest) {
    long end = System.nanoTime() + longest.toNanos();
    ProcessHandle parent = ProcessHandle.current().parent().orElse(ProcessHandle.current());
    boolean with = Boolean.getBoolean("load.exitWithParent");
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              while (System.nanoTime() < end && (!with || parent.isAlive())) {
                Waiting.sleep(200);
              }
              System.err.println("ended early: out of time, or the caller is gone");
              System.exit(75);
            });
  }
}
