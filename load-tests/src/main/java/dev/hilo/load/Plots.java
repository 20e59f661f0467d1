package dev.hilo.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.load.Chart.Bar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws what the figures left in {@code results/}; a figure that was never taken has no plot. */
final class Plots {
  private static final Map<String, String> NAMES =
      Map.of(
          "hilo", "Hilo",
          "socketio", "Socket.IO",
          "nchan", "nchan",
          "nats", "JetStream",
          "netty", "bare Netty",
          "ws", "ws");

  private final Path results;
  private final Path images;

  private Plots(Path results, Path images) {
    this.results = results;
    this.images = images;
  }

  static void run(Options options) throws IOException {
    Path home = Path.of(System.getProperty("load.home", "."));
    Path images = Path.of(options.text("images", home + "/../src/site/resources/images"));
    Files.createDirectories(images);
    Plots plots = new Plots(Report.folder(options), images);
    plots.durable();
    plots.delay();
    plots.idle();
    plots.fanout();
    plots.storm();
    plots.jvm();
  }

  private void durable() throws IOException {
    JsonNode data = read("durable");
    Chart chart =
        new Chart(
            "CPU per durable message",
            "microseconds of all server processes; dark: Redis, then first and second node");
    for (String load : names(data, "loads")) {
      List<Bar> bars = new ArrayList<>();
      for (String peer : names(data, "peers")) {
        String key = peer + "." + load;
        List<Double> parts = new ArrayList<>();
        for (String part : List.of("redis", "a", "b")) {
          if (data.has(key + "." + part)) {
            parts.add(data.path(key + "." + part).asDouble());
          }
        }
        bars.add(bar(data, peer, key + ".cpuMicros", parts));
      }
      chart.group(load.equals("max") ? "as many as go" : "at " + load + " a second", bars);
    }
    write("load-durable", chart);
  }

  private void delay() throws IOException {
    JsonNode data = read("delay");
    write(
        "load-delay",
        new Chart("From write to frame", "milliseconds, through the store to the other node")
            .group("1 % of what each can do, median", bars(data, "lowP50Ms"))
            .group("50 % of what each can do, 99th percentile", bars(data, "halfP99Ms")));
  }

  private void idle() throws IOException {
    JsonNode data = read("idle");
    String most = String.format(Locale.ROOT, "%,d", data.path("most").asInt());
    write(
        "load-idle",
        new Chart("One more idle connection", "hears a topic of its own; after collecting garbage")
            .group("resident memory at " + most + ", KB", bars(data, "mostKb"))
            .group("CPU per second, microseconds", bars(data, "cpuMicrosPerSecond")));
  }

  private void fanout() throws IOException {
    JsonNode data = read("fanout");
    String many = String.format(Locale.ROOT, "%,d", data.path("recipients").asInt());
    write(
        "load-fanout",
        new Chart("One more recipient", "microseconds of CPU, all server processes")
            .group("one message to " + many, bars(data, "microsPerRecipient")));
  }

  private void storm() throws IOException {
    JsonNode data = read("storm");
    Chart chart =
        new Chart(
            "All come back at once",
            "seconds until 99 % have the 20 messages they missed; bare Netty only connects");
    for (String size : names(data, "sizes")) {
      List<Bar> bars = bars(data, "peers", size + ".seconds");
      chart.group(String.format(Locale.ROOT, "%,d sessions", Integer.parseInt(size)), bars);
    }
    write("load-storm", chart);
  }

  private void jvm() throws IOException {
    JsonNode data = read("jvm");
    Chart chart =
        new Chart("Flags of the JVM", "coh: compact object headers; aot: with an AOT cache");
    Map<String, String> figures =
        new java.util.LinkedHashMap<>(Map.of("startSeconds", "start, seconds"));
    figures.put("gatewayMicros", "CPU of the gateway per message, microseconds");
    figures.put("p99Ms", "99th percentile at 2,500 a second, milliseconds");
    figures.put("rssMb", "resident memory, MB");
    figures.forEach((figure, name) -> chart.group(name, bars(data, "rows", figure)));
    write("load-jvm", chart);
  }

  private static List<Bar> bars(JsonNode data, String figure) {
    return bars(data, "peers", figure);
  }

  /** A bar for each of those that {@code rows} names and that have the figure. */
  private static List<Bar> bars(JsonNode data, String rows, String figure) {
    List<Bar> bars = new ArrayList<>();
    for (String row : names(data, rows)) {
      String key = row + "." + figure;
      if (data.has(key)) {
        bars.add(bar(data, row, key, List.of(data.path(key).asDouble())));
      }
    }
    return bars;
  }

  private static Bar bar(JsonNode data, String who, String key, List<Double> parts) {
    double value = data.path(key).asDouble();
    JsonNode ends = data.path(key + ".spread");
    return new Bar(
        NAMES.getOrDefault(who, who),
        parts,
        ends.path(0).asDouble(value),
        ends.path(1).asDouble(value),
        who.equals("hilo"));
  }

  private static List<String> names(JsonNode data, String key) {
    List<String> names = new ArrayList<>();
    data.path(key).forEach(n -> names.add(n.asText()));
    return names;
  }

  private JsonNode read(String figure) throws IOException {
    Path file = results.resolve(figure + ".json");
    return Files.exists(file)
        ? Report.JSON.readTree(file.toFile())
        : Report.JSON.createObjectNode();
  }

  private void write(String name, Chart chart) throws IOException {
    if (!chart.empty()) {
      Files.writeString(images.resolve(name + ".svg"), chart.svg());
      Report.line("%s", images.resolve(name + ".svg").normalize());
    }
  }
}
