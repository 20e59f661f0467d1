import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The npm packages that Maven brought as jars, unpacked as a {@code node_modules} folder, and the
 * esbuild program among them, if there is one for this machine.
 */
class WebPackages {
  private static final Pattern IMPORT =
      Pattern.compile("(\\bfrom\\s*|\\bimport\\s*\\(?\\s*)([\"'])([^\"'./][^\"':]*)\\2");

  private final Path folder;
  private final Path esbuild;

  private WebPackages(Path folder, Path esbuild) {
    this.folder = folder;
    this.esbuild = esbuild;
  }

  /** Unpacks what is not unpacked yet. */
  static WebPackages unpack(List<String> classPath, Path folder) throws IOException {
    Path esbuild = null;
    Files.createDirectories(folder);
    for (String name : classPath) {
      // in a Maven repository as in a folder of jars, only these groups hold front-end packages
      if (name.endsWith(".jar") && name.replace(File.separatorChar, '/').contains("/org/mvnpm/")) {
        try (var jar = new JarFile(name)) {
          Path program = unpack(jar, folder);
          esbuild = program == null ? esbuild : program;
        }
      }
    }
    return new WebPackages(folder, esbuild);
  }

  private static Path unpack(JarFile jar, Path folder) throws IOException {
    var description =
        jar.stream()
            .filter(e -> e.getName().startsWith("META-INF/resources/"))
            .filter(e -> e.getName().endsWith("/package.json"))
            .min(Comparator.comparingInt(e -> e.getName().length()));
    if (description.isEmpty()) {
      return null;
    }
    JsonNode about = new ObjectMapper().readTree(jar.getInputStream(description.get()));
    String name = about.get("name").asText();
    String root = description.get().getName().replaceFirst("package\\.json$", "");
    Path target = folder.resolve("node_modules").resolve(name);
    Path done = target.resolve(".unpacked-" + about.path("version").asText());
    boolean program = name.startsWith("@esbuild/");
    if (!Files.exists(done)) {
      for (var entry : jar.stream().filter(e -> e.getName().startsWith(root)).toList()) {
        String path = entry.getName().substring(root.length());
        Path file = target.resolve(path).normalize();
        if (!entry.isDirectory() && file.startsWith(target) && wanted(path, program)) {
          Files.createDirectories(file.getParent());
          Files.write(file, jar.getInputStream(entry).readAllBytes());
        }
      }
      Files.writeString(done, "");
    }
    if (!program) {
      return null;
    }
    Path binary = target.resolve("bin/esbuild");
    Path file = Files.exists(binary) ? binary : target.resolve("esbuild.exe");
    return file.toFile().setExecutable(true) ? file : null;
  }

  private static boolean wanted(String path, boolean program) {
    return program
        || path.matches(".+\\.(js|css|json)")
            && !path.matches("(.*/)?(development|node|node_modules)/.*");
  }

  /** Where files of the build itself may be put. */
  Path folder() {
    return folder;
  }

  /** The bundler; null if there is none for this machine. */
  Path esbuild() {
    return esbuild;
  }

  /** Runs the bundler, which prints its own faults. */
  void esbuild(List<String> arguments, Path where) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(esbuild.toString()));
    command.addAll(arguments);
    command.addAll(List.of("--log-level=warning", "--legal-comments=none", "--charset=utf8"));
    var process = new ProcessBuilder(command).directory(where.toFile()).inheritIO();
    process.environment().put("NODE_PATH", folder.resolve("node_modules").toString());
    if (process.start().waitFor() != 0) {
      throw new BuildUi.Fault("esbuild found the faults above");
    }
  }

  /** Every module of every library, by its name below {@code node_modules}. */
  Map<String, Path> modules() throws IOException {
    Path root = folder.resolve("node_modules");
    var modules = new TreeMap<String, Path>();
    if (Files.exists(root)) {
      try (var files = Files.walk(root)) {
        files
            .filter(file -> file.toString().endsWith(".js"))
            .forEach(
                file ->
                    modules.put(
                        root.relativize(file).toString().replace(File.separatorChar, '/'), file));
      }
    }
    return modules;
  }

  /** The text of a module with imports of packages turned into addresses below {@code base}. */
  String rewritten(String text, String base) {
    return IMPORT
        .matcher(text)
        .replaceAll(
            found -> {
              String file = resolve(found.group(3));
              return Matcher.quoteReplacement(
                  file == null
                      ? found.group()
                      : found.group(1) + found.group(2) + base + file + found.group(2));
            });
  }

  /** The file a package's name stands for, below {@code node_modules}; null if there is none. */
  private String resolve(String name) {
    int slash = name.indexOf('/', name.startsWith("@") ? name.indexOf('/') + 1 : 0);
    String owner = slash < 0 ? name : name.substring(0, slash);
    String inside = slash < 0 ? "." : "." + name.substring(slash);
    Path about = folder.resolve("node_modules").resolve(owner).resolve("package.json");
    if (!Files.exists(about)) {
      return null;
    }
    try {
      JsonNode description = new ObjectMapper().readTree(about.toFile());
      String file = chosen(description.path("exports").path(inside));
      if (file == null) {
        file = inside.equals(".") ? description.path("main").asText("index.js") : inside;
      }
      return owner + "/" + file.replaceFirst("^\\./", "");
    } catch (IOException e) {
      throw new BuildUi.Fault(about + " cannot be read: " + e.getMessage());
    }
  }

  /** What a browser takes of an entry of {@code exports}. */
  private static String chosen(JsonNode export) {
    if (export.isTextual()) {
      return export.asText();
    }
    for (String condition : List.of("browser", "import", "default")) {
      if (export.has(condition)) {
        return chosen(export.get(condition));
      }
    }
    return null;
  }
}
