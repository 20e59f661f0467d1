package dev.hilo.store;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.function.Consumer;

/**
 * Carries what came to one node to the node it is for, and keeps nothing: what is lost is sent
 * again by whoever sent it, and what the store's answer got lost of may come twice.
 */
public final class Relay {
  private final Link link;

  public Relay(Link link) {
    this.link = link;
  }

  /** Hands on what others send to {@code node}, on the feed's loop. */
  public static Future<Void> receive(Feed feed, String node, Consumer<byte[]> received) {
    return feed.subscribe(
        Keys.relay(node),
        new Feed.Listener() {
          @Override
          public void message(byte[] payload) {
            received.accept(payload);
          }

          @Override
          public void resumed() {
            // what was lost is not here to be read
          }
        });
  }

  /** False if no such node listens. */
  public Future<Boolean> send(String node, byte[] payload) {
    return link.send(Request.cmd(Command.SPUBLISH).arg(Keys.relay(node)).arg(payload))
        .map(listening -> Reply.number(listening) > 0);
  }
}
