package dev.hilo.load.peer;

import dev.hilo.load.client.Body;
import dev.hilo.load.client.Loop;
import dev.hilo.load.client.Wire;
import dev.hilo.load.process.Server;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * NATS JetStream over WebSocket: one nats-server, one file stream, a consumer without acks for each
 * watcher (docs.nats.io/reference/reference-protocols).
 */
public final class NatsPeer implements Peer {
  private static final String CONNECT =
      "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"load\",\"version\":\"1\","
          + "\"protocol\":1,\"headers\":true}\r\n";

  private final Loop loop;
  private final Server server;
  private final URI url;
  private int consumers;

  private NatsPeer(Loop loop, Server server, int port) {
    this.loop = loop;
    this.server = server;
    this.url = URI.create("ws://127.0.0.1:" + port + "/");
  }

  public static NatsPeer start(Loop loop) throws IOException {
    Path program = Installed.debian("nats-server", List.of("nats-server"));
    Path folder = Server.folder("nats");
    int port = Server.freePort();
    Files.writeString(
        folder.resolve("nats.conf"),
        """
        listen: "127.0.0.1:%d"
        max_connections: 20000
        ping_interval: "25s"
        jetstream { store_dir: "%s" }
        websocket { listen: "127.0.0.1:%d", no_tls: true }
        """
            .formatted(Server.freePort(), folder, port));
    Server server =
        Server.start(
            "a-nats",
            folder,
            Map.of(),
            List.of(program.toString(), "-c", "nats.conf"),
            Server.Garbage.NONE);
    server.listensOn(port);
    NatsPeer peer = new NatsPeer(loop, server, port);
    loop.all("the stream", 1, 1, java.time.Duration.ofSeconds(20), _ -> peer.createStream());
    return peer;
  }

  private CompletableFuture<Wire> createStream() {
    Talk talk = new Talk();
    return talk.open()
        .thenCompose(
            wire ->
                talk.request(
                    "$JS.API.STREAM.CREATE.load",
                    "{\"name\":\"load\",\"subjects\":[\"load.*\"],\"storage\":\"file\","
                        + "\"retention\":\"limits\",\"num_replicas\":1}"))
        .thenApply(
            _ -> {
              talk.wire().close();
              return talk.wire();
            });
  }

  @Override
  public String name() {
    return "nats";
  }

  @Override
  public List<Server> servers() {
    return List.of(server);
  }

  @Override
  public CompletableFuture<Talker> talker(Topic topic) {
    Saying saying = new Saying(topic);
    return saying.open().thenApply(_ -> saying);
  }

  @Override
  public Loop loop() {
    return loop;
  }

  @Override
  public CompletableFuture<Watcher> watcher(Topic topic, Body.Found heard) {
    Hearing hearing = new Hearing(topic, heard);
    return hearing.consume("\"deliver_policy\":\"new\"");
  }

  /**
   * One connection: the text protocol, of which a frame may hold many messages or a part of one.
   */
  private class Talk implements Wire.Heard {
    private final CompletableFuture<Wire> ready = new CompletableFuture<>();
    private CompletableFuture<String> answer = new CompletableFuture<>();
    private ByteBuf rest = Unpooled.buffer(0);
    private Wire wire;

    @SuppressWarnings("NullAway.Init") // wire is there once it is ready
    Talk() {}

    public Wire wire() {
      return wire;
    }

    CompletableFuture<Wire> open() {
      loop.open(url, this)
          .thenAccept(
              opened -> {
                wire = opened;
                send(CONNECT + "SUB _i." + id() + ".* 1\r\nPING\r\n");
              })
          .exceptionally(e -> RawPeer.fail(ready, e));
      return ready;
    }

    final String id() {
      return Integer.toHexString(System.identityHashCode(this));
    }

    final void send(String words) {
      wire.binary(words, new byte[0], "");
    }

    CompletableFuture<String> request(String subject, String json) {
      answer = new CompletableFuture<>();
      send("PUB " + subject + " _i." + id() + ".r " + json.length() + "\r\n" + json + "\r\n");
      return answer.thenApply(
          text -> {
            if (text.contains("\"error\"")) {
              throw new IllegalStateException(subject + ": " + text);
            }
            return text;
          });
    }

