package dev.hilo.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hilo.codec.EntryCodec;
import dev.hilo.codec.SnapshotCodec;
import dev.hilo.conversation.CustomerId;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Position;
import dev.hilo.conversation.StreamState;
import dev.hilo.faults.History.Item;
import dev.hilo.faults.History.Log;
import dev.hilo.faults.History.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What lies in the store, read past the gateway. */
final class Kept {
  private Kept() {}

  /** Names of all streams. */
  static Set<String> streams(int port) {
    try {
      Set<String> names = new TreeSet<>();
      Resp.list(port, "KEYS", "{*}:s:main.*").forEach(name -> names.add(name.toString()));
      names.removeIf(name -> name.contains("main.~"));
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The stream of that key, with where it ends. */
  static Log log(int port, String key) {
    try {
      String customer = key.substring(key.indexOf(":s:") + 3);
      Object sealed = Resp.ask(port, "HGET", key.replace(":s:", ":m:"), "sealed");
      String into =
          sealed == null
              ? null
              : sealed.toString().substring(0, sealed.toString().lastIndexOf('='));
      List<Item> items = new ArrayList<>();
      for (Object entry : Resp.list(port, "XRANGE", key, "-", "+")) {
        items.add(item(part(entry, 0).toString(), fields(entry)));
      }
      return new Log(customer, into, items);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Object part(Object list, int i) {
    return ((List<?>) list).get(i);
  }

  private static String[] fields(Object entry) {
    Object values = part(entry, 1);
    return new String[] {part(values, 1).toString(), part(values, 3).toString()};
  }

  private static Item item(String position, String[] fields) throws IOException {
    JsonNode h = LiveSocket.JSON.readTree(fields[0]);
    JsonNode b = LiveSocket.JSON.readTree(fields[1]);
    String type = h.path("t").asText();
    String text =
        switch (type) {
          case "MessageAdded" -> b.at("/content/text").textValue();
          case "NoteAdded" -> b.path("text").textValue();
          default -> null;
        };
    return new Item(
        Position.of(position),
        h.path("id").asText(),
        type,
        !h.path("aud").asText().equals("all"),
        h.path("home").asText(),
        text,
        type.equals("DeliveryChanged") ? outcome(b) : null,
        type.equals("MessageAdded")
            && !h.path("by").asText().startsWith("customer:")
            && !b.at("/address/channel").asText().equals("web"));
  }

  private static Outcome outcome(JsonNode body) {
    List<String> messages = new ArrayList<>();
    body.path("messages").forEach(m -> messages.add(m.asText()));
    return new Outcome(messages, body.path("state").asText().toLowerCase(java.util.Locale.ROOT));
  }

  /**
   * Folds a stream at once, in two parts with the state written down in between, and from the
   * stored snapshot; null if all three are equal.
   */
  static @Nullable String instability(int port, String key) {
    try {
      CustomerId customer = CustomerId.of(key.substring(key.indexOf(":s:") + 3));
      List<Entry> entries = new ArrayList<>();
      for (Object entry : Resp.list(port, "XRANGE", key, "-", "+")) {
        String[] fields = fields(entry);
        entries.add(
            EntryCodec.entry(
                Position.of(part(entry, 0).toString()),
                fields[0].getBytes(StandardCharsets.UTF_8),
                fields[1].getBytes(StandardCharsets.UTF_8)));
      }
      StreamState whole = StreamState.empty(customer);
      if (!whole.advance(entries)) {
        return key + " cannot be folded";
      }
      StreamState first = StreamState.empty(customer);
      int half = entries.size() / 2;
      first.advance(entries.subList(0, half));
      StreamState second = SnapshotCodec.state(SnapshotCodec.bytes(first));
      if (second == null
          || !second.advance(entries.subList(half, entries.size()))
          || !SnapshotCodec.fingerprint(second).equals(SnapshotCodec.fingerprint(whole))) {
        return key + " folds to another state in two parts";
      }
      Object stored = Resp.ask(port, "GET", key.replace(":s:", ":z:"));
      if (stored != null) {
        StreamState cached =
            SnapshotCodec.state(stored.toString().getBytes(StandardCharsets.UTF_8));
        if (cached != null) {
          Position at = cached.last();
          boolean stands = entries.stream().anyMatch(e -> e.position().equals(at));
          if (stands) {
            cached.advance(entries.stream().filter(e -> e.position().after(at)).toList());
            if (!SnapshotCodec.fingerprint(cached).equals(SnapshotCodec.fingerprint(whole))) {
              return key + " folds to another state from its snapshot at " + at;
            }
          }
        }
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
