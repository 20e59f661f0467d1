package dev.hilo.load;

import dev.hilo.load.figure.Append;
import dev.hilo.load.figure.Delay;
import dev.hilo.load.figure.Drain;
import dev.hilo.load.figure.Durable;
import dev.hilo.load.figure.Fanout;
import dev.hilo.load.figure.FeedDeath;
import dev.hilo.load.figure.Growth;
import dev.hilo.load.figure.Idle;
import dev.hilo.load.figure.Ingest;
import dev.hilo.load.figure.JvmMatrix;
import dev.hilo.load.figure.Mail;
import dev.hilo.load.figure.Stalled;
import dev.hilo.load.figure.Startup;
import dev.hilo.load.figure.Storm;
import dev.hilo.load.process.Server;
import dev.hilo.load.process.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The command. The last line of its output is the result as JSON. */
public final class Load {
  private static final Duration LONGEST = Duration.ofMinutes(8);

  private Load() {}

  public static void main(String[] args) throws IOException {
    endIn(LONGEST);
    int status = measure(args);
    Files.writeString(
        Path.of(System.getProperty("load.home", "."), "target", "status"), status + "\n");
    System.exit(status);
  }

  private static int measure(String[] args) {
    try {
      List<String> words = List.of(args);
      String figure = words.isEmpty() ? "" : words.getFirst();
      Options options = Options.parse(words.subList(Math.min(1, words.size()), words.size()));
      Server.pinClient();
      run(figure, options);
    } catch (Options.Unusable e) {
      System.err.println(e.getMessage());
      return 64;
    } catch (Exception e) {
      e.printStackTrace();
      return 1;
    }
    return 0;
  }

  private static void run(String figure, Options o) throws Exception {
    switch (figure) {
      case "durable" -> Durable.run(o);
      case "delay" -> Delay.run(o);
      case "idle" -> Idle.run(o);
      case "fanout" -> Fanout.run(o);
      case "storm" -> Storm.run(o);
      case "stalled" -> Stalled.run(o);
      case "growth" -> Growth.run(o);
      case "drain" -> Drain.run(o);
      case "feed-death" -> FeedDeath.run(o);
      case "jvm" -> JvmMatrix.run(o);
      case "ingest" -> Ingest.run(o);
      case "mail" -> Mail.run(o);
      case "append" -> Append.run(o);
      case "startup" -> Startup.run(o);
      case "plots" -> Plots.run(o);
      default ->
          throw new Options.Unusable(
              "usage: run"
                  + " durable|delay|idle|fanout|storm|stalled|growth|drain|feed-death|jvm|append|ingest|mail|startup|plots"
                  + " [quick=true] [name=value ...]");
    }
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
                Waiting.sleep(0.2);
              }
              System.err.println("ended early: out of time, or the caller is gone");
              System.exit(75);
            });
  }
}
