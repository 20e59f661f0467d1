package dev.hilo.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.Gateway;
import dev.hilo.conversation.Position;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A client of the live protocol. It keeps every frame it ever got, follows its threads as the
 * protocol asks clients to, and notes where a thread had a gap or an entry came twice.
 */
final class SocketClient implements AutoCloseable {
  private static final AtomicInteger REFS = new AtomicInteger();

  private final Carrier carrier;
  private final List<JsonNode> frames = new ArrayList<>();
  private final Map<String, Thread> threads = new HashMap<>();
  private final List<String> faults = new ArrayList<>();
  private int from;
  private @Nullable Short closeCode;
  private boolean closed;
  private @Nullable JsonNode welcome;

  /** One thread as this client shows it. */
  private static final class Thread {
    final List<JsonNode> events = new ArrayList<>();
    final Set<String> ids = new HashSet<>();
    final List<@Nullable String> texts = new ArrayList<>();
    final List<@Nullable Position> positions = new ArrayList<>();
    Position have = Position.START;
  }

  /** What brings frames to the gateway. */
  interface Carrier {
    void send(String frame);

    /** Reads nothing until {@link #resume}. */
    void pause();

    void resume();

    void close();

    /** Ends without a word, as a lost network does. */
    void cut();
  }

  /** {@code client}: ends its sockets when nobody holds it. */
  private record OverWebSocket(WebSocketClient client, WebSocket socket) implements Carrier {
    @Override
    public void send(String frame) {
      socket.writeTextMessage(frame);
    }

    @Override
    public void pause() {
      socket.pause();
    }

    @Override
    public void resume() {
      socket.resume();
    }

    @Override
    public void close() {
      socket.close().onFailure(_ -> {});
    }

    @Override
    public void cut() {
      socket.shutdown().onFailure(_ -> {});
      close();
    }
  }

  private SocketClient(WebSocketClient client, WebSocket socket) {
    this.carrier = new OverWebSocket(client, socket);
    socket.textMessageHandler(text -> received(Rest.json(text)));
    socket.closeHandler(_ -> ended(socket.closeStatusCode()));
    socket.exceptionHandler(_ -> {});
    socket.resume();
  }

  private SocketClient(Vertx vertx, URI stream, URI posts) {
    this.carrier =
        new EventStream(vertx, stream, posts, text -> received(Rest.json(text)), this::ended);
  }

  private synchronized void ended(@Nullable Short code) {
    closeCode = code;
    closed = true;
    notifyAll();
  }

  /** The same over an event stream of one node and posts to another, or the same. */
  static SocketClient stream(Vertx vertx, URI stream, URI posts, @Nullable Object... hello) {
    return greeting(new SocketClient(vertx, stream, posts), hello);
  }

  /** Opens a socket and says nothing; {@code origin} as a browser would send it, or null. */
  static SocketClient connect(Nodes nodes, Gateway node, @Nullable String origin) {
    return connect(nodes.clients, node.url(), origin);
  }

  static SocketClient connect(Vertx vertx, URI url, @Nullable String origin) {
    var options =
        new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(url.getPort())
            .setURI("/live")
            .addSubProtocol("hilo.v1");
    if (origin != null) {
      options.addHeader("Origin", origin);
    }
    WebSocketClient client =
        vertx.createWebSocketClient(
            new WebSocketClientOptions()
                .setReceiveBufferSize(64 * 1024)
                .setMaxConnections(1000)
                .setMaxFrameSize(1 << 22)
                .setMaxMessageSize(1 << 22));
    return client
        .webSocket()
        .connect(options)
        .map(socket -> new SocketClient(client, pausedAt(socket)))
        .await();
  }

  private static WebSocket pausedAt(WebSocket socket) {
    socket.pause();
    return socket;
  }

  /** A visitor nobody knows yet. */
  static SocketClient visitor(Nodes nodes, Gateway node) {
    return hello(nodes, node, "inbox", "shop");
  }

  /** A visitor's device that was here before; {@code since} of its thread, or null. */
  static SocketClient device(
      Nodes nodes, Gateway node, String token, @Nullable String topic, @Nullable String since) {
    return since == null
        ? hello(nodes, node, "token", token)
        : hello(nodes, node, "token", token, "topic", topic, "since", since);
  }

  static SocketClient agent(Nodes nodes, Gateway node, Rest agent) throws Exception {
    return hello(nodes, node, "ticket", agent.ticket());
  }

  static SocketClient hello(Nodes nodes, Gateway node, @Nullable Object... fields) {
    return hello(nodes.clients, node.url(), fields);
  }

  static SocketClient hello(Vertx vertx, URI url, @Nullable Object... fields) {
    return greeting(connect(vertx, url, null), fields);
  }

