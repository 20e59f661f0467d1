package dev.hilo.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Lines for people while it runs, one line of JSON at the end, and the same as a file for the
 * plots: {@code results/} for real runs, {@code target/results/} for quick ones.
 */
public final class Report {
  public static final ObjectMapper JSON = new ObjectMapper();

  private final String figure;
  private final Path folder;
  private final ObjectNode json;

  public Report(String figure, Options options) {
    this.figure = figure;
    this.folder = folder(options);
    this.json = JSON.createObjectNode().put("figure", figure).put("quick", options.quick());
  }

  static Path folder(Options options) {
    Path home = Path.of(System.getProperty("load.home", "."));
    return home.resolve(options.text("results", options.quick() ? "target/results" : "results"));
  }

  public static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int n = sorted.size();
    return n == 0
        ? Double.NaN
        : n % 2 == 1 ? sorted.get(n / 2) : (sorted.get(n / 2 - 1) + sorted.get(n / 2)) / 2;
  }

  /** "median [lowest-highest]". */
  public static String spread(List<Double> values) {
    String median = text(median(values));
    return values.size() < 2
        ? median
        : median
            + " ["
            + text(values.stream().min(Double::compare).orElseThrow())
            + "-"
            + text(values.stream().max(Double::compare).orElseThrow())
            + "]";
  }

  /** Three digits that mean something. */
  public static String text(double value) {
    double size = Math.abs(value);
    String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
  }

  public static void line(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  public static double rounded(double value) {
    return Double.isFinite(value)
        ? Double.parseDouble(String.format(Locale.ROOT, "%.4g", value))
        : -1;
  }

  /** A value, or several: then the median and both ends. */
  public Report put(String name, List<Double> values) {
    put(name, median(values));
    if (values.size() > 1) {
      ArrayNode ends = json.putArray(name + ".spread");
      ends.add(rounded(values.stream().min(Double::compare).orElseThrow()));
      ends.add(rounded(values.stream().max(Double::compare).orElseThrow()));
    }
    return this;
  }

  public Report put(String name, double value) {
    json.put(name, rounded(value));
    return this;
  }

  public Report put(String name, String value) {
    json.put(name, value);
    return this;
  }

  /** A list of names in their order, for the plots. */
  public Report names(String name, List<String> values) {
    ArrayNode array = json.putArray(name);
    values.forEach(array::add);
    return this;
  }

  public void end() throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve(figure + ".json"),
        JSON.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json) + "\n");
    System.out.println(JSON.writeValueAsString(json));
  }
}
