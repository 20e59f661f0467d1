package dev.hilo.load;

import dev.hilo.codec.EntryCodec;
import dev.hilo.conversation.Address;
import dev.hilo.conversation.Audience;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Draft;
import dev.hilo.conversation.EntryClass;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.Ulid;
import dev.hilo.store.Link;
import dev.hilo.store.Streams;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One append: CPU of Redis, bytes of its file and our own CPU, driven by {@link Streams} with 32
 * under way on one {@link Link}, between rounds of {@code redis-benchmark -P 32 -c 8} with the same
 * call of the same function. Every round writes one fresh conversation.
 */
final class AppendTest {
  private static final int IN_FLIGHT = 32;

  /** The place of the stream's name, and of the dedupe id, in the words of a call. */
  private static final int STREAM = 5;

  private static final int SRC = 12;

  private final Store store;
  private final Context context;
  private final Streams streams;
  private final int appends;

  private enum Payload {
    TEXT60,
    BYTES300
  }

  /** A conversation with one entry, and the words of the call that wrote it. */
  private record Begun(CustomerId customer, List<String> call) {}

  /** Of one round, per append. */
  private record Round(
      double perSecond, double redisMicros, double aofBytes, double gatewayMicros) {}

  private interface Work {
    void run() throws Exception;
  }

  private AppendTest(Store store, Vertx vertx, Context context, int appends) {
    this.store = store;
    this.context = context;
    this.streams = new Streams(new Link(vertx, context, store.uri()));
    this.appends = appends;
  }

  static void run(Load.Options options) throws Exception {
    int rounds = options.number("rounds", 5);
    Vertx vertx =
        Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
    try (Store store = new Store()) {
      Promise<Context> loop = Promise.promise();
      vertx.runOnContext(_ -> loop.complete(vertx.getOrCreateContext()));
      Context context = loop.future().await(10, TimeUnit.SECONDS);
      AppendTest test = new AppendTest(store, vertx, context, options.number("appends", 60_000));
      Report report = new Report("append").put("appendsPerRound", test.appends);
      for (int i = 0; i < 3; i++) {
        for (Payload payload : Payload.values()) {
          test.ours(payload); // not counted: the JVM warms up
        }
      }
      for (Payload payload : Payload.values()) {
        test.compare(payload, rounds, report);
      }
      report.end();
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }

  private void compare(Payload payload, int rounds, Report report) throws Exception {
    Draft sample = draft(CustomerId.fresh("main"), payload, src());
    int header = EntryCodec.header(sample.header()).length;
    int bytes = header + EntryCodec.body(sample.event()).length;
    String name = payload.name().toLowerCase(java.util.Locale.ROOT);
    Report.line("%s: header %d B, with the body %d B", name, header, bytes);
    List<Round> theirs = new ArrayList<>(List.of(print("redis-benchmark", benchmark(payload))));
    List<Round> ours = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      ours.add(print("Streams", ours(payload)));
      theirs.add(print("redis-benchmark", benchmark(payload)));
    }
    double mine = Report.median(ours.stream().map(Round::redisMicros).toList());
    double yardstick = Report.median(theirs.stream().map(Round::redisMicros).toList());
    double aof = Report.median(ours.stream().map(Round::aofBytes).toList());
    double gateway = Report.median(ours.stream().map(Round::gatewayMicros).toList());
    Report.line(
        "  medians: Redis %s us, redis-benchmark %s us, ratio %s; AOF %s B, %s x payload; gateway"
            + " %s us",
        Report.text(mine),
        Report.text(yardstick),
        Report.text(mine / yardstick),
        Report.text(aof),
        Report.text(aof / bytes),
        Report.text(gateway));
    report
        .put(name + ".payloadBytes", bytes)
        .put(name + ".redisMicros", mine)
        .put(name + ".benchmarkRedisMicros", yardstick)
        .put(name + ".redisRatio", mine / yardstick)
        .put(name + ".aofBytes", aof)
        .put(name + ".aofRatio", aof / bytes)
        .put(name + ".gatewayMicros", gateway)
        .put(name + ".perSecond", Report.median(ours.stream().map(Round::perSecond).toList()))
        .put(
            name + ".benchmarkPerSecond",
            Report.median(theirs.stream().map(Round::perSecond).toList()));
  }

  private static Round print(String who, Round r) {
    Report.line(
        "  %-16s %7.0f/s   Redis %5.2f us   AOF %5.0f B   this JVM %5.2f us",
        who, r.perSecond, r.redisMicros, r.aofBytes, r.gatewayMicros);
    return r;
  }

