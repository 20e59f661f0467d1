package dev.hilo.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.codec.Json;
import java.util.List;
import java.util.Locale;

/** Medians, lines for people, and one line of JSON at the end. */
final class Report {
  private final ObjectNode json;

  Report(String test) {
    json = Json.object().put("test", test).put("cpus", Runtime.getRuntime().availableProcessors());
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int n = sorted.size();
    return n % 2 == 1 ? sorted.get(n / 2) : (sorted.get(n / 2 - 1) + sorted.get(n / 2)) / 2;
  }

  /** "median [lowest-highest]". */
  static String spread(List<Double> values) {
    return text(median(values))
        + " ["
        + text(values.stream().min(Double::compare).orElseThrow())
        + "-"
        + text(values.stream().max(Double::compare).orElseThrow())
        + "]";
  }

  static String text(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.3g", value);
  }

  static void line(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  Report put(String name, double value) {
    json.put(name, Double.parseDouble(String.format(Locale.ROOT, "%.4g", value)));
    return this;
  }

  Report put(String name, String value) {
    json.put(name, value);
    return this;
  }

  void end() {
    System.out.println(json);
  }
}