  private static SocketClient greeting(SocketClient client, @Nullable Object... fields) {
    JsonNode since = Rest.object(fields).path("since");
    if (since.isTextual()) {
      String topic = Rest.object(fields).path("topic").asText();
      client.thread(topic).have = Position.of(since.asText());
    }
    client.tell("hello", fields);
    client.welcome = client.await("welcome");
    return client;
  }

  // ---- out

  void tell(String type, @Nullable Object... fields) {
    ObjectNode frame = Rest.object(fields);
    raw(frame.put("type", type).toString());
  }

  void raw(String text) {
    carrier.send(text);
  }

  /** Sends a frame and gives its answer. */
  JsonNode ask(String type, @Nullable Object... fields) {
    String ref = "r" + REFS.incrementAndGet();
    ObjectNode frame = Rest.object(fields);
    raw(frame.put("type", type).put("ref", ref).toString());
    return await(f -> f.path("ref").asText().equals(ref), "an answer to " + type);
  }

  /** A visitor says something; gives the position. */
  String say(String text) {
    JsonNode ack = ask("say", "id", text, "content", Rest.text(text));
    assertThat(ack.path("type").asText()).as(ack.toString()).isEqualTo("ack");
    return ack.path("pos").asText();
  }

  /** An agent says something to a customer; {@code route} as in the protocol. */
  String say(String customer, String route, String text) {
    JsonNode ack =
        ask(
            "say",
            "id",
            text.substring(0, Math.min(40, text.length())),
            "content",
            Rest.text(text),
            "to",
            Rest.object("customer", customer, "route", route));
    assertThat(ack.path("type").asText()).as(ack.toString()).isEqualTo("ack");
    return ack.path("pos").asText();
  }

  JsonNode act(String topic, String action, @Nullable Object... fields) {
    ObjectNode frame = Rest.object(fields);
    String ref = "r" + REFS.incrementAndGet();
    frame.put("type", "do").put("topic", topic).put("action", action).put("ref", ref);
    raw(frame.toString());
    return await(f -> f.path("ref").asText().equals(ref), "an answer to " + action);
  }

  /** Follows a thread and waits until everything is there. */
  void watch(String topic) {
    JsonNode answer = ask("watch", "topic", topic);
    assertThat(answer.path("type").asText()).as(answer.toString()).isEqualTo("page");
    await(f -> is(f, "caught-up") && f.path("topic").asText().equals(topic), "caught-up");
  }

  void pause() {
    carrier.pause();
  }

  void resume() {
    carrier.resume();
  }

  // ---- in

  private synchronized void received(JsonNode frame) {
    frames.add(frame);
    String topic = frame.path("topic").asText();
    switch (frame.path("type").asText()) {
      case "page" -> page(frame, topic);
      case "entry" -> entry(frame, frame.path("prev").asText(), topic);
      case "entries" -> {
        String prev = frame.path("prev").asText();
        for (JsonNode item : frame.path("entries")) {
          entry(item, prev, topic);
          prev = item.path("pos").asText();
        }
      }
      case "caught-up" -> thread(topic).have = Position.of(frame.path("pos").asText());
      case "rebind" -> threads.remove(frame.path("from").asText());
      case "rollback" -> rollback(frame, thread(topic));
      default -> {}
    }
    notifyAll();
  }

  private Thread thread(String topic) {
    return threads.computeIfAbsent(topic, _ -> new Thread());
  }

  private void page(JsonNode frame, String topic) {
    Thread thread = new Thread();
    threads.put(topic, thread);
    for (JsonNode item : frame.path("entries")) {
      Position pos = Position.ofNullable(item.path("pos").textValue());
      add(thread, pos, item.path("event"));
      if (pos != null) {
        thread.have = pos;
      }
    }
  }

  private void entry(JsonNode frame, String before, String topic) {
    Thread thread = thread(topic);
    Position pos = Position.of(frame.path("pos").asText());
    Position prev = Position.of(before);
    if (prev.after(thread.have)) {
      faults.add("a gap between " + thread.have + " and " + prev + " in " + topic);
    }
    if (!pos.after(thread.have)) {
      faults.add("after " + thread.have + " came " + pos + " in " + topic);
    }
    thread.have = pos;
    add(thread, pos, frame.path("event"));
  }

  private void add(Thread thread, @Nullable Position pos, JsonNode event) {
    if (!thread.ids.add(event.path("id").asText())) {
      faults.add("twice: " + event);
    }
    if (event.path("t").asText().equals("MessageAdded")) {
      thread.texts.add(textOf(event));
    }
    thread.events.add(event);
    thread.positions.add(pos);
  }

