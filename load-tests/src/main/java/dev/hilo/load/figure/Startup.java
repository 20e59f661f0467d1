package dev.hilo.load.figure;

import dev.hilo.load.Options;
import dev.hilo.load.Report;
import dev.hilo.load.peer.Flags;
import dev.hilo.load.peer.Gateway;
import dev.hilo.load.process.Server;
import dev.hilo.load.process.Waiting;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * From the spawn of a gateway with a Redis of its own in an empty folder to its first whole answer
 * over HTTP (the chat's loader) and to the printed sign-in link; with an AOT cache and without, in
 * turn.
 */
public final class Startup {
  private Startup() {}

  private record Start(double answerMs, double linkMs) {}

  public static void run(Options options) throws Exception {
    int rounds = options.count("rounds", 5, 1);
    Path folder = Server.folder("aot");
    try {
      Path cache = folder.resolve("hilo.aot");
      train(cache);
      Report.line("AOT cache: %d MB", Files.size(cache) >> 20);
      List<String> with = new ArrayList<>(Flags.PRODUCTION);
      with.addAll(List.of("-XX:AOTCache=" + cache, "-XX:AOTMode=on"));
      List<Start> cached = new ArrayList<>();
      List<Start> plain = new ArrayList<>();
      start(with);
      for (int i = 0; i < rounds; i++) {
        cached.add(print("with cache", start(with)));
        plain.add(print("without", start(Flags.PRODUCTION)));
      }
      cached.add(print("with cache", start(with)));
      List<Double> answer = plain.stream().map(Start::answerMs).toList();
      List<Double> fast = cached.stream().map(Start::answerMs).toList();
      new Report("startup", options)
          .put("answerMs", answer)
          .put("linkMs", plain.stream().map(Start::linkMs).toList())
          .put("cachedAnswerMs", fast)
          .put("cachedLinkMs", cached.stream().map(Start::linkMs).toList())
          .put("answerRatio", Report.median(fast) / Report.median(answer))
          .put("cacheMb", Files.size(cache) / 1048576.0)
          .end();
    } finally {
      Server.delete(folder);
    }
  }

  private static Start print(String what, Start s) {
    Report.line(
        "  %-12s first answer %5.0f ms   sign-in link %5.0f ms", what, s.answerMs, s.linkMs);
    return s;
  }

  /** One run of the gateway that fetches some pages. */
  private static void train(Path cache) throws IOException, InterruptedException {
    List<String> flags = new ArrayList<>(Flags.PRODUCTION);
    flags.add("-XX:AOTCacheOutput=" + cache);
    int port = Server.freePort();
    try (Gateway gateway = Gateway.spawn("a-hilo", null, port, flags).up()) {
      for (String path : List.of("/widget.js", "/agent", "/api/v1/session", "/nowhere")) {
        get(port, path);
      }
      Training.end(gateway.server(), cache);
    }
  }

  private static Start start(List<String> flags) throws IOException {
    int port = Server.freePort();
    try (Gateway gateway = Gateway.spawn("a-hilo", null, port, flags)) {
      long started = gateway.server().started();
      Waiting.until("the first answer", Duration.ofSeconds(60), () -> get(port, "/widget.js"));
      double answer = (System.nanoTime() - started) / 1e6;
      gateway.server().says("sign in as Ana");
      return new Start(answer, (System.nanoTime() - started) / 1e6);
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