    @Override
    public void frame(Wire from, ByteBuf frame) {
      ByteBuf all = rest.isReadable() ? Unpooled.wrappedBuffer(rest, frame.retain()) : frame;
      while (message(all)) {}
      rest = all.isReadable() ? Unpooled.copiedBuffer(all) : Unpooled.EMPTY_BUFFER;
      if (all != frame) {
        all.release();
      }
    }

    private boolean message(ByteBuf in) {
      int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
      if (end < 0) {
        return false;
      }
      String line =
          in.toString(in.readerIndex(), end - 1 - in.readerIndex(), StandardCharsets.UTF_8);
      if (!line.startsWith("MSG ") && !line.startsWith("HMSG ")) {
        in.readerIndex(end + 1);
        told(line);
        return true;
      }
      String[] words = line.split(" ");
      int size = Integer.parseInt(words[words.length - 1]);
      if (in.writerIndex() < end + 1 + size + 2) {
        return false;
      }
      boolean replies = words.length == (line.startsWith("MSG") ? 5 : 6);
      heard(words[1], replies ? words[3] : "", in.slice(end + 1, size), line.startsWith("H"));
      in.readerIndex(end + 1 + size + 2);
      return true;
    }

    private void told(String line) {
      if (line.equals("PING")) {
        send("PONG\r\n");
      } else if (line.equals("PONG")) {
        ready.complete(wire);
      } else if (line.startsWith("-ERR")) {
        System.err.println("nats-server says " + line);
      }
    }

    void heard(String subject, String reply, ByteBuf payload, boolean headers) {
      answer.complete(payload.toString(StandardCharsets.UTF_8));
    }
  }

  private final class Saying extends Talk implements Talker {
    private final Topic topic;
    private final String begin;

    Saying(Topic topic) {
      this.topic = topic;
      this.begin = "PUB load." + topic.name() + " _i." + id() + ".";
    }

    @Override
    public Topic topic() {
      return topic;
    }

    @Override
    public void say(int seq, byte[] body) {
      wire().binary(begin + seq + " " + body.length + "\r\n", body, "\r\n");
    }

    @Override
    void heard(String subject, String reply, ByteBuf payload, boolean headers) {
      topic.acked(Integer.parseInt(subject.substring(subject.lastIndexOf('.') + 1)));
    }
  }

  private final class Hearing extends Talk implements Watcher {
    private final Topic topic;
    private final Body.Found found;
    private long last;

    Hearing(Topic topic, Body.Found found) {
      this.topic = topic;
      this.found = found;
    }

    CompletableFuture<Watcher> consume(String from) {
      String subject = "d." + consumers++;
      return open()
          .thenCompose(
              _ -> {
                send("SUB " + subject + " 2\r\n");
                return request(
                    "$JS.API.CONSUMER.CREATE.load",
                    "{\"stream_name\":\"load\",\"config\":{\"deliver_subject\":\""
                        + subject
                        + "\",\"filter_subject\":\"load."
                        + topic.name()
                        + "\",\"ack_policy\":\"none\",\"max_deliver\":1,\"flow_control\":true,"
                        + "\"idle_heartbeat\":5000000000,\"mem_storage\":true,\"num_replicas\":1,"
                        + from
                        + "}}");
              })
          .thenApply(_ -> this);
    }

    @Override
    public CompletableFuture<Watcher> back() {
      Hearing again = new Hearing(topic, found);
      return again.consume(
          "\"deliver_policy\":\"by_start_sequence\",\"opt_start_seq\":" + (last + 1));
    }

    @Override
    void heard(String subject, String reply, ByteBuf payload, boolean headers) {
      if (subject.startsWith("_i.")) {
        super.heard(subject, reply, payload, headers);
      } else if (headers) {
        if (!reply.isEmpty()) {
          send("PUB " + reply + " 0\r\n\r\n"); // the server asks whether to go on
        }
      } else {
        last = Long.parseLong(reply.split("\\.")[5]); // $JS.ACK.stream.consumer.tries.seq...
        Body.find(payload, found);
      }
    }
  }

  @Override
  public boolean resumes() {
    return true;
  }

  @Override
  public void close() {
    server.close();
  }
}
