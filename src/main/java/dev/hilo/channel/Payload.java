package dev.hilo.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of a platform's JSON, read by field. What is absent or of another kind reads as absent;
 * only {@link #required} insists.
 */
public record Payload(JsonNode node) {
  private static final int RAW = 2000;
  private static final int ID = 512;
  private static final Payload NOTHING = new Payload(MissingNode.getInstance());
  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(64).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Not the JSON that was asked for; the message says where, never what was there. */
  public static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message);
    }
  }

  /** A field that an item cannot do without is absent; the message is its name. */
  public static final class Missing extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    Missing(String field) {
      super(field);
    }
  }

  /** One JSON object in UTF-8, nested at most 64 deep, and nothing after it. */
  public static Payload object(byte[] body) throws Malformed {
    Payload read = any(body);
    if (!read.node.isObject()) {
      throw new Malformed("the body is no JSON object");
    }
    return read;
  }

  /** As {@link #object}, for JSON of any kind. */
  public static Payload any(byte[] body) throws Malformed {
    try {
      JsonNode read = JSON.readTree(body);
      if (read.isMissingNode()) {
        throw new Malformed("the body is no JSON, it is empty");
      }
      return new Payload(read);
    } catch (JsonProcessingException e) {
      var at = e.getLocation();
      throw new Malformed(
          at == null
              ? "the body is no JSON"
              : "the body is no JSON at line " + at.getLineNr() + ", column " + at.getColumnNr());
    } catch (IOException e) {
      throw new Malformed("the body is no JSON in UTF-8");
    }
  }

  /** As {@link #object}, for JSON within JSON; empty where it is none. */
  public static Payload embedded(@Nullable String json) {
    try {
      return json == null ? NOTHING : object(json.getBytes(UTF_8));
    } catch (Malformed _) {
      return NOTHING;
    }
  }

  public static Payload nothing() {
    return NOTHING;
  }

  public Payload at(String field) {
    return new Payload(node.path(field));
  }

  /** The items of a list; empty if it is none. */
  public List<Payload> list(String field) {
    return at(field).items();
  }

  /** The items of this part, if it is a list. */
  public List<Payload> items() {
    var items = new ArrayList<Payload>();
    if (node.isArray()) {
      node.forEach(item -> items.add(new Payload(item)));
    }
    return List.copyOf(items);
  }

  /** The first item of a list; empty if there is none. */
  public Payload first(String field) {
    return new Payload(node.path(field).path(0));
  }

  /** The names of the fields, but none that is empty, broken or longer than an id. */
  public List<String> fields() {
    return node.properties().stream()
        .map(Map.Entry::getKey)
        .filter(name -> !name.isEmpty() && name.length() <= ID && wellFormed(name).equals(name))
        .toList();
  }

  public boolean has(String field) {
    return node.hasNonNull(field);
  }

  public boolean isEmpty() {
    return node.isMissingNode() || node.isNull() || node.isEmpty();
  }

  public boolean flag(String field) {
    return node.path(field).asBoolean();
  }

  /** A string, or a number or boolean in its shortest form; null for anything else. */
  public @Nullable String text(String field) {
    return scalar(node.path(field));
  }

  /** This part itself as {@link #text} would read it. */
  public @Nullable String text() {
    return scalar(node);
  }

  /** A text of 1 to 512 characters, or null. */
  public @Nullable String id(String field) {
    String text = text(field);
    return text == null || text.isEmpty() || text.length() > ID ? null : text;
  }

  /** As {@link #id}, but {@link Missing} instead of null. */
  public String required(String field) {
    String id = id(field);
    if (id == null) {
      throw new Missing(field);
    }
    return id;
  }

  /** A whole number, also if written as a string; {@code otherwise} where there is none. */
  public long number(String field, long otherwise) {
    String text = text(field);
    return text != null && text.matches("-?\\d{1,18}") ? Long.parseLong(text) : otherwise;
  }

  /** A finite number, also if written as a string. */
  public @Nullable Double decimal(String field) {
    String text = text(field);
    try {
      double value = text == null || text.length() > 40 ? Double.NaN : Double.parseDouble(text);
      return Double.isFinite(value) ? value : null;
    } catch (NumberFormatException _) {
      return null;
    }
  }

  /** Seconds since 1970, also if written as a string; null where absent or 0. */
  public @Nullable Instant seconds(String field) {
    long seconds = number(field, 0);
    return seconds <= 0 || seconds > 253_402_300_799L ? null : Instant.ofEpochSecond(seconds);
  }

  /** Milliseconds since 1970, also if written as a string; null where absent or 0. */
  public @Nullable Instant millis(String field) {
    long millis = number(field, 0);
    return millis <= 0 || millis > 253_402_300_799_999L ? null : Instant.ofEpochMilli(millis);
  }

  /** A time as RFC 3339 writes it; null for anything else. */
  public @Nullable Instant time(String field) {
    String text = text(field);
    try {
      return text == null ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException _) {
      return null;
    }
  }

  /** This part as JSON, cut after 2000 characters. */
  public String raw() {
    return cut(node.toString(), RAW);
  }

  /** At most {@code max} characters, never half of one. */
  public static String cut(String text, int max) {
    if (text.length() <= max) {
      return wellFormed(text);
    }
    return wellFormed(
        text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max));
  }

  /** A platform's own words: 200 characters of them, without numbers that might be somebody's. */
  public static String veiled(String words) {
    return cut(words, 200).replaceAll("\\d{7,}", "…");
  }

  private static @Nullable String scalar(JsonNode value) {
    return value.isValueNode() && !value.isNull() ? wellFormed(value.asText()) : null;
  }

  /** Escapes may hold half a surrogate pair, which no UTF-8 writer takes. */
  private static String wellFormed(String text) {
    return text.chars().anyMatch(c -> Character.isSurrogate((char) c))
        ? new String(text.getBytes(UTF_8), UTF_8)
        : text;
  }
}
