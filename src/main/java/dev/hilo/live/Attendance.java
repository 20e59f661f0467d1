package dev.hilo.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Principal;
import dev.hilo.codec.Json;
import dev.hilo.conversation.CustomerId;
import dev.hilo.store.Presence;
import io.vertx.core.Context;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Says which sessions of this loop are at which thread: once when they come, once when they go,
 * collected over {@value #WINDOW_MS} ms. Nothing is renewed in between. For one event loop.
 */
final class Attendance {
  private static final long WINDOW_MS = 100;
  private static final long AGAIN_MS = 1000;
  private static final int MOST_WAITING = 100_000;

  private final Context context;
  private final Presence presence;

  /** The last word about each session and thread; an empty one = gone. */
  private Map<Place, String> waiting = new LinkedHashMap<>();

  private record Place(CustomerId customer, String session) {}

  Attendance(Context context, Presence presence) {
    this.context = context;
    this.presence = presence;
  }

  void come(CustomerId customer, String session, Principal who) {
    ObjectNode json =
        Json.object().put("kind", who.author().kind().word()).put("id", who.author().id());
    if (who instanceof Principal.Agent a) {
      json.put("name", a.name());
    }
    tell(new Place(customer, session), json.toString());
  }

  void go(CustomerId customer, String session) {
    tell(new Place(customer, session), "");
  }

  private void tell(Place place, String who) {
    if (waiting.isEmpty()) {
      context.owner().setTimer(WINDOW_MS, _ -> flush());
    }
    waiting.put(place, who);
  }

  private void flush() {
    Map<Place, String> now = waiting;
    waiting = new LinkedHashMap<>();
    Map<Integer, List<Presence.Change>> groups = new LinkedHashMap<>();
    now.forEach(
        (place, who) ->
            groups
                .computeIfAbsent(Presence.group(place.customer), _ -> new ArrayList<>())
                .add(new Presence.Change(place.customer, place.session, who)));
    groups.values().forEach(this::write);
  }

  private void write(List<Presence.Change> changes) {
    presence
        .write(changes)
        .onFailure(
            _ ->
                context
                    .owner()
                    .setTimer(
                        AGAIN_MS,
                        _ -> {
                          for (Presence.Change c : changes) {
                            Place place = new Place(c.customer(), c.session());
                            if (!waiting.containsKey(place) && waiting.size() < MOST_WAITING) {
                              tell(place, c.who());
                            }
                          }
                        }));
  }

  /** Who is at a thread by what is stored, {@code session} left out. */
  static ArrayNode present(Map<String, String> stored, String session) {
    ArrayNode out = Json.object().putArray("present");
    stored.forEach(
        (id, value) -> {
          int bar = value.indexOf('|');
          if (bar > 0 && !id.equals(session)) {
            try {
              JsonNode who = Json.parse(value.substring(bar + 1).getBytes(StandardCharsets.UTF_8));
              out.addObject().put("session", id).set("who", who);
            } catch (Json.BadJson e) {
              // written by another release: not shown
            }
          }
        });
    return out;
  }
}
