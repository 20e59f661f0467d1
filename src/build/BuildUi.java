import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Builds the pages without Node: {@code BuildUi SOURCES OUTPUT WORK}, with the jars of the front
 * end's libraries and of esbuild on the class path.
 *
 * <p>{@code widget/loader.js} becomes {@code widget.js}, a classic script; every other entry point,
 * style sheet and picture becomes a file under {@code assets/} with its hash in its name; HTML
 * files keep their names. In HTML and in the loader, <code>{{asset:widget/app.js}}</code> stands
 * for the address of what that source became, in HTML <code>{{preload:dashboard/main.js}}</code>
 * for links to all that it imports, and in the loader {@code __APP_URL__} for the widget itself.
 * {@code manifest.json} lists sources and addresses. Without an esbuild for this machine the
 * modules are copied as they are.
 */
public class BuildUi {
  private static final List<String> PAGES =
      List.of(
          "dashboard/main.js", "demo/shop.js", "demo/phone.js", "demo/mail.js", "continue/main.js");
  private static final String APP = "widget/app.js";
  private static final Set<String> TEXT = Set.of("js", "css", "html", "svg", "json", "txt", "map");
  private static final Set<String> PICTURES =
      Set.of("svg", "png", "jpg", "webp", "ico", "woff2", "mp3", "webmanifest");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(asset|preload):([^}]+)}}");
  private static final int LOADER_MAX = 2_500;
  private static final int WIDGET_MAX = 28 * 1024;
  private static final int WIDGET_LATER_MAX = 6_000;
  private static final int DASHBOARD_MAX = 90_000;

  /** What a source became: its address, and the addresses it needs at once and later. */
  record Asset(String url, List<String> imports, List<String> later) {}

  private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private final Path web;
  private final Path out;
  private final WebPackages packages;
  private final Map<String, Asset> assets = new TreeMap<>();

  BuildUi(Path web, Path out, WebPackages packages) {
    this.web = web;
    this.out = out;
    this.packages = packages;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Path web = Path.of(args[0]).toAbsolutePath();
    Path out = Path.of(args[1]).toAbsolutePath();
    delete(out);
    if (Files.isDirectory(web)) {
      var jars = System.getProperty("java.class.path").split(File.pathSeparator);
      var packages = WebPackages.unpack(List.of(jars), Path.of(args[2]).toAbsolutePath());
      try {
        new BuildUi(web, out, packages).build();
      } catch (Fault e) {
        System.err.println("ui: " + e.getMessage());
        System.exit(1);
      }
    }
  }

  /** The sources cannot be built; the message says what is wrong and where. */
  static final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1;

    Fault(String message) {
      super(message);
    }
  }

  private void build() throws IOException, InterruptedException {
    Files.createDirectories(out.resolve("assets"));
    var sources = sources();
    for (String picture : ofKind(sources, PICTURES)) {
      byte[] content = Files.readAllBytes(web.resolve(picture));
      String name = "assets/" + hashed(picture, content);
      write(name, content);
      assets.put(picture, new Asset("/" + name, List.of(), List.of()));
    }
    var pages = new TreeSet<>(ofKind(sources, Set.of("css")));
    PAGES.stream().filter(sources::contains).forEach(pages::add);
    for (String html : ofKind(sources, Set.of("html"))) {
      PLACEHOLDER
          .matcher(Files.readString(web.resolve(html)))
          .results()
          .map(found -> found.group(2))
          .filter(name -> name.endsWith(".js") && !name.equals(APP) && sources.contains(name))
          .forEach(pages::add);
    }
    var widget = sources.contains(APP) ? List.of(APP) : List.<String>of();
    if (packages.esbuild() != null) {
      bundle(widget);
      bundle(List.copyOf(pages));
    } else {
      copy(sources, widget, pages);
    }
    if (sources.contains("widget/loader.js")) {
      loader();
    }
    for (String html : ofKind(sources, Set.of("html"))) {
      Files.createDirectories(out.resolve(html).getParent());
      Files.writeString(out.resolve(html), filled(html, Files.readString(web.resolve(html))));
    }
    var manifest = new TreeMap<String, String>();
    assets.forEach((source, asset) -> manifest.put(source, asset.url()));
    json.writeValue(out.resolve("manifest.json").toFile(), manifest);
    compress();
    checkSizes();
  }

  private void bundle(List<String> entries) throws IOException, InterruptedException {
    if (entries.isEmpty()) {
      return;
    }
    Path meta = packages.folder().resolve("meta.json");
    var command =
        new ArrayList<>(
            List.of(
                "--bundle",
                "--minify",
                "--splitting",
                "--format=esm",
                "--target=es2022",
                "--outbase=" + web,
                "--outdir=" + out.resolve("assets"),
                "--entry-names=[dir]/[name]-[hash]",
                "--chunk-names=chunk-[hash]",
                "--asset-names=[dir]/[name]-[hash]",
                "--metafile=" + meta));
    PICTURES.forEach(kind -> command.add("--loader:." + kind + "=file"));
    entries.forEach(entry -> command.add(web.resolve(entry).toString()));
    packages.esbuild(command, web);
    JsonNode outputs = json.readTree(meta.toFile()).get("outputs");
    var names = new TreeMap<String, String>();
    outputs.fieldNames().forEachRemaining(name -> names.put(name, url(web.resolve(name))));
    for (var output : outputs.properties()) {
      JsonNode entry = output.getValue().get("entryPoint");
      if (entry != null && entries.contains(entry.asText())) {
        var now = new TreeSet<String>();
        collect(outputs, output.getKey(), false, now);
        var ever = new TreeSet<String>();
        collect(outputs, output.getKey(), true, ever);
        ever.removeAll(now);
        now.remove(output.getKey());
        assets.put(
            entry.asText(),
            new Asset(
                names.get(output.getKey()),
                now.stream().map(names::get).toList(),
                ever.stream().map(names::get).toList()));
      }
    }
  }

  /** Adds all that an output imports, and with {@code later} what it may import as it runs. */
  private static void collect(JsonNode outputs, String name, boolean later, Set<String> found) {
    if (outputs.has(name) && found.add(name)) {
      for (JsonNode used : outputs.get(name).get("imports")) {
        if (later || !used.get("kind").asText().equals("dynamic-import")) {
          collect(outputs, used.get("path").asText(), later, found);
        }
      }
    }
  }

  /** Without a bundler: the modules as they are, under one folder named by the hash of them all. */
  private void copy(Set<String> sources, List<String> widget, Set<String> pages)
      throws IOException {
    var digest = digest();
    for (String source : sources) {
      digest.update(source.getBytes());
      digest.update(Files.readAllBytes(web.resolve(source)));
    }
    String root = "assets/" + HexFormat.of().formatHex(digest.digest(), 0, 4) + "/";
    for (String source : ofKind(sources, Set.of("js", "css"))) {
      String text = Files.readString(web.resolve(source));
      write(root + source, packages.rewritten(text, "/" + root + "lib/").getBytes());
    }
    for (String picture : ofKind(sources, PICTURES)) {
      write(root + picture, Files.readAllBytes(web.resolve(picture)));
    }
    for (var module : packages.modules().entrySet()) {
      String text = Files.readString(module.getValue());
      write(
          root + "lib/" + module.getKey(),
          packages.rewritten(text, "/" + root + "lib/").getBytes());
    }
    widget.forEach(entry -> assets.put(entry, new Asset("/" + root + entry, List.of(), List.of())));
    pages.forEach(entry -> assets.put(entry, new Asset("/" + root + entry, List.of(), List.of())));
    System.out.println("ui: no esbuild for this machine, the pages are served unbundled");
  }

  private void loader() throws IOException, InterruptedException {
    String app = assets.containsKey(APP) ? assets.get(APP).url() : "";
    Path source = web.resolve("widget/loader.js");
    Path target = out.resolve("widget.js");
    if (packages.esbuild() != null) {
      packages.esbuild(
          List.of(
              "--bundle",
              "--minify",
              "--format=iife",
              "--target=es2020",
              "--define:__APP_URL__=" + json.writeValueAsString(app),
              "--outfile=" + target,
              source.toString()),
          web);
    } else {
      String text = Files.readString(source);
      if (Pattern.compile("(?m)^\\s*(import|export)\\b").matcher(text).find()) {
        throw new Fault("widget/loader.js must import and export nothing, to be served unbundled");
      }
      text = text.replaceAll("(?<!['\"])__APP_URL__(?!['\"])", json.writeValueAsString(app));
      Files.writeString(target, "(() => {\n" + text + "\n})();\n");
    }
    String text = Files.readString(target).replace("__APP_URL__", app);
    Files.writeString(target, filled("widget/loader.js", text));
  }

  private String filled(String file, String text) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(
            found -> {
              Asset asset = assets.get(found.group(2));
              if (asset == null) {
                throw new Fault(
                    file + ": got " + found.group() + ", expected one of " + assets.keySet());
              }
              return found.group(1).equals("asset")
                  ? asset.url()
                  : asset.imports().stream()
                      .map(url -> "<link rel=\"modulepreload\" href=\"" + url + "\">")
                      .reduce("", String::concat);
            });
  }

  private void compress() throws IOException {
    for (Path file : files(out)) {
      if (TEXT.contains(kind(file.toString()))) {
        Files.write(
            file.resolveSibling(file.getFileName() + ".gz"), zipped(Files.readAllBytes(file)));
      }
    }
  }

  private void checkSizes() throws IOException {
    var sizes = new ArrayList<String>();
    var over = new ArrayList<String>();
    check("loader", List.of("/widget.js"), LOADER_MAX, sizes, over);
    Asset app = assets.get(APP);
    if (app != null) {
      var all = new ArrayList<>(List.of(app.url()));
      all.addAll(app.imports());
      check("widget", all, WIDGET_MAX, sizes, over);
      check("its views on demand", app.later(), WIDGET_LATER_MAX, sizes, over);
    }
    Asset dashboard = assets.get("dashboard/main.js");
    if (dashboard != null) {
      var all = new ArrayList<>(List.of(dashboard.url()));
      all.addAll(dashboard.imports());
      assets.forEach(
          (source, asset) -> {
            if (source.startsWith("dashboard/") && source.endsWith(".css")) {
              all.add(asset.url());
            }
          });
      check("dashboard", all, DASHBOARD_MAX, sizes, over);
    }
    if (!sizes.isEmpty()) {
      System.out.println("ui: " + String.join(", ", sizes) + " (gzip)");
    }
    if (!over.isEmpty() && packages.esbuild() != null) {
      throw new Fault(String.join("; ", over));
    }
  }

  private void check(
      String what, List<String> urls, int most, List<String> sizes, List<String> over)
      throws IOException {
    long size = 0;
    for (String url : urls) {
      Path zipped = out.resolve(url.substring(1) + ".gz");
      size += Files.exists(zipped) ? Files.size(zipped) : 0;
    }
    if (size > 0) {
      sizes.add(String.format(Locale.ROOT, "%s %.1f kB", what, size / 1000.0));
    }
    if (size > most) {
      over.add("the " + what + " has " + size + " bytes, expected at most " + most);
    }
  }

  private Set<String> sources() throws IOException {
    var names = new TreeSet<String>();
    for (Path file : files(web)) {
      names.add(web.relativize(file).toString().replace(File.separatorChar, '/'));
    }
    return names;
  }

  private String url(Path file) {
    return "/" + out.relativize(file.normalize()).toString().replace(File.separatorChar, '/');
  }

  private void write(String name, byte[] content) throws IOException {
    Files.createDirectories(out.resolve(name).getParent());
    Files.write(out.resolve(name), content);
  }

  private static List<String> ofKind(Set<String> sources, Set<String> kinds) {
    return sources.stream().filter(name -> kinds.contains(kind(name))).toList();
  }

  private static String kind(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static String hashed(String name, byte[] content) {
    String hash = HexFormat.of().formatHex(digest().digest(content), 0, 4);
    return new StringBuilder(name).insert(name.lastIndexOf('.'), "-" + hash).toString();
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] zipped(byte[] content) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip =
        new GZIPOutputStream(bytes) {
          {
            def.setLevel(Deflater.BEST_COMPRESSION);
          }
        }) {
      zip.write(content);
    }
    return bytes.toByteArray();
  }

  private static List<Path> files(Path folder) throws IOException {
    try (var all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (var all = Files.walk(folder)) {
        for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(one);
        }
      }
    }
  }
}