  private static void rollback(JsonNode frame, Thread thread) {
    Position after = Position.of(frame.path("after").asText());
    for (int i = thread.events.size() - 1; i >= 0; i--) {
      Position pos = thread.positions.get(i);
      if (pos != null && pos.after(after)) {
        JsonNode gone = thread.events.remove(i);
        thread.positions.remove(i);
        thread.ids.remove(gone.path("id").asText());
        thread.texts.remove(textOf(gone));
      }
    }
    thread.have = after;
  }

  static boolean is(JsonNode frame, String type) {
    return frame.path("type").asText().equals(type);
  }

  JsonNode await(String type) {
    return await(f -> is(f, type), type);
  }

  /** The first frame that satisfies {@code wanted}, since the last {@link #forget}. */
  synchronized JsonNode await(Predicate<JsonNode> wanted, String what) {
    long end = System.nanoTime() + Nodes.PATIENCE.toNanos();
    int next = from;
    while (true) {
      for (; next < frames.size(); next++) {
        if (wanted.test(frames.get(next))) {
          return frames.get(next);
        }
      }
      pause(end, what);
    }
  }

  private synchronized void pause(long end, String what) {
    long left = (end - System.nanoTime()) / 1_000_000;
    if (left <= 0 || closed) {
      throw new AssertionError(
          what
              + (closed ? " before the socket was closed with " + closeCode : " in time")
              + "; the last frames: "
              + frames.subList(Math.max(from, frames.size() - 12), frames.size()));
    }
    try {
      wait(left);
    } catch (InterruptedException e) {
      java.lang.Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Waits until the thread's messages are these, oldest first. */
  void awaitTexts(String topic, List<String> texts) {
    awaitThread(
        topic, () -> thread(topic).texts.equals(texts), () -> texts + ", not " + texts(topic));
  }

  /** As {@link #awaitTexts}, in any order. */
  void awaitThread(String topic, List<String> texts) {
    awaitThread(
        topic,
        () -> texts(topic).stream().sorted().toList().equals(texts.stream().sorted().toList()),
        () -> texts + ", not " + texts(topic));
  }

  /** Waits for an event in a thread. */
  JsonNode awaitEvent(String topic, Predicate<JsonNode> wanted, String what) {
    awaitThread(topic, () -> events(topic).stream().anyMatch(wanted), () -> what);
    return events(topic).stream().filter(wanted).findFirst().orElseThrow();
  }

  JsonNode awaitMessage(String topic, String text) {
    return awaitEvent(topic, e -> text.equals(textOf(e)), "the message " + text);
  }

  private synchronized void awaitThread(
      String topic,
      java.util.function.BooleanSupplier wanted,
      java.util.function.Supplier<String> what) {
    long end = System.nanoTime() + Nodes.PATIENCE.toNanos();
    while (!wanted.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(topic + ": " + what.get() + " " + faults);
      }
      pause(end, topic + ": " + what.get());
    }
  }

  /** From now on {@link #await} looks at newer frames only. */
  synchronized void forget() {
    from = frames.size();
  }

  /** Every frame this client ever got. */
  synchronized List<JsonNode> frames() {
    return List.copyOf(frames);
  }

  synchronized List<JsonNode> events(String topic) {
    return List.copyOf(thread(topic).events);
  }

  /** What was said in a thread, oldest first. */
  synchronized List<@Nullable String> texts(String topic) {
    return new ArrayList<>(thread(topic).texts);
  }

  /** The newest position this client has of a thread. */
  synchronized String have(String topic) {
    return thread(topic).have.toString();
  }

  static @Nullable String textOf(JsonNode event) {
    return event.path("body").path("content").path("text").textValue();
  }

  /** Gaps and doubles that were seen. */
  synchronized List<String> faults() {
    return List.copyOf(faults);
  }

  synchronized boolean isOpen() {
    return !closed;
  }

  /** Waits for the gateway to close this socket, and gives the code. */
  synchronized int awaitClose() throws InterruptedException {
    long end = System.nanoTime() + Nodes.PATIENCE.toNanos();
    while (!closed) {
      long left = (end - System.nanoTime()) / 1_000_000;
      assertThat(left).as("closed in time").isPositive();
      wait(left);
    }
    return closeCode == null ? 1006 : closeCode;
  }

  /** What it was welcomed with. */
  JsonNode welcome() {
    return welcome != null ? welcome : await("welcome");
  }

  /** The thread that this socket's own visitor writes in. */
  String topic() {
    return welcome().path("topic").asText();
  }

  String token() {
    return welcome().path("token").asText();
  }

  /** Ends the connection without a word, as a lost network does. */
  void cut() {
    carrier.cut();
  }

  @Override
  public void close() {
    carrier.close();
  }
}
