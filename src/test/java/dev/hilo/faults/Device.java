package dev.hilo.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.conversation.Position;
import dev.hilo.faults.History.Shown;
import dev.hilo.faults.History.View;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of the live protocol that does what the protocol asks of clients and nothing else: comes
 * back with {@code since}, repeats what was not acked under the same id, looks for gaps by {@code
 * prev}, follows {@code rebind}, forgets what a {@code rollback} names, leaves on {@code moving},
 * and gives up a socket that is silent for two beats. It comes in through a cable of its own.
 */
final class Device implements AutoCloseable {
  private static final long SILENCE = 2_500_000_000L;
  private static final long AGAIN = 700_000_000L;

  /** How a device names itself in {@code hello}. */
  private sealed interface Who {
    /** Of a visitor; {@code token} once it has one, {@code link} of a further device. */
    record Visitor(@Nullable String token, @Nullable String link) implements Who {}

    record Agent(Supplier<@Nullable String> ticket) implements Who {}
  }

  private static final class Pending {
    final ObjectNode frame;
    long sent;

    Pending(ObjectNode frame) {
      this.frame = frame;
    }
  }

  private final String name;
  private final History history;
  private final IntSupplier node;
  private final Cable cable = new Cable(1);
  private final boolean repeats;
  private final String wanted;
  private final Map<String, Screen> screens = new LinkedHashMap<>();
  private final Set<String> watched = new TreeSet<>();
  private final Map<String, Pending> unanswered = new LinkedHashMap<>();
  private final Map<String, String> acked = new LinkedHashMap<>();
  private final Map<String, JsonNode> answers = new LinkedHashMap<>();
  private Who who;
  private @Nullable LiveSocket socket;
  private boolean greeted;
  private @Nullable String home;
  private volatile boolean closed;
  private volatile int port;
  private int refs;

  private Device(
      String name, History history, IntSupplier node, Who who, boolean repeats, String wanted) {
    this.name = name;
    this.history = history;
    this.node = node;
    this.who = who;
    this.repeats = repeats;
    this.wanted = wanted;
    Thread.ofVirtual().name(name).start(this::live);
  }

  /**
   * A visitor's device.
   *
   * @param node gives the port of a gateway for each connection
   * @param link made by another device of the visitor; null = a visitor nobody knows
   * @param repeats whether it says again what was acked and then rolled back
   */
  static Device visitor(
      String name, History history, IntSupplier node, @Nullable String link, boolean repeats) {
    return new Device(name, history, node, new Who.Visitor(null, link), repeats, "");
  }

  /** An agent's dashboard, which follows all in the inbox whose name begins with {@code wanted}. */
  static Device agent(
      String name,
      History history,
      IntSupplier node,
      Supplier<@Nullable String> ticket,
      String wanted) {
    return new Device(name, history, node, new Who.Agent(ticket), false, wanted);
  }

  String name() {
    return name;
  }

  Cable cable() {
    return cable;
  }

  /** The port of the gateway it came to last. */
  int port() {
    return port;
  }

  /** A visitor's customer, once it is known. */
  synchronized @Nullable String home() {
    return home;
  }

  /** Whether this visitor has a thread that anybody can know of. */
  synchronized boolean started() {
    return !acked.isEmpty() || screens.values().stream().anyMatch(s -> !s.shown.isEmpty());
  }

  // ---- connection

  private void live() {
    while (!closed) {
      try (LiveSocket fresh = connect()) {
        if (fresh != null) {
          for (JsonNode frame = fresh.read(); frame != null; frame = fresh.read()) {
            received(fresh, frame);
          }
        }
      } catch (IOException e) {
        // lost: again below
      }
      synchronized (this) {
        socket = null;
        greeted = false;
      }
      LockSupport.parkNanos(100_000_000);
    }
  }

