package dev.hilo.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * From the spawn of a gateway with a Redis of its own in an empty folder to its first whole answer
 * over HTTP (the chat's loader) and to the printed sign-in link; with an AOT cache, without, and
 * with it again.
 */
final class StartupTest {
  private StartupTest() {}

  private record Start(double answerMs, double linkMs, long rssKb) {}

  static void run(Load.Options options) throws Exception {
    int rounds = options.number("rounds", 5);
    Path folder = Files.createTempDirectory("hilo-aot");
    try {
      Path cache = folder.resolve("hilo.aot");
      train(cache);
      Report.line("AOT cache: %d MB", Files.size(cache) >> 20);
      List<String> with = new ArrayList<>(Node.FLAGS);
      with.addAll(List.of("-XX:AOTCache=" + cache, "-XX:AOTMode=on"));
      List<Start> cached = new ArrayList<>();
      List<Start> plain = new ArrayList<>();
      start(with);
      for (int i = 0; i < rounds; i++) {
        cached.add(print("with cache", start(with)));
        plain.add(print("without", start(Node.FLAGS)));
      }
      cached.add(print("with cache", start(with)));
      double answer = median(plain.stream().map(Start::answerMs).toList(), "without: first answer");
      double link = median(plain.stream().map(Start::linkMs).toList(), "without: sign-in link");
      double fast = median(cached.stream().map(Start::answerMs).toList(), "with: first answer");
      double fastLink = median(cached.stream().map(Start::linkMs).toList(), "with: sign-in link");
      new Report("startup")
          .put("answerMs", answer)
          .put("linkMs", link)
          .put("cachedAnswerMs", fast)
          .put("cachedLinkMs", fastLink)
          .put("answerRatio", fast / answer)
          .put("linkRatio", fastLink / link)
          .put("cacheMb", Files.size(cache) / 1048576.0)
          .put("rssMb", Report.median(cached.stream().map(s -> s.rssKb / 1024.0).toList()))
          .end();
    } finally {
      Store.delete(folder);
    }
  }

  private static double median(List<Double> millis, String what) {
    Report.line("  %-24s %s ms", what, Report.spread(millis));
    return Report.median(millis);
  }

  private static Start print(String what, Start s) {
    Report.line(
        "  %-12s first answer %5.0f ms   sign-in link %5.0f ms   RSS %d MB",
        what, s.answerMs, s.linkMs, s.rssKb / 1024);
    return s;
  }

  /**
   * One run of the gateway that fetches some pages; its classes are in the cache when it has ended.
   */
  private static void train(Path cache) throws IOException {
    List<String> flags = new ArrayList<>(Node.FLAGS);
    flags.add("-XX:AOTCacheOutput=" + cache);
    int port = freePort();
    try (Node node = Node.spawn(null, port, flags)) {
      node.jvm().said("health");
      for (String path : List.of("/widget.js", "/agent", "/api/v1/session", "/nowhere")) {
        get(port, path);
      }
    }
    Waiting.until("the AOT cache", Duration.ofSeconds(60), () -> Files.exists(cache));
  }

  private static Start start(List<String> flags) throws IOException {
    int port = freePort();
    try (Node node = Node.spawn(null, port, flags)) {
      long started = node.jvm().started();
      Waiting.until("the first answer", Duration.ofSeconds(60), () -> get(port, "/widget.js"));
      double answer = (System.nanoTime() - started) / 1e6;
      node.signInLink();
      double link = (System.nanoTime() - started) / 1e6;
      return new Start(answer, link, node.jvm().proc().rssKb());
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  /** Reads a whole answer; false while nobody listens. */
  private static boolean get(int port, String path) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 1000);
      String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).startsWith("HTTP/1.1 ");
    } catch (IOException e) {
      return false;
    }
  }
}
