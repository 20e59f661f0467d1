package dev.hilo.load.peer;

import dev.hilo.load.client.Loop;
import dev.hilo.load.process.Server;
import dev.hilo.load.process.Store;
import java.io.IOException;
import java.util.List;

/** Two nodes on one Redis of their own. */
abstract class OnRedis implements Peer {
  private final Loop loop;
  private final Store store;
  private final List<Server> nodes;

  OnRedis(Loop loop, Store store, List<Server> nodes) {
    this.loop = loop;
    this.store = store;
    this.nodes = List.copyOf(nodes);
  }

  @Override
  public final Loop loop() {
    return loop;
  }

  @Override
  public final List<Server> servers() {
    return List.of(store.server(), first(), last());
  }

  final Server first() {
    return nodes.getFirst();
  }

  final Server last() {
    return nodes.getLast();
  }

  @Override
  public final void close() throws IOException {
    nodes.forEach(Server::close);
    store.close();
  }
}