  private @Nullable LiveSocket connect() throws IOException {
    Who now;
    synchronized (this) {
      now = who;
    }
    ObjectNode hello = frame("hello");
    switch (now) {
      case Who.Agent a -> {
        String ticket = a.ticket.get();
        if (ticket == null) {
          return null;
        }
        hello.put("ticket", ticket);
      }
      case Who.Visitor v -> {
        if (v.token != null) {
          hello.put("token", v.token);
          synchronized (this) {
            screens.forEach(
                (customer, screen) -> {
                  if (!screen.have.equals(Position.START)) {
                    hello.put("topic", "c:" + customer).put("since", screen.have.toString());
                  }
                });
          }
        } else if (v.link != null) {
          hello.put("link", v.link);
        } else {
          hello.put("inbox", "shop");
        }
      }
    }
    port = node.getAsInt();
    cable.leadTo(port);
    LiveSocket fresh = new LiveSocket(cable.port());
    synchronized (this) {
      socket = fresh;
      greeted = false;
    }
    fresh.send(hello);
    return fresh;
  }

  static ObjectNode frame(String type) {
    return LiveSocket.JSON.createObjectNode().put("type", type);
  }

  private void send(ObjectNode frame) {
    LiveSocket now = socket;
    if (now != null) {
      try {
        now.send(frame);
      } catch (IOException e) {
        now.close();
      }
    }
  }

  /** The network is gone, without a word to either side. */
  void cut() {
    cable.cut();
  }

  /** Repeats what waits too long, and gives up a socket that has been silent for two beats. */
  synchronized void tick() {
    LiveSocket now = socket;
    if (now == null) {
      return;
    }
    if (now.silentFor() > SILENCE) {
      now.close();
      return;
    }
    if (greeted) {
      long time = System.nanoTime();
      for (Pending p : unanswered.values()) {
        if (time - p.sent > 4 * AGAIN) {
          p.sent = time;
          send(p.frame);
        }
      }
    }
  }

  // ---- out

  /** Says a text of its own; {@code customer}: to whom, for agents. */
  synchronized void say(String text, @Nullable String customer) {
    ObjectNode frame = frame("say").put("id", text).put("ref", text);
    frame.putObject("content").put("type", "text").put("text", text);
    if (customer != null) {
      frame.putObject("to").put("customer", customer).put("route", "auto");
    }
    history.invoked(text, name);
    ask(text, frame);
  }

  /** An agent's note, which no visitor may ever see. */
  synchronized void note(String text, String customer) {
    ObjectNode frame = frame("do").put("id", text).put("ref", text).put("topic", "c:" + customer);
    frame.put("action", "note").put("text", text);
    history.invoked(text, name);
    ask(text, frame);
  }

  /** Some other act; repeated until it is answered. */
  synchronized String act(String customer, String action, String field, String value) {
    String ref = name + "-" + action + "-" + ++refs;
    ObjectNode frame = frame("do").put("id", ref).put("ref", ref).put("topic", "c:" + customer);
    ask(ref, frame.put("action", action).put(field, value));
    return ref;
  }

  private void ask(String ref, ObjectNode frame) {
    Pending pending = new Pending(frame);
    unanswered.put(ref, pending);
    if (greeted) {
      pending.sent = System.nanoTime();
      send(frame);
    }
  }

  /** The answer to an act, once there is one. */
  synchronized @Nullable JsonNode answer(String ref) {
    return answers.get(ref);
  }

  /** An agent opens a thread, for good. */
  synchronized void watch(String customer) {
    if (watched.add(customer) && greeted) {
      follow(customer);
    }
  }

  private void follow(String customer) {
    Screen screen = screens.computeIfAbsent(customer, _ -> new Screen());
    screen.complete = false;
    ObjectNode frame = frame("watch").put("topic", "c:" + customer).put("ref", "watch " + customer);
    if (!screen.have.equals(Position.START)) {
      frame.put("since", screen.have.toString());
    }
    send(frame);
  }

  // ---- in

  private synchronized void received(LiveSocket from, JsonNode f) {
    if (from != socket) {
      return;
    }
    String topic = f.path("topic").asText();
    String customer = topic.startsWith("c:") ? topic.substring(2) : "";
    switch (f.path("type").asText()) {
      case "welcome" -> welcome(f);
      case "page" -> page(f, customer);
      case "entry" -> entry(customer, f, f.path("prev").asText());
      case "entries" -> {
        String prev = f.path("prev").asText();
        for (JsonNode item : f.path("entries")) {
          entry(customer, item, prev);
          prev = item.path("pos").asText();
        }
      }
      case "caught-up" -> {
        Screen screen = screen(customer);
        screen.have = Position.of(f.path("pos").asText());
        screen.complete = true;
        sayAgain(screen);
      }
      case "rebind" -> rebind(f.path("from").asText(), f.path("to").asText());
      case "rollback" -> rollback(f, customer);
      case "ack" -> ack(f);
      case "ok" -> answered(f);
      case "problem" -> problem(f);
      case "rows" -> f.path("rows").forEach(this::row);
      case "row" -> row(f.path("row"));
      case "moving" -> {
        LiveSocket leaving = socket;
        Thread.ofVirtual()
            .start(
                () -> {
                  LockSupport.parkNanos(f.path("after").asLong() * 1_000_000);
                  leaving.close();
                });
      }
      default -> {}
    }
  }

