package dev.hilo.load.peer;

import dev.hilo.load.client.Body;
import dev.hilo.load.client.Loop;
import dev.hilo.load.client.Wire;
import dev.hilo.load.process.Server;
import dev.hilo.load.process.Store;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Socket.IO 4 with its Redis streams adapter: two node processes on one Redis ({@code
 * peers/socketio.js}). Frames by Engine.IO 4 (socket.io/docs/v4/engine-io-protocol) and Socket.IO 5
 * over a plain WebSocket.
 */
public final class SocketIoPeer extends OnRedis {

  private SocketIoPeer(Loop loop, Store store, List<Server> nodes) {
    super(loop, store, nodes);
  }

  public static SocketIoPeer start(Loop loop) throws IOException {
    Installed.npm();
    Store store = Store.start();
    Map<String, String> environment = Map.of("REDIS", store.uri(), "NODE_ENV", "production");
    List<Server> nodes =
        List.of(
            Installed.script("a-socketio", "socketio.js", environment),
            Installed.script("b-socketio", "socketio.js", environment));
    nodes.forEach(n -> n.says("listening on"));
    return new SocketIoPeer(loop, store, nodes);
  }

  @Override
  public String name() {
    return "socketio";
  }

  private static URI url(Server node) {
    return URI.create(
        "ws://127.0.0.1:" + node.says("listening on") + "/socket.io/?EIO=4&transport=websocket");
  }

  @Override
  public CompletableFuture<Talker> talker(Topic topic) {
    Saying saying = new Saying(topic);
    return loop()
        .open(url(first()), saying)
        .thenCompose(
            wire -> {
              saying.wire = wire;
              return saying.ready;
            });
  }

  private static final class Saying implements Talker, Wire.Heard {
    private final CompletableFuture<Talker> ready = new CompletableFuture<>();
    private final Topic topic;
    private Wire wire;

    @SuppressWarnings("NullAway.Init") // wire is there once it is ready
    Saying(Topic topic) {
      this.topic = topic;
    }

    @Override
    public void say(int seq, byte[] body) {
      wire.text("42" + seq + "[\"p\",\"" + topic.name() + "\",\"", body, "\"]");
    }

    @Override
    public Wire wire() {
      return wire;
    }

    @Override
    public Topic topic() {
      return topic;
    }

    @Override
    public void frame(Wire from, ByteBuf frame) {
      switch (kind(frame)) {
        case "0" -> from.text("40");
        case "2" -> from.text("3");
        case "40" -> ready.complete(this);
        case "43" -> topic.acked(ack(frame));
        default -> {}
      }
    }
  }

  /** The digit of Engine.IO and, for its messages, that of Socket.IO. */
  private static String kind(ByteBuf frame) {
    int at = frame.readerIndex();
    int first = frame.getByte(at);
    return first == '4' ? "4" + (char) frame.getByte(at + 1) : String.valueOf((char) first);
  }

  private static int ack(ByteBuf frame) {
    int id = 0;
    for (int i = frame.readerIndex() + 2; frame.getByte(i) != '['; i++) {
      id = id * 10 + frame.getByte(i) - '0';
    }
    return id;
  }

  @Override
  public CompletableFuture<Watcher> watcher(Topic topic, Body.Found heard) {
    return new Hearing(topic, heard).come("40");
  }

  private final class Hearing implements Watcher, Wire.Heard {
    private final Topic topic;
    private final Body.Found heard;
    private CompletableFuture<Watcher> ready = new CompletableFuture<>();
    private String hello = "40";
    private String pid = "";
    private String offset = "";
    private Wire wire;

    @SuppressWarnings("NullAway.Init") // wire is there once it is ready
    Hearing(Topic topic, Body.Found heard) {
      this.topic = topic;
      this.heard = heard;
    }

    CompletableFuture<Watcher> come(String with) {
      hello = with;
      ready = new CompletableFuture<>();
      loop()
          .open(url(last()), this)
          .thenAccept(opened -> wire = opened)
          .exceptionally(e -> RawPeer.fail(ready, e));
      return ready;
    }

    @Override
    public Wire wire() {
      return wire;
    }

    @Override
    public CompletableFuture<Watcher> back() {
      return come("40{\"pid\":\"" + pid + "\",\"offset\":\"" + offset + "\"}");
    }

    @Override
    public void frame(Wire from, ByteBuf frame) {
      switch (kind(frame)) {
        case "0" -> from.text(hello);
        case "2" -> from.text("3");
        case "40" -> {
          boolean first = hello.length() == 2;
          pid = Live.field(frame, "pid");
          if (first) {
            from.text("420[\"s\",\"" + topic.name() + "\"]");
          } else {
            ready.complete(this);
          }
        }
        case "43" -> ready.complete(this);
        case "42" -> {
          String text = frame.toString(StandardCharsets.UTF_8);
          int end = text.lastIndexOf('"');
          offset = text.substring(text.lastIndexOf('"', end - 1) + 1, end);
          Body.find(frame, heard);
        }
        default -> {}
      }
    }
  }

  @Override
  public boolean resumes() {
    return true;
  }
}
