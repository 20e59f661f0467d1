package dev.hilo.codec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.CustomerView;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.Header;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Events as frames and REST show them (src/site/markdown/protocol.md). */
public final class Wire {
  private Wire() {}

  /** What staff see. {@code names} gives the public name of an agent by id. */
  public static ObjectNode staff(Entry entry, Function<String, @Nullable String> names) {
    Header h = entry.header();
    ObjectNode out = Json.object();
    out.put("id", h.id()).put("t", h.t()).put("at", h.at()).put("rx", h.rx());
    out.set("by", author(h.by(), names));
    out.put("home", h.home());
    if (h.via() != null) {
      out.put("via", h.via());
    }
    if (h.conv() != null) {
      out.put("conv", h.conv());
    }
    out.put("aud", h.aud().word());
    out.set("body", body(h.by(), entry.event(), names));
    return out;
  }

  private static ObjectNode body(Author by, Event event, Function<String, @Nullable String> names) {
    if (event instanceof Event.Unknown u) {
      try {
        return Json.parse(u.body().getBytes(StandardCharsets.UTF_8)) instanceof ObjectNode o
            ? o
            : Json.object().put("raw", u.body());
      } catch (Json.BadJson e) {
        return Json.object().put("raw", u.body());
      }
    }
    ObjectNode body = Json.object(event);
    if (event instanceof Event.MessageAdded said) {
      body.remove("context");
      if (by.equals(Author.PROOF)) {
        body.set("content", Json.tree(said.content().masked()));
      }
    }
    if (event instanceof Event.ConversationAssigned a && a.to() != null) {
      String name = names.apply(a.to());
      if (name != null) {
        body.put("toName", name);
      }
    }
    return body;
  }

  public static ObjectNode author(Author by, Function<String, @Nullable String> names) {
    ObjectNode out = Json.object().put("kind", by.kind().word()).put("id", by.id());
    String name =
        switch (by.kind()) {
          case AGENT, BOT -> names.apply(by.id());
          case CUSTOMER, INTEGRATION, GATEWAY -> null;
        };
    if (name != null) {
      out.put("name", name);
    }
    return out;
  }

  /** What a customer's device sees. */
  public static ObjectNode customer(CustomerView view) {
    ObjectNode out = Json.object();
    out.put("id", view.id()).put("t", view.t()).put("at", view.at());
    ObjectNode by = out.putObject("by").put("kind", view.byKind());
    if (view.byName() != null) {
      by.put("name", view.byName());
    }
    if (view.me()) {
      by.put("me", true);
    }
    out.set("body", Json.tree(view.body()));
    return out;
  }
}