  private void welcome(JsonNode f) {
    greeted = true;
    if (who instanceof Who.Visitor v) {
      String token = f.path("token").isTextual() ? f.path("token").asText() : v.token;
      who = new Who.Visitor(token, null);
      home = f.at("/you/id").asText();
      if (screens.isEmpty()) {
        screens.put(home, new Screen());
      }
    } else {
      ObjectNode inbox = frame("watch").put("topic", "inbox");
      inbox.putObject("view").put("filter", "open").put("limit", 200);
      send(inbox);
      watched.forEach(this::follow);
    }
    long now = System.nanoTime();
    for (Pending p : List.copyOf(unanswered.values())) {
      p.sent = now;
      send(p.frame);
    }
  }

  private void row(JsonNode row) {
    if (!wanted.isEmpty() && row.path("name").asText().startsWith(wanted)) {
      watch(row.path("id").asText());
    }
  }

  private Screen screen(String customer) {
    return screens.computeIfAbsent(customer, _ -> new Screen());
  }

  private void page(JsonNode f, String customer) {
    boolean older = f.path("ref").asText().startsWith("older ");
    Screen screen = screen(customer);
    if (older && !f.path("ref").asText().equals("older " + screen.hashCode())) {
      return; // of a thread that was shown anew since
    }
    if (!older) {
      screen = new Screen();
      screens.put(customer, screen);
    }
    List<Shown> shown = new ArrayList<>();
    for (JsonNode item : f.path("entries")) {
      Shown s = shown(item);
      shown.add(s);
      history.sighted(customer, s);
      if (s.position() != null && !older) {
        screen.have = s.position();
      }
    }
    screen.shown.addAll(0, shown);
    screen.older = f.path("cursor").isTextual();
    if (screen.older) {
      send(
          frame("history")
              .put("topic", "c:" + customer)
              .put("cursor", f.path("cursor").asText())
              .put("limit", 200)
              .put("ref", "older " + screen.hashCode()));
    }
  }

  private static Shown shown(JsonNode item) {
    JsonNode event = item.path("event");
    JsonNode body = event.path("body");
    String text =
        switch (event.path("t").asText()) {
          case "MessageAdded" -> body.at("/content/text").textValue();
          case "NoteAdded" -> body.path("text").textValue();
          default -> null;
        };
    return new Shown(
        Position.ofNullable(item.path("pos").textValue()), event.path("id").asText(), text);
  }

  private void entry(String customer, JsonNode item, String prev) {
    Screen screen = screen(customer);
    Shown s = shown(item);
    Position at = s.position();
    history.sighted(customer, s);
    if (Position.of(prev).after(screen.have)) {
      history.gap();
      history.note(name + " misses what is between " + screen.have + " and " + prev);
      follow(customer);
      return;
    }
    if (!at.after(screen.have)) {
      String what = name + " got " + at + " of " + customer + " after " + screen.have;
      if (screen.shown.stream().anyMatch(o -> o.id().equals(s.id()))) {
        history.doubled(what);
      } else {
        history.reordered(what);
      }
      return;
    }
    screen.have = at;
    screen.shown.add(s);
  }

  private void rebind(String from, String to) {
    screens.remove(from.substring(2));
    screens.put(to.substring(2), new Screen());
    if (watched.remove(from.substring(2))) {
      watched.add(to.substring(2));
    }
  }

