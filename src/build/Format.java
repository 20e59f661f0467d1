import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks or applies the format of every Java source: {@code Format JAR check|apply FOLDER...}.
 *
 * <p>The formatter parses with the running JVM's compiler, so it must run in the JDK that compiles.
 */
public class Format {
  public static void main(String[] args) throws IOException, InterruptedException {
    var sources = new ArrayList<String>();
    for (String folder : List.of(args).subList(2, args.length)) {
      try (var files = Files.walk(Path.of(folder))) {
        files.map(Path::toString).filter(f -> f.endsWith(".java")).sorted().forEach(sources::add);
      }
    }
    boolean apply =
        switch (args[1]) {
          case "apply" -> true;
          case "check" -> false;
          default ->
              throw new IllegalArgumentException(
                  "format: got " + args[1] + ", expected check or apply");
        };
    Path list = Files.write(Path.of(args[0]).resolveSibling("sources.txt"), sources);
    var command =
        new ArrayList<>(
            List.of(ProcessHandle.current().info().command().orElse("java"), "-jar", args[0]));
    command.addAll(apply ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    command.add("@" + list);
    int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (exit != 0 && !apply) {
      System.err.println(
          "format: the files above differ; run"
              + " mvn -q validate dependency:copy@tools exec:exec@format -Dformat=apply");
    }
    System.exit(exit);
  }
}
