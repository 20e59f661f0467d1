package dev.hilo.channel.email;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hilo.channel.Outbound;
import dev.hilo.channel.Ports;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a mail takes from the moment of its first attempt, kept so that every later attempt, on
 * whichever node, sends the same bytes.
 */
record Occasion(
    Instant at,
    Map<String, String> context,
    @Nullable String replyTo,
    Outbound.@Nullable Team team) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST = 2000;

  /** Of the first attempt, whichever that was. */
  static Occasion of(Outbound message, String messageId, Ports.Memory memory) {
    Instant now = Instant.ofEpochSecond(Instant.now().getEpochSecond());
    String json = json(now, message, message.context());
    if (json.length() > MOST) {
      var shorter = new LinkedHashMap<>(message.context());
      shorter.remove("refs");
      json = json(now, message, shorter);
    }
    return read(memory.claim(key(messageId), json));
  }

  /** Through how many houses like this one the mail that it answers went. */
  int hops() {
    String before = context.getOrDefault("hop", "");
    return before.matches("\\d{1,3}") ? Integer.parseInt(before) : 0;
  }

  /** The mail is not sent again. */
  static void over(String messageId, Ports.Memory memory) {
    memory.forget(key(messageId));
  }

  private static String key(String messageId) {
    return "out:" + messageId;
  }

  private static String json(Instant at, Outbound message, Map<String, String> context) {
    ObjectNode json = JSON.createObjectNode().put("at", at.getEpochSecond());
    ObjectNode pairs = json.putObject("context");
    context.forEach(pairs::put);
    if (message.replyTo() != null) {
      json.put("replyTo", message.replyTo());
    }
    Outbound.Team team = message.team();
    if (team != null) {
      json.put("team", team.id()).put("teamName", team.name());
    }
    return json.toString();
  }

  private static Occasion read(String text) {
    try {
      var json = JSON.readTree(text);
      var context = new LinkedHashMap<String, String>();
      json.path("context")
          .properties()
          .forEach(p -> context.put(p.getKey(), p.getValue().asText()));
      return new Occasion(
          Instant.ofEpochSecond(json.path("at").asLong()),
          context,
          json.hasNonNull("replyTo") ? json.path("replyTo").asText() : null,
          json.hasNonNull("team")
              ? new Outbound.Team(json.path("team").asText(), json.path("teamName").asText())
              : null);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("only we write this fact", e);
    }
  }
}
