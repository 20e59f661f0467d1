package dev.hilo.load.peer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.load.client.Body;
import dev.hilo.load.client.Loop;
import dev.hilo.load.client.Wire;
import dev.hilo.load.process.Server;
import dev.hilo.load.process.Store;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/**
 * Hilo: gateways on one Redis. Publishers are visitors, who say things to the company on the first
 * node and get an ack and, as on every device of theirs, the entry; watchers are agents' sockets on
 * the last node, each watching one visitor's thread.
 */
public final class HiloPeer implements Peer {
  private static final int PER_DEVICE = 999; // config/node.yaml allows 1000
  private static final int AT_ONCE = 32;

  private final Loop loop;
  private final Store store;
  private final List<Gateway> gateways;
  private final String name;
  private final double startSeconds;

  private HiloPeer(
      String name, Loop loop, Store store, List<Gateway> gateways, double startSeconds) {
    this.startSeconds = startSeconds;
    this.name = name;
    this.loop = loop;
    this.store = store;
    this.gateways = gateways;
  }

  public static HiloPeer start(Loop loop, int nodes, List<String> flags) throws IOException {
    return start("hilo", loop, nodes, flags);
  }

  public static HiloPeer start(String name, Loop loop, int nodes, List<String> flags)
      throws IOException {
    Store store = Store.start();
    return start(name, loop, store, nodes, flags, store.uri());
  }

  /**
   * With the last node on a Redis address of its own, such as that of a proxy.
   *
   * @param store is closed with the peer
   */
  public static HiloPeer start(
      String name, Loop loop, Store store, int nodes, List<String> flags, String lastUri)
      throws IOException {
    List<Gateway> gateways = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      String uri = i == nodes - 1 ? lastUri : store.uri();
      gateways.add(Gateway.spawn((char) ('a' + i) + "-hilo", uri, 0, flags));
    }
    gateways.forEach(Gateway::up);
    double start = (System.nanoTime() - gateways.getFirst().server().started()) / 1e9;
    gateways.getLast().signIn();
    return new HiloPeer(name, loop, store, gateways, start);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Loop loop() {
    return loop;
  }

  /** From the spawn of the first gateway until all served. */
  public double startSeconds() {
    return startSeconds;
  }

  public Store store() {
    return store;
  }

  public List<Gateway> gateways() {
    return gateways;
  }

  @Override
  public List<Server> servers() {
    List<Server> all = new ArrayList<>(List.of(store.server()));
    gateways.forEach(g -> all.add(g.server()));
    return all;
  }

  @Override
  public CompletableFuture<Talker> talker(Topic topic) {
    return visitor(gateways.getFirst().live(), topic).thenApply(v -> v);
  }

  /** A new visitor, welcomed, whose first message is stored. */
  public CompletableFuture<Visitor> visitor(URI live, Topic topic) {
    Visitor visitor = new Visitor(topic);
    return loop.open(live, "hilo.v1", Map.of(), visitor)
        .thenCompose(
            wire -> {
              visitor.wire = wire;
              wire.text("{\"type\":\"hello\",\"inbox\":\"load\"}");
              return visitor.ready;
            });
  }

  @Override
  public CompletableFuture<Wire> idle(int number) {
    return visitor(gateways.getFirst().live(), new Topic(number)).thenApply(Visitor::wire);
  }

  /** A visitor's socket. */
  public static final class Visitor implements Talker, Wire.Heard {
    private static final String FIRST = "first";

    private final Topic topic;
    private final CompletableFuture<Visitor> ready = new CompletableFuture<>();
    private Wire wire;
    private CompletableFuture<String> linked = CompletableFuture.completedFuture("");
    private String token = "";
    private long frames;
    private int links;

    @SuppressWarnings("NullAway.Init") // wire is there before anything is heard
    private Visitor(Topic topic) {
      this.topic = topic;
    }

    @Override
    public void say(int seq, byte[] body) {
      wire.text(
          "{\"type\":\"say\",\"id\":\""
              + topic.number()
              + "-"
              + seq
              + "-load\",\"content\":{\"type\""
              + ":\"text\",\"text\":\"",
          body,
          "\"}}");
    }

    @Override
    public Wire wire() {
      return wire;
    }

    @Override
    public Topic topic() {
      return topic;
    }

    /** What another socket of this visitor's device comes in with. */
    public String token() {
      return token;
    }

