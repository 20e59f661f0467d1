package dev.hilo.load.peer;

import dev.hilo.load.client.Body;
import dev.hilo.load.client.Loop;
import dev.hilo.load.client.Wire;
import dev.hilo.load.process.Server;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A system under test: its running processes, and how a client says and hears messages there. Those
 * who say are on its first node, those who hear on its last. Futures complete on the client's loop,
 * where the verbs are called too.
 */
public interface Peer extends AutoCloseable {
  String name();

  /** The client's. */
  Loop loop();

  /** Its processes; the first letter of a name says the part: redis, a, b. */
  List<Server> servers();

  /** Opens the one who says things on a topic. */
  CompletableFuture<Talker> talker(Topic topic);

  /** Opens one who hears a topic; complete when nothing said from then on can be missed. */
  CompletableFuture<Watcher> watcher(Topic topic, Body.Found heard);

  /** Opens a connection as idle ones are: it hears a topic of its own. */
  default CompletableFuture<Wire> idle(int number) {
    return watcher(new Topic(number), (_, _, _) -> {}).thenApply(Watcher::wire);
  }

  /** Opens many who hear what one talker says. */
  default CompletableFuture<List<Watcher>> crowd(Talker talker, int count, Body.Found heard) {
    return loop().begin(count, 32, _ -> watcher(talker.topic(), heard));
  }

  /** True if a returning watcher gets what it missed. */
  default boolean resumes() {
    return false;
  }

  @Override
  void close() throws IOException;

  /** Says things on one topic. */
  interface Talker {
    void say(int seq, byte[] body);

    Topic topic();

    Wire wire();
  }

  /** Hears one topic. */
  interface Watcher {
    Wire wire();

    /** Comes back after its socket was closed, and asks for all it missed. */
    default CompletableFuture<Watcher> back() {
      throw new UnsupportedOperationException();
    }
  }
}
