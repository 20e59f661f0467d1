package dev.hilo.load.peer;

import dev.hilo.load.client.Body;
import dev.hilo.load.client.Loop;
import dev.hilo.load.client.Wire;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A further device of a visitor: it only listens, remembers how far it has come, and comes back
 * from there, if it wants before it leaves its old socket.
 */
public final class Device implements Peer.Watcher {
  private final Loop loop;
  private final Topic topic;
  private final Body.Found heard;
  private URI live;
  private String token = "";
  private String pos = "";
  private Wire wire;
  private boolean coming;
  private int doubled;
  private Moving moving = _ -> {};
  private @Nullable Runnable cut;

  /** Told that the gateway goes away. */
  public interface Moving {
    void after(long millis);
  }

  @SuppressWarnings("NullAway.Init") // wire is there once it has come
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
    coming = true;
    Line line = new Line();
    loop.open(live, "hilo.v1", Map.of(), line)
        .thenAccept(opened -> opened.text("{\"type\":\"hello\"," + as + "}"))
        .exceptionally(e -> RawPeer.fail(line.caughtUp, e));
    return line.caughtUp.whenComplete((_, _) -> coming = false);
  }

  /** Comes back after its last position; its old socket may still be open. */
  @Override
  public CompletableFuture<Peer.Watcher> back() {
    String since = "\"topic\":\"" + topic.name() + "\",\"since\":\"" + pos + "\"";
    return come("\"token\":\"" + token + "\"," + since).thenApply(d -> d);
  }

  /** Where it comes back to. */
  public void to(URI other) {
    live = other;
  }

  /** Its newest socket that has caught up. */
  @Override
  public Wire wire() {
    return wire;
  }

  /** True while it has not caught up on a new socket. */
  public boolean coming() {
    return coming;
  }

  /** Messages that came twice on one socket. */
  public int doubled() {
    return doubled;
  }

  public void onMoving(Moving then) {
    moving = then;
  }

  /** Told that its newest socket ended, which else counts as lost. */
  public void onCut(Runnable then) {
    cut = then;
  }

  /** One socket. */
  private final class Line implements Wire.Heard {
    private final CompletableFuture<Device> caughtUp = new CompletableFuture<>();
    private int last = -1;

    @Override
    public void frame(Wire from, ByteBuf frame) {
      if (Live.is(frame, Live.ENTRY)) {
        pos = Live.lastField(frame, "pos");
        Body.find(frame, this::message);
      } else if (Live.is(frame, Live.WELCOME)) {
        String fresh = Live.field(frame, "token");
        token = fresh.isEmpty() ? token : fresh;
      } else if (Live.is(frame, Live.CAUGHT_UP)) {
        pos = Live.field(frame, "pos");
        wire = from;
        caughtUp.complete(Device.this);
      } else if (Live.is(frame, Live.MOVING)) {
        String text = frame.toString(StandardCharsets.UTF_8);
        moving.after(Gateway.json(text).path("after").asLong());
      } else if (Live.is(frame, Live.PROBLEM)) {
        Live.problem(frame);
      }
    }

    private void message(int of, int seq, long nanos) {
      if (seq <= last) {
        doubled++;
      } else {
        last = seq;
        heard.message(of, seq, nanos);
      }
    }

    @Override
    public void ended(Wire from, int code) {
      caughtUp.completeExceptionally(new IllegalStateException("closed with " + code));
      if (cut == null) {
        Wire.Heard.super.ended(from, code);
      } else if (from == wire) {
        cut.run();
      }
    }
  }
}