    /** Makes a one-time link for another device; gives its code. */
    public CompletableFuture<String> link() {
      linked = new CompletableFuture<>();
      wire.text(
          "{\"type\":\"do\",\"id\":\"link-" + links++ + "\",\"ref\":\"link\",\"action\":\"link\"}");
      return linked;
    }

    /** Frames this device got that were no acks: its own entries above all. */
    public long frames() {
      return frames;
    }

    @Override
    public void frame(Wire from, ByteBuf payload) {
      if (Live.is(payload, Live.ACK)) {
        String id = Live.field(payload, "id");
        if (id.startsWith(FIRST)) {
          ready.complete(this);
        } else {
          int dash = id.indexOf('-');
          topic.acked(Integer.parseInt(id, dash + 1, id.indexOf('-', dash + 1), 10));
        }
      } else if (Live.is(payload, Live.WELCOME)) {
        JsonNode welcome = Gateway.json(payload.toString(StandardCharsets.UTF_8));
        topic.name(welcome.path("topic").asText());
        token = welcome.path("token").asText();
        from.text(
            "{\"type\":\"say\",\"id\":\""
                + FIRST
                + "-"
                + topic.number()
                + "\",\"content\":{\"type\":\"text\",\"text\":\"Hello, is the blue one still"
                + " there?\"}}");
      } else if (Live.is(payload, Live.PROBLEM)) {
        Live.problem(payload);
      } else if (!linked.isDone() && !Live.field(payload, "url").isEmpty()) {
        String url = Live.field(payload, "url");
        linked.complete(url.substring(url.indexOf('#') + 1));
      } else {
        frames++;
      }
    }
  }

  @Override
  public CompletableFuture<Watcher> watcher(Topic topic, Body.Found heard) {
    Gateway gateway = gateways.getLast();
    return gateway
        .ticket()
        .thenCompose(
            ticket -> {
              CompletableFuture<Watcher> ready = new CompletableFuture<>();
              loop.open(
                      gateway.live(),
                      "hilo.v1",
                      Map.of(),
                      (wire, frame) -> agent(wire, frame, topic, heard, ready))
                  .thenAccept(
                      wire -> wire.text("{\"type\":\"hello\",\"ticket\":\"" + ticket + "\"}"))
                  .exceptionally(e -> RawPeer.fail(ready, e));
              return ready;
            });
  }

  private static void agent(
      Wire wire, ByteBuf frame, Topic topic, Body.Found heard, CompletableFuture<Watcher> ready) {
    if (Live.is(frame, Live.ENTRY)) {
      Body.find(frame, heard);
    } else if (Live.is(frame, Live.WELCOME)) {
      wire.text("{\"type\":\"watch\",\"topic\":\"" + topic.name() + "\"}");
    } else if (Live.is(frame, Live.CAUGHT_UP)) {
      ready.complete(() -> wire);
    } else if (Live.is(frame, Live.PROBLEM)) {
      Live.problem(frame);
    }
  }

  /** The watchers of a crowd are the visitor's own devices. */
  @Override
  public CompletableFuture<List<Watcher>> crowd(Talker talker, int count, Body.Found heard) {
    return crowd(talker, count, _ -> heard);
  }

  /** As the other, each with ears of its own. */
  public CompletableFuture<List<Watcher>> crowd(
      Talker talker, int count, IntFunction<Body.Found> heard) {
    Visitor visitor = (Visitor) talker;
    int devices = (count + PER_DEVICE - 1) / PER_DEVICE;
    return loop.begin(devices, 1, i -> linked(visitor, heard.apply(i)))
        .thenCompose(
            firsts ->
                loop.begin(
                        count - devices,
                        AT_ONCE,
                        i ->
                            new Device(loop, last(), visitor.topic(), heard.apply(devices + i))
                                .join(firsts.get(i / PER_DEVICE)))
                    .thenApply(
                        others -> {
                          List<Watcher> all = new ArrayList<>(firsts);
                          all.addAll(others);
                          return all;
                        }));
  }

  private CompletableFuture<Device> linked(Visitor visitor, Body.Found heard) {
    return visitor
        .link()
        .thenCompose(
            code ->
                new Device(loop, last(), visitor.topic(), heard).come("\"link\":\"" + code + "\""));
  }

  private URI last() {
    return gateways.getLast().live();
  }

  @Override
  public boolean resumes() {
    return true;
  }

  @Override
  public void close() throws IOException {
    gateways.forEach(g -> g.server().terminate());
    gateways.forEach(Gateway::close);
    store.close();
  }
}
