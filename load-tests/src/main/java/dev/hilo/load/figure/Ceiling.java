package dev.hilo.load.figure;

import dev.hilo.load.client.Body;
import dev.hilo.load.peer.HiloPeer;
import dev.hilo.load.peer.Peer;
import dev.hilo.load.peer.Topic;
import dev.hilo.load.process.Resp;
import dev.hilo.load.process.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What Redis can do at best: {@code redis-benchmark -P 32 -c 8} with the call that the gateway
 * makes for a visitor's message, overheard with MONITOR. Its dedupe id is replaced by a random one,
 * 12 bytes as well; the position it expects is taken out, as nobody decides anew between the calls.
 */
final class Ceiling {
  private static final int CALLS = 5;

  // Places among the arguments of hilo1_append (hilo.lua).
  private static final int DEDUPE_ID = 2;
  private static final int EXPECTED = 3;

  private Ceiling() {}

  /** Of one call: CPU of Redis, and bytes of its append-only file. */
  record Calls(double micros, double fileBytes) {}

  /** The calls go to one fresh conversation, whose visitor has this number. */
  static Calls measure(HiloPeer hilo, int number, int bytes, double seconds) throws Exception {
    List<String> call = overhear(hilo, 20_000 + number, bytes);
    double file = hilo.store().info("persistence", "aof_current_size");
    int appends = (int) (20_000 * Math.max(1, seconds));
    String stream = call.get(5);
    double entries = entries(hilo, stream);
    double before = hilo.store().server().proc().cpuMicros();
    benchmark(hilo.store().port(), appends, call);
    double used = hilo.store().server().proc().cpuMicros() - before;
    double added = entries(hilo, stream) - entries;
    if (added < appends * 0.99) {
      throw new IllegalStateException(
          "only " + added + " of " + appends + " calls of redis-benchmark appended something");
    }
    double grown = hilo.store().info("persistence", "aof_current_size") - file;
    return new Calls(used / appends, grown / appends);
  }

  private static double entries(HiloPeer hilo, String stream) throws IOException {
    return Double.parseDouble(hilo.store().admin().call("XLEN", stream));
  }

  /** The words of the call for a message of a visitor whose conversation is open already. */
  static List<String> overhear(HiloPeer hilo, int number, int bytes) throws Exception {
    Topic topic = new Topic(number);
    CompletableFuture<Peer.Talker> come = new CompletableFuture<>();
    hilo.loop()
        .run(
            () ->
                hilo.talker(topic)
                    .whenComplete(
                        (t, e) -> {
                          if (e != null) {
                            come.completeExceptionally(e);
                          } else {
                            come.complete(t);
                          }
                        }));
    Peer.Talker talker = Waiting.until("a visitor", Duration.ofSeconds(20), come);
    Waiting.sleep(0.3); // the keeper has seen its first message
    try (Resp monitor = new Resp(hilo.store().port())) {
      monitor.call("MONITOR");
      for (int i = 0; i < CALLS; i++) {
        int seq = i;
        hilo.loop().run(() -> talker.say(seq, Body.make(bytes, number, seq, System.nanoTime())));
        Waiting.sleep(0.05); // each by itself: what waits for another is appended together
      }
      String customer = topic.name().substring(2);
      long end = System.nanoTime() + 10_000_000_000L;
      while (System.nanoTime() < end) {
        String line = monitor.reply();
        List<String> words = line.contains("\"") ? Resp.words(line) : List.of();
        if (words.size() > 8
            && words.getFirst().equalsIgnoreCase("FCALL")
            && line.contains(customer)
            && line.contains(Integer.toHexString(number) + "0000000" + (CALLS - 1))) {
          hilo.loop().run(() -> talker.wire().close());
          return randomised(words);
        }
      }
    }
    throw new IllegalStateException("no append was overheard");
  }

  private static List<String> randomised(List<String> words) {
    List<String> call = new ArrayList<>(words);
    int arguments = 3 + Integer.parseInt(call.get(2));
    call.set(arguments + DEDUPE_ID, "__rand_int__");
    call.set(arguments + EXPECTED, "");
    return call;
  }

  private static void benchmark(int port, int calls, List<String> call)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("redis-benchmark", "-h", "127.0.0.1", "-p", String.valueOf(port)));
    command.addAll(List.of("-P", "32", "-c", "8", "-n", String.valueOf(calls)));
    command.addAll(List.of("-r", "2000000000", "-q"));
    command.addAll(call);
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IllegalStateException("redis-benchmark failed");
    }
  }
}