  private void rollback(JsonNode f, String customer) {
    Position after = Position.of(f.path("after").asText());
    Screen screen = screen(customer);
    history.rollback();
    history.note(name + " hears rollback of " + customer + " to " + after);
    List<String> gone = new ArrayList<>();
    screen.shown.removeIf(
        s -> {
          boolean is = s.position() != null && s.position().after(after);
          if (is && s.text() != null) {
            gone.add(s.text());
          }
          return is;
        });
    screen.have = after;
    long epoch = 0;
    for (JsonNode position : f.path("void")) {
      epoch = Math.max(epoch, Position.of(position.asText()).epoch());
    }
    for (Map.Entry<String, String> own : acked.entrySet()) {
      int space = own.getValue().indexOf(' ');
      Position at = Position.of(own.getValue().substring(space + 1));
      boolean here = own.getValue().substring(0, space).equals(customer);
      if (here && at.after(after) && at.epoch() <= epoch && !gone.contains(own.getKey())) {
        gone.add(own.getKey());
      }
    }
    for (String text : gone) {
      history.rolledBack(text);
      if (repeats && acked.containsKey(text)) {
        say(text, null);
      }
    }
  }

  private void ack(JsonNode f) {
    String ref = f.path("ref").asText();
    Pending pending = unanswered.remove(ref);
    if (pending != null) {
      String customer =
          pending.frame.path("type").asText().equals("say")
              ? pending.frame.at("/to/customer").asText(String.valueOf(home))
              : pending.frame.path("topic").asText().substring(2);
      acked.put(ref, customer + " " + f.path("pos").asText());
      history.acked(ref, f.path("pos").asText());
    }
    answers.put(ref, f);
  }

  /** What a visitor said and does not see now, acked or not: its id makes a repeat harmless. */
  private void sayAgain(Screen screen) {
    if (home == null) {
      return;
    }
    Set<String> seen = new HashSet<>();
    screen.shown.forEach(s -> seen.add(String.valueOf(s.text())));
    for (String text : List.copyOf(acked.keySet())) {
      if (!seen.contains(text) && !unanswered.containsKey(text)) {
        say(text, null);
      }
    }
  }

  private void answered(JsonNode f) {
    unanswered.remove(f.path("ref").asText());
    answers.put(f.path("ref").asText(), f);
  }

  private void problem(JsonNode f) {
    String ref = f.path("ref").asText();
    if (ref.startsWith("watch ")) {
      // asked again when the next tick sees that the thread is not complete
      later(() -> follow(ref.substring("watch ".length())));
      return;
    }
    Pending pending = unanswered.get(ref);
    if (pending != null && f.path("temporary").asBoolean()) {
      later(
          () -> {
            if (unanswered.get(ref) == pending) {
              pending.sent = System.nanoTime();
              send(pending.frame);
            }
          });
    } else if (pending != null) {
      unanswered.remove(ref);
      answers.put(ref, f);
      history.refused(ref, f.toString());
    } else if (ref.isEmpty() || !f.path("temporary").asBoolean()) {
      history.note(name + " was told " + f);
    }
  }

  /** After the pause that temporary problems ask for, if the same socket still stands. */
  private void later(Runnable again) {
    LiveSocket now = socket;
    Thread.ofVirtual()
        .start(
            () -> {
              LockSupport.parkNanos(AGAIN);
              synchronized (this) {
                if (socket == now && now != null) {
                  again.run();
                }
              }
            });
  }

  // ---- what is on the screen

  private static final class Screen {
    final List<Shown> shown = new ArrayList<>();
    Position have = Position.START;
    boolean complete;
    boolean older;
  }

  synchronized View view() {
    Map<String, List<Shown>> threads = new LinkedHashMap<>();
    screens.forEach((customer, screen) -> threads.put(customer, List.copyOf(screen.shown)));
    return new View(name, who instanceof Who.Agent ? null : home, threads);
  }

  /** What this device still waits for; empty = nothing. */
  synchronized String waitsFor() {
    if (socket == null || !greeted) {
      return "a connection";
    }
    if (!unanswered.isEmpty()) {
      return "answers to " + unanswered.keySet();
    }
    for (Map.Entry<String, Screen> e : screens.entrySet()) {
      if (!e.getValue().complete && !e.getValue().shown.isEmpty() || e.getValue().older) {
        return "all of " + e.getKey();
      }
    }
    return "";
  }

  @Override
  public void close() {
    closed = true;
    cable.close();
    LiveSocket now;
    synchronized (this) {
      now = socket;
    }
    if (now != null) {
      now.close();
    }
  }
}
