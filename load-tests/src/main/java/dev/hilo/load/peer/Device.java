package dev.hilo.load.peer;

import dev.hilo.load.client.Body;
import dev.hilo.load.client.Loop;
import dev.hilo.load.client.Wire;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A further device of a visitor: it only listens, remembers how far it has come, and comes back.
 */
public final class Device implements Peer.Watcher, Wire.Heard {
  private final Loop loop;
  private final Topic topic;
  private final Body.Found heard;
  private URI live;
  private CompletableFuture<Device> ready = new CompletableFuture<>();
  private String token = "";
  private String pos = "";
  private Wire wire;
  private Moving moving = _ -> {};

  /** Told that the gateway goes away. */
  public interface Moving {
    void after(long millis);
  }

  @SuppressWarnings("NullAway.Init") // wire is there once it is ready
  Device(Loop loop, URI live, Topic topic, Body.Found heard) {
    this.loop = loop;
    this.live = live;
    this.topic = topic;
    this.heard = heard;
  }

  /** Comes in as another socket of the same device. */
  CompletableFuture<Device> join(Device first) {
    token = first.token;
    return come("\"token\":\"" + token + "\"");
  }

  CompletableFuture<Device> come(String as) {
    ready = new CompletableFuture<>();
    loop.open(live, "hilo.v1", Map.of(), this)
        .thenAccept(
            opened -> {
              wire = opened;
              opened.text("{\"type\":\"hello\"," + as + "}");
            })
        .exceptionally(e -> RawPeer.fail(ready, e));
    return ready;
  }

  /** Comes back after its last position; the old socket may still be open. */
  @Override
  public CompletableFuture<Peer.Watcher> back() {
    return come("\"token\":\""
            + token
            + "\",\"topic\":\""
            + topic.name()
            + "\",\"since\":\""
            + pos
            + "\"")
        .thenApply(d -> d);
  }

  /** Where it comes back to. */
  public void to(URI other) {
    live = other;
  }

  @Override
  public Wire wire() {
    return wire;
  }

  public void onMoving(Moving then) {
    moving = then;
  }

  @Override
  public void frame(Wire from, ByteBuf frame) {
    if (Live.is(frame, Live.ENTRY)) {
      pos = Live.lastField(frame, "pos");
      Body.find(frame, heard);
    } else if (Live.is(frame, Live.WELCOME)) {
      String fresh = Live.field(frame, "token");
      token = fresh.isEmpty() ? token : fresh;
    } else if (Live.is(frame, Live.CAUGHT_UP)) {
      pos = Live.field(frame, "pos");
      ready.complete(this);
    } else if (Live.is(frame, Live.MOVING)) {
      String text = frame.toString(StandardCharsets.UTF_8);
      moving.after(Gateway.json(text).path("after").asLong());
    } else if (Live.is(frame, Live.PROBLEM)) {
      Live.problem(frame);
    }
  }
}
