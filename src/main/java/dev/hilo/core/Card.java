package dev.hilo.core;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.access.Roster;
import dev.hilo.codec.Json;
import dev.hilo.conversation.StreamState;
import dev.hilo.desk.RoutePlanner;
import java.util.Set;

/** What staff are shown of a customer beside the thread. */
final class Card {
  private Card() {}

  static ObjectNode of(StreamState state, Roster roster, RoutePlanner.Plan plan) {
    ObjectNode out = Json.object().put("pos", state.last().toString());
    ObjectNode card = out.putObject("customer");
    card.put("id", state.customer().toString());
    card.set("kind", Json.tree(state.kind()));
    if (state.name() != null) {
      card.put("name", state.name());
    }
    card.set("attributes", Json.tree(state.attributes()));
    ArrayNode addresses = card.putArray("addresses");
    for (RoutePlanner.Way way : plan.ways()) {
      ObjectNode address = addresses.addObject();
      address(address, state, way.route());
      Ways.put(address, way);
    }
    Ways.auto(card, plan);
    StreamState.Conversation c = state.conversation();
    if (c != null) {
      ObjectNode conversation = card.putObject("conversation");
      conversation.put("id", c.id()).put("status", c.open() ? "open" : "resolved");
      if (c.assignee() != null) {
        conversation.put("assignee", c.assignee());
      }
      conversation.set("priority", Json.tree(c.priority()));
      conversation.set("labels", Json.tree(c.labels()));
      conversation.put("openedAt", c.openedAt());
    }
    ArrayNode joined = card.putArray("joined");
    for (StreamState.Joined j : state.joined()) {
      joined
          .addObject()
          .put("customer", j.customer())
          .put("at", j.rx())
          .set("strength", Json.tree(j.strength()));
    }
    ArrayNode agents = card.putArray("agents");
    roster.users().forEach(u -> agents.addObject().put("id", u.id()).put("name", u.name()));
    return out;
  }

  private static void address(ObjectNode out, StreamState state, StreamState.Route route) {
    out.put("via", route.via()).put("channel", route.address().channel());
    if (!route.account().isEmpty()) {
      out.put("account", route.account());
    }
    out.put("label", route.address().live() ? route.account() : route.address().id());
    out.put("home", route.home());
    if (route.lastAt() > 0) {
      out.put("lastAt", route.lastAt());
    }
    if (state.refuses(route.via())) {
      out.put("refuses", true);
    }
    Set<String> same = state.scopes().of(route.home());
    ArrayNode verified = out.putArray("verified");
    state.routes().values().stream()
        .filter(
            r ->
                !r.via().equals(route.via())
                    && !r.home().equals(route.home())
                    && same.contains(r.home()))
        .forEach(r -> verified.add(r.via()));
  }
}
