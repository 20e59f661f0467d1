package dev.hilo.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.conversation.Author;
import dev.hilo.conversation.Content;
import dev.hilo.conversation.CustomerView;
import dev.hilo.conversation.Entry;
import dev.hilo.conversation.Event;
import dev.hilo.conversation.FileRisk;
import dev.hilo.conversation.Header;
import dev.hilo.conversation.Position;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Events as frames and REST show them (src/site/markdown/protocol.md). */
public final class Wire {
  /** Before the names of facts about a message, among what its channel wants back. */
  private static final String DETAIL = "detail.";

  private Wire() {}

  /** The frame that says where a message stands. */
  public static byte[] ack(String id, Position at, @Nullable String ref) {
    return Json.object(
        json -> {
          json.writeStringField("type", "ack");
          json.writeStringField("id", id);
          json.writeStringField("pos", at.toString());
          Json.optional(json, "ref", ref);
        });
  }

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

  /** {@link #staff} as bytes, without a tree where the event is shown as it is stored. */
  public static byte[] staffJson(Entry entry, Function<String, @Nullable String> names) {
    Event shown =
        switch (entry.event()) {
          case Event.Unknown _, Event.ConversationAssigned _ -> null;
          case Event.MessageAdded said -> hasMore(said) ? null : shown(entry.header().by(), said);
          default -> entry.event();
        };
    if (shown == null) {
      return Json.bytes(staff(entry, names));
    }
    Header h = entry.header();
    return Json.object(
        json -> {
          json.writeStringField("id", h.id());
          json.writeStringField("t", h.t());
          json.writeNumberField("at", h.at());
          json.writeNumberField("rx", h.rx());
          json.writeObjectFieldStart("by");
          json.writeStringField("kind", h.by().kind().word());
          json.writeStringField("id", h.by().id());
          Json.optional(json, "name", name(h.by(), names));
          json.writeEndObject();
          json.writeStringField("home", h.home());
          Json.optional(json, "via", h.via());
          Json.optional(json, "conv", h.conv());
          json.writeStringField("aud", h.aud().word());
          if (shown instanceof Event.MessageAdded said && SaidText.is(said)) {
            json.writeObjectFieldStart("body");
            SaidText.fields(json, said);
            json.writeEndObject();
          } else {
            json.writeObjectField("body", shown);
          }
        });
  }

  private static Event.MessageAdded shown(Author by, Event.MessageAdded m) {
    boolean masked = by.equals(Author.PROOF);
    return m.context().isEmpty() && !masked
        ? m
        : new Event.MessageAdded(
            m.address(),
            m.account(),
            masked ? m.content().masked() : m.content(),
            m.attachments(),
            m.externalId(),
            m.replyTo(),
            m.sender(),
            m.automatic(),
            Map.of());
  }

  /** {@link #customer} as bytes. */
  public static byte[] customerJson(CustomerView view) {
    return Json.object(
        json -> {
          json.writeStringField("id", view.id());
          json.writeStringField("t", view.t());
          json.writeNumberField("at", view.at());
          json.writeObjectFieldStart("by");
          json.writeStringField("kind", view.byKind());
          Json.optional(json, "name", view.byName());
          if (view.me()) {
            json.writeBooleanField("me", true);
          }
          json.writeEndObject();
          if (view.body() instanceof CustomerView.Body.Said said && said.attachments().isEmpty()) {
            json.writeObjectFieldStart("body");
            json.writeStringField("channel", said.channel());
            SaidText.content(json, said.content());
            Json.optional(json, "replyTo", said.replyTo());
            Json.optional(json, "ref", said.ref());
            json.writeEndObject();
          } else {
            json.writeObjectField("body", view.body());
          }
        });
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
      more(body, said);
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

  /** Whether staff are told more of a message than what is stored as its own. */
  private static boolean hasMore(Event.MessageAdded said) {
    return said.context().keySet().stream().anyMatch(k -> k.startsWith(DETAIL))
        || said.content() instanceof Content.Media m && risk(m) != null
        || said.attachments().stream().anyMatch(m -> risk(m) != null);
  }

  private static void more(ObjectNode body, Event.MessageAdded said) {
    ObjectNode details = Json.object();
    said.context()
        .forEach(
            (name, value) -> {
              if (name.startsWith(DETAIL)) {
                details.put(name.substring(DETAIL.length()), value);
              }
            });
    if (!details.isEmpty()) {
      body.set("details", details);
    }
    if (said.content() instanceof Content.Media m) {
      warn(body.path("content"), m);
    }
    for (int i = 0; i < said.attachments().size(); i++) {
      warn(body.path("attachments").path(i), said.attachments().get(i));
    }
  }

  private static @Nullable FileRisk risk(Content.Media m) {
    return FileRisk.of(m.name(), m.mime());
  }

  private static void warn(JsonNode shown, Content.Media m) {
    FileRisk risk = risk(m);
    if (risk != null && shown instanceof ObjectNode o) {
      o.put("risk", risk.name().toLowerCase(Locale.ROOT));
    }
  }

  public static ObjectNode author(Author by, Function<String, @Nullable String> names) {
    ObjectNode out = Json.object().put("kind", by.kind().word()).put("id", by.id());
    String name = name(by, names);
    if (name != null) {
      out.put("name", name);
    }
    return out;
  }

  private static @Nullable String name(Author by, Function<String, @Nullable String> names) {
    return switch (by.kind()) {
      case AGENT, BOT -> names.apply(by.id());
      case CUSTOMER, INTEGRATION, GATEWAY -> null;
    };
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