  private Round measure(Begun begun, Work work) throws Exception {
    String stream = begun.call.get(STREAM);
    double cpu = store.cpuMicros();
    double aof = store.aofBytes();
    double own = ownMicros();
    long start = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    double n = Double.parseDouble(store.admin().call("XLEN", stream)) - 1;
    if (n < appends * 0.999) {
      throw new IllegalStateException("only " + n + " of " + appends + " were appended");
    }
    return new Round(
        n / seconds,
        (store.cpuMicros() - cpu) / n,
        (store.aofBytes() - aof) / n,
        (ownMicros() - own) / n);
  }

  private static double ownMicros() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean os
        ? os.getProcessCpuTime() / 1e3
        : Double.NaN;
  }

  /** Begins a conversation, and overhears how. */
  private Begun begin(Payload payload) throws Exception {
    CustomerId customer = CustomerId.fresh("main");
    try (Resp monitor = new Resp(store.uri())) {
      monitor.call("MONITOR");
      Promise<Streams.Outcome> done = Promise.promise();
      context.runOnContext(_ -> streams.append(request(customer, payload)).onComplete(done));
      done.future().await(10, TimeUnit.SECONDS);
      while (true) {
        String line = monitor.reply();
        if (line.contains("hilo2_append") && line.contains(customer.toString())) {
          return new Begun(customer, Resp.words(line.substring(line.indexOf('"'))));
        }
      }
    }
  }

  // ---- ours

  private Round ours(Payload payload) throws Exception {
    Begun begun = begin(payload);
    return measure(begun, () -> drive(begun.customer, payload).await(120, TimeUnit.SECONDS));
  }

  private Future<Void> drive(CustomerId customer, Payload payload) {
    Promise<Void> done = Promise.promise();
    int[] counts = {appends, appends}; // to be sent, to be answered; of the loop's thread only
    context.runOnContext(
        _ -> {
          for (int i = 0; i < IN_FLIGHT; i++) {
            next(customer, payload, counts, done);
          }
        });
    return done.future();
  }

  private void next(CustomerId customer, Payload payload, int[] counts, Promise<Void> done) {
    if (counts[0]-- > 0) {
      streams
          .append(request(customer, payload))
          .onFailure(done::tryFail)
          .onSuccess(
              _ -> {
                next(customer, payload, counts, done);
                if (--counts[1] == 0) {
                  done.complete();
                }
              });
    }
  }

  private static Streams.Append request(CustomerId customer, Payload payload) {
    String src = src();
    return new Streams.Append(
        customer, src, null, 0, null, -1L, List.of(draft(customer, payload, src)));
  }

  private static String src() {
    byte[] bytes = new byte[12];
    ThreadLocalRandom.current().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static Draft draft(CustomerId customer, Payload payload, String src) {
    return switch (payload) {
      case TEXT60 ->
          new Draft(
              header(customer, "MessageAdded", "x".repeat(22), src),
              new Event.MessageAdded(
                  new Address(Address.WEB, "shop", customer.toString()),
                  "shop",
                  new Content.Text("Hello, is the blue one still there, and when would it come??"),
                  List.of(),
                  null,
                  null,
                  null,
                  false,
                  Map.of()));
      case BYTES300 -> {
        Header header = header(customer, "NoteAdded", null, src);
        int room = 300 - EntryCodec.header(header).length - "{\"text\":\"\"}".length();
        yield new Draft(header, new Event.NoteAdded("n".repeat(room)));
      }
    };
  }

  private static Header header(CustomerId customer, String type, @Nullable String via, String src) {
    long now = System.currentTimeMillis();
    return new Header(
        Header.SCHEMA,
        type.equals("NoteAdded") ? EntryClass.QUIET : EntryClass.FACT,
        type,
        Ulid.next(),
        customer.toString(),
        via,
        Author.customer(customer),
        Audience.ALL,
        src,
        now,
        now,
        null,
        List.of(),
        0);
  }

  // ---- the yardstick

  private Round benchmark(Payload payload) throws Exception {
    Begun begun = begin(payload);
    List<String> command = new ArrayList<>(List.of("redis-benchmark", "-h", store.uri().getHost()));
    command.addAll(List.of("-p", String.valueOf(store.uri().getPort())));
    command.addAll(List.of("-a", store.uri().getUserInfo().substring(1)));
    command.addAll(List.of("-P", "32", "-c", "8", "-n", String.valueOf(appends)));
    command.addAll(List.of("-r", "2000000000", "-q"));
    command.addAll(begun.call);
    command.set(command.size() - begun.call.size() + SRC, "__rand_int__"); // 12 bytes, as ours
    return measure(
        begun,
        () -> {
          Process process =
              new ProcessBuilder(command)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .redirectError(ProcessBuilder.Redirect.DISCARD)
                  .start();
          if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IllegalStateException("redis-benchmark failed");
          }
        });
  }
}
