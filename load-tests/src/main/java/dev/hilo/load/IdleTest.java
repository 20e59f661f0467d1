package dev.hilo.load;

import dev.hilo.load.Sockets.Live;
import io.vertx.core.http.WebSocket;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Resident memory of one more idle connection, after collecting garbage: visitors that only said
 * hello, visitors that said one message and follow their thread, and a plain Vert.x server before
 * and after.
 */
final class IdleTest {
  private static final int AT_ONCE = 50;
  private static final int WARM = 500;

  private final int connections;

  private IdleTest(int connections) {
    this.connections = connections;
  }

  /** Opens one connection more; {@code done} is called when it is as idle as it shall be. */
  private interface Opening {
    void one(Sockets sockets, Runnable done, List<WebSocket> kept);
  }

  static void run(Load.Options options) throws Exception {
    int most = (int) Math.min(10_000, Proc.openFiles() - 1000);
    IdleTest test = new IdleTest(Math.min(most, options.number("connections", most)));
    Report report = new Report("idle").put("connections", test.connections);
    Report.line("%d connections, KB each:", test.connections);
    List<Double> echo = new ArrayList<>(List.of(test.echo()));
    double hello = test.node("visitors, hello only", false, report);
    double said = test.node("visitors, one message", true, report);
    echo.add(test.echo());
    double plain = Report.median(echo);
    Report.line(
        "  over plain Vert.x: hello only %s x, one message %s x",
        Report.text(hello / plain), Report.text(said / plain));
    report
        .put("echoKb", plain)
        .put("helloKb", hello)
        .put("saidKb", said)
        .put("helloRatio", hello / plain)
        .put("saidRatio", said / plain)
        .end();
  }

  private double echo() throws Exception {
    List<String> arguments = new ArrayList<>(Node.TIGHT);
    arguments.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "dev.hilo.load.EchoServer"));
    try (Jvm server = Jvm.start(Path.of("."), Map.of(), arguments)) {
      URI url = URI.create(server.said("listening at"));
      return grown(
          "plain Vert.x",
          server,
          (sockets, done, kept) ->
              sockets
                  .open(url, "/echo")
                  .onSuccess(
                      socket -> {
                        kept.add(socket);
                        socket.textMessageHandler(_ -> done.run());
                        socket.writeTextMessage("hello");
                      })
                  .onFailure(IdleTest::failed));
    }
  }

  private double node(String what, boolean says, Report report) throws Exception {
    try (Store store = new Store();
        Node node = Node.start(store.uri(), Node.TIGHT)) {
      URI url = node.url();
      double before = store.info("memory", "used_memory");
      double kb =
          grown(
              what,
              node.jvm(),
              (sockets, done, kept) ->
                  sockets
                      .live(
                          url,
                          Live.VISITOR,
                          (_, frame) -> {
                            if (frame.startsWith("{\"type\":\"ack\"")) {
                              done.run();
                            }
                          })
                      .onSuccess(
                          live -> {
                            kept.add(live.socket());
                            if (says) {
                              live.say("first", "Hello, is the blue one still there?");
                            } else {
                              done.run();
                            }
                          })
                      .onFailure(IdleTest::failed));
      if (says) {
        double each = (store.info("memory", "used_memory") - before) / 1024 / (connections + WARM);
        Report.line("  Redis holds %s KB for each of them", Report.text(each));
        report.put("redisKb", each);
      }
      return kb;
    }
  }

  private static void failed(Throwable e) {
    System.err.println("a connection failed: " + e.getMessage());
  }

  /** KB that the process grows by for each connection, beyond the first few. */
  private double grown(String what, Jvm server, Opening opening) throws Exception {
    try (Sockets sockets = new Sockets()) {
      List<WebSocket> kept = new ArrayList<>();
      open(sockets, WARM, opening, kept);
      long before = settled(server);
      open(sockets, connections, opening, kept);
      long after = settled(server);
      double kb = (after - before) / (double) connections;
      Report.line("  %-24s %6.2f   (%d MB to %d MB)", what, kb, before / 1024, after / 1024);
      return kb;
    }
  }

  /** Resident kB once the keeper has done its work and the garbage is gone. */
  private static long settled(Jvm server) throws IOException, InterruptedException {
    Waiting.sleep(8000);
    server.collect();
    return server.proc().rssKb();
  }

  private static void open(Sockets sockets, int count, Opening opening, List<WebSocket> kept) {
    AtomicInteger done = new AtomicInteger();
    AtomicInteger begun = new AtomicInteger();
    Runnable[] next = new Runnable[1];
    next[0] =
        () -> {
          if (begun.getAndIncrement() < count) {
            opening.one(
                sockets,
                () -> {
                  done.incrementAndGet();
                  next[0].run();
                },
                kept);
          }
        };
    sockets
        .vertx()
        .runOnContext(
            _ -> {
              for (int i = 0; i < AT_ONCE; i++) {
                next[0].run();
              }
            });
    Waiting.until(count + " connections", Duration.ofSeconds(120), () -> done.get() >= count);
  }
}
