package dev.hilo.load.peer;

import dev.hilo.load.client.Body;
import dev.hilo.load.client.Loop;
import dev.hilo.load.client.Wire;
import dev.hilo.load.process.Server;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A server that keeps nothing, in one process: bare Netty ({@link RawServer}) or npm's ws. */
public final class RawPeer implements Peer {
  private final String name;
  private final Loop loop;
  private final Server server;
  private final URI url;

  private RawPeer(String name, Loop loop, Server server) {
    this.name = name;
    this.loop = loop;
    this.server = server;
    this.url = URI.create("ws://127.0.0.1:" + server.says("listening on") + "/");
  }

  public static RawPeer netty(Loop loop, List<String> flags) throws IOException {
    List<String> arguments = new ArrayList<>(flags);
    arguments.addAll(
        List.of(
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            RawServer.class.getName()));
    return new RawPeer(
        "netty", loop, Server.java("a-netty", Server.folder("netty"), Map.of(), arguments));
  }

  public static RawPeer ws(Loop loop) throws IOException {
    return new RawPeer("ws", loop, Installed.script("a-ws", "ws.js", Map.of()));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Server> servers() {
    return List.of(server);
  }

  @Override
  public CompletableFuture<Talker> talker(Topic topic) {
    int[] acked = {0};
    return loop.open(url, (_, _) -> topic.acked(acked[0]++)).thenApply(w -> new Saying(w, topic));
  }

  private record Saying(Wire wire, Topic topic) implements Talker {
    @Override
    public void say(int seq, byte[] body) {
      wire.text("p" + topic.name() + " ", body, "");
    }
  }

  @Override
  public Loop loop() {
    return loop;
  }

  @Override
  public CompletableFuture<Watcher> watcher(Topic topic, Body.Found heard) {
    CompletableFuture<Watcher> hears = new CompletableFuture<>();
    loop.open(
            url,
            (wire, frame) -> frame(topic, heard, wire, frame.readableBytes() == 1, frame, hears))
        .thenAccept(wire -> wire.text("s" + topic.name()))
        .exceptionally(e -> fail(hears, e));
    return hears;
  }

  private void frame(
      Topic topic,
      Body.Found heard,
      Wire wire,
      boolean subscribed,
      io.netty.buffer.ByteBuf frame,
      CompletableFuture<Watcher> hears) {
    if (subscribed) {
      hears.complete(new Hearing(wire, topic, heard));
    } else {
      Body.find(frame, heard);
    }
  }

  static <T> Void fail(CompletableFuture<T> waiting, Throwable e) {
    waiting.completeExceptionally(e);
    return null;
  }

  private final class Hearing implements Watcher {
    private final Wire wire;
    private final Topic topic;
    private final Body.Found heard;

    Hearing(Wire wire, Topic topic, Body.Found heard) {
      this.wire = wire;
      this.topic = topic;
      this.heard = heard;
    }

    @Override
    public Wire wire() {
      return wire;
    }

    /** Only connects and subscribes: there is nothing it could ask for. */
    @Override
    public CompletableFuture<Watcher> back() {
      return watcher(topic, heard);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
