package dev.hilo.live;

import dev.hilo.store.Relay;
import dev.hilo.store.Tokens;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Brings frames that are posted to the event stream they belong to, on whichever node that stands:
 * its key is {@code <node>.<secret>}. One for a node; thread-safe.
 */
public final class Posts {
  private static final int NUMBER = 12;

  private final String node;
  private final Map<String, EventStreamOutlet> streams = new ConcurrentHashMap<>();

  public Posts(String node) {
    this.node = node;
  }

  /** What became of a post. */
  public enum Outcome {
    TAKEN,
    /** There is no such stream any more. */
    GONE,
    /** The stream has enough to do; again in a while. */
    FULL
  }

  /** Gives a stream the key that its posts come with. */
  String open(EventStreamOutlet stream) {
    String secret = Tokens.random();
    streams.put(secret, stream);
    return node + "." + secret;
  }

  void close(String key) {
    streams.remove(key.substring(key.lastIndexOf('.') + 1));
  }

  /** {@code frames}: one a line. */
  public Future<Outcome> deliver(Relay relay, String key, byte[] frames) {
    int dot = key.lastIndexOf('.');
    if (dot <= 0 || key.length() > 200) {
      return Future.succeededFuture(Outcome.GONE);
    }
    String secret = key.substring(dot + 1);
    String where = key.substring(0, dot);
    if (where.equals(node)) {
      return take(secret, "", frames);
    }
    byte[] head =
        (secret + " " + Tokens.random().substring(0, NUMBER) + "\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] payload = Arrays.copyOf(head, head.length + frames.length);
    System.arraycopy(frames, 0, payload, head.length, frames.length);
    return relay.send(where, payload).map(heard -> heard ? Outcome.TAKEN : Outcome.GONE);
  }

  /** Takes what another node was given for a stream of this one. */
  public void relayed(byte[] payload) {
    int end = 0;
    while (end < payload.length && payload[end] != '\n') {
      end++;
    }
    String[] head = new String(payload, 0, end, StandardCharsets.US_ASCII).split(" ", -1);
    if (head.length == 2 && end < payload.length) {
      take(head[0], head[1], Arrays.copyOfRange(payload, end + 1, payload.length));
    }
  }

  private Future<Outcome> take(String secret, String number, byte[] frames) {
    EventStreamOutlet stream = streams.get(secret);
    if (stream == null) {
      return Future.succeededFuture(Outcome.GONE);
    }
    Promise<Outcome> done = Promise.promise();
    Context on = stream.context();
    on.runOnContext(_ -> done.complete(stream.posted(number, frames)));
    return done.future();
  }
}
