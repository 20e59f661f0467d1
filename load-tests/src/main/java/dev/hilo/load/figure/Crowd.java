package dev.hilo.load.figure;

import dev.hilo.load.client.Body;
import dev.hilo.load.client.Loop;
import dev.hilo.load.peer.Peer;
import dev.hilo.load.peer.Peer.Talker;
import dev.hilo.load.peer.Peer.Watcher;
import dev.hilo.load.peer.Topic;
import dev.hilo.load.process.Proc;
import dev.hilo.load.process.Server;
import dev.hilo.load.process.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Many connections at one peer, and what its processes say of themselves. */
final class Crowd {
  private static final Duration OPENING = Duration.ofSeconds(150);
  private static final Body.Found NOBODY = (_, _, _) -> {};

  private Crowd() {}

  /** Opens talkers on topics with these numbers. */
  static List<Talker> talkers(Loop loop, Peer peer, int from, int count) {
    List<Talker> all =
        new ArrayList<>(
            loop.all(
                "talkers of " + peer.name(),
                count,
                16,
                OPENING,
                i -> peer.talker(new Topic(from + i))));
    all.sort(java.util.Comparator.comparingInt(t -> t.topic().number()));
    return all;
  }

  /** Opens watchers of what one talker says. */
  static List<Watcher> watchers(Loop loop, Peer peer, Talker talker, int count, Body.Found heard) {
    return waiting(loop, "watchers of " + peer.name(), () -> peer.crowd(talker, count, heard));
  }

  /** Runs on the loop and waits for what it will be. */
  static <T> T waiting(Loop loop, String what, Supplier<CompletableFuture<T>> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    loop.run(
        () ->
            work.get()
                .whenComplete(
                    (value, e) -> {
                      if (e != null) {
                        done.completeExceptionally(e);
                      } else {
                        done.complete(value);
                      }
                    }));
    return Waiting.until(what, OPENING, done);
  }

  /** Opens idle connections beside those there are. */
  static void idle(Loop loop, Peer peer, int from, int count) {
    loop.all("idle connections of " + peer.name(), count, 64, OPENING, i -> peer.idle(from + i));
  }

  /** The process that holds the connections. */
  static Server holder(Peer peer, boolean last) {
    List<Server> nodes =
        peer.servers().stream().filter(s -> !s.name().startsWith("redis")).toList();
    return last ? nodes.getLast() : nodes.getFirst();
  }

  /** Resident KB once the servers are quiet and their garbage is gone. */
  static double settledKb(Peer peer, Server holder) throws Exception {
    quiet(peer, 12);
    holder.collect();
    return holder.proc().rssKb();
  }

  /** Waits until the servers have little to do any more, at most so many seconds. */
  static void quiet(Peer peer, int most) {
    double before = cpu(peer);
    for (int i = 0; i < most * 2; i++) {
      Waiting.sleep(0.5);
      double now = cpu(peer);
      if (now - before < 20_000) {
        return;
      }
      before = now;
    }
  }

  /** CPU of all processes so far, microseconds. */
  static double cpu(Peer peer) {
    return peer.servers().stream().map(Server::proc).mapToDouble(Proc::cpuMicros).sum();
  }

  static Body.Found nobody() {
    return NOBODY;
  }
}
